# SPDX-License-Identifier: EUPL-1.2
"""The pre-alarm ring: the last seconds, sealed, each with its single leaf key, in memory only.

It exists in armed slots only. One slot that is not armed empties it, so it never reaches back over the edge of working
hours or of an arming; a new policy or keyset empties it too. Leaf keys that leave it are overwritten.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from zegel.unit.memory import wipe

MAX_LEAD_S = 5
MAX_BYTES = 96 << 20


@dataclass(slots=True, eq=False)
class RingSlot:
    """A completed, sealed slot. `opens_at_once`: its first frame is a random-access point. `listed`: its manifest will
    name it; `only_here`: it stays on the unit's own storage until somebody asks for it."""

    epoch: bytes
    slot: int
    start_mono_s: float
    wall_ms: int
    leaf: bytes
    segments: tuple[bytes, ...]
    has_key_frame: bool
    opens_at_once: bool
    n: int | None = None
    alarm_lane: bool = False
    listed: bool = False
    only_here: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.segments))


class Ring:
    def __init__(self, seconds: int) -> None:
        """`seconds`: how far back it reaches."""
        self._seconds = seconds
        self._slots: deque[RingSlot] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[RingSlot]:
        return iter(self._slots)

    @property
    def seconds(self) -> int:
        return self._seconds

    def resize(self, seconds: int) -> None:
        self._seconds = seconds
        if self._slots:
            self._trim(self._slots[-1].start_mono_s)

    def push(self, slot: RingSlot) -> None:
        self._slots.append(slot)
        self._bytes += slot.size
        self._trim(slot.start_mono_s)

    def _trim(self, newest_s: float) -> None:
        while self._slots and (newest_s - self._slots[0].start_mono_s >= self._seconds or self._bytes > MAX_BYTES):
            self._drop()

    def trim(self, now_mono_s: float) -> None:
        """Forget what is too old, also when nothing new comes."""
        self._trim(now_mono_s - 1)

    def clear(self) -> None:
        while self._slots:
            self._drop()

    def _drop(self) -> None:
        old = self._slots.popleft()
        self._bytes -= old.size
        wipe(old.leaf)

    def since(self, mono_s: float) -> list[RingSlot]:
        """From the slot in which `mono_s` lies (t0 floored), with the random-access lead of at most five seconds.

        The lead starts at the last slot with a key frame from which the slot at `mono_s` decodes whole. Where there is
        none in five seconds there is no lead: the camera's interval is too long, and it has been reported.
        """
        slots = list(self._slots)
        first = next((at for at, slot in enumerate(slots) if slot.start_mono_s + 1 > mono_s), None)
        if first is None:
            return []
        return slots[_lead(slots, first) :]


def _lead(slots: list[RingSlot], first: int) -> int:
    if slots[first].opens_at_once:
        return first
    for at in range(first - 1, -1, -1):
        if round(slots[first].start_mono_s - slots[at].start_mono_s) > MAX_LEAD_S:
            break
        if slots[at].has_key_frame:
            return at
    return first
