# SPDX-License-Identifier: EUPL-1.2
"""The owner deletes any time of a camera at once (D9), also of an epoch that still runs.

The principles that make it safe:
- The keys of a part of an epoch can't be destroyed: they come from one root. So the owner's client first seals what he
  keeps (all other slots of the epoch, those to come too) to himself; then the root goes, for ever.
- Nothing goes without the signature of an owner whom the unit's keyset names, for whole epochs too: a session alone, a
  stolen one say, deletes nothing. His word stays, as the proof that it was he.
- What he keeps must be exactly what he does not delete: a kept range that reaches into what is deleted, or that leaves
  out what isn't, is refused before anything changes.
- First it is written down: the ledger's entry, the ranges and the order to carry it out commit together. From that
  moment nothing of it is handed out or taken. Then the keys are destroyed, then the ciphertext is dropped, then the
  rows; killed in between, the worker does it again.
- An alarm that is open shows what it shows until its window ends, and a hold holds: the gate's facts say so. What the
  unit never releases (pictures that the owner took, overview pictures) no alarm shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.seal.errors import SealError
from zegel.seal.kept import NO_GRANT, Kept, complement, verify_kept
from zegel.server import gate
from zegel.server.footage import grants, pack_writer, queries, rules
from zegel.server.footage.errors import BadRange, KeptRefused, NothingToShow
from zegel.server.footage.forgetting import forget_rows
from zegel.server.footage.models import Deleted, Epoch, Grant, LeaseShare, Pack, Release, Remainder, Segment
from zegel.server.footage.rules import SlotRange, Track
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, ids, outbox, shred, storage, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

EPOCHS_AT_ONCE = 24
"""About a day of one camera. A longer time is deleted day by day, by a client that shows how far it is."""


@dataclass(frozen=True)
class Part:
    """What is deleted of one epoch: slots [from_slot, to_slot). `whole`: no recording of it is left, and none comes."""

    epoch: Epoch
    from_slot: int
    to_slot: int
    whole: bool

    def holds(self, epoch: UUID, first: int, last: int) -> bool:
        return self.epoch.id == epoch and first < self.to_slot and self.from_slot < last


@dataclass(frozen=True)
class Plan:
    """What a deletion would take. `seconds`: with pictures in them; `releases`: keys that an alarm centre got, which go
    with it. `next_ms`: from where to go on; None when this is all."""

    parts: Sequence[Part]
    seconds: int
    size: int
    releases: int
    next_ms: int | None


@dataclass(frozen=True)
class Keeping:
    """What the owner's client says of one epoch: its signed word, and the grant by which it sealed what is left to
    himself; None where no recording of it is left."""

    kept: bytes
    grant: bytes | None = None


def plan(actor: Actor, camera_id: UUID, track: Track, from_ms: int, to_ms: int) -> Plan:
    """Within no transaction; nothing changes. Raises Denied, NothingToShow, BadRange."""
    with work.transaction(actor):
        camera = _allowed(actor, camera_id, track, from_ms, to_ms)
        parts, next_ms = _parts(camera, track, from_ms, to_ms)
        rows = [row for part in parts for row in _segments(part)]
        seconds = len({(row.epoch_id, row.slot) for row in rows})
        return Plan(parts, seconds, sum(row.size for row in rows), len(_releases_into(parts)), next_ms)


def delete(actor: Actor, camera_id: UUID, track: Track, from_ms: int, to_ms: int, keeping: Sequence[Keeping]) -> UUID:
    """What `plan` says of the same time, for ever; returns what it goes by. There is no way back. `keeping`: the
    owner's word on each of its epochs.

    Raises Denied, NothingToShow, BadRange (also for more than one plan holds), KeptRefused.
    """
    deletion_id = ids.new()
    with work.transaction(actor) as w:
        camera = _allowed(actor, camera_id, track, from_ms, to_ms)
        parts, next_ms = _parts(camera, track, from_ms, to_ms, lock=True)
        if next_ms is not None:
            raise BadRange
        if not parts:
            raise NothingToShow
        seconds = sum(len({row.slot for row in _segments(part)}) for part in parts)
        _keep(actor, w, camera, parts, keeping, deletion_id)
        facts: dict[str, Fact] = {
            "deletion": deletion_id, "camera": camera.id, "track": int(track), "from_ms": from_ms, "to_ms": to_ms,
            "epochs": len(parts), "seconds": seconds, "kept": len(keeping), "address": actor.address[:64],
        }  # fmt: skip
        w.record(Entry(Kind.DELETION, camera.owner_id, facts, camera.id))
        w.publish("footage.to_delete", owner_id=camera.owner_id, deletion_id=deletion_id)
    _carry_out(camera.owner_id, deletion_id)
    return deletion_id


def progress(actor: Actor, deletion_id: UUID) -> tuple[int, int]:
    """Epochs done, and all of them. Raises NothingToShow."""
    with work.transaction(actor):
        rows = list(Deleted.objects.filter(deletion_id=deletion_id))
        if not rows:
            raise NothingToShow
        gate.require(actor, Action.TIMELINE, Resource(ResourceKind.CAMERA, rows[0].camera_id, rows[0].owner_id))
        return sum(row.done_at is not None for row in rows), len(rows)


# --- what it touches ---


def _allowed(actor: Actor, camera_id: UUID, track: Track, from_ms: int, to_ms: int) -> Camera:
    if from_ms >= to_ms or track is Track.LIVE:
        raise BadRange
    camera = sites.find_camera(camera_id)
    if camera is None:
        raise NothingToShow
    of = {"unit": camera.unit_id, "site": camera.unit.site_id}
    resource = Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of, (from_ms, to_ms), int(track))
    gate.require(actor, Action.DELETE, resource)
    return camera


def _parts(
    camera: Camera, track: Track, from_ms: int, to_ms: int, *, lock: bool = False
) -> tuple[list[Part], int | None]:  # fmt: skip
    """Oldest first; epochs of which everything in that time is gone already are not among them."""
    so_far_ms = min(to_ms, clock.now_ms() + rules.SLOT_MS)
    epochs = list(queries.epochs_between(camera.id, int(track), from_ms, so_far_ms))
    next_ms = epochs[EPOCHS_AT_ONCE].start_ms if len(epochs) > EPOCHS_AT_ONCE else None
    epochs = epochs[:EPOCHS_AT_ONCE]
    if lock:  # as who stores segments does: nothing is added to what is looked at here
        list(Pack.objects.select_for_update().filter(epoch_id__in=[row.id for row in epochs]).order_by("epoch_id"))
    left = set(Remainder.objects.filter(epoch__in=epochs).values_list("epoch_id", flat=True))
    found = []
    for row in epochs:
        if shred.is_destroyed("epoch", row.shred) and row.id not in left:
            continue  # nothing of it can be opened any more
        until_ms = so_far_ms if row.closed_at is None else to_ms  # of a closed one the same slots at any moment
        part = _part(row, *rules.slots_between(row.start_ms, from_ms, until_ms))
        if part is not None:
            found.append(part)
    return found, next_ms


def _part(row: Epoch, first: int, last: int) -> Part | None:
    if first >= last or any(start <= first and last <= end for start, end in queries.gone_slots(row.id)):
        return None
    outside = Segment.objects.filter(epoch=row).exclude(slot__gte=first, slot__lt=last).exists()
    return Part(row, first, last, row.closed_at is not None and not outside)


def _segments(part: Part) -> list[Segment]:
    return list(Segment.objects.filter(epoch=part.epoch, slot__gte=part.from_slot, slot__lt=part.to_slot))


def _releases_into(parts: Sequence[Part]) -> list[Release]:
    """Releases of which any range reaches into what is deleted."""
    units = {part.epoch.unit_id for part in parts}
    rows = Release.objects.filter(unit_id__in=units, wrapped__isnull=False).defer("wrapped")
    return [row for row in rows if any(part.holds(UUID(e), a, b) for part in parts for e, a, b in row.ranges)]


# --- what is kept ---


def _keep(
    actor: Actor, w: work.Work, camera: Camera, parts: Sequence[Part], keeping: Sequence[Keeping], deletion_id: UUID
) -> None:
    """Each part with the owner's word on it, and what is left of its epoch. Raises KeptRefused unless there is exactly
    one word for each."""
    said = {kept.epoch: (kept, one) for one in keeping for kept in [verified(camera, one)]}
    if len(said) != len(keeping) or said.keys() != {part.epoch.id.bytes for part in parts}:
        raise KeptRefused("an owner signs for every epoch that is touched, once, and for no other")
    for part in parts:
        before = Remainder.objects.filter(epoch=part.epoch).first()
        superseded = None if before is None else before.grant_id
        gone = [*queries.gone_slots(part.epoch.id), (part.from_slot, part.to_slot)]
        kept, one = said[part.epoch.id.bytes]
        check_said(actor, part, kept, gone)
        if part.whole:
            if one.grant is not None or kept.grant != NO_GRANT:
                raise KeptRefused("there is nothing left to keep keys of")
            Remainder.objects.filter(epoch=part.epoch).delete()
        else:
            _remember(actor, part, kept, one)
        Deleted.objects.create(
            deletion_id=deletion_id, owner_id=camera.owner_id, provider_id=camera.provider_id, epoch=part.epoch,
            camera_id=camera.id, track=part.epoch.track, from_slot=part.from_slot, to_slot=part.to_slot,
            whole=part.whole, superseded_id=superseded, asked_at=clock.now(), envelope=one.kept,
        )  # fmt: skip


def verified(camera: Camera, one: Keeping) -> Kept:
    keyset = sites.newest_keyset(camera.unit)
    if keyset is None:
        raise KeptRefused("the unit has no keyset")
    try:
        return verify_kept(one.kept, keyset.owner_pks)
    except SealError as error:
        raise KeptRefused(str(error)) from None


def check_said(actor: Actor, part: Part, kept: Kept, gone: Sequence[tuple[int, int]]) -> None:
    """Whether it is this person's word on this epoch, and on just these slots. Raises KeptRefused."""
    row = part.epoch
    said = (kept.unit, kept.camera, int(kept.track), int(kept.suite), kept.number, kept.start_ms, kept.keyset_hash)
    known = (
        row.unit_id.bytes, row.camera_id.bytes, row.track, row.suite, row.number, row.start_ms, bytes(row.keyset_hash),
    )  # fmt: skip
    if said != known or kept.owner_party != row.owner_id.bytes or kept.policy_hash != bytes(row.policy_hash):
        raise KeptRefused("it says something else of the epoch than the unit did")
    if actor.id is None or kept.person != actor.id.bytes:
        raise KeptRefused("it is signed by another person than the one who sends it")
    if tuple((item.start, item.end) for item in kept.ranges) != complement(gone):
        raise KeptRefused("what is kept is not what is left")


def _remember(actor: Actor, part: Part, kept: Kept, one: Keeping) -> None:
    """The keys of what is left, under the tenant's own key. Raises KeptRefused."""
    row, ranges = part.epoch, tuple((item.start, item.end) for item in kept.ranges)
    grant = check_grant(actor, part, kept, one)
    values = {"grant": grant, "envelope": one.kept, "ranges": [[first, last] for first, last in ranges]}
    Remainder.objects.update_or_create(
        epoch=row, defaults={**values, "owner_id": row.owner_id, "provider_id": row.provider_id}
    )


def check_grant(actor: Actor, part: Part, kept: Kept, one: Keeping) -> Grant:
    """The grant that holds the keys of just what is kept, stored. Raises KeptRefused."""
    row, ranges = part.epoch, tuple((item.start, item.end) for item in kept.ranges)
    if one.grant is None:
        raise KeptRefused("the keys of what is left must be kept")
    grant = grants.store_grant(actor, one.grant)
    wanted = [SlotRange(row.id, first, last) for first, last in ranges]
    if grant.id.bytes != kept.grant or grant.purpose != rules.GrantPurpose.KEPT.value:
        raise KeptRefused("it names another grant than the one that came with it")
    if queries.granted_ranges(grant) != wanted or grant.track != row.track:
        raise KeptRefused("the grant holds other keys than those of what is kept")
    return grant


# --- carrying it out ---


@outbox.subscribe("footage.to_delete", name="footage.delete")
def carry_out(event: outbox.Event) -> None:
    """What was not done at once, because this was killed."""
    assert event.owner_id is not None
    _carry_out(event.owner_id, event.uuid("deletion_id"))


def _carry_out(owner_id: UUID, deletion_id: UUID) -> None:
    """Keys, then ciphertext, then rows, epoch by epoch; each may be done already."""
    with work.transaction(system(owner_id)):
        wanted = Deleted.objects.filter(deletion_id=deletion_id, done_at__isnull=True)
        parts = [(row.id, Part(row.epoch, row.from_slot, row.to_slot, row.whole)) for row in wanted]
        rows = [part for _, part in parts]
        releases = _releases_into(rows)
        shred.destroy("epoch", *(part.epoch.shred for part in rows))
        shred.destroy("release", *(row.shred for row in releases if row.shred is not None))
        Release.objects.filter(hash__in=[row.hash for row in releases]).update(wrapped=None, shred=None)
    for deleted_id, part in parts:
        _carry_out_one(owner_id, deleted_id, part)


def _carry_out_one(owner_id: UUID, deleted_id: UUID, part: Part) -> None:
    with work.transaction(system(owner_id)) as w:
        row = Deleted.objects.select_for_update().get(id=deleted_id)
        _end_superseded(w, row)
        if part.whole:
            forget_rows(w, {part.epoch.id})
        else:
            row.stale = [*row.stale, *_punch(part)]
            row.save(update_fields=["stale"])
    for key in row.stale:
        storage.store().delete(key)
    with work.transaction(system(owner_id)) as w:
        Deleted.objects.filter(id=deleted_id).update(done_at=clock.now(), stale=[])
        w.publish("footage.deleted", owner_id=owner_id, camera_id=part.epoch.camera_id, epoch_id=part.epoch.id,
                  deletion_id=row.deletion_id)  # fmt: skip


def _end_superseded(w: work.Work, row: Deleted) -> None:
    grant = Grant.objects.filter(id=row.superseded_id).first() if row.superseded_id is not None else None
    if grant is not None:
        grants.end_grant_now(w, grant, revoked=True)


def _punch(part: Part) -> list[str]:
    """Takes the slots' ciphertext out of the pack; returns the objects that nothing names any more."""
    epoch = part.epoch
    pack = Pack.objects.select_for_update().get(epoch=epoch)
    rows = Segment.objects.filter(epoch=epoch, slot__gte=part.from_slot, slot__lt=part.to_slot)
    stale = pack_writer.punch(pack, [(row.offset, row.size) for row in rows.order_by("offset")])
    rows.delete()
    LeaseShare.objects.filter(epoch_id=epoch.id, from_slot__lt=part.to_slot, to_slot__gt=part.from_slot).delete()
    Epoch.objects.filter(id=epoch.id).update(wrapped=b"")
    return stale
