# SPDX-License-Identifier: EUPL-1.2
"""Headers that every page carries: nothing from elsewhere, no inline script, nothing kept by shared caches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponseBase

# 'wasm-unsafe-eval': Argon2id runs as WebAssembly in the browser (docs/seal.md). blob: is MediaSource's own address.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# For pages that are read and nothing else: no script, no form, no request of their own.
WITHOUT_SCRIPT = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
# The same with a form that comes back to us: what a stranger reads and answers without a script.
WITHOUT_SCRIPT_BUT_FORM = WITHOUT_SCRIPT.replace("form-action 'none'", "form-action 'self'")
_CHOSEN = frozenset({WITHOUT_SCRIPT, WITHOUT_SCRIPT_BUT_FORM})
_NOBODY = "frame-ancestors 'none'"
_FRAMED = re.compile(
    re.escape(CONTENT_SECURITY_POLICY).replace(re.escape(_NOBODY), r"frame-ancestors 'self'(?: https?://[a-z0-9.:-]+)*")
)
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


def framed_by(response: HttpResponseBase, origins: Iterable[str]) -> None:
    """This page may stand in pages of these origins (https://host), and in no other. Everything else of the policy
    stays as it is. Only for what is public and acts for nobody who is signed in: it is in somebody else's page."""
    named = " ".join(("'self'", *origins))
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(_NOBODY, f"frame-ancestors {named}")
    response.xframe_options_exempt = True  # type: ignore[attr-defined]  # Django's word for it


def for_other_pages(response: HttpResponseBase) -> None:
    """This script or picture is fetched by pages of others: the same for everybody, and nobody's data."""
    response["Cross-Origin-Resource-Policy"] = "cross-origin"


def _is_chosen(policy: str) -> bool:
    return policy in _CHOSEN or _FRAMED.fullmatch(policy) is not None


class SecurityHeaders:
    """Adds the headers; a view may tighten its own `Cache-Control`, choose the policy without script, and say whose
    pages it may stand in; none loosens more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not _is_chosen(response.get("Content-Security-Policy", "")):
            response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        return response
