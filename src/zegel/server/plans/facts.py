# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about plans."""

from __future__ import annotations

from zegel.server.gate import Resource, fact
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind


@fact("plan_of_own_or_served")
def plan_of_own_or_served(actor: Actor, resource: Resource) -> bool:
    """A default of the acting party itself (it names no site), or a plan of a site whose owner it serves as
    provider."""
    if actor.party_id is None or resource.owner_id is None:
        return False
    if "site" not in resource.of:
        return resource.owner_id == actor.party_id
    return people.serves(actor.party_id, resource.owner_id, RelationKind.PROVIDER)
