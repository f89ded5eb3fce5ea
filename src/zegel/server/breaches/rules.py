# SPDX-License-Identifier: EUPL-1.2
"""From what is known of a breach to who must be told by when. Pure.

- Hours run: a deadline of 72 hours ends 72 hours after somebody here knew, whatever the clocks on the wall did in
  between, on a Sunday too. (Regulation 1182/71 would move some ends to a working day; the earlier one is kept.)
- What is not known yet counts against us: until the case is assessed, both clocks run.
- Whose processing it was decides (Art. 33(1), (2)): for a customer's we are processor and tell him, however small the
  risk; for our own we are controller and tell the authority, unless a risk to people is unlikely.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from zegel.declare import Purpose
from zegel.declare.law import Deadline

LONGEST_WHAT = 4000
LONGEST_WORDS = 4000
LONGEST_LETTER = 20_000


class State(StrEnum):
    """Where a case is. `no_breach`: looked into, and it was none; it stays in the register with the reason."""

    REPORTED = "reported"
    ASSESSED = "assessed"
    JUDGED = "judged"
    CLOSED = "closed"
    NO_BREACH = "no_breach"


class Nature(StrEnum):
    """Art. 4(12) GDPR: what happened to the data."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Level(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Risk(StrEnum):
    """To the rights and freedoms of people: unlikely, likely, high (Art. 33(1), 34(1))."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class Side(StrEnum):
    """Our role in a processing."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


class DutyKind(StrEnum):
    """Whom we owe word."""

    CUSTOMER = "customer"  # Art. 33(2)
    AUTHORITY = "authority"  # Art. 33(1)
    PEOPLE = "people"  # Art. 34


class How(StrEnum):
    """The way a notice went. Only mail is sent from here; of the others the officer writes down that and when."""

    MAIL = "mail"
    FORM = "form"
    POST = "post"
    PHONE = "phone"


# What a customer hired us for: there he decides why and how, and we process for him (C21, Art. 28).
ON_BEHALF = frozenset({Purpose.SURVEILLANCE, Purpose.ALARM_VERIFICATION, Purpose.OWN_USE, Purpose.MAINTENANCE})

_RANK = {Level.LOW: 0, Level.MEDIUM: 1, Level.HIGH: 2}
LAW = {DutyKind.CUSTOMER: "breach.customer", DutyKind.AUTHORITY: "breach.authority"}


def side_of(purpose: Purpose, owner_id: UUID, us: UUID) -> Side:
    """Our role for a row of `owner_id` that is held for `purpose`."""
    return Side.PROCESSOR if owner_id != us and purpose in ON_BEHALF else Side.CONTROLLER


def suggested(severity: Level, likelihood: Level) -> Risk:
    """What the two levels make of it; the officer decides, with his reason (EDPB 9/2022, § 105 and after)."""
    both = _RANK[severity] + _RANK[likelihood]
    if severity is Level.HIGH and likelihood is not Level.LOW:
        return Risk.HIGH
    if both >= 3:
        return Risk.HIGH
    return Risk.UNLIKELY if both == 0 else Risk.RISK


def due(deadline: Deadline, known_at: datetime) -> datetime:
    """When it ends. `known_at` is aware; hours and days run, months are the calendar's (the day that isn't there is the
    month's last)."""
    if deadline.months:
        return _months_later(known_at, deadline.months)
    return known_at + timedelta(hours=deadline.hours + 24 * deadline.days)


def _months_later(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


@dataclass(frozen=True, order=True)
class Owed:
    """A duty: towards a controller (customer), or for our own processing (`towards` us); None while it is not known
    whose it was."""

    kind: DutyKind
    towards: UUID | None


def owed(sides: Iterable[tuple[UUID, Side]] | None, us: UUID, risk: Risk | None) -> frozenset[Owed]:
    """Whom we owe word. `sides`: each controller whose processing was touched, and our side there; None: not assessed
    yet. `risk`: None while nobody judged."""
    if sides is None:
        return frozenset({Owed(DutyKind.CUSTOMER, None), Owed(DutyKind.AUTHORITY, None)})
    found: set[Owed] = set()
    for party, side in sides:
        if side is Side.PROCESSOR:
            found.add(Owed(DutyKind.CUSTOMER, party))
            continue
        if risk is not Risk.UNLIKELY:
            found.add(Owed(DutyKind.AUTHORITY, us))
        if risk is Risk.HIGH:
            found.add(Owed(DutyKind.PEOPLE, us))
    return frozenset(found)


def stage(now: datetime, known_at: datetime, due_at: datetime) -> int:
    """How often somebody should have been reminded by now: 1 at half of the time, 2 with a quarter left, 3 with two
    hours left, 4 when it is over, then once more each day."""
    whole = due_at - known_at
    if now >= due_at:
        return 4 + (now - due_at) // timedelta(days=1)
    last = max(due_at - timedelta(hours=2), known_at + whole / 2)
    marks = {known_at + whole / 2, known_at + whole * 3 / 4, last}
    return sum(now >= mark for mark in marks)
