# SPDX-License-Identifier: EUPL-1.2
"""When a place should be open and when closed, by the clock on its own wall. Pure.

A time that the clock skips in spring (02:30) is the first moment after the gap; one that comes twice in autumn is the
first of the two. Hours that end at or before their beginning end on the next day.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.server.alarms.testing import area_key

MOST_HOURS = 40
MOST_EXCEPTIONS = 200
LOOK_AHEAD_DAYS = 15  # a place that is closed for longer has its next moment when the plan is changed

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True)
class Plan:
    """`weekly`: (weekday 0 … 6 from Monday, opens, closes). `exceptions`: of a date, instead of its weekday's."""

    tz: str
    weekly: tuple[tuple[int, time, time], ...] = ()
    exceptions: Mapping[date, tuple[tuple[time, time], ...]] = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Moment:
    """At `at` (UTC) the place should be open from now on, or closed."""

    at: datetime
    opens: bool


def parse(tz: str, weekly: Any, exceptions: Any) -> Plan:
    """From JSON-like data (models.OpeningPlan). Raises ValueError that says what can't be read."""
    try:
        ZoneInfo(tz)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"there is no time zone {tz!r}") from None
    if not isinstance(weekly, list) or not isinstance(exceptions, list):
        raise ValueError("the plan is not a list")
    if len(weekly) > MOST_HOURS or len(exceptions) > MOST_EXCEPTIONS:
        raise ValueError("the plan is too long")
    try:
        days = tuple((_weekday(day), _time(opens), _time(closes)) for day, opens, closes in weekly)
        own = {date.fromisoformat(day): tuple((_time(o), _time(c)) for o, c in hours) for day, hours in exceptions}
    except (TypeError, ValueError) as error:
        raise ValueError(f"hours like [0, \"08:00\", \"18:00\"]: {error}") from None
    return Plan(tz, days, own)


@dataclass(frozen=True)
class Said:
    """What was last said of an area ("" for the whole panel): set or not, and when."""

    area: str
    closed: bool
    at_ms: int


def is_left_open(area: str, said: Iterable[Said]) -> bool:
    """Whether that area of a panel is open now; of "" whether any is. A newer word of the whole panel goes before an
    older one of an area. Of what nobody ever said anything, nobody knows, and nobody is rung."""
    newest: dict[str, Said] = {}
    for one in sorted(said, key=lambda one: one.at_ms):
        newest[area_key(one.area)] = one
    whole, wanted = newest.get(""), area_key(area)
    of_areas = newest if not wanted else {wanted: newest[wanted]} if wanted in newest else {}
    found = [max((one, whole or one), key=lambda said: said.at_ms) for one in of_areas.values()]
    if not found and whole is not None:
        found = [whole]
    return any(not one.closed for one in found)


def _weekday(day: Any) -> int:
    if type(day) is not int or not 0 <= day <= 6:
        raise ValueError("a weekday is 0 to 6")
    return day


def _time(text: Any) -> time:
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ValueError("a time is HH:MM")
    return time(int(text[:2]), int(text[3:]))


def is_open(plan: Plan, at: datetime) -> bool:
    """Whether the plan has the place open at that moment."""
    return any(start <= at < end for start, end in _stretches(plan, at, days=3))


def next_moment(plan: Plan, after: datetime) -> Moment | None:
    """The next time at which it should be open, or closed, strictly after that moment; None for none in two weeks."""
    edges = [
        moment
        for start, end in _joined(_stretches(plan, after, days=LOOK_AHEAD_DAYS))
        for moment in (Moment(start, True), Moment(end, False))
        if moment.at > after
    ]
    return min(edges, default=None)


def last_closing(plan: Plan, before: datetime) -> datetime | None:
    """The newest time at which it should have been closed, at most two days ago."""
    ends = [end for _, end in _joined(_stretches(plan, before, days=2)) if end <= before]
    return max(ends, default=None)


def is_near_opening(plan: Plan, at: datetime, early_s: int) -> bool:
    """Whether opening at that moment is as planned, or at most `early_s` before it."""
    return is_open(plan, at) or is_open(plan, at + timedelta(seconds=early_s))


def _stretches(plan: Plan, around: datetime, days: int) -> Iterator[tuple[datetime, datetime]]:
    """The open times of the days around a moment, from two days before it."""
    zone = ZoneInfo(plan.tz)
    today = around.astimezone(zone).date()
    for offset in range(-2, days):
        day = today + timedelta(days=offset)
        for opens, closes in _hours_of(plan, day):
            closing_day = day if closes > opens else day + timedelta(days=1)
            start, end = _instant(day, opens, zone), _instant(closing_day, closes, zone)
            if start < end:
                yield start, end


def _hours_of(plan: Plan, day: date) -> Sequence[tuple[time, time]]:
    if day in plan.exceptions:
        return plan.exceptions[day]
    return [(opens, closes) for weekday, opens, closes in plan.weekly if weekday == day.weekday()]


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The wall's time as a moment; one that the clock skips becomes the first moment after the gap."""
    wall = datetime.combine(day, at, tzinfo=zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    return _end_of_gap(wall, zone)


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Of the two readings of a skipped time, `fold=0` lies after the gap by its length, `fold=1` before it."""
    low, high = wall.replace(fold=1).astimezone(UTC), wall.replace(fold=0).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


def _joined(stretches: Iterator[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Overlapping and touching stretches as one: between them nobody need close."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
