# SPDX-License-Identifier: EUPL-1.2
"""A film from opened segments: `ftyp moov`, then every `moof mdat`, copied, with times from zero and numbers from one.

Nothing is re-encoded. Where nothing was recorded the next recording follows. The same bytes come out of
web/src/records/mp4.ts (ISO/IEC 14496-12; only what a unit writes is read: docs/design/seal-formats.md, 6).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from zegel.seal.errors import FieldWrong, SealError

_TICKS_PER_MS = 90
_GAP = 90_000
_TRUN = 0x000F01
STATEMENT_TYPE = b"zegel/exported1!"
REDACTED_TYPE = b"zegel/redacted1!"
MANIFEST_TYPE = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
"""C2PA's, of the box that holds a manifest ("Embedding manifests into BMFF-based assets")."""


class NoFilm(SealError):
    """There is no film in this: the camera makes stills, its picture changed its form, or nothing starts it."""

    code = "no_film"
    action = "Take the pictures as they are, or choose a shorter time."


@dataclass(frozen=True, slots=True)
class Box:
    """`start` and `end`: where the whole of it lies; its payload begins at `inside`."""

    kind: bytes
    start: int
    inside: int
    end: int


def boxes(data: bytes | memoryview, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes of one level. Raises FieldWrong."""
    at, stop = start, len(data) if end is None else end
    while at < stop:
        if at + 8 > stop:
            raise FieldWrong("film: a box is cut off")
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1 and at + 16 <= stop:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size < head or at + size > stop:
            raise FieldWrong("film: a box is longer than what it is in")
        yield Box(kind, at, at + head, at + size)
        at += size


def _need(data: bytes | bytearray, inside: Box | None, kind: bytes) -> Box:
    start, end = (0, len(data)) if inside is None else (inside.inside, inside.end)
    for box in boxes(bytes(data), start, end):
        if box.kind == kind:
            return box
    raise FieldWrong(f"film: there is no {kind.decode()} box where one belongs")


class Film:
    """Takes segments' plaintext in order. `parts` are the file's pieces once it is finished."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._ftyp: bytes | None = None
        self._moov: bytes | None = None
        self._next = 1
        self._end = 0  # of the last fragment, in ticks since 1970
        self._shift = 0

    @property
    def duration_ms(self) -> int:
        return (self._end - self._shift) // _TICKS_PER_MS

    def add(self, plaintext: bytes, epoch_start_ms: int) -> None:
        """Raises FieldWrong, NoFilm."""
        moof: Box | None = None
        for box in boxes(plaintext):
            data = plaintext[box.start : box.end]
            if box.kind == b"ftyp":
                self._ftyp = self._ftyp or data
            elif box.kind == b"moov":
                self._take_init(data)
            elif box.kind == b"moof":
                moof = box
            elif box.kind == b"mdat" and moof is not None and self._moov is not None:
                self._fragment(plaintext[moof.start : moof.end], data, epoch_start_ms * _TICKS_PER_MS)

    def _take_init(self, moov: bytes) -> None:
        self._moov = self._moov or moov
        if self._moov != moov:
            raise NoFilm("the camera's picture changed its form within this time")

    def _fragment(self, moof: bytes, mdat: bytes, epoch_start: int) -> None:
        whole = bytearray(moof)
        outer = Box(b"moof", 0, 8, len(whole))
        mfhd, traf = _need(whole, outer, b"mfhd"), _need(whole, outer, b"traf")
        tfdt, trun = _need(whole, traf, b"tfdt"), _need(whole, traf, b"trun")
        flags, count = struct.unpack_from(">II", whole, trun.inside)
        if whole[tfdt.inside] != 1 or flags & 0xFFFFFF != _TRUN:
            raise FieldWrong("film: this was not made by a unit")
        at = epoch_start + struct.unpack_from(">Q", whole, tfdt.inside + 4)[0]
        if not self._parts:
            self._shift = at
        elif at > self._end + _GAP:
            self._shift += at - self._end
        struct.pack_into(">I", whole, mfhd.inside + 4, self._next)
        struct.pack_into(">Q", whole, tfdt.inside + 4, max(0, at - self._shift))
        self._next += 1
        rows = range(trun.inside + 12, trun.inside + 12 + count * 16, 16)
        self._end = max(self._end, at + sum(struct.unpack_from(">I", whole, row)[0] for row in rows))
        self._parts += [bytes(whole), mdat]

    def finish(self) -> list[bytes]:
        """The file's pieces, in order. Raises NoFilm."""
        if self._ftyp is None or self._moov is None or not self._parts:
            raise NoFilm("there is no picture to begin with in this time")
        return [self._ftyp, _with_length(self._moov, self._end - self._shift), *self._parts]


def _with_length(moov: bytes, length: int) -> bytes:
    """The moov with the film's length in its mvex, so that a player shows it."""
    mvex = _need(moov, Box(b"moov", 0, 8, len(moov)), b"mvex")
    mehd = struct.pack(">I4sIQ", 20, b"mehd", 1 << 24, length)
    whole = bytearray(moov[: mvex.inside] + mehd + moov[mvex.inside :])
    struct.pack_into(">I", whole, 0, len(whole))
    struct.pack_into(">I", whole, mvex.start, mvex.end - mvex.start + 20)
    return bytes(whole)


def split_film(data: bytes, kind: bytes = STATEMENT_TYPE) -> tuple[int, int] | None:
    """Where the film's last box begins and where what is in it does; None when it holds no statement of that kind."""
    try:
        found = list(boxes(data))
    except FieldWrong:
        return None
    last = found[-1] if found else None
    if last is None or last.kind != b"uuid" or data[last.inside : last.inside + 16] != kind:
        return None
    return last.start, last.inside + 16


def manifest_box(data: bytes) -> Box | None:
    """Where a C2PA manifest lies in a film, if one does (zegel.records.c2pa)."""
    try:
        found = [
            box for box in boxes(data)
            if box.kind == b"uuid" and data[box.inside : box.inside + 16] == MANIFEST_TYPE
        ]  # fmt: skip
    except FieldWrong:
        return None
    return found[0] if found else None


def without_manifest(data: bytes) -> bytes:
    """The film as it was before it got one: what our own statements speak of."""
    box = manifest_box(data)
    return data if box is None else data[: box.start] + data[box.end :]
