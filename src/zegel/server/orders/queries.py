# SPDX-License-Identifier: EUPL-1.2
"""Reads of orders: within an acting party. Lists go by a key (time and identifier), never by a count of rows to skip,
so that the last page of a million is as quick as the first; each order of a list has its index in models.py."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q, QuerySet

from zegel.server.kernel import clock
from zegel.server.orders import days, rules, searching
from zegel.server.orders.days import Hours, Span
from zegel.server.orders.holidays import WorkCalendar
from zegel.server.orders.models import (
    Absence,
    Availability,
    Happening,
    Line,
    Note,
    Order,
    OwnDay,
    ServiceLevel,
    Visit,
    WorkRegion,
)
from zegel.server.orders.rules import OPEN_VISITS, OrderType, State
from zegel.server.people import queries as people
from zegel.server.people.models import Person
from zegel.server.people.roles import Role

PAGE = 50
MOST_PAGE = 200
MOST_VISITS = 2000
WORKERS = (Role.OWNER, Role.DESK, Role.MECHANIC)
LONGEST_CALENDAR = timedelta(days=45)


class Which(StrEnum):
    """Which orders a list is of, and in which order they stand in it."""

    OPEN = "open"  # what is due first comes first
    MINE = "mine"  # the same, of one person
    CLOSED = "closed"  # what was closed last comes first
    ALL = "all"  # the newest first


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for. `text`: letters of a number, name, thing…; then the newest come first, of all states.
    `cursor`: where the page before ended."""

    which: Which = Which.OPEN
    types: tuple[OrderType, ...] = ()
    states: tuple[State, ...] = ()
    assignee_id: UUID | None = None
    nobodys: bool = False
    unplanned: bool = False
    late: bool = False
    text: str = ""
    cursor: str = ""
    limit: int = PAGE


@dataclass(frozen=True)
class Listed:
    """`next`: the cursor of the next page, "" when this was the last."""

    rows: Sequence[Order]
    next: str


def listed(owner_id: UUID, wanted: Wanted) -> Listed:
    limit = max(1, min(wanted.limit, MOST_PAGE))
    before = _place(wanted.cursor)
    if wanted.text.strip():
        return _found(owner_id, wanted, limit, before)
    column, down = _sorting(wanted.which)
    rows = _filtered(Order.objects.filter(owner_id=owner_id), wanted)
    if before is not None:
        at, key = before
        beyond, same = ("lt", "lt") if down else ("gt", "gt")
        rows = rows.filter(**{f"{column}__{'lte' if down else 'gte'}": at}).filter(
            Q(**{f"{column}__{beyond}": at}) | Q(**{column: at, f"id__{same}": key})
        )
    sign = "-" if down else ""
    keys = list(rows.order_by(f"{sign}{column}", f"{sign}id").values_list("id", column)[: limit + 1])
    more = len(keys) > limit
    keys = keys[:limit]
    return Listed(_in_order([key for key, _at in keys]), _cursor(keys[-1][1], keys[-1][0]) if more else "")


def _sorting(which: Which) -> tuple[str, bool]:
    if which in {Which.OPEN, Which.MINE}:
        return "due_at", False
    return ("closed_at", True) if which is Which.CLOSED else ("opened_at", True)


def _filtered(rows: QuerySet[Order], wanted: Wanted) -> QuerySet[Order]:
    if wanted.which in {Which.OPEN, Which.MINE}:
        rows = rows.filter(closed_at=None)
    if wanted.which is Which.CLOSED:
        rows = rows.filter(closed_at__isnull=False)
    if wanted.types:
        rows = rows.filter(type__in=[one.value for one in wanted.types])
    if wanted.states:
        rows = rows.filter(state__in=[one.value for one in wanted.states])
    if wanted.assignee_id is not None:
        rows = rows.filter(assignee_id=wanted.assignee_id)
    if wanted.nobodys:
        rows = rows.filter(assignee_id=None)
    if wanted.unplanned:
        rows = rows.filter(planned_from=None)
    return rows.filter(due_at__lt=clock.now(), stopped_at=None) if wanted.late else rows


def _found(owner_id: UUID, wanted: Wanted, limit: int, before: tuple[datetime, UUID] | None) -> Listed:
    keys = searching.found(owner_id, wanted.text, limit + 1, before)
    if keys is None:
        return Listed([], "")
    more = len(keys) > limit
    rows = _in_order(keys[:limit])
    following = _cursor(rows[-1].opened_at, rows[-1].id) if more and rows else ""
    kept = set(_filtered(Order.objects.filter(id__in=keys[:limit]), wanted).values_list("id", flat=True))
    return Listed([row for row in rows if wanted.which in {Which.ALL} or row.id in kept], following)


def _in_order(keys: Sequence[UUID]) -> list[Order]:
    rows = Order.objects.defer("description").in_bulk(list(keys))
    return [rows[key] for key in keys if key in rows]


def _cursor(at: datetime, key: UUID) -> str:
    micros = (at - datetime(1970, 1, 1, tzinfo=at.tzinfo)) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(struct.pack(">q", micros) + key.bytes).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, UUID] | None:
    """Of nonsense: the first page."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        (micros,) = struct.unpack(">q", raw[:8])
        return clock.moment(0) + timedelta(microseconds=micros), UUID(bytes=raw[8:])
    except (binascii.Error, struct.error, ValueError, OverflowError):
        return None


# --- figures above a list ---

_COUNTS = """
SELECT state, type, count(*), count(*) FILTER (WHERE stopped_at IS NULL AND due_at < %(now)s),
       count(*) FILTER (WHERE replied_at IS NULL AND reply_by < %(now)s)
FROM orders_order WHERE owner_id = %(owner)s AND closed_at IS NULL GROUP BY state, type
"""


@dataclass(frozen=True)
class Counts:
    """Of what is open. `late`: past what was promised; `unanswered`: nobody said anything in time."""

    states: Mapping[str, int]
    types: Mapping[str, int]
    open: int
    late: int
    unanswered: int


def counts(owner_id: UUID) -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"owner": owner_id, "now": clock.now()})
        rows = cursor.fetchall()
    states: dict[str, int] = {}
    types: dict[str, int] = {}
    for state, of, many, _late, _unanswered in rows:
        states[state] = states.get(state, 0) + many
        types[of] = types.get(of, 0) + many
    return Counts(states, types, sum(row[2] for row in rows), sum(row[3] for row in rows), sum(row[4] for row in rows))


# --- one order ---


def find(order_id: UUID) -> Order | None:
    return Order.objects.filter(id=order_id).first()


def visits_of(order_id: UUID) -> list[Visit]:
    return list(Visit.objects.filter(order_id=order_id).order_by("starts_at")[:200])


def notes_of(order_id: UUID) -> list[Note]:
    return list(Note.objects.filter(order_id=order_id).order_by("at")[:500])


def lines_of(order_id: UUID) -> list[Line]:
    return list(Line.objects.filter(order_id=order_id).order_by("at", "id"))


def history_of(order_id: UUID) -> list[Happening]:
    """The newest first."""
    return list(Happening.objects.filter(order_id=order_id).order_by("-id")[:300])


def of_customer(owner_id: UUID, customer_id: UUID, limit: int = 100) -> list[Order]:
    """The newest first."""
    return list(Order.objects.filter(owner_id=owner_id, customer_id=customer_id).order_by("-opened_at")[:limit])


def of_item(owner_id: UUID, item_id: UUID, limit: int = 100) -> list[Order]:
    """Also of earlier owners of it: what was done to a thing belongs to the thing."""
    return list(Order.objects.filter(owner_id=owner_id, item_id=item_id).order_by("-opened_at")[:limit])


# --- the day ---


def calendar(owner_id: UUID, start: datetime, end: datetime, assignee_id: UUID | None = None) -> list[Visit]:
    """Visits that begin between the two, with their orders; at most LONGEST_CALENDAR and MOST_VISITS."""
    rows = Visit.objects.filter(
        owner_id=owner_id, starts_at__gte=start, starts_at__lt=min(end, start + LONGEST_CALENDAR)
    ).exclude(state="cancelled")
    if assignee_id is not None:
        rows = rows.filter(assignee_id=assignee_id)
    wanted = rows.select_related("order").defer("order__description", "made_by", "made_at")
    return list(wanted.order_by("starts_at", "id")[:MOST_VISITS])


@dataclass(frozen=True, slots=True)
class OnCalendar:
    """A visit as the calendar draws it, with what its order says in short. Identifiers as text, moments in ms."""

    visit: tuple[str, str, str, int, int, str | None]
    order: tuple[str, str, str, str, str, str | None, str, str]
    moments: tuple[int | None, ...]
    customer_id: UUID | None
    model_id: UUID | None


_MS = "round(extract(epoch FROM {}) * 1000)::bigint"
_MOMENTS = ("opened_at", "reply_by", "replied_at", "due_at", "stopped_at", "planned_from", "planned_until", "closed_at")
_ON_CALENDAR = f"""
SELECT v.id::text, v.kind, v.state, {_MS.format("v.starts_at")}, {_MS.format("v.ends_at")}, v.assignee_id::text,
       o.id::text, o.number, o.type, o.state, o.subject, o.assignee_id::text, o.outcome, o.cause,
       {", ".join(_MS.format("o." + name) for name in _MOMENTS)}, o.customer_id, o.model_id
FROM orders_visit v JOIN orders_order o ON o.id = v.order_id
WHERE v.owner_id = %(owner)s AND v.starts_at >= %(start)s AND v.starts_at < %(end)s AND v.state <> 'cancelled'
  AND (%(who)s::uuid IS NULL OR v.assignee_id = %(who)s)
ORDER BY v.starts_at, v.id LIMIT %(most)s
"""


def on_calendar(owner_id: UUID, start: datetime, end: datetime, assignee_id: UUID | None = None) -> list[OnCalendar]:
    """As `calendar`, for its drawing: a week of a large desk is six hundred visits, and most of its time went into
    objects and moments that nobody asked again."""
    with connection.cursor() as cursor:
        cursor.execute(_ON_CALENDAR, {
            "owner": owner_id, "start": start, "end": min(end, start + LONGEST_CALENDAR), "who": assignee_id,
            "most": MOST_VISITS,
        })  # fmt: skip
        return [OnCalendar(row[:6], row[6:14], row[14:22], row[22], row[23]) for row in cursor.fetchall()]


def day_span(owner_id: UUID, day: date) -> Span:
    """Of the tenant's own zone: from midnight to midnight."""
    return _day_in(zone(owner_id), day)


def _day_in(at: ZoneInfo, day: date) -> Span:
    return Span(datetime.combine(day, time(), at), datetime.combine(day + timedelta(days=1), time(), at))


def workers(owner_id: UUID) -> list[Person]:
    """Who can be sent: the tenant's own people."""
    return sorted(people.members(owner_id, WORKERS), key=lambda one: one.display_name)


def hours_of(owner_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, list[Hours]]:
    """Each one's week; the usual one of whom nothing was said."""
    wanted = list(person_ids)
    found: dict[UUID, list[Hours]] = {}
    for row in Availability.objects.filter(owner_id=owner_id, person_id__in=wanted).order_by("weekday", "from_min"):
        found.setdefault(row.person_id, []).append(Hours(row.weekday, row.from_min, row.until_min))
    return {person: found.get(person) or days.usual() for person in wanted}


def absences(owner_id: UUID) -> list[Absence]:
    """Those that are not over."""
    return list(Absence.objects.filter(owner_id=owner_id, ends_at__gt=clock.now()).order_by("starts_at")[:500])


def taken(
    owner_id: UUID, person_ids: Collection[UUID], span: Span, *, but: UUID | None = None
) -> tuple[dict[UUID, list[Span]], dict[UUID, list[Span]]]:
    """When they are busy and when they are absent within `span`; `but`: this visit does not count."""
    busy: dict[UUID, list[Span]] = {}
    visits = Visit.objects.filter(
        owner_id=owner_id, assignee_id__in=person_ids, starts_at__gte=span.start - rules.MOST_VISIT,
        starts_at__lt=span.end, ends_at__gt=span.start, state__in=OPEN_VISITS,
    )  # fmt: skip
    visits = visits.exclude(id=but) if but is not None else visits
    for person, starts, ends in visits.values_list("assignee_id", "starts_at", "ends_at"):
        if person is not None:
            busy.setdefault(person, []).append(Span(starts, ends))
    absent: dict[UUID, list[Span]] = {}
    rows = Absence.objects.filter(
        owner_id=owner_id, person_id__in=person_ids, starts_at__lt=span.end, ends_at__gt=span.start
    )
    for row in rows:
        absent.setdefault(row.person_id, []).append(Span(row.starts_at, row.ends_at))
    return busy, absent


def free(owner_id: UUID, first: date, many: int, minutes: int) -> dict[UUID, list[Span]]:
    """When each worker is free for so long, in `many` days from `first` on; what is over by now is left out."""
    everybody = [one.id for one in workers(owner_id)]
    at, hours, working = zone(owner_id), hours_of(owner_id, everybody), work_calendar(owner_id)
    every_day = [first + timedelta(days=n) for n in range(min(many, 28))]
    span = Span(_day_in(at, every_day[0]).start, _day_in(at, every_day[-1]).end)
    busy, absent = taken(owner_id, everybody, span)
    now, least = clock.now(), timedelta(minutes=minutes)
    found: dict[UUID, list[Span]] = {}
    for person in everybody:
        past = [Span(span.start, now)] if now > span.start else []
        gone = [*past, *busy.get(person, ()), *absent.get(person, ())]
        found[person] = []
        for day in every_day:
            whole = _day_in(at, day)
            left = days.without(days.works(day, hours[person], at, working), [one for one in gone if one.meets(whole)])
            found[person] += [one for one in left if one.end - one.start >= least]
    return found


# --- the tenant ---


def zone(owner_id: UUID) -> ZoneInfo:
    found = people.party(owner_id, seen_by=owner_id)
    return rules.zone_of("NL" if found is None else found.country)


def work_calendar(owner_id: UUID) -> WorkCalendar:
    """On which days the tenant works: its country's public holidays, those of its region, and what it says itself."""
    found = people.party(owner_id, seen_by=owner_id)
    region = WorkRegion.objects.filter(owner_id=owner_id).first()
    return WorkCalendar(
        "NL" if found is None else found.country, "" if region is None else region.region,
        {row.day: row.name if row.closed else False for row in own_days(owner_id)},
    )  # fmt: skip


def own_days(owner_id: UUID) -> list[OwnDay]:
    """The tenant's own closed and working days, past ones too: what was due then is still shown."""
    return list(OwnDay.objects.filter(owner_id=owner_id).order_by("day"))


def promised(owner_id: UUID, of: OrderType) -> tuple[int, int]:
    """Within how many working days somebody answers, and it is done."""
    return promises(owner_id)[of]


def promises(owner_id: UUID) -> dict[OrderType, tuple[int, int]]:
    own = {row.type: (row.reply_days, row.done_days) for row in ServiceLevel.objects.filter(owner_id=owner_id)}
    return {of: own.get(of.value, (one.reply_days, one.done_days)) for of, one in rules.courses().items()}
