# SPDX-License-Identifier: EUPL-1.2
"""Grants: an owner's client sealed keys to somebody; here they are kept, handed out by the door, and destroyed.

The principles that keep them safe:
- A grant is verified before a byte of it is kept: signed by the acting owner's key of the unit's keyset, over epochs of
  exactly that camera and track. What it seals is nothing to this server: it opens for its recipient only.
- For maintenance it reaches the live picture, its first 900 seconds at most, to the provider who serves the owner now.
  A newer one for the same camera ends the older one.
- Each lies under its own shred key. When it ends, that key is destroyed: what ended does not come back, from no back-up
  either. The door asks the clock as well, so a slow worker prolongs nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from zegel.seal import envelope as seal_envelope
from zegel.seal import grant as seal_grant
from zegel.seal.errors import SealError
from zegel.server import gate
from zegel.server.footage import actions, queries
from zegel.server.footage.errors import GrantRefused, NothingToShow
from zegel.server.footage.models import Deadline, DeadlineKind, Epoch, Grant, Lease
from zegel.server.footage.rules import LIVE_SLOTS, SLOT_MS, GrantPurpose, Purpose, Track
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, shred, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.sites import queries as sites
from zegel.server.sites.actions import Facts, moment
from zegel.server.sites.models import Camera


def store_grant(actor: Actor, envelope: bytes) -> Grant:
    """The signed grant of the acting owner. Storing it twice is storing it once. Raises Denied, GrantRefused."""
    with work.transaction(actor) as w:
        grant, camera = _verified(actor, envelope)
        known = Grant.objects.filter(id=UUID(bytes=grant.grant)).first()
        if known is not None:
            if known.ended_at is None and queries.grant_envelope(known) == envelope:
                return known
            raise GrantRefused("another grant has this identifier, or it has ended")
        purpose = _allowed(grant, camera)
        if purpose is GrantPurpose.MAINTENANCE:
            _end_older(w, camera.id)
        return _store(w, camera, grant, purpose, envelope)


def _verified(actor: Actor, envelope: bytes) -> tuple[seal_grant.Grant, Camera]:
    try:
        said = seal_grant.Grant.decode(seal_envelope.read_unverified(envelope, seal_grant.Grant.NAME).body)
    except SealError as error:
        raise GrantRefused(str(error)) from None
    camera = sites.find_camera(UUID(bytes=said.camera))
    if camera is None:
        raise NothingToShow
    of = {"unit": camera.unit_id, "site": camera.unit.site_id}
    gate.require(actor, Action.GRANT, Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of))
    keyset = sites.newest_keyset(camera.unit)
    if keyset is None:
        raise GrantRefused("the unit has no keyset")
    try:
        grant = seal_grant.verify_grant(envelope, keyset, now_ms=clock.now_ms())
    except SealError as error:
        raise GrantRefused(str(error)) from None
    if actor.id is None or grant.granter != actor.id.bytes:
        raise GrantRefused("it is signed by another person than the one who sends it")
    return grant, camera


def _allowed(grant: seal_grant.Grant, camera: Camera) -> GrantPurpose:
    """Raises GrantRefused for what a grant of that purpose may not give."""
    try:
        purpose = GrantPurpose(grant.purpose)
    except ValueError:
        raise GrantRefused("there are no grants for that purpose") from None
    epochs = {UUID(bytes=part.epoch) for part in grant.ranges}
    known = Epoch.objects.filter(id__in=epochs, camera_id=camera.id, track=int(grant.track))
    if purpose is not GrantPurpose.KEPT:  # of one whose root is gone already, less can still be kept
        known = known.exclude(wrapped=b"")
    if known.count() != len(epochs):
        raise GrantRefused("it reaches into an epoch that is not this camera's and track's")
    recipient = UUID(bytes=grant.recipient_party)
    if purpose is GrantPurpose.KEPT:
        if recipient != camera.owner_id:
            raise GrantRefused("what is kept is kept by the owner himself")
        return purpose
    _check_maintenance(grant, camera, recipient, len(epochs))
    return purpose


def _check_maintenance(grant: seal_grant.Grant, camera: Camera, recipient: UUID, epochs: int) -> None:
    if int(grant.track) != Track.LIVE or epochs != 1 or len(grant.ranges) != 1 or grant.ranges[0].start != 0:
        raise GrantRefused("for maintenance only the beginning of one live picture is granted")
    if grant.ranges[0].end > LIVE_SLOTS or grant.expires_ms - grant.issued_ms > LIVE_SLOTS * SLOT_MS:
        raise GrantRefused(f"a live picture is granted for {LIVE_SLOTS} seconds at most")
    if not people.serves(recipient, camera.owner_id, RelationKind.PROVIDER):
        raise GrantRefused("maintenance is granted to the owner's provider only")


def _store(w: work.Work, camera: Camera, grant: seal_grant.Grant, purpose: GrantPurpose, envelope: bytes) -> Grant:
    number, grant_id = shred.next_number("grant"), UUID(bytes=grant.grant)
    row = Grant.objects.create(
        id=grant_id, owner_id=camera.owner_id, provider_id=camera.provider_id, unit_id=camera.unit_id,
        camera_id=camera.id, track=int(grant.track),
        ranges=[[str(UUID(bytes=part.epoch)), part.start, part.end] for part in grant.ranges],
        purpose=purpose.value, person_id=UUID(bytes=grant.granter),
        recipient_party_id=UUID(bytes=grant.recipient_party), recipient=grant.recipient,
        issued_at=moment(grant.issued_ms), expires_at=moment(grant.expires_ms), shred=number,
        wrapped=shred.wrap("grant", number, envelope, grant_id.bytes),
    )  # fmt: skip
    Deadline.objects.create(id=row.id, kind=DeadlineKind.GRANT, owner_id=row.owner_id, at=row.expires_at)
    facts: Facts = {
        "grant": row.id, "camera": camera.id, "track": row.track, "purpose": row.purpose,
        "recipient": row.recipient_party_id, "slots": sum(part.end - part.start for part in grant.ranges),
        "until_ms": grant.expires_ms,
    }  # fmt: skip
    kind = Kind.KEPT if purpose is GrantPurpose.KEPT else Kind.GRANT
    w.record(Entry(kind, row.owner_id, facts, camera.id))
    w.publish("grant.stored", owner_id=row.owner_id, grant_id=row.id, camera_id=camera.id, purpose=row.purpose)
    return row


def revoke_grant(actor: Actor, grant_id: UUID) -> None:
    """The owner takes it back before its time. Revoking what has ended is harmless. Raises Denied, NothingToShow."""
    with work.transaction(actor) as w:
        row = Grant.objects.select_for_update().filter(id=grant_id).first()
        if row is None:
            raise NothingToShow
        gate.require(actor, Action.GRANT, Resource(ResourceKind.CAMERA, row.camera_id, row.owner_id))
        end_grant_now(w, row, revoked=True)


def end_grant_now(w: work.Work, row: Grant, *, revoked: bool) -> None:
    """Within the running work, by a room that may: the key is destroyed, and who looks by it looks no more."""
    if row.ended_at is not None:
        return
    now = clock.now()
    row.ended_at = min(now, row.expires_at)
    row.revoked_at = now if revoked and now < row.expires_at else None
    _destroy(row)
    Deadline.objects.filter(id=row.id).delete()
    if row.purpose == GrantPurpose.MAINTENANCE.value:
        _end_leases(w, row)
    facts: Facts = {"grant": row.id, "camera": row.camera_id, "purpose": row.purpose, "revoked": revoked}
    w.record(Entry(Kind.GRANT_ENDED, row.owner_id, facts, row.camera_id))
    w.publish("grant.ended", owner_id=row.owner_id, grant_id=row.id, camera_id=row.camera_id, purpose=row.purpose)


def _destroy(row: Grant) -> None:
    if row.shred is not None:
        shred.destroy("grant", row.shred)
    row.shred, row.wrapped = None, None
    row.save(update_fields=["ended_at", "revoked_at", "shred", "wrapped"])


def _end_leases(w: work.Work, row: Grant) -> None:
    looking = Lease.objects.select_for_update().filter(
        camera_id=row.camera_id, party_id=row.recipient_party_id, purpose=Purpose.MAINTENANCE.value,
        ended_at__isnull=True,
    )  # fmt: skip
    for lease in looking.order_by("id"):
        actions.end_lease(w, lease)


def _end_older(w: work.Work, camera_id: UUID) -> None:
    running = Grant.objects.select_for_update().filter(
        camera_id=camera_id, purpose=GrantPurpose.MAINTENANCE.value, ended_at__isnull=True
    )
    for row in running.order_by("id"):
        end_grant_now(w, row, revoked=True)


def end_overdue_grant(owner_id: UUID, grant_id: UUID) -> None:
    """The worker: a grant past its time. (Nothing was handed out since: the door asks the clock.)"""
    with work.transaction(system(owner_id)) as w:
        row = Grant.objects.select_for_update().filter(id=grant_id, ended_at__isnull=True).first()
        if row is None:
            Deadline.objects.filter(id=grant_id).delete()
        elif row.expires_at <= clock.now():
            end_grant_now(w, row, revoked=False)


def forget_into(epochs: Collection[UUID]) -> None:
    """Within a forgetting: the keys of every grant of which any range lies in these epochs."""
    of_units = Epoch.objects.filter(id__in=list(epochs)).values("unit_id")
    rows = Grant.objects.filter(unit_id__in=of_units, wrapped__isnull=False)
    dead = [row for row in rows if any(part.epoch in epochs for part in queries.granted_ranges(row))]
    shred.destroy("grant", *(row.shred for row in dead if row.shred is not None))
    Grant.objects.filter(id__in=[row.id for row in dead]).update(wrapped=None, shred=None, ended_at=clock.now())
    Deadline.objects.filter(id__in=[row.id for row in dead]).delete()
