# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about signals."""

from __future__ import annotations

from zegel.server.gate import Resource, fact
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind


@fact("handles_signals")
def handles_signals(actor: Actor, resource: Resource) -> bool:
    """The acting party is the owner's alarm centre, or what came in belongs to itself (nobody's account)."""
    if actor.party_id is None or resource.owner_id is None:
        return False
    if resource.owner_id == actor.party_id:
        return True
    return people.serves(actor.party_id, resource.owner_id, RelationKind.ARC)
