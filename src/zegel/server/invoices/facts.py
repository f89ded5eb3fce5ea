# SPDX-License-Identifier: EUPL-1.2
"""This room's fact for the gate (A10)."""

from __future__ import annotations

from zegel.server.gate import Resource, fact
from zegel.server.invoices import queries
from zegel.server.kernel.actor import Actor
from zegel.server.people.queries import as_party


@fact("books_agreement_in_force")
def books_agreement_in_force(actor: Actor, resource: Resource) -> bool:
    """A written agreement with the acting person about these books has begun and has not ended."""
    if actor.id is None or resource.owner_id is None:
        return False
    with as_party(resource.owner_id):
        return queries.agreement_in_force(resource.owner_id, actor.id) is not None
