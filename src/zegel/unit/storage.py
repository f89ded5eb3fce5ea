# SPDX-License-Identifier: EUPL-1.2
"""Recordings on the unit's own storage: a disk, an SD card, an external drive, a mounted NAS (D8).

Principles that keep it safe:
- Only sealed segments are written here, as they are sent. Their keys lie with the owner and in the server's store,
  never here: whoever takes the card opens nothing with it.
- What is older than the owner's policy says is deleted, with or without a network; when room runs out the oldest goes
  first. Files are an hour of one epoch, so that deleting is unlinking.
- A card that is pulled, full or broken costs what it should have kept, and nothing else: that is reported once, and it
  is used again as soon as it is back.
- Nothing here is trusted when it is read: a record that does not check is left out, and who opens it checks it anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from zegel.unit.files import write_all

FOLDER = "zegel-recordings"
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
RESERVE = 256 << 20
WAITING_BYTES = 48 << 20
MAX_RECORD = 8 << 20
_MAGIC = b"ZLOCAL1\n"
_RECORD = struct.Struct(">4sIHQ16s")  # mark, payload bytes, slot, wall ms, digest
_MARK = b"ZLOC"
_NAME = re.compile(r"([0-9]{13})-([0-9a-f]{32})\.pack")
_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Kept:
    """One slot's sealed segments."""

    camera: bytes
    epoch: bytes
    slot: int
    wall_ms: int
    segments: tuple[bytes, ...]

    @property
    def size(self) -> int:
        return sum(map(len, self.segments))


@dataclass(slots=True)
class Storage:
    """`put` queues; `flush` writes and tidies (in a thread of its own, one at a time). `fault` is "" while it works."""

    place: Path
    limit: int = 0
    reserve: int = RESERVE
    fault: str = ""
    lost: int = 0
    _waiting: list[Kept] = field(default_factory=list)
    _bytes: int = 0

    def put(self, kept: Kept) -> None:
        """What a storage that is away can't take is lost, the newest of it."""
        if self._bytes + kept.size > WAITING_BYTES:
            self.lost += 1
            return
        self._waiting.append(kept)
        self._bytes += kept.size

    @property
    def waiting(self) -> bool:
        return bool(self._waiting)

    def flush(self, now_ms: int, days: int) -> None:
        """Writes what waits, deletes what is too old, makes room. A fault is noted in `fault`; nothing is raised."""
        waiting, self._waiting, self._bytes = self._waiting, [], 0
        try:
            if not self.place.is_dir():  # not mounted now: nothing is written into the folder that it is mounted on
                raise FileNotFoundError(2, "the storage is not there")
            root = _folder(self.place / FOLDER)
            self._make_room(root, sum(item.size for item in waiting))
            for path, items in _by_file(root, waiting).items():
                _append(path, items)
            self.forget(now_ms - days * DAY_MS)
            self.fault = ""
        except OSError as error:
            self.fault = error.strerror or "unknown error"
            for item in waiting:
                self.put(item)

    def forget(self, before_ms: int) -> int:
        """Deletes every file whose last second is older; returns how many."""
        gone = 0
        for path, start_ms, _ in list(self._files()):
            if start_ms + HOUR_MS <= before_ms:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def between(self, camera: bytes, from_ms: int, to_ms: int) -> Iterator[Kept]:
        """What lies here of that time, in order of files. Damaged records are left out. Raises OSError."""
        for path, start_ms, epoch in sorted(self._files()):
            if path.parent.name == camera.hex() and start_ms < to_ms and start_ms + HOUR_MS > from_ms:
                for kept in _read(path, camera, epoch):
                    if from_ms <= kept.wall_ms < to_ms:
                        yield kept

    @property
    def size(self) -> int:
        return sum(path.stat().st_size for path, _, _ in self._files())

    def _files(self) -> Iterator[tuple[Path, int, bytes]]:
        for path in (self.place / FOLDER).glob("*/*.pack"):
            found = _NAME.fullmatch(path.name)
            if found is not None:
                yield path, int(found[1]), bytes.fromhex(found[2])

    def _make_room(self, root: Path, wanted: int) -> None:
        """The oldest hours of all cameras go first."""
        files = sorted(self._files(), key=lambda found: found[1])
        size = sum(path.stat().st_size for path, _, _ in files)
        for path, _, _ in files:
            stats = os.statvfs(root)
            free = stats.f_bavail * stats.f_frsize
            if (not self.limit or size + wanted <= self.limit) and free >= wanted + self.reserve:
                return
            size -= path.stat().st_size
            path.unlink(missing_ok=True)


def _folder(path: Path) -> Path:
    """Readable by the unit only, where the file system knows such a thing (a card's often does not)."""
    path.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        path.chmod(0o700)
    return path


def _by_file(root: Path, items: Sequence[Kept]) -> dict[Path, list[Kept]]:
    found: dict[Path, list[Kept]] = {}
    for item in items:
        hour_ms = item.wall_ms - item.wall_ms % HOUR_MS
        path = root / item.camera.hex() / f"{hour_ms:013d}-{item.epoch.hex()}.pack"
        found.setdefault(path, []).append(item)
    return found


def _append(path: Path, items: Sequence[Kept]) -> None:
    """Whole records or, after a power cut, a torn last one that the next reader leaves out."""
    _folder(path.parent)
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_size == 0:
            write_all(descriptor, _MAGIC)
        write_all(descriptor, b"".join(map(_encode, items)))
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _encode(item: Kept) -> bytes:
    payload = b"".join(_LENGTH.pack(len(data)) + data for data in item.segments)
    return _RECORD.pack(_MARK, len(payload), item.slot, item.wall_ms, _digest(payload)) + payload


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()[:16]


def _read(path: Path, camera: bytes, epoch: bytes) -> Iterator[Kept]:
    """The records that check. A torn one costs itself: reading goes on where the next one begins."""
    with path.open("rb") as source:
        if source.read(len(_MAGIC)) != _MAGIC:
            return
        at = source.tell()
        while (kept := _record(source, camera, epoch)) is not None or _to_next(source, at + 1):
            if kept is not None:
                yield kept
            at = source.tell()


def _record(source: BinaryIO, camera: bytes, epoch: bytes) -> Kept | None:
    head = source.read(_RECORD.size)
    if len(head) != _RECORD.size:
        return None
    mark, size, slot, wall_ms, digest = _RECORD.unpack(head)
    if mark != _MARK or size > MAX_RECORD:
        return None
    payload = source.read(size)
    if len(payload) != size or _digest(payload) != digest:
        return None
    return Kept(camera, epoch, slot, wall_ms, tuple(_split(payload)))


def _to_next(source: BinaryIO, start: int) -> bool:
    """To the next thing from `start` on that looks like a record; False at the end."""
    source.seek(start)
    while chunk := source.read(1 << 16):
        at = chunk.find(_MARK)
        if at >= 0:
            source.seek(start + at)
            return True
        if len(chunk) < 1 << 16:
            return False
        start += len(chunk) - len(_MARK) + 1
        source.seek(start)
    return False


def _split(payload: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(payload):
        (length,) = _LENGTH.unpack_from(payload, at)
        yield payload[at + 4 : at + 4 + length]
        at += 4 + length
