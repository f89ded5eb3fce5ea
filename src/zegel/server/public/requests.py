# SPDX-License-Identifier: EUPL-1.2
"""Asking for one's rights: for whoever was in front of a camera, or is written about; with any browser, in four
languages.

- It works without a script, sets no cookie but the one that guards its forms, and asks nothing of any other address.
- Whoever asks too often, and whoever tries codes, is slowed down; a field that no person sees is filled in by programs
  only, and what they send is kept nowhere.
- Every link of a letter asks for a press: a mail scanner that only reads addresses takes nothing from anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from zegel.server.evidence import handing
from zegel.server.exports import actions as exports
from zegel.server.kernel import tenancy
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.people import queries as people
from zegel.server.people.roles import PartyKind
from zegel.server.requests import answering, intake, rules, words
from zegel.server.requests.errors import BadCase, LinkGone, WrongCode
from zegel.server.requests.intake import Said
from zegel.server.requests.models import LinkKind
from zegel.server.requests.rules import ARTICLES, AboutWhat, Right
from zegel.server.sites.models import NoticeCode, Site
from zegel.server.tasks import scope

COOKIE = "zegel_answer"
TRAP = "website"
SECURE = settings.ORIGIN.startswith("https:")
STATUS = {"unknown": 404, "expired": 410, "elsewhere": 403, "locked": 403, "unopened": 200}
FOR_FOOTAGE = (Right.ACCESS, Right.COPY, Right.ERASURE, Right.RESTRICTION, Right.OBJECTION)
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}")
_reading = Buckets(Rate(per_s=2, burst=60))
_guessing = Buckets(Rate(per_s=0.05, burst=10))
_sending = Buckets(Rate(per_s=1 / 120, burst=6))


@dataclass(frozen=True)
class Addressed:
    """Who is asked: the controller, and of recordings the place."""

    owner_id: UUID
    controller: str
    site: Site | None = None

    @property
    def about(self) -> AboutWhat:
        return AboutWhat.RECORDS if self.site is None else AboutWhat.FOOTAGE


# --- the form ---


@require_safe
@ensure_csrf_cookie
def choose(request: HttpRequest) -> HttpResponse:
    """Whom to ask: by the code on a sign, or one of the companies here."""
    if not _may_read(request):
        return _page(request, {"view": "wait"}, 429)
    code = request.GET.get("code", "").strip().rsplit("/", 1)[-1]
    if _CODE.fullmatch(code):
        return HttpResponseRedirect(f"/request/{code}")
    return _page(request, {"view": "choose", "companies": list(_companies()), "wrong": bool(request.GET.get("code"))})


def _companies() -> Iterator[dict[str, str]]:
    """Who runs cameras or an alarm centre for others here."""
    for party_id in scope.providers():
        found = people.party(party_id, seen_by=party_id)
        if found is not None:
            yield {"id": str(party_id), "name": found.name}


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def of_site(request: HttpRequest, code: str) -> HttpResponse:
    """About recordings, behind the code of a place's sign."""
    return _form(request, _by_code(code) if _may_read(request) else None)


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def of_party(request: HttpRequest, party_id: UUID) -> HttpResponse:
    """About what a company keeps of somebody."""
    return _form(request, _by_party(party_id) if _may_read(request) else None)


def _by_code(code: str) -> Addressed | None:
    if not _CODE.fullmatch(code):
        return None
    with tenancy.acting_as(None):
        row = NoticeCode.objects.filter(code=code).first()
    if row is None:
        return None
    with tenancy.acting_as(row.owner_id):
        site = Site.objects.filter(id=row.site_id).first()
        owner = people.party(row.owner_id, seen_by=row.owner_id)
    if site is None or owner is None:
        return None
    return Addressed(row.owner_id, site.controller or owner.name, site)


def _by_party(party_id: UUID) -> Addressed | None:
    """Companies only: a household's name is nobody's business."""
    found = people.party(party_id, seen_by=party_id)
    return Addressed(party_id, found.name) if found is not None and found.kind == PartyKind.COMPANY else None


def _form(request: HttpRequest, to: Addressed | None) -> HttpResponse:
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    if to is None:
        return _page(request, {"view": "none" if _guessing.allows(source) else "wait"}, 404)
    if request.GET.get("lang") in dict(settings.LANGUAGES):
        return _in_language(request)
    if request.method != "POST":
        return _page(request, _shown(to, {}))
    if request.POST.get(TRAP):
        return _page(request, {"view": "sent"})  # a program: it may believe what it likes
    try:
        said = _said(request, to)
        intake.checked(said)
        if not _sending.allows(source):
            return _page(request, {"view": "wait"}, 429)
        intake.submit(to.owner_id, said)
    except BadCase as wrong:
        return _page(request, _shown(to, request.POST) | {"wrong": wrong, "field": wrong.details["field"]}, 422)
    return _page(request, {"view": "sent"})


def _in_language(request: HttpRequest) -> HttpResponse:
    """As whoever came from the notice read it; his choice, kept as the page's own buttons keep it."""
    again = HttpResponseRedirect(request.path)
    again.set_cookie(settings.LANGUAGE_COOKIE_NAME, request.GET["lang"], secure=SECURE, samesite="Lax")
    return again


def _said(request: HttpRequest, to: Addressed) -> Said:
    """Raises BadCase."""
    it = request.POST
    rights = tuple(right for right in Right if right.value in it.getlist("rights"))
    language = (translation.get_language() or "en")[:2]
    text = it.get("text", "")[: rules.LONGEST_TEXT]
    who = Said(to.about, rights, language, it.get("name", ""), it.get("email", ""), it.get("phone", ""), text=text)
    if to.site is None:
        return who
    first, last = (_moment(it.get("day", ""), it.get(name, ""), to.site.tz) for name in ("from", "to"))
    return replace(who, site_id=to.site.id, from_at=first, to_at=last, look=it.get("look", ""))


def _moment(day: str, time: str, tz: str) -> datetime | None:
    """Of the place's own clock; None when it is no moment."""
    try:
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=ZoneInfo(tz))
    except ValueError:
        return None


def _shown(to: Addressed, said: Any) -> dict[str, Any]:
    rights = FOR_FOOTAGE if to.about is AboutWhat.FOOTAGE else tuple(Right)
    asked = said.getlist("rights") if said else [Right.ACCESS.value, Right.COPY.value]
    return {
        "view": "form", "controller": to.controller, "site": to.site, "said": said,
        "rights": [
            {"right": one.value, "words": words.RIGHTS[one], "article": ARTICLES[one], "asked": one.value in asked}
            for one in rights
        ],
    }  # fmt: skip


# --- the letters' links ---


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for a press; then tells the code that opens the answer, once."""
    if not _may_read(request):
        return _page(request, {"view": "wait"}, 429)
    try:
        if request.method != "POST":
            intake.link_of(token, LinkKind.CONFIRM)
            return _page(request, {"view": "confirm"})
        done = intake.confirm(token)
    except LinkGone as gone:
        return _gone(request, gone.why)
    return _page(request, {"view": "confirmed", "number": done.number, "code": done.code, "due": done.due_at})


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The code first; then the file, in the browser that had it."""
    if not _may_read(request):
        return _page(request, {"view": "wait"}, 429)
    try:
        if request.method == "POST" and request.POST.get("do") == "fetch":
            return exports.answer(answering.fetch(token, request.COOKIES.get(COOKIE, "")))
        if request.method == "POST":
            return _open(request, token)
        mine = answering.opened(token, request.COOKIES.get(COOKIE, ""))
    except WrongCode as wrong:
        return _page(request, {"view": "code", "wrong": wrong, "left": wrong.left}, 422)
    except LinkGone as gone:
        if gone.why == "unopened":
            return _page(request, {"view": "code"})
        return _gone(request, gone.why)
    films = handing.waiting_for(mine.case)
    return _page(request, {"view": "answer", "number": mine.case.number, "until": mine.until, "films": films})


def _open(request: HttpRequest, token: str) -> HttpResponse:
    mine = answering.open_link(token, request.POST.get("code", "")[:40])
    again = HttpResponseRedirect(request.path)
    again.status_code = 303
    lasts = int(rules.OPENED_LASTS.total_seconds())
    again.set_cookie(COOKIE, mine.browser, lasts, path=request.path, secure=SECURE, httponly=True, samesite="Strict")
    return _never_kept(again)


def _gone(request: HttpRequest, why: str) -> HttpResponse:
    if why == "unknown" and not _guessing.allows(source_of(request.META.get("REMOTE_ADDR", ""))):
        return _page(request, {"view": "wait"}, 429)
    return _page(request, {"view": "gone", "why": why}, STATUS[why])


def _may_read(request: HttpRequest) -> bool:
    return _reading.allows(source_of(request.META.get("REMOTE_ADDR", "")))


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
    titles = {
        "form": _("Ask for your data"), "choose": _("Ask for your data"), "sent": _("One thing to do"),
        "confirm": _("Was it you?"), "confirmed": _("Your request is in"), "code": _("Your answer"),
        "answer": _("Your answer"),
    }  # fmt: skip
    context = {"title": titles.get(context["view"], _("This opens nothing")), "trap": TRAP, "wrong": None, **context}
    return _never_kept(render(request, "public/request.html", context, status=status))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response
