# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about partners. Each is found out by the rows themselves: an offer's or a sheet's own,
and, as the tenant, what the tenant agreed with the firm."""

from __future__ import annotations

from uuid import UUID

from zegel.server.chain import queries, rules
from zegel.server.chain.models import Offer, Sheet, Step
from zegel.server.chain.rules import StepKind
from zegel.server.customers.models import Customer
from zegel.server.gate import Resource, ResourceKind, fact
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people.roles import Role


def _row(actor: Actor, resource: Resource) -> Offer | Sheet | None:
    """The acting party's own row; None for anybody else's."""
    if actor.party_id is None or not isinstance(resource.id, UUID):
        return None
    model: type[Offer] | type[Sheet] = Offer if resource.kind == ResourceKind.STEP_OFFER else Sheet
    with tenancy.acting_as(actor.party_id, actor.id):
        return model.objects.filter(id=resource.id, owner_id=actor.party_id).first()


@fact("work_of_role")
def work_of_role(actor: Actor, resource: Resource) -> bool:
    """The step is of the sort that the acting person does for his firm: a carrier opens no mechanic's sheet, also where
    one firm is both."""
    row = _row(actor, resource)
    return row is not None and StepKind(row.kind) in rules.kinds_of(Role(actor.role or ""))


@fact("partner_authorised")
def partner_authorised(actor: Actor, resource: Resource) -> bool:
    """The tenant authorised the acting party for this type of order at this place, today, under an agreement in
    force."""
    row = _row(actor, resource)
    if not isinstance(row, Offer) or actor.party_id is None:
        return False
    with tenancy.acting_as(row.tenant_id):
        return queries.authorised(row.step_id, actor.party_id)


@fact("sheet_kept")
def sheet_kept(actor: Actor, resource: Resource) -> bool:
    """Its step runs, or ended so short ago that its term is not over; a step that was taken back opens nothing."""
    row = _row(actor, resource)
    if not isinstance(row, Sheet) or row.withdrawn:
        return False
    return row.gone_at is None or clock.now() < row.gone_at


@fact("customer_not_restricted")
def customer_not_restricted(actor: Actor, resource: Resource) -> bool:
    """The customer did not have the use of his data restricted (Art. 18 GDPR), and was not made anonymous."""
    row = _row(actor, resource)
    if row is None:
        return False
    with tenancy.acting_as(row.tenant_id):
        step = Step.objects.filter(id=row.step_id).first()
        if step is None or step.customer_id is None:
            return True
        found = Customer.objects.filter(id=step.customer_id).first()
        return found is None or (found.restricted_at is None and found.anonymised_at is None)


@fact("keeps_firm")
def keeps_firm(actor: Actor, resource: Resource) -> bool:
    """The acting person keeps his firm's keys and colleagues: it has no owner or administrator here, and of those who
    do its work he was there first."""
    return actor.party_id is not None and actor.id is not None and queries.keeper(actor.party_id) == actor.id
