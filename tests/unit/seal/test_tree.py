# SPDX-License-Identifier: EUPL-1.2
"""A cover opens its range and nothing else; what a frontier has passed is gone."""

from __future__ import annotations

import hashlib
import hmac
import os
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.seal.errors import FieldWrong, KeyForgotten, KeyRefused, OutOfRange
from zegel.seal.tree import (
    MAX_COVER,
    SLOTS,
    Cover,
    Frontier,
    Position,
    child,
    cover,
    cover_of,
    cover_positions,
    leaf,
    leaf_from_cover,
)

ROOT = os.urandom(32)
SLOT = st.integers(0, SLOTS - 1)


@st.composite
def ranges(draw: Any) -> tuple[int, int]:
    start = draw(st.integers(0, SLOTS - 1))
    return start, draw(st.integers(start + 1, SLOTS))


def reachable(positions: tuple[Position, ...]) -> set[int]:
    return {slot for at in positions for slot in range(at.start, at.end)}


def everything_derivable(nodes: tuple[bytes, ...], heights: list[int]) -> set[bytes]:
    """Every leaf that somebody with these nodes can compute, whatever he believes about their positions."""
    leaves: set[bytes] = set()
    level = [(node, height) for node, height in zip(nodes, heights, strict=True)]
    while level:
        node, height = level.pop()
        if height == 0:
            leaves.add(node)
        else:
            level += [(child(node, 0), height - 1), (child(node, 1), height - 1)]
    return leaves


def test_a_child_is_the_hmac_of_the_format() -> None:
    for bit in (0, 1):
        wanted = hmac.new(ROOT, b"zegel/tree/v1" + bytes((bit, 1)), hashlib.sha256).digest()
        assert child(ROOT, bit) == wanted


@given(SLOT)
def test_a_leafs_path_is_its_slots_bits_from_the_top(slot: int) -> None:
    node = ROOT
    for bit in f"{slot:012b}":
        node = child(node, int(bit))
    assert leaf(ROOT, slot) == node


def test_all_leaves_differ() -> None:
    assert len({leaf(ROOT, slot) for slot in range(SLOTS)}) == SLOTS


@given(ranges())
def test_a_cover_is_exactly_its_range_and_minimal(wanted: tuple[int, int]) -> None:
    start, end = wanted
    positions = cover_positions(start, end)
    assert positions[0].start == start
    assert positions[-1].end == end
    assert all(before.end == after.start for before, after in pairwise(positions))
    assert len(positions) <= MAX_COVER
    for before, after in pairwise(positions):
        siblings = before.level == after.level and before.index ^ 1 == after.index and before.index % 2 == 0
        assert not siblings, "two siblings would be one node"


def test_the_worst_range_needs_22_nodes() -> None:
    assert max(len(cover_positions(start, end)) for start in (0, 1, 2) for end in (SLOTS - 1, SLOTS)) == MAX_COVER


@given(ranges(), st.lists(SLOT, max_size=20))
def test_a_cover_opens_its_slots_and_no_other(wanted: tuple[int, int], slots: list[int]) -> None:
    start, end = wanted
    keys = cover_of(ROOT, start, end)
    for slot in {start, end - 1, *slots}:
        if start <= slot < end:
            assert keys.leaf(slot) == leaf(ROOT, slot)
        else:
            with pytest.raises(OutOfRange):
                keys.leaf(slot)


@settings(max_examples=12)
@given(ranges())
def test_nothing_outside_of_the_range_can_be_computed_from_its_cover(wanted: tuple[int, int]) -> None:
    start, end = wanted
    heights = [12 - at.level for at in cover_positions(start, end)]
    derivable = everything_derivable(cover(ROOT, start, end), heights)
    assert derivable == {leaf(ROOT, slot) for slot in range(start, end)}


@given(ranges(), SLOT)
def test_positions_and_nodes_open_by_slot(wanted: tuple[int, int], slot: int) -> None:
    positions, nodes = cover_positions(*wanted), cover(ROOT, *wanted)
    if slot in reachable(positions):
        assert leaf_from_cover(positions, nodes, slot) == leaf(ROOT, slot)
    else:
        with pytest.raises(OutOfRange):
            leaf_from_cover(positions, nodes, slot)


@pytest.mark.parametrize("wanted", [(0, 0), (5, 5), (6, 5), (-1, 3), (0, SLOTS + 1), (SLOTS, SLOTS + 1)])
def test_an_impossible_range_is_refused(wanted: tuple[int, int]) -> None:
    with pytest.raises(OutOfRange):
        cover_positions(*wanted)


def test_a_cover_of_the_wrong_shape_is_refused() -> None:
    nodes = cover(ROOT, 5, 100)
    with pytest.raises(FieldWrong):
        Cover(5, 100, nodes[:-1])
    with pytest.raises(FieldWrong):
        Cover(5, 100, (*nodes, nodes[0]))
    with pytest.raises(KeyRefused):
        Cover(5, 100, (*nodes[:-1], nodes[-1][:31]))
    with pytest.raises(FieldWrong):
        leaf_from_cover(cover_positions(5, 100), nodes[:-1], 50)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_node_of_another_length_is_refused(size: int) -> None:
    for act in (lambda: leaf(bytes(size), 0), lambda: cover(bytes(size), 0, 1), lambda: Frontier(bytes(size))):
        with pytest.raises(KeyRefused):
            act()


@given(st.lists(st.integers(0, SLOTS), min_size=1, max_size=8), SLOT)
def test_a_frontier_derives_the_future_and_nothing_it_has_passed(stops: list[int], slot: int) -> None:
    frontier = Frontier(ROOT)
    for stop in sorted(stops):
        frontier.advance(stop)
        assert frontier.position == stop
        assert frontier.node_count <= 12
        if slot >= stop:
            assert frontier.leaf(slot) == leaf(ROOT, slot)
        else:
            with pytest.raises(KeyForgotten):
                frontier.leaf(slot)


@settings(max_examples=12)
@given(st.integers(0, SLOTS))
def test_nothing_of_the_past_can_be_computed_from_a_frontiers_memory(stop: int) -> None:
    frontier = Frontier(ROOT)
    frontier.advance(stop)
    nodes = tuple(node for _, node in frontier._nodes)
    heights = [12 - at.level for at, _ in frontier._nodes]
    assert everything_derivable(nodes, heights) == {leaf(ROOT, slot) for slot in range(stop, SLOTS)}


def test_a_frontier_holds_exactly_the_minimal_cover_of_its_future() -> None:
    frontier = Frontier(ROOT)
    for stop in (1, 2, 1337, 2048, 4095):
        frontier.advance(stop)
        assert tuple(at for at, _ in frontier._nodes) == cover_positions(stop, SLOTS)


def test_a_frontier_never_goes_back() -> None:
    frontier = Frontier(ROOT)
    frontier.advance(100)
    frontier.advance(100)
    with pytest.raises(KeyForgotten):
        frontier.advance(99)
    with pytest.raises(OutOfRange):
        frontier.advance(SLOTS + 1)
    frontier.advance(SLOTS)
    assert frontier.node_count == 0
    with pytest.raises(KeyForgotten):
        frontier.leaf(SLOTS - 1)


def test_keys_are_not_shown_when_printed() -> None:
    frontier = Frontier(ROOT)
    for shown in (repr(cover_of(ROOT, 1, 3)), repr(frontier), str(frontier)):
        assert ROOT.hex() not in shown
        assert "b'" not in shown
