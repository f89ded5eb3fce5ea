# SPDX-License-Identifier: EUPL-1.2
"""The sets of promises and terms that a tenant lives under: versioned data with its source, never constants in code.

Pure. Gate, retention, agreements, statement and promise monitor read the same profile. An owner may only tighten: a
choice outside a term's bounds is refused, and a term above the norm of the country's authority holds only with a
written justification; without one it is cut to the norm.

    days("site-nl", Term.SURVEILLANCE_IMAGES)        # 14
    days("site-nl", Term.SURVEILLANCE_IMAGES, 7)     # 7
    days("site-nl", Term.SURVEILLANCE_IMAGES, 30)    # TermRefused
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from zegel.declare import law
from zegel.declare.vocabulary import Term

NAMES = ("site-nl", "home-se", "home-de", "service", "office")
STRICTEST = "site-nl"
"""What a name that nobody wrote down is read as."""


class BadProfile(ValueError):
    """A file is not what it must be; the server does not start."""


class TermRefused(Exception):
    """A choice that the profile does not allow. `reason`: "too_long", "too_short" or "needs_justification"; `least` and
    `most` (days) are what may be chosen."""

    def __init__(self, reason: str, term: Term, chosen: int, least: int, most: int) -> None:
        super().__init__(f"{term.value}: {chosen} days can't be chosen ({reason}); from {least} to {most} can.")
        self.reason, self.term, self.chosen, self.least, self.most = reason, term, chosen, least, most


@dataclass(frozen=True)
class TermRule:
    """How long, in days: what holds without a choice, and between which bounds an owner may choose."""

    days: int
    at_least: int
    at_most: int
    source: str
    norm: str = ""


@dataclass(frozen=True)
class Live:
    """From a day on, whether alarm centres may look live (S8)."""

    since: date
    on: bool
    source: str


@dataclass(frozen=True)
class Centre:
    """What is asked of an alarm centre before images of a site open, and what it may do.

    `certificates`, `operators`: schemes of which the centre and each operator has one in date ("any": of whichever;
    none: nothing is asked). `hold_s`: the least seconds in which nobody looks at an eligible alarm. `mail_pictures`:
    cameras whose pictures the server can read may stand there. `door_times`: entry and exit times hold for senders
    without a panel too, because people come and go there by what they watch. `live`: in order of their days; no two on
    one day.
    """

    certificates: tuple[str, ...]
    operators: tuple[str, ...]
    hold_s: int
    mail_pictures: bool
    live: tuple[Live, ...]
    source: str
    door_times: bool = False

    def __post_init__(self) -> None:
        days = [one.since for one in self.live]
        if sorted(set(days)) != days or self.hold_s < 0 or not self.source:
            raise ValueError("centre: lines of live in order, one a day; no negative seconds; a source")

    def live_on(self, day: date) -> bool:
        said = [one.on for one in self.live if one.since <= day]
        return bool(said) and said[-1]


@dataclass(frozen=True)
class Profile:
    """One of NAMES. `parameters`: what a promise's sentence and its probe are filled in with. `releases`: the closed
    list of classes of which images may go to the alarm centre (S2). `telemetry`: figures from which a device wants
    looking at."""

    name: str
    version: int
    since: date
    country: str
    source: str
    promises: tuple[str, ...]
    parameters: Mapping[str, Mapping[str, Any]] = field(repr=False)
    terms: Mapping[Term, TermRule] = field(repr=False)
    releases: frozenset[str] = field(repr=False)
    centre: Centre = field(repr=False)
    telemetry: Mapping[str, int] = field(repr=False)


def known(name: str) -> bool:
    return name in NAMES


@cache
def profile(name: str) -> Profile:
    """An unknown name gets the strictest one."""
    found = name if known(name) else STRICTEST
    return _read(found, _text("base"), _text(found))


@cache
def centre(name: str) -> Centre:
    """What holds at a site of that profile; a name nobody wrote down gets what is strictest of everything."""
    return profile(name).centre if known(name) else _centre(tomllib.loads(_text("base"))["centre"])


@cache
def telemetry(name: str) -> Mapping[str, int]:
    """Figures of that profile from which a device wants looking at; of an unknown name what holds everywhere."""
    return profile(name).telemetry if known(name) else _figures(tomllib.loads(_text("base"))["telemetry"])


def days(
    of: Profile | str, term: Term, choice: int | None = None, *, country: str = "", on: date | None = None,
    justified: bool = False,
) -> int:  # fmt: skip
    """How many days `term` lasts there, with the owner's `choice` where he made one.

    `country`, `on`: whose authority's norm counts, on which day (default: the profile's own, as written last). Above
    the norm it holds only when somebody wrote down why (`justified`): else a choice is refused, and the profile's own
    figure is cut. Raises TermRefused.
    """
    of = profile(of) if isinstance(of, str) else of
    rule = of.terms[term]
    most = _most(of, rule, country, on, justified)
    if choice is None:
        return min(rule.days, most)
    if choice < rule.at_least:
        raise TermRefused("too_short", term, choice, rule.at_least, most)
    if choice > rule.at_most:
        raise TermRefused("too_long", term, choice, rule.at_least, most)
    if choice > most:
        raise TermRefused("needs_justification", term, choice, rule.at_least, most)
    return choice


def bounds(of: Profile | str, term: Term, *, country: str = "", on: date | None = None,
           justified: bool = False) -> tuple[int, int]:  # fmt: skip
    """The least and the most days that an owner may choose."""
    of = profile(of) if isinstance(of, str) else of
    rule = of.terms[term]
    return rule.at_least, _most(of, rule, country, on, justified)


def _most(of: Profile, rule: TermRule, country: str, on: date | None, justified: bool) -> int:
    norm = law.norm(rule.norm, country or of.country, on) if rule.norm and not justified else None
    return rule.at_most if norm is None else min(rule.at_most, norm.days)


def _text(name: str) -> str:
    return files("zegel.declare.profiles").joinpath(f"{name}.toml").read_text("utf-8")


def _read(name: str, base: str, own: str) -> Profile:
    """Raises BadProfile."""
    try:
        table, common = tomllib.loads(own), tomllib.loads(base)
        lines = {**common["terms"], **table.get("terms", {})}
        terms = {Term(word): _rule(line) for word, line in lines.items()}
        parameters = {key: MappingProxyType(dict(given)) for key, given in table.get("parameters", {}).items()}
        found = Profile(
            table["name"], table["version"], table["since"], table["country"], table["source"],
            tuple(table["promises"]), MappingProxyType(parameters), MappingProxyType(terms),
            frozenset(table.get("images", common["images"])["releases"]),
            _centre({**common["centre"], **table.get("centre", {})}),
            _figures(table.get("telemetry", common["telemetry"])),
        )  # fmt: skip
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
        raise BadProfile(f"{name}.toml: {problem!r}") from None
    missing = [term.value for term in Term if term not in terms]
    if found.name != name or missing or len(set(found.promises)) != len(found.promises):
        raise BadProfile(f"{name}.toml: another name, a promise twice, or no term for {', '.join(missing) or 'none'}")
    return found


def _centre(line: Mapping[str, Any]) -> Centre:
    live = tuple(Live(_day(one["from"]), _flag(one["on"]), _source(one)) for one in line["live"])
    return Centre(
        tuple(line["certificates"]), tuple(line["operators"]), int(line["hold_s"]), _flag(line["mail_pictures"]),
        live, str(line["source"]), _flag(line.get("door_times", False)),
    )  # fmt: skip


def _figures(line: Mapping[str, Any]) -> Mapping[str, int]:
    if not line["source"]:
        raise ValueError("telemetry: a source")
    return MappingProxyType({name: int(value) for name, value in line.items() if name != "source"})


def _day(value: object) -> date:
    if type(value) is not date:
        raise ValueError(f"{value!r} is no day")
    return value


def _flag(value: object) -> bool:
    if type(value) is not bool:
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _source(line: Mapping[str, Any]) -> str:
    if not line["source"]:
        raise ValueError("a line without a source")
    return str(line["source"])


def _rule(line: Mapping[str, Any]) -> TermRule:
    length, fixed = int(line["days"]), bool(line.get("fixed", False))
    least = length if fixed else int(line.get("at_least", 0))
    most = length if fixed else int(line.get("at_most", length))
    if not 0 <= least <= length <= most or not line["source"]:
        raise ValueError(f"{length} days are not from {least} to {most}, or have no source")
    return TermRule(length, least, most, str(line["source"]), str(line.get("norm", "")))
