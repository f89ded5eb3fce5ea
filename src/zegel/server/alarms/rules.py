# SPDX-License-Identifier: EUPL-1.2
"""What may happen to an alarm, and which alarm comes first. Pure: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zegel.server.alarms.errors import NotAllowedNow


class State(StrEnum):
    """Where an alarm is in its life: new → queued → claimed → acting ⇄ on_hold → closed."""

    NEW = "new"
    QUEUED = "queued"
    CLAIMED = "claimed"
    ACTING = "acting"
    ON_HOLD = "on_hold"
    CLOSED = "closed"


class Verb(StrEnum):
    """What someone may do to an alarm."""

    QUEUE = "queue"
    CLAIM = "claim"
    RELEASE_CLAIM = "release_claim"
    STEP = "step"
    HOLD = "hold"
    RESUME = "resume"
    CLOSE = "close"
    RECALL = "recall"


class CloseCode(StrEnum):
    """How an alarm ended: the closed list an operator chooses from; RECALLED is the customer's."""

    REAL = "real"
    FALSE_PERSON = "false_person"
    FALSE_ANIMAL = "false_animal"
    FALSE_TECHNICAL = "false_technical"
    CUSTOMER_ERROR = "customer_error"
    TEST = "test"
    RECALLED = "recalled"


OPEN_STATES = frozenset(State) - {State.CLOSED}
WAITING_STATES = frozenset({State.NEW, State.QUEUED})
HELD_STATES = frozenset({State.CLAIMED, State.ACTING, State.ON_HOLD})

_NEXT: dict[tuple[State, Verb], State] = {
    (State.NEW, Verb.QUEUE): State.QUEUED,
    (State.QUEUED, Verb.CLAIM): State.CLAIMED,
    (State.CLAIMED, Verb.STEP): State.ACTING,
    (State.ACTING, Verb.STEP): State.ACTING,
    (State.ACTING, Verb.HOLD): State.ON_HOLD,
    (State.CLAIMED, Verb.HOLD): State.ON_HOLD,
    (State.ON_HOLD, Verb.RESUME): State.ACTING,
    **{(state, Verb.RELEASE_CLAIM): State.QUEUED for state in HELD_STATES},
    **{(state, Verb.CLOSE): State.CLOSED for state in HELD_STATES},
    **{(state, Verb.RECALL): State.CLOSED for state in OPEN_STATES},
}


def after(state: State, verb: Verb) -> State:
    """The state that `verb` leads to. Raises NotAllowedNow when the alarm's life does not go that way."""
    target = _NEXT.get((state, verb))
    if target is None:
        raise NotAllowedNow(state.value, verb.value)
    return target


def closing_code(code: str) -> CloseCode:
    """An operator's closing code. `recalled` belongs to the customer. Raises ValueError for anything else."""
    chosen = CloseCode(code)
    if chosen is CloseCode.RECALLED:
        raise ValueError("only the customer recalls")
    return chosen


# Lower comes first. Danger to people before danger to things before doubt (EN 50518's order of handling).
_PRIORITY = {
    "hold_up": 1,
    "panic": 1,
    "fire": 1,
    "input": 2,
    "person": 3,
    "tamper": 3,
    "vehicle": 4,
    "motion": 5,
    "animal": 6,
    "technical": 7,
}
MOST_URGENT = 1
LEAST_URGENT = 7


def priority(cause: str, alarm_class: str) -> int:
    """1 (first) to 7. The class speaks before the cause; a class nobody knows is as urgent as a person."""
    if cause == "technical":
        return LEAST_URGENT
    return _PRIORITY.get(alarm_class) or _PRIORITY.get(cause if cause != "motion" else "", _PRIORITY["person"])


@dataclass(frozen=True)
class Queued:
    """What decides an alarm's place in the queue."""

    priority: int
    raised_ms: int
    number: int


def queue_key(alarm: Queued) -> tuple[int, int, int]:
    """Sorts the queue: class first, then the oldest, then the unit's own numbering."""
    return (alarm.priority, alarm.raised_ms, alarm.number)


LATE_AFTER_MS = 10_000


def lateness_ms(raised_ms: int, received_ms: int) -> int:
    """How long the alarm was under way; a unit's clock that runs ahead counts as no delay."""
    return max(0, received_ms - raised_ms)


def is_late(raised_ms: int, received_ms: int) -> bool:
    """True for an alarm that waited (in a spool, on a slow line) long enough for the operator to be told."""
    return lateness_ms(raised_ms, received_ms) > LATE_AFTER_MS
