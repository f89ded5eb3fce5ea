# SPDX-License-Identifier: EUPL-1.2
"""No file leaves unlogged. Principles:

- What a browser would keep as a file (an attachment, or any type but those that it shows) goes out only when
  `exports.actions.answer` made it, and that needs an entry in the ledger. Anything else is refused here, whatever view
  made it.
- What is no file of ours to a person: sealed segments (the door logs each look), the public log's own tiles (hashes),
  and documents that are the same for everybody and say nothing about anybody. Their types and views are named here, and
  a test holds this list against all routes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils.translation import gettext as _

from zegel.server.exports import actions
from zegel.server.kernel import log

Response = TypeVar("Response", bound=HttpResponseBase)

# What a browser shows or runs, and keeps nowhere: a page and its parts, JSON, a picture in a page, a feed, a stream of
# events. Every other type is a file, also those that nobody has thought of yet.
SHOWN_TYPES = frozenset(
    {
        "", "text/html", "text/plain", "text/css", "text/javascript", "text/event-stream", "application/json",
        "application/problem+json", "application/manifest+json", "application/atom+xml", "image/png", "image/jpeg",
        "image/svg+xml", "image/webp", "image/gif", "image/x-icon",
    }
)  # fmt: skip
_PASSES = "_zegel_passes"


def sealed(response: Response) -> Response:
    """Marks ciphertext that the door hands out: each look is an entry of its own already."""
    setattr(response, _PASSES, True)
    return response


def for_everybody(response: Response) -> Response:
    """Marks a document that is public, the same for everybody, and holds nobody's data (a privacy statement, the log's
    own tiles). Who calls this is listed in a test, with the reason."""
    setattr(response, _PASSES, True)
    return response


def is_file(response: HttpResponseBase) -> bool:
    """A browser would keep it rather than show it."""
    if "attachment" in response.get("Content-Disposition", "").lower():
        return True
    kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind not in SHOWN_TYPES and bool(getattr(response, "content", b"") or getattr(response, "streaming", False))


class EveryFileIsLogged:
    """Refuses an answer that is a file and has no entry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if not is_file(response) or actions.entry_of(response) is not None or hasattr(response, _PASSES):
            return response
        log.error("exports.unlogged_file", route=getattr(request.resolver_match, "route", ""))
        return _refused()


def _refused() -> HttpResponseBase:
    body = {
        "code": "unlogged_file",
        "message": _("This file was stopped: that it leaves is written nowhere."),
        "action": _("Tell who runs this system. Nothing left."),
    }
    return JsonResponse({"error": body}, status=500, json_dumps_params={"ensure_ascii": False})
