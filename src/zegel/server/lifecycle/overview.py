# SPDX-License-Identifier: EUPL-1.2
"""The term of overview pictures: for the whole project, and until at most 28 days after the last camera unit left the
site (C14).

What a unit made belongs to the site where it stood then, wherever it stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef

from zegel.declare import Term
from zegel.server.footage.models import Epoch, Segment
from zegel.server.footage.rules import Track
from zegel.server.kernel import clock
from zegel.server.lifecycle.owners import Owner
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


def stays(owner_id: UUID) -> Iterator[Stay]:
    """Within an acting party: where each unit stood when."""
    for unit in Unit.objects.filter(owner_id=owner_id).order_by("id"):
        since_ms = 0
        for gone in UnitLeft.objects.filter(unit=unit, why="moved").order_by("left_at"):
            until_ms = clock.ms(gone.left_at)
            yield Stay(unit.id, gone.site_id, since_ms, until_ms)
            since_ms = until_ms
        yield Stay(unit.id, unit.site_id, since_ms, FOREVER_MS)


def ends_at(owner: Owner, site_id: UUID) -> datetime | None:
    """Within an acting party: when a site's overview pictures are forgotten; None while a unit is there."""
    left = owner.unit_removed_at(site_id)
    return None if left is None else owner.due(left, Term.OVERVIEW_IMAGES, owner.place(site_id))


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
    end = ends_at(Owner(camera.owner_id), camera.unit.site_id)
    return Told(found["count"], found["first"], found["last"], clock.ms(end))
