# SPDX-License-Identifier: EUPL-1.2
"""Forgetting recordings, for ever.

The principles that make it safe:
- First it is written down: the ledger's entry and the order to carry it out commit together. Then the keys are
  destroyed, then the ciphertext is dropped, then the rows. Killed in between, the worker does it again.
- A key that is destroyed stays destroyed, whatever is restored: the list of destructions is outside the database, and
  `forget_again` takes away what an older database says of it.
- What an open alarm's window shows is not forgotten under the operator's eyes, and a recording that still grows isn't
  either. Nothing else stands in the owner's way (D9).
- The unit's signed lists stay until that time's own term is over (expiring.py), so that a gap can be told from a theft;
  they hold hashes and nothing to see.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from zegel.server import gate
from zegel.server.footage import grants, guardpictures
from zegel.server.footage.errors import NothingToShow, StillNeeded
from zegel.server.footage.models import (
    Cover,
    Epoch,
    Grant,
    LeaseShare,
    Pack,
    Part,
    Release,
    Remainder,
    Segment,
    Window,
)
from zegel.server.footage.pack_writer import folder_of
from zegel.server.footage.rules import SLOT_MS
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import outbox, restoring, shred, storage, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import queries as sites

MOST_AT_ONCE = 100


def forget(actor: Actor, camera_id: UUID, epoch_ids: Collection[UUID]) -> None:
    """Whole epochs of a camera, with every release that reaches into them. There is no way back.

    Raises Denied, NothingToShow (an epoch that isn't this camera's, or none), StillNeeded.
    """
    wanted = sorted(set(epoch_ids))
    with work.transaction(actor) as w:
        camera = sites.find_camera(camera_id)
        if camera is None:
            raise NothingToShow
        of = {"unit": camera.unit_id, "site": camera.unit.site_id}
        rows = list(Epoch.objects.filter(id__in=wanted, camera_id=camera_id).defer("wrapped").order_by("start_ms"))
        if not 0 < len(rows) == len(wanted) <= MOST_AT_ONCE:
            raise NothingToShow
        span = (rows[0].start_ms, max(map(_end_ms, rows)))
        track = rows[0].track if len({row.track for row in rows}) == 1 else None
        gate.require(actor, Action.DELETE, Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of, span, track))
        _check_unneeded(rows)
        facts: dict[str, Fact] = {
            "camera": camera.id, "track": rows[0].track, "epochs": len(rows), "from_ms": rows[0].start_ms,
            "to_ms": max(map(_end_ms, rows)), "first": rows[0].id, "last": rows[-1].id,
        }  # fmt: skip
        w.record(Entry(Kind.DELETION, camera.owner_id, facts, camera.id))
        w.publish("footage.to_forget", owner_id=camera.owner_id, epochs=wanted)


def _check_unneeded(rows: Sequence[Epoch]) -> None:
    if any(row.closed_at is None for row in rows):
        raise StillNeeded
    open_alarms = Window.objects.filter(ended_at__isnull=True).values_list("alarm_id", flat=True)
    if releases_into({row.id for row in rows}, set(open_alarms)):
        raise StillNeeded


def releases_into(epochs: Collection[UUID], alarms: Collection[UUID] | None = None) -> list[Release]:
    """Releases of which any range lies in these epochs; of these alarms, when some are named."""
    of_units = Epoch.objects.filter(id__in=list(epochs)).values("unit_id")
    found = Release.objects.filter(unit_id__in=of_units, wrapped__isnull=False).defer("wrapped")
    if alarms is not None:
        found = found.filter(alarm_id__in=list(alarms))
    return [row for row in found if any(UUID(epoch) in epochs for epoch, _, _ in row.ranges)]


def _end_ms(row: Epoch) -> int:
    last = Segment.objects.filter(epoch=row).order_by("-slot").values_list("slot", flat=True).first()
    return row.start_ms + (0 if last is None else (int(last) + 1) * SLOT_MS)


@outbox.subscribe("footage.to_forget", name="footage.forget")
def carry_out(event: outbox.Event) -> None:
    """Keys, then ciphertext, then rows; each may be done already."""
    with work.transaction(system(event.owner_id)) as w:
        forget_rows(w, {UUID(epoch) for epoch in event.payload["epochs"]})


def forget_rows(w: work.Work, epochs: set[UUID]) -> None:
    """Within the running work of the server itself: whole epochs, whose forgetting is written down."""
    rows = list(Epoch.objects.filter(id__in=epochs))
    releases = releases_into(epochs)
    shred.destroy("epoch", *(row.shred for row in rows))
    shred.destroy("release", *(row.shred for row in releases if row.shred is not None))
    Remainder.objects.filter(epoch_id__in=epochs).delete()
    Cover.objects.filter(epoch_id__in=epochs).delete()
    grants.forget_into(epochs)
    for row in rows:
        storage.store().delete_prefix(folder_of(row.id))
    Release.objects.filter(hash__in=[row.hash for row in releases]).update(wrapped=None, shred=None)
    LeaseShare.objects.filter(epoch_id__in=epochs).delete()
    Segment.objects.filter(epoch_id__in=epochs).delete()
    Part.objects.filter(pack_id__in=epochs).delete()
    Pack.objects.filter(epoch_id__in=epochs).update(size=0, parts=0)
    Epoch.objects.filter(id__in=epochs).update(wrapped=b"")
    for row in rows:
        w.publish("epoch.forgotten", owner_id=row.owner_id, epoch_id=row.id, camera_id=row.camera_id)


@restoring.after_restore("footage.forgotten")
def forget_again() -> int:
    """Rows of recordings and releases whose keys were destroyed since this database's copy was made."""
    count = 0
    for owner_id in sites.owners_with_units():
        with work.transaction(system(owner_id)) as w:
            gone = set(_revived())
            if gone:
                forget_rows(w, gone)
            count += len(gone) + _drop_dead_releases() + _drop_dead_grants() + guardpictures.end_dead()
    return count


def _revived() -> Iterator[UUID]:
    for row in Epoch.objects.exclude(wrapped=b"").only("id", "shred").iterator():
        if shred.is_destroyed("epoch", row.shred):
            yield row.id


def _drop_dead_releases() -> int:
    rows = Release.objects.filter(wrapped__isnull=False, shred__isnull=False).only("hash", "shred")
    dead = [bytes(row.hash) for row in rows.iterator() if shred.is_destroyed("release", row.shred or 0)]
    return Release.objects.filter(hash__in=dead).update(wrapped=None, shred=None)


def _drop_dead_grants() -> int:
    rows = Grant.objects.filter(wrapped__isnull=False, shred__isnull=False).only("id", "shred")
    dead = [row.id for row in rows.iterator() if shred.is_destroyed("grant", row.shred or 0)]
    return Grant.objects.filter(id__in=dead).update(wrapped=None, shred=None)
