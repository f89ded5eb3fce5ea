# SPDX-License-Identifier: EUPL-1.2
"""Forgetting recordings whose term is over. When that is, and what a hold keeps, `lifecycle` says; here is how.

The principles that make it safe:
- First it is written down: one ledger entry for each epoch and the note that it has expired commit together. From then
  on nothing of it is handed out or taken in, and whoever comes next (this process, or the one after a crash) finishes.
- Keys first, then ciphertext, then rows: killed in between, what is left opens for nobody, and is taken away the next
  time. Nothing names a row after it is gone but the note: a random number and the day.
- Of an epoch of which a hold keeps a part, the rest goes: ciphertext outside what is held, at once; the root when the
  owner's client sealed the held part's keys to himself (Cover). That stands durably in its place before the root dies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from zegel.seal.kept import complement
from zegel.server.footage import grants, pack_writer, queries
from zegel.server.footage.forgetting import releases_into
from zegel.server.footage.models import (
    Cover,
    Deleted,
    Epoch,
    Expired,
    Grant,
    LeaseShare,
    MailPicture,
    Manifest,
    Pack,
    Release,
    Remainder,
    Segment,
)
from zegel.server.footage.pack_writer import folder_of
from zegel.server.footage.rules import SLOT_MS, SLOTS_PER_EPOCH
from zegel.server.kernel import clock, ids, shred, storage, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact

Slots = tuple[int, int]
"""Of an epoch, from and to; to is not in it."""

_WITH_EPOCH = (
    "footage_leaseshare", "footage_segment", "footage_manifest", "footage_deleted", "footage_remainder",
    "footage_cover",
)  # fmt: skip


# --- whole epochs ---


def order(w: work.Work, rows: Sequence[Epoch], why: str = "term") -> None:
    """Within the running work: an entry for each, and the note by which they are finished. Those noted are left out."""
    noted = set(Expired.objects.filter(epoch_id__in=[row.id for row in rows]).values_list("epoch_id", flat=True))
    fresh = [row for row in rows if row.id not in noted]
    for row in fresh:
        facts: dict[str, Fact] = {
            "epoch": row.id, "camera": row.camera_id, "track": row.track, "from_ms": row.start_ms,
            "to_ms": row.start_ms + SLOTS_PER_EPOCH * SLOT_MS, "why": why,
        }  # fmt: skip
        w.record(Entry(Kind.DELETION, row.owner_id, facts, row.camera_id))
    now = clock.now()
    Expired.objects.bulk_create(
        [Expired(epoch_id=row.id, owner_id=row.owner_id, provider_id=row.provider_id, at=now) for row in fresh],
        ignore_conflicts=True,
    )


def unfinished(owner_id: UUID, most: int) -> list[UUID]:
    """Within an acting party: epochs whose forgetting was written down and that are still here."""
    noted = Expired.objects.filter(owner_id=owner_id).values("epoch_id")
    found = Epoch.objects.filter(owner_id=owner_id, id__in=noted).order_by("id")
    return list(found.values_list("id", flat=True)[:most])


def finish(owner_id: UUID, epochs: Collection[UUID]) -> int:
    """Keys, ciphertext, rows; returns how many segments that were. Each may be done already."""
    wanted = list(epochs)
    with work.transaction(system(owner_id)) as w:
        list(Pack.objects.select_for_update().filter(epoch_id__in=wanted).order_by("epoch_id").values_list("epoch_id"))
        rows = list(Epoch.objects.filter(id__in=wanted).only("id", "owner_id", "camera_id", "unit_id", "shred"))
        _destroy_keys(rows)
        for row in rows:
            storage.store().delete_prefix(folder_of(row.id))
        segments = _delete_rows([row.id for row in rows])
        for row in rows:
            w.publish("epoch.forgotten", owner_id=row.owner_id, epoch_id=row.id, camera_id=row.camera_id)
    return segments


def _destroy_keys(rows: Sequence[Epoch]) -> None:
    gone = {row.id for row in rows}
    releases = releases_into(gone)
    shred.destroy("epoch", *(row.shred for row in rows))
    shred.destroy("release", *(row.shred for row in releases if row.shred is not None))
    grants.forget_into(gone)
    Release.objects.filter(hash__in=[row.hash for row in releases]).update(wrapped=None, shred=None)


def _delete_rows(epochs: list[UUID]) -> int:
    segments = 0
    with connection.cursor() as cursor:
        for table in _WITH_EPOCH:
            cursor.execute(f"DELETE FROM {table} WHERE epoch_id = ANY(%s)", [epochs])
            segments = cursor.rowcount if table == "footage_segment" else segments
        cursor.execute("DELETE FROM footage_part WHERE pack_id = ANY(%s)", [epochs])
        cursor.execute("DELETE FROM footage_pack WHERE epoch_id = ANY(%s)", [epochs])
        cursor.execute("DELETE FROM footage_epoch WHERE id = ANY(%s)", [epochs])
    return segments


# --- a part of an epoch, because the rest is held ---


def left_of(epoch_id: UUID, held: Iterable[Slots]) -> tuple[Slots, ...]:
    """What of the held slots was not deleted before."""
    gone = [*queries.gone_slots(epoch_id), *complement(held)]
    return complement(gone)


def recorded_in(row: Epoch, held: Sequence[Slots]) -> bool:
    """Whether there is anything in those slots."""
    return any(Segment.objects.filter(epoch=row, slot__gte=first, slot__lt=last).exists() for first, last in held)


def needs_trim(row: Epoch, held: Sequence[Slots]) -> bool:
    """Whether anything outside what is held is left, or the owner's cover can take the root's place."""
    if Deleted.objects.filter(epoch=row, done_at__isnull=True, envelope__isnull=True).exists():
        return True
    cover = Cover.objects.filter(epoch=row).first()
    before = Remainder.objects.filter(epoch=row).first()
    taken = before is not None and Epoch.objects.filter(id=row.id).exclude(wrapped=b"").exists()
    if taken or (cover is not None and _ranges(cover.ranges) == left_of(row.id, held)):
        return True
    return recorded_in(row, complement(held))


def needs_trim_now(owner_id: UUID, row: Epoch, held: Sequence[Slots]) -> bool:
    """As needs_trim, in a transaction of its own."""
    with tenancy.acting_as(owner_id):
        return needs_trim(row, held)


def trim(owner_id: UUID, epoch_id: UUID, held: Sequence[Slots]) -> None:
    """Everything of the epoch that is not held goes; with the owner's cover the root, too. Resumes after a crash."""
    with work.transaction(system(owner_id)) as w:
        pack = Pack.objects.select_for_update().filter(epoch_id=epoch_id).first()
        row = Epoch.objects.filter(id=epoch_id).first()
        if pack is None or row is None or not needs_trim(row, held):
            return
        outside = list(complement(held))
        stale = _drop_outside(row, pack, outside)
        _note(w, row, outside, stale)
        covered = _take_cover(w, row, held)
    if covered:
        shred.destroy("epoch", row.shred)
    _finish_trim(owner_id, epoch_id, covered=covered)


def _drop_outside(row: Epoch, pack: Pack, outside: Sequence[Slots]) -> list[str]:
    places: list[tuple[int, int]] = []
    for first, last in outside:
        inside = Segment.objects.filter(epoch=row, slot__gte=first, slot__lt=last)
        places += inside.values_list("offset", "size")
        inside.delete()
        LeaseShare.objects.filter(epoch_id=row.id, from_slot__gte=first, to_slot__lte=last).delete()
    for manifest in Manifest.objects.filter(epoch=row).defer("envelope"):
        end = manifest.first_slot + manifest.slots
        if any(first <= manifest.first_slot and end <= last for first, last in outside):
            manifest.delete()
    _drop_releases(row, outside)
    return pack_writer.punch(pack, sorted(places)) if places else []


def _drop_releases(row: Epoch, outside: Sequence[Slots]) -> None:
    """Releases of which nothing in this epoch is held and that reach into no other one."""
    gone = [
        release for release in releases_into({row.id})
        if all(UUID(epoch) == row.id and any(a <= first and last <= b for a, b in outside)
               for epoch, first, last in release.ranges)
    ]  # fmt: skip
    shred.destroy("release", *(release.shred for release in gone if release.shred is not None))
    Release.objects.filter(hash__in=[release.hash for release in gone]).update(wrapped=None, shred=None)


def _note(w: work.Work, row: Epoch, outside: Sequence[Slots], stale: list[str]) -> None:
    """That these slots are gone, and an entry; `stale`: objects to drop once this has committed."""
    known = queries.gone_slots(row.id)
    fresh = [part for part in outside if not any(a <= part[0] and part[1] <= b for a, b in known)]
    if not fresh and stale:
        fresh = [outside[0]]
    trimming, now = ids.new(), clock.now()
    for place, (first, last) in enumerate(fresh):
        Deleted.objects.create(
            deletion_id=trimming, owner_id=row.owner_id, provider_id=row.provider_id, epoch=row,
            camera_id=row.camera_id, track=row.track, from_slot=first, to_slot=last, whole=False,
            stale=stale if place == 0 else [], asked_at=now,
        )  # fmt: skip
    if fresh:
        facts: dict[str, Fact] = {
            "epoch": row.id, "camera": row.camera_id, "track": row.track,
            "from_ms": row.start_ms + fresh[0][0] * SLOT_MS, "to_ms": row.start_ms + fresh[-1][1] * SLOT_MS,
            "slots": sum(last - first for first, last in fresh), "why": "term_but_held",
        }  # fmt: skip
        w.record(Entry(Kind.DELETION, row.owner_id, facts, row.camera_id))


def _take_cover(w: work.Work, row: Epoch, held: Sequence[Slots]) -> bool:
    """The owner's cover in the place of the root, when it holds just what is left. True also when it does already."""
    left, cover = left_of(row.id, held), Cover.objects.filter(epoch=row).select_related("grant").first()
    before = Remainder.objects.filter(epoch=row).first()
    if cover is None or _ranges(cover.ranges) != left:
        return before is not None and _ranges(before.ranges) == left
    superseded = None if before is None else Grant.objects.filter(id=before.grant_id).first()
    Remainder.objects.update_or_create(
        epoch=row, defaults={
            "grant": cover.grant, "envelope": cover.envelope, "ranges": cover.ranges, "owner_id": row.owner_id,
            "provider_id": row.provider_id,
        },
    )  # fmt: skip
    cover.delete()
    if superseded is not None and superseded.id != cover.grant_id:
        grants.end_grant_now(w, superseded, revoked=True)
    return True


def _finish_trim(owner_id: UUID, epoch_id: UUID, *, covered: bool) -> None:
    with work.transaction(system(owner_id)):
        rows = list(Deleted.objects.filter(epoch_id=epoch_id, done_at__isnull=True, envelope__isnull=True))
    for row in rows:
        storage.store().delete_many(row.stale)
    with work.transaction(system(owner_id)) as w:
        Deleted.objects.filter(id__in=[row.id for row in rows]).update(done_at=clock.now(), stale=[])
        if covered:
            Epoch.objects.filter(id=epoch_id).update(wrapped=b"")
        if rows:
            w.publish("footage.deleted", owner_id=owner_id, camera_id=rows[0].camera_id, epoch_id=epoch_id,
                      deletion_id=rows[0].deletion_id)  # fmt: skip


def _ranges(stored: Iterable[Sequence[int]]) -> tuple[Slots, ...]:
    return tuple((int(first), int(last)) for first, last in stored)


# --- pictures that came by mail ---


def forget_mail_pictures(w: work.Work, rows: Sequence[MailPicture]) -> None:
    """Within the running work of the server: keys, ciphertext, rows, and one entry for them all."""
    shred.destroy("epoch", *(row.shred for row in rows))
    shred.destroy("release", *(row.arc_shred for row in rows if row.arc_shred is not None))
    storage.store().delete_many([row.key for row in rows])
    MailPicture.objects.filter(id__in=[row.id for row in rows]).delete()
    for camera_id in sorted({row.camera_id for row in rows}):
        mine = [row for row in rows if row.camera_id == camera_id]
        facts: dict[str, Fact] = {
            "camera": camera_id, "pictures": len(mine), "from_ms": min(row.received_ms for row in mine),
            "to_ms": max(row.received_ms for row in mine) + 1, "why": "term",
        }  # fmt: skip
        w.record(Entry(Kind.DELETION, mine[0].owner_id, facts, camera_id))


# --- what is left over, for who verifies it ---


@dataclass(frozen=True)
class Left:
    """Something of an epoch that should be gone: `kind` is row, object or key."""

    kind: str
    epoch_id: UUID


def left_over(epochs: Collection[UUID], shreds: Iterable[int] = ()) -> list[Left]:
    """Within an acting party: rows, objects and keys of epochs that were forgotten."""
    found = []
    for epoch_id in epochs:
        if Epoch.objects.filter(id=epoch_id).exists() or Segment.objects.filter(epoch_id=epoch_id).exists():
            found.append(Left("row", epoch_id))
        if next(iter(storage.store().list(folder_of(epoch_id))), None) is not None:
            found.append(Left("object", epoch_id))
    return found
