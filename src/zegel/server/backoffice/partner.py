# SPDX-License-Identifier: EUPL-1.2
"""The partner's page: a mechanic's, a repairer's or a carrier's phone. It works without a line, so it has a service
worker that keeps its code (web/src/workers/partner.ts); the document holds nobody's data."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

WORKER = "zegel/dist/worker-partner.js"


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, view: str = "") -> HttpResponse:
    """`view` is the browser's: any of the face's own addresses gives the same document."""
    return render(request, "backoffice/partner.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """From the page's own folder, so that its scope can be no wider."""
    found = finders.find(WORKER)
    if not isinstance(found, str):
        raise Http404("the pages' code is not built: make setup")
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
