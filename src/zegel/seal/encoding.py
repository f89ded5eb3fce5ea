# SPDX-License-Identifier: EUPL-1.2
"""Deterministic CBOR (RFC 8949 §4.2.1, a subset): the only encoding of what is signed.

Allowed: arrays, unsigned integers below 2^53, byte strings, NFC text, booleans and null. Nothing else exists: no
maps, tags, floats, negative numbers, `undefined`, bignums or indefinite lengths. A value has exactly one encoding.

The reader below is our own, because a general decoder accepts first and asks later (tags that build objects, bignums
that look like integers, NaN). The writer is `cbor2`; reading ends by writing again and comparing, so that two
independent implementations must agree on every byte that is ever trusted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import cbor2

from zegel.seal.errors import NotCanonical, TooLarge

Value: TypeAlias = "int | bytes | str | bool | Sequence[Value] | None"

MAX_UINT = 2**53 - 1
MAX_DEPTH = 16
MAX_SIZE = 1 << 20

_UINT, _BYTES, _TEXT, _ARRAY = 0, 2, 3, 4
_SIMPLE = {0xF4: False, 0xF5: True, 0xF6: None}
_ARGUMENT_WIDTH = {24: 1, 25: 2, 26: 4, 27: 8}
_REFUSED = {1: "a negative integer", 5: "a map", 6: "a tag", 7: "a float, undefined or other simple value"}


def encode(value: Value, *, max_size: int = MAX_SIZE) -> bytes:
    """The one encoding of `value`.

    Raises NotCanonical for a type or value that may not be signed, TooLarge beyond `max_size` bytes or 16 levels.
    """
    _check(value, 1)
    data: bytes = cbor2.dumps(value)
    if len(data) > max_size:
        raise TooLarge(f"the object takes {len(data)} bytes; at most {max_size} are allowed")
    return data


def decode(data: bytes, *, max_size: int = MAX_SIZE) -> Value:
    """The value that `data` encodes; arrays become tuples.

    Raises NotCanonical unless `data` is exactly `encode(value)`, TooLarge beyond `max_size` bytes or 16 levels.
    """
    if len(data) > max_size:
        raise TooLarge(f"the object takes {len(data)} bytes; at most {max_size} are allowed")
    value, end = _read(data, 0, 1)
    if end != len(data):
        raise NotCanonical(f"{len(data) - end} bytes follow the end of the object")
    if encode(value, max_size=max_size) != data:
        raise NotCanonical("the bytes differ from the value's only encoding")
    return value


def _check(value: Value, depth: int) -> None:
    kind = type(value)  # exact types: a subclass could encode as something else
    if kind is int:
        _check_uint(value)  # type: ignore[arg-type]
    elif kind is str:
        _check_text(value)  # type: ignore[arg-type]
    elif kind is list or kind is tuple:
        if depth > MAX_DEPTH:
            raise TooLarge(f"nested deeper than {MAX_DEPTH} levels")
        for item in value:  # type: ignore[union-attr]
            _check(item, depth + 1)
    elif kind is not bytes and kind is not bool and value is not None:
        raise NotCanonical(f"a value of type {kind.__name__} can't be signed")


def _check_uint(value: int) -> None:
    if not 0 <= value <= MAX_UINT:
        raise NotCanonical(f"the integer {value} lies outside 0 … 2^53-1")


def _check_text(value: str) -> None:
    if value.isascii():
        return
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text contains half of a surrogate pair") from None
    if not unicodedata.is_normalized("NFC", value):
        raise NotCanonical("a text is not in Unicode's NFC form")


def _read(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    initial = _take(data, at, 1)[0]
    if initial in _SIMPLE:
        return _SIMPLE[initial], at + 1
    major = initial >> 5
    if major in _REFUSED:
        raise NotCanonical(f"byte {at} starts {_REFUSED[major]}, which has no place in a signed object")
    argument, at = _argument(data, at)
    if major == _UINT:
        return _uint(argument, at)
    if major == _ARRAY:
        return _array(data, at, argument, depth)
    raw = _take(data, at, argument)
    return (raw if major == _BYTES else _text(raw, at)), at + argument


def _argument(data: bytes, at: int) -> tuple[int, int]:
    low = data[at] & 0x1F
    if low < 24:
        return low, at + 1
    width = _ARGUMENT_WIDTH.get(low)
    if width is None:
        raise NotCanonical(f"byte {at} starts an item of indefinite or reserved length")
    value = int.from_bytes(_take(data, at + 1, width), "big")
    shortest = 24 if width == 1 else 1 << (4 * width)
    if value < shortest:
        raise NotCanonical(f"byte {at} starts a number that is not in its shortest form")
    return value, at + 1 + width


def _uint(value: int, at: int) -> tuple[int, int]:
    _check_uint(value)
    return value, at


def _text(raw: bytes, at: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotCanonical(f"the text at byte {at} is not UTF-8") from None


def _array(data: bytes, at: int, count: int, depth: int) -> tuple[Value, int]:
    if depth > MAX_DEPTH:
        raise TooLarge(f"nested deeper than {MAX_DEPTH} levels")
    if count > len(data) - at:  # every item takes a byte at least
        raise NotCanonical(f"the array at byte {at} promises {count} items, more than there are bytes")
    items: list[Value] = []
    for _ in range(count):
        item, at = _read(data, at, depth + 1)
        items.append(item)
    return tuple(items), at


def _take(data: bytes, at: int, count: int) -> bytes:
    if at + count > len(data):
        raise NotCanonical(f"the bytes end at {len(data)}, in the middle of an item")
    return data[at : at + count]
