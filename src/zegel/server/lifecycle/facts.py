# SPDX-License-Identifier: EUPL-1.2
"""What other rooms ask of time: is it held, is it too late."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from zegel.server.footage import too_late
from zegel.server.footage.rules import Track
from zegel.server.kernel import clock
from zegel.server.lifecycle import holds, planner
from zegel.server.lifecycle.owners import Owner


@too_late.judge
def came_after_its_term(owner_id: UUID, camera_id: UUID, track: int, start_ms: int) -> bool:
    """Within the unit's party: what a unit kept back for longer than it may be kept is taken off its hands only."""
    if track not in (Track.SURVEILLANCE, Track.PICTURE):
        return False
    owner = Owner(owner_id)
    start: datetime = clock.moment(start_ms)
    over = owner.due(start, planner.term_of_track(track), owner.of_camera(camera_id))
    return over <= clock.now() and not holds.held_of(camera_id, track, holds.span_of(start_ms))
