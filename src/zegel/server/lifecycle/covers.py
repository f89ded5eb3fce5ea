# SPDX-License-Identifier: EUPL-1.2
"""The keys of what is held, in the owner's own hands (seal.md, Forgetting): his client makes the cover of the held
range, sealed to the tenant key under a shred key of its own; then the epoch's key may go.

Verified as a deletion's word is: signed by an owner whom the unit's keyset names, over just the slots that are held and
not deleted. It waits beside the epoch until the epoch's own term is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from zegel.seal.kept import complement
from zegel.server import gate
from zegel.server.footage import deleting, expiring, queries
from zegel.server.footage.deleting import Keeping
from zegel.server.footage.models import Cover, Epoch, Remainder
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, shred, work
from zegel.server.kernel.actor import Actor
from zegel.server.lifecycle import holds
from zegel.server.lifecycle.errors import CoverRefused
from zegel.server.lifecycle.models import Hold
from zegel.server.sites import queries as sites

MOST_AT_ONCE = 24


@dataclass(frozen=True)
class Wanted:
    """An epoch of which the owner's client should seal `ranges` to himself."""

    row: Epoch
    ranges: tuple[tuple[int, int], ...]


def wanted(actor: Actor, hold_id: UUID) -> list[Wanted]:
    """Of one hold, the oldest first. Raises Denied. None: everything is sealed, or nothing was recorded yet."""
    with work.transaction(actor):
        hold = Hold.objects.filter(id=hold_id, signed_at__isnull=False, released_at__isnull=True).first()
        if hold is None:
            return []
        _require(actor, hold)
        found = []
        for row in _epochs(hold):
            ranges = ranges_of(row)
            if ranges and not _sealed(row, ranges):
                found.append(Wanted(row, ranges))
        return found[:MOST_AT_ONCE]


def _require(actor: Actor, hold: Hold) -> None:
    camera = sites.find_camera(hold.camera_id)
    of = {} if camera is None else {"unit": camera.unit_id, "site": camera.unit.site_id}
    gate.require(actor, Action.GRANT, Resource(ResourceKind.CAMERA, hold.camera_id, hold.owner_id, of))


def _epochs(hold: Hold) -> Sequence[Epoch]:
    """Closed ones only: of one that still runs more may come."""
    rows = queries.epochs_between(hold.camera_id, hold.track, hold.from_ms, hold.to_ms)
    return [row for row in rows if row.closed_at is not None]


def ranges_of(row: Epoch) -> tuple[tuple[int, int], ...]:
    """What the holds of now keep of an epoch and was not deleted before."""
    slots = holds.slots_held(row.camera_id, row.track, row.start_ms)
    return expiring.left_of(row.id, slots) if slots else ()


def _sealed(row: Epoch, ranges: tuple[tuple[int, int], ...]) -> bool:
    stored = Cover.objects.filter(epoch=row).values_list("ranges", flat=True).first()
    if stored is None and shred.is_destroyed("epoch", row.shred):
        stored = Remainder.objects.filter(epoch=row).values_list("ranges", flat=True).first()
        return stored is not None
    return stored is not None and tuple((first, last) for first, last in stored) == ranges


def take(actor: Actor, camera_id: UUID, keeping: Sequence[Keeping]) -> int:
    """The owner's covers of one camera's epochs; returns how many. Raises Denied, CoverRefused, KeptRefused."""
    with work.transaction(actor):
        camera = sites.find_camera(camera_id)
        if camera is None or not 0 < len(keeping) <= MOST_AT_ONCE:
            raise CoverRefused("no such camera, or too many at once")
        of = {"unit": camera.unit_id, "site": camera.unit.site_id}
        gate.require(actor, Action.GRANT, Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of))
        for one in keeping:
            kept = deleting.verified(camera, one)
            row = Epoch.objects.filter(id=UUID(bytes=kept.epoch), camera_id=camera_id).defer("wrapped").first()
            ranges = () if row is None else ranges_of(row)
            if row is None or not ranges:
                raise CoverRefused("nothing of this epoch is held")
            part = deleting.Part(row, 0, 0, whole=False)
            deleting.check_said(actor, part, kept, complement(ranges))
            grant = deleting.check_grant(actor, part, kept, one)
            Cover.objects.update_or_create(
                epoch=row, defaults={
                    "grant": grant, "envelope": one.kept, "ranges": [list(each) for each in ranges],
                    "made_at": clock.now(), "owner_id": row.owner_id, "provider_id": row.provider_id,
                },
            )  # fmt: skip
        return len(keeping)
