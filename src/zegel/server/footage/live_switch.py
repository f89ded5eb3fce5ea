# SPDX-License-Identifier: EUPL-1.2
"""The dated switch of the alarm centres' live view (S8): for each profile, on or off from a day on. Pure, but for the
file that it reads once."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

AFTER_S = 10
"""With live off, a centre sees what was recorded until so many seconds after the alarm was raised, nothing later."""


@dataclass(frozen=True)
class Switch:
    """One line of the file."""

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


class BadSwitches(ValueError):
    """The file is not what it must be; the server does not start."""


def parse(text: str) -> tuple[Switch, ...]:
    """In order of profile and day. Raises BadSwitches."""
    try:
        rows = tomllib.loads(text)["switch"]
        found = [Switch(str(row["profile"]), row["from"], row["on"], str(row["source"])) for row in rows]
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as problem:
        raise BadSwitches(f"live_switch.toml: {problem}") from None
    if any(type(one.since) is not date or type(one.on) is not bool or not one.source for one in found):
        raise BadSwitches("live_switch.toml: a line has a day, true or false, and a source")
    if len({(one.profile, one.since) for one in found}) != len(found):
        raise BadSwitches("live_switch.toml: two lines speak of one profile and day")
    return tuple(sorted(found, key=lambda one: (one.profile, one.since)))


@cache
def switches() -> tuple[Switch, ...]:
    """Those of this installation."""
    return parse((files("zegel.server.footage") / "live_switch.toml").read_text("utf-8"))


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
