# SPDX-License-Identifier: EUPL-1.2
"""The guard's page: one errand, behind a link that belongs to the first phone that opens it.

- Opening asks for a press: a mail scanner or a preview that only reads the address takes nothing from anybody.
- No history, no other errand, and no image but those that the operator sent to this phone's own key, where the owner
  allows it: ciphertext, through the door, at a press. When the errand is over the page says so and nothing of the site
  any more.
- It works without a script; the script watches whether the alarm centre called it off, and opens pictures.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zegel.seal.words import words
from zegel.server.dispatch import actions, pictures, rules
from zegel.server.dispatch.errors import BadReport, LinkRefused, NoPictures, NotThisWay
from zegel.server.dispatch.rules import State
from zegel.server.footage.errors import NothingToShow, ViewNotLogged
from zegel.server.gate import Denied
from zegel.server.kernel import clock
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.storage import StorageError

COOKIE = "zegel_guard"
SECURE = settings.ORIGIN.startswith("https:")
STATUS = {"unknown": 404, "expired": 410, "elsewhere": 403, "unopened": 200}
VERBS = {
    "accept": State.ACCEPTED, "set_out": State.ON_THE_WAY, "arrive": State.ARRIVED, "leave": State.LEFT,
    "decline": State.CANCELLED,
}  # fmt: skip
# A phone asks every five seconds whether it is still wanted; who asks for links that do not exist, asks rarely.
_asking = Buckets(Rate(per_s=2, burst=60))
_guessing = Buckets(Rate(per_s=0.05, burst=10))
# Each key and each look at a picture is an entry of the log for ever.
_writing = Buckets(Rate(per_s=0.2, burst=12))
LONGEST_KEY = 4000


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The errand, or why it does not open here; POST presses a button."""
    if not _may_ask(request):
        return _refused(request, "too_often", 429)
    try:
        if request.method == "POST":
            return _press(request, token)
        return _show(request, token)
    except LinkRefused as refusal:
        return _no(request, refusal)


@require_safe
def state(request: HttpRequest, token: str) -> HttpResponse:
    """{"state": …} for the page's own script: it loads the page again when that is another."""
    if not _may_ask(request):
        return JsonResponse({"state": "wait"}, status=429)
    try:
        errand = actions.errand(token, request.COOKIES.get(COOKIE, ""))
    except LinkRefused as refusal:
        _count_guess(request, refusal)
        return JsonResponse({"state": refusal.why})
    return JsonResponse({"state": errand.dispatch.state, "pictures": _on_phone(request, token)})


def _on_phone(request: HttpRequest, token: str) -> dict[str, Any] | None:
    """What the page's script needs to show pictures; None where there are none to be shown. `words`: of the key that
    was offered last, for the guard to read to the operator."""
    found = pictures.on_phone(token, request.COOKIES.get(COOKIE, ""))
    if not found.on:
        return None
    return {
        "errand": to_text(found.dispatch_id.bytes), "suite": found.suite,
        "key": None if found.fingerprint is None else to_text(found.fingerprint),
        "words": None if found.fingerprint is None else words(found.fingerprint),
        "shown": [
            {"id": str(row.id), "camera": to_text(row.camera_id.bytes), "made_ms": row.made_ms,
             "until_ms": clock.ms(row.expires_at)}
            for row in found.pictures
        ],
    }  # fmt: skip


@require_POST
def key(request: HttpRequest, token: str) -> HttpResponse:
    """{"suite", "open_pk"}: the key that this phone made for pictures of this errand, in place of any before."""
    if not _may_ask(request) or not _writing.allows(_source(request)):
        return _answer({"error": "wait"}, 429)
    try:
        if len(request.body) > LONGEST_KEY:
            raise ValueError
        said: dict[str, Any] = json.loads(request.body)
        suite, open_pk = int(said["suite"]), from_text(str(said["open_pk"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, RequestDataTooBig):
        return _answer({"error": "no_key"}, 422)
    try:
        fingerprint = pictures.offer_key(token, request.COOKIES.get(COOKIE, ""), suite, open_pk)
    except LinkRefused as refusal:
        _count_guess(request, refusal)
        return _answer({"error": refusal.why}, 403)
    except (NotThisWay, NoPictures) as refusal:
        return _answer({"error": refusal.code}, 409)
    return _answer({"key": to_text(fingerprint), "words": words(fingerprint)})


@require_POST
def picture(request: HttpRequest, token: str, picture_id: UUID) -> HttpResponse:
    """{"object", "ciphertext"}: one picture, sealed to this phone's key; written down as a view before it leaves."""
    if not _may_ask(request) or not _writing.allows(_source(request)):
        return _answer({"error": "wait"}, 429)
    try:
        found = pictures.open_picture(token, request.COOKIES.get(COOKIE, ""), picture_id, _address(request))
    except LinkRefused as refusal:
        _count_guess(request, refusal)
        return _answer({"error": refusal.why}, 403)
    except (NothingToShow, Denied):
        return _answer({"error": "over"}, 410)
    except (ViewNotLogged, StorageError):
        return _answer({"error": "later"}, 503)
    return _answer({"index": found.index, "object": to_text(found.object), "ciphertext": to_text(found.ciphertext)})


def _answer(said: dict[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(said, status=status)
    response["Cache-Control"] = "no-store"
    return response


def to_text(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The reverse. Raises ValueError."""
    return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _source(request: HttpRequest) -> str:
    return source_of(request.META.get("REMOTE_ADDR", ""))


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))[:64]


def _may_ask(request: HttpRequest) -> bool:
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    if not _asking.allows(source):
        return False
    if not _guessing.allows(source):
        return False
    _guessing.give_back(source)
    return True


def _count_guess(request: HttpRequest, refusal: LinkRefused) -> None:
    if refusal.why in {"unknown", "elsewhere"}:
        _guessing.allows(source_of(request.META.get("REMOTE_ADDR", "")))


def _no(request: HttpRequest, refusal: LinkRefused) -> HttpResponse:
    _count_guess(request, refusal)
    if refusal.why == "unopened":
        return _never_kept(render(request, "public/guard.html", {"view": "open"}))
    return _refused(request, refusal.why, STATUS[refusal.why])


def _refused(request: HttpRequest, why: str, status: int) -> HttpResponse:
    return _never_kept(render(request, "public/guard.html", {"view": "refused", "why": why}, status=status))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _press(request: HttpRequest, token: str) -> HttpResponse:
    do, browser = request.POST.get("do", ""), request.COOKIES.get(COOKIE, "")
    again = _never_kept(HttpResponseRedirect(request.path))
    again.status_code = 303
    if do == "open":
        secret = actions.open_link(token)
        lasts = int(rules.LINK_LASTS.total_seconds())
        again.set_cookie(COOKIE, secret, lasts, path=request.path, secure=SECURE, httponly=True, samesite="Lax")
        return again
    try:
        if do == "report":
            said = rules.checked_report(
                request.POST.get("found", ""), request.POST.get("text", ""), request.POST.get("secured") == "yes"
            )
            actions.report_by_token(token, browser, said)
        elif do in VERBS:
            actions.advance_by_token(token, browser, VERBS[do])
    except NotThisWay:
        return again  # the page was old: the new one shows what can be done
    except BadReport as wrong:
        return _show(request, token, wrong=wrong)
    return again


def _show(request: HttpRequest, token: str, wrong: BadReport | None = None) -> HttpResponse:
    errand = actions.errand(token, request.COOKIES.get(COOKIE, ""))
    found = State(errand.dispatch.state)
    context: dict[str, Any] = {
        "view": "over" if found in rules.ENDED else "errand", "state": found.value, "steps": _steps(found),
        "wrong": wrong, "said": request.POST if wrong else {}, "findings": _findings(),
        "pictures": pictures.on_phone(token, request.COOKIES.get(COOKIE, "")).on,
    }  # fmt: skip
    if found in rules.ENDED:
        context["declined"] = errand.dispatch.declined
    else:
        context |= _of_site(errand)
    return _never_kept(render(request, "public/guard.html", context, status=422 if wrong else 200))


def _of_site(errand: actions.Errand) -> dict[str, Any]:
    return {
        "site": errand.site.name, "address": errand.site.address, "route": errand.route, "on_site": errand.on_site,
        "note": errand.dispatch.note, "due": _clock(errand.dispatch.due_at, errand.site.tz),
        "contacts": [
            {"name": person.name, "relation": person.relation, "phones": person.phones, "note": note}
            for person, note in zip(errand.contacts, errand.notes, strict=True)
        ],
    }  # fmt: skip


def _clock(moment: datetime, tz: str) -> str:
    return moment.astimezone(ZoneInfo(tz)).strftime("%H:%M")


@dataclass(frozen=True)
class Stage:
    words: str
    done: bool
    now: bool


def _steps(found: State) -> list[Stage]:
    words = (
        (State.REQUESTED, _("Asked")), (State.ACCEPTED, _("Accepted")), (State.ON_THE_WAY, _("On the way")),
        (State.ARRIVED, _("Arrived")), (State.LEFT, _("Left")), (State.REPORTED, _("Reported")),
    )  # fmt: skip
    at = rules.ORDER.index(found) if found in rules.ORDER else -1
    return [Stage(text, number < at, number == at) for number, (_state, text) in enumerate(words)]


def _findings() -> list[tuple[str, str]]:
    return [
        ("nothing", _("Nothing unusual")), ("traces", _("Traces of somebody")), ("person", _("Somebody was there")),
        ("damage", _("Damage")), ("fire", _("Fire or smoke")), ("other", _("Something else")),
    ]  # fmt: skip
