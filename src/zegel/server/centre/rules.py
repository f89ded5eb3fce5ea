# SPDX-License-Identifier: EUPL-1.2
"""When nobody acts: what an alarm centre's queue must raise, to whom, and again when. Pure: no clock, no database.

C12: the centre is manned around the clock; a queue without a signed-in operator, or an alarm unclaimed past the norm,
escalates. Somebody is told, and told again with pauses, until somebody acts; one who acts gets some quiet, and when the
matter is still there after that, it begins again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Cause(StrEnum):
    """Why it escalates."""

    UNMANNED = "unmanned"  # something waits and nobody is at a seat
    OVERDUE = "overdue"  # an alarm waits past its norm
    STAND_IN = "stand_in"  # another centre's queue, for which this one steps in


class StepKind(StrEnum):
    """What was done about it, in the order of an escalation's life."""

    OPENED = "opened"
    PAGED = "paged"
    SECOND_CENTRE = "second_centre"
    WORSE = "worse"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Situation:
    """A centre's queue at one moment. `waiting`: nobody has claimed it; `overdue` of them are past their norm."""

    waiting: int
    overdue: int
    manned: int


@dataclass(frozen=True)
class Pace:
    """How fast it goes on. Defaults: a page can be answered in a minute; who was asked twice gets two."""

    second_after_s: int = 60
    repeat_s: int = 120
    quiet_s: int = 300


@dataclass(frozen=True)
class Course:
    """Where an open escalation is: how many rounds were made, and when the next is due."""

    cause: Cause
    rounds: int
    next_at: datetime


@dataclass(frozen=True)
class Round:
    """To be done now: whether the second centre is told too, and the course after it."""

    number: int
    second_centre: bool
    after: Course


def cause_of(situation: Situation) -> Cause | None:
    """Why this queue escalates now; None when it does not. Nobody there is worse than somebody slow."""
    if situation.waiting and not situation.manned:
        return Cause.UNMANNED
    if situation.overdue:
        return Cause.OVERDUE
    return None


def begin(cause: Cause, now: datetime) -> Course:
    """Its first round is due at once."""
    return Course(cause, 0, now)


def worsened(course: Course, cause: Cause, now: datetime) -> Course:
    """The queue went from overdue to unmanned: whoever was told must be told that, at once. The other way changes
    nothing but the word."""
    if cause is Cause.UNMANNED and course.cause is not Cause.UNMANNED:
        return Course(cause, course.rounds, now)
    return replace(course, cause=cause)


def due(course: Course, pace: Pace, now: datetime) -> Round | None:
    """The round that is due, or None. However late it is found, one round is made for all that were missed."""
    if now < course.next_at:
        return None
    number = course.rounds + 1
    wait_s = pace.second_after_s if number == 1 else pace.repeat_s
    return Round(number, number > 1, Course(course.cause, number, now + timedelta(seconds=max(1, wait_s))))


def acknowledged(course: Course, pace: Pace, now: datetime) -> Course:
    """Somebody acts: quiet for a while."""
    return replace(course, next_at=now + timedelta(seconds=max(1, pace.quiet_s)))


# --- seats ---

SEAT_LASTS = timedelta(seconds=45)  # an event stream is looked at every 15 to 30 s
ABANDONED = timedelta(seconds=120)  # so long without a seat, and what one had in hand goes back into the queue
STREAM_GONE = timedelta(seconds=10)  # a page that is loaded anew is back by then


def seat_runs(last_seen: datetime, now: datetime) -> bool:
    """Whether the operator's event stream still keeps the seat."""
    return now - last_seen < SEAT_LASTS


def gone(now: datetime) -> datetime:
    """What to put as last seen when a stream ended: the seat lapses after STREAM_GONE unless the page comes back."""
    return now - SEAT_LASTS + STREAM_GONE
