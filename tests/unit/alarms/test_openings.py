# SPDX-License-Identifier: EUPL-1.2
"""Opening and closing by the clock on the wall, also on the two days a year when that clock jumps."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.server.alarms import openings
from zegel.server.alarms.openings import Moment, Plan, Said

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
OFFICE = Plan("Europe/Amsterdam", tuple((day, time(8), time(18)) for day in range(5)))
NIGHT_BAR = Plan("Europe/Amsterdam", tuple((day, time(20), time(2, 30)) for day in range(7)))


def wall(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=AMSTERDAM).astimezone(UTC)  # type: ignore[arg-type]


def test_an_office_is_open_from_eight_to_six_whatever_the_season() -> None:
    for month in (1, 7):
        monday = date(2026, month, 5 if month == 1 else 6)
        for hour, expected in ((7, False), (8, True), (17, True), (18, False)):
            assert openings.is_open(OFFICE, wall(2026, month, monday.day, hour)) is expected
    assert not openings.is_open(OFFICE, wall(2026, 1, 10, 12)), "Saturday"


def test_the_next_moment_after_friday_evening_is_monday_morning() -> None:
    assert openings.next_moment(OFFICE, wall(2026, 7, 10, 18)) == Moment(wall(2026, 7, 13, 8), True)


def test_a_night_ends_on_the_next_day_also_where_the_clock_skips_the_time() -> None:
    """29 March 2026: 02:00 becomes 03:00, and half past two never comes: it closes at three, which is that moment."""
    closing = openings.next_moment(NIGHT_BAR, wall(2026, 3, 28, 23))
    assert closing == Moment(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), False)


def test_a_time_that_comes_twice_is_the_first_of_the_two() -> None:
    """25 October 2026: 03:00 becomes 02:00."""
    closing = openings.next_moment(NIGHT_BAR, wall(2026, 10, 24, 23))
    assert closing == Moment(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), False)


def test_an_exception_stands_in_the_place_of_its_weekday() -> None:
    closed = Plan("Europe/Amsterdam", OFFICE.weekly, {date(2026, 7, 13): ()})
    assert openings.next_moment(closed, wall(2026, 7, 10, 18)) == Moment(wall(2026, 7, 14, 8), True)
    late = Plan("Europe/Amsterdam", OFFICE.weekly, {date(2026, 7, 13): ((time(8), time(21)),)})
    assert openings.is_open(late, wall(2026, 7, 13, 20))


def test_who_comes_a_little_early_is_expected() -> None:
    assert openings.is_near_opening(OFFICE, wall(2026, 7, 13, 7, 50), 900)
    assert not openings.is_near_opening(OFFICE, wall(2026, 7, 13, 3), 900)


hours = st.tuples(st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0)),
                  st.times().map(lambda t: t.replace(second=0, microsecond=0)))  # fmt: skip
moments = st.integers(0, 730 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
zones = st.sampled_from(["Europe/Amsterdam", "Europe/Stockholm", "UTC", "America/St_Johns", "Australia/Lord_Howe"])


@settings(max_examples=60, deadline=None)
@given(st.lists(hours, max_size=8), moments, zones)
def test_between_two_moments_it_stays_as_it_is_and_at_each_it_turns(
    weekly: list[tuple[int, time, time]], at: datetime, tz: str
) -> None:
    plan = Plan(tz, tuple(weekly))
    found = openings.next_moment(plan, at)
    if found is None:
        return
    assert found.at > at
    assert openings.is_open(plan, found.at) is found.opens
    assert openings.is_open(plan, found.at - timedelta(seconds=1)) is not found.opens
    middle = at + (found.at - at) / 2
    assert openings.is_open(plan, at) is openings.is_open(plan, middle) is (not found.opens)


@pytest.mark.parametrize("weekly", [[[7, "08:00", "18:00"]], [[0, "8:00", "18:00"]], [[0, "24:00", "18:00"]],
                                    [["0", "08:00", "18:00"]], "x", [[0]]])  # fmt: skip
def test_hours_that_can_not_be_read_are_refused(weekly: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        openings.parse("Europe/Amsterdam", weekly, [])


def test_a_zone_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        openings.parse("Europe/Nowhere", [], [])


@pytest.mark.parametrize(
    ("area", "said", "left_open"),
    [
        ("", [Said("1", False, 5)], True), ("", [Said("01", False, 5), Said("2", True, 6)], True),
        ("1", [Said("01", False, 5)], True), ("01", [Said("1", False, 5)], True), ("1", [Said("2", False, 5)], False),
        ("", [Said("1", True, 5), Said("2", True, 6)], False), ("", [], False), ("1", [], False),
        ("1", [Said("1", True, 4), Said("01", False, 5)], True), ("1", [Said("", False, 5)], True),
        ("1", [Said("1", False, 5), Said("00", True, 6)], False), ("", [Said("1", False, 5), Said("", True, 6)], False),
        ("1", [Said("1", True, 6), Said("", False, 5)], False),
    ],
)  # fmt: skip
def test_an_area_is_left_open_however_it_is_written_and_any_of_them_where_the_plan_names_none(
    area: str, said: list[Said], left_open: bool
) -> None:
    assert openings.is_left_open(area, said) is left_open
