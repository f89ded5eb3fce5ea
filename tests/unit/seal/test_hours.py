# SPDX-License-Identifier: EUPL-1.2
"""Working hours: a pure function of the policy and the instant, right on every night on which the clocks change."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.shared_files import ROOT
from tests.unit.seal.examples import World

from zegel.seal.fields import Fields
from zegel.seal.hours import ExceptionDay, Hours, Interval, Weekly, within

ZONES = (
    "Europe/Amsterdam",
    "Europe/Stockholm",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",  # half an hour beside the hour
    "Australia/Lord_Howe",  # changes its clocks by half an hour
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Africa/Casablanca",  # winter time in summer
    "UTC",
)
ALL_ZONES = sorted(name for name in available_timezones() if "/" in name)
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
START = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 365 * 24 * 60).map(lambda minutes: ms(START + timedelta(minutes=minutes)))


def ms(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def local(zone: str, text: str, fold: int = 0) -> int:
    return ms(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC))


def apart(edges: list[int]) -> tuple[Interval, ...]:
    pairs = zip(edges[::2], edges[1::2], strict=False)
    return tuple(Interval(start, end) for start, end in pairs)


EDGES = st.lists(st.integers(0, 1440), unique=True, max_size=6).map(sorted)


@st.composite
def hours(draw: Any) -> Hours:
    weekly = tuple(Weekly(day, item) for day in range(7) for item in apart(draw(EDGES)))
    days = draw(st.lists(st.dates(date(2025, 1, 1), date(2029, 1, 1)), unique=True, max_size=4).map(sorted))
    exceptions = tuple(ExceptionDay(day.isoformat(), apart(draw(EDGES))) for day in days)
    return Hours(draw(st.sampled_from(ZONES)), weekly, exceptions)


def reference(asked: Hours, utc_ms: int) -> bool:
    """Written the other way round: the local clock's reading, looked up in that date's timetable of minutes."""
    wall = datetime.fromtimestamp(utc_ms / 1000, ZoneInfo(asked.zone))
    table = [False] * 1440
    special = {item.date: item.intervals for item in asked.exceptions}
    usual = tuple(item.interval for item in asked.weekly if item.weekday == wall.weekday())
    for interval in special.get(wall.strftime("%Y-%m-%d"), usual):
        table[interval.start : interval.end] = [True] * (interval.end - interval.start)
    return table[wall.hour * 60 + wall.minute]


@given(hours(), INSTANTS, st.integers(0, MINUTE_MS - 1))
def test_surveillance_is_off_exactly_in_working_hours(asked: Hours, utc_ms: int, extra: int) -> None:
    policy = World().make_policy(hours=asked)
    assert policy.surveillance_allowed(utc_ms + extra) is not reference(asked, utc_ms + extra)


def test_every_zones_wall_clock_decides_on_every_side_of_every_change() -> None:
    """The cases that TypeScript answers too (conformance/vectors/hours.json)."""
    cases = json.loads((ROOT / "tests/conformance/vectors/hours.json").read_text("utf-8"))
    assert len(cases) > 400
    for case in cases:
        weekly = tuple(Weekly(day, Interval(start, end)) for day, start, end in case["weekly"])
        days = tuple(ExceptionDay(day, tuple(Interval(*span) for span in spans)) for day, spans in case["exceptions"])
        asked = Hours(case["zone"], weekly, days)
        assert [asked.working(at) for at, _ in case["asked"]] == [answer for _, answer in case["asked"]], case["zone"]
        assert [within(weekly, case["zone"], at) for at, _ in case["asked"]] == [
            Hours(case["zone"], weekly).working(at) for at, _ in case["asked"]
        ]


@given(hours(), st.sampled_from(ALL_ZONES), INSTANTS)
def test_any_zone_random_hours_and_any_instant_agree_with_the_wall_clock(asked: Hours, zone: str, utc_ms: int) -> None:
    there = Hours(zone, asked.weekly, asked.exceptions)
    assert there.working(utc_ms) is reference(there, utc_ms)
    change = there.next_change(utc_ms)
    if change is not None:
        assert reference(there, change) is not reference(there, utc_ms)
        assert reference(there, change - 1) is reference(there, utc_ms)


@given(hours())
def test_random_hours_are_valid_hours(asked: Hours) -> None:
    assert Hours.read(Fields("hours", asked.values())) == asked


def clock_changes(zone: str, year: int) -> list[int]:
    """The minutes after which a zone's offset is another, found by walking the year."""
    at, found = datetime(year, 1, 1, tzinfo=UTC), []
    before = at.astimezone(ZoneInfo(zone)).utcoffset()
    while at.year == year:
        offset = at.astimezone(ZoneInfo(zone)).utcoffset()
        if offset != before:
            found.append(ms(at))
            before = offset
        at += timedelta(minutes=15)
    return found


@pytest.mark.parametrize("zone", ZONES)
@given(st.data())
@settings(max_examples=15)
def test_every_minute_around_a_change_of_clocks_agrees_with_the_wall_clock(zone: str, data: st.DataObject) -> None:
    asked = data.draw(hours())
    asked = Hours(zone, asked.weekly, asked.exceptions)
    for change in clock_changes(zone, 2026):
        for minute in range(-150, 151, data.draw(st.integers(1, 7))):
            instant = change + minute * MINUTE_MS
            assert asked.working(instant) is reference(asked, instant)


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Australia/Lord_Howe", "America/New_York"])
def test_the_walk_finds_both_changes_of_a_year(zone: str) -> None:
    assert len(clock_changes(zone, 2026)) == 2


AMSTERDAM = "Europe/Amsterdam"
NIGHT = Hours(AMSTERDAM, (Weekly(6, Interval(150, 180)),))  # Sundays 02:30 … 03:00


def test_a_half_hour_that_is_skipped_in_spring_does_not_happen() -> None:
    change = local(AMSTERDAM, "2026-03-29T03:00")
    assert not any(NIGHT.working(change + minute * MINUTE_MS) for minute in range(-120, 120))


def test_a_half_hour_that_comes_twice_in_autumn_happens_twice() -> None:
    for fold in (0, 1):
        start = local(AMSTERDAM, "2026-10-25T02:30", fold)
        assert NIGHT.working(start)
        assert NIGHT.working(start + 30 * MINUTE_MS - 1)
        assert not NIGHT.working(start + 30 * MINUTE_MS)
        assert not NIGHT.working(start - 1)


def test_an_exception_replaces_the_weekday_wholly() -> None:
    asked = Hours(
        AMSTERDAM,
        tuple(Weekly(day, Interval(480, 1020)) for day in range(5)),
        (ExceptionDay("2026-12-25", ()), ExceptionDay("2026-12-26", (Interval(600, 660),))),
    )
    assert asked.working(local(AMSTERDAM, "2026-12-24T09:00"))
    assert not asked.working(local(AMSTERDAM, "2026-12-25T09:00"))  # a Friday, Christmas
    assert asked.working(local(AMSTERDAM, "2026-12-26T10:30"))  # a Saturday on which somebody works
    assert not asked.working(local(AMSTERDAM, "2026-12-26T11:00"))
    assert not asked.working(local(AMSTERDAM, "2026-12-27T10:30"))


def test_working_hours_end_to_the_millisecond() -> None:
    asked = Hours(AMSTERDAM, (Weekly(0, Interval(480, 1020)),))
    start, end = local(AMSTERDAM, "2026-07-06T08:00"), local(AMSTERDAM, "2026-07-06T17:00")
    assert [asked.working(at) for at in (start - 1, start, end - 1, end)] == [False, True, True, False]


def test_no_hours_means_that_surveillance_is_always_allowed() -> None:
    assert not Hours("UTC").working(ms(START))
    assert Hours("UTC").next_change(ms(START)) is None


def test_round_the_clock_never_changes() -> None:
    always = Hours(AMSTERDAM, tuple(Weekly(day, Interval(0, 1440)) for day in range(7)))
    assert always.working(ms(START))
    assert always.next_change(ms(START)) is None


@settings(max_examples=40)
@given(hours(), INSTANTS)
def test_the_next_change_is_the_first_one(asked: Hours, utc_ms: int) -> None:
    change = asked.next_change(utc_ms)
    now = asked.working(utc_ms)
    if change is not None:
        assert change > utc_ms
        assert asked.working(change) is not now
        assert asked.working(change - 1) is now
    horizon = utc_ms + 8 * 24 * HOUR_MS if change is None else min(change, utc_ms + 8 * 24 * HOUR_MS)
    assert all(asked.working(at) is now for at in range(utc_ms, horizon, 7 * MINUTE_MS))


def test_the_next_change_is_found_in_an_exception_a_year_ahead() -> None:
    asked = Hours(AMSTERDAM, (), (ExceptionDay("2027-01-01", (Interval(600, 660),)),))
    start = local(AMSTERDAM, "2027-01-01T10:00")
    assert asked.next_change(ms(START)) == start
    assert asked.next_change(start) == start + HOUR_MS


def test_working_until_is_right_on_the_night_of_the_change() -> None:
    asked = Hours(AMSTERDAM, (Weekly(6, Interval(0, 240)),))  # Sundays until 04:00
    midnight = local(AMSTERDAM, "2026-10-25T00:00")
    assert asked.next_change(midnight) == midnight + 5 * HOUR_MS  # one hour came twice
    spring = local(AMSTERDAM, "2026-03-29T00:00")
    assert asked.next_change(spring) == spring + 3 * HOUR_MS
