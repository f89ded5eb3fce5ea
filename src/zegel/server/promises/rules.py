# SPDX-License-Identifier: EUPL-1.2
"""What a promise's evidence says of it now. Pure.

Kept is said only of fresh evidence. Broken stays broken until a later try found otherwise, however old it grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """From bad to good."""

    BROKEN = "broken"
    STALE = "stale"
    UNPROVEN = "unproven"
    KEPT = "kept"


class Every(StrEnum):
    """How often a probe runs by itself."""

    HOUR = "hour"
    NIGHT = "night"


FRESH = {Every.HOUR: timedelta(hours=3), Every.NIGHT: timedelta(hours=50)}
"""How long evidence counts: two runs may fail before it is stale."""


class Why(StrEnum):
    """Why nothing was proven, or what broke; the pages have the sentences."""

    NONE = ""
    HELD = "held"  # all that was tried held
    FELL = "fell"  # some of it did not
    NOTHING = "nothing"  # there is nothing yet on which it could be tried
    NO_CODE = "no_code"  # this part of the product isn't there yet
    DOCUMENT = "document"  # no machine can find it out from here
    NOT_REACHED = "not_reached"  # what was to be asked did not answer
    NO_TLS = "no_tls"  # served on this machine only, without TLS
    NOT_YET = "not_yet"  # planted, and its term is not over
    TOO_LONG = "too_long"  # stopped at its time limit
    FAILED = "failed"  # the probe itself failed
    NOT_RECORDED = "not_recorded"  # nobody has written down what it would be measured by
    OLD = "old"  # the evidence is too old


@dataclass(frozen=True)
class Result:
    """What a probe found. `tried`: how many things it looked at or attempted; `failed`: how many did not hold;
    `which`: identifiers or names of closed lists of the first few of those, never personal data."""

    state: State
    tried: int = 0
    failed: int = 0
    why: Why = Why.NONE
    which: tuple[str, ...] = ()


MOST_NAMED = 10


def judged(tried: int, fell: list[str]) -> Result:
    """Kept when something was tried and all of it held."""
    if fell:
        return Result(State.BROKEN, max(tried, len(fell)), len(fell), Why.FELL, tuple(fell[:MOST_NAMED]))
    if tried == 0:
        return unproven(Why.NOTHING)
    return Result(State.KEPT, tried, 0, Why.HELD)


def unproven(why: Why, tried: int = 0) -> Result:
    return Result(State.UNPROVEN, tried, 0, why)


def state_now(found: State, at: datetime, every: Every, now: datetime) -> State:
    """What evidence of `at` is worth now."""
    if found is State.BROKEN or now - at <= FRESH[every]:
        return found
    return State.STALE


ORDER = (State.BROKEN, State.STALE, State.UNPROVEN, State.KEPT)


def worst(states: list[State]) -> State:
    """Of none: unproven."""
    return min(states, key=ORDER.index, default=State.UNPROVEN)
