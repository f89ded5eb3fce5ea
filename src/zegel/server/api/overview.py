# SPDX-License-Identifier: EUPL-1.2
"""Overview pictures: how many there are of a camera, from when, and until when they are kept. They themselves are a
view (POST /views, track 2, for own use), and their days a timeline (track 2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from zegel.server.api.base import acting
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import tenancy
from zegel.server.lifecycle import overview as overview_terms

router = Router(tags=["overview"])


@router.get("/cameras/{uuid:camera_id}/overview")
def overview(request: HttpRequest, camera_id: UUID) -> dict[str, Any]:
    """`ends_ms`: when they are forgotten; null while a unit stands on the site."""
    actor = acting(request)
    assert actor.party_id is not None
    require(actor, Action.TIMELINE, Resource(ResourceKind.CAMERA, camera_id, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        told = overview_terms.told(camera_id)
    return {"count": told.count, "first_ms": told.first_ms, "last_ms": told.last_ms, "ends_ms": told.ends_ms}
