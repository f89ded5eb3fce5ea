# SPDX-License-Identifier: EUPL-1.2
"""What incidents keep: which times of which camera's track, now. Fills footage's registry, so that the gate refuses to
delete them (D9) and the retention work leaves them alone.

A hold counts from its second signature until it is released, and not a second beyond its range.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from zegel.server.footage import holds as registry
from zegel.server.lifecycle.models import Hold
from zegel.server.lifecycle.terms import SLOT_MS, SLOTS, Span, held_slots, joined


def holding(camera_id: UUID, track: int | None = None) -> Sequence[Span]:
    """Within an acting party: the times that are held of a camera, of one track or of all, joined and in order."""
    rows = Hold.objects.filter(camera_id=camera_id, signed_at__isnull=False, released_at__isnull=True)
    rows = rows if track is None else rows.filter(track=track)
    return joined(rows.values_list("from_ms", "to_ms"))


def slots_held(camera_id: UUID, track: int, start_ms: int) -> tuple[tuple[int, int], ...]:
    """Within an acting party: of one epoch."""
    return held_slots(start_ms, holding(camera_id, track))


def held_of(camera_id: UUID, track: int | None, span: Span | None) -> bool:
    """Within an acting party: whether anything of that time (None: of any) is held."""
    found = holding(camera_id, track)
    return bool(found) if span is None else any(first < span[1] and span[0] < last for first, last in found)


def span_of(start_ms: int) -> Span:
    """The longest time that an epoch can have."""
    return start_ms, start_ms + SLOTS * SLOT_MS


def in_turn(owner_id: UUID) -> None:
    """Within a transaction, until it ends: signing a hold and ordering what is over come one after the other, so that
    what was signed first is kept, and what was ordered first is refused to who signs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"lifecycle.holds.{owner_id}"])


@registry.provider("lifecycle.incidents")
def held(camera_id: UUID, span: Span | None, track: int | None) -> bool:
    return held_of(camera_id, track, span)
