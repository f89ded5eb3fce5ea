# SPDX-License-Identifier: EUPL-1.2
"""Pure: the types of orders, their states as data (states.toml), and the clocks of what was promised."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from zegel.server.orders.holidays import WorkCalendar

LONGEST_SUBJECT = 160
LONGEST_TEXT = 4000
MOST_VISIT = timedelta(hours=14)
MOST_LINES = 200
MOST_DAYS = 365
MOST_CLOSED_DAYS = 200
LONGEST_CLOSED_NAME = 60
WORD = 40
MOST_WORDS = 48
SHORTEST_WORD = 2

ZONES = {"NL": "Europe/Amsterdam", "BE": "Europe/Brussels", "DE": "Europe/Berlin", "SE": "Europe/Stockholm"}


class OrderType(StrEnum):
    """What somebody asks for (promise I2)."""

    REQUEST = "request"
    REPAIR = "repair"
    MEASURE_INSTALL = "measure_install"
    EXCHANGE = "exchange"
    RETURN = "return"
    COMPLAINT = "complaint"
    QUESTION = "question"


class State(StrEnum):
    NEW = "new"
    ASSESSED = "assessed"  # somebody read it and knows what must be done
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_PARTS = "waiting_parts"
    PLANNED = "planned"
    IN_WORK = "in_work"
    DONE = "done"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    ANSWERED = "answered"
    ORDER_MADE = "order_made"
    REPAIRED = "repaired"
    REPLACED = "replaced"
    NOT_FOUND = "not_found"
    NOT_WORTH_IT = "not_worth_it"
    INSTALLED = "installed"
    MEASURED_ONLY = "measured_only"
    EXCHANGED = "exchanged"
    CREDITED = "credited"
    REFUNDED = "refunded"
    SENT_BACK = "sent_back"
    MADE_GOOD = "made_good"
    EXPLAINED = "explained"
    REJECTED = "rejected"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Cause(StrEnum):
    """What was the matter."""

    DEFECT = "defect"
    WEAR = "wear"
    TRANSPORT = "transport"
    INSTALLATION = "installation"
    USE = "use"
    WRONG_PRODUCT = "wrong_product"
    NOT_AS_EXPECTED = "not_as_expected"
    INCOMPLETE = "incomplete"
    SERVICE = "service"  # of a complaint: how it was dealt with
    UNKNOWN = "unknown"


class Source(StrEnum):
    """How it came in."""

    DESK = "desk"
    FORM = "form"
    IMPORT = "import"
    API = "api"


class VisitKind(StrEnum):
    VISIT = "visit"
    MEASURE = "measure"
    INSTALL = "install"
    COLLECT = "collect"
    DELIVER = "deliver"
    CALL = "call"


class VisitState(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"  # the customer said that it suits him
    DONE = "done"
    MISSED = "missed"  # nobody was at home, or nobody came
    CANCELLED = "cancelled"


OPEN_VISITS = (VisitState.PLANNED, VisitState.CONFIRMED)


class LineKind(StrEnum):
    PART = "part"
    LABOUR = "labour"
    TRAVEL = "travel"
    TRANSPORT = "transport"
    OTHER = "other"


class NoteSource(StrEnum):
    DESK = "desk"
    CUSTOMER = "customer"
    PARTNER = "partner"


class What(StrEnum):
    """What happened to an order, for its history."""

    OPENED = "opened"
    MOVED = "moved"
    CHANGED = "changed"
    ASSIGNED = "assigned"
    PLANNED = "planned"
    VISIT_CHANGED = "visit_changed"
    NOTED = "noted"
    LINE_ADDED = "line_added"
    LINE_REMOVED = "line_removed"
    CUSTOMER_CORRECTED = "customer_corrected"
    HANDED_OUT = "handed_out"
    TAKEN_BACK = "taken_back"
    REOPENED = "reopened"


@dataclass(frozen=True)
class Course:
    """What can become of an order of one type."""

    type: OrderType
    reply_days: int
    done_days: int
    visits: tuple[VisitKind, ...]
    waits: frozenset[State]
    ends: frozenset[State]
    outcomes: tuple[Outcome, ...]
    causes: bool
    next: Mapping[State, tuple[State, ...]]

    def may_go(self, state: State, to: State) -> bool:
        return to in self.next.get(state, ())

    def way(self, state: State, to: State) -> tuple[State, ...] | None:
        """The shortest way there, `to` last and `state` left out; through no end and no state that waits for somebody
        else. None where there is none."""
        ways: list[tuple[State, ...]] = [()]
        seen = {state}
        for gone in ways:
            for following in self.next.get(gone[-1] if gone else state, ()):
                if following is to:
                    return (*gone, to)
                if following not in seen | self.ends | self.waits:
                    seen.add(following)
                    ways.append((*gone, following))
        return None


class CourseInvalid(ValueError):
    """states.toml contradicts itself; the message says where."""


@cache
def courses() -> Mapping[OrderType, Course]:
    """Every type's, as the data say. Raises CourseInvalid."""
    return read(resources.files("zegel.server.orders").joinpath("states.toml").read_text("utf-8"))


def course(of: OrderType | str) -> Course:
    return courses()[OrderType(of)]


def read(text: str) -> Mapping[OrderType, Course]:
    """Raises CourseInvalid when a type is missing, a state leads nowhere or can't be reached."""
    data = tomllib.loads(text)
    try:
        found = {one: _course(one, data[one.value]) for one in OrderType}
    except (KeyError, ValueError) as error:
        raise CourseInvalid(f"states.toml: {error}") from None
    for one in found.values():
        _check(one)
    return found


def _course(of: OrderType, said: Mapping[str, object]) -> Course:
    table: Mapping[str, list[str]] = said["next"]  # type: ignore[assignment]
    return Course(
        of, int(said["reply_days"]), int(said["done_days"]),  # type: ignore[call-overload]
        tuple(VisitKind(one) for one in said["visits"]),  # type: ignore[attr-defined]
        frozenset(State(one) for one in said["waits"]),  # type: ignore[attr-defined]
        frozenset(State(one) for one in said["ends"]),  # type: ignore[attr-defined]
        tuple(Outcome(one) for one in said["outcomes"]), bool(said["causes"]),  # type: ignore[attr-defined]
        {State(key): tuple(State(one) for one in to) for key, to in table.items()},
    )  # fmt: skip


def _check(one: Course) -> None:
    known = set(one.next) | one.ends
    reached = {State.NEW} | {to for nexts in one.next.values() for to in nexts}
    if reached != known or not one.waits <= set(one.next) or one.ends & set(one.next):
        raise CourseInvalid(f"states.toml: {one.type.value}: a state is not reached, or leads nowhere.")
    if any(not (set(nexts) & one.ends) for nexts in one.next.values()) or not one.outcomes:
        raise CourseInvalid(f"states.toml: {one.type.value}: from every state it can be ended.")


# --- clocks ---


def zone_of(country: str) -> ZoneInfo:
    """In which zone a tenant's days are counted."""
    return ZoneInfo(ZONES.get(country, "Europe/Amsterdam"))


MOST_CLOSED = 400
"""So many days in a row are looked at for a working one: a firm that closed every day of a year still gets a term."""


def working_days_later(moment: datetime, days: int, zone: ZoneInfo, calendar: WorkCalendar) -> datetime:
    """The end of the day so many working days after the one of `moment`: of Mondays to Fridays those on which the firm
    works."""
    day = moment.astimezone(zone)
    for _working in range(days):
        day = _next_working(day + timedelta(days=1), calendar)
    return _next_working(day, calendar).replace(hour=23, minute=59, second=0, microsecond=0)


def _next_working(day: datetime, calendar: WorkCalendar) -> datetime:
    """That day, or the next on which the firm works."""
    for _closed in range(MOST_CLOSED):
        if calendar.works(day.date()):
            break
        day += timedelta(days=1)
    return day


@dataclass(frozen=True)
class Clock:
    """What an order's clock says. `stopped`: it stands still, since somebody else must do something first."""

    due_at: datetime
    stopped_at: datetime | None

    def at(self, now: datetime) -> datetime:
        """When it is due, if it went on now."""
        return self.due_at if self.stopped_at is None else self.due_at + (now - self.stopped_at)


def moved(clock: Clock, waits: bool, now: datetime) -> Clock:
    """Stops or starts it. How long it stood still is given on top."""
    if waits == (clock.stopped_at is not None):
        return clock
    return Clock(clock.due_at, now) if waits else Clock(clock.at(now), None)


# --- what is searched by ---


def words_of(*texts: str) -> tuple[str, ...]:
    """The words of these texts as they are looked for: no capitals, no accents, letters and figures. What is written
    with signs between (a telephone number, a serial) is a word as a whole too."""
    found: dict[str, None] = {}
    for text in texts:
        for chunk in _flat(text).split():
            parts = "".join(sign if sign.isalnum() else " " for sign in chunk).split()
            whole = "".join(parts)
            for word in (*parts, whole, chunk if "@" in chunk else ""):
                if len(word) >= SHORTEST_WORD:
                    found[word[:WORD]] = None
    return tuple(found)[:MOST_WORDS]


def sought(text: str) -> tuple[str, ...]:
    """What somebody looks for, as words: the last may be the beginning of one. At most five count."""
    found: list[str] = []
    for chunk in _flat(text).split()[:8]:
        whole = chunk if "@" in chunk else "".join(sign for sign in chunk if sign.isalnum())
        if len(whole) >= SHORTEST_WORD:
            found.append(whole[:WORD])
    return tuple(dict.fromkeys(found))[:5]


def _flat(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))


def after(word: str) -> str:
    """The first text that comes after everything that begins with `word` (in the order of code points)."""
    return word[:-1] + chr(ord(word[-1]) + 1)
