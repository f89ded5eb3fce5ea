# SPDX-License-Identifier: EUPL-1.2
"""What has been made and not yet been acknowledged, on disk, through power cuts and days without network.

Principles that keep it safe:
- Only ciphertext and signed, sealed objects are ever written here: whoever steals the disk opens nothing with it.
- Append only, in three lanes of files. A record counts once it and everything before it is synced; a torn tail is cut
  off at the next start; every record carries its own SHA-256, checked again when it is read. Nothing is invented.
- Within a batch the core lane (epochs, alarms, releases, manifests) is synced before any media, so a segment on disk
  always has its epoch on disk.
- A file goes when all its records are acknowledged. When room runs out the oldest surveillance goes first, then alarm
  pictures. Every drop is reported with its range, as a gap that the customer sees.
- Core may fill a quarter of the limit. Past that its files are rewritten without what is acknowledged; then the oldest
  telemetry, reports and manifests go, which shows as a break in the chain. Alarms, releases, signals, epochs, the
  pairing and notes never go: should even they fill the limit, no pictures are kept any more (each a gap), and core
  goes on into the file system's reserve; what does not fit there either waits in memory and is tried again every
  second.

Acknowledgements are not written down: after a restart a file's records may be sent again, which is harmless
(the server's keys are unique) and cheaper than a write for each.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import BinaryIO

from zegel.unit.errors import SpoolError
from zegel.unit.files import private_directory, sync_directory, write_all, write_atomic

FILE_MAGIC = b"ZSPOOL1\n"
MAX_PAYLOAD = 8 << 20
DEFAULT_LIMIT = 20 << 30
_RECORD = struct.Struct(">4sIBQ16s16sHQ")  # mark, payload bytes, kind, n, camera, epoch, slot, wall ms
_MARK = b"ZREC"
_DIGEST = 16
HEADER_SIZE = _RECORD.size + _DIGEST
NO_ID = bytes(16)


class Lane(IntEnum):
    """Files of a kind, in the order in which they are written, and the reverse of which they are dropped."""

    CORE = 0
    ALARM = 1
    MEDIA = 2


class Kind(IntEnum):
    """What a record is. NOTE stays at home: it remembers a segment whose manifest has not been made yet."""

    EPOCH = 1
    ALARM = 2
    RELEASE = 3
    MANIFEST = 4
    PAIRED = 5
    TECHNICAL = 6
    NOTE = 7
    SEGMENTS = 8
    SIGNAL = 9
    FACTS = 10
    TELEMETRY = 11


_KINDS = frozenset(Kind)
_FILE_BYTES = {Lane.CORE: 1 << 20, Lane.ALARM: 4 << 20, Lane.MEDIA: 4 << 20}
_EXPENDABLE = (Kind.TELEMETRY, Kind.FACTS, Kind.TECHNICAL, Kind.MANIFEST)
_PICTURES = (Lane.ALARM, Lane.MEDIA)
CORE_SHARE = 4
"""Core may fill one part in so many of the limit."""
_URGENCY = (
    Kind.PAIRED, Kind.EPOCH, Kind.ALARM, Kind.RELEASE, Kind.SIGNAL, Kind.TECHNICAL, Kind.FACTS, Kind.MANIFEST,
    Kind.TELEMETRY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Record:
    """One thing to keep. `payload` is the frame that goes to the server (for NOTE: our own bytes)."""

    lane: Lane
    kind: Kind
    n: int
    payload: bytes
    camera: bytes = NO_ID
    epoch: bytes = NO_ID
    slot: int = 0
    wall_ms: int = 0

    def encode(self) -> bytes:
        if not 0 < len(self.payload) <= MAX_PAYLOAD:
            raise SpoolError(f"a record of {len(self.payload)} bytes can't be spooled (1 … {MAX_PAYLOAD})")
        head = _RECORD.pack(
            _MARK, len(self.payload), self.kind, self.n, self.camera, self.epoch, self.slot, self.wall_ms
        )
        return b"".join((head, _digest(head, self.payload), self.payload))


@dataclass(frozen=True, slots=True)
class Gap:
    """What had to be dropped: of which camera (none: manifests and reports), from when to when (ms UTC), how many."""

    camera: bytes | None
    from_ms: int
    to_ms: int
    records: int


@dataclass(slots=True, eq=False)
class _File:
    lane: Lane
    path: Path
    size: int = len(FILE_MAGIC)
    ns: array[int] = field(default_factory=lambda: array("Q"))
    offsets: array[int] = field(default_factory=lambda: array("Q"))
    done: bytearray = field(default_factory=bytearray)
    open_count: int = 0
    uncommitted: int = 0
    active: bool = False

    def add(self, n: int, offset: int) -> None:
        self.ns.append(n)
        self.offsets.append(offset)
        self.done.append(0)
        self.open_count += 1

    def find(self, n: int) -> int | None:
        at = bisect_left(self.ns, n)
        return at if at < len(self.ns) and self.ns[at] == n else None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a batch ended up: commit it to the index once its files are synced."""

    record: Record
    file: _File
    offset: int


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a batch: what is on disk, what is not, and why."""

    placed: tuple[Placed, ...]
    failed: tuple[Record, ...] = ()
    reason: str = ""


class Spool:
    """`put` queues, `flush` (or take, write, commit around a thread) makes durable, `next` sends, `done` ends."""

    def __init__(
        self,
        directory: Path,
        *,
        limit: int = DEFAULT_LIMIT,
        reserve: int = 64 << 20,
        file_bytes: dict[Lane, int] | None = None,
    ) -> None:
        """`limit`: bytes on disk at most; `reserve`: bytes of the file system left to others."""
        self._directory = private_directory(directory)
        self._limit, self._reserve = limit, reserve
        self._file_bytes = file_bytes or _FILE_BYTES
        self._lanes: dict[Lane, list[_File]] = {lane: [] for lane in Lane}
        self._waiting: list[Record] = []
        self._being_written: list[Record] = []
        self._withdrawn: set[int] = set()
        self._done_later: list[int] = []
        self._done_next: list[int] = []
        self._core: dict[int, Kind] = {}
        self._epochs: dict[int, bytes] = {}
        self._sent: set[int] = set()
        self._held: set[Kind] = set()
        self._cursor: dict[Lane, tuple[int, int]] = {}
        self._descriptors: dict[Lane, int] = {}
        self._serial = 0
        self.gaps: list[Gap] = []
        self.damaged = 0
        self._load()

    # -- writing

    def put(self, record: Record) -> None:
        """Queue a record; it counts when the next flush has returned."""
        self._waiting.append(record)

    @property
    def waiting(self) -> int:
        """Records that no flush has made durable yet, those under way included."""
        return len(self._waiting) + len(self._being_written)

    @property
    def waiting_bytes(self) -> int:
        return sum(HEADER_SIZE + len(record.payload) for record in self._waiting)

    def take(self) -> list[Record]:
        """The queued records, core before alarm before media."""
        batch, self._waiting = self._waiting, []
        self._being_written = batch
        self._done_next, self._done_later = self._done_later, []
        return sorted(batch, key=lambda record: record.lane)

    def write(self, batch: Sequence[Record]) -> Written:
        """Write and sync a batch, lane by lane (may run in another thread, one batch at a time)."""
        placed: list[Placed] = []
        for lane in Lane:
            mine = [record for record in batch if record.lane is lane]
            try:
                placed += self._write_lane(lane, mine) if mine else []
            except OSError as error:
                on_disk = {item.record.n for item in placed}
                failed = tuple(record for record in batch if record.n not in on_disk)
                return Written(tuple(placed), failed, error.strerror or "unknown error")
        return Written(tuple(placed))

    def commit(self, written: Written) -> None:
        """Enter a synced batch into the index; from now on it is sent until acknowledged.

        What could not be written is tried again with the next batch, except surveillance, which becomes a gap.
        """
        self._being_written = []
        for item in written.placed:
            item.file.uncommitted -= 1
            item.file.add(item.record.n, item.offset)
            self._index_core(item.record.kind, item.record.n, item.record.epoch, item.record.lane)
        self._report([record for record in written.failed if record.lane is Lane.MEDIA])
        again = [record for record in written.failed if record.lane is not Lane.MEDIA]
        self._waiting[:0] = [record for record in again if record.n not in self._withdrawn]
        for item in written.placed:
            if item.record.n in self._withdrawn:
                self.done(item.record.n)
        self._withdrawn.clear()
        if written.failed:
            self._done_later[:0] = self._done_next
        else:
            for n in self._done_next:
                self.done(n)
        self._done_next = []
        for files in self._lanes.values():
            for file in list(files):
                self._tidy(file)

    def flush(self) -> None:
        """Make everything that was put durable, making room first when there is none."""
        if self._waiting or self._done_later:
            self.make_room(self.waiting_bytes)
            self.commit(self.write(self.take()))

    def _write_lane(self, lane: Lane, records: Sequence[Record]) -> list[Placed]:
        """All of a lane's records or none: a batch fits into one file, which may grow past its usual size by it."""
        file, descriptor = self._active(lane)
        if file.size > self._file_bytes[lane]:
            self._close(lane)
            file, descriptor = self._active(lane)
        start, placed = file.size, []
        try:
            for record in records:
                data = record.encode()
                write_all(descriptor, data)
                placed.append(Placed(record, file, file.size))
                file.size += len(data)
            os.fdatasync(descriptor)
        except OSError:
            self._abandon(lane, file, start)
            raise
        file.uncommitted += len(placed)
        return placed

    def _abandon(self, lane: Lane, file: _File, size: int) -> None:
        """A write failed half way: cut what it left, so that nothing follows a torn record."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptors[lane], size)
        file.size = size
        self._close(lane)

    def _active(self, lane: Lane) -> tuple[_File, int]:
        files = self._lanes[lane]
        if lane in self._descriptors:
            return files[-1], self._descriptors[lane]
        self._serial += 1
        path = self._directory / f"{lane.name.lower()}-{self._serial:010d}.log"
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        write_all(descriptor, FILE_MAGIC)
        os.fdatasync(descriptor)
        sync_directory(self._directory)
        self._descriptors[lane] = descriptor
        files.append(_File(lane, path, active=True))
        return files[-1], descriptor

    def _close(self, lane: Lane) -> None:
        os.close(self._descriptors.pop(lane))
        self._lanes[lane][-1].active = False

    # -- sending

    def next(self, *, urgent_only: bool = False, alarms_only: bool = False) -> tuple[int, bytes] | None:
        """The most urgent record that waits to be sent: (n, frame). None when there is nothing, or it must wait.

        `urgent_only`: no pictures; `alarms_only`: only those of alarms.
        """
        for kind in _URGENCY:
            if kind in self._held or (kind is Kind.RELEASE and self._epochs):
                continue  # the server can't place a release before it has the epochs
            for n in self._of_kind(kind):
                if n not in self._sent:
                    return self._send(n)
        return None if urgent_only else self._next_segments((Lane.ALARM,) if alarms_only else _PICTURES)

    def hold(self, kind: Kind) -> None:
        """Nothing of this kind is sent until `let_go`, whether it is here already or comes meanwhile."""
        self._held.add(kind)

    def holds(self, kind: Kind) -> bool:
        return kind in self._held

    def let_go(self) -> None:
        self._held.clear()

    def forget_sent(self) -> None:
        """A new connection: whatever was not acknowledged is sent again."""
        self._sent.clear()
        self._cursor.clear()

    def done(self, n: int) -> bool:
        """The server has it for good (or refused it for good). True when it was here."""
        self._sent.discard(n)
        self._core.pop(n, None)
        self._epochs.pop(n, None)
        for lane in Lane:
            file, at = self._locate(lane, n)
            if file is not None and at is not None and not file.done[at]:
                file.done[at] = 1
                file.open_count -= 1
                self._tidy(file)
                return True
        return False

    def done_later(self, n: int) -> None:
        """As `done`, once everything that was put before is durable."""
        self._done_later.append(n)

    def withdraw(self, kind: Kind, doomed: Callable[[Record], bool]) -> list[Record]:
        """Take core records out for good: on disk, being written at this moment, or still queued. Returns them."""
        found = [record for record in self.of_kind(kind) if doomed(record)]
        for record in found:
            self.done(record.n)
        waiting = [record for record in self._waiting if record.kind is kind and doomed(record)]
        out = {record.n for record in waiting}
        self._waiting = [record for record in self._waiting if record.n not in out]
        writing = [record for record in self._being_written if record.kind is kind and doomed(record)]
        self._withdrawn.update(record.n for record in writing)
        return [*found, *writing, *waiting]

    def count(self, kind: Kind) -> int:
        """How many records of a core kind are here, queued ones included."""
        queued = (*self._waiting, *self._being_written)
        return sum(of is kind for of in self._core.values()) + sum(record.kind is kind for record in queued)

    def read(self, n: int) -> Record | None:
        """A record by its number, or None when it is gone or damaged (then it is counted in `damaged`)."""
        for lane in Lane:
            file, at = self._locate(lane, n)
            if file is not None and at is not None and not file.done[at]:
                return self._read(file, at)
        return None

    def kind_of(self, n: int) -> Kind | None:
        """The kind of an open core record; None for media and for what is not here."""
        return self._core.get(n)

    def of_kind(self, kind: Kind) -> list[Record]:
        """Every open core record of a kind, oldest first."""
        records = (self.read(n) for n in list(self._of_kind(kind)))
        return [record for record in records if record is not None]

    @property
    def open_count(self) -> int:
        """How many records wait for the server."""
        return sum(file.open_count for files in self._lanes.values() for file in files) - self._notes

    @property
    def size(self) -> int:
        return sum(file.size for files in self._lanes.values() for file in files)

    @property
    def _notes(self) -> int:
        return sum(1 for kind in self._core.values() if kind is Kind.NOTE)

    def close(self) -> None:
        for lane in list(self._descriptors):
            self._close(lane)

    def _of_kind(self, kind: Kind) -> Iterator[int]:
        return (n for n, of in self._core.items() if of is kind)

    def _send(self, n: int) -> tuple[int, bytes] | None:
        record = self.read(n)
        if record is None:
            self.done(n)
            return self.next()
        self._sent.add(n)
        return n, record.payload

    def _next_segments(self, lanes: tuple[Lane, ...]) -> tuple[int, bytes] | None:
        for lane in lanes:
            found = self._next_in(lane)
            if found is not None:
                return found
        return None

    def _next_in(self, lane: Lane) -> tuple[int, bytes] | None:
        """Segments wait until their epoch is acknowledged: the server can't place them before."""
        files = self._lanes[lane]
        serial, at = self._cursor.get(lane, (0, 0))
        for file in files:
            number = _serial_of(file.path)
            if number < serial:
                continue
            start = at if number == serial else 0
            for index in range(start, len(file.ns)):
                n = file.ns[index]
                if file.done[index] or n in self._sent:
                    continue
                record = self._read(file, index)
                if record is None:
                    self._mark_damaged(file, index)
                    continue
                if record.epoch in self._epochs.values():
                    return None
                self._cursor[lane] = (number, index + 1)
                self._sent.add(n)
                return n, record.payload
        return None

    def _mark_damaged(self, file: _File, index: int) -> None:
        file.done[index] = 1
        file.open_count -= 1

    # -- room

    def make_room(self, wanted: int) -> None:
        """Drop the oldest surveillance until `wanted` more bytes fit. Each drop is added to `gaps`."""
        self._bound_core()
        while self.size + wanted > self._limit or self._free() < wanted + self._reserve:
            victim = self._victim()
            if victim is None:
                self._refuse_pictures()
                return
            self._drop(victim)

    def _refuse_pictures(self) -> None:
        """Core alone fills the room: what is queued of pictures is a gap, so that core may use the rest."""
        self._report([record for record in self._waiting if record.lane is not Lane.CORE])
        self._waiting = [record for record in self._waiting if record.lane is Lane.CORE]

    def _bound_core(self) -> None:
        """Hold core to its share: first without what is acknowledged, then without its oldest expendable records."""
        ceiling = self._limit // CORE_SHARE
        if self._core_size <= ceiling:
            return
        with contextlib.suppress(OSError):  # no room even to rewrite: pictures make it, then this is tried again
            for file in self._closed_core():
                if 2 * file.open_count < len(file.ns):
                    self._rewrite(file)
            for kind in _EXPENDABLE:
                for file in self._closed_core():
                    if self._core_size <= ceiling:
                        return
                    self._expend(file, kind)

    @property
    def _core_size(self) -> int:
        return sum(file.size for file in self._lanes[Lane.CORE])

    def _closed_core(self) -> list[_File]:
        return [file for file in self._lanes[Lane.CORE] if not file.active and not file.uncommitted]

    def _expend(self, file: _File, kind: Kind) -> None:
        doomed = [n for at, n in enumerate(file.ns) if not file.done[at] and self._core.get(n) is kind]
        if not doomed:
            return
        if kind is not Kind.TELEMETRY:  # nobody misses a minute of it: the plot shows that it is not there
            self.gaps.append(Gap(None, 0, 0, len(doomed)))
        for n in doomed:
            self.done(n)
        if file in self._lanes[Lane.CORE]:
            self._rewrite(file)

    def _rewrite(self, file: _File) -> None:
        """The file without what is done, in its place and in one step: a power cut leaves the old one or the new."""
        records = [r for at in range(len(file.ns)) if not file.done[at] and (r := self._read(file, at))]
        if not records:
            self._remove(file)
            return
        write_atomic(file.path, b"".join((FILE_MAGIC, *(record.encode() for record in records))))
        fresh = _File(file.lane, file.path)
        for record in records:
            fresh.add(record.n, fresh.size)
            fresh.size += HEADER_SIZE + len(record.payload)
        self._lanes[file.lane][self._lanes[file.lane].index(file)] = fresh

    def _victim(self) -> _File | None:
        for lane in (Lane.MEDIA, Lane.ALARM):
            for file in self._lanes[lane]:
                if not file.active:
                    return file
            if lane in self._descriptors:
                self._close(lane)
                return self._lanes[lane][-1]
        return None

    def _drop(self, file: _File) -> None:
        self._report([r for at in range(len(file.ns)) if not file.done[at] and (r := self._read(file, at))])
        self._sent.difference_update(file.ns)
        self._remove(file)

    def _report(self, lost: Sequence[Record]) -> None:
        for camera in {record.camera for record in lost}:
            times = [record.wall_ms for record in lost if record.camera == camera]
            self.gaps.append(Gap(camera, min(times), max(times), len(times)))

    def _free(self) -> int:
        stats = os.statvfs(self._directory)
        return stats.f_bavail * stats.f_frsize

    def _tidy(self, file: _File) -> None:
        if file.open_count == 0 and not file.active and not file.uncommitted:
            self._remove(file)

    def _remove(self, file: _File) -> None:
        file.path.unlink(missing_ok=True)
        self._lanes[file.lane].remove(file)

    # -- reading back

    def _locate(self, lane: Lane, n: int) -> tuple[_File | None, int | None]:
        for file in reversed(self._lanes[lane]):
            if file.ns and file.ns[0] <= n <= file.ns[-1]:
                at = file.find(n)
                if at is not None:
                    return file, at
        return None, None

    def _read(self, file: _File, at: int) -> Record | None:
        with file.path.open("rb") as source:
            source.seek(file.offsets[at])
            found = _parse(source, file.lane)
        if found is None:
            self.damaged += 1
        return found

    def _load(self) -> None:
        for half_written in self._directory.glob(".*.new"):
            half_written.unlink()
        for lane in Lane:
            paths = sorted(self._directory.glob(f"{lane.name.lower()}-*.log"), key=_serial_of)
            self._serial = max([self._serial, *map(_serial_of, paths)])
            for path in paths:
                self._load_file(lane, path, last=path == paths[-1])

    def _load_file(self, lane: Lane, path: Path, *, last: bool) -> None:
        """Only a lane's last file can have a torn tail; payloads of the others are checked when they are read."""
        file = _File(lane, path)
        self._lanes[lane].append(file)
        with path.open("r+b") as source:
            if source.read(len(FILE_MAGIC)) == FILE_MAGIC:
                self._scan(file, source, last)
            end = file.size if file.ns else 0
            if os.fstat(source.fileno()).st_size != end:
                source.truncate(end)
                os.fsync(source.fileno())
        if not file.ns:
            self._remove(file)

    def _scan(self, file: _File, source: BinaryIO, last: bool) -> None:
        total = os.fstat(source.fileno()).st_size
        while True:
            offset = source.tell()
            record = _parse(source, file.lane) if last else _skim(source, file.lane, total)
            if record is None or (file.ns and record.n <= file.ns[-1]):
                return
            file.add(record.n, offset)
            file.size = source.tell()
            self._index_core(record.kind, record.n, record.epoch, file.lane)

    def _index_core(self, kind: Kind, n: int, epoch: bytes, lane: Lane) -> None:
        if lane is Lane.CORE:
            self._core[n] = kind
            if kind is Kind.EPOCH:
                self._epochs[n] = epoch


def _digest(head: bytes, payload: bytes) -> bytes:
    digest = hashlib.sha256(head)
    digest.update(payload)
    return digest.digest()[:_DIGEST]


def _parse(source: BinaryIO, lane: Lane) -> Record | None:
    """The whole record at the file's position, or None when it is torn or damaged."""
    head = source.read(HEADER_SIZE)
    fields = _fields(head)
    if fields is None:
        return None
    size, kind, n, camera, epoch, slot, wall_ms = fields
    payload = source.read(size)
    if len(payload) != size or _digest(head[: _RECORD.size], payload) != head[_RECORD.size :]:
        return None
    return Record(lane, kind, n, payload, camera, epoch, slot, wall_ms)


def _skim(source: BinaryIO, lane: Lane, total: int) -> Record | None:
    """The record at the file's position without its payload, which is stepped over."""
    fields = _fields(source.read(HEADER_SIZE))
    if fields is None or source.tell() + fields[0] > total:
        return None
    size, kind, n, camera, epoch, slot, wall_ms = fields
    source.seek(size, os.SEEK_CUR)
    return Record(lane, kind, n, b"", camera, epoch, slot, wall_ms)


def _fields(head: bytes) -> tuple[int, Kind, int, bytes, bytes, int, int] | None:
    if len(head) != HEADER_SIZE:
        return None
    mark, size, kind, *rest = _RECORD.unpack_from(head)
    if mark != _MARK or not 0 < size <= MAX_PAYLOAD or kind not in _KINDS:
        return None
    n, camera, epoch, slot, wall_ms = rest
    return size, Kind(kind), n, camera, epoch, slot, wall_ms


def _serial_of(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0
