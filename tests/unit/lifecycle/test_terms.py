# SPDX-License-Identifier: EUPL-1.2
"""Terms and what is held of an epoch, for any moment, zone and range."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.declare import Start
from zegel.seal.kept import complement
from zegel.server.lifecycle import terms

ZONES = ("Europe/Amsterdam", "Europe/Stockholm", "Asia/Kathmandu", "America/Santiago", "Pacific/Apia", "UTC")
moments = st.integers(1_704_067_200, 1_956_528_000).map(lambda at: datetime.fromtimestamp(at, UTC))
zones = st.sampled_from(ZONES).map(ZoneInfo)
days = st.integers(1, 800)


@given(moments, moments, days, zones)
@settings(max_examples=300)
def test_what_the_bound_says_is_what_is_due(start: datetime, now: datetime, length: int, zone: ZoneInfo) -> None:
    assert (terms.due(start, length, zone) <= now) is (start < terms.bound(now, length, zone))


@given(moments, days, zones)
@settings(max_examples=300)
def test_nothing_is_kept_longer_than_its_days_and_each_ends_at_a_midnight_there(
    start: datetime, length: int, zone: ZoneInfo
) -> None:
    end = terms.due(start, length, zone)
    before = start.astimezone(zone)
    by_the_clock = datetime.combine(before.date() + timedelta(days=length), before.time(), zone).astimezone(UTC)
    assert end <= by_the_clock + timedelta(hours=1), "where midnight does not exist, at the jump"
    assert start < end
    there, just_before = end.astimezone(zone), (end - timedelta(seconds=1)).astimezone(zone)
    assert there.date() > just_before.date(), "a day begins there"


def test_a_summer_that_begins_makes_a_day_shorter_and_no_term_longer() -> None:
    zone = ZoneInfo("Europe/Amsterdam")
    made = datetime(2026, 3, 28, 23, 30, tzinfo=zone)  # the clocks go forward that night
    assert terms.due(made, 14, zone) == datetime(2026, 4, 11, 0, 0, tzinfo=zone)
    assert terms.due(made, 14, zone) - made.astimezone(UTC) == timedelta(days=13, minutes=30) - timedelta(hours=1)
    back = datetime(2026, 10, 24, 0, 0, tzinfo=zone)  # and back: 25 hours
    assert terms.due(back, 1, zone) - back.astimezone(UTC) == timedelta(hours=24)
    assert terms.due(back + timedelta(days=1), 1, zone) == datetime(2026, 10, 26, 0, 0, tzinfo=zone)


def test_midnight_is_the_first_moment_of_the_next_term() -> None:
    zone = ZoneInfo("Europe/Stockholm")
    midnight = terms.midnight(date(2026, 6, 2), zone)
    just_before = midnight - timedelta(milliseconds=1)
    assert terms.due(midnight, 60, zone) - terms.due(just_before, 60, zone) == timedelta(days=1)


spans = st.lists(
    st.tuples(st.integers(0, 5_000_000), st.integers(1, 3_000_000)).map(lambda each: (each[0], each[0] + each[1])),
    max_size=6,
)


@given(st.integers(0, 4_000_000), spans)
@settings(max_examples=300)
def test_held_slots_are_just_those_that_a_held_time_touches(start_ms: int, times: list[tuple[int, int]]) -> None:
    held = terms.held_slots(start_ms, times)
    inside = {slot for first, last in held for slot in range(first, last)}
    for slot in {0, 1, 4095, *(first for first, _ in held), *(last for _, last in held), *range(0, 4096, 97)}:
        if slot > 4095:
            continue
        begins = start_ms + slot * 1000
        touched = any(first < begins + 1000 and begins < last for first, last in times)
        assert (slot in inside) is touched
    assert list(held) == sorted(held)
    assert all(earlier[1] < later[0] for earlier, later in pairwise(held)), "joined"


@given(st.integers(0, 4_000_000), spans)
def test_what_is_held_and_what_goes_are_the_whole_epoch_and_never_both(
    start_ms: int, times: list[tuple[int, int]]
) -> None:
    held = terms.held_slots(start_ms, times)
    outside = complement(held)
    assert complement(outside) == held
    assert sum(last - first for first, last in (*held, *outside)) == terms.SLOTS


def test_a_row_says_by_one_of_its_fields_when_its_term_began() -> None:
    assert terms.column(Start.MADE, ("id", "opened_at", "ended_at")) == "opened_at"
    assert terms.column(Start.ALARM_CLOSED, ("alarm", "at")) == "alarm__closed_at"
    assert terms.column(Start.CASE_CLOSED, ("opened_at",)) is None, "an open case is not over"
    assert terms.column(Start.UNIT_REMOVED, ("at", "closed_at")) is None, "that the site tells"
