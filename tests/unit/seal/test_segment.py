# SPDX-License-Identifier: EUPL-1.2
"""A segment opens with its slot's key, whole and unchanged, or not at all."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.seal.examples import World

from zegel.seal.errors import CannotOpen, FieldWrong, KeyRefused, SealError, TooLarge
from zegel.seal.segment import (
    HEADER_SIZE,
    MAX_PLAINTEXT,
    Header,
    SegmentFlag,
    Track,
    open_segment,
    seal_segment,
    sealed_size,
)
from zegel.seal.suite import Suite
from zegel.seal.tree import leaf

WORLD = World()


@given(st.binary(max_size=300) | st.integers(16_300, 33_000).map(os.urandom), st.integers(0, 4095))
def test_a_segment_opens_to_what_was_sealed(plaintext: bytes, slot: int) -> None:
    segment = WORLD.make_segment(slot, plaintext)
    assert len(segment) == sealed_size(len(plaintext))
    header, opened = open_segment(leaf(WORLD.root, slot), segment)
    assert opened == plaintext
    assert header == WORLD.make_header(slot, plaintext)
    assert header.random_access


def test_the_header_has_the_layout_of_the_format() -> None:
    header = WORLD.make_header(258, bytes(9), codec=b"hvc1", sequence=7, wall_ms=11, duration_ms=13)
    wanted = (
        b"ZSEG\x01\x01\x00\x01" + WORLD.camera + WORLD.epoch_id + b"\x01" + b"\x01\x02" + b"\x00\x00\x00\x07"
        + (11).to_bytes(8, "big") + (13).to_bytes(4, "big") + b"hvc1" + (9).to_bytes(4, "big")
    )  # fmt: skip
    assert header.encode() == wanted
    assert len(wanted) == HEADER_SIZE == 67


@pytest.mark.parametrize("size", [0, 1, 200, 16_384])
def test_every_flipped_byte_is_refused(size: int) -> None:
    segment, key = bytearray(WORLD.make_segment(5, os.urandom(size))), leaf(WORLD.root, 5)
    places = range(len(segment)) if size < 1000 else [*range(200), *range(16_490, len(segment))]
    for at in places:
        for mask in (0x01, 0x80, 0xFF):
            segment[at] ^= mask
            with pytest.raises(SealError):
                open_segment(key, bytes(segment))
            segment[at] ^= mask


def test_every_truncation_and_extension_is_refused() -> None:
    segment, key = WORLD.make_segment(5, os.urandom(100)), leaf(WORLD.root, 5)
    for end in range(len(segment)):
        with pytest.raises(SealError):
            open_segment(key, segment[:end])
    for more in (b"\x00", bytes(16), segment):
        with pytest.raises(FieldWrong):
            open_segment(key, segment + more)


def test_whole_chunks_cannot_be_cut_off() -> None:
    segment, key = WORLD.make_segment(5, os.urandom(3 * 16_384)), leaf(WORLD.root, 5)
    shorter = segment[: -(16_384 + 16)]
    with pytest.raises(FieldWrong):
        open_segment(key, shorter)
    relabelled = WORLD.make_header(5, bytes(2 * 16_384)).encode() + shorter[HEADER_SIZE:]
    with pytest.raises(CannotOpen):
        open_segment(key, relabelled)


def test_no_other_slots_key_opens_it() -> None:
    segment = WORLD.make_segment(1000)
    for slot in (0, 999, 1001, 4095):
        with pytest.raises(CannotOpen):
            open_segment(leaf(WORLD.root, slot), segment)


@pytest.mark.parametrize(
    "change",
    [
        {"camera": os.urandom(16)},
        {"epoch": os.urandom(16)},
        {"track": Track.PICTURE},
        {"slot": 11},
        {"sequence": 99},
        {"wall_ms": 1},
        {"duration_ms": 999},
        {"codec": b"none"},
        {"flags": SegmentFlag(0)},
        {"flags": SegmentFlag(3)},
        {"suite": Suite.HYBRID},
    ],
)
def test_a_relabelled_segment_does_not_open(change: dict[str, Any]) -> None:
    segment = WORLD.make_segment(10)
    relabelled = WORLD.make_header(**{"slot": 10} | change).encode() + segment[HEADER_SIZE:]
    with pytest.raises(CannotOpen):
        open_segment(leaf(WORLD.root, 10), relabelled)


@pytest.mark.parametrize(
    "change",
    [
        {"camera": bytes(15)},
        {"epoch": bytes(17)},
        {"slot": 4096},
        {"slot": -1},
        {"sequence": 2**32},
        {"wall_ms": 2**53},
        {"duration_ms": -1},
        {"codec": b"av01"},
        {"flags": SegmentFlag(4)},
        {"plaintext_size": 20},
    ],
)
def test_a_wrong_header_is_not_sealed(change: dict[str, Any]) -> None:
    with pytest.raises(SealError):
        seal_segment(leaf(WORLD.root, 10), WORLD.make_header(**{"slot": 10} | change), b"ftyp moov moof mdat")


@pytest.mark.parametrize(("at", "value"), [(0, 0), (4, 2), (5, 0), (5, 3), (6, 1), (7, 4), (40, 0), (40, 5), (41, 16)])
def test_a_header_with_an_unknown_value_is_not_read(at: int, value: int) -> None:
    data = bytearray(WORLD.make_header().encode())
    data[at] = value
    with pytest.raises(FieldWrong):
        Header.decode(bytes(data))


def test_sixteen_mebibytes_are_the_most() -> None:
    with pytest.raises(TooLarge):
        WORLD.make_header(plaintext=b"", plaintext_size=MAX_PLAINTEXT + 1).encode()
    assert WORLD.make_header(plaintext=b"", plaintext_size=MAX_PLAINTEXT).encode()


def test_a_leaf_of_another_length_is_refused() -> None:
    for size in (0, 16, 31, 33):
        with pytest.raises(KeyRefused):
            seal_segment(bytes(size), WORLD.make_header(), b"ftyp moov moof mdat")
        with pytest.raises(KeyRefused):
            open_segment(bytes(size), WORLD.make_segment())


def test_the_same_piece_sealed_twice_shares_no_bytes() -> None:
    """A mistake in counting must not repeat a key and nonce: the salt is random."""
    first, second = WORLD.make_segment(3, bytes(64)), WORLD.make_segment(3, bytes(64))
    assert first[:HEADER_SIZE] == second[:HEADER_SIZE]
    assert first[HEADER_SIZE + 24 :] != second[HEADER_SIZE + 24 :]
