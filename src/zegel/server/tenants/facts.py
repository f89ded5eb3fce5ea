# SPDX-License-Identifier: EUPL-1.2
"""This room's fact for the gate (I1), and whom it admits as an administrator (A8)."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Resource, fact
from zegel.server.kernel.actor import Actor
from zegel.server.people import admission
from zegel.server.people.roles import Role
from zegel.server.tenants import queries
from zegel.server.tenants.errors import NoServiceContract


@fact("right_of_use_holds")
def right_of_use_holds(actor: Actor, resource: Resource) -> bool:
    """The acting party's right of use holds now; a party that is no tenant needs none."""
    return actor.party_id is not None and queries.holds(actor.party_id)


@fact("is_tenant")
def is_tenant(actor: Actor, resource: Resource) -> bool:
    """The acting party is a tenant: it has people of its own who work with other people's data."""
    return actor.party_id is not None and queries.tenant(actor.party_id) is not None


@admission.only(Role.ADMIN)
def under_contract(person_id: UUID, party_id: UUID) -> NoServiceContract | None:
    if queries.may_administer(person_id, party_id):
        return None
    return NoServiceContract(
        _("You administer only while your service contract is in date."),
        action=_("Ask the management or the privacy officer to record its renewal."),
    )
