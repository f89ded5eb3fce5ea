# SPDX-License-Identifier: EUPL-1.2
"""A recording that is planted each night in a tenant of its own, and searched for when its term is over (C13, S4).

The tenant is nobody's customer and shows nothing: its site has the provider's strictest profile, its unit's key was
thrown away, and its pictures are random bytes with a mark that stands nowhere else. Retention does not know it from any
other recording; who finds it after its term has found a promise broken. Nothing here deletes it.
It is searched for in rows, objects and keys, and in a copy of the database (backups.trial).
"""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from uuid import UUID, uuid5

from zegel.declare import profiles
from zegel.declare.vocabulary import Term
from zegel.seal.suite import SigningKey, Suite
from zegel.server.backups import queries as copies
from zegel.server.backups import questions
from zegel.server.footage import pack_writer
from zegel.server.footage.models import Epoch, Pack, Segment
from zegel.server.footage.rules import Track
from zegel.server.kernel import clock, ids, shred, storage, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.storage import NotFound
from zegel.server.people import actions as people
from zegel.server.people.models import Party
from zegel.server.people.roles import Language, PartyKind
from zegel.server.promises.models import Canary
from zegel.server.sites.models import Camera, Site, Unit, UnitKey
from zegel.server.tasks import scope

_NAMES = UUID("7a656765-6c00-4000-8000-63616e617279")
NAME = "Canary"
SIZE = 4096
GRACE = timedelta(hours=26)
MOST = 60
IN_COPY = "promises.canary"


def party_of(provider_id: UUID) -> UUID:
    """The canary's tenant of a provider."""
    raw = bytearray(uuid5(_NAMES, str(provider_id)).bytes)
    raw[6] = (raw[6] & 0x0F) | 0x40
    return UUID(bytes=bytes(raw))


def plant(provider_id: UUID) -> Canary:
    """A recording of now; due when the term of its profile is over."""
    owner = party_of(provider_id)
    camera = _camera(owner)
    days = profiles.days(profiles.STRICTEST, Term.SURVEILLANCE_IMAGES)
    marker, epoch_id, now = os.urandom(32), ids.new(), clock.now()
    stored = pack_writer.put(epoch_id, [(marker + os.urandom(SIZE - 32))])
    number = shred.next_number("epoch")
    with work.transaction(system(owner)):
        mine = {"owner_id": owner, "provider_id": owner}
        epoch = Epoch.objects.create(
            id=epoch_id, unit_id=camera.unit_id, camera_id=camera.id, track=Track.SURVEILLANCE, number=clock.ms(now),
            suite=Suite.CLASSIC, start_ms=clock.ms(now), hash=os.urandom(32), keyset_hash=bytes(32),
            policy_hash=bytes(32), shred=number, wrapped=shred.wrap("epoch", number, marker, epoch_id.bytes),
            received_at=now, closed_at=now, **mine,
        )  # fmt: skip
        pack = Pack.objects.create(epoch=epoch, compacted_at=now, **mine)
        offset = pack_writer.append(pack, stored)[0]
        Segment.objects.create(
            epoch=epoch, seq=0, slot=0, random_access=True, offset=offset, size=SIZE, sha256=os.urandom(32), **mine
        )
        return Canary.objects.create(
            id=ids.new(), epoch_id=epoch_id, key=stored.key, shred=number, marker=hashlib.sha256(marker).digest(),
            planted_at=now, due_at=now + timedelta(days=days), **mine,
        )  # fmt: skip


def _camera(owner: UUID) -> Camera:
    """The tenant with its site, unit and camera; made when it is not there."""
    with tenancy.acting_as(owner):
        found = Camera.objects.filter(owner_id=owner).select_related("unit").first()
        known = Party.objects.filter(id=owner).exists()
    if found is not None:
        return found
    if not known:
        people.create_party(system(), PartyKind.COMPANY, NAME, "NL", Language.EN, party_id=owner)
    key, now = SigningKey.generate(), clock.now()
    with work.transaction(system(owner)):
        mine = {"owner_id": owner, "provider_id": owner}
        site = Site.objects.create(
            id=ids.new(), name=NAME, address="-", tz="UTC", profile=profiles.STRICTEST, created_at=now, **mine
        )
        unit = Unit.objects.create(
            id=ids.new(), site=site, name=NAME, sign_pk=key.public_key, fingerprint=key.fingerprint,
            pairing_id=ids.new(), paired_at=now, last_seen_at=now, **mine,
        )  # fmt: skip
        UnitKey.objects.create(fingerprint=key.fingerprint, unit_id=unit.id, owner_id=owner)
        return Camera.objects.create(id=ids.new(), unit=unit, name=NAME, **mine)


def searched(provider_id: UUID) -> tuple[int, list[str]]:
    """How many planted recordings are past their term, and what of them was found: row, object or key here, or anything
    in last night's copy of the database, which the nightly trial put back aside and searched."""
    owner = party_of(provider_id)
    at, _looked, kept = copies.found_in_copy(IN_COPY)
    found = [] if at is None or not kept else [f"copy_{at:%Y-%m-%d}"]
    with tenancy.acting_as(owner):
        due = Canary.objects.filter(owner_id=owner, due_at__lt=clock.now() - GRACE).order_by("-due_at")[:MOST]
        for row in due:
            found += [f"{what}_{row.id}" for what in _left_of(row)]
        return len(due), found


def _left_of(row: Canary) -> list[str]:
    left = []
    if Epoch.objects.filter(id=row.epoch_id).exists() or Segment.objects.filter(epoch_id=row.epoch_id).exists():
        left.append("row")
    try:
        storage.store().size(row.key)
        left.append("object")
    except NotFound:
        pass
    if any(True for _ in storage.store().list(pack_writer.folder_of(row.epoch_id))):
        left.append("folder")
    if not shred.is_destroyed("epoch", row.shred):
        left.append("key")
    return left


@questions.search(IN_COPY)
def in_copy(fresh: bool) -> tuple[int, int]:
    """Within a copy of the installation that was put back aside (backups.questions). `fresh`: those whose term is not
    over must still be found by the same attempt, else it is blind; else those that are past it must not."""
    looked = found = 0
    for provider_id in scope.providers():
        owner, now = party_of(provider_id), clock.now()
        with tenancy.acting_as(owner):
            rows = Canary.objects.filter(owner_id=owner)
            rows = rows.filter(due_at__gt=now + GRACE) if fresh else rows.filter(due_at__lt=now - GRACE)
            for row in rows.order_by("-due_at")[: 1 if fresh else MOST]:
                looked += 1
                found += _opens(row) or (not fresh and Segment.objects.filter(epoch_id=row.epoch_id).exists())
    return looked, found


def _opens(row: Canary) -> bool:
    """Whether its secret can be had of what this database and this shred store hold."""
    epoch = Epoch.objects.filter(id=row.epoch_id).first()
    if epoch is None:
        return False
    try:
        secret = shred.unwrap("epoch", epoch.shred, bytes(epoch.wrapped), epoch.id.bytes)
    except shred.ShredError:
        return False
    return hashlib.sha256(secret).digest() == bytes(row.marker)


def forget_old(provider_id: UUID) -> None:
    """Rows of canaries that have been gone for long: what was planted, not what was found."""
    owner = party_of(provider_id)
    with work.transaction(system(owner)):
        for row in Canary.objects.filter(owner_id=owner, due_at__lt=clock.now() - timedelta(days=40)):
            if not _left_of(row):
                row.delete()
