# SPDX-License-Identifier: EUPL-1.2
"""Slots, ranges, leases and what a unit's object must agree with. Pure: no clock, no database.

A slot is one second of key time; a range is half-open in slots: [from_slot, to_slot).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from uuid import UUID

SLOTS_PER_EPOCH = 4096
SLOT_MS = 1000
LEASE_SLOTS = 60
LEASE_MS = 60_000
LEAD_SLOTS = 5
MAX_SEGMENT_BYTES = 67 + (16 << 20) + 64 * 1024
MAX_SEGMENTS_PER_ITEM = 64


class Track(IntEnum):
    """One stream class of one camera (seal.md)."""

    SURVEILLANCE = 1
    OVERVIEW = 2
    PICTURE = 3
    LIVE = 4


class Purpose(StrEnum):
    """Why somebody looks: the gate's words."""

    ALARM_VERIFICATION = "alarm_verification"
    ALARM_FOLLOWUP = "alarm_followup"
    OWN_USE = "own_use"
    MAINTENANCE = "maintenance"


class WindowEnd(StrEnum):
    """Why an alarm's window ended."""

    RECALLED = "recalled"
    CLOSED = "closed"
    EXPIRED = "expired"
    REVOKED = "revoked"


OF_ALARMS = frozenset({Purpose.ALARM_VERIFICATION, Purpose.ALARM_FOLLOWUP})
"""Looks of an alarm centre: they see what an alarm released, and nothing else."""


class ReopenReason(StrEnum):
    """Why images of an earlier alarm may be opened again: S3's closed list."""

    RECALLED_YET_REAL = "recalled_yet_real"
    TECHNICAL_FOLLOW_UP = "technical_follow_up"
    POLICE_REQUEST = "police_request"
    CUSTOMER_QUESTION = "customer_question"


class GrantPurpose(StrEnum):
    """What an owner may seal keys for. `kept`: to himself, what remains of an epoch of which he deleted a part."""

    MAINTENANCE = "maintenance"
    KEPT = "kept"


class GuardPictureEnd(StrEnum):
    """Why a guard opens a picture no more."""

    ERRAND = "errand"
    RECALLED = "recalled"
    WINDOW = "window"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


LIVE_SLOTS = 900
"""So many seconds of a live track a grant reaches ahead, and no more (seal.md)."""

REOPENED_MINUTES = 15
REOPENED_MINUTES_AT_MOST = 60
MAX_VIEWERS = 3
MOST_VIEWERS = 20
MOST_CAMERAS = 64


def may_reopen(reason: ReopenReason, ended: WindowEnd) -> bool:
    """An alarm that was not recalled can't be "recalled, yet real". What the owner took away stays away."""
    if ended is WindowEnd.REVOKED:
        return False
    return reason is not ReopenReason.RECALLED_YET_REAL or ended is WindowEnd.RECALLED


@dataclass(frozen=True, order=True)
class SlotRange:
    """Slots [from_slot, to_slot) of one epoch."""

    epoch: UUID
    from_slot: int
    to_slot: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_slot < self.to_slot <= SLOTS_PER_EPOCH:
            raise ValueError(f"not a range of slots: {self.from_slot} to {self.to_slot}")

    def __len__(self) -> int:
        return self.to_slot - self.from_slot

    def holds(self, epoch: UUID, slot: int) -> bool:
        return epoch == self.epoch and self.from_slot <= slot < self.to_slot


Slot = tuple[UUID, int]


def slots_of(ranges: Iterable[SlotRange]) -> Iterator[Slot]:
    for part in ranges:
        for slot in range(part.from_slot, part.to_slot):
            yield part.epoch, slot


def ranges_of(slots: Iterable[Slot]) -> tuple[SlotRange, ...]:
    """The fewest ranges that hold exactly these slots, each epoch's in rising order, epochs as first met."""
    by_epoch: dict[UUID, set[int]] = {}
    for epoch, slot in slots:
        by_epoch.setdefault(epoch, set()).add(slot)
    return tuple(part for epoch, numbers in by_epoch.items() for part in _runs(epoch, sorted(numbers)))


def _runs(epoch: UUID, numbers: Sequence[int]) -> Iterator[SlotRange]:
    start = previous = numbers[0]
    for number in numbers[1:]:
        if number != previous + 1:
            yield SlotRange(epoch, start, previous + 1)
            start = number
        previous = number
    yield SlotRange(epoch, start, previous + 1)


def covered(ranges: Iterable[SlotRange], epoch: UUID, slot: int) -> bool:
    return any(part.holds(epoch, slot) for part in ranges)


def lease_share(wanted: Sequence[Slot]) -> tuple[Sequence[Slot], bool]:
    """The first slots that one lease may cover, and whether more were wanted."""
    return wanted[:LEASE_SLOTS], len(wanted) > LEASE_SLOTS


def slot_at(start_ms: int, at_ms: int) -> int:
    """The slot of an epoch in which a moment lies (may be outside 0..4095)."""
    return (at_ms - start_ms) // SLOT_MS


def slots_between(start_ms: int, from_ms: int, to_ms: int) -> tuple[int, int]:
    """The slots of an epoch that [from_ms, to_ms) touches: start floored, end ceiled, cut to it; (0, 0) if none."""
    first = max(0, slot_at(start_ms, from_ms))
    last = min(SLOTS_PER_EPOCH, -((start_ms - to_ms) // SLOT_MS))
    return (first, last) if first < last else (0, 0)


@dataclass(frozen=True)
class SegmentFacts:
    """What a segment's header says (the 67 bytes in front of the ciphertext), with the size of the whole."""

    suite: int
    camera: bytes
    epoch: bytes
    track: int
    slot: int
    size: int


@dataclass(frozen=True)
class EpochFacts:
    """What the signed epoch says about every segment in it."""

    suite: int
    camera: bytes
    epoch: bytes
    track: int
    closed: bool


def why_refused(segment: SegmentFacts, epoch: EpochFacts) -> str | None:
    """None when the segment belongs to the epoch; otherwise what contradicts it, in words for the unit's log."""
    if segment.epoch != epoch.epoch:
        return "the segment names another epoch"
    if segment.camera != epoch.camera:
        return "the segment names another camera than its epoch"
    if segment.track != epoch.track:
        return "the segment names another track than its epoch"
    if segment.suite != epoch.suite:
        return "the segment has another suite than its epoch"
    if not 0 <= segment.slot < SLOTS_PER_EPOCH:
        return "the segment lies outside the epoch"
    if segment.size > MAX_SEGMENT_BYTES:
        return "the segment is too large"
    if epoch.closed:
        return "the epoch is closed, and no manifest names the segment"
    return None


def window_deadline_ms(released_until_ms: int, raised_ms: int, policy_max_s: int) -> int:
    """When the window ends by itself: the earlier of the release's word and the policy's."""
    return min(released_until_ms, raised_ms + policy_max_s * 1000)
