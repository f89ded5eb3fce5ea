# SPDX-License-Identifier: EUPL-1.2
"""The consumer's page of one order, behind a link that belongs to the first browser that opens it.

- Opening asks for a press: a mail scanner or a preview that only reads the address takes nothing from anybody.
- It works without a script. It shows how far the order is, when somebody comes, what was written for him, and his own
  details, which he corrects here; nothing that others wrote for each other.
- Who holds a link that was opened elsewhere can only have a new one sent to the address on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from zegel.server.chain import follow, rules
from zegel.server.chain import queries as chain
from zegel.server.chain.errors import LinkRefused
from zegel.server.customers.errors import BadDetails, NotNow
from zegel.server.customers.models import Customer
from zegel.server.kernel import tenancy
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.orders.models import Note, Order
from zegel.server.orders.queries import zone
from zegel.server.tenants import queries as tenants

COOKIE = "zegel_follow"
SECURE = settings.ORIGIN.startswith("https:")
STATUS = {"unknown": 404, "expired": 410, "elsewhere": 403, "unopened": 200}
_asking = Buckets(Rate(per_s=1, burst=40))
_guessing = Buckets(Rate(per_s=0.05, burst=10))
_letters = Buckets(Rate(per_s=1 / 600, burst=2))  # new links, by order: nobody's mailbox is filled from here

_TYPES: dict[str, Promise] = {
    "request": _("Your wish"), "repair": _("Your repair"), "measure_install": _("Measuring and installation"),
    "exchange": _("Your exchange"), "return": _("Your return"), "complaint": _("Your complaint"),
    "question": _("Your question"),
}  # fmt: skip
_STAGES: tuple[tuple[frozenset[str], Promise], ...] = (
    (frozenset({"new"}), _("Received")),
    (frozenset({"assessed", "waiting_customer", "waiting_parts"}), _("Looked at")),
    (frozenset({"planned"}), _("Planned")),
    (frozenset({"in_work"}), _("Being worked on")),
    (frozenset({"done"}), _("Done")),
)
_STEPS: dict[str, Promise] = {
    "visit": _("A mechanic comes to you"), "workshop": _("It is in the workshop"),
    "collect": _("It is collected from you"), "deliver": _("It is brought to you"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie
def page(request: HttpRequest, token: str) -> HttpResponse:
    """The order, or why it does not open here; POST presses a button."""
    if not _may_ask(request):
        return _refused(request, "too_often", 429)
    try:
        return _press(request, token) if request.method == "POST" else _show(request, token)
    except LinkRefused as refusal:
        return _no(request, token, refusal)


def _may_ask(request: HttpRequest) -> bool:
    source = source_of(request.META.get("REMOTE_ADDR", ""))
    if not _asking.allows(source) or not _guessing.allows(source):
        return False
    _guessing.give_back(source)
    return True


def _no(request: HttpRequest, token: str, refusal: LinkRefused) -> HttpResponse:
    if refusal.why in {"unknown", "elsewhere"}:
        _guessing.allows(source_of(request.META.get("REMOTE_ADDR", "")))
    if refusal.why == "unopened":
        return _never_kept(render(request, "public/follow.html", {"view": "open", **_look(follow.owner_of(token))}))
    return _refused(request, refusal.why, STATUS[refusal.why], token)


def _look(owner: UUID | None) -> dict[str, Any]:
    """In whose colours, and under whose name; of a link that opens nothing nobody's."""
    brand = None if owner is None else tenants.brand(owner)
    return {"brand": brand, "statement": brand is not None and tenants.has_statement(brand)}


def _refused(request: HttpRequest, why: str, status: int, token: str = "") -> HttpResponse:
    sent = request.GET.get("sent") == "1"
    context = {"view": "refused", "why": why, "sent": sent, **_look(follow.owner_of(token))}
    return _never_kept(render(request, "public/follow.html", context, status=status))


def _never_kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "same-origin"
    return response


def _press(request: HttpRequest, token: str) -> HttpResponse:
    do, browser = request.POST.get("do", ""), request.COOKIES.get(COOKIE, "")
    if do == "open":
        secret = follow.open_link(token)
        again = _again(request)
        lasts = int(rules.LINK_LASTS.total_seconds())
        again.set_cookie(COOKIE, secret, lasts, path=request.path, secure=SECURE, httponly=True, samesite="Lax")
        return again
    if do == "new_link":
        if _letters.allows(token):
            follow.again(token)
        return _again(request, "?sent=1")
    if do == "correct":
        changes = {name: request.POST.get(name, "")[:320] for name in follow.OWN if name in request.POST}
        try:
            follow.correct(token, browser, changes)
        except BadDetails as wrong:
            return _show(request, token, wrong=wrong.message + " " + wrong.action, typed=changes)
        except NotNow as wrong:
            return _show(request, token, wrong=wrong.message)
        return _again(request, "?kept=1")
    return _again(request)


def _again(request: HttpRequest, more: str = "") -> HttpResponse:
    response = _never_kept(HttpResponseRedirect(request.path + more))
    response.status_code = 303
    return response


def _show(
    request: HttpRequest, token: str, wrong: str = "", typed: dict[str, str] | None = None
) -> HttpResponse:  # fmt: skip
    found = follow.page(token, request.COOKIES.get(COOKIE, ""))
    order, here = found.order, _zone(found.order)
    context: dict[str, Any] = {
        "view": "order", "title": _TYPES.get(order.type, ""), "order": order, "tenant": found.tenant,
        "product": found.product, "stages": _stages(order.state), "cancelled": order.state == "cancelled",
        "planned": _window(order.planned_from, order.planned_until, here), "steps": _steps(found, here),
        "notes": _notes(order, here), "own": _own(found.customer, typed), "wrong": wrong,
        "kept": request.GET.get("kept") == "1" and not wrong, **_look(order.owner_id),
    }  # fmt: skip
    return _never_kept(render(request, "public/follow.html", context, status=422 if wrong else 200))


def _zone(order: Order) -> ZoneInfo:
    with tenancy.acting_as(order.owner_id):
        return zone(order.owner_id)


def _window(start: datetime | None, end: datetime | None, here: ZoneInfo) -> str:
    if start is None:
        return ""
    day = date_format(start.astimezone(here), "DATE_FORMAT")
    times = "–".join(one.astimezone(here).strftime("%H:%M") for one in (start, end) if one is not None)
    return f"{day}, {times}"


@dataclass(frozen=True)
class Stage:
    words: str
    done: bool
    now: bool


def _stages(state: str) -> list[Stage]:
    at = next((number for number, (states, _words) in enumerate(_STAGES) if state in states), -1)
    return [Stage(str(words), number < at, number == at) for number, (_states, words) in enumerate(_STAGES)]


def _steps(found: follow.Followed, here: ZoneInfo) -> list[dict[str, Any]]:
    """What partners do for him: who, and when; not what they found."""
    with tenancy.acting_as(found.order.owner_id):
        rows = chain.steps_of(found.order.id)
    return [
        {
            "words": _STEPS[row.kind], "who": row.partner.name, "done": row.state == "done",
            "when": _window(row.window_from, row.window_until, here),
        }
        for row in rows if row.partner is not None and row.state in {"accepted", "done"}
    ]  # fmt: skip


def _notes(order: Order, here: ZoneInfo) -> list[dict[str, str]]:
    with tenancy.acting_as(order.owner_id):
        rows = list(Note.objects.filter(order_id=order.id, shown=True).order_by("at")[:100])
    return [{"when": date_format(row.at.astimezone(here), "SHORT_DATETIME_FORMAT"), "text": row.text} for row in rows]


def _own(customer: Customer | None, typed: dict[str, str] | None) -> list[dict[str, str]]:
    if customer is None:
        return []
    labels = {
        "name": _("Your name"), "street": _("Street"), "house_number": _("House number"), "postcode": _("Postcode"),
        "city": _("City"), "phone": _("Telephone"), "email": _("E-mail"),
    }  # fmt: skip
    said = typed or {}
    return [
        {"name": name, "label": str(labels[name]), "value": said.get(name, str(getattr(customer, name)))}
        for name in follow.OWN
    ]  # fmt: skip
