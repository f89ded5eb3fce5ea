# SPDX-License-Identifier: EUPL-1.2
"""Every write of invoices. The principles that keep the books safe:

- A number is taken in the transaction that issues, from a row that is locked until it commits: whoever fails or dies
  before that took none. So a series has no gap and nothing twice, whatever happens.
- The paper and its XML are made, checked against the standard's schema and kept in that same transaction.
- What is issued is never changed: a credit note corrects it, and never for more than it was.
- Each step is in the ledger with the hash of the paper.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.translation import gettext as _

from zegel.declare.law import books
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.invoices import making, paper, queries, ready, rules
from zegel.server.invoices.errors import AlreadyIssued, BadInvoice, NotReady, UnknownInvoice
from zegel.server.invoices.making import NOBODY, NewPaper
from zegel.server.invoices.models import (
    BooksAgreement,
    Invoice,
    InvoiceLine,
    Paper,
    Series,
    Settings,
    Settlement,
)
from zegel.server.invoices.rules import Kind, Line, State
from zegel.server.kernel import clock, ids, mail, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact
from zegel.server.ledger import Kind as EntryKind

LONGEST_AGREEMENT = timedelta(days=5 * 366)


# --- drafts ---------------------------------------------------------------------------------------------------------


def draft(actor: Actor, new: NewPaper) -> Invoice:
    """A draft for the acting firm. Raises Denied, BadInvoice."""
    owner = _party(actor)
    require(actor, Action.ADD, resource(None, owner, new.customer_id))
    with work.transaction(actor) as w:
        said = filled(new)
        settings = queries.settings(owner)
        days = settings.payment_days if said.payment_days is None else said.payment_days
        row = Invoice.objects.create(
            owner_id=owner, provider_id=making.provider_of(owner), kind=Kind.INVOICE.value, state=State.DRAFT.value,
            currency=making.currency_of(making.seller(owner, settings)), made_at=clock.now(), made_by=actor.id,
            payment_days=days, **making.fields_of(said), **_own(said),
        )  # fmt: skip
        _write_lines(row, said.lines)
        _changed(w, row)
        return row


def change(actor: Actor, invoice_id: UUID, new: NewPaper) -> Invoice:
    """Another text for a draft. Of a credit note the buyer and what it corrects stay. Raises Denied, UnknownInvoice,
    AlreadyIssued, BadInvoice."""
    with work.transaction(actor) as w:
        row = _draft(actor, invoice_id, Action.CHANGE)
        said = filled(new)
        fields = making.fields_of(said) | _own(said)
        if row.kind == Kind.CREDIT.value:
            fields = {name: value for name, value in fields.items() if not name.startswith("buyer_")}
            fields |= {"customer_id": row.customer_id, "order_id": row.order_id}
        for name, value in fields.items():
            setattr(row, name, value)
        if said.payment_days is not None:
            row.payment_days = said.payment_days
        row.save()
        InvoiceLine.objects.filter(invoice=row).delete()
        _write_lines(row, said.lines)
        _changed(w, row)
        return row


def delete(actor: Actor, invoice_id: UUID) -> None:
    """Only a draft. Raises Denied, UnknownInvoice, AlreadyIssued."""
    with work.transaction(actor) as w:
        row = _draft(actor, invoice_id, Action.DELETE)
        _changed(w, row)
        row.delete()


def from_order(actor: Actor, order_id: UUID, customer_id: UUID | None, subject: str, lines: Sequence[Line]) -> Invoice:
    """A draft of an order's work and parts: the workshop's way, without partners. Raises Denied, BadInvoice."""
    language = "nl" if customer_id is None else ""  # his own
    return draft(actor, NewPaper(NOBODY, tuple(lines), language, customer_id, order_id, subject[:200]))


def filled(new: NewPaper) -> NewPaper:
    """With the buyer from the customer where nobody wrote one. Within an acting party. Raises BadInvoice."""
    if new.customer_id is None or new.buyer.name:
        return making.checked(new)
    buyer, language = making.buyer_of(new.customer_id)
    return making.checked(replace(new, buyer=buyer, language=new.language or language))


def _own(said: NewPaper) -> dict[str, Any]:
    return {
        "buyer_reference": said.buyer_reference.strip(), "purchase_order": said.purchase_order.strip(),
        "delivered_on": said.delivered_on,
    }  # fmt: skip


def _write_lines(row: Invoice, lines: Sequence[Line]) -> None:
    InvoiceLine.objects.bulk_create(making.line_rows(InvoiceLine, {"invoice": row}, row, lines))


# --- issuing --------------------------------------------------------------------------------------------------------


def faults(actor: Actor, invoice_id: UUID) -> list[str]:
    """Within an acting party: what keeps a draft from being issued. Raises Denied, UnknownInvoice."""
    row = found(actor, invoice_id, Action.READ)
    return _faults(row, queries.settings(row.owner_id))


def _faults(row: Invoice, settings: Settings) -> list[str]:
    one = making.seller(row.owner_id, settings)
    today = making.today(one.country)
    said = making.document(row, one, settings, today)
    found = ready.faults(said, today)
    if row.kind == Kind.CREDIT.value and row.total_cents > _creditable(row):
        found.append(_("A credit note is for no more than what is left of the invoice."))
    return found


def _creditable(row: Invoice) -> int:
    """Cents that other credit notes leave of the corrected invoice."""
    assert row.corrects is not None
    issued = row.corrects.corrections.filter(state=State.ISSUED.value).exclude(id=row.id)
    return row.corrects.total_cents - (issued.aggregate(sum=Sum("total_cents"))["sum"] or 0)


def issue(actor: Actor, invoice_id: UUID) -> Invoice:
    """Gives it its number and makes its paper. Raises Denied, UnknownInvoice, AlreadyIssued, NotReady."""
    with work.transaction(actor) as w:
        row = _draft(actor, invoice_id, Action.ISSUE)
        if row.corrects is not None:  # other credit notes of it wait
            Invoice.objects.select_for_update().get(id=row.corrects.id)
        settings = queries.settings(row.owner_id)
        wrong = _faults(row, settings)
        if wrong:
            raise NotReady(wrong)
        one = making.seller(row.owner_id, settings)
        _number(row, one.country)
        _fix(row, actor, one.country)
        said = making.document(row, one, settings, _on(row))
        pdf, xml = paper.invoice(said)
        row.seller = one.written()
        row.save()
        _keep_paper(row, pdf, xml)
        if row.kind == Kind.CREDIT.value:
            _settle_credit(row, actor)
        facts: dict[str, Fact] = {
            "what": "issued", "number": row.number, "total": row.total_cents, "currency": row.currency,
            "pdf": hashlib.sha256(pdf).digest(), "xml": hashlib.sha256(xml).digest(),
        }  # fmt: skip
        _said(w, row, facts)
        return row


def _number(row: Invoice, country: str) -> None:
    """Takes the next number of the firm's series. The row of the series is locked until the end of the transaction;
    the day is read after that, so that numbers and days go up together."""
    for _once in range(2):  # a year can end while we wait for the lock
        year = making.today(country).year
        series = _locked_series(row, row.kind, year)
        row.issued_on = making.today(country)
        if row.issued_on.year == year:
            break
    series.last += 1
    series.save(update_fields=["last"])
    row.year, row.sequence = year, series.last
    row.number = rules.number_text(Kind(row.kind), year, series.last)
    row.reference = rules.reference_for(row.number, country)


def _locked_series(row: Invoice, kind: str, year: int) -> Series:
    fresh = Series(id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, kind=kind, year=year)
    Series.objects.bulk_create([fresh], ignore_conflicts=True)
    return Series.objects.select_for_update().get(owner_id=row.owner_id, kind=kind, year=year)


def _fix(row: Invoice, actor: Actor, country: str) -> None:
    on = _on(row)
    row.state, row.issued_at, row.issued_by = State.ISSUED.value, clock.now(), actor.id
    row.due_on = None if row.kind == Kind.CREDIT.value else on + timedelta(days=row.payment_days)
    row.delivered_on = row.delivered_on or on
    row.year_ended_at = making.year_ended_at(on.year, country, books.kept(country, on).years)
    if row.total_cents == 0:
        row.settled_at = row.issued_at


def _on(row: Invoice) -> date:
    assert row.issued_on is not None
    return row.issued_on


def _keep_paper(row: Invoice, pdf: bytes, xml: bytes) -> None:
    Paper.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, invoice=row, pdf=pdf, xml=xml,
        pdf_sha256=hashlib.sha256(pdf).digest(), xml_sha256=hashlib.sha256(xml).digest(),
    )  # fmt: skip


def credit(actor: Actor, invoice_id: UUID, why: str) -> Invoice:
    """A draft credit note with the invoice's lines, of which the writer leaves what he takes back. Raises Denied,
    UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        old = found(actor, invoice_id, Action.READ)
        require(actor, Action.ADD, resource(None, old.owner_id, old.customer_id))
        if old.state != State.ISSUED.value or old.kind != Kind.INVOICE.value:
            raise BadInvoice(_("Only an issued invoice can be credited."), action=_("Change or delete the draft."))
        reason = " ".join(why.split())
        if not 3 <= len(reason) <= 300:
            raise BadInvoice(_("A credit note says why."), action=_("Write the reason in a few words."))
        same = {name: getattr(old, name) for name in _SAME}
        row = Invoice.objects.create(
            **same, kind=Kind.CREDIT.value, state=State.DRAFT.value, corrects=old, corrects_why=reason,
            made_at=clock.now(), made_by=actor.id, payment_days=0,
        )
        _write_lines(row, making.lines_of(old))
        _changed(w, row)
        return row


_SAME = (
    "owner_id", "provider_id", "customer_id", "order_id", "buyer_name", "buyer_attention", "buyer_street",
    "buyer_postcode", "buyer_city", "buyer_country", "buyer_email", "buyer_vat_id", "buyer_registration", "language",
    "currency", "subject", "net_cents", "vat_cents", "rounding_cents", "prices_with_vat", "total_cents",
    "buyer_reference", "purchase_order", "delivered_on",
)  # fmt: skip


def _settle_credit(row: Invoice, actor: Actor) -> None:
    """As much as is open of the invoice is settled with it; the rest is owed to the buyer."""
    assert row.corrects is not None
    old = Invoice.objects.select_for_update().get(id=row.corrects.id)
    part = min(row.total_cents, old.open_cents)
    if part <= 0:
        return
    Settlement.objects.create(
        owner_id=row.owner_id, provider_id=row.provider_id, invoice=old, credit=row, cents=part, how="credit",
        made_at=clock.now(), made_by=actor.id,
    )  # fmt: skip
    for one in (old, row):
        one.paid_cents += part
        one.settled_at = clock.now() if one.open_cents <= 0 else None
        one.save(update_fields=["paid_cents", "settled_at"])


def send(actor: Actor, invoice_id: UUID, to: str = "") -> Invoice:
    """By e-mail, with its paper; the letter leaves in the background. Raises Denied, UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        row = found(actor, invoice_id, Action.CHANGE, lock=True)
        require(actor, Action.EXPORT, resource(row.id, row.owner_id, row.customer_id))
        address = (to or row.buyer_email).strip().lower()
        if row.state != State.ISSUED.value:
            raise BadInvoice(_("A draft is not sent."), action=_("Issue it first."))
        if not mail.is_address(address):
            raise BadInvoice(_("There is no e-mail address to send it to."), action=_("Write one."))
        row.sent_to, row.sent_at, row.fault = address, None, ""
        row.save(update_fields=["sent_to", "sent_at", "fault"])
        w.publish("invoice.send", owner_id=row.owner_id, invoice=row.id)
        _said(w, row, {"what": "sent", "number": row.number})
        return row


# --- settings, agreements -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NewSettings:
    payment_days: int
    offer_days: int
    reminder_days: int
    small_firm: bool
    footer: str
    tax_number: str
    prices_with_vat: bool = False


def set_settings(actor: Actor, new: NewSettings) -> Settings:
    """Raises Denied, BadInvoice."""
    owner = _party(actor)
    require(actor, Action.ISSUE, resource(None, owner, None))
    if not (0 <= new.payment_days <= 120 and 1 <= new.offer_days <= 365 and 3 <= new.reminder_days <= 90):
        raise BadInvoice(_("These terms can't be like that."), action=_("Choose other numbers of days."))
    if len(new.footer) > 500 or len(new.tax_number) > 30:
        raise BadInvoice(_("This text is too long."), action=_("Shorten it."))
    with work.transaction(actor) as w:
        row = queries.settings(owner)
        row.provider_id = making.provider_of(owner)
        for name in NewSettings.__dataclass_fields__:
            setattr(row, name, getattr(new, name))
        row.changed_at, row.changed_by = clock.now(), actor.id
        row.save()
        w.record(Entry(EntryKind.INVOICE, owner, {"what": "settings"}, about=owner))
        return row


@dataclass(frozen=True)
class NewAgreement:
    """As it stands on paper. `document_hash`: SHA-256 of the scan, if there is one."""

    person_id: UUID
    firm: str
    reference: str
    signed_on: date
    valid_from: datetime
    valid_to: datetime
    document_hash: bytes | None = None


def record_agreement(actor: Actor, new: NewAgreement) -> BooksAgreement:
    """A written agreement with an accountant (A10). Raises Denied, BadInvoice."""
    owner = _party(actor)
    require(actor, Action.RECORD, Resource(ResourceKind.BOOKS_AGREEMENT, None, owner))
    firm, reference = " ".join(new.firm.split()), " ".join(new.reference.split())
    if not (1 <= len(firm) <= 200 and 1 <= len(reference) <= 120):
        raise BadInvoice(_("An agreement names the firm and its reference."), action=_("Fill in both."))
    tomorrow = clock.now().date() + timedelta(days=1)  # which has begun where the firm is before it has by UTC
    if not timedelta(0) < new.valid_to - new.valid_from <= LONGEST_AGREEMENT or new.signed_on > tomorrow:
        raise BadInvoice(_("An agreement is signed, and lasts at most five years."), action=_("Check its dates."))
    with work.transaction(actor) as w:
        facts: dict[str, Fact] = {
            "what": "agreement", "person": new.person_id, "document": new.document_hash,
            "until_ms": clock.ms(new.valid_to),
        }  # fmt: skip
        w.record(Entry(EntryKind.INVOICE, owner, facts, about=new.person_id))
        return BooksAgreement.objects.create(
            owner_id=owner, provider_id=making.provider_of(owner), person_id=new.person_id, firm=firm,
            reference=reference, signed_on=new.signed_on, valid_from=new.valid_from, valid_to=new.valid_to,
            document_hash=new.document_hash, recorded_at=clock.now(), recorded_by=actor.id,
        )  # fmt: skip


def end_agreement(actor: Actor, agreement_id: UUID) -> BooksAgreement:
    """From now on he reads nothing. Again is harmless. Raises Denied, UnknownInvoice."""
    owner = _party(actor)
    require(actor, Action.END, Resource(ResourceKind.BOOKS_AGREEMENT, agreement_id, owner))
    with work.transaction(actor) as w:
        row = BooksAgreement.objects.select_for_update().filter(id=agreement_id, owner_id=owner).first()
        if row is None:
            raise UnknownInvoice
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            facts: dict[str, Fact] = {"what": "agreement_ended", "person": row.person_id}
            w.record(Entry(EntryKind.INVOICE, owner, facts, about=row.person_id))
        return row


# --- small parts ----------------------------------------------------------------------------------------------------


def resource(invoice_id: UUID | None, owner_id: UUID, customer_id: UUID | None) -> Resource:
    of = {} if customer_id is None else {"customer": customer_id}
    return Resource(ResourceKind.INVOICE, invoice_id, owner_id, of)


def _party(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise UnknownInvoice
    return actor.party_id


def found(actor: Actor, invoice_id: UUID, action: Action, *, lock: bool = False) -> Invoice:
    """Within an acting party. Raises Denied, UnknownInvoice."""
    rows = Invoice.objects.select_for_update() if lock else Invoice.objects.select_related("corrects")
    row = rows.filter(id=invoice_id, owner_id=_party(actor)).first()
    if row is None:
        raise UnknownInvoice
    require(actor, action, resource(row.id, row.owner_id, row.customer_id))
    return row


def _draft(actor: Actor, invoice_id: UUID, action: Action) -> Invoice:
    row = found(actor, invoice_id, action, lock=True)
    if row.state != State.DRAFT.value:
        raise AlreadyIssued
    return row


def _changed(w: work.Work, row: Invoice) -> None:
    w.publish("invoice.changed", owner_id=row.owner_id, invoice=row.id)


def _said(w: work.Work, row: Invoice, facts: dict[str, Fact]) -> None:
    w.record(Entry(EntryKind.INVOICE, row.owner_id, facts, about=row.id))
    _changed(w, row)
