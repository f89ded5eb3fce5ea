# SPDX-License-Identifier: EUPL-1.2
"""The log for everyone (C2SP tlog-tiles): no cookie, no sign-in, any origin, made for caches in between.

Full tiles never change; a partial tile of a width never changes either, so both may be kept for ever. The checkpoint
may be
kept for a second.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from zegel.seal.errors import SealError
from zegel.server.api import throttle
from zegel.server.exports.middleware import for_everybody
from zegel.server.kernel import clock
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger import queries, witnesses
from zegel.server.ledger import viewer as viewers
from zegel.server.ledger.errors import LedgerError

FOR_EVER = "public, max-age=31536000, immutable"
A_SECOND = "public, max-age=1"
A_MINUTE = "public, max-age=60"
PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
JSON = "application/json"
RECENT_S = 0.5


class Recent:
    """The newest checkpoint as this process last read it, at most half a second ago: a flood of readers is one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._note, self._until = b"", 0.0

    def read(self) -> bytes:
        with self._lock:
            if clock.monotonic() >= self._until:
                self._note = queries.latest_checkpoint().encode()
                self._until = clock.monotonic() + RECENT_S
            return self._note

    def forget(self) -> None:
        with self._lock:
            self._until = 0.0


newest = Recent()


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    return _answer(request, newest.read, PLAIN, A_SECOND)


@require_safe
def witnessed(request: HttpRequest) -> HttpResponse:
    """The newest checkpoint that a witness cosigned, with the cosignatures."""
    return _answer(request, lambda: witnesses.cosigned().encode(), PLAIN, A_SECOND)


@require_safe
def tile(request: HttpRequest, name: str) -> HttpResponse:
    return _answer(request, lambda: queries.tile(name), BYTES, FOR_EVER)


@require_safe
def key(request: HttpRequest) -> HttpResponse:
    """The log's verifier key. Compare it another way before you trust it: who serves a forged log serves its key
    too."""
    return _answer(request, lambda: queries.verifier_key().encode() + b"\n", PLAIN, A_MINUTE)


@require_safe
def forgotten(request: HttpRequest) -> HttpResponse:
    """Which entries have no body any more, and the deletion entries that say so."""
    return _answer(request, queries.forgotten, JSON, A_MINUTE)


@require_safe
def viewer(request: HttpRequest, bundle: str) -> HttpResponse:
    """The receipt of the entry that names this bundle of the pages' code; see `zegel viewer verify`."""
    return _answer(request, lambda: viewers.receipt(bytes.fromhex(bundle)).encode(), PLAIN, A_SECOND)


def _answer(request: HttpRequest, read: Callable[[], bytes], kind: str, cache: str) -> HttpResponse:
    try:
        throttle.auditors.take_source(request.META.get("REMOTE_ADDR", ""))
        data = read()
    except throttle.TooManyRequests as refused:
        return _too_many(refused)
    except (NotFound, SealError, LedgerError):
        data = b""
    if not data:
        return _open_to_all(HttpResponse("There is nothing here.\n", status=404, content_type=PLAIN), A_SECOND)
    etag = quote_etag(hashlib.sha256(data).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag) or HttpResponse(data, content_type=kind)
    for_everybody(response)  # salted hashes and signatures: whoever asks gets the same, and it names nobody
    if isinstance(response, HttpResponseNotModified):
        del response["Content-Type"]
    response["ETag"] = etag
    return _open_to_all(response, cache)


def _too_many(refused: throttle.TooManyRequests) -> HttpResponse:
    response = HttpResponse("Too many requests: come back in a moment.\n", status=429, content_type=PLAIN)
    response["Retry-After"] = str(refused.retry_after_s)
    return _open_to_all(response, "no-store")


def _open_to_all(response: HttpResponse, cache: str) -> HttpResponse:
    response["Cache-Control"] = cache
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag"
    return response
