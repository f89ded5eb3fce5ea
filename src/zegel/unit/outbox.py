# SPDX-License-Identifier: EUPL-1.2
"""From a made thing to a numbered frame in the spool. There is no other way out of the unit but the signed status."""

from __future__ import annotations

import os
from collections.abc import Sequence

from zegel.link.framing import encode_from_unit
from zegel.link.messages import (
    MAX_SEGMENTS,
    MAX_SEGMENTS_BYTES,
    AlarmItem,
    AnyItem,
    EpochItem,
    FactsItem,
    ManifestItem,
    PairedItem,
    ReleaseItem,
    SegmentsItem,
    SignalItem,
    TechnicalItem,
    TechnicalKind,
    TelemetryItem,
    Up,
)
from zegel.seal.segment import Track
from zegel.unit.spool import NO_ID, Kind, Lane, Record, Spool
from zegel.unit.state import Numbers

MAX_WAITING_REPORTS = 2000
"""Technical reports on disk at once; a camera that comes and goes for weeks without a network fills no disk."""
MAX_WAITING_TELEMETRY = 2 * 24 * 60
"""Two days of minutes without a network; older ones tell nobody anything any more."""
_KINDS: dict[type, Kind] = {
    EpochItem: Kind.EPOCH,
    AlarmItem: Kind.ALARM,
    ReleaseItem: Kind.RELEASE,
    ManifestItem: Kind.MANIFEST,
    PairedItem: Kind.PAIRED,
    TechnicalItem: Kind.TECHNICAL,
    SignalItem: Kind.SIGNAL,
    FactsItem: Kind.FACTS,
    TelemetryItem: Kind.TELEMETRY,
}


class Outbox:
    """Everything that is put here becomes durable with the spool's next flush, and is sent until acknowledged."""

    def __init__(self, spool: Spool, numbers: Numbers) -> None:
        self.spool = spool
        self._numbers = numbers
        self._left_out: dict[tuple[TechnicalKind, bytes | None, str], tuple[int, int]] = {}

    def put(self, item: AnyItem, *, epoch: bytes = NO_ID) -> int:
        """A signed object or a technical event."""
        n = self._numbers.take()
        self.spool.put(Record(Lane.CORE, _KINDS[type(item)], n, encode_from_unit(Up(n, item)), epoch=epoch))
        return n

    def segments(
        self, lane: Lane, camera: bytes, epoch: bytes, slot: int, wall_ms: int, sealed: Sequence[bytes],
        track: Track = Track.SURVEILLANCE,
    ) -> list[int]:  # fmt: skip
        """One completed slot; more than one message only when its segments don't fit into one."""
        numbers = []
        for group in _fitting(sealed):
            n = self._numbers.take()
            frame = encode_from_unit(Up(n, SegmentsItem(camera, int(track), epoch, group)))
            self.spool.put(Record(lane, Kind.SEGMENTS, n, frame, camera, epoch, slot, wall_ms))
            numbers.append(n)
        return numbers

    def note(self, camera: bytes, epoch: bytes, slot: int, data: bytes) -> int:
        """Something the unit itself must find again after a crash."""
        n = self._numbers.take()
        self.spool.put(Record(Lane.CORE, Kind.NOTE, n, data, camera, epoch, slot))
        return n

    def technical(
        self, kind: TechnicalKind, camera: bytes | None, ms: int, code: str, detail: dict[str, str | int] | None = None
    ) -> None:
        """A report. While very many wait already, further ones of the same sort are only counted: see `settle`."""
        if self.spool.count(Kind.TECHNICAL) >= MAX_WAITING_REPORTS:
            first_ms, times = self._left_out.get((kind, camera, code), (ms, 0))
            self._left_out[(kind, camera, code)] = (first_ms, times + 1)
            return
        self._report(kind, camera, ms, code, detail)

    def settle(self, ms: int) -> None:
        """Once there is room again: one report for each sort that was only counted."""
        if not self._left_out or self.spool.count(Kind.TECHNICAL) >= MAX_WAITING_REPORTS // 2:
            return
        for (kind, camera, code), (first_ms, times) in self._left_out.items():
            self._report(kind, camera, ms, code, {"times": times, "since_ms": first_ms})
        self._left_out.clear()

    def _report(
        self, kind: TechnicalKind, camera: bytes | None, ms: int, code: str, detail: dict[str, str | int] | None
    ) -> None:
        short = {key[:32]: value[:200] if isinstance(value, str) else value for key, value in (detail or {}).items()}
        self.put(TechnicalItem(os.urandom(16), kind, camera, ms, code, short))

    def telemetry(self, item: TelemetryItem) -> None:
        """A minute's figures; left out while very many wait already."""
        if self.spool.count(Kind.TELEMETRY) < MAX_WAITING_TELEMETRY:
            self.put(item)

    def number(self) -> int:
        """A number for a message that is not spooled."""
        return self._numbers.take()


def _fitting(sealed: Sequence[bytes]) -> list[list[bytes]]:
    groups: list[list[bytes]] = []
    size = 0
    for segment in sealed:
        if not groups or size + len(segment) > MAX_SEGMENTS_BYTES or len(groups[-1]) >= MAX_SEGMENTS:
            groups.append([])
            size = 0
        groups[-1].append(segment)
        size += len(segment)
    return groups
