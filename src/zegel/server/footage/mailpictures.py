# SPDX-License-Identifier: EUPL-1.2
"""Pictures that came by mail: sealed on arrival here. They leave through the door, as all images do.

What keeps it safe:
- The readable picture is in this process's memory between the last byte of the mail and `take_in`, and nowhere else: on
  no disk, in no row, log or error. That is the weaker class, and every screen that shows one says so.
- It is sealed to the customer, and to the alarm centre that serves him now, each copy of its key under a shred key of
  its own. When its mail made no alarm the centre's copy is destroyed.
- A centre's yes at the door needs the alarm of this very mail, open, in its hands, and not older than
  `CENTRE_MAY_LOOK`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from zegel.seal.arckey import ArcKey
from zegel.seal.envelope import verify
from zegel.seal.errors import SealError
from zegel.seal.sealedfile import MailPicture as Sealed
from zegel.seal.sealedfile import encrypt_file
from zegel.seal.suite import Suite, open_fingerprint
from zegel.server.footage.models import MailPicture
from zegel.server.kernel import clock, ids, shred, storage, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import actions as ledger
from zegel.server.people import queries as people

PREFIX = "mail"
CENTRE_MAY_LOOK = timedelta(minutes=30)
NEWEST = 200


@dataclass(frozen=True)
class Arrived:
    """A mail's pictures, readable: (media type, bytes) each. Never log, store or compare one of these."""

    owner_id: UUID
    provider_id: UUID
    site_id: UUID
    camera_id: UUID
    signal_id: UUID
    received_ms: int
    pictures: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"Arrived(camera={self.camera_id}, {len(self.pictures)} pictures)"


@dataclass(frozen=True)
class _Recipient:
    party_id: UUID
    suite: Suite
    open_pk: bytes


# --- in ---


def take_in(arrived: Arrived) -> Sequence[UUID]:
    """Seals and stores them; durable when it returns. Raises NothingToSealTo when the customer has no key yet."""
    with work.transaction(system(arrived.owner_id)) as w:
        owner, arc = _owner(arrived.owner_id), _arc(arrived.owner_id)
        rows = [_stored(arrived, media_type, picture, owner, arc) for media_type, picture in arrived.pictures]
        for row in rows:
            w.publish("mailpicture.stored", owner_id=row.owner_id, picture_id=row.id, camera_id=row.camera_id)
        return [row.id for row in rows]


class NothingToSealTo(LookupError):
    """The customer has no opening key: his picture can be kept from everybody only by not keeping it."""


def _owner(owner_id: UUID) -> _Recipient:
    found = people.tenant_open_key(owner_id, seen_by=owner_id)
    if found is None:
        raise NothingToSealTo
    return _Recipient(owner_id, Suite(found[0]), found[1])


def _arc(owner_id: UUID) -> _Recipient | None:
    """The centre that serves him now, by a key that it certified and that has not expired."""
    found = people.current_arc_key(owner_id)
    card = None if found is None else people.arc_card(found[0])
    if found is None or card is None:
        return None
    try:
        key = ArcKey.decode(verify(found[1], ArcKey.NAME, [card.sign_pk]))
    except SealError:
        return None
    return _Recipient(found[0], key.suite, key.open_pk) if key.expires_ms > clock.now_ms() else None


def _stored(
    arrived: Arrived, media_type: str, picture: bytes, owner: _Recipient, arc: _Recipient | None
) -> MailPicture:  # fmt: skip
    picture_id, secret = ids.new(), os.urandom(32)
    ciphertext = encrypt_file(Sealed, picture_id.bytes, secret, picture)
    header = Sealed(
        owner.suite, picture_id.bytes, arrived.camera_id.bytes, b"", b"", arrived.received_ms, media_type, len(picture),
        hashlib.sha256(ciphertext).digest(),
    )  # fmt: skip
    key = f"{PREFIX}/{picture_id.hex[:2]}/{picture_id.hex}"
    storage.store().put(key, ciphertext)
    number, wrapped = _wrapped("epoch", picture_id, header, secret, owner)
    arc_number, arc_wrapped = (None, None) if arc is None else _wrapped("release", picture_id, header, secret, arc)
    return MailPicture.objects.create(
        id=picture_id, owner_id=arrived.owner_id, provider_id=arrived.provider_id, site_id=arrived.site_id,
        camera_id=arrived.camera_id, signal_id=arrived.signal_id, media_type=media_type, size=len(picture), key=key,
        sha256=header.ciphertext_hash, received_ms=arrived.received_ms, shred=number, wrapped=wrapped,
        arc_party_id=None if arc is None else arc.party_id, arc_shred=arc_number, arc_wrapped=arc_wrapped,
    )  # fmt: skip


def _wrapped(purpose: str, picture_id: UUID, header: Sealed, secret: bytes, to: _Recipient) -> tuple[int, bytes]:
    """The key sealed to that party, under a shred key of its own."""
    named = replace(
        header,
        suite=to.suite,
        recipient=to.party_id.bytes,
        recipient_fingerprint=open_fingerprint(to.suite, to.open_pk),
    )
    number = shred.next_number(purpose)
    return number, shred.wrap(purpose, number, ledger.sign_mailpicture(named, secret, to.open_pk), picture_id.bytes)


def attach(signal_ids: Collection[UUID], alarm_id: UUID | None) -> None:
    """What became of the mails: an alarm; or nothing (None), and the centre's copies are destroyed. Within an acting
    party's transaction."""
    rows = MailPicture.objects.filter(signal_id__in=list(signal_ids))
    if alarm_id is not None:
        rows.update(alarm_id=alarm_id)
        return
    gone = [number for number in rows.values_list("arc_shred", flat=True) if number is not None]
    shred.destroy("release", *gone)
    rows.update(arc_party_id=None, arc_shred=None, arc_wrapped=None)


# --- what there is ---


def of_alarm(actor: Actor, alarm_id: UUID) -> Sequence[MailPicture]:
    """What there is, not what is in it."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = MailPicture.objects.filter(alarm_id=alarm_id).defer("wrapped", "arc_wrapped")
        return list(found.order_by("received_ms")[:NEWEST])


def of_camera(actor: Actor, camera_id: UUID) -> Sequence[MailPicture]:
    with tenancy.acting_as(actor.party_id, actor.id):
        found = MailPicture.objects.filter(camera_id=camera_id).defer("wrapped", "arc_wrapped")
        return list(found.order_by("-received_ms")[:NEWEST])
