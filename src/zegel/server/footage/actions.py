# SPDX-License-Identifier: EUPL-1.2
"""What units store here, and when a window opens and ends.

- A unit's object is verified against the unit's own key, and against what is known, before a byte of it is kept.
- Stored twice is stored once: a unit that heard no answer sends again.
- Sealed roots and releases lie under their own shred key as well.
- A window is opened by an alarm, once; it is ended and never extended, and nothing in it is handed out afterwards.
- What an ended one released can be looked at again only through a Reopening, which has a reason, an end and an entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from zegel.declare import profiles
from zegel.seal import epoch as seal_epoch
from zegel.seal import manifest as seal_manifest
from zegel.seal import release as seal_release
from zegel.seal.alarm import Alarm as AlarmBody
from zegel.seal.alarm import Cause
from zegel.seal.arckey import verify_arckey
from zegel.seal.envelope import Envelope
from zegel.seal.errors import SealError
from zegel.seal.keyset import Keyset
from zegel.seal.policy import Policy
from zegel.seal.segment import HEADER_SIZE, Header, sealed_size
from zegel.server import gate
from zegel.server.footage import guardpictures, pack_writer, queries, rules, too_late
from zegel.server.footage.errors import NotReopened, RefusedObject, ReopenedAlready, UnknownReason
from zegel.server.footage.models import (
    Deadline,
    DeadlineKind,
    Epoch,
    Lease,
    LeaseShare,
    Manifest,
    Pack,
    Release,
    Reopening,
    Segment,
    Window,
)
from zegel.server.footage.rules import EpochFacts, GuardPictureEnd, SegmentFacts, WindowEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, shred, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites
from zegel.server.sites.actions import Facts, moment
from zegel.server.sites.models import Camera, ObjectKind, Unit, UnitObject
from zegel.server.sites.unit_actions import MAX_CLOCK_AHEAD_MS, locked_unit, note_technical, paired_unit

QUOTA_COUNTED_S = 30.0

# --- epochs ---


def store_epoch(actor: Actor, envelope: bytes) -> None:
    """A unit's signed epoch; durable before its first segment is taken. Raises RefusedObject."""
    with work.transaction(actor) as w:
        unit = locked_unit(actor)
        epoch = _verified_epoch(unit, envelope)
        epoch_id = UUID(bytes=epoch.epoch)
        known = Epoch.objects.filter(id=epoch_id).first()
        if known is not None:
            if bytes(known.hash) != epoch.hash:
                raise RefusedObject("epoch_conflict", "another epoch has this identifier")
            return
        if too_late.has_expired(epoch.epoch):
            return
        if too_late.is_over(unit.owner_id, UUID(bytes=epoch.camera), int(epoch.track), epoch.start_ms):
            too_late.never_taken(unit.owner_id, unit.provider_id, epoch_id)
            return
        number = shred.next_number("epoch")
        row = Epoch.objects.create(
            id=epoch_id, owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id,
            camera_id=UUID(bytes=epoch.camera), track=int(epoch.track), number=epoch.number, suite=int(epoch.suite),
            start_ms=epoch.start_ms, hash=epoch.hash, keyset_hash=epoch.keyset_hash, policy_hash=epoch.policy_hash,
            shred=number, wrapped=shred.wrap("epoch", number, envelope, epoch_id.bytes), received_at=clock.now(),
        )  # fmt: skip
        Pack.objects.create(epoch=row, owner_id=unit.owner_id, provider_id=unit.provider_id)
        w.publish("epoch.stored", owner_id=unit.owner_id, epoch_id=epoch_id, camera_id=row.camera_id, track=row.track)


def _verified_epoch(unit: Unit, envelope: bytes) -> seal_epoch.Epoch:
    try:
        epoch = seal_epoch.verify_epoch(envelope, bytes(unit.sign_pk))
    except SealError as error:
        raise RefusedObject(error.code, str(error)) from None
    if epoch.unit != unit.id.bytes or not _camera_of(unit, epoch.camera):
        raise RefusedObject("wrong_binding", "the epoch is of another unit or camera")
    if not UnitObject.objects.filter(unit=unit, kind=ObjectKind.KEYSET, hash=epoch.keyset_hash).exists():
        raise RefusedObject("unknown_keyset", "the epoch was made under a keyset that is not known here")
    return epoch


def _camera_of(unit: Unit, camera: bytes) -> bool:
    return Camera.objects.filter(id=UUID(bytes=camera), unit=unit).exists()


# --- segments ---


@dataclass(frozen=True)
class _Parsed:
    header: Header
    sha256: bytes
    data: bytes


def store_segments(actor: Actor, camera: bytes, track: int, epoch: bytes, segments: Sequence[bytes]) -> int:
    """The sealed segments of one or more completed slots; returns how many were new. Raises RefusedObject.

    All or none: one segment that contradicts its epoch refuses the message.
    """
    parsed = [_parse(segment) for segment in segments]
    if not parsed or len(parsed) > rules.MAX_SEGMENTS_PER_ITEM:
        raise RefusedObject("too_many", f"a message holds 1 … {rules.MAX_SEGMENTS_PER_ITEM} segments")
    with tenancy.acting_as(actor.party_id):
        if too_late.has_expired(epoch):
            return 0
        row = _epoch_of(actor, camera, track, epoch)
        _check_quota(row.owner_id)
        stored = _put(_fresh_in(row, parsed))
    with work.transaction(actor) as w:
        pack = _locked_pack(epoch)
        row = _epoch_of(actor, camera, track, epoch)
        fresh = _fresh_in(row, parsed)
        if not fresh:
            return 0
        _append(row, pack, fresh, stored)
        slots = sorted({item.header.slot for item in fresh})
        w.publish("segments.stored", owner_id=row.owner_id, epoch_id=row.id, camera_id=row.camera_id,
                  track=row.track, from_slot=slots[0], to_slot=slots[-1] + 1)  # fmt: skip
        return len(fresh)


_full_until: dict[UUID, tuple[float, bool]] = {}


def _check_quota(owner_id: UUID) -> None:
    """One owner's units can't fill the store of all. Counted again every half minute. Raises RefusedObject."""
    until, full = _full_until.get(owner_id, (0.0, False))
    if until <= clock.monotonic():
        full = queries.stored_bytes(owner_id) >= settings.OWNER_QUOTA_BYTES
        if len(_full_until) > 10_000:
            _full_until.clear()
        _full_until[owner_id] = (clock.monotonic() + QUOTA_COUNTED_S, full)
    if full:
        raise RefusedObject("quota_full", "the owner's recordings fill what is set aside for him; nothing was stored")


def _parse(segment: bytes) -> _Parsed:
    try:
        header = Header.decode(segment[:HEADER_SIZE])
    except SealError as error:
        raise RefusedObject(error.code, str(error)) from None
    if len(segment) != sealed_size(header.plaintext_size):
        raise RefusedObject("field_wrong", "the segment is longer or shorter than its header says")
    return _Parsed(header, hashlib.sha256(segment).digest(), segment)


def _facts(item: _Parsed) -> SegmentFacts:
    header = item.header
    return SegmentFacts(int(header.suite), header.camera, header.epoch, int(header.track), header.slot, len(item.data))


def _epoch_of(actor: Actor, camera: bytes, track: int, epoch: bytes) -> Epoch:
    row = Epoch.objects.filter(id=UUID(bytes=epoch)).first() if len(epoch) == 16 else None
    if row is None or row.unit_id != actor.id:
        raise RefusedObject("unknown_epoch", "the epoch was not stored first, or is another unit's")
    if row.camera_id.bytes != camera or row.track != track:
        raise RefusedObject("wrong_binding", "the epoch is of another camera or track")
    return row


def _fresh(row: Epoch, parsed: Sequence[_Parsed]) -> Sequence[_Parsed]:
    """Those not stored yet. The same number with other content is refused: a unit never seals a number twice."""
    numbers = [item.header.sequence for item in parsed]
    if len(set(numbers)) != len(numbers):
        raise RefusedObject("sequence_conflict", "a message holds one sequence number twice")
    known = {
        segment.seq: bytes(segment.sha256)
        for segment in Segment.objects.filter(epoch=row, seq__in=numbers).only("seq", "sha256")
    }
    for item in parsed:
        if item.header.sequence in known and known[item.header.sequence] != item.sha256:
            raise RefusedObject("sequence_conflict", "another segment has this sequence number")
    return [item for item in parsed if item.header.sequence not in known]


def _fresh_in(row: Epoch, parsed: Sequence[_Parsed]) -> Sequence[_Parsed]:
    """As _fresh, and each of them belongs to the epoch; what comes late of a time that the owner deleted is not kept.
    Raises RefusedObject."""
    gone = queries.gone_slots(row.id)
    fresh = [item for item in _fresh(row, parsed) if not any(a <= item.header.slot < b for a, b in gone)]
    closed = row.closed_at is not None and not _listed_all(row, fresh)
    facts = EpochFacts(row.suite, row.camera_id.bytes, row.id.bytes, row.track, closed)
    for item in fresh:
        why = rules.why_refused(_facts(item), facts)
        if why is not None:
            raise RefusedObject("segment_refused", why)
    return fresh


def _listed_all(row: Epoch, fresh: Sequence[_Parsed]) -> bool:
    """Whether the unit's signed manifests name every one of these. What a unit kept back (without a network, on its own
    storage) comes after its manifests; anything else is too late once the epoch is closed."""
    if not fresh:
        return True
    slots = [item.header.slot for item in fresh]
    rows = Manifest.objects.filter(epoch=row, first_slot__lte=max(slots))
    listed = {
        (entry.slot, entry.sequence, entry.sha256)
        for manifest in rows
        if manifest.first_slot + manifest.slots > min(slots)
        for entry in seal_manifest.Manifest.decode(Envelope.decode(bytes(manifest.envelope)).body).entries
    }
    return all((item.header.slot, item.header.sequence, item.sha256) in listed for item in fresh)


def _locked_pack(epoch: bytes) -> Pack | None:
    """The lock under which an epoch's segments and manifests are looked for and written: what was sent twice, over an
    old link and a new one, is stored once."""
    return Pack.objects.select_for_update().filter(epoch_id=UUID(bytes=epoch)).first() if len(epoch) == 16 else None


def _put(fresh: Sequence[_Parsed]) -> pack_writer.Stored | None:
    """The bytes, durable before the transaction that names them, so that no row stays locked while a store is slow."""
    if not fresh:
        return None
    return pack_writer.put(UUID(bytes=fresh[0].header.epoch), [item.data for item in fresh])


def _append(row: Epoch, pack: Pack | None, fresh: Sequence[_Parsed], stored: pack_writer.Stored | None) -> None:
    if pack is None:
        raise RefusedObject("unknown_epoch", "the epoch was not stored first")
    if stored is None or not stored.holds([item.data for item in fresh]):
        stored = _put(fresh)  # another link stored a part of it meanwhile
    assert stored is not None
    offsets = pack_writer.append(pack, stored)
    Segment.objects.bulk_create([
        Segment(
            owner_id=row.owner_id, provider_id=row.provider_id, epoch=row, seq=item.header.sequence,
            slot=item.header.slot, random_access=item.header.random_access, offset=offset, size=len(item.data),
            sha256=item.sha256,
        )
        for item, offset in zip(fresh, offsets, strict=True)
    ])  # fmt: skip


# --- manifests ---


def store_manifest(actor: Actor, envelope: bytes) -> None:
    """The signed list of what up to 60 slots hold. One that contradicts what is stored is refused. Raises
    RefusedObject."""
    with work.transaction(actor) as w:
        unit = paired_unit(actor)
        try:
            manifest = seal_manifest.verify_manifest(envelope, bytes(unit.sign_pk))
        except SealError as error:
            raise RefusedObject(error.code, str(error)) from None
        if too_late.has_expired(manifest.epoch):
            return
        _locked_pack(manifest.epoch)
        if Manifest.objects.filter(hash=manifest.hash).exists():
            return
        if manifest.unit != unit.id.bytes:
            raise RefusedObject("wrong_binding", "the manifest is of another unit")
        row = _epoch_of(actor, manifest.camera, int(manifest.track), manifest.epoch)
        _check_manifest(row, manifest)
        Manifest.objects.create(
            hash=manifest.hash, owner_id=row.owner_id, provider_id=row.provider_id, epoch=row,
            first_slot=manifest.first_slot, slots=manifest.slot_count, named=_named(manifest),
            previous=manifest.previous, envelope=envelope, received_at=clock.now(),
        )  # fmt: skip
        w.publish("manifest.stored", owner_id=row.owner_id, epoch_id=row.id, camera_id=row.camera_id, track=row.track)
        if manifest.closed:
            _close(w, row)


def _named(manifest: seal_manifest.Manifest) -> int:
    return sum(1 << slot for slot in {entry.slot - manifest.first_slot for entry in manifest.entries})


def _check_manifest(row: Epoch, manifest: seal_manifest.Manifest) -> None:
    others = Manifest.objects.filter(epoch=row, first_slot__lt=manifest.end_slot)
    if any(other.first_slot + other.slots > manifest.first_slot for other in others):
        raise RefusedObject("manifest_conflict", "another manifest speaks of these slots")
    known = {
        segment.seq: (segment.slot, bytes(segment.sha256))
        for segment in Segment.objects.filter(epoch=row, seq__in=[entry.sequence for entry in manifest.entries])
    }
    for entry in manifest.entries:
        if entry.sequence in known and known[entry.sequence] != (entry.slot, entry.sha256):
            raise RefusedObject("manifest_conflict", "the manifest names another segment than the one that was stored")


def _close(w: work.Work, row: Epoch) -> None:
    if row.closed_at is None:
        Epoch.objects.filter(id=row.id).update(closed_at=clock.now())
        w.publish("epoch.closed", owner_id=row.owner_id, epoch_id=row.id)


def compact_pack(actor: Actor, epoch_id: UUID) -> None:
    """Joins the parts of a closed epoch's pack. Again is harmless."""
    with work.transaction(actor) as w:
        pack = Pack.objects.select_for_update().filter(epoch_id=epoch_id, epoch__closed_at__isnull=False).first()
        if pack is not None and pack.compacted_at is None:
            pack_writer.compact(w, pack)


# --- releases ---


def store_release(actor: Actor, envelope: bytes) -> None:
    """One part of a release, if everything about it is right and its alarm's window is still open.

    A part that comes after the end is dropped: its place in the chain is kept, its content is not. Raises
    RefusedObject.
    """
    with work.transaction(actor) as w:
        unit = locked_unit(actor)
        release = _verified_release(unit, envelope)
        if Release.objects.filter(hash=release.hash).exists():
            return
        window = Window.objects.select_for_update().filter(alarm_id=UUID(bytes=release.alarm)).first()
        if window is None or window.unit_id != unit.id:
            raise RefusedObject("no_alarm", "the release is of no alarm that released images")
        _check_release(unit, window, release)
        _check_chain(w, unit, window, release)
        row = _release_row(unit, release)
        first = not Release.objects.filter(alarm_id=window.alarm_id, wrapped__isnull=False).exists()
        dropped = not queries.is_open(window)
        if not dropped:
            _shorten(window, release)
        if not dropped and release.ranges:
            row.shred = shred.next_number("release")
            row.wrapped = shred.wrap("release", row.shred, envelope, release.hash)
        row.save(force_insert=True)
        _log_release(w, unit, window, release, dropped)
        if not dropped:
            w.publish("release.stored", owner_id=unit.owner_id, alarm_id=window.alarm_id, camera_id=row.camera_id,
                      part=release.part, first=first)  # fmt: skip
    _note_index(actor, w, release.hash)


def _verified_release(unit: Unit, envelope: bytes) -> seal_release.Release:
    try:
        release = seal_release.verify_release(envelope, bytes(unit.sign_pk))
    except SealError as error:
        raise RefusedObject(error.code, str(error)) from None
    if release.unit != unit.id.bytes:
        raise RefusedObject("wrong_binding", "the release is of another unit")
    return release


def _check_release(unit: Unit, window: Window, release: seal_release.Release) -> None:
    """Everything that a release claims, against what the owner signed and the unit stored before."""
    if UUID(bytes=release.camera) not in window.camera_ids or not _camera_of(unit, release.camera):
        raise RefusedObject("wrong_binding", "the release is of another camera than its alarm")
    if not UnitObject.objects.filter(unit=unit, kind=ObjectKind.POLICY, hash=release.policy_hash).exists():
        raise RefusedObject("unknown_policy", "the release names a policy that is not known here")
    if release.issued_ms > clock.now_ms() + MAX_CLOCK_AHEAD_MS:
        raise RefusedObject("not_yet_valid", "the release is dated in the future")
    if release.window_end_ms > window.raised_ms + window.policy_max_s * 1000 + MAX_CLOCK_AHEAD_MS:
        raise RefusedObject("window_too_long", "the release claims a longer window than the owner's policy allows")
    _check_recipient(unit, window, release)
    _check_ranges(unit, release)


def _check_recipient(unit: Unit, window: Window, release: seal_release.Release) -> None:
    keyset = sites.newest_keyset(unit)
    if keyset is None or keyset.arc is None or release.arc_party != keyset.arc.id:
        raise RefusedObject("wrong_recipient", "the release is not for the alarm centre that the owner chose")
    if release.arc_party != window.arc_party_id.bytes or release.suite is not keyset.suite:
        raise RefusedObject("wrong_recipient", "the release is not for the alarm centre of this alarm")
    if release.recipient not in _certified(unit, keyset):
        raise RefusedObject(
            "wrong_recipient", "the release is sealed to a key that the alarm centre has not certified now"
        )


def _certified(unit: Unit, keyset: Keyset) -> frozenset[bytes]:
    """Fingerprints of the alarm centre's keys that count now: certified by the key that the owner pinned, in date. Not
    only the newest: what a unit sealed before it heard of the next one must not be lost."""
    found = set()
    for envelope in people.arc_certificates(unit.owner_id):
        with suppress(SealError):
            found.add(verify_arckey(envelope, keyset, last_number=0, now_ms=clock.now_ms()).fingerprint)
    return frozenset(found)


def _check_ranges(unit: Unit, release: seal_release.Release) -> None:
    wanted = {UUID(bytes=part.epoch) for part in release.ranges}
    rows = {row.id: row for row in Epoch.objects.filter(id__in=wanted)}
    for epoch_id in wanted:
        row = rows.get(epoch_id)
        if row is None or row.unit_id != unit.id:
            raise RefusedObject("unknown_epoch", "the release reaches into an epoch that is not known here")
        if row.camera_id.bytes != release.camera or row.track != int(release.track):
            raise RefusedObject("wrong_binding", "the release reaches into another camera or track")


def _check_chain(w: work.Work, unit: Unit, window: Window, release: seal_release.Release) -> None:
    """Two parts on one place are a fork, and refused. A hole is possible (a unit drops what an ended window makes
    useless before it was ever sent) and is reported."""
    if Release.objects.filter(alarm_id=window.alarm_id, part=release.part).exists():
        raise RefusedObject("chain_conflict", "another release has this part's number")
    mine = Release.objects.filter(unit_id=unit.id)
    if release.previous is None:
        if mine.filter(received_at__gte=unit.paired_at).exists():
            raise RefusedObject("chain_conflict", "a first release came after others")
        return
    if mine.filter(previous=release.previous).exists():
        raise RefusedObject("chain_conflict", "two releases follow the same one")
    if not mine.filter(hash=release.previous).exists():
        note_technical(w, unit, "release_gap", window.camera_id, release.previous.hex()[:16])


def _release_row(unit: Unit, release: seal_release.Release) -> Release:
    return Release(
        hash=release.hash, owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id,
        alarm_id=UUID(bytes=release.alarm), part=release.part, previous=release.previous,
        camera_id=UUID(bytes=release.camera),
        ranges=[[str(UUID(bytes=part.epoch)), part.start, part.end] for part in release.ranges],
        arc_party_id=UUID(bytes=release.arc_party), recipient=release.recipient, issued_ms=release.issued_ms,
        received_at=clock.now(),
    )  # fmt: skip


def _shorten(window: Window, release: seal_release.Release) -> None:
    """The newest part says how long the window may last at most; never longer than the policy."""
    deadline = rules.window_deadline_ms(release.window_end_ms, window.raised_ms, window.policy_max_s)
    window.deadline = moment(deadline)
    window.save(update_fields=["deadline"])
    Deadline.objects.filter(id=window.alarm_id).update(at=window.deadline)


def _log_release(w: work.Work, unit: Unit, window: Window, release: seal_release.Release, dropped: bool) -> None:
    facts: Facts = {
        "alarm": window.alarm_id, "camera": UUID(bytes=release.camera), "part": release.part, "hash": release.hash,
        "arc": window.arc_party_id, "slots": sum(part.end - part.start for part in release.ranges),
        "reason": release.reason[:60], "dropped": dropped,
    }  # fmt: skip
    w.record(Entry(Kind.RELEASE, unit.owner_id, facts, UUID(bytes=release.camera)))


def _note_index(actor: Actor, w: work.Work, release_hash: bytes) -> None:
    """Where the ledger has it, for the unit that demands the proof; the log itself knows without this."""
    if w.receipts:
        with work.transaction(actor):
            Release.objects.filter(hash=release_hash).update(ledger_index=w.receipts[-1].index)


# --- windows ---


@dataclass(frozen=True)
class NewWindow:
    """What an alarm that releases images brings. `cameras`: further cameras of the same alarm. `look_after`: the end of
    the time in which the customer recalls before anybody looks."""

    alarm_id: UUID
    unit: Unit
    camera_id: UUID
    arc_party_id: UUID
    raised_ms: int
    policy_max_s: int
    cameras: tuple[UUID, ...] = ()
    look_after: datetime | None = None
    max_viewers: int = rules.MAX_VIEWERS


# A unit that was turned round, or that is out of order, has nothing to show: whatever its own class says (S2).
NEVER_RELEASE = frozenset({Cause.TAMPER, Cause.TECHNICAL})


def cameras_released(unit: Unit, body: AlarmBody, named: Sequence[bytes] = ()) -> tuple[UUID, ...]:
    """Of which cameras this alarm may open a window, the one that raised it first; () when it opens none.

    The unit decided already. This only asks whether it could have: it released, under a policy that the owner signed,
    of a class that releases (which is another list than the classes that alarm), outside working hours, to an alarm
    centre that the owner named. `named`: the cameras of a central alarm's signed word.
    """
    if not body.released or body.camera is None or body.policy_hash is None or body.cause in NEVER_RELEASE:
        return ()
    policy, keyset = sites.policy_by_hash(unit, body.policy_hash), sites.newest_keyset(unit)
    if policy is None or keyset is None or keyset.arc is None:
        return ()
    if body.class_name not in profiles.profile(unit.site.profile).releases:
        return ()  # the profile's closed list (S2), whatever the policy says
    if body.class_name not in policy.release_classes or not policy.surveillance_allowed(body.raised_ms):
        return ()
    if body.cause is Cause.CENTRAL and (policy.central is None or body.camera not in named):
        return ()
    more = _cameras_of_zone(policy, body) if body.cause is Cause.INPUT else set(named)
    others = sorted(more - {body.camera})
    known = Camera.objects.filter(unit=unit, id__in=[UUID(bytes=camera) for camera in others])
    return (UUID(bytes=body.camera), *sorted(known.values_list("id", flat=True)))


def _cameras_of_zone(policy: Policy, body: AlarmBody) -> set[bytes]:
    """The cameras that look at a panel's zone, by the owner's policy; only of a zone at which this camera looks too."""
    zones = [(account.account, zone) for account in policy.local or () for zone in account.zones]
    named = [zone for account, zone in zones if body.zone in (zone.zone, f"{account}/{zone.zone}")]
    return {camera for zone in named if body.camera in zone.cameras for camera in zone.cameras}


def open_window(actor: Actor, new: NewWindow) -> Window:
    """Called by alarms within the alarm's own transaction. The deadline is the policy's; a release may only shorten
    it."""
    with work.transaction(actor) as w:
        deadline = moment(new.raised_ms + new.policy_max_s * 1000)
        window = Window.objects.create(
            alarm_id=new.alarm_id, owner_id=new.unit.owner_id, provider_id=new.unit.provider_id, unit_id=new.unit.id,
            camera_id=new.camera_id, cameras=[str(camera) for camera in new.cameras[: rules.MOST_CAMERAS]],
            arc_party_id=new.arc_party_id, raised_ms=new.raised_ms, policy_max_s=new.policy_max_s,
            look_after=new.look_after, max_viewers=max(1, min(new.max_viewers, rules.MOST_VIEWERS)),
            opened_at=clock.now(), deadline=deadline,
        )  # fmt: skip
        Deadline.objects.create(id=new.alarm_id, kind=DeadlineKind.WINDOW, owner_id=new.unit.owner_id, at=deadline)
        w.publish("window.opened", owner_id=window.owner_id, alarm_id=window.alarm_id, camera_id=window.camera_id)
        return window


def end_window(actor: Actor, alarm_id: UUID, reason: WindowEnd) -> None:
    """From the commit on nothing of it is handed out: every fetch asks. Ending it again is harmless. The pictures
    that a guard has of it end, too; a recall also ends what was reopened of it."""
    with work.transaction(actor) as w:
        window = Window.objects.select_for_update().filter(alarm_id=alarm_id).first()
        recalled = reason is WindowEnd.RECALLED
        guardpictures.end_of_alarm(w, alarm_id, GuardPictureEnd.RECALLED if recalled else GuardPictureEnd.WINDOW)
        if recalled:
            _end_reopenings(w, alarm_id)
        if window is None or window.ended_at is not None:
            if window is not None and reason is WindowEnd.RECALLED and window.end_reason == WindowEnd.EXPIRED.value:
                Window.objects.filter(alarm_id=alarm_id).update(end_reason=reason.value)  # a late recall is one, too
            return
        window.ended_at, window.end_reason = clock.now(), reason.value
        window.save(update_fields=["ended_at", "end_reason"])
        Deadline.objects.filter(id=alarm_id).delete()
        running = Lease.objects.select_for_update().filter(alarm_id=alarm_id, ended_at__isnull=True)
        for lease in running.order_by("id"):
            end_lease(w, lease)
        w.publish("window.ended", owner_id=window.owner_id, alarm_id=alarm_id, camera_id=window.camera_id,
                  unit_id=window.unit_id, reason=reason.value)  # fmt: skip


def lift_hold(actor: Actor, alarm_id: UUID) -> None:
    """Called by alarms within its own transaction: somebody is in danger, and nobody waits for a recall any more."""
    with work.transaction(actor):
        Window.objects.filter(alarm_id=alarm_id, look_after__isnull=False).update(look_after=None)


# --- an earlier alarm, opened once more ---


def reopen_window(
    actor: Actor, alarm_id: UUID, reason: rules.ReopenReason | str, minutes: int = rules.REOPENED_MINUTES
) -> Reopening:
    """What an alarm released can be looked at again, for one of S3's reasons and for a limited time; never more than
    was released then, never what is happening now. The customer is told by event and letter; the reason is logged.

    Raises Denied, UnknownReason, NotReopened, ReopenedAlready.
    """
    try:
        why = rules.ReopenReason(reason)
    except ValueError:
        raise UnknownReason from None
    if not 1 <= minutes <= rules.REOPENED_MINUTES_AT_MOST:
        raise UnknownReason
    with work.transaction(actor) as w:
        window = Window.objects.select_for_update().filter(alarm_id=alarm_id).first()
        gate.require(actor, Action.REOPEN, _alarm_resource(alarm_id, window))
        if window is None or actor.id is None or not rules.may_reopen(why, WindowEnd(window.end_reason or "expired")):
            raise NotReopened
        return _reopen(w, actor.id, window, why, minutes)


def _alarm_resource(alarm_id: UUID, window: Window | None) -> Resource:
    camera = None if window is None else sites.find_camera(window.camera_id)
    if window is None or camera is None:
        return Resource(ResourceKind.ALARM, alarm_id, None, {"alarm": alarm_id})
    of = {"alarm": alarm_id, "camera": camera.id, "unit": camera.unit_id, "site": camera.unit.site_id}
    return Resource(ResourceKind.ALARM, alarm_id, window.owner_id, of)


def _reopen(w: work.Work, person_id: UUID, window: Window, why: rules.ReopenReason, minutes: int) -> Reopening:
    if queries.running_reopening(window.alarm_id) is not None:
        raise ReopenedAlready
    for older in Reopening.objects.select_for_update().filter(alarm_id=window.alarm_id, ended_at__isnull=True):
        end_reopening_now(w, older)  # past its time, and the worker was not there yet
    now = clock.now()
    row = Reopening.objects.create(
        owner_id=window.owner_id, provider_id=window.provider_id, alarm_id=window.alarm_id,
        arc_party_id=window.arc_party_id, reason=why.value, person_id=person_id,
        after_recall=window.end_reason == WindowEnd.RECALLED.value, opened_at=now,
        deadline=now + timedelta(minutes=minutes),
    )  # fmt: skip
    Deadline.objects.create(id=row.id, kind=DeadlineKind.REOPENING, owner_id=row.owner_id, at=row.deadline)
    facts: Facts = {
        "alarm": row.alarm_id, "camera": window.camera_id, "reopening": row.id, "reason": why.value,
        "minutes": minutes, "after_recall": row.after_recall,
    }  # fmt: skip
    w.record(Entry(Kind.REOPENED, row.owner_id, facts, window.camera_id))
    w.publish("window.reopened", owner_id=row.owner_id, alarm_id=row.alarm_id, camera_id=window.camera_id,
              reopening_id=row.id, reason=why.value)  # fmt: skip
    return row


def end_reopening(actor: Actor, alarm_id: UUID) -> None:
    """Before its time, by who looks or by the customer. Ending what has ended is harmless. Raises Denied."""
    with work.transaction(actor) as w:
        window = Window.objects.select_for_update().filter(alarm_id=alarm_id).first()
        gate.require(actor, Action.END, _alarm_resource(alarm_id, window))
        _end_reopenings(w, alarm_id)


def _end_reopenings(w: work.Work, alarm_id: UUID) -> None:
    for row in Reopening.objects.select_for_update().filter(alarm_id=alarm_id, ended_at__isnull=True):
        end_reopening_now(w, row)


def end_reopening_now(w: work.Work, row: Reopening) -> None:
    row.ended_at = min(clock.now(), row.deadline)
    row.save(update_fields=["ended_at"])
    Deadline.objects.filter(id=row.id).delete()
    for lease in Lease.objects.select_for_update().filter(reopening_id=row.id, ended_at__isnull=True).order_by("id"):
        end_lease(w, lease)
    facts: Facts = {"alarm": row.alarm_id, "reopening": row.id}
    w.record(Entry(Kind.REOPENING_ENDED, row.owner_id, facts, row.alarm_id))
    w.publish("reopening.ended", owner_id=row.owner_id, alarm_id=row.alarm_id, reopening_id=row.id)


def end_overdue_reopening(owner_id: UUID, reopening_id: UUID) -> None:
    """The worker: a reopening past its time. (Nothing was handed out since: the door asks the clock.)"""
    with work.transaction(system(owner_id)) as w:
        row = Reopening.objects.select_for_update().filter(id=reopening_id, ended_at__isnull=True).first()
        if row is None:
            Deadline.objects.filter(id=reopening_id).delete()
        elif row.deadline <= clock.now():
            end_reopening_now(w, row)


# --- leases ---


_lease_ends: list[Callable[[work.Work, Lease], None]] = []


def when_lease_ends(tell: Callable[[work.Work, Lease], None]) -> Callable[[work.Work, Lease], None]:
    """Registers what has to happen with every end of a view, however it comes."""
    _lease_ends.append(tell)
    return tell


def end_lease(w: work.Work, lease: Lease) -> None:
    """Within the running work: the view's last entry says how long it lasted."""
    now = clock.now()
    lease.ended_at = min(now, lease.expires_at)
    lease.save(update_fields=["ended_at"])
    LeaseShare.objects.filter(lease=lease).delete()
    Deadline.objects.filter(id=lease.id).delete()
    seconds = max(0, round((lease.ended_at - lease.opened_at) / timedelta(seconds=1)))
    facts: Facts = {
        "lease": lease.id, "camera": lease.camera_id, "track": lease.track, "alarm": lease.alarm_id,
        "person": lease.person_id, "party": lease.party_id, "seconds": seconds,
    }  # fmt: skip
    w.record(Entry(Kind.VIEW_ENDED, lease.owner_id, facts, lease.camera_id))
    w.publish("view.ended", owner_id=lease.owner_id, lease_id=lease.id, camera_id=lease.camera_id)
    for tell in _lease_ends:
        tell(w, lease)


def end_overdue_window(owner_id: UUID, alarm_id: UUID) -> None:
    """The worker: a window past its time. (Nothing was handed out since: the door asks the clock.)"""
    with work.transaction(system(owner_id)):
        window = Window.objects.filter(alarm_id=alarm_id, ended_at__isnull=True).first()
        if window is not None and window.deadline > clock.now():
            return
        end_window(system(owner_id), alarm_id, WindowEnd.EXPIRED)
        Deadline.objects.filter(id=alarm_id).delete()


def end_overdue_lease(owner_id: UUID, lease_id: UUID) -> None:
    """The worker: a lease that nobody renewed has ended; its last entry is written. One that was renewed waits on."""
    with work.transaction(system(owner_id)) as w:
        lease = Lease.objects.select_for_update().filter(id=lease_id, ended_at__isnull=True).first()
        if lease is None:
            Deadline.objects.filter(id=lease_id).delete()
        elif lease.expires_at > clock.now():
            Deadline.objects.filter(id=lease_id).update(at=lease.expires_at)
        else:
            end_lease(w, lease)
