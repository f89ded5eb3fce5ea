# SPDX-License-Identifier: EUPL-1.2
"""When somebody is told. Pure: times are arguments.

- Quiet hours hold back what is no alarm until they end; they never hold back one (`ALARMS`, whatever is chosen).
- What comes again from the same place within a while is counted, and told once when that while is over: a runaway
  camera sends one, and then one with the number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.server.kernel.errors import ZegelError
from zegel.server.notify.classes import ALARMS, BY_MAIL_ONLY, About, Class, Occasion

DAY_MIN = 24 * 60
SPANS_AT_MOST = 8
MOST_AN_HOUR = 30  # notices of one person that are no alarm; after that one an hour tells the number

_OF_ONE_ALARM = frozenset({Occasion.RECALL, Occasion.HANDLED_AGAIN})
_ALARM_FOLDS = timedelta(minutes=10)
_URGENT_FOLDS = timedelta(minutes=1)
_OTHER_FOLDS = timedelta(minutes=30)


class BadTimes(ZegelError):
    """Hours that don't exist."""

    code = "bad_times"


@dataclass(frozen=True)
class Span:
    """Quiet from `start` to `end` (minutes of the day, wall time), on nights that begin on these weekdays (0 Monday).
    An end at or before the start is on the next day."""

    days: tuple[int, ...]
    start: int
    end: int

    def __post_init__(self) -> None:
        if not self.days or len(set(self.days)) != len(self.days) or not set(self.days) <= set(range(7)):
            raise BadTimes("Quiet hours begin on weekdays 0 (Monday) to 6, each once.")
        if not (0 <= self.start < DAY_MIN and 0 <= self.end < DAY_MIN):
            raise BadTimes("Quiet hours are minutes of a day: 0 to 1439.")


@dataclass(frozen=True)
class Wish:
    """What somebody wants of one class. `at_once`: also in his quiet hours."""

    by_push: bool
    by_mail: bool
    at_once: bool


@dataclass(frozen=True)
class Hours:
    """Somebody's quiet hours, and his digest (minute of the day, None for none), in his own zone."""

    zone: str = "Europe/Amsterdam"
    quiet: tuple[Span, ...] = ()
    digest_at: int | None = None


def default_wish(cls: Class) -> Wish:
    """Nobody chose: everything is told both ways, and what somebody does with your cameras at once."""
    return Wish(by_push=True, by_mail=True, at_once=cls in ALARMS or cls is Class.LIVE)


def checked_zone(name: str) -> ZoneInfo:
    """Raises BadTimes."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadTimes("There is no such time zone.") from None


def moment(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """That wall time in UTC. In the hour that a clock skips it is the moment after; of the two in the hour that comes
    twice, the first."""
    return datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone).astimezone(UTC)


def quiet_until(hours: Hours, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` lies in, joined ones as one; None outside them. At most a week ahead."""
    zone = checked_zone(hours.zone)
    end, furthest = now, now + timedelta(days=7)
    while end < furthest:
        later = [finish for begin, finish in _around(hours.quiet, zone, end) if begin <= end < finish]
        if not later:
            break
        end = max(later)
    return min(end, furthest) if end > now else None


def _around(quiet: Sequence[Span], zone: ZoneInfo, at: datetime) -> list[tuple[datetime, datetime]]:
    local = at.astimezone(zone).date()
    found = []
    for day in (local - timedelta(days=1), local):
        for span in quiet:
            if day.weekday() in span.days:
                last = day if span.end > span.start else day + timedelta(days=1)
                found.append((moment(zone, day, span.start), moment(zone, last, span.end)))
    return found


def due(cls: Class, wish: Wish, hours: Hours, now: datetime) -> datetime:
    """When it is told: now, or when the quiet hours end. An alarm is told now."""
    if cls in ALARMS or wish.at_once:
        return now
    return quiet_until(hours, now) or now


def digest_after(hours: Hours, now: datetime) -> datetime | None:
    """The next digest strictly after `now`."""
    if hours.digest_at is None:
        return None
    zone = checked_zone(hours.zone)
    today = now.astimezone(zone).date()
    times = (moment(zone, today + timedelta(days=ahead), hours.digest_at) for ahead in range(3))
    return next(at for at in times if at > now)


def folds_for(cls: Class, about: About) -> timedelta:
    """For how long more of the same is counted rather than told."""
    if cls in {Class.MAINTENANCE, Class.AGREEMENT, Class.DIGEST}:
        return timedelta(0)
    if cls in ALARMS:
        return _URGENT_FOLDS if about.urgent else _ALARM_FOLDS
    return _OTHER_FOLDS


def source_of(cls: Class, occasion: Occasion, about: About, sent_last_hour: int, otherwise: str) -> str:
    """What counts as the same: this of this place, or `otherwise` where no place is known. Once somebody was told a
    great deal, whatever is no alarm counts as one."""
    if cls not in ALARMS and sent_last_hour >= MOST_AN_HOUR:
        return f"{cls}:many"
    of_alarm = about.alarm_id is not None and (cls is Class.LOOKED or occasion in _OF_ONE_ALARM)
    about_what = str(about.alarm_id) if of_alarm else about.place or otherwise
    return f"{occasion}:{about.kind or cls}:{about_what}"


def channels(occasion: Occasion, wish: Wish) -> tuple[bool, bool]:
    """(by push, by mail)"""
    return wish.by_push and occasion not in BY_MAIL_ONLY, wish.by_mail
