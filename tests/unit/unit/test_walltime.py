# SPDX-License-Identifier: EUPL-1.2
"""Wall time: two sources, never below what was persisted, and nothing gained by setting a clock."""

from __future__ import annotations

from zegel.unit.walltime import Instant, WallTime

NOW = 1_780_000_000_000


def test_it_never_falls_below_the_highest_that_was_persisted() -> None:
    wall = WallTime(Instant(10, NOW - 3_600_000), floor_ms=NOW)
    assert wall.at(10) == NOW
    assert not wall.agrees(10)


def test_a_minutes_difference_is_tolerated_and_more_is_not_until_they_agree_again() -> None:
    wall = WallTime(Instant(10, NOW))
    wall.server_says(NOW + 59_000, Instant(10, NOW))
    assert wall.agrees(10)
    wall.server_says(NOW + 61_000, Instant(11, NOW + 1000))
    wall.server_says(NOW + 100_000, Instant(12, NOW + 2000))
    assert not wall.agrees(12)
    wall.observe(Instant(13, NOW + 101_000))
    assert wall.agrees(13)


def test_a_clock_that_is_set_while_the_unit_runs_is_noticed_without_a_network() -> None:
    wall = WallTime(Instant(10, NOW, True))
    assert wall.agrees(10)
    wall.observe(Instant(20, NOW + 10_000 + 3_600_000, True))
    assert not wall.agrees(20)


def test_a_clock_that_nobody_confirms_agrees_with_nobody() -> None:
    wall = WallTime(Instant(10, NOW))
    assert not wall.agrees(10)
    assert not wall.contradicted(10), "which is no tamper: the network may be away"
    wall.observe(Instant(11, NOW + 1000, True))
    assert wall.agrees(11)
    wall.observe(Instant(12, NOW + 2000, False))
    assert wall.agrees(12), "once in a boot is enough"


def test_a_time_server_that_corrects_the_clock_at_the_start_is_believed_and_later_it_is_not() -> None:
    wall = WallTime(Instant(10, NOW - 86_400_000))
    wall.observe(Instant(20, NOW, True))
    assert wall.agrees(20)
    wall.observe(Instant(30, NOW + 7_200_000, True))
    assert not wall.agrees(30)


def test_the_ledgers_time_counts_for_as_long_as_the_machine_runs() -> None:
    """The process was started again; the monotonic clock still knows what the ledger said."""
    offset_ms = NOW - 10_000
    assert WallTime(Instant(20, NOW + 10_000), 0, offset_ms).agrees(20)
    assert not WallTime(Instant(20, NOW + 10_000 + 120_000), 0, offset_ms).agrees(20)


def test_a_stretch_has_every_wall_time_that_either_clock_gave_it() -> None:
    wall = WallTime(Instant(10.0, NOW))
    wall.observe(Instant(10.9, NOW + 900))
    wall.observe(Instant(11.0, NOW + 1000 + 7_200_000))
    assert set(wall.possible(10.5, 11.5)) == {NOW + 500, NOW + 1500, NOW + 7_200_500, NOW + 7_201_500}
    assert set(wall.possible(12, 13)) == {NOW + 7_202_000, NOW + 7_203_000}


def test_the_floor_rises_no_faster_than_time_unless_both_sources_agree() -> None:
    wall = WallTime(Instant(10, NOW), floor_ms=NOW)
    wall.observe(Instant(70, NOW + 10 * 365 * 86_400_000))
    assert wall.new_floor(70) == NOW + 60_000 + 60_000
    agreed = WallTime(Instant(10, NOW + 10**9), floor_ms=NOW)
    agreed.server_says(NOW + 10**9, Instant(10, NOW + 10**9))
    assert agreed.new_floor(10) == NOW + 10**9


def test_a_clock_gone_mad_stays_inside_the_calendar() -> None:
    assert WallTime(Instant(10, 2**62)).at(10) == 200_000_000_000_000
    assert WallTime(Instant(10**7, 0)).at(0) == 0
