# SPDX-License-Identifier: EUPL-1.2
"""Headers that every page carries: nothing from elsewhere, no inline script, nothing kept by shared caches."""

from __future__ import annotations

from collections.abc import Callable

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
PERMISSIONS_POLICY = "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"


class SecurityHeaders:
    """Adds the headers; a view may tighten its own `Cache-Control`, and choose the policy without script; none loosens
    it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if response.get("Content-Security-Policy") not in _CHOSEN:
            response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        response.setdefault("Cache-Control", "no-store")
        return response
