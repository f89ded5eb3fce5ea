# SPDX-License-Identifier: EUPL-1.2
"""The page behind the link of a redacted film: for who asked for pictures of himself.

- What is served here is ciphertext. The key stands behind the `#` of the link, which no browser sends; the page's own
  script opens the film with it, on the device of who has the link.
- It asks for a press first: a mail scanner that only reads addresses takes nothing from anybody. It sets no cookie but
  the one that guards its form, keeps nothing, and asks nothing of any other address.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from zegel.server.evidence import handing
from zegel.server.evidence.errors import FilmGone
from zegel.server.exports.middleware import sealed
from zegel.server.kernel.buckets import Buckets, Rate, source_of

STATUS = {"unknown": 404, "expired": 410, "opened": 410, "locked": 403, "code": 422}
_reading = Buckets(Rate(per_s=20, burst=300))  # pieces come one after the other
_guessing = Buckets(Rate(per_s=0.05, burst=10))


@require_safe
@ensure_csrf_cookie
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Whether there is a film, for whom, and whether the code of the answer is asked for."""
    try:
        _may(request)
        row = handing.shown(token)
        context = {"view": "film", "name": row.name, "until": row.expires_at, "code": handing.needs_code(row)}
        status = 200
    except FilmGone as gone:
        _count(request, gone)
        context, status = {"view": "gone", "why": gone.why}, STATUS.get(gone.why, 429)
    return _never_kept(render(request, "public/film.html", context, status=status))


def open_film(request: HttpRequest, token: str) -> HttpResponse:
    """{"pieces", "secret", "name", "index"}: this page alone fetches it from now on. By a press only."""
    if request.method != "POST":
        return _never_kept(JsonResponse({"why": "press"}, status=405))
    try:
        _may(request)
        opened = handing.open_film(token, request.POST.get("code", "")[:40], request.META.get("REMOTE_ADDR", ""))
    except FilmGone as gone:
        _count(request, gone)
        return _never_kept(JsonResponse({"why": gone.why}, status=STATUS.get(gone.why, 429)))
    row = opened.film
    said = {"id": str(row.id), "pieces": row.pieces, "name": row.name, "index": row.export_index}
    return _never_kept(JsonResponse({**said, "secret": opened.secret}))


@require_safe
def piece(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """Ciphertext; that it was opened is in the log."""
    try:
        _may(request)
        data = handing.piece(token, request.headers.get("x-film", ""), number)
    except FilmGone as gone:
        _count(request, gone)
        return _never_kept(JsonResponse({"why": gone.why}, status=STATUS.get(gone.why, 429)))
    return _never_kept(sealed(HttpResponse(data, content_type="application/octet-stream")))


def _may(request: HttpRequest) -> None:
    """Raises FilmGone."""
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    if not _reading.allows(source) or not _guessing.allows(source):
        raise FilmGone("wait")
    _guessing.give_back(source)


def _count(request: HttpRequest, gone: FilmGone) -> None:
    if gone.why in {"unknown", "code"}:
        _guessing.allows(source_of(request.META.get("REMOTE_ADDR", "")))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
