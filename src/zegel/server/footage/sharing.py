# SPDX-License-Identifier: EUPL-1.2
"""An operator gives the guard whom he sent a picture of what he sees: one still, sealed in his browser to that guard's
key.

What keeps it within bounds:
- The same facts as a look, a running look of his own at that camera, the alarm in his own hand; and the owner's word
  for the site, an errand that runs, and a place among the few pictures that one errand may have. The gate asks for
  each.
- The server sees ciphertext only. It checks that the object speaks of this camera, this errand and this errand's key,
  so that nothing sealed for somebody else is stored here.
- It is written down before anybody can open it. Whether the guard's words were compared is the operator's own word.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from uuid import UUID

from zegel.seal.errors import SealError
from zegel.seal.sealedfile import GuardPicture as Sealed
from zegel.seal.suite import Suite, open_fingerprint
from zegel.server.footage import door, guardpictures
from zegel.server.footage.errors import GuardPictureRefused, KeyNotCompared, NotLooking
from zegel.server.footage.models import Deadline, DeadlineKind, GuardPicture, Lease
from zegel.server.footage.rules import Purpose
from zegel.server.gate import Action
from zegel.server.kernel import clock, shred, storage, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites.models import Camera

MOST_OFF_MS = 120_000
"""So far the operator's clock may be from ours: the picture says when it was on his screen."""


@dataclass(frozen=True)
class Errand:
    """Whose picture it will be: a guard's errand and the key that his phone offered for it."""

    dispatch_id: UUID
    guard_id: UUID
    alarm_id: UUID
    suite: Suite
    open_pk: bytes

    @property
    def fingerprint(self) -> bytes:
        return open_fingerprint(self.suite, self.open_pk)


@dataclass(frozen=True)
class Still:
    """What the operator's browser made: the object with the sealed key, the ciphertext, and his word that the guard
    read him the words of that key."""

    camera_id: UUID
    object: bytes
    ciphertext: bytes
    compared: bool


def share(actor: Actor, errand: Errand, still: Still) -> GuardPicture:
    """Stored for that guard when this returns, and written down. Sending the same one again is harmless.

    Within the running work of `looking_as(actor, …)`. Raises Denied, NotLooking, KeyNotCompared, GuardPictureRefused,
    StorageError.
    """
    lease = _looking(actor, errand.alarm_id, still.camera_id)
    if not still.compared:
        raise KeyNotCompared
    said = _checked(errand, still)
    with work.transaction(actor) as w:
        picture_id = UUID(bytes=said.file)
        known = GuardPicture.objects.filter(id=picture_id).first()
        if known is not None and known.sent_by == actor.id and bytes(known.sha256) == said.ciphertext_hash:
            return known
        camera = door.for_guard(actor, Action.SHARE, errand.alarm_id, still.camera_id, errand.dispatch_id)
        if known is not None:
            raise GuardPictureRefused("another picture has this identifier")
        row = _stored(actor, camera, errand, said, still)
        _record(w, row, lease, said)
        return row


def looking_as(actor: Actor) -> Actor:
    """The same person, saying why: a picture is sent for judging the alarm and for nothing else."""
    return replace(actor, purpose=Purpose.ALARM_VERIFICATION.value)


def _looking(actor: Actor, alarm_id: UUID, camera_id: UUID) -> Lease:
    lease = door.looking(actor, alarm_id, camera_id)
    if lease.purpose != Purpose.ALARM_VERIFICATION.value:
        raise NotLooking
    return lease


def _checked(errand: Errand, still: Still) -> Sealed:
    if not 1 <= len(still.ciphertext) <= guardpictures.LARGEST:
        raise GuardPictureRefused("it is empty or too large")
    try:
        said = Sealed.decode(still.object)
    except SealError as error:
        raise GuardPictureRefused(str(error)) from None
    if said.about != still.camera_id.bytes or said.recipient != errand.dispatch_id.bytes:
        raise GuardPictureRefused("it is of another camera or errand")
    if said.suite is not errand.suite or said.recipient_fingerprint != errand.fingerprint:
        raise GuardPictureRefused("it is sealed to another key than the guard's phone offered")
    if hashlib.sha256(still.ciphertext).digest() != said.ciphertext_hash:
        raise GuardPictureRefused("it did not arrive whole")
    if abs(said.made_ms - clock.now_ms()) > MOST_OFF_MS:
        raise GuardPictureRefused("it is not of now")
    return said


def _stored(actor: Actor, camera: Camera, errand: Errand, said: Sealed, still: Still) -> GuardPicture:
    """The ciphertext is durable first. One whose row is never committed opens for nobody: its sealed key was not
    kept."""
    picture_id, now = UUID(bytes=said.file), clock.now()
    assert actor.id is not None
    assert actor.party_id is not None
    key = f"{guardpictures.PREFIX}/{picture_id.hex[:2]}/{picture_id.hex}"
    storage.store().put(key, still.ciphertext)
    number = shred.next_number("grant")
    row = GuardPicture.objects.create(
        id=picture_id, owner_id=camera.owner_id, provider_id=camera.provider_id, site_id=camera.unit.site_id,
        camera_id=camera.id, alarm_id=errand.alarm_id, dispatch_id=errand.dispatch_id, guard_id=errand.guard_id,
        sent_by=actor.id, sent_party=actor.party_id, sent_role=actor.role or "", sent_at=now, made_ms=said.made_ms,
        expires_at=now + guardpictures.LASTS, size=len(still.ciphertext), key=key, sha256=said.ciphertext_hash,
        recipient=said.recipient_fingerprint, shred=number,
        wrapped=shred.wrap("grant", number, still.object, picture_id.bytes),
    )  # fmt: skip
    Deadline.objects.create(id=row.id, kind=DeadlineKind.GUARD, owner_id=row.owner_id, at=row.expires_at)
    return row


def _record(w: work.Work, row: GuardPicture, lease: Lease, said: Sealed) -> None:
    facts: dict[str, Fact] = {
        "picture": row.id, "alarm": row.alarm_id, "camera": row.camera_id, "dispatch": row.dispatch_id,
        "guard": row.guard_id, "view": lease.id, "recipient": said.recipient_fingerprint, "hash": said.ciphertext_hash,
        "size": said.size, "made_ms": row.made_ms, "until_ms": clock.ms(row.expires_at),
        "clear": lease.verified_at is not None, "compared": True, "purpose": lease.purpose, "role": w.actor.role or "",
        "address": w.actor.address[:64],
    }  # fmt: skip
    w.record(Entry(Kind.GUARD_PICTURE, row.owner_id, facts, row.camera_id))
    w.publish("guard_picture.sent", owner_id=row.owner_id, picture_id=row.id, alarm_id=row.alarm_id,
              dispatch_id=row.dispatch_id, camera_id=row.camera_id)  # fmt: skip
