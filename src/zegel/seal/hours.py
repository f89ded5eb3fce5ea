# SPDX-License-Identifier: EUPL-1.2
"""Working hours: a weekly plan with exceptions, on the wall clock of a site; pure, whatever the clocks do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours
from zegel.seal.fields import Fields

MINUTES_PER_DAY = 1440
MAX_EXCEPTIONS = 400
MAX_INTERVALS = 16
YEARS = range(2000, 2200)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_HORIZON_DAYS = 9


@dataclass(frozen=True, slots=True)
class Interval:
    """Minutes [start, end) of a local day: 0 … 1440. A night is two intervals, on two days."""

    start: int
    end: int

    def values(self) -> tuple[Value, ...]:
        return (self.start, self.end)

    @classmethod
    def read(cls, fields: Fields) -> Interval:
        found = cls(fields.uint("from", 0, MINUTES_PER_DAY - 1), fields.uint("to", 1, MINUTES_PER_DAY))
        if found.start >= found.end:
            raise fields.wrong("to", "an interval ends after it starts; split a night at midnight")
        return found


@dataclass(frozen=True, slots=True)
class Weekly:
    """Working hours of a weekday (0 = Monday)."""

    weekday: int
    interval: Interval

    def values(self) -> tuple[Value, ...]:
        return (self.weekday, self.interval.start, self.interval.end)

    @classmethod
    def read(cls, fields: Fields) -> Weekly:
        weekday = fields.uint("weekday", 0, 6)
        return cls(weekday, Interval.read(fields))


@dataclass(frozen=True, slots=True)
class ExceptionDay:
    """What holds on one date instead of the week: no interval at all means that nobody works (a holiday)."""

    date: str
    intervals: tuple[Interval, ...]

    def values(self) -> tuple[Value, ...]:
        return (self.date, tuple(interval.values() for interval in self.intervals))

    @classmethod
    def read(cls, fields: Fields) -> ExceptionDay:
        text = fields.text("date", 10, 10)
        try:
            day = date.fromisoformat(text)
            if day.isoformat() != text or day.year not in YEARS:
                raise ValueError
        except ValueError:
            raise fields.wrong("date", "a date as YYYY-MM-DD, from 2000 to 2199, was expected") from None
        intervals = fields.many("intervals", Interval.read, most=MAX_INTERVALS)
        _check_apart(fields, "intervals", intervals)
        return cls(text, intervals)


@dataclass(frozen=True, slots=True)
class Hours:
    """Working hours, in which surveillance is off: local wall-clock time of `zone` (an IANA name)."""

    zone: str
    weekly: tuple[Weekly, ...] = ()
    exceptions: tuple[ExceptionDay, ...] = ()

    def values(self) -> tuple[Value, ...]:
        return (
            self.zone,
            tuple(item.values() for item in self.weekly),
            tuple(item.values() for item in self.exceptions),
        )

    @classmethod
    def read(cls, fields: Fields) -> Hours:
        zone = fields.text("zone", most=64)
        if _zone(zone) is None:
            raise fields.wrong("zone", f"{zone!r} is no time zone known here")
        weekly = read_weekly(fields, "weekly")
        exceptions = fields.many("exceptions", ExceptionDay.read, most=MAX_EXCEPTIONS)
        fields.rising("exceptions", (item.date for item in exceptions))
        return cls(zone, weekly, exceptions)

    def working(self, utc_ms: int) -> bool:
        """Whether an instant lies in working hours. On a night with two 02:30s, both are 02:30."""
        local = _local(self.zone, utc_ms)
        minute = local.hour * 60 + local.minute
        return any(interval.start <= minute < interval.end for interval in self.of(local.date()))

    def of(self, day: date) -> tuple[Interval, ...]:
        """The intervals of a local date."""
        text = day.isoformat()
        for exception in self.exceptions:
            if exception.date == text:
                return exception.intervals
        return tuple(item.interval for item in self.weekly if item.weekday == day.weekday())

    def next_change(self, utc_ms: int) -> int | None:
        """The first instant (ms UTC) after `utc_ms` at which `working` differs, or None when it never does.

        Looks nine days ahead and at every later exception: a weekly pattern repeats before that.
        """
        now = self.working(utc_ms)
        for instant in sorted(set(self._edges(utc_ms))):
            if instant > utc_ms and self.working(instant) is not now:
                return instant
        return None

    def _edges(self, utc_ms: int) -> Iterator[int]:
        """Every instant at which something could change, in no order."""
        for day in self._days(utc_ms):
            yield from self._edges_of(day)

    def _days(self, utc_ms: int) -> Iterator[date]:
        today = _local(self.zone, utc_ms).date()
        for ahead in range(-1, _HORIZON_DAYS):
            yield today + ahead * _DAY
        for exception in self.exceptions:
            day = date.fromisoformat(exception.date)
            if day >= today:
                yield from (day, min(day, date.max - _DAY) + _DAY)

    def _edges_of(self, day: date) -> Iterator[int]:
        zone = _known_zone(self.zone)
        minutes = {0, *(edge for item in self.of(day) for edge in (item.start, item.end))}
        for minute in minutes:
            naive = datetime.combine(day, time()) + timedelta(minutes=minute)
            for fold in (0, 1):
                yield _ms(naive.replace(tzinfo=zone, fold=fold))
        yield from _jump(zone, day)


def read_weekly(fields: Fields, name: str) -> tuple[Weekly, ...]:
    """A week's intervals: sorted, none over another. Raises FieldWrong."""
    weekly = fields.many(name, Weekly.read, most=7 * MAX_INTERVALS)
    fields.rising(name, ((item.weekday, item.interval.start) for item in weekly))
    for day in range(7):
        _check_apart(fields, name, tuple(item.interval for item in weekly if item.weekday == day))
    return weekly


def within(weekly: tuple[Weekly, ...], zone: str, utc_ms: int) -> bool:
    """Whether the wall clock of `zone` stands in one of the week's intervals. Raises NotYours for an unknown zone."""
    local = _local(zone, utc_ms)
    minute = local.hour * 60 + local.minute
    return any(item.weekday == local.weekday() and item.interval.start <= minute < item.interval.end for item in weekly)


def month_of(zone: str, utc_ms: int) -> str:
    """The calendar month there, YYYY-MM. Raises NotYours for an unknown zone."""
    return f"{_local(zone, utc_ms):%Y-%m}"


def _check_apart(fields: Fields, name: str, intervals: tuple[Interval, ...]) -> None:
    for before, after in pairwise(intervals):
        if after.start < before.end:
            raise fields.wrong(name, "the intervals of a day must ascend and not overlap")


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _known_zone(name: str) -> ZoneInfo:
    zone = _zone(name)
    if zone is None:
        raise NotYours(f"the time zone {name!r} is not known on this machine", "Install the time zone data (tzdata).")
    return zone


def _local(zone: str, utc_ms: int) -> datetime:
    return (_EPOCH + timedelta(milliseconds=utc_ms)).astimezone(_known_zone(zone))


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(milliseconds=1)


def _jump(zone: ZoneInfo, day: date) -> Iterator[int]:
    """The instant at which the clocks of `zone` change on a local date, if they do."""
    low = _ms(datetime.combine(day, time(), tzinfo=UTC)) - 43_200_000
    high = low + 3 * 43_200_000
    before = _offset(zone, low)
    if _offset(zone, high) == before:
        return
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    yield high


def _offset(zone: ZoneInfo, utc_ms: int) -> timedelta | None:
    return (_EPOCH + timedelta(milliseconds=utc_ms)).astimezone(zone).utcoffset()
