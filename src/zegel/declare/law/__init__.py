# SPDX-License-Identifier: EUPL-1.2
"""What the law asks, as dated data with its source: deadlines, adequacy, authorities and their norms.

Pure. A caller says on which day he asks; without a day the newest line counts. A new law is a new line with its day,
never a change of an old one: what was in time then stays in time.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

LATEST = date.max


class NoSuchLaw(LookupError):
    """Nobody wrote down a line of that name for that day."""


@dataclass(frozen=True)
class Deadline:
    """One of hours, days or months; the other two are 0."""

    name: str
    since: date
    hours: int
    days: int
    months: int
    source: str


@dataclass(frozen=True)
class Adequacy:
    """Data may go there as if it stayed (Art. 45 GDPR). `scope`: only to these recipients; "" for all."""

    country: str
    since: date
    until: date | None
    scope: str
    source: str


@dataclass(frozen=True)
class Authority:
    """Who supervises, and where it is found. `languages`: of ours, in which it takes letters."""

    name: str
    site: str
    languages: tuple[str, ...] = ()
    address: str = ""
    email: str = ""


@dataclass(frozen=True)
class Norm:
    """What an authority takes for long enough."""

    name: str
    country: str
    since: date
    days: int
    source: str


def deadline(name: str, on: date | None = None) -> Deadline:
    """Raises NoSuchLaw."""
    day = on or LATEST
    held = [one for one in _deadlines() if one.name == name and one.since <= day]
    if not held:
        raise NoSuchLaw(f"deadlines.toml has no line {name!r} for {day}.")
    return max(held, key=lambda one: one.since)


def deadlines() -> tuple[Deadline, ...]:
    """Every line there is, in order of name and day."""
    return _deadlines()


def in_area(country: str, on: date | None = None) -> bool:
    """Whether it is in the European Economic Area, where no decision is asked for."""
    since, countries = _area()
    return country.upper() in countries and since <= (on or LATEST)


def adequate(country: str, on: date | None = None) -> Adequacy | None:
    """The Commission's decision that holds that day; None where there is none (also inside the area: see in_area)."""
    day = on or LATEST
    held = [one for one in adequacies() if one.country == country.upper() and one.since <= day]
    return next((one for one in held if on is None or one.until is None or day < one.until), None)


@cache
def adequacies() -> tuple[Adequacy, ...]:
    rows = _table("adequacy")["adequate"]
    return tuple(
        Adequacy(row["country"], row["since"], row.get("until"), row.get("scope", ""), row["source"]) for row in rows
    )


def authority(country: str) -> Authority | None:
    return _authorities().get(country.upper())


def authorities() -> dict[str, Authority]:
    """By country."""
    return dict(_authorities())


def norm(name: str, country: str, on: date | None = None) -> Norm | None:
    """Of that country's authority; where none is known, the line of "*". None when nothing held that day."""
    day = on or LATEST
    held = [one for one in _norms() if one.name == name and one.since <= day]
    own = [one for one in held if one.country == country.upper()] or [one for one in held if one.country == "*"]
    return max(own, key=lambda one: one.since, default=None)


@cache
def _deadlines() -> tuple[Deadline, ...]:
    found = [
        Deadline(
            row["name"], row["since"], row.get("hours", 0), row.get("days", 0), row.get("months", 0), row["source"]
        )
        for row in _table("deadlines")["deadline"]
    ]
    if any(sum(part > 0 for part in (one.hours, one.days, one.months)) != 1 for one in found):
        raise NoSuchLaw("deadlines.toml: a line has hours, days or months, and one of them only")
    return tuple(sorted(found, key=lambda one: (one.name, one.since)))


@cache
def _area() -> tuple[date, frozenset[str]]:
    table = _table("adequacy")["area"]
    return table["since"], frozenset(table["countries"])


@cache
def _authorities() -> dict[str, Authority]:
    return {
        country: Authority(
            row["name"], row["site"], tuple(row["languages"]), row.get("address", ""), row.get("email", "")
        )
        for country, row in _table("authorities").items()
    }


@cache
def _norms() -> tuple[Norm, ...]:
    rows = _table("norms")["norm"]
    return tuple(Norm(row["name"], row["country"], row["since"], row["days"], row["source"]) for row in rows)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("zegel.declare.law").joinpath(f"{name}.toml").read_text("utf-8"))
