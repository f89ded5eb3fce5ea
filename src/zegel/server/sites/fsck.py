# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of the ground: what is at rest under a shred key opens with it."""

from __future__ import annotations

from collections.abc import Iterator

from zegel.server.kernel import shred, tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.sites import queries
from zegel.server.sites.floorplan import PURPOSE
from zegel.server.sites.models import FloorPlan


@invariant("sites.maps_open_with_their_shred_key")
def maps_open() -> Iterator[str]:
    """Every site's map opens; one whose key was destroyed has no row any more."""
    for owner_id in queries.owners_with_units():
        with tenancy.acting_as(owner_id):
            for row in FloorPlan.objects.filter(owner_id=owner_id).iterator(100):
                try:
                    shred.unwrap(PURPOSE, row.shred, bytes(row.wrapped), row.id.bytes)
                except shred.ShredError as error:
                    yield f"map {row.id}: {error}"
