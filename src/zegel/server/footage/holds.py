# SPDX-License-Identifier: EUPL-1.2
"""What keeps a recording from being deleted: a registry, asked by the gate's fact `not_on_hold`.

Rooms above register who holds what (an evidence hold of an incident); none of them, no hold. A provider that fails has
found nothing out, so nothing is deleted: the gate takes a fact that fails for one that does not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Span = tuple[int, int]
"""From and to, ms UTC; to is not in it."""

Provider = Callable[[UUID, Span | None, int | None], bool]

_providers: dict[str, Provider] = {}


def provider(name: str) -> Callable[[Provider], Provider]:
    """Registers who says whether something of a camera's time (None: of all of it), on a track (None: on any), is held.
    Raises ValueError for a name that is taken."""

    def register(found: Provider) -> Provider:
        if name in _providers:
            raise ValueError(f"holds are registered under the name {name!r} already")
        _providers[name] = found
        return found

    return register


def held(camera_id: UUID, span: Span | None, track: int | None = None) -> bool:
    """Within an acting party: whether any room holds something of it."""
    return any(found(camera_id, span, track) for found in _providers.values())
