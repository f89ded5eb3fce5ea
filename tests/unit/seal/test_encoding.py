# SPDX-License-Identifier: EUPL-1.2
"""One value has one encoding, and everything else is refused."""

from __future__ import annotations

import contextlib
import io
import struct
import unicodedata
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.seal import encoding
from zegel.seal.errors import NotCanonical, SealError, TooLarge

NFC = st.text(st.characters(codec="utf-8")).filter(lambda text: unicodedata.is_normalized("NFC", text))
SCALARS = st.integers(0, encoding.MAX_UINT) | st.binary(max_size=40) | NFC | st.booleans() | st.none()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=6), max_leaves=20)


def frozen(value: Any) -> Any:
    return tuple(map(frozen, value)) if isinstance(value, list) else value


@given(VALUES)
def test_what_is_encoded_is_decoded_and_encodes_the_same(value: Any) -> None:
    data = encoding.encode(value)
    assert encoding.decode(data) == frozen(value)
    assert encoding.encode(encoding.decode(data)) == data


@given(VALUES)
def test_an_independent_reader_agrees(value: Any) -> None:
    assert frozen(cbor2.loads(encoding.encode(value))) == frozen(value)


@given(st.binary(max_size=60))
def test_no_bytes_are_read_that_are_not_written_the_same_way(data: bytes) -> None:
    try:
        value = encoding.decode(data)
    except SealError:
        return
    assert encoding.encode(value) == data


@given(VALUES, st.data())
def test_a_flipped_bit_gives_another_value_or_none(value: Any, data: st.DataObject) -> None:
    changed = bytearray(encoding.encode(value))
    bit = data.draw(st.integers(0, len(changed) * 8 - 1))
    changed[bit // 8] ^= 1 << bit % 8
    with contextlib.suppress(SealError):
        assert encoding.decode(bytes(changed)) != frozen(value)


@given(VALUES, st.binary(min_size=1, max_size=5))
def test_trailing_bytes_are_refused(value: Any, more: bytes) -> None:
    with pytest.raises(SealError):
        encoding.decode(encoding.encode(value) + more)


@given(VALUES)
def test_a_truncated_encoding_is_refused(value: Any) -> None:
    data = encoding.encode(value)
    for end in range(len(data)):
        with pytest.raises(SealError):
            encoding.decode(data[:end])


@pytest.mark.parametrize("width", [1, 2, 4, 8])
@given(data=st.data())
def test_a_number_in_more_bytes_than_needed_is_refused(width: int, data: st.DataObject) -> None:
    most = 23 if width == 1 else 256 ** (width // 2) - 1
    value = data.draw(st.integers(0, most))
    for major in (0, 2, 3, 4):
        initial = bytes((major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width],))
        with pytest.raises(NotCanonical, match="shortest"):
            encoding.decode(initial + value.to_bytes(width, "big") + bytes(64))


@given(st.integers(max_value=-1) | st.integers(min_value=2**53))
def test_numbers_outside_of_the_range_are_neither_written_nor_read(value: int) -> None:
    with pytest.raises(NotCanonical):
        encoding.encode(value)
    with pytest.raises(NotCanonical):
        encoding.decode(cbor2.dumps(value))  # negative, too large, or a bignum's tag


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_floats_of_every_width_are_refused(value: float) -> None:
    with pytest.raises(NotCanonical):
        encoding.encode(value)  # type: ignore[arg-type]
    for data in (cbor2.dumps(value), cbor2.dumps(value, canonical=True), b"\xfb" + struct.pack(">d", value)):
        with pytest.raises(NotCanonical):
            encoding.decode(data)


@given(st.dictionaries(SCALARS, SCALARS, max_size=3))
def test_maps_are_refused(value: dict[Any, Any]) -> None:
    with pytest.raises(NotCanonical):
        encoding.encode(value)  # type: ignore[arg-type]
    with pytest.raises(NotCanonical):
        encoding.decode(cbor2.dumps(value))


@given(st.integers(0, 2**64 - 1), SCALARS)
def test_tags_are_refused_without_looking_inside(tag: int, value: Any) -> None:
    stream = io.BytesIO()
    cbor2.CBOREncoder(stream).encode_length(6, tag)
    with pytest.raises(NotCanonical, match="tag"):
        encoding.decode(stream.getvalue() + encoding.encode(value))


@pytest.mark.parametrize("simple", [*range(20), 23, *range(32, 256)])
def test_undefined_and_other_simple_values_are_refused(simple: int) -> None:
    data = bytes((0xE0 | simple,)) if simple < 24 else bytes((0xF8, simple))
    with pytest.raises(NotCanonical):
        encoding.decode(data)


@pytest.mark.parametrize(
    "data", ["5f4101ff", "7f6161ff", "9f01ff", "bf0101ff", "9fff", "5fff", "1f", "3f", "ff", "df00"]
)
def test_indefinite_lengths_are_refused(data: str) -> None:
    with pytest.raises(NotCanonical):
        encoding.decode(bytes.fromhex(data))


@pytest.mark.parametrize("low", [28, 29, 30])
@pytest.mark.parametrize("major", range(8))
def test_reserved_lengths_are_refused(major: int, low: int) -> None:
    with pytest.raises(NotCanonical):
        encoding.decode(bytes((major << 5 | low,)) + bytes(20))


def test_text_that_is_not_nfc_is_refused() -> None:
    for text in ("u\u0308", "\u212b", "\u1100\u1161", "a\u0327\u0301"[::-1]):
        raw = text.encode()
        with pytest.raises(NotCanonical):
            encoding.decode(bytes((0x60 | len(raw),)) + raw)
        with pytest.raises(NotCanonical):
            encoding.encode(text)


@pytest.mark.parametrize("raw", [b"\xc3\x28", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\xff", b"\xe2\x82"])
def test_text_that_is_not_utf8_is_refused(raw: bytes) -> None:
    with pytest.raises(NotCanonical):
        encoding.decode(bytes((0x60 | len(raw),)) + raw)


def test_half_a_surrogate_pair_is_not_written() -> None:
    with pytest.raises(NotCanonical):
        encoding.encode("\ud83d")


def test_promised_items_that_cannot_be_there_cost_nothing() -> None:
    for head in (b"\x9a\xff\xff\xff\xff", b"\x5a\xff\xff\xff\xff", b"\x9b" + b"\x7f" * 8, b"\x7b" + b"\x7f" * 8):
        with pytest.raises(NotCanonical):
            encoding.decode(head)


def test_sixteen_levels_are_the_deepest() -> None:
    assert encoding.decode(b"\x81" * 15 + b"\x80") is not None
    with pytest.raises(TooLarge):
        encoding.decode(b"\x81" * 16 + b"\x80")
    with pytest.raises(TooLarge):
        encoding.decode(b"\x81" * 500_000)
    value: Any = ()
    for _ in range(16):
        value = (value,)
    with pytest.raises(TooLarge):
        encoding.encode(value)


def test_more_than_the_largest_size_is_refused() -> None:
    assert len(encoding.encode(bytes(encoding.MAX_SIZE - 5))) == encoding.MAX_SIZE
    for act in (
        lambda: encoding.encode(bytes(encoding.MAX_SIZE)),
        lambda: encoding.decode(bytes(encoding.MAX_SIZE + 1)),
    ):
        with pytest.raises(TooLarge):
            act()


class Odd(int):
    """A subclass that could encode as something else."""


@pytest.mark.parametrize("value", [Odd(1), 1.0, {}, {1}, object(), bytearray(b"x"), 1j, [1, [2, {"a": 1}]]])
def test_no_other_type_is_written(value: Any) -> None:
    with pytest.raises(NotCanonical):
        encoding.encode(value)
