# SPDX-License-Identifier: EUPL-1.2
"""Frames out of a stream, however it is cut and whatever lies between."""

from __future__ import annotations

import os

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zegel.protocols import dc09
from zegel.protocols.dc09.crc import after, crc16
from zegel.protocols.dc09.framing import MAX_FRAME, Framer

FORMS = [dc09.Form(b, c, low, low) for b in (False, True) for c in (False, True) for low in (False, True)]
KEY = dc09.Key.of("00112233445566778899AABBCCDDEEFF", "hex")
NOW_MS = 1_767_323_045_000


def frame(seq: int, form: dc09.Form = FORMS[0], text: str = "", key: dc09.Key | None = None) -> bytes:
    return dc09.write("SIA-DCS", "1234", f"#1234|Nri1/BA{seq}{text}", seq=seq, form=form, now_ms=NOW_MS, key=key)


def with_raw_checksum_holding(byte: int) -> bytes:
    """A frame whose two raw checksum bytes include this one."""
    form = dc09.Form(binary=True)
    return next(wire for seq in range(10_000) if byte in (wire := frame(seq, form))[1:3])


def slow_crc(data: bytes) -> int:
    register = 0
    for byte in data:
        register ^= byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
    return register


def test_the_checksum_has_its_published_check_value() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(st.binary(max_size=200))
def test_the_checksum_by_words_is_the_one_by_bits(data: bytes) -> None:
    assert crc16(data) == slow_crc(data)
    assert after(crc16(data), 0x0D) == slow_crc(data + b"\r")


@pytest.mark.parametrize("byte", [0x0A, 0x0D, 0x22, 0x00])
def test_a_raw_checksum_may_hold_the_bytes_that_frame_it(byte: int) -> None:
    wire = with_raw_checksum_holding(byte)
    framer = Framer()
    assert [out for b in wire + wire for out in framer.feed(bytes([b]))] == [wire, wire]


@pytest.mark.parametrize(
    ("checksum", "span"),
    [
        (b"\n\n", b'"NULL"8433#0124[]'),
        (b"\n\r", b'"NULL"2452#0057[]'),
        (b"\r\n", b'"NULL"4194#0121[]'),
        (b"\r\r", b'"NULL"3768#0079[]'),
    ],
)
def test_a_raw_checksum_may_be_nothing_but_such_bytes(checksum: bytes, span: bytes) -> None:
    wire = b"\n%b%04X%b\r" % (checksum, len(span), span)
    framer = Framer()
    assert [out for b in wire + wire for out in framer.feed(bytes([b]))] == [wire, wire]
    assert dc09.read(wire, None, now_ms=NOW_MS).faults == frozenset()


@pytest.mark.parametrize("form", FORMS)
def test_pipelined_frames_come_out_one_by_one(form: dc09.Form) -> None:
    wires = [frame(seq, form) for seq in range(50)]
    assert Framer().feed(b"".join(wires)) == wires


def test_a_slow_sender_is_waited_for() -> None:
    framer = Framer()
    wire = frame(1)
    assert [framer.feed(bytes([b])) for b in wire[:-1]] == [[]] * (len(wire) - 1)
    assert framer.feed(wire[-1:]) == [wire]


def test_noise_between_frames_is_dropped_and_counted() -> None:
    framer = Framer()
    assert framer.feed(b"\x00\x01\n\n\r\r" + frame(1) + b"\r\n\x00" + frame(2)) == [frame(1), frame(2)]
    assert framer.dropped == 9


def test_a_frame_that_lost_its_end_costs_only_itself() -> None:
    assert Framer().feed(frame(1)[:30] + frame(2) + frame(3)) == [frame(2), frame(3)]


def test_a_text_with_line_ends_in_it_stays_whole() -> None:
    span = b'"SIA-DCS"0001L0#1234[#1234|Nri1/BA1^a\rb\nc^]'
    wire = b"\n%04X%04X%b\r" % (crc16(span), len(span), span)
    framer = Framer()
    assert [out for b in wire for out in framer.feed(bytes([b]))] == [wire]


@pytest.mark.parametrize("length", [b"0000", b"0FFF", b"0078", b"0005"])
def test_a_wrong_length_field_holds_nothing_up(length: bytes) -> None:
    wire = frame(1)
    wire = wire[:5] + length + wire[9:]
    assert Framer().feed(wire) == [wire]


def test_a_readable_line_that_is_no_frame_is_handed_on() -> None:
    assert Framer().feed(b"F#123456 something\r" + frame(1)) == [b"F#123456 something\r", frame(1)]


def test_what_never_ended_comes_out_when_the_sender_leaves() -> None:
    framer = Framer()
    assert framer.feed(b"\x00\x00" + frame(1)[:-1]) == []
    assert framer.flush() == [frame(1)[:-1]]
    assert framer.flush() == []
    assert len(framer) == 0


def test_it_never_keeps_more_than_one_frame() -> None:
    framer = Framer()
    for _ in range(40):
        framer.feed(os.urandom(1_000).replace(b"\r", b""))
        assert len(framer) < MAX_FRAME


@pytest.mark.parametrize("piece", [b"\r", b"\n", b'\nA51C003A"', b'\n\r\n0FFF"', b'\nA51C0FFF"\r', b"x" * 11 + b"\r"])
def test_hostile_streams_are_read_in_bounded_time(piece: bytes) -> None:
    framer = Framer()
    stream = (piece * (100_000 // len(piece)))[:100_000]
    for start in range(0, len(stream), 1_400):
        framer.feed(stream[start : start + 1_400])
        assert len(framer) < MAX_FRAME


pieces = st.one_of(
    st.integers(0, 9_999).map(frame),
    st.tuples(st.integers(0, 9_999), st.sampled_from(FORMS)).map(lambda both: frame(*both)),
    st.integers(0, 9_999).map(lambda seq: frame(seq, key=KEY)),
    st.tuples(st.integers(0, 9_999), st.integers(1, 50)).map(lambda both: frame(both[0])[: both[1]]),
    st.sampled_from(
        [
            b"\r",
            b"\n",
            b"\r\n",
            b"\x00",
            b'"',
            b"\n0A",
            b'\n\n\r0FFF"',
            b'\nA51C003A"',
            b"SR0001L0001    006969XX    [ID0]\r",
        ]
    ),
    st.binary(max_size=30),
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(pieces, max_size=8),
    st.lists(st.integers(1, 60), min_size=1, max_size=20),
    st.sampled_from([40, 90, 200, MAX_FRAME]),
)
@example([b"\n\r", frame(1)], [1], MAX_FRAME)
def test_the_same_bytes_give_the_same_frames_however_they_are_cut(
    parts: list[bytes], cuts: list[int], limit: int
) -> None:
    stream = b"".join(parts)
    whole, cut = Framer(limit), Framer(limit)
    at_once = whole.feed(stream)
    piecewise: list[bytes] = []
    position = turn = 0
    while position < len(stream):
        size = cuts[turn % len(cuts)]
        piecewise += cut.feed(stream[position : position + size])
        position, turn = position + size, turn + 1
        assert len(cut) < limit
    assert piecewise == at_once
    assert cut.flush() == whole.flush()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9_999), st.sampled_from(FORMS), st.booleans()), max_size=6),
    st.lists(st.binary(max_size=12).filter(lambda noise: b"\n" not in noise), min_size=7, max_size=7),
)
def test_every_good_frame_comes_out_of_any_noise(frames: list[tuple[int, dc09.Form, bool]], noise: list[bytes]) -> None:
    wires = [frame(seq, form, key=KEY if encrypted else None) for seq, form, encrypted in frames]
    stream = b"".join(between + wire for between, wire in zip(noise, wires, strict=False))
    assert [out for out in Framer().feed(stream) if out in wires] == wires
