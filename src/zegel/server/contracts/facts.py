# SPDX-License-Identifier: EUPL-1.2
"""This room's fact for the gate (I14)."""

from __future__ import annotations

from zegel.server.agreements import queries as agreements
from zegel.server.contracts import queries
from zegel.server.gate import Resource, fact
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people.queries import as_party


@fact("statement_not_lapsed")
def statement_not_lapsed(actor: Actor, resource: Resource) -> bool:
    """No confidentiality statement of the acting person for his party has run out unrenewed: neither his own as one of
    its people, nor the one that he signed as somebody from outside."""
    if actor.id is None or actor.party_id is None:
        return False
    with as_party(actor.party_id):
        until = agreements.statements(actor.party_id).get(actor.id)
        if until is not None and until <= clock.now():
            return False
        return not queries.lapsed(actor.party_id, actor.id)
