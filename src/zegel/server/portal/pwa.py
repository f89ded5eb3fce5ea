# SPDX-License-Identifier: EUPL-1.2
"""The portal as an app for a home screen: its manifest, in the reader's language, and its service worker.

The worker keeps nothing (web/src/workers/service.ts); its scope is the portal and no more. Both are asked about each
time, so that a new version is there as soon as it is.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

HOME = "/portal/"
WORKER = "zegel/dist/worker-service.js"


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """From the portal's own folder, so that its scope can be no wider."""
    found = finders.find(WORKER)
    if not isinstance(found, str):
        raise Http404("the pages' code is not built: make setup")
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """W3C Web Application Manifest, in the language that the page is in."""
    answer = JsonResponse(_manifest(), content_type="application/manifest+json")
    answer["Cache-Control"] = "no-cache"
    return answer


def _manifest() -> dict[str, Any]:
    return {
        "id": HOME, "name": "Zegel", "short_name": "Zegel", "lang": get_language() or "en", "dir": "ltr",
        "description": _("Your cameras and alarms. Only you can open your recordings."),
        "start_url": HOME, "scope": HOME, "display": "standalone", "orientation": "any",
        "background_color": "#f6f5f1", "theme_color": "#0a7065", "categories": ["security", "utilities"],
        "icons": [
            _icon("icon-192.png", "192x192", "any"), _icon("icon-512.png", "512x512", "any"),
            _icon("maskable-512.png", "512x512", "maskable"), _icon("badge-96.png", "96x96", "monochrome"),
        ],
        "shortcuts": [
            {"name": _("Recordings"), "url": f"{HOME}recordings"}, {"name": _("Events"), "url": f"{HOME}events"},
        ],
        "prefer_related_applications": False,
    }  # fmt: skip


def _icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    return {"src": static(f"zegel/icons/{name}"), "sizes": sizes, "type": "image/png", "purpose": purpose}
