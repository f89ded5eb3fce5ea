# SPDX-License-Identifier: EUPL-1.2
"""Facts about people. They are registered here because the people room lies below the gate and can't import it."""

from __future__ import annotations

from zegel.server.gate.facts import fact
from zegel.server.gate.vocabulary import Resource
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import queries as ledger
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind


@fact("owner_is_party")
def owner_is_party(actor: Actor, resource: Resource) -> bool:
    """The thing belongs to the party that is acting."""
    return resource.owner_id is not None and resource.owner_id == actor.party_id


@fact("serves_as_arc")
def serves_as_arc(actor: Actor, resource: Resource) -> bool:
    """A dated relation lets the acting party serve the owner as its alarm centre, now."""
    return _serves(actor, resource, RelationKind.ARC)


@fact("serves_as_centre")
def serves_as_centre(actor: Actor, resource: Resource) -> bool:
    """As its alarm centre, or as the second one that steps in: for handling alarms, never for images. What came from an
    account that nobody knows is the centre's own."""
    if resource.owner_id is not None and resource.owner_id == actor.party_id:
        return True
    return _serves(actor, resource, RelationKind.ARC) or _serves(actor, resource, RelationKind.ARC_SECOND)


@fact("serves_as_provider")
def serves_as_provider(actor: Actor, resource: Resource) -> bool:
    """A dated relation lets the acting party serve the owner as its provider, now."""
    return _serves(actor, resource, RelationKind.PROVIDER)


@fact("self")
def is_self(actor: Actor, resource: Resource) -> bool:
    """The thing is the acting person's own."""
    return resource.id is not None and resource.id == actor.id


@fact("entry_concerns_party")
def entry_concerns_party(actor: Actor, resource: Resource) -> bool:
    """The ledger entry is about the acting party's matters, or was made by it or by the person himself."""
    return isinstance(resource.id, int) and ledger.concerns(actor, resource.id)


def _serves(actor: Actor, resource: Resource, kind: RelationKind) -> bool:
    if resource.owner_id is None or actor.party_id is None:
        return False
    return people.serves(actor.party_id, resource.owner_id, kind)
