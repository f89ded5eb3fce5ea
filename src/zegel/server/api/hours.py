# SPDX-License-Identifier: EUPL-1.2
"""What a unit obeys, by its own signature: its newest words of itself, and the policies that they name.

Arming, arming a part and disarming are `POST /units/{id}/command` (units.py): one signed object, whoever commands.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from zegel.seal.envelope import Envelope
from zegel.seal.status import Status
from zegel.server.api.base import acting
from zegel.server.api.fields import to_text
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import tenancy
from zegel.server.sites import queries
from zegel.server.sites.models import UnitObject

router = Router(tags=["hours"])

MOST_STATES = 200


@router.get("/units/{unit_id}/obeyed")
def obeyed(
    request: HttpRequest, unit_id: UUID, limit: Annotated[int, Query(ge=1, le=MOST_STATES)] = 20
) -> dict[str, Any]:
    """`states`: signed statuses, the newest first. `policies`: the signed policies whose hashes they tell, and no
    other: one that is on its way to the unit is in the unit's trust, not here. The reader verifies them all."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        unit = queries.get_unit(unit_id)
        require(actor, Action.READ, Resource(ResourceKind.UNIT, unit.id, unit.owner_id, {"site": unit.site_id}))
        states = queries.said_states(unit, limit)
        named = {hash for row in states if (hash := _policy_of(row)) is not None}
        policies = queries.policies_by_hash(unit, named)
    return {
        "states": [to_text(bytes(row.envelope)) for row in states],
        "policies": [to_text(bytes(row.envelope)) for row in policies],
    }


def _policy_of(row: UnitObject) -> bytes | None:
    return Status.decode(Envelope.decode(bytes(row.envelope)).body).policy_hash
