# SPDX-License-Identifier: EUPL-1.2
"""What the gate asks of this room."""

from __future__ import annotations

from uuid import UUID

from zegel.server.customers.models import Customer
from zegel.server.gate.facts import fact
from zegel.server.gate.vocabulary import Resource, ResourceKind
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people


@fact("not_restricted")
def not_restricted(actor: Actor, resource: Resource) -> bool:
    """The use of this customer's data is not restricted (Art. 18 GDPR): of a customer's own record, or of a thing that
    names its customer as `of["customer"]`. A thing of nobody is nobody's to restrict."""
    mine = resource.id if resource.kind == ResourceKind.CUSTOMER_RECORD else resource.of.get("customer")
    if not isinstance(mine, UUID) or resource.owner_id is None:
        return True
    with people.as_party(resource.owner_id):
        return not Customer.objects.filter(id=mine, restricted_at__isnull=False).exists()
