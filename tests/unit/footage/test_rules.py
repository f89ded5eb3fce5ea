# SPDX-License-Identifier: EUPL-1.2
"""Slots and ranges, to the second; segments that contradict their epoch."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.footage import rules
from zegel.server.footage.rules import EpochFacts, SegmentFacts, SlotRange

A, B = UUID(int=1), UUID(int=2)
SLOTS = st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, rules.SLOTS_PER_EPOCH - 1)), max_size=80)


@given(SLOTS)
def test_ranges_hold_exactly_the_slots_they_were_made_of(slots: list[rules.Slot]) -> None:
    ranges = rules.ranges_of(slots)
    assert sorted(rules.slots_of(ranges), key=str) == sorted(set(slots), key=str)


@given(SLOTS)
def test_ranges_never_touch_each_other(slots: list[rules.Slot]) -> None:
    ranges = rules.ranges_of(slots)
    assert not any(a.epoch == b.epoch and a.to_slot == b.from_slot for a in ranges for b in ranges)


@pytest.mark.parametrize(("first", "last"), [(5, 5), (6, 5), (-1, 3), (0, 4097)])
def test_a_range_that_is_empty_or_outside_the_epoch_does_not_exist(first: int, last: int) -> None:
    with pytest.raises(ValueError, match="range"):
        SlotRange(A, first, last)


def test_a_lease_covers_at_most_sixty_slots_and_says_when_more_was_wanted() -> None:
    wanted = [(A, n) for n in range(61)]
    share, more = rules.lease_share(wanted)
    assert (len(share), more) == (60, True)
    assert rules.lease_share(wanted[:60]) == (wanted[:60], False)


def test_a_moment_is_floored_at_the_start_and_ceiled_at_the_end() -> None:
    assert rules.slots_between(10_000, 11_999, 13_001) == (1, 4)
    assert rules.slots_between(10_000, 12_000, 13_000) == (2, 3)
    assert rules.slots_between(10_000, 0, 11_000) == (0, 1)


def test_a_range_before_or_after_the_epoch_is_empty() -> None:
    assert rules.slots_between(10_000_000, 0, 10_000_000) == (0, 0)
    assert rules.slots_between(0, rules.SLOTS_PER_EPOCH * 1000, 10**10) == (0, 0)


GOOD = SegmentFacts(suite=1, camera=b"c" * 16, epoch=b"e" * 16, track=1, slot=0, size=100)
EPOCH = EpochFacts(suite=1, camera=b"c" * 16, epoch=b"e" * 16, track=1, closed=False)


def test_a_segment_that_agrees_with_its_epoch_is_taken() -> None:
    assert rules.why_refused(GOOD, EPOCH) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"suite": 2},
        {"camera": b"x" * 16},
        {"epoch": b"x" * 16},
        {"track": 2},
        {"slot": 4096},
        {"size": rules.MAX_SEGMENT_BYTES + 1},
    ],
    ids=str,
)
def test_a_segment_that_contradicts_its_epoch_is_refused(wrong: dict[str, object]) -> None:
    assert rules.why_refused(replace(GOOD, **wrong), EPOCH)  # type: ignore[arg-type]


def test_a_closed_epoch_takes_nothing_more() -> None:
    refused = rules.why_refused(GOOD, replace(EPOCH, closed=True))
    assert refused == "the epoch is closed, and no manifest names the segment"


def test_the_window_ends_at_the_earlier_of_the_release_and_the_policy() -> None:
    assert rules.window_deadline_ms(100_000, 10_000, 60) == 70_000
    assert rules.window_deadline_ms(50_000, 10_000, 60) == 50_000
