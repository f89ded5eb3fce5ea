# SPDX-License-Identifier: EUPL-1.2
"""Pure: who is free when. Windows are half open, in minutes of a day of the tenant's zone or as moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from zegel.server.orders.holidays import WEEKENDS_ONLY, WorkCalendar

USUAL = (8 * 60, 17 * 60)
"""When somebody works for whom nothing was said: Monday to Friday."""
SHORTEST = timedelta(minutes=15)


@dataclass(frozen=True)
class Span:
    """From `start` until before `end`."""

    start: datetime
    end: datetime

    def meets(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def holds(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Hours:
    """Of one weekday (0 is Monday)."""

    weekday: int
    from_min: int
    until_min: int


def usual() -> list[Hours]:
    return [Hours(day, *USUAL) for day in range(5)]


def works(day: date, hours: Iterable[Hours], zone: ZoneInfo, calendar: WorkCalendar = WEEKENDS_ONLY) -> list[Span]:
    """When somebody works on that day, never when the firm is closed; a clock that is put forward or back makes a span
    shorter or longer."""
    if calendar.closed(day):
        return []
    midnight = datetime.combine(day, time(), zone)
    return sorted(
        (Span(_at(midnight, one.from_min), _at(midnight, one.until_min))
         for one in hours if one.weekday == day.weekday() and one.from_min < one.until_min),
        key=lambda span: span.start,
    )  # fmt: skip


def _at(midnight: datetime, minutes: int) -> datetime:
    if minutes >= 24 * 60:
        return midnight.replace(hour=0) + timedelta(days=1)
    return midnight.replace(hour=minutes // 60, minute=minutes % 60)


def without(spans: Sequence[Span], taken: Iterable[Span]) -> list[Span]:
    """What is left of `spans` when `taken` is taken out."""
    left = list(spans)
    for one in taken:
        next_left = []
        for span in left:
            if not span.meets(one):
                next_left.append(span)
                continue
            if span.start < one.start:
                next_left.append(Span(span.start, one.start))
            if one.end < span.end:
                next_left.append(Span(one.end, span.end))
        left = next_left
    return [span for span in left if span.end - span.start >= SHORTEST]


def why_not(wanted: Span, hours: Sequence[Span], absent: Iterable[Span], busy: Iterable[Span]) -> str | None:
    """Why he can't come then: absent, busy, hours; None when he can."""
    if any(wanted.meets(one) for one in absent):
        return "absent"
    if any(wanted.meets(one) for one in busy):
        return "busy"
    return None if any(one.holds(wanted) for one in hours) else "hours"
