# SPDX-License-Identifier: EUPL-1.2
"""Reads of footage: what exists, never what is in it. All of it within an acting party."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F, Max, Min, Sum

from zegel.server.footage import rules
from zegel.server.footage.models import (
    Deleted,
    Epoch,
    Grant,
    GuardPicture,
    GuardSight,
    Lease,
    MailLook,
    Manifest,
    Pack,
    Release,
    Remainder,
    Reopening,
    Segment,
    Window,
)
from zegel.server.footage.rules import GrantPurpose, SlotRange
from zegel.server.kernel import clock, shred


def window_of(alarm_id: UUID) -> Window | None:
    return Window.objects.filter(alarm_id=alarm_id).first()


def is_open(window: Window | None) -> bool:
    """By the clock too: a window that is past its time is closed, whether or not anybody wrote that down yet."""
    return window is not None and window.ended_at is None and clock.now() < window.deadline


def is_held(window: Window) -> bool:
    """It can still be recalled before anybody looks."""
    return window.look_after is not None and clock.now() < window.look_after


def running_reopening(alarm_id: UUID) -> Reopening | None:
    """By the clock too."""
    return Reopening.objects.filter(alarm_id=alarm_id, ended_at__isnull=True, deadline__gt=clock.now()).first()


def reopenings(alarm_ids: Collection[UUID]) -> dict[UUID, Reopening]:
    """The newest of each alarm that was ever reopened."""
    found = Reopening.objects.filter(alarm_id__in=alarm_ids).order_by("alarm_id", "-opened_at").distinct("alarm_id")
    return {row.alarm_id: row for row in found}


@dataclass(frozen=True)
class Viewer:
    """Somebody of an alarm centre who looks at an alarm now."""

    person_id: UUID
    since: datetime


def viewers(alarm_ids: Collection[UUID]) -> dict[UUID, list[Viewer]]:
    """Who looks at each alarm now, the first one first; somebody who looks at several cameras counts once. Pictures
    that came by mail count as footage does."""
    leases = Lease.objects.filter(alarm_id__in=alarm_ids, ended_at__isnull=True, expires_at__gt=clock.now())
    mailed = MailLook.objects.filter(alarm_id__in=alarm_ids, until__gt=clock.now())
    since: dict[tuple[UUID, UUID], datetime] = {}
    for alarm_id, person_id, at in (
        *leases.values_list("alarm_id", "person_id").annotate(since=Min("opened_at")),
        *mailed.values_list("alarm_id", "person_id", "since"),
    ):
        if alarm_id is not None:
            since[alarm_id, person_id] = min(at, since.get((alarm_id, person_id), at))
    found: dict[UUID, list[Viewer]] = {}
    for (alarm_id, person_id), at in sorted(since.items(), key=lambda one: (one[1], one[0])):
        found.setdefault(alarm_id, []).append(Viewer(person_id, at))
    return found


def open_windows_of_units(unit_ids: Collection[UUID]) -> list[Window]:
    """Windows of these units that are open now, the oldest first."""
    rows = Window.objects.filter(unit_id__in=unit_ids, ended_at__isnull=True, deadline__gt=clock.now())
    return list(rows.order_by("opened_at"))


def releases_of(alarm_id: UUID) -> Sequence[Release]:
    """The stored parts in order; those that came too late, or were shredded since, are not among them."""
    rows = Release.objects.filter(alarm_id=alarm_id, wrapped__isnull=False).order_by("part")
    return [row for row in rows if row.shred is not None and not shred.is_destroyed("release", row.shred)]


def released_to(alarm_id: UUID, arc_party_id: UUID) -> bool:
    """Whether there is a part for that alarm centre that was not shredded. Asked each second of each viewer: it stops
    at the first."""
    rows = Release.objects.filter(alarm_id=alarm_id, arc_party_id=arc_party_id, wrapped__isnull=False)
    numbers = rows.exclude(shred=None).order_by("part").values_list("shred", flat=True)
    return any(number is not None and not shred.is_destroyed("release", number) for number in numbers.iterator(20))


def released_ranges(alarm_id: UUID, camera_id: UUID) -> Sequence[SlotRange]:
    found = [row for row in releases_of(alarm_id) if row.camera_id == camera_id]
    return [SlotRange(UUID(epoch), first, last) for row in found for epoch, first, last in row.ranges]


def epochs_between(camera_id: UUID, track: int, from_ms: int, to_ms: int) -> Sequence[Epoch]:
    """Epochs that a time may touch, oldest first."""
    earliest = from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS
    found = Epoch.objects.filter(camera_id=camera_id, track=track, start_ms__gt=earliest, start_ms__lt=to_ms)
    return list(found.order_by("start_ms").defer("wrapped"))


_UNSEEN = """
SELECT DISTINCT s.slot FROM footage_segment s
WHERE s.epoch_id = %(epoch)s AND s.slot >= %(first)s AND s.slot < %(last)s AND NOT EXISTS (
  SELECT 1 FROM footage_leaseshare h WHERE h.lease_id = %(lease)s AND h.epoch_id = s.epoch_id
  AND s.slot >= h.from_slot AND s.slot < h.to_slot)
ORDER BY s.slot LIMIT %(limit)s
"""


def unseen_slots(ranges: Iterable[SlotRange], lease_id: UUID | None, limit: int) -> list[rules.Slot]:
    """The first `limit` slots of `ranges`, in order, for which there is a segment and which the lease never covered.

    Reads no further than it must, however much is asked for: `ranges` may be made as they are taken. Each range is
    asked for all of `limit`, so that ranges that overlap hide nothing.
    """
    found: dict[rules.Slot, None] = {}
    for part in ranges:
        said: dict[str, Any] = {"epoch": part.epoch, "first": part.from_slot, "last": part.to_slot}
        said |= {"lease": lease_id, "limit": limit}
        with connection.cursor() as cursor:
            cursor.execute(_UNSEEN, said)
            found |= dict.fromkeys((part.epoch, slot) for (slot,) in cursor.fetchall())
        if len(found) >= limit:
            break
    return list(found)[:limit]


def stored_bytes(owner_id: UUID) -> int:
    """How much ciphertext of an owner's cameras is stored."""
    return int(Pack.objects.filter(owner_id=owner_id).aggregate(sum=Sum("size"))["sum"] or 0)


def segments_in(ranges: Sequence[SlotRange]) -> list[Segment]:
    return [
        segment
        for part in ranges
        for segment in Segment.objects.filter(
            epoch_id=part.epoch, slot__gte=part.from_slot, slot__lt=part.to_slot
        ).order_by("seq")
    ]


def has_segments(epoch_id: UUID, from_slot: int, to_slot: int) -> bool:
    return Segment.objects.filter(epoch_id=epoch_id, slot__gte=from_slot, slot__lt=to_slot).exists()


def lead_slot(epoch_id: UUID, slot: int) -> int:
    """The slot of the last random-access segment at or before `slot`, at most five seconds earlier; else `slot`
    itself."""
    earliest = max(0, slot - rules.LEAD_SLOTS)
    found = Segment.objects.filter(epoch_id=epoch_id, slot__gte=earliest, slot__lte=slot, random_access=True)
    last = found.aggregate(last=Max("slot"))["last"]
    return slot if last is None else int(last)


MAX_MANIFESTS = 1500
"""A day of quiet minutes between two pictures: what lies further back is asked for by who asks for that time."""


def manifests_between(camera_id: UUID, track: int, from_ms: int, to_ms: int, *, one_before: bool) -> list[Manifest]:
    """The unit's signed lists of a time, oldest first, also of minutes in which nothing was recorded: without those a
    viewer could not tell a quiet minute from one that is kept from him. `one_before` ties it to what came earlier."""
    earliest = from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS
    begins = ExpressionWrapper(F("epoch__start_ms") + F("first_slot") * rules.SLOT_MS, BigIntegerField())
    ends = ExpressionWrapper(F("begins") + F("slots") * rules.SLOT_MS, BigIntegerField())
    of_track = Manifest.objects.filter(epoch__camera_id=camera_id, epoch__track=track).annotate(begins=begins)
    of_time = of_track.filter(epoch__start_ms__gt=earliest, epoch__start_ms__lt=to_ms, begins__lt=to_ms)
    ends_after = of_time.annotate(ends=ends).filter(ends__gt=from_ms)
    found = list(ends_after.order_by("-begins")[:MAX_MANIFESTS])
    first_ms = min([from_ms, *(row.begins for row in found)])
    before = of_track.filter(epoch__start_ms__lt=first_ms, begins__lt=first_ms) if one_before else of_track.none()
    return [*before.order_by("-epoch__start_ms", "-first_slot")[:1], *reversed(found)]


def epoch_envelopes(epoch_ids: Sequence[UUID]) -> list[bytes]:
    """The signed epochs. Their sealed roots open for the owner's tenant only. Those that were shredded are gone."""
    rows = {row.id: row for row in Epoch.objects.filter(id__in=epoch_ids)}
    found = []
    for epoch_id in dict.fromkeys(epoch_ids):
        row = rows.get(epoch_id)
        if row is not None and not shred.is_destroyed("epoch", row.shred):
            found.append(shred.unwrap("epoch", row.shred, bytes(row.wrapped), epoch_id.bytes))
    return found


# --- grants ---


def grants_for(
    camera_id: UUID, track: int, recipient_party_id: UUID, purpose: GrantPurpose, epochs: Collection[UUID] | None = None
) -> list[Grant]:
    """Grants that hold now, by the clock too, the newest first; of some epochs only, when they are named."""
    found = Grant.objects.filter(
        camera_id=camera_id, track=track, recipient_party_id=recipient_party_id, purpose=purpose.value,
        ended_at__isnull=True, expires_at__gt=clock.now(), wrapped__isnull=False,
    ).order_by("-issued_at")  # fmt: skip
    rows = [row for row in found if row.shred is not None and not shred.is_destroyed("grant", row.shred)]
    if epochs is None:
        return rows
    return [row for row in rows if any(part.epoch in epochs for part in granted_ranges(row))]


def granted_ranges(row: Grant) -> list[SlotRange]:
    return [SlotRange(UUID(epoch), first, last) for epoch, first, last in row.ranges]


def grant_envelope(row: Grant) -> bytes:
    """As the owner's client signed it. What it seals opens for its recipient only."""
    return shred.unwrap("grant", row.shred or 0, bytes(row.wrapped or b""), row.id.bytes)


PRE_ALARM_MS = 60_000
"""The most that a unit gives away of before its alarm (policy: the window's pre)."""


def shown_by_alarms(camera_id: UUID, span_ms: tuple[int, int] | None, track: int | None = None) -> bool:
    """Whether something of that time (None: of any) is what an alarm shows that is open to be looked at now: of an open
    window what it released and what it will until it ends, of a reopened one what it released. Only ever of the
    surveillance track (None: any), since no release reaches into another one (seal.md)."""
    if track not in (None, rules.Track.SURVEILLANCE):
        return False
    now = clock.now()
    windows = Window.objects.filter(ended_at__isnull=True, deadline__gt=now)
    mine = [row for row in windows if camera_id in row.camera_ids]
    if any(span_ms is None or _within(_shown(row, camera_id), span_ms) for row in mine):
        return True
    reopened = Reopening.objects.filter(ended_at__isnull=True, deadline__gt=now).values_list("alarm_id", flat=True)
    shown = [part for alarm_id in reopened for part in released_ranges(alarm_id, camera_id)]
    return any(span_ms is None or _touches(part, span_ms) for part in shown)


def _shown(window: Window, camera_id: UUID) -> tuple[int, int]:
    """The time of a camera that an open window shows: from what was released first (its first part is the oldest), or
    from the earliest that it may be while nothing came yet, until the window ends by itself."""
    begins = [_span_of(part)[0] for part in released_ranges(window.alarm_id, camera_id)]
    return min(begins, default=window.raised_ms - PRE_ALARM_MS), round(window.deadline.timestamp() * 1000)


def _span_of(part: SlotRange) -> tuple[int, int]:
    start = Epoch.objects.filter(id=part.epoch).values_list("start_ms", flat=True).first() or 0
    return start + part.from_slot * rules.SLOT_MS, start + part.to_slot * rules.SLOT_MS


def _within(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _touches(part: SlotRange, span_ms: tuple[int, int]) -> bool:
    return _within(_span_of(part), span_ms)


@dataclass(frozen=True)
class Left:
    """What stands in place of an epoch of which a part was deleted. `grant`: its keys, for the owner alone."""

    kept: bytes
    grant: bytes | None


def remainders(epoch_ids: Collection[UUID], *, with_keys: bool) -> list[Left]:
    rows = Remainder.objects.filter(epoch_id__in=list(epoch_ids)).select_related("grant").order_by("epoch_id")
    live = [row for row in rows if row.grant.shred is not None and not shred.is_destroyed("grant", row.grant.shred)]
    return [Left(bytes(row.envelope), grant_envelope(row.grant) if with_keys else None) for row in live]


def deleted_between(camera_id: UUID, track: int, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """Times (ms UTC, by the epochs as they are stored here) that the owner deleted, in order."""
    earliest = from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS
    rows = Deleted.objects.filter(camera_id=camera_id, track=track).filter(
        epoch__start_ms__gt=earliest, epoch__start_ms__lt=to_ms
    )
    starts = rows.values_list("epoch__start_ms", "from_slot", "to_slot").order_by("epoch__start_ms", "from_slot")
    spans = [(start + first * rules.SLOT_MS, start + last * rules.SLOT_MS) for start, first, last in starts]
    return [(first, last) for first, last in spans if first < to_ms and from_ms < last]


def deletion_words(camera_id: UUID, track: int, from_ms: int, to_ms: int) -> list[bytes]:
    """What owners signed of the deletions in that time, one word (the last) of each epoch: what `deleted_between` says
    is proved by these and by nothing else."""
    earliest = from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS
    rows = Deleted.objects.filter(camera_id=camera_id, track=track).filter(
        epoch__start_ms__gt=earliest, epoch__start_ms__lt=to_ms
    )
    words = rows.values_list("epoch_id", "envelope").order_by("epoch__start_ms", "asked_at", "id")
    last = {epoch: bytes(said) for epoch, said in words if said is not None}
    return list(last.values())


def gone_slots(epoch_id: UUID) -> list[tuple[int, int]]:
    """Ranges of slots of an epoch that were deleted."""
    return list(Deleted.objects.filter(epoch_id=epoch_id).values_list("from_slot", "to_slot").order_by("from_slot"))


_MOMENTS = """
SELECT DISTINCT ON (bucket) epoch_id, slot FROM (
  SELECT s.epoch_id, s.slot, e.start_ms + s.slot * 1000 AS at,
         (e.start_ms + s.slot * 1000 - %(from)s) * %(count)s / (%(to)s - %(from)s) AS bucket
  FROM footage_segment s JOIN footage_epoch e ON e.id = s.epoch_id
  WHERE e.camera_id = %(camera)s AND e.track = %(track)s AND e.start_ms > %(earliest)s AND e.start_ms < %(to)s
    AND s.random_access
) found WHERE at >= %(from)s AND at < %(to)s ORDER BY bucket, at
"""


def moments(camera_id: UUID, track: int, from_ms: int, to_ms: int, count: int) -> list[rules.Slot]:
    """Of each of `count` equal parts of a time the first slot that can be shown by itself, in order."""
    said: dict[str, Any] = {
        "camera": camera_id, "track": track, "from": from_ms, "to": to_ms, "count": count,
        "earliest": from_ms - rules.SLOTS_PER_EPOCH * rules.SLOT_MS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_MOMENTS, said)
        return [(epoch, slot) for epoch, slot in cursor.fetchall()]


@dataclass(frozen=True)
class Sight:
    """What lets somebody see a camera now, or whoever does: rows of windows, reopenings, grants and running views; and
    of guards: at which sites they may be shown pictures, and what they have."""

    windows: Sequence[Window]
    reopenings: Sequence[Reopening]
    grants: Sequence[Grant]
    leases: Sequence[Lease]
    guard_sights: Sequence[GuardSight]
    guard_pictures: Sequence[GuardPicture]


def sight(owner_id: UUID) -> Sight:
    """Within an acting party: of all cameras of an owner, by the clock too."""
    now = clock.now()
    mine: dict[str, Any] = {"owner_id": owner_id, "ended_at__isnull": True}
    granted = Grant.objects.filter(**mine, purpose=GrantPurpose.MAINTENANCE.value, expires_at__gt=now)
    return Sight(
        list(Window.objects.filter(**mine, deadline__gt=now).order_by("opened_at")),
        list(Reopening.objects.filter(**mine, deadline__gt=now).order_by("opened_at")),
        list(granted.order_by("issued_at")),
        list(Lease.objects.filter(**mine, expires_at__gt=now).order_by("opened_at")),
        list(GuardSight.objects.filter(**mine).order_by("since")),
        list(GuardPicture.objects.filter(**mine, expires_at__gt=now).defer("wrapped").order_by("sent_at")),
    )


_RECORDED = """
WITH asked AS (SELECT * FROM unnest(%(epochs)s::uuid[], %(firsts)s::int[], %(lasts)s::int[]) AS a(epoch, first, last)),
slots AS (
  SELECT DISTINCT s.epoch_id, s.slot FROM asked a
  JOIN footage_segment s ON s.epoch_id = a.epoch AND s.slot >= a.first AND s.slot < a.last),
runs AS (SELECT epoch_id, slot, slot - row_number() OVER (PARTITION BY epoch_id ORDER BY slot) AS run FROM slots)
SELECT epoch_id, min(slot), max(slot) + 1 FROM runs GROUP BY epoch_id, run
"""
RECORDED_AT_MOST = 5000
EPOCHS_AT_ONCE = 100


def recorded_ranges(epochs: Sequence[Epoch], from_ms: int, to_ms: int) -> tuple[list[SlotRange], int | None]:
    """Where there is something to see between two times; and from when (ms) to ask again, if that is not all."""
    found: list[SlotRange] = []
    for start in range(0, len(epochs), EPOCHS_AT_ONCE):
        if len(found) >= RECORDED_AT_MOST:
            return found, max(epochs[start].start_ms, from_ms)
        found += _recorded(epochs[start : start + EPOCHS_AT_ONCE], from_ms, to_ms)
    return found, None


def _recorded(epochs: Sequence[Epoch], from_ms: int, to_ms: int) -> list[SlotRange]:
    asked = [(epoch.id, *rules.slots_between(epoch.start_ms, from_ms, to_ms)) for epoch in epochs]
    columns: dict[str, Any] = {"epochs": [epoch for epoch, _, _ in asked]}
    columns |= {"firsts": [first for _, first, _ in asked], "lasts": [last for _, _, last in asked]}
    with connection.cursor() as cursor:
        cursor.execute(_RECORDED, columns)
        rows = cursor.fetchall()
    order = {epoch.id: place for place, epoch in enumerate(epochs)}
    return [SlotRange(*row) for row in sorted(rows, key=lambda row: (order[row[0]], row[1]))]


def named_only(epochs: Sequence[Epoch], held: Sequence[SlotRange], span_ms: tuple[int, int]) -> list[tuple[int, int]]:
    """Times (ms UTC, in order) that the unit signed as recorded and of which nothing is here: on its own storage, on
    its way, or lost. `held`: what is here of that time. Not what was deleted or is over its term."""
    touched = {row.id: span for row in epochs if (span := rules.slots_between(row.start_ms, *span_ms)) != (0, 0)}
    lacking = dict.fromkeys(touched, 0)  # a bit for each slot
    listed = Manifest.objects.filter(epoch__in=touched).exclude(named=0)
    for epoch, first, named in listed.values_list("epoch_id", "first_slot", "named"):
        lacking[epoch] |= named << first
    gone = Deleted.objects.filter(epoch__in=touched).values_list("epoch_id", "from_slot", "to_slot")
    for epoch, first, last in [*((part.epoch, part.from_slot, part.to_slot) for part in held), *gone]:
        if epoch in lacking:
            lacking[epoch] &= ~_bits(first, last)
    found: list[tuple[int, int]] = []
    for row in epochs:
        slots = lacking.get(row.id, 0) & _bits(*touched.get(row.id, (0, 0)))
        if slots and not shred.is_destroyed("epoch", row.shred):
            at = (row.start_ms + slot * rules.SLOT_MS for slot in range(slots.bit_length()) if slots >> slot & 1)
            found += ((ms, ms + rules.SLOT_MS) for ms in at)
    return _joined(found)


def _bits(first: int, last: int) -> int:
    return (1 << last) - (1 << first)


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch are one."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


@dataclass(frozen=True)
class Told:
    """Where the ledger begins to speak of a view or a release, and how long the view lasted if it has ended."""

    first_index: int
    seconds: int | None


def views_told(lease_ids: Collection[UUID]) -> dict[UUID, Told]:
    """Those of these views that are still remembered here."""
    rows = Lease.objects.filter(id__in=lease_ids)
    return {row.id: Told(row.ledger_index, _seconds(row)) for row in rows}


def _seconds(row: Lease) -> int | None:
    return None if row.ended_at is None else round((row.ended_at - row.opened_at).total_seconds())


def releases_told(alarm_ids: Collection[UUID]) -> dict[UUID, Told]:
    """The same for the first part that each alarm released."""
    found = Release.objects.filter(alarm_id__in=alarm_ids, ledger_index__isnull=False)
    rows = found.values_list("alarm_id").annotate(first=Min("ledger_index"))
    return {alarm_id: Told(first, None) for alarm_id, first in rows}


# --- what every fetch asks: two statements by hand, because it is asked for each second of each viewer ---


@dataclass(frozen=True)
class Running:
    """What stands in a lease, and whether it and its window (or its reopening) run now."""

    lease_id: UUID
    purpose: str
    camera_id: UUID
    alarm_id: UUID | None
    runs: bool
    window_open: bool


_RUNNING = """
SELECT l.id, l.purpose, l.camera_id, l.alarm_id, l.ended_at IS NULL AND l.expires_at > %(now)s,
       CASE WHEN l.alarm_id IS NULL THEN true
            WHEN l.reopening_id IS NOT NULL THEN coalesce(r.ended_at IS NULL AND r.deadline > %(now)s, false)
            ELSE coalesce(w.ended_at IS NULL AND w.deadline > %(now)s
                          AND (w.look_after IS NULL OR w.look_after <= %(now)s), false) END
FROM footage_lease l LEFT JOIN footage_window w ON w.alarm_id = l.alarm_id
LEFT JOIN footage_reopening r ON r.id = l.reopening_id
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
