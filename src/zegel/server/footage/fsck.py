# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of footage: index against packs, sealed objects against their shred keys, views and releases
against the ledger. It reads ciphertext to compare hashes, hands nothing out and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from zegel.seal.envelope import Envelope
from zegel.seal.manifest import Manifest as Body
from zegel.server.footage.models import (
    Deleted,
    Epoch,
    GuardPicture,
    Lease,
    Manifest,
    Pack,
    Part,
    Release,
    Segment,
    Window,
)
from zegel.server.footage.pack_writer import PREFIX
from zegel.server.kernel import clock, shred, storage, tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.sites import queries as sites

SEGMENTS_AT_ONCE = 500


def _owners() -> Iterator[UUID]:
    """Each owner in turn, within his own rows."""
    for owner_id in sites.owners_with_units():
        with tenancy.acting_as(owner_id):
            yield owner_id


@invariant("footage.packs_hold_what_the_index_says")
def packs() -> Iterator[str]:
    """Every part has its object, parts follow each other without gap, and every segment has the hash its row says."""
    for _owner in _owners():
        for pack in Pack.objects.order_by("epoch_id"):
            yield from _pack(pack)


def _pack(pack: Pack) -> Iterator[str]:
    at, deleted = 0, Deleted.objects.filter(epoch_id=pack.epoch_id).exists()
    parts: list[tuple[int, bytes]] = []
    for part in Part.objects.filter(pack=pack).order_by("offset"):
        if part.offset != at and not (deleted and part.offset > at):
            yield f"pack {pack.epoch_id}: part {part.number} begins at {part.offset}, not at {at}"
        data = _object(part)
        if len(data) != part.size:
            yield f"pack {pack.epoch_id}: the object of part {part.number} has {len(data)} bytes, not {part.size}"
        parts.append((part.offset, data))
        at = part.offset + part.size
    if at != pack.size and not deleted:
        yield f"pack {pack.epoch_id}: its parts hold {at} bytes, its row says {pack.size}"
    for segment in Segment.objects.filter(epoch_id=pack.epoch_id).order_by("offset").iterator(SEGMENTS_AT_ONCE):
        if hashlib.sha256(_piece(parts, segment.offset, segment.size)).digest() != bytes(segment.sha256):
            yield f"segment {segment.epoch_id}.{segment.seq} is not what was stored"


def _object(part: Part) -> bytes:
    try:
        return storage.store().get(part.key)
    except storage.StorageError:
        return b""


def _piece(parts: list[tuple[int, bytes]], offset: int, size: int) -> bytes:
    for start, data in parts:
        if start <= offset < start + len(data):
            return data[offset - start : offset - start + size]
    return b""


@invariant("footage.every_object_belongs_to_a_pack")
def orphans() -> Iterator[str]:
    """Every object under the packs' folder is named by a row: others hold ciphertext that nobody would ever forget."""
    named: set[str] = set()
    for _owner in _owners():
        named.update(Part.objects.values_list("key", flat=True))
    for key in storage.store().list(PREFIX):
        if key not in named:
            yield f"object {key} belongs to no pack"


@invariant("footage.manifests_agree_with_segments")
def manifests() -> Iterator[str]:
    """What the units' signed manifests list is what is stored; an epoch that is closed has all it promises."""
    for _owner in _owners():
        for row in Manifest.objects.iterator(SEGMENTS_AT_ONCE):
            body = Body.decode(Envelope.decode(bytes(row.envelope)).body)
            hashes = dict(
                Segment.objects.filter(
                    epoch_id=row.epoch_id, seq__in=[entry.sequence for entry in body.entries]
                ).values_list("seq", "sha256")
            )  # fmt: skip
            for entry in body.entries:
                if entry.sequence in hashes and bytes(hashes[entry.sequence]) != entry.sha256:
                    yield f"segment {row.epoch_id}.{entry.sequence} differs from its signed manifest"


@invariant("footage.sealed_objects_have_their_shred_key")
def sealed() -> Iterator[str]:
    """Every sealed root and release opens its outer wrapping, unless it was forgotten."""
    for _owner in _owners():
        for epoch in Epoch.objects.iterator(SEGMENTS_AT_ONCE):
            yield from _unwraps("epoch", epoch.shred, bytes(epoch.wrapped), epoch.id.bytes, str(epoch.id))
        for release in Release.objects.filter(wrapped__isnull=False).iterator(SEGMENTS_AT_ONCE):
            name = bytes(release.hash).hex()[:16]
            yield from _unwraps("release", release.shred or 0, bytes(release.wrapped or b""), bytes(release.hash), name)
        for row in GuardPicture.objects.filter(wrapped__isnull=False):
            yield from _unwraps("grant", row.shred or 0, bytes(row.wrapped or b""), row.id.bytes, str(row.id))


def _unwraps(purpose: str, number: int, wrapped: bytes, associated: bytes, name: str) -> Iterator[str]:
    if shred.is_destroyed(purpose, number):
        return
    try:
        # the answer is thrown away: only whether it opens matters here
        shred.store().unwrap(purpose, number, wrapped, associated)
    except shred.ShredError as error:
        yield f"{purpose} {name}: {error}"


@invariant("footage.views_and_releases_are_in_the_ledger")
def logged() -> Iterator[str]:
    """Every view and every release that is stored has its entry in the ledger."""
    for owner_id in _owners():
        leases = {row.id.bytes: row.ledger_index for row in Lease.objects.all()}
        entries = ledger.entries([Kind.VIEW, Kind.RELEASE], owner_id, since_ms=0)
        if len(entries) >= ledger.MOST_AT_ONCE:
            oldest = entries[-1].index
            leases = {key: index for key, index in leases.items() if index > oldest}
        said = {(row.index, row.said.facts.get("lease")) for row in entries if row.said is not None}
        hashes = {row.said.facts.get("hash") for row in entries if row.said is not None}
        forgotten = {row.index for row in entries if row.said is None}
        for lease, index in leases.items():
            if (index, lease) not in said and index not in forgotten:
                yield f"view {UUID(bytes=lease)} has no entry {index} in the ledger"
        for release in Release.objects.order_by("-received_at")[:200]:
            if bytes(release.hash) not in hashes and not forgotten and len(entries) < ledger.MOST_AT_ONCE:
                yield f"release {bytes(release.hash).hex()[:16]} has no entry in the ledger"


@invariant("footage.windows_end_in_time")
def windows() -> Iterator[str]:
    """No window is open long past its time: the worker ends them."""
    for _owner in _owners():
        for window in Window.objects.filter(ended_at__isnull=True):
            if (clock.now() - window.deadline).total_seconds() > 300:
                yield f"the window of alarm {window.alarm_id} should have ended at {window.deadline.isoformat()}"
