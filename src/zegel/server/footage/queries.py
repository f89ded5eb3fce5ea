# SPDX-License-Identifier: EUPL-1.2
"""Reads of footage: what exists, never what is in it. All of it within an acting party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Max

from zegel.server.footage import rules
from zegel.server.footage.models import Epoch, Manifest, Release, Segment, Window
from zegel.server.footage.rules import SlotRange
from zegel.server.kernel import clock, shred


def window_of(alarm_id: UUID) -> Window | None:
    return Window.objects.filter(alarm_id=alarm_id).first()


def is_open(window: Window | None) -> bool:
    """By the clock too: a window that is past its time is closed, whether or not anybody wrote that down yet."""
    return window is not None and window.ended_at is None and clock.now() < window.deadline


def releases_of(alarm_id: UUID) -> Sequence[Release]:
    """The stored parts in order; those that came too late are not among them."""
    return list(Release.objects.filter(alarm_id=alarm_id, wrapped__isnull=False).order_by("part"))


def released_ranges(alarm_id: UUID, camera_id: UUID) -> Sequence[SlotRange]:
    found = [row for row in releases_of(alarm_id) if row.camera_id == camera_id]
    return [SlotRange(UUID(epoch), first, last) for row in found for epoch, first, last in row.ranges]


def epochs_between(camera_id: UUID, track: int, from_ms: int, to_ms: int) -> Sequence[Epoch]:
    """Epochs that a time may touch, oldest first."""
    earliest = from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS
    found = Epoch.objects.filter(camera_id=camera_id, track=track, start_ms__gt=earliest, start_ms__lt=to_ms)
    return list(found.order_by("start_ms"))


def stored_slots(ranges: Sequence[SlotRange]) -> list[rules.Slot]:
    """Those slots of `ranges`, in order, for which there is at least one segment."""
    slots: list[rules.Slot] = []
    for part in ranges:
        found = Segment.objects.filter(epoch_id=part.epoch, slot__gte=part.from_slot, slot__lt=part.to_slot)
        slots += [(part.epoch, slot) for slot in found.order_by("slot").values_list("slot", flat=True).distinct()]
    return list(dict.fromkeys(slots))


def segments_in(ranges: Sequence[SlotRange]) -> list[Segment]:
    return [
        segment
        for part in ranges
        for segment in Segment.objects.filter(
            epoch_id=part.epoch, slot__gte=part.from_slot, slot__lt=part.to_slot
        ).order_by("seq")
    ]


def lead_slot(epoch_id: UUID, slot: int) -> int:
    """The slot of the last random-access segment at or before `slot`, at most five seconds earlier; else `slot`
    itself."""
    earliest = max(0, slot - rules.LEAD_SLOTS)
    found = Segment.objects.filter(epoch_id=epoch_id, slot__gte=earliest, slot__lte=slot, random_access=True)
    last = found.aggregate(last=Max("slot"))["last"]
    return slot if last is None else int(last)


def manifests_for(ranges: Sequence[SlotRange]) -> list[bytes]:
    """The unit's signed lists that speak of these slots."""
    found: dict[bytes, bytes] = {}
    for part in ranges:
        rows = Manifest.objects.filter(epoch_id=part.epoch, first_slot__lt=part.to_slot).order_by("first_slot")
        for row in rows:
            if row.first_slot + row.slots > part.from_slot:
                found[bytes(row.hash)] = bytes(row.envelope)
    return list(found.values())


def epoch_envelopes(epoch_ids: Sequence[UUID]) -> list[bytes]:
    """The signed epochs. Their sealed roots open for the owner's tenant only. Those that were shredded are gone."""
    rows = {row.id: row for row in Epoch.objects.filter(id__in=epoch_ids)}
    found = []
    for epoch_id in dict.fromkeys(epoch_ids):
        row = rows.get(epoch_id)
        if row is not None and not shred.is_destroyed("epoch", row.shred):
            found.append(shred.unwrap("epoch", row.shred, bytes(row.wrapped), epoch_id.bytes))
    return found


def recorded_ranges(epochs: Sequence[Epoch], from_ms: int, to_ms: int) -> list[SlotRange]:
    """Where there is something to see between two times."""
    found: list[SlotRange] = []
    for epoch in epochs:
        first, last = rules.slots_between(epoch.start_ms, from_ms, to_ms)
        if first < last:
            found += rules.ranges_of(stored_slots([SlotRange(epoch.id, first, last)]))
    return found


# --- what every fetch asks: two statements by hand, because it is asked for each second of each viewer ---


@dataclass(frozen=True)
class Running:
    """What stands in a lease, and whether it and its window run now."""

    lease_id: UUID
    purpose: str
    camera_id: UUID
    alarm_id: UUID | None
    runs: bool
    window_open: bool


_RUNNING = """
SELECT l.id, l.purpose, l.camera_id, l.alarm_id, l.ended_at IS NULL AND l.expires_at > %(now)s,
       l.alarm_id IS NULL OR coalesce(w.ended_at IS NULL AND w.deadline > %(now)s, false)
FROM footage_lease l LEFT JOIN footage_window w ON w.alarm_id = l.alarm_id
WHERE l.id = %(lease)s AND l.person_id = %(person)s AND l.party_id = %(party)s AND l.role = %(role)s
"""

_COVERED = """
SELECT DISTINCT s.epoch_id, s.seq, s."offset", s.size FROM footage_segment s
JOIN footage_leaseshare h ON h.epoch_id = s.epoch_id AND s.slot >= h.from_slot AND s.slot < h.to_slot
WHERE h.lease_id = %(lease)s AND h.expires_at > %(now)s
  AND (s.epoch_id, s.seq) IN (SELECT * FROM unnest(%(epochs)s::uuid[], %(numbers)s::bigint[]))
"""


def running(lease_id: UUID, person_id: UUID, party_id: UUID, role: str) -> Running | None:
    """The lease, if it is exactly this person's, for this party and in this role."""
    said: dict[str, Any] = {"lease": lease_id, "person": person_id, "party": party_id, "role": role, "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING, said)
        row = cursor.fetchone()
    return None if row is None else Running(*row)


def covered_places(lease_id: UUID, keys: Sequence[tuple[UUID, int]]) -> dict[tuple[UUID, int], tuple[int, int]]:
    """Offset and size of those segments (epoch, number) that the lease covers now."""
    said: dict[str, Any] = {"lease": lease_id, "now": clock.now()}
    said |= {"epochs": [epoch for epoch, _ in keys], "numbers": [number for _, number in keys]}
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, said)
        return {(epoch, seq): (offset, size) for epoch, seq, offset, size in cursor.fetchall()}
