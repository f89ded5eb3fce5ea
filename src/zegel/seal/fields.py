# SPDX-License-Identifier: EUPL-1.2
"""Reading signed bodies field by field, each with its type, length and range, and an error that names the field.

`Body` is what every signed object is: a frozen dataclass with one list of values. Reading validates everything;
writing reads back what it wrote, so an object that its receiver would refuse can't be made in the first place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Any, ClassVar, Self, TypeVar

from zegel.seal import encoding
from zegel.seal.encoding import MAX_UINT, Value
from zegel.seal.envelope import object_hash, signed_bytes
from zegel.seal.errors import Expired, FieldWrong, KeyRefused, NotYetValid
from zegel.seal.suite import Suite, check_open_public, check_sign_public

ID_SIZE = 16
HASH_SIZE = 32
MAX_TEXT = 200
CLOCK_TOLERANCE_MS = 60_000

_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)
_I = TypeVar("_I", bound=IntEnum)

_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")


class Fields:
    """A cursor over the fields of one array."""

    def __init__(self, where: str, value: Value) -> None:
        if not isinstance(value, tuple):
            raise FieldWrong(f"{where}: an array was expected")
        self._where = where
        self._values: tuple[Value, ...] = value
        self._at = 0

    def _next(self, name: str) -> Value:
        if self._at >= len(self._values):
            raise FieldWrong(f"{self._where}: {name} is missing")
        self._at += 1
        return self._values[self._at - 1]

    def wrong(self, name: str, what: str) -> FieldWrong:
        """The error for a field of this array: raise it."""
        return FieldWrong(f"{self._where}.{name}: {what}")

    def end(self) -> None:
        """Raise FieldWrong when fields are left over."""
        if self._at != len(self._values):
            raise FieldWrong(f"{self._where}: {len(self._values)} fields instead of {self._at}")

    def more(self) -> bool:
        """Whether fields are left."""
        return self._at < len(self._values)

    def uint(self, name: str, least: int = 0, most: int = MAX_UINT) -> int:
        value = self._next(name)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(name, f"a number from {least} to {most} was expected")
        return value

    def ms(self, name: str) -> int:
        """Milliseconds UTC."""
        return self.uint(name)

    def flag(self, name: str) -> bool:
        value = self._next(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "true or false was expected")
        return value

    def blob(self, name: str, least: int, most: int) -> bytes:
        value = self._next(name)
        if not isinstance(value, bytes) or not least <= len(value) <= most:
            raise self.wrong(name, f"{least} bytes were expected" if least == most else f"{least} … {most} bytes")
        return value

    def id(self, name: str) -> bytes:
        return self.blob(name, ID_SIZE, ID_SIZE)

    def hash(self, name: str) -> bytes:
        return self.blob(name, HASH_SIZE, HASH_SIZE)

    def sign_key(self, name: str) -> bytes:
        """An Ed25519 public key."""
        value = self.hash(name)
        try:
            check_sign_public(value)
        except KeyRefused as error:
            raise self.wrong(name, str(error)) from None
        return value

    def suite(self, name: str) -> Suite:
        return self.number(name, Suite)

    def open_key(self, name: str, suite: Suite) -> bytes:
        """An opening public key of `suite`."""
        value = self.blob(name, 1, 4096)
        try:
            check_open_public(suite, value)
        except KeyRefused as error:
            raise self.wrong(name, str(error)) from None
        return value

    def text(self, name: str, least: int = 1, most: int = MAX_TEXT) -> str:
        """NFC text of `least` … `most` characters without control characters."""
        value = self._next(name)
        if not isinstance(value, str) or not least <= len(value) <= most:
            raise self.wrong(name, f"a text of {least} … {most} characters was expected")
        if any(unicodedata.category(letter) == "Cc" for letter in value):
            raise self.wrong(name, "control characters are not allowed")
        return value

    def word(self, name: str) -> str:
        """A name in lower-case ASCII, such as a class or a kind: at most 32 characters."""
        value = self._next(name)
        if not isinstance(value, str) or not _WORD.fullmatch(value):
            raise self.wrong(name, "a word of a-z, 0-9 and _ was expected, at most 32 characters")
        return value

    def choice(self, name: str, choices: type[_E]) -> _E:
        value = self._next(name)
        if isinstance(value, str):
            for item in choices:
                if item.value == value:
                    return item
        raise self.wrong(name, f"one of {', '.join(choices)} was expected")

    def number(self, name: str, choices: type[_I]) -> _I:
        value = self._next(name)
        if type(value) is int:
            for item in choices:
                if item.value == value:
                    return item
        raise self.wrong(name, f"one of {', '.join(str(item.value) for item in choices)} was expected")

    def value(self, name: str) -> Value:
        """Whatever the encoding allows."""
        return self._next(name)

    def null(self, name: str) -> None:
        if self._next(name) is not None:
            raise self.wrong(name, "nothing but null is defined here")

    def optional(self, name: str, read: Callable[[str], _T]) -> _T | None:
        """null, or what `read` (one of the methods above) accepts."""
        if self._at < len(self._values) and self._values[self._at] is None:
            self._at += 1
            return None
        return read(name)

    def one(self, name: str, read: Callable[[Fields], _T]) -> _T:
        """A nested array, read by `read` to its end."""
        inner = Fields(f"{self._where}.{name}", self._next(name))
        value = read(inner)
        inner.end()
        return value

    def maybe(self, name: str, read: Callable[[Fields], _T]) -> _T | None:
        """null, or a nested array."""
        return self.optional(name, lambda same: self.one(same, read))

    def many(self, name: str, read: Callable[[Fields], _T], most: int, least: int = 0) -> tuple[_T, ...]:
        """An array of arrays."""
        inner = self._list(name, most, least)
        return tuple(inner.one(str(at), read) for at in range(len(inner._values)))

    def each(self, name: str, read: Callable[[Fields, str], _T], most: int, least: int = 0) -> tuple[_T, ...]:
        """An array of single values."""
        inner = self._list(name, most, least)
        return tuple(read(inner, str(at)) for at in range(len(inner._values)))

    def _list(self, name: str, most: int, least: int) -> Fields:
        inner = Fields(f"{self._where}.{name}", self._next(name))
        if not least <= len(inner._values) <= most:
            raise self.wrong(name, f"{least} … {most} items were expected, not {len(inner._values)}")
        return inner

    def rising(self, name: str, keys: Iterable[Any]) -> None:
        """Raise FieldWrong unless `keys` rise strictly (sorted, nothing twice)."""
        listed = list(keys)
        if any(not before < after for before, after in pairwise(listed)):
            raise self.wrong(name, "the items must be sorted, nothing twice")


class Body:
    """A signed object's body: CBOR [1, field, …]. Subclasses are frozen dataclasses."""

    __slots__ = ()

    NAME: ClassVar[str]
    VERSION: ClassVar[int] = 1

    def values(self) -> tuple[Value, ...]:
        """The fields after the version, in the order of the format."""
        raise NotImplementedError

    @classmethod
    def read(cls, fields: Fields) -> Self:
        """The object from its fields after the version. Raises FieldWrong."""
        raise NotImplementedError

    def encode(self) -> bytes:
        """The encoded body. Raises FieldWrong for whatever a reader would refuse."""
        data = encoding.encode((self.VERSION, *self.values()))
        self.decode(data)
        return data

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The object from its encoded body. Raises NotCanonical, TooLarge, FieldWrong."""
        fields = Fields(cls.NAME, encoding.decode(data))
        fields.uint("version", cls.VERSION, cls.VERSION)
        body = cls.read(fields)
        fields.end()
        return body

    @property
    def hash(self) -> bytes:
        """How other objects refer to this one, 32 bytes."""
        return object_hash(self.NAME, self.encode())


class SealedBody(Body):
    """A body whose last field is sealed by HPKE, with all the fields before it as context."""

    __slots__ = ()

    def header(self) -> tuple[Value, ...]:
        """The fields between the version and the sealed one."""
        raise NotImplementedError

    def sealed_field(self) -> bytes:
        raise NotImplementedError

    def values(self) -> tuple[Value, ...]:
        return (*self.header(), self.sealed_field())

    def info(self) -> bytes:
        """HPKE's `info`: nothing opens when any field of the header was changed."""
        return signed_bytes(self.NAME, encoding.encode((self.VERSION, *self.header())))


def check_dated(name: str, issued_ms: int, expires_ms: int, now_ms: int) -> None:
    """Raise NotYetValid or Expired unless `now_ms` lies between, give or take a minute at the start."""
    if issued_ms > now_ms + CLOCK_TOLERANCE_MS:
        raise NotYetValid(f"the {name} is dated {issued_ms - now_ms} ms in the future")
    if now_ms >= expires_ms:
        raise Expired(f"the {name} expired {now_ms - expires_ms} ms ago")
