# SPDX-License-Identifier: EUPL-1.2
"""What may happen to an alarm, and which alarm comes first. Pure: no clock, no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
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
    PARK = "park"
    CLOSE = "close"
    RECALL = "recall"
    REOPEN = "reopen"


class CloseCode(StrEnum):
    """How an alarm ended: the closed list an operator chooses from. RECALLED is not his to choose: the customer
    recalls, or a valid code word does."""

    GENUINE = "genuine"
    FALSE_USER = "false_user"
    FALSE_EQUIPMENT = "false_equipment"
    FALSE_ENVIRONMENT = "false_environment"
    TEST = "test"
    RECALLED = "recalled"
    UNKNOWN = "unknown"


class Confirmed(StrEnum):
    """What made an alarm a confirmed one (EN 50131-9 speaks of sequential, audio and visual confirmation)."""

    NOT = ""
    SEQUENTIAL = "sequential"
    VIDEO = "video"
    AUDIO = "audio"
    PATH_FAILURE = "path_failure"


class Verdict(StrEnum):
    """What was made of a signal."""

    OPENED = "opened"
    FOLDED = "folded"
    RESTORED = "restored"
    RECALLED = "recalled"
    POTENTIAL_CANCEL = "potential_cancel"
    OPEN_CLOSE = "open_close"
    TEST = "test"
    BYPASS = "bypass"
    SWINGER = "swinger"
    EXIT = "exit"
    LOGGED = "logged"


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
    (State.QUEUED, Verb.PARK): State.QUEUED,
    (State.CLOSED, Verb.REOPEN): State.ACTING,
    **{(state, Verb.PARK): State.QUEUED for state in HELD_STATES},
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


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(ms: int) -> datetime:
    """Milliseconds since 1970 as an aware time."""
    return _EPOCH + timedelta(milliseconds=ms)


def ms_of(at: datetime) -> int:
    """The reverse: whole milliseconds, as a signal's own time has them."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


# --- classes ---

# Words of zegel.protocols.events.SignalClass. A family is handled as one matter at a site: what comes while an alarm of
# it is open, joins it.
FIRE, HOLDUP, MEDICAL, BURGLARY, TAMPER = "fire", "holdup_duress", "medical", "burglary", "tamper"
TECHNICAL, EXCEPTION, TEST, UNKNOWN = "technical", "open_close_exception", "test", "unknown"
_FAMILY = {"burglary": BURGLARY, "video": BURGLARY, "contact_entry": BURGLARY}
_LIFE_SAFETY = frozenset({FIRE, HOLDUP, MEDICAL})

# Words that units use for classes of their own.
_UNIT_WORDS = {"hold_up": HOLDUP, "panic": HOLDUP, "input": BURGLARY}
_OWN_WORDS = frozenset({FIRE, HOLDUP, MEDICAL, BURGLARY, TAMPER, TECHNICAL, "video", "contact_entry"})


def family(signal_class: str) -> str:
    """Which classes are one matter: burglary, a contact and a camera's find are; every other class is its own."""
    return _FAMILY.get(signal_class, signal_class)


def class_of_unit(cause: str, alarm_class: str) -> str:
    """The class that the rules go by, of an alarm that a unit raised for itself."""
    if cause == "technical":
        return TECHNICAL
    if alarm_class in _OWN_WORDS:
        return alarm_class
    if alarm_class in _UNIT_WORDS:
        return _UNIT_WORDS[alarm_class]
    return TAMPER if cause == "tamper" else BURGLARY


def is_life_safety(signal_class: str) -> bool:
    """Danger to people: never recalled, held back, parked or cleared by anything but an operator's closing."""
    return signal_class in _LIFE_SAFETY


def may_be_held_back(signal_class: str) -> bool:
    """Whether a look may wait for a recall (S1; field.md: "eligible burglary alarms")."""
    return family(signal_class) == BURGLARY


# --- the queue ---

# Lower comes first: fire, hold-up, medical, burglary (confirmed, then not), tamper, technical, test. What nobody knows
# is as urgent as a burglary, until somebody judged it.
_PRIORITY = {FIRE: 1, HOLDUP: 2, MEDICAL: 3, BURGLARY: 5, TAMPER: 7, TECHNICAL: 8, EXCEPTION: 8, "bypass": 8, TEST: 9}
_CONFIRMED = 4
_LESS_LIKELY = {"vehicle": 6, "motion": 6, "animal": 8}
MOST_URGENT = 1
LEAST_URGENT = 9
UNKNOWN_PRIORITY = _PRIORITY[BURGLARY]


def priority(signal_class: str, alarm_class: str = "", confirmed: str = "", duress: bool = False) -> int:
    """1 (first) to 9. `alarm_class` refines a burglary: an animal is less likely one than a person."""
    if duress:
        return _PRIORITY[HOLDUP]
    base = _PRIORITY.get(family(signal_class), UNKNOWN_PRIORITY)
    if base != _PRIORITY[BURGLARY] or signal_class == UNKNOWN:
        return base
    return _CONFIRMED if confirmed else _LESS_LIKELY.get(alarm_class, base)


# How urgent codes are in the tables that a provider changes (zegel.protocols.events: 1 danger to people, 2 burglary,
# 3 tamper, 4 exceptions, 5 technical, then what is no alarm) -> the place in the queue.
_OF_CODE = {1: _PRIORITY[MEDICAL], 2: _PRIORITY[BURGLARY], 3: _PRIORITY[TAMPER], 4: _PRIORITY[TECHNICAL],
            5: _PRIORITY[TECHNICAL]}  # fmt: skip


def priority_of_code(priority: int) -> int:
    """The place in the queue of a priority that a provider gave a code."""
    return _OF_CODE.get(priority, LEAST_URGENT)


def priority_of(
    signal_class: str, alarm_class: str = "", confirmed: str = "", duress: bool = False, own: int | None = None
) -> int:
    """As `priority`, where a provider gave the code its own (`own`: its place in the queue). He may put a code before
    or behind its class; danger to people, and what is confirmed, only before."""
    floor = priority(signal_class, alarm_class, confirmed, duress)
    if own is None:
        return floor
    return min(floor, own) if duress or confirmed or is_life_safety(signal_class) else own


@dataclass(frozen=True)
class Queued:
    """What decides an alarm's place in the queue."""

    priority: int
    raised_ms: int
    number: int
    parked: bool = False


def queue_key(alarm: Queued) -> tuple[int, int, int, int]:
    """Sorts the queue: what is parked last, then class, then the oldest, then the unit's own numbering."""
    return (int(alarm.parked), alarm.priority, alarm.raised_ms, alarm.number)


LATE_AFTER_MS = 10_000


def lateness_ms(raised_ms: int, received_ms: int) -> int:
    """How long the alarm was under way; a unit's clock that runs ahead counts as no delay."""
    return max(0, received_ms - raised_ms)


def is_late(raised_ms: int, received_ms: int) -> bool:
    """True for an alarm that waited (in a spool, on a slow line) long enough for the operator to be told."""
    return lateness_ms(raised_ms, received_ms) > LATE_AFTER_MS
