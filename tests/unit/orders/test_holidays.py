# SPDX-License-Identifier: EUPL-1.2
"""Public holidays of three countries, computed; and what a firm says of its own days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.orders import days, holidays, rules
from zegel.server.orders.holidays import LANDER, Of, WorkCalendar

BERLIN = ZoneInfo("Europe/Berlin")
years = st.integers(min_value=1990, max_value=2199)


def closed(country: str, year: int, region: str = "") -> list[str]:
    """Month and day of each public holiday."""
    found = holidays.of_year(country, year, region).values()
    return sorted(f"{one.day:%m-%d}" for one in found if one.of is Of.LAW)


def knuth(year: int) -> date:
    """Easter as Knuth computes it (The Art of Computer Programming 1.3.2, exercise 14): by golden number and epact."""
    golden, century = year % 19 + 1, year // 100 + 1
    dropped, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - dropped - 10
    epact = (11 * golden + 20 + moon - dropped) % 30
    epact += epact == 24 or (epact == 25 and golden > 11)
    full = 44 - epact
    full += 30 if full < 21 else 0
    day = full + 7 - (sunday + full) % 7
    return date(year, 3, day) if day <= 31 else date(year, 4, day - 31)


@given(st.integers(min_value=1583, max_value=9000))
def test_easter_is_the_sunday_on_which_another_way_of_computing_has_it(year: int) -> None:
    assert holidays.easter(year) == knuth(year)


def test_a_dutch_year_has_its_holidays() -> None:
    assert closed("NL", 2027) == ["01-01", "03-28", "03-29", "04-27", "05-06", "05-16", "05-17", "12-25", "12-26"]
    assert "05-05" in closed("NL", 2030)
    assert "04-26" in closed("NL", 2025), "the 27th was a Sunday"


def test_a_swedish_year_has_its_holidays_and_eves() -> None:
    assert closed("SE", 2026) == [
        "01-01", "01-06", "04-03", "04-05", "04-06", "05-01", "05-14", "05-24", "06-06", "06-19", "06-20", "10-31",
        "12-24", "12-25", "12-26", "12-31",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("land", "more"),
    [("", []), ("BE", ["03-08"]), ("BY", ["01-06", "06-04", "11-01"]), ("SN", ["10-31", "11-18"]),
     ("NW", ["06-04", "11-01"]), ("SH", ["10-31"]), ("TH", ["09-20", "10-31"]), ("SL", ["06-04", "08-15", "11-01"])],
)  # fmt: skip
def test_a_german_year_has_those_of_its_land_besides(land: str, more: list[str]) -> None:
    everywhere = ["01-01", "04-03", "04-06", "05-01", "05-14", "05-25", "10-03", "12-25", "12-26"]
    assert closed("DE", 2026, land) == sorted([*everywhere, *more])


@given(years, st.sampled_from(("", *LANDER)))
def test_a_land_has_every_holiday_of_the_country_and_no_other_country_has_lands(year: int, land: str) -> None:
    assert set(closed("DE", year)) <= set(closed("DE", year, land))
    assert closed("NL", year, land) == closed("NL", year)


@given(years, st.integers(min_value=0, max_value=365), st.integers(min_value=0, max_value=30),
       st.sampled_from(("NL", "SE", "DE", "BE")))  # fmt: skip
def test_no_term_ends_on_a_holiday_and_a_calendar_with_more_of_them_ends_no_term_sooner(
    year: int, day: int, many: int, country: str
) -> None:
    moment = datetime(year, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)
    calendar = WorkCalendar(country)
    due = rules.working_days_later(moment, many, BERLIN, calendar)
    assert calendar.works(due.date())
    assert due >= rules.working_days_later(moment, many, BERLIN, holidays.WEEKENDS_ONLY)
    between = [moment.astimezone(BERLIN).date() + timedelta(days=n) for n in range(1, 80)]
    worked = [one for one in between if calendar.works(one) and one <= due.date()]
    assert len(worked) in {many, 1 if many == 0 else many}


def test_a_firm_closes_on_days_of_its_own_and_works_on_holidays_if_it_says_so() -> None:
    wednesday, christmas = date(2026, 12, 23), date(2026, 12, 25)
    calendar = WorkCalendar("NL", "", {wednesday: "Stocktaking", christmas: False})
    assert calendar.closed(wednesday)
    assert [(one.day.day, one.of) for one in calendar.between(date(2026, 12, 21), date(2026, 12, 26))] == [
        (23, Of.OWN), (25, Of.OPEN), (26, Of.LAW)
    ]  # fmt: skip
    assert calendar.works(christmas)
    moment = datetime(2026, 12, 22, 9, tzinfo=UTC)
    assert rules.working_days_later(moment, 1, BERLIN, calendar).date() == date(2026, 12, 24)
    assert not days.works(wednesday, days.usual(), BERLIN, calendar)
    assert days.works(christmas, days.usual(), BERLIN, calendar)


def test_a_firm_that_never_works_still_gets_a_term() -> None:
    start = date(2026, 1, 1)
    calendar = WorkCalendar("NL", "", {start + timedelta(days=n): "" for n in range(900)})
    assert rules.working_days_later(datetime(2026, 1, 1, 9, tzinfo=UTC), 2, BERLIN, calendar).year in {2027, 2028, 2029}
