# SPDX-License-Identifier: EUPL-1.2
"""What happens by itself in the chain: sheets follow what they were copied from, and go when their time is over; the
consumer gets his link."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import connection

from zegel.server.chain import follow, removing, sheets, source
from zegel.server.chain import rules as chain
from zegel.server.chain.actions import take_back
from zegel.server.chain.letters import write
from zegel.server.chain.models import Document, Offer, Partner, Sheet, Step
from zegel.server.chain.rules import OfferState, State, StepKind
from zegel.server.customers.models import Customer
from zegel.server.kernel import clock, jobs, log, mail, outbox, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.orders.models import Order
from zegel.server.people import queries as people
from zegel.server.tenants import leaving

# --- a sheet is a copy: what it was copied from changes, and goes ---


@outbox.subscribe("customer.changed", name="chain.customer_changed")
def customer_changed(event: outbox.Event) -> None:
    """He corrected his address: who is on his way reads the new one."""
    _renew(event, Step.objects.filter(customer_id=event.uuid("customer_id"), state=State.ACCEPTED.value))


@outbox.subscribe("order.changed", name="chain.order_changed")
def order_changed(event: outbox.Event) -> None:
    _renew(event, Step.objects.filter(order_id=event.uuid("order_id"), state=State.ACCEPTED.value))


def _renew(event: outbox.Event, steps: Iterable[Step]) -> None:
    """Within the tenant; each sheet is written as its partner."""
    if event.owner_id is None:
        return
    with work.transaction(system(event.owner_id)) as w:
        for step in list(steps):
            fields = sheets.made(StepKind(step.kind), source.of_step(step))
            party = step.partner.party_id if step.partner is not None else None
            if party is None:
                continue
            with tenancy.acting_as(party):
                Sheet.objects.filter(step_id=step.id, ended_at=None).update(fields=fields, changed_at=clock.now())
            w.publish("chain.sheet", owner_id=party, step_id=step.id)


@outbox.subscribe("customer.anonymised", name="chain.customer_anonymised")
def forgotten(event: outbox.Event) -> None:
    """What partners knew of him goes at once. The step's row has lost his name by its declarations already, so its
    sheets are found by the parties that the tenant works with."""
    if event.owner_id is None:
        return
    customer_id = event.uuid("customer_id")
    with work.transaction(system(event.owner_id)):
        for party in _parties_of(event.owner_id):
            removing.sheets(party, tenant_id=event.owner_id, customer_id=customer_id)


@outbox.subscribe("customer.merged", name="chain.customer_merged")
def merged(event: outbox.Event) -> None:
    """His record became part of another: what partners hold of him goes with that one's end."""
    if event.owner_id is None:
        return
    with work.transaction(system(event.owner_id)):
        for party in _parties_of(event.owner_id):
            with tenancy.acting_as(party):
                rows = Sheet.objects.filter(tenant_id=event.owner_id, customer_id=event.uuid("customer_id"))
                rows.update(customer_id=event.uuid("into"))


def _parties_of(owner_id: UUID) -> list[UUID]:
    return list(Partner.objects.filter(owner_id=owner_id).values_list("party_id", flat=True).distinct())


@outbox.subscribe("order.closed", name="chain.order_closed")
def order_closed(event: outbox.Event) -> None:
    """Nothing of it is offered any more; from now its terms run."""
    if event.owner_id is None:
        return
    order_id, now = event.uuid("order_id"), clock.now()
    with work.transaction(system(event.owner_id)) as w:
        rows = Step.objects.select_for_update(of=("self",)).select_related("partner").filter(order_id=order_id)
        for step in rows.filter(state__in=(State.OFFERED.value, State.ACCEPTED.value, State.GIVEN_BACK.value)):
            take_back(w, step, State.WITHDRAWN)
        Step.objects.filter(order_id=order_id, closed_at=None).update(closed_at=now)
        Document.objects.filter(step__order_id=order_id, closed_at=None).update(closed_at=now)
        follow.end_links(order_id, now)


@jobs.periodic("29 * * * *", name="chain.forget")
def forget(timestamp: int) -> None:
    """Sheets whose term is over, offers that went elsewhere, links that open nothing."""
    follow.forget_old_links(clock.now())
    forget_due()


def forget_due() -> int:
    """As each party that has something due; returns how many sheets went."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT chain_parties()")
        parties = [party for (party,) in cursor.fetchall()]
    return sum(_forget_of(party) for party in parties)


def _forget_of(party_id: UUID) -> int:
    now = clock.now()
    with tenancy.acting_as(party_id):
        stale = Offer.objects.exclude(state=OfferState.OPEN.value)
        stale.filter(owner_id=party_id, answered_at__lte=now - chain.OFFER_KEPT).delete()
        return Sheet.objects.filter(owner_id=party_id, gone_at__lte=now).delete()[1].get("chain.Sheet", 0)


# --- the consumer's link ---


@outbox.subscribe("order.opened", name="chain.follow_mail")
def opened(event: outbox.Event) -> None:
    """Letters go through jobs: a mail server that is slow holds up no other event."""
    if event.owner_id is not None:
        mail_link.defer(owner_id=str(event.owner_id), order_id=event.payload["order_id"])


@outbox.subscribe("chain.follow_wanted", name="chain.follow_again")
def wanted(event: outbox.Event) -> None:
    if event.owner_id is not None:
        mail_link.defer(owner_id=str(event.owner_id), order_id=event.payload["order_id"])


@jobs.task(name="chain.mail_link")
def mail_link(owner_id: str, order_id: str) -> None:
    """To the address on record; nobody's who gave none, whose data is restricted, or whose order came by an import."""
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        order = Order.objects.filter(id=UUID(order_id), closed_at=None).exclude(source="import").first()
        if order is None or order.customer_id is None:
            return
        customer = Customer.objects.filter(id=order.customer_id, restricted_at=None, anonymised_at=None).first()
        if customer is None or not customer.email:
            return
        token = follow.draw(order.id, owner)
    firm = people.party_names([owner], seen_by=owner).get(owner, "")
    text = write(firm, str(order.number), f"{settings.ORIGIN}/follow/{token}", customer.language or "en")
    try:
        mail.send(mail.Letter(customer.email, text.subject, text.body, order_id, owner=owner))
    except mail.MailRefused:
        log.warning("chain.address_refused", reference=order_id)


# --- a tenant that leaves ---


@leaving.removes("partners' sheets")
def remove_from_partners(owner_id: UUID) -> int:
    """What lies with partners under their own name."""
    gone = 0
    with work.transaction(system(owner_id)):
        for party in _parties_of(owner_id):
            gone += removing.sheets(party, tenant_id=owner_id)
            with tenancy.acting_as(party):
                gone += Offer.objects.filter(tenant_id=owner_id).delete()[0]
    return gone


@leaving.removes("consumers' links")
def remove_links(owner_id: UUID) -> int:
    """They are read before a party is known, so they are no row of the tenant's."""
    return follow.forget_links_of(owner_id)
