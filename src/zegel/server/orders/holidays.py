# SPDX-License-Identifier: EUPL-1.2
"""Pure: public holidays as dated data with their source; what a year has is computed.

NL: Algemene termijnenwet, art. 3; Koningsdag by Royal Decree of 27 April 2013 (on Saturday when the 27th is a Sunday);
    Liberation Day is a day off once in five years by the collective agreements.
SE: Lag (1989:253) om allmänna helgdagar, § 1; the three eves count alike by Lag (1930:173) om beräkning av lagstadgad
    tid, § 2, so a term does not end on them either.
DE: Einigungsvertrag, Art. 2(2), for 3 October; the holiday acts of the Länder for the rest.
Read in November 2026; a change of the law is a line with `since` or `until`. The portal's hours know the same days
(web/src/faces/portal/hours/holidays.ts), as suggestions to a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LANDER = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
"""The Länder (ISO 3166-2:DE), for holidays that only some of them have."""
REGIONS: Mapping[str, tuple[str, ...]] = {"DE": LANDER}

Rule = Callable[[int], date | None]


class Of(StrEnum):
    """Why a day is closed, or is not."""

    LAW = "law"  # a public holiday
    CUSTOM = "custom"  # many are closed then, the law is silent: shown, and worked on
    OWN = "own"  # the firm's own closed day
    OPEN = "open"  # a public holiday on which this firm works


@dataclass(frozen=True)
class Holiday:
    """`name`: in the language that is active when it is shown."""

    day: date
    name: Promise | str
    of: Of

    @property
    def closed(self) -> bool:
        return self.of in {Of.LAW, Of.OWN}


@dataclass(frozen=True)
class _Line:
    country: str
    name: Promise
    rule: Rule
    since: int = 1
    until: int = 9999
    regions: tuple[str, ...] = ()
    of: Of = Of.LAW


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus/Jones/Butcher, from Butcher's Ecclesiastical Calendar, 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    (d, e), f = divmod(b, 4), (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    last = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _on(month: int, day: int) -> Rule:
    return lambda year: date(year, month, day)


def _easter(days: int) -> Rule:
    return lambda year: easter(year) + timedelta(days=days)


def _first(weekday: int, month: int, day: int) -> Rule:
    """The first such weekday (0 is Monday) on or after a day."""

    def found(year: int) -> date:
        start = date(year, month, day)
        return start + timedelta(days=(weekday - start.weekday()) % 7)

    return found


def _kings_day(year: int) -> date:
    day = date(year, 4, 27)
    return day if day.weekday() != 6 else date(year, 4, 26)


def _liberation(off: bool) -> Rule:
    return lambda year: date(year, 5, 5) if (year % 5 == 0) is off else None


_CATHOLIC = ("BW", "BY", "NW", "RP", "SL")
LINES: tuple[_Line, ...] = (
    _Line("NL", _("New Year’s Day"), _on(1, 1)),
    _Line("NL", _("Good Friday"), _easter(-2), of=Of.CUSTOM),
    _Line("NL", _("Easter Sunday"), _easter(0)),
    _Line("NL", _("Easter Monday"), _easter(1)),
    _Line("NL", _("King’s Day"), _kings_day, since=2014),
    _Line("NL", _("Liberation Day"), _liberation(True)),
    _Line("NL", _("Liberation Day"), _liberation(False), of=Of.CUSTOM),
    _Line("NL", _("Ascension Day"), _easter(39)),
    _Line("NL", _("Whit Sunday"), _easter(49)),
    _Line("NL", _("Whit Monday"), _easter(50)),
    _Line("NL", _("Christmas Day"), _on(12, 25)),
    _Line("NL", _("Second Day of Christmas"), _on(12, 26)),

    _Line("SE", _("New Year’s Day"), _on(1, 1)),
    _Line("SE", _("Epiphany"), _on(1, 6)),
    _Line("SE", _("Good Friday"), _easter(-2)),
    _Line("SE", _("Easter Sunday"), _easter(0)),
    _Line("SE", _("Easter Monday"), _easter(1)),
    _Line("SE", _("First of May"), _on(5, 1)),
    _Line("SE", _("Ascension Day"), _easter(39)),
    _Line("SE", _("Whit Sunday"), _easter(49)),
    _Line("SE", _("Whit Monday"), _easter(50), until=2004),
    _Line("SE", _("Sweden’s National Day"), _on(6, 6), since=2005),
    _Line("SE", _("Midsummer Eve"), _first(4, 6, 19)),
    _Line("SE", _("Midsummer Day"), _first(5, 6, 20)),
    _Line("SE", _("All Saints’ Day"), _first(5, 10, 31)),
    _Line("SE", _("Christmas Eve"), _on(12, 24)),
    _Line("SE", _("Christmas Day"), _on(12, 25)),
    _Line("SE", _("Second Day of Christmas"), _on(12, 26)),
    _Line("SE", _("New Year’s Eve"), _on(12, 31)),

    _Line("DE", _("New Year’s Day"), _on(1, 1)),
    _Line("DE", _("Epiphany"), _on(1, 6), regions=("BW", "BY", "ST")),
    _Line("DE", _("International Women’s Day"), _on(3, 8), since=2019, regions=("BE",)),
    _Line("DE", _("International Women’s Day"), _on(3, 8), since=2023, regions=("MV",)),
    _Line("DE", _("Good Friday"), _easter(-2)),
    _Line("DE", _("Easter Sunday"), _easter(0), regions=("BB",)),
    _Line("DE", _("Easter Monday"), _easter(1)),
    _Line("DE", _("First of May"), _on(5, 1)),
    _Line("DE", _("Ascension Day"), _easter(39)),
    _Line("DE", _("Whit Sunday"), _easter(49), regions=("BB",)),
    _Line("DE", _("Whit Monday"), _easter(50)),
    _Line("DE", _("Corpus Christi"), _easter(60), regions=("BW", "BY", "HE", "NW", "RP", "SL")),
    _Line("DE", _("Assumption of Mary"), _on(8, 15), regions=("SL",)),
    _Line("DE", _("World Children’s Day"), _on(9, 20), since=2019, regions=("TH",)),
    _Line("DE", _("Day of German Unity"), _on(10, 3), since=1990),
    _Line("DE", _("Reformation Day"), _on(10, 31), since=2018, regions=("HB", "HH", "NI", "SH")),
    _Line("DE", _("Reformation Day"), _on(10, 31), regions=("BB", "MV", "SN", "ST", "TH")),
    _Line("DE", _("All Saints’ Day"), _on(11, 1), regions=_CATHOLIC),
    _Line("DE", _("Day of Repentance"), _first(2, 11, 16), since=1995, regions=("SN",)),
    _Line("DE", _("Christmas Day"), _on(12, 25)),
    _Line("DE", _("Second Day of Christmas"), _on(12, 26)),
)  # fmt: skip


@lru_cache(maxsize=256)
def of_year(country: str, year: int, region: str = "") -> Mapping[date, Holiday]:
    """A year's holidays there; none of a country that is not known here. One that the law has wins over a custom."""
    found: dict[date, Holiday] = {}
    for line in LINES:
        if line.country != country or not line.since <= year <= line.until:
            continue
        if line.regions and region not in line.regions:
            continue
        day = line.rule(year)
        if day is not None and (day not in found or found[day].of is Of.CUSTOM):
            found[day] = Holiday(day, line.name, line.of)
    return found


@dataclass(frozen=True)
class WorkCalendar:
    """On which days a firm works: not on Saturdays and Sundays, nor on its country's public holidays but those on which
    it says that it works (`own`: False), nor on its own closed days (`own`: their name, "" too)."""

    country: str = ""
    region: str = ""
    own: Mapping[date, str | bool] = field(default_factory=dict)

    def holiday(self, day: date) -> Holiday | None:
        """What is special of that day; None: nothing."""
        public = of_year(self.country, day.year, self.region).get(day)
        said = self.own.get(day)
        if isinstance(said, str):
            return Holiday(day, said or (public.name if public is not None else _("Closed")), Of.OWN)
        if said is False and public is not None and public.closed:
            return Holiday(day, public.name, Of.OPEN)
        return public

    def closed(self, day: date) -> bool:
        """Whether it is a holiday on which the firm is closed; a weekend is none."""
        found = self.holiday(day)
        return found is not None and found.closed

    def works(self, day: date) -> bool:
        """Whether it counts as a working day."""
        return day.weekday() < 5 and not self.closed(day)

    def between(self, first: date, last: date) -> list[Holiday]:
        """What is special of the days from the first to the last, both included."""
        many = (last - first).days + 1
        found = (self.holiday(first + timedelta(days=n)) for n in range(max(0, many)))
        return [one for one in found if one is not None]


WEEKENDS_ONLY = WorkCalendar()
