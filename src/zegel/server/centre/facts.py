# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know of an alarm centre. Which certificates count is said by the profile of the site."""

from __future__ import annotations

from uuid import UUID

from zegel.server.agreements import queries as agreements
from zegel.server.agreements.schemes import Required, required
from zegel.server.centre import queries
from zegel.server.centre.models import Review
from zegel.server.gate import Resource, fact
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.sites.models import Site


@fact("arc_certified")
def arc_certified(actor: Actor, resource: Resource) -> bool:
    """The acting centre has a certificate in date that the site asks for (C15)."""
    asked = _asked(actor, resource)
    if asked is None or actor.party_id is None:
        return False
    return not asked.centre or _certified(actor, actor.party_id, None, asked)


@fact("operator_certified")
def operator_certified(actor: Actor, resource: Resource) -> bool:
    """The acting person has one of his own, where the site asks for that (D2)."""
    asked = _asked(actor, resource)
    if asked is None or actor.party_id is None or actor.id is None:
        return False
    return not asked.operator or _certified(actor, actor.party_id, actor.id, asked)


def _certified(actor: Actor, party_id: UUID, person_id: UUID | None, asked: Required) -> bool:
    schemes = asked.centre if person_id is None else asked.operator
    with tenancy.acting_as(actor.party_id, actor.id):
        return agreements.certified(party_id, person_id, schemes)


def _asked(actor: Actor, resource: Resource) -> Required | None:
    """By the profile of the site that the thing belongs to (`of["site"]`); None when there is no such site to see."""
    site_id = resource.of.get("site")
    if site_id is None or actor.party_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        profile = Site.objects.filter(id=site_id).values_list("profile", flat=True).first()
    return None if profile is None else required(profile)


@fact("looked_not_himself")
def looked_not_himself(actor: Actor, resource: Resource) -> bool:
    """The view that is judged is somebody else's (S5: nobody judges himself)."""
    if actor.id is None or actor.party_id is None or not isinstance(resource.id, UUID):
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        looker = Review.objects.filter(id=resource.id).values_list("person_id", flat=True).first()
    return looker is not None and looker != actor.id


@fact("handles_now")
def handles_now(actor: Actor, resource: Resource) -> bool:
    """The acting party handles the owner's alarms now: as its alarm centre; or as the second one (C12), while it stands
    in for the first, and after that for what it took meanwhile. What came from an account that nobody knows is the
    centre's own."""
    owner_id = resource.owner_id
    if owner_id is None or actor.party_id is None:
        return False
    if owner_id == actor.party_id or people.serves(actor.party_id, owner_id, RelationKind.ARC):
        return True
    if not people.serves(actor.party_id, owner_id, RelationKind.ARC_SECOND):
        return False
    first = people.serving(owner_id, RelationKind.ARC)
    with tenancy.acting_as(actor.party_id, actor.id):
        return queries.stands_in(actor.party_id, first) or queries.took(actor.party_id, resource.of.get("alarm"))
