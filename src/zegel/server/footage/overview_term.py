# SPDX-License-Identifier: EUPL-1.2
"""The term of overview pictures: for the whole project, and 28 days after the last camera unit left the site (C14), or
what its owner chose instead.

What a unit made belongs to the site where it stood then, wherever it stands now. A picture is forgotten as everything
else is (forgetting.py): an entry and the order commit together, then the key is destroyed, and with it every old copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef

from zegel.declare import Term
from zegel.server.agreements import terms
from zegel.server.footage import forgetting, holds
from zegel.server.footage.models import Epoch, Segment
from zegel.server.footage.rules import SLOT_MS, Track
from zegel.server.kernel import clock, log, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Unit, UnitLeft

FOREVER_MS = 2**53


@dataclass(frozen=True)
class Stay:
    """A unit stood on a site from one instant up to another (ms UTC)."""

    unit_id: UUID
    site_id: UUID
    from_ms: int
    to_ms: int


def forget_what_is_over() -> None:
    """Daily. An owner whose turn fails keeps nobody else's from coming."""
    for owner_id in sites.owners_with_units():
        try:
            forget_of(owner_id)
        except Exception as error:
            log.error("footage.overview_term_failed", owner=owner_id, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip


def forget_of(owner_id: UUID) -> int:
    """Orders what is over its term to be forgotten; returns how many pictures. Done twice it is harmless."""
    ordered: set[UUID] = set()
    while rows := _one_batch(owner_id, ordered):
        ordered |= {row.id for row in rows}
    return len(ordered)


def ends_at(site_id: UUID) -> datetime | None:
    """Within an acting party: when a site's overview pictures are forgotten; None while a unit is there."""
    left, site = sites.last_unit_left(site_id), sites.get_site(site_id)
    if left is None:
        return None
    return left + timedelta(days=terms.days_of(site.owner_id, site.profile, Term.OVERVIEW_IMAGES, site.country))


@dataclass(frozen=True)
class Told:
    """Of one camera: how many pictures are kept, of when (ms UTC), and when they are forgotten."""

    count: int
    first_ms: int | None
    last_ms: int | None
    ends_ms: int | None


def told(camera_id: UUID) -> Told:
    """Within an acting party. A camera that isn't his has none."""
    camera = sites.find_camera(camera_id)
    if camera is None:
        return Told(0, None, None, None)
    picture = Exists(Segment.objects.filter(epoch_id=OuterRef("id")))
    there = Epoch.objects.filter(picture, camera_id=camera_id, track=Track.OVERVIEW).exclude(wrapped=b"")
    found = there.aggregate(count=Count("id"), first=Min("start_ms"), last=Max("start_ms"))
    end = ends_at(camera.unit.site_id)
    ends_ms = None if end is None else round(end.timestamp() * 1000)
    return Told(found["count"], found["first"], found["last"], ends_ms)


def _one_batch(owner_id: UUID, ordered: set[UUID]) -> Sequence[Epoch]:
    with work.transaction(system(owner_id)) as w:
        over = _sites_over()
        rows = next((rows for stay in _stays() if stay.site_id in over and (rows := _of(stay, ordered))), [])
        if rows:
            _order(w, owner_id, rows)
        return rows


def _sites_over() -> set[UUID]:
    now, places = clock.now(), set(Unit.objects.values_list("site_id", flat=True))
    places |= set(UnitLeft.objects.values_list("site_id", flat=True))
    return {site for site in places if (end := ends_at(site)) is not None and end <= now}


def _stays() -> Iterator[Stay]:
    for unit in Unit.objects.all():
        since_ms = 0
        for gone in UnitLeft.objects.filter(unit=unit, why="moved").order_by("left_at"):
            until_ms = round(gone.left_at.timestamp() * 1000)
            yield Stay(unit.id, gone.site_id, since_ms, until_ms)
            since_ms = until_ms
        yield Stay(unit.id, unit.site_id, since_ms, FOREVER_MS)


def _of(stay: Stay, ordered: set[UUID]) -> Sequence[Epoch]:
    """The oldest of them that are still there and that nobody holds, of one camera."""
    made = Epoch.objects.filter(
        unit_id=stay.unit_id, track=Track.OVERVIEW, start_ms__gte=stay.from_ms, start_ms__lt=stay.to_ms
    ).exclude(wrapped=b"")
    for camera_id in sorted(set(made.values_list("camera_id", flat=True))):
        of_camera = made.filter(camera_id=camera_id).defer("wrapped").order_by("start_ms")
        rows = [row for row in of_camera.iterator() if row.id not in ordered and not _held(row)]
        if rows:
            return rows[: forgetting.MOST_AT_ONCE]
    return []


def _held(row: Epoch) -> bool:
    return holds.held(row.camera_id, (row.start_ms, row.start_ms + SLOT_MS))


def _order(w: work.Work, owner_id: UUID, rows: Sequence[Epoch]) -> None:
    facts: dict[str, Fact] = {
        "camera": rows[0].camera_id, "track": int(Track.OVERVIEW), "epochs": len(rows), "from_ms": rows[0].start_ms,
        "to_ms": rows[-1].start_ms + SLOT_MS, "first": rows[0].id, "last": rows[-1].id, "why": "term",
    }  # fmt: skip
    w.record(Entry(Kind.DELETION, owner_id, facts, rows[0].camera_id))
    w.publish("footage.to_forget", owner_id=owner_id, epochs=sorted(row.id for row in rows))
