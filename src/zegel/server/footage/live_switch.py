# SPDX-License-Identifier: EUPL-1.2
"""The dated switch of the alarm centres' live view (S8), as the profiles have it: on or off from a day on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from zegel.declare import profiles

AFTER_S = 10
"""With live off, a centre sees what was recorded until so many seconds after the alarm was raised, nothing later."""


@dataclass(frozen=True)
class Switch:
    """One line of a profile."""

    profile: str
    since: date
    on: bool
    source: str


@dataclass(frozen=True)
class State:
    """What holds for a profile on a day, and what is dated next."""

    profile: str
    on: bool
    since: date
    source: str
    next: Switch | None


@cache
def switches() -> tuple[Switch, ...]:
    """Those of every profile, in order of profile and day."""
    return tuple(
        Switch(name, line.since, line.on, line.source)
        for name in profiles.NAMES for line in profiles.profile(name).centre.live
    )  # fmt: skip


def is_on(profile: str, day: date, among: Sequence[Switch] | None = None) -> bool:
    """Whether it is on for that profile on that day. A profile that nobody wrote down is off."""
    said = [one for one in (switches() if among is None else among) if one.profile == profile and one.since <= day]
    return bool(said) and said[-1].on


def states(day: date, among: Sequence[Switch] | None = None) -> list[State]:
    """What holds that day for every profile that is written down, and what comes next."""
    every = switches() if among is None else tuple(among)
    found = []
    for profile in dict.fromkeys(one.profile for one in every):
        mine = [one for one in every if one.profile == profile]
        now = [one for one in mine if one.since <= day]
        later = next((one for one in mine if one.since > day), None)
        last = now[-1] if now else Switch(profile, mine[0].since, False, mine[0].source)
        found.append(State(profile, last.on, last.since, last.source, later))
    return found
