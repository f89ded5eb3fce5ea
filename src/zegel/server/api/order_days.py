# SPDX-License-Identifier: EUPL-1.2
"""The planner's day: the calendar, the route of one person, who is free when; who works when; and what orders say
together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import orders, throttle
from zegel.server.api.base import acting
from zegel.server.chain import performance
from zegel.server.customers.models import Customer
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.orders import actions, analysis, queries, sheets
from zegel.server.orders.days import Hours
from zegel.server.orders.holidays import REGIONS, Holiday
from zegel.server.orders.models import Visit
from zegel.server.orders.rules import OrderType
from zegel.server.people import queries as people

router = Router(tags=["orders"])

AHEAD = timedelta(days=400)
LONGEST_ANALYSIS = timedelta(days=5 * 366)
Day = Annotated[date, Query()]


class Span(Schema):
    weekday: int = Field(ge=0, le=6)
    from_min: int = Field(ge=0, le=1440)
    until_min: int = Field(ge=0, le=1440)


class Week(Schema):
    hours: list[Span] = Field(max_length=28)


class Away(Schema):
    """From the beginning of `first` to the end of `last`."""

    person_id: UUID
    first: date
    last: date


class Region(Schema):
    """A part of the country ("BY"), or "" for the holidays of the whole country."""

    region: str = Field(default="", max_length=2)


class OwnDays(Schema):
    """From the first day to the last: closed (why is for the calendar), or worked on though it is a holiday."""

    first: date
    last: date
    name: str = Field(default="", max_length=120)
    closed: bool = True


class Dropped(Schema):
    day: date


class Promised(Schema):
    type: OrderType
    reply_days: int = Field(ge=1, le=120)
    done_days: int = Field(ge=1, le=120)


class Promises(Schema):
    promises: list[Promised] = Field(max_length=20)


class Period(Schema):
    first: date
    last: date


def _settings(actor: Actor) -> Resource:
    return Resource(ResourceKind.ORDER_SETTINGS, None, actor.party_id)


# --- the day ---


@router.get("/service/calendar")
def calendar(request: HttpRequest, first: Day, last: Day, assignee: UUID | None = None) -> dict[str, Any]:
    """Visits from the first day to the last, both included, of everybody or one; at most 45 days."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        start, end = queries.day_span(party, first).start, queries.day_span(party, last).end
        rows, workers = queries.on_calendar(party, start, end, assignee), queries.workers(party)
        shown_until = first + min(last - first, queries.LONGEST_CALENDAR)
        asked = {UUID(key) for row in rows for key in (row.visit[5], row.order[5]) if key}
        who = {str(key): name for key, name in people.person_names(asked).items()}
        return {
            "now_ms": clock.now_ms(), "tz": queries.zone(party).key, "visits": orders.calendar_shapes(rows, who),
            "workers": [{"id": str(one.id), "name": one.display_name} for one in workers],
            "holidays": _holidays(queries.work_calendar(party).between(first, shown_until)),
        }  # fmt: skip


def _holidays(found: Iterable[Holiday]) -> list[dict[str, Any]]:
    return [
        {"day": one.day.isoformat(), "name": str(one.name), "closed": one.closed, "of": one.of.value} for one in found
    ]


@router.get("/service/route")
def route(request: HttpRequest, day: Day, assignee: UUID | None = None) -> dict[str, Any]:
    """One day's visits in the order of their times, with where to go and whom to call; no map is asked anywhere."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        span = queries.day_span(party, day)
        visits = queries.calendar(party, span.start, span.end, assignee)
        wanted = {one.order.customer_id for one in visits if one.order.customer_id}
        places = {row.id: _place(row) for row in Customer.objects.filter(id__in=wanted)}
        return {
            "now_ms": clock.now_ms(), "tz": queries.zone(party).key,
            "stops": [
                {**one, "place": places.get(visit.order.customer_id) if visit.order.customer_id else None}
                for one, visit in zip(_with_orders(visits), visits, strict=True)
            ],
        }  # fmt: skip


def _place(row: Customer) -> dict[str, Any] | None:
    """Nothing of who is restricted or forgotten."""
    if row.restricted_at is not None or row.anonymised_at is not None:
        return None
    return {
        "name": row.name, "street": row.street, "house_number": row.house_number, "postcode": row.postcode,
        "city": row.city, "country": row.country, "phone": row.phone,
    }  # fmt: skip


def _with_orders(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    short = {one["id"]: one for one in orders.shapes(list({visit.order_id: visit.order for visit in visits}.values()))}
    return [
        {**shape, "order": short[str(visit.order_id)]}
        for shape, visit in zip(orders.visit_shapes(visits), visits, strict=True)
    ]


@router.get("/service/free")
def free(
    request: HttpRequest, first: Day, many: Annotated[int, Query(ge=1, le=28)] = 10,
    minutes: Annotated[int, Query(ge=15, le=840)] = 60,
) -> dict[str, Any]:  # fmt: skip
    """When each of the tenant's people is free for so long, in so many days from the first on."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        found = queries.free(party, first, many, minutes)
        return {
            "now_ms": clock.now_ms(), "tz": queries.zone(party).key,
            "workers": [
                {"id": str(one.id), "name": one.display_name,
                 "spans": [[clock.ms(span.start), clock.ms(span.end)] for span in found.get(one.id, ())]}
                for one in queries.workers(party)
            ],
        }  # fmt: skip


# --- who works when, and what is promised ---


@router.get("/service/day-settings")
def settings(request: HttpRequest) -> dict[str, Any]:
    """Each worker's week, absences, and within how many working days orders are answered and done."""
    actor = acting(request)
    require(actor, Action.READ, _settings(actor))
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        workers = queries.workers(party)
        hours = queries.hours_of(party, [one.id for one in workers])
        working, today = queries.work_calendar(party), clock.now().astimezone(queries.zone(party)).date()
        return {
            "tz": queries.zone(party).key, "country": working.country, "region": working.region,
            "regions": list(REGIONS.get(working.country, ())),
            "holidays": _holidays(working.between(today, today + AHEAD)),
            "workers": [
                {"id": str(one.id), "name": one.display_name,
                 "hours": [{"weekday": h.weekday, "from_min": h.from_min, "until_min": h.until_min}
                           for h in hours[one.id] if h.from_min < h.until_min]}
                for one in workers
            ],
            "absences": [
                {"id": str(one.id), "person_id": str(one.person_id), "starts_ms": clock.ms(one.starts_at),
                 "ends_ms": clock.ms(one.ends_at)}
                for one in queries.absences(party)
            ],
            "promises": [
                {"type": of.value, "reply_days": reply, "done_days": done}
                for of, (reply, done) in queries.promises(party).items()
            ],
        }  # fmt: skip


@router.put("/service/day-settings/{person_id}/hours")
def set_hours(request: HttpRequest, person_id: UUID, body: Week) -> dict[str, Any]:
    """Somebody's week, anew."""
    actor = acting(request)
    actions.set_hours(actor, person_id, [Hours(one.weekday, one.from_min, one.until_min) for one in body.hours])
    return settings(request)


@router.post("/service/day-settings/absences")
def add_absence(request: HttpRequest, body: Away) -> dict[str, Any]:
    """Somebody is not there; why is not asked."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        start, end = queries.day_span(party, body.first).start, queries.day_span(party, body.last).end
    actions.add_absence(actor, body.person_id, start, end)
    return settings(request)


@router.post("/service/day-settings/absences/{absence_id}/end")
def end_absence(request: HttpRequest, absence_id: UUID) -> dict[str, Any]:
    actions.end_absence(acting(request), absence_id)
    return settings(request)


@router.put("/service/day-settings/promises")
def promise(request: HttpRequest, body: Promises) -> dict[str, Any]:
    """What is promised from now on; orders that are open keep what was promised them."""
    actions.promise(acting(request), {one.type: (one.reply_days, one.done_days) for one in body.promises})
    return settings(request)


@router.put("/service/day-settings/region")
def set_region(request: HttpRequest, body: Region) -> dict[str, Any]:
    """Whose public holidays count, besides the country's; what is due already keeps its day."""
    actions.set_region(acting(request), body.region)
    return settings(request)


@router.post("/service/day-settings/own-days")
def set_own_days(request: HttpRequest, body: OwnDays) -> dict[str, Any]:
    """Closed days of one's own, or public holidays on which one works."""
    actions.set_own_days(acting(request), body.first, body.last, body.name, closed=body.closed)
    return settings(request)


@router.post("/service/day-settings/own-days/drop")
def drop_own_day(request: HttpRequest, body: Dropped) -> dict[str, Any]:
    """That day is again what the calendar says."""
    actions.drop_own_day(acting(request), body.day)
    return settings(request)


# --- what they say together ---


@router.get("/service/analysis")
def figures(request: HttpRequest, period: Query[Period]) -> dict[str, Any]:
    """How long orders took, whether once was enough, what came back and why: of those that were done in that time."""
    actor = acting(request)
    months, came = _figures(actor, period)
    return {
        "partners": [
            {"id": str(p.partner_id), "name": p.name, "kind": p.kind, "done": p.done, "given_back": p.given_back,
             "good": p.good, "accept_hours": p.accept_hours, "days": p.days}
            for p in _partners(actor, period)
        ],
        "months": [
            {"month": m.month, "type": m.type, "done": m.done, "days_median": m.days_median, "days_p90": m.days_p90,
             "on_time": m.on_time, "first_time": m.first_time}
            for m in months
        ],
        "came_back": [
            {"model_id": str(c.model_id) if c.model_id else None, "model": c.model, "type": c.type, "cause": c.cause,
             "count": c.count}
            for c in came
        ],
    }  # fmt: skip


@router.get("/service/analysis/export")
def figures_file(request: HttpRequest, period: Query[Period]) -> HttpResponse:
    """The same as CSV; that it was taken is in the log."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    months, came = _figures(actor, period)
    partners = _partners(actor, period)
    sent = exports.send(
        actor, FileKind.ORDER_FIGURES, "figures.csv", sheets.figures(months, came) + _partner_sheet(partners),
        purpose="service", resource=actions.resource(actor.party_id), count=len(months) + len(came) + len(partners),
    )  # fmt: skip
    return exports.answer(sent)


def _partners(actor: Actor, period: Period) -> Sequence[performance.Performance]:
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        start, end = queries.day_span(party, period.first).start, queries.day_span(party, period.last).end
        return performance.partners(party, start, min(end, start + LONGEST_ANALYSIS))


def _partner_sheet(rows: Sequence[performance.Performance]) -> bytes:
    head = ("partner", "kind", "done", "given_back", "good", "accept_hours", "days")
    lines = ((p.name, p.kind, p.done, p.given_back, p.good, p.accept_hours, p.days) for p in rows)
    return b"\r\n" + sheets.table(head, lines).removeprefix(b"\xef\xbb\xbf")


def _figures(actor: Actor, period: Period) -> tuple[list[analysis.Month], list[analysis.Came]]:
    require(actor, Action.LIST, actions.resource(actor.party_id))
    throttle.views.take(str(actor.id))
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        start: datetime = queries.day_span(party, period.first).start
        end = min(queries.day_span(party, period.last).end, start + LONGEST_ANALYSIS)
        return analysis.months(party, start, end), analysis.came_back(party, start, end)
