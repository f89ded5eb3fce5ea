# SPDX-License-Identifier: EUPL-1.2
"""The one form of zip file in which a package travels: stored, not compressed, with no date and nothing between.

Any program unpacks it. Read here, it must be byte for byte what would be written from what is in it, so that not one
byte of it can be changed, added or hidden unseen (APPNOTE 6.3.10, sections 4.3.7, 4.3.12, 4.3.16). The same bytes come
out of web/src/records/zipped.ts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

from zegel.seal.errors import SealError

LARGEST = (1 << 32) - (1 << 20)
_LOCAL, _CENTRAL, _END = 0x04034B50, 0x02014B50, 0x06054B50
_DATE = 0x0021  # 1 January 1980: none
_VERSION = 20


class NotThatZip(SealError):
    """It is no package, or a byte of it is not what it should be."""

    code = "not_that_zip"
    action = "Do not use it. Ask for the package again, as one file, as it was sent; keep this one: it may be evidence."


def write(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """The parts of the file, in order."""
    central: list[bytes] = []
    at = 0
    for name, data in files:
        label, sums = name.encode("ascii"), (zlib.crc32(data), len(data), len(data))
        common = struct.pack("<HHHHIIIHH", 0, 0, 0, _DATE, *sums, len(label), 0)
        yield struct.pack("<IH", _LOCAL, _VERSION) + common + label
        yield data
        tail = struct.pack("<HHHII", 0, 0, 0, 0, at)
        central.append(struct.pack("<IHH", _CENTRAL, _VERSION, _VERSION) + common + tail + label)
        at += 30 + len(label) + len(data)
        if at > LARGEST:
            raise NotThatZip("a package is of four gigabytes at most")
    directory = b"".join(central)
    yield directory
    yield struct.pack("<IHHHHIIH", _END, 0, 0, len(central), len(central), len(directory), at, 0)


def read(data: bytes) -> dict[str, memoryview]:
    """The files by name, in their order. Raises NotThatZip."""
    whole, found, at = memoryview(data), {}, 0
    while data[at : at + 4] == struct.pack("<I", _LOCAL):
        if at + 30 > len(data):
            raise NotThatZip("the package is cut off")
        size, _same, length, extra = struct.unpack_from("<IIHH", data, at + 18)
        start = at + 30 + length + extra
        if start + size > len(data):
            raise NotThatZip("the package is cut off")
        try:
            name = data[at + 30 : at + 30 + length].decode("ascii")
        except UnicodeDecodeError:
            raise NotThatZip("a name in it is not plain") from None
        if not name or name in found:
            raise NotThatZip("a file is in it twice, or without a name")
        found[name] = whole[start : start + size]
        at = start + size
    if not found or not _same_bytes(whole, found):
        raise NotThatZip("it is not the package that was made: a byte of its frame was changed, added or lost")
    return found


def _same_bytes(whole: memoryview, found: dict[str, memoryview]) -> bool:
    at = 0
    for part in write((name, bytes(data)) for name, data in found.items()):
        if whole[at : at + len(part)] != part:
            return False
        at += len(part)
    return at == len(whole)
