# SPDX-License-Identifier: EUPL-1.2
"""An invitation that waits to be accepted: a second owner, asked by the building firm's first."""

from __future__ import annotations

from zegel.demo.world import WORLD, world_id

EMAIL = "mila@dehaan.example"


def waiting() -> str:
    """Its link; empty when somebody accepted it already. Needs Django, as seeding does."""
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.people import invitations, queries
    from zegel.server.people.models import Invitation, InvitationKind, Person
    from zegel.server.people.roles import Role

    if Person.objects.filter(email=EMAIL).exists():
        return ""
    party, provider = world_id("party/dehaan"), world_id("party/waak")
    with queries.as_party(party):
        held = [row for row in Invitation.objects.filter(owner_id=party, email=EMAIL) if invitations.holds(row)]
    if held:
        return invitations.link_of(held[0])
    owner = Actor(ActorKind.PERSON, WORLD.person("owner").id, party, role=Role.OWNER.value)
    asked = invitations.Asked(EMAIL, "Mila de Haan", Role.OWNER, "en")
    return invitations.link_of(invitations.invite(owner, party, provider, asked, InvitationKind.JOIN))
