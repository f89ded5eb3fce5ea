# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about requests."""

from __future__ import annotations

from uuid import UUID

from zegel.server.gate import Resource, fact
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance import queries


@fact("asked_himself")
def asked_himself(actor: Actor, resource: Resource) -> bool:
    """The acting person is the technician whose request the owner allowed, and it still runs: the owner was told his
    name, so no colleague looks in his place."""
    if actor.party_id is None or actor.id is None or not isinstance(resource.id, UUID):
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        running = queries.running(resource.id)
        return running is not None and (running.person_id, running.party_id) == (actor.id, actor.party_id)
