# SPDX-License-Identifier: EUPL-1.2
"""Offers: made, sent, answered, and made into an invoice's draft. No record of the books: each goes by its own term,
whatever became of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.invoices import actions, making, paper, queries, ready
from zegel.server.invoices.errors import BadInvoice, NotReady, UnknownInvoice
from zegel.server.invoices.making import NewPaper
from zegel.server.invoices.models import Invoice, Offer, OfferLine, Series
from zegel.server.invoices.rules import OfferState
from zegel.server.kernel import clock, ids, mail, work
from zegel.server.kernel.actor import Actor

_NEXT = {
    OfferState.OPEN: (OfferState.ACCEPTED, OfferState.DECLINED),
    OfferState.SENT: (OfferState.ACCEPTED, OfferState.DECLINED),
}


def make(actor: Actor, new: NewPaper) -> Offer:
    """Raises Denied, BadInvoice."""
    owner = _party(actor)
    require(actor, Action.ADD, resource(None, owner, new.customer_id))
    with work.transaction(actor) as w:
        said = actions.filled(new)
        settings = queries.settings(owner)
        one = making.seller(owner, settings)
        today = making.today(one.country)
        row = Offer.objects.create(
            owner_id=owner, provider_id=making.provider_of(owner), number=_number(owner, today.year),
            state=OfferState.OPEN.value, valid_until=today + timedelta(days=settings.offer_days),
            currency=making.currency_of(one), made_at=clock.now(), made_by=actor.id, **making.fields_of(said),
        )  # fmt: skip
        OfferLine.objects.bulk_create(making.line_rows(OfferLine, {"offer": row}, row, said.lines))
        _changed(w, row)
        return row


def change(actor: Actor, offer_id: UUID, new: NewPaper) -> Offer:
    """One that nobody answered. Raises Denied, UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        row = _open(actor, offer_id)
        said = actions.filled(new)
        for name, value in making.fields_of(said).items():
            setattr(row, name, value)
        row.save()
        OfferLine.objects.filter(offer=row).delete()
        OfferLine.objects.bulk_create(making.line_rows(OfferLine, {"offer": row}, row, said.lines))
        _changed(w, row)
        return row


def send(actor: Actor, offer_id: UUID) -> Offer:
    """By e-mail, with its paper. Raises Denied, UnknownInvoice, BadInvoice, NotReady."""
    with work.transaction(actor) as w:
        row = _open(actor, offer_id)
        require(actor, Action.EXPORT, resource(row.id, row.owner_id, row.customer_id))
        if not mail.is_address(row.buyer_email):
            raise BadInvoice(_("There is no e-mail address to send it to."), action=_("Write one."))
        check(row)
        row.state, row.sent_at = OfferState.SENT.value, None
        row.save(update_fields=["state", "sent_at"])
        w.publish("offer.send", owner_id=row.owner_id, offer=row.id)
        _changed(w, row)
        return row


def check(row: Offer) -> None:
    """Raises NotReady."""
    settings = queries.settings(row.owner_id)
    one = making.seller(row.owner_id, settings)
    wrong = [*ready.imprint_faults(one)]
    if not row.buyer_name or not making.lines_of(row):
        wrong.append(_("An offer says for whom and for what."))
    if wrong:
        raise NotReady(wrong)


def printed(row: Offer) -> bytes:
    """Within an acting party: its paper as it is now. Raises NotReady."""
    check(row)
    settings = queries.settings(row.owner_id)
    return paper.offer(making.offer_document(row, making.seller(row.owner_id, settings), settings), row.valid_until)


def answered(actor: Actor, offer_id: UUID, state: OfferState) -> Offer:
    """What the customer said. Raises Denied, UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        row = _open(actor, offer_id)
        if state not in _NEXT[OfferState(row.state)]:
            raise BadInvoice(_("An offer is accepted or declined."), action=_("Choose one of the two."))
        row.state, row.answered_at = state.value, clock.now()
        row.save(update_fields=["state", "answered_at"])
        _changed(w, row)
        return row


def invoice(actor: Actor, offer_id: UUID) -> Invoice:
    """A draft with the offer's lines; once. Raises Denied, UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        row = _found(actor, offer_id)
        if row.state == OfferState.DECLINED.value or row.invoice_id is not None:
            raise BadInvoice(_("No invoice is made of this offer any more."), action=_("Look at its invoice."))
        made = actions.draft(
            actor, NewPaper(
                making.buyer(row), making.lines_of(row), row.language, row.customer_id, row.order_id, row.subject,
                row.note, prices_with_vat=row.prices_with_vat,
            ),
        )  # fmt: skip
        Invoice.objects.filter(id=made.id).update(offer_id=row.id)
        row.state, row.invoice_id = OfferState.ACCEPTED.value, made.id
        row.answered_at = row.answered_at or clock.now()
        row.save(update_fields=["state", "invoice_id", "answered_at"])
        _changed(w, row)
        return made


def delete(actor: Actor, offer_id: UUID) -> None:
    """Raises Denied, UnknownInvoice."""
    with work.transaction(actor) as w:
        row = _found(actor, offer_id)
        require(actor, Action.DELETE, resource(row.id, row.owner_id, row.customer_id))
        _changed(w, row)
        row.delete()


def resource(offer_id: UUID | None, owner_id: UUID, customer_id: UUID | None) -> Resource:
    of = {} if customer_id is None else {"customer": customer_id}
    return Resource(ResourceKind.OFFER, offer_id, owner_id, of)


def _number(owner: UUID, year: int) -> str:
    fresh = Series(id=ids.new(), owner_id=owner, provider_id=making.provider_of(owner), kind="offer", year=year)
    Series.objects.bulk_create([fresh], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(owner_id=owner, kind="offer", year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"O{year}-{series.last:04d}"


def _party(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise UnknownInvoice
    return actor.party_id


def _found(actor: Actor, offer_id: UUID) -> Offer:
    row = Offer.objects.select_for_update().filter(id=offer_id, owner_id=_party(actor)).first()
    if row is None:
        raise UnknownInvoice
    require(actor, Action.CHANGE, resource(row.id, row.owner_id, row.customer_id))
    return row


def _open(actor: Actor, offer_id: UUID) -> Offer:
    row = _found(actor, offer_id)
    if OfferState(row.state) not in _NEXT:
        raise BadInvoice(_("This offer was answered."), action=_("Make a new one."))
    return row


def _changed(w: work.Work, row: Offer) -> None:
    w.publish("offer.changed", owner_id=row.owner_id, offer=row.id)
