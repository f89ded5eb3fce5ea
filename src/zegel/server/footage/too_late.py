# SPDX-License-Identifier: EUPL-1.2
"""What a unit sends when its term is over already, or after it was forgotten here: taken off its hands, and not kept.

A unit without a network keeps what it made, and sends it when it can; that must revive nothing."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from zegel.server.footage.models import Expired
from zegel.server.kernel import clock

Judge = Callable[[UUID, UUID, int, int], bool]
_judges: list[Judge] = []


def judge(found: Judge) -> Judge:
    """Registers who says whether the term of (owner, camera, track, start_ms) is over already."""
    _judges[:] = [found]
    return found


def is_over(owner_id: UUID, camera_id: UUID, track: int, start_ms: int) -> bool:
    return any(found(owner_id, camera_id, track, start_ms) for found in _judges)


def has_expired(epoch: bytes) -> bool:
    """Within an acting party."""
    return len(epoch) == 16 and Expired.objects.filter(epoch_id=UUID(bytes=epoch)).exists()


def never_taken(owner_id: UUID, provider_id: UUID, epoch_id: UUID) -> None:
    """Within a work: the note that refuses what comes of this epoch."""
    note = Expired(epoch_id=epoch_id, owner_id=owner_id, provider_id=provider_id, at=clock.now())
    Expired.objects.bulk_create([note], ignore_conflicts=True)
