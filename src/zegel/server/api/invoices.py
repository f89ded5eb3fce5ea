# SPDX-License-Identifier: EUPL-1.2
"""Offers, invoices, payments and the books of the acting firm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.declare.law import books as law
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.customers import queries as customers
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.invoices import (
    actions,
    camt,
    einvoice,
    journal,
    making,
    money,
    offering,
    queries,
    ready,
    reminding,
    rules,
)
from zegel.server.invoices.document import Buyer, Seller
from zegel.server.invoices.errors import UnknownInvoice
from zegel.server.invoices.journal import Period
from zegel.server.invoices.making import NewPaper
from zegel.server.invoices.models import BooksAgreement, Invoice, Offer, Paper, PaperLine, Paperwork, Payment
from zegel.server.invoices.rules import UNITS, Category, Line, OfferState, State, Way
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.orders import queries as orders
from zegel.server.people import queries as people
from zegel.server.people.roles import Role

router = Router(tags=["invoices"])
for _code, _status in (
    ("unknown_invoice", 404), ("bad_invoice", 422), ("invoice_not_ready", 409), ("invoice_issued", 409),
    ("bad_statement", 422), ("bad_payment", 422), ("bad_paper", 500),
):  # fmt: skip
    errors.status(_code, _status)

Lang = Literal["nl", "sv", "de", "en"]
Quantity = Annotated[Decimal, Field(gt=-(10**9), lt=10**9, max_digits=13, decimal_places=4)]
Price = Annotated[Decimal, Field(ge=0, lt=10**9, max_digits=13, decimal_places=4)]
Percent = Annotated[Decimal, Field(ge=0, le=100, max_digits=5, decimal_places=2)]
Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class LineBody(Schema):
    """`price`: of one, without VAT unless the paper's prices include it. Figures as text or number."""

    text: str = Field(max_length=500)
    quantity: Quantity
    unit: str = Field(default="C62", max_length=3)
    price: Price
    discount: Percent = Decimal(0)
    category: Category
    rate: Percent
    reason: str = Field(default="", max_length=300)

    def line(self) -> Line:
        return Line(
            self.text.strip(), self.quantity, self.unit, self.price, self.category, self.rate, self.discount,
            self.reason.strip(),
        )  # fmt: skip


class BuyerBody(Schema):
    name: str = Field(default="", max_length=200)
    attention: str = Field(default="", max_length=200)
    street: str = Field(default="", max_length=200)
    postcode: str = Field(default="", max_length=20)
    city: str = Field(default="", max_length=100)
    country: str = Field(default="", max_length=2, pattern="^([A-Za-z]{2})?$")
    email: str = Field(default="", max_length=254)
    vat_id: str = Field(default="", max_length=20)
    registration: str = Field(default="", max_length=40)


class PaperBody(Schema):
    """With a customer and without a buyer's name, the buyer is the customer as he is recorded."""

    customer_id: UUID | None = None
    order_id: UUID | None = None
    buyer: BuyerBody = Field(default_factory=BuyerBody)
    language: Lang | Literal[""] = ""
    subject: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=1000)
    buyer_reference: str = Field(default="", max_length=100)
    purchase_order: str = Field(default="", max_length=100)
    delivered_on: Day | None = None
    payment_days: int | None = Field(default=None, ge=0, le=365)
    prices_with_vat: bool = False
    lines: list[LineBody] = Field(default_factory=list, max_length=200)

    def new(self) -> NewPaper:
        buyer = Buyer(**self.buyer.dict())
        language = self.language or ("" if self.customer_id is not None and not buyer.name else "nl")
        return NewPaper(
            buyer, tuple(one.line() for one in self.lines), language, self.customer_id, self.order_id, self.subject,
            self.note, self.buyer_reference, self.purchase_order, self.delivered_on, self.payment_days,
            self.prices_with_vat,
        )  # fmt: skip


class Why(Schema):
    why: str = Field(max_length=500)


class To(Schema):
    to: str = Field(default="", max_length=254)


class Received(Schema):
    way: Literal[Way.CASH, Way.CARD]
    amount_cents: int = Field(gt=0, le=10**12)
    on: Day


class Answer(Schema):
    state: Literal[OfferState.ACCEPTED, OfferState.DECLINED]


class SettleBody(Schema):
    invoice_id: UUID
    amount_cents: int | None = Field(default=None, gt=0, le=10**12)


class Aside(Schema):
    why: str = Field(default="", max_length=300)


class SettingsBody(Schema):
    payment_days: int = Field(ge=0, le=365)
    offer_days: int = Field(ge=0, le=400)
    reminder_days: int = Field(ge=0, le=400)
    small_firm: bool
    footer: str = Field(default="", max_length=600)
    tax_number: str = Field(default="", max_length=40)
    prices_with_vat: bool = False


class AgreementBody(Schema):
    person_id: UUID
    firm: str = Field(max_length=300)
    reference: str = Field(max_length=200)
    signed_on: Day
    from_ms: int = Field(ge=0, le=LATEST_MS)
    until_ms: int = Field(ge=0, le=LATEST_MS)
    document: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")


# --- invoices -------------------------------------------------------------------------------------------------------


@router.get("/invoices")
def invoices(
    request: HttpRequest, show: Literal["all", "drafts", "open", "overdue", "settled", "credits"] = "all",
    search: str = "", year: int | None = None, customer_id: UUID | None = None, order_id: UUID | None = None,
    after: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """The newest first."""
    actor = _may(request, Action.LIST, ResourceKind.INVOICE)
    wanted = queries.Wanted(show, search[:100], year, customer_id, order_id)
    with _as(actor):
        rows, more = queries.invoices(_party(actor), wanted, max(0, min(after, 100_000)))
        sums = queries.sums(_party(actor))
    journal.note(actor, "listed", count=len(rows))
    return {
        "invoices": [_brief(row) for row in rows], "more": more, "today": _today(actor),
        "sums": {
            "drafts": sums.drafts, "open": sums.open, "overdue": sums.overdue, "unmatched": sums.unmatched,
        },
        "may": _may_do(actor),
    }  # fmt: skip


@router.get("/invoice-terms")
def terms(request: HttpRequest, on: Day | None = None) -> dict[str, Any]:
    """What a form needs: rates of the day, units, the firm's settings and imprint, and what is missing of it."""
    actor = _may(request, Action.LIST, ResourceKind.INVOICE)
    with _as(actor):
        settings = queries.settings(_party(actor))
        one = making.seller(_party(actor), settings)
    day = on or making.today(one.country)
    return {
        "rates": [{"name": rate.name, "rate": f"{rate.rate:f}"} for rate in law.rates(one.country, day)],
        "units": [{"code": code, "name": name} for code, name in UNITS.items()],
        "settings": {name: getattr(settings, name) for name in SettingsBody.model_fields},
        "seller": one.written(), "missing": ready.imprint_faults(one), "currency": making.currency_of(one),
        "may": _may_do(actor),
    }  # fmt: skip


@router.post("/invoices")
def draft(request: HttpRequest, body: PaperBody) -> dict[str, Any]:
    actor = acting(request)
    return _whole(actor, actions.draft(actor, body.new()).id)


@router.post("/invoices-of-order/{order_id}")
def of_order(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """A draft of an order's work and parts; what the warranty covers costs nothing."""
    actor = _may(request, Action.ADD, ResourceKind.INVOICE)
    with _as(actor):
        order = orders.find(order_id)
        if order is None or order.owner_id != _party(actor):
            raise UnknownInvoice
        one = making.seller(_party(actor), queries.settings(_party(actor)))
        lines = [_of_order_line(line, one) for line in orders.lines_of(order_id)]
        subject = f"{order.number} {order.subject}".strip()
    return _whole(actor, actions.from_order(actor, order_id, order.customer_id, subject, lines).id)


@router.get("/invoices/{invoice_id}")
def invoice(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    found = _whole(actor, invoice_id)
    journal.note(actor, "read", about=invoice_id)
    return found


@router.put("/invoices/{invoice_id}")
def change(request: HttpRequest, invoice_id: UUID, body: PaperBody) -> dict[str, Any]:
    actor = acting(request)
    return _whole(actor, actions.change(actor, invoice_id, body.new()).id)


@router.post("/invoices/{invoice_id}/delete")
def delete(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    """Only a draft."""
    actions.delete(acting(request), invoice_id)
    return {}


@router.post("/invoices/{invoice_id}/issue")
def issue(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    """It gets its number and its paper, and is never changed again."""
    actor = acting(request)
    return _whole(actor, actions.issue(actor, invoice_id).id)


@router.post("/invoices/{invoice_id}/credit")
def credit(request: HttpRequest, invoice_id: UUID, body: Why) -> dict[str, Any]:
    """A draft credit note with its lines."""
    actor = acting(request)
    return _whole(actor, actions.credit(actor, invoice_id, body.why).id)


@router.post("/invoices/{invoice_id}/send")
def send(request: HttpRequest, invoice_id: UUID, body: To) -> dict[str, Any]:
    actor = acting(request)
    return _whole(actor, actions.send(actor, invoice_id, body.to).id)


@router.post("/invoices/{invoice_id}/remind")
def remind(request: HttpRequest, invoice_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    return _whole(actor, reminding.remind(actor, invoice_id).invoice_id)


@router.post("/invoices/{invoice_id}/received")
def received(request: HttpRequest, invoice_id: UUID, body: Received) -> dict[str, Any]:
    """Paid at the counter."""
    actor = acting(request)
    money.received(actor, invoice_id, Way(body.way), body.amount_cents, body.on)
    return _whole(actor, invoice_id)


@router.get("/invoices/{invoice_id}/paper")
def invoice_paper(
    request: HttpRequest, invoice_id: UUID, shape: Literal["pdf", "cii", "ubl"] = "pdf"
) -> HttpResponse:  # fmt: skip
    """As it was issued: the PDF/A-3, the XML in it, or the same in UBL."""
    actor = acting(request)
    row = _found(actor, invoice_id)
    with _as(actor):
        paper = Paper.objects.filter(invoice=row).first()
        if paper is None:
            raise UnknownInvoice
        content = {"pdf": bytes(paper.pdf), "cii": bytes(paper.xml)}.get(shape) or _ubl(row)
    kind = FileKind.INVOICE if shape == "pdf" else FileKind.INVOICE_DATA
    name = f"{row.number}.{'pdf' if shape == 'pdf' else f'{shape}.xml'}"
    return _file(actor, kind, name, content, actions.resource(row.id, row.owner_id, row.customer_id))


def _ubl(row: Invoice) -> bytes:
    assert row.issued_on is not None
    said = making.document(row, Seller.read(row.seller or {}), queries.settings(row.owner_id), row.issued_on)
    return einvoice.ubl(said)


# --- offers ---------------------------------------------------------------------------------------------------------


@router.get("/offers")
def offers(request: HttpRequest) -> dict[str, Any]:
    actor = _may(request, Action.LIST, ResourceKind.OFFER)
    with _as(actor):
        rows = queries.offers(_party(actor))
    return {"offers": [_offer_brief(row) for row in rows], "today": _today(actor)}


@router.post("/offers")
def make_offer(request: HttpRequest, body: PaperBody) -> dict[str, Any]:
    actor = acting(request)
    return _offer(actor, offering.make(actor, body.new()).id)


@router.get("/offers/{offer_id}")
def offer(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    return _offer(acting(request), offer_id)


@router.put("/offers/{offer_id}")
def change_offer(request: HttpRequest, offer_id: UUID, body: PaperBody) -> dict[str, Any]:
    actor = acting(request)
    return _offer(actor, offering.change(actor, offer_id, body.new()).id)


@router.post("/offers/{offer_id}/send")
def send_offer(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    return _offer(actor, offering.send(actor, offer_id).id)


@router.post("/offers/{offer_id}/answered")
def answered(request: HttpRequest, offer_id: UUID, body: Answer) -> dict[str, Any]:
    actor = acting(request)
    return _offer(actor, offering.answered(actor, offer_id, OfferState(body.state)).id)


@router.post("/offers/{offer_id}/invoice")
def invoice_offer(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    """A draft with its lines."""
    actor = acting(request)
    return _whole(actor, offering.invoice(actor, offer_id).id)


@router.post("/offers/{offer_id}/delete")
def delete_offer(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    offering.delete(acting(request), offer_id)
    return {}


@router.get("/offers/{offer_id}/paper")
def offer_paper(request: HttpRequest, offer_id: UUID) -> HttpResponse:
    actor = acting(request)
    with _as(actor):
        row = Offer.objects.filter(id=offer_id, owner_id=_party(actor)).first()
        if row is None:
            raise UnknownInvoice
        content = offering.printed(row)
    resource = offering.resource(row.id, row.owner_id, row.customer_id)
    return _file(actor, FileKind.OFFER, f"{row.number}.pdf", content, resource)


# --- payments -------------------------------------------------------------------------------------------------------


@router.get("/payments")
def payments(request: HttpRequest, unmatched: bool = False, after: int = 0) -> dict[str, Any]:
    """The newest first; of an unmatched one also what it may be for."""
    actor = _may(request, Action.LIST, ResourceKind.PAYMENT)
    with _as(actor):
        rows, more = queries.payments(
            _party(actor), unmatched_only=unmatched, after=max(0, min(after, 100_000))
        )
        found = [_payment(row) for row in rows]
        files = [
            {
                "id": str(one.id), "account": one.account, "imported_ms": clock.ms(one.imported_at),
                "entries": one.entries, "new": one.taken,
            }
            for one in queries.statements(_party(actor))
        ]  # fmt: skip
        waiting = queries.unmatched(_party(actor)).count()
    journal.note(actor, "payments_listed", count=len(rows))
    return {"payments": found, "more": more, "statements": files, "unmatched": waiting, "may": _may_do(actor)}


@router.post("/payments/import")
def take(request: HttpRequest) -> dict[str, Any]:
    """A bank's file (CAMT.053, or a ZIP of such) as the body. The same again changes nothing."""
    actor = _may(request, Action.ADD, ResourceKind.PAYMENT)
    content = request.read(camt.LARGEST + 1)
    done = money.take(actor, content)
    return {
        "bookings": done.bookings, "new": done.new, "matched": done.matched, "accounts": list(done.accounts),
        "not_adding_up": done.not_adding_up,
    }  # fmt: skip


@router.post("/payments/{payment_id}/settle")
def settle(request: HttpRequest, payment_id: UUID, body: SettleBody) -> dict[str, Any]:
    actor = acting(request)
    row = money.settle(actor, payment_id, body.invoice_id, body.amount_cents)
    with _as(actor):
        return _payment(row)


@router.post("/payments/{payment_id}/set-aside")
def set_aside(request: HttpRequest, payment_id: UUID, body: Aside) -> dict[str, Any]:
    """It is about no invoice; without a reason: look at it again."""
    actor = acting(request)
    row = money.set_aside(actor, payment_id, body.why)
    with _as(actor):
        return _payment(row)


@router.post("/settlements/{settlement_id}/undo")
def undo(request: HttpRequest, settlement_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    return _whole(actor, money.unsettle(actor, settlement_id).invoice_id)


# --- the books ------------------------------------------------------------------------------------------------------


@router.get("/books")
def books(request: HttpRequest, first: Day, last: Day) -> dict[str, Any]:
    """A period's sales by VAT category and rate."""
    actor = _may(request, Action.READ, ResourceKind.INVOICE)
    with _as(actor):
        rows = journal.taxes(_party(actor), Period(first, last))
    journal.note(actor, "books_read", count=len(rows))
    return {
        "taxes": [
            {
                "category": one.category, "rate": f"{one.rate:f}", "currency": one.currency,
                "net_cents": one.net_cents, "vat_cents": one.vat_cents, "papers": one.papers,
            }
            for one in rows
        ],
        "agreement": _my_agreement(actor),
    }  # fmt: skip


@router.get("/books/file")
def books_file(request: HttpRequest, first: Day, last: Day) -> HttpResponse:
    """Everything of a period as a ZIP: journals, VAT, each paper with its XML, and their hashes."""
    actor = _may(request, Action.EXPORT, ResourceKind.INVOICE)
    with _as(actor):
        content, papers = journal.file(_party(actor), Period(first, last))
    name = f"books-{first.isoformat()}-{last.isoformat()}.zip"
    resource = Resource(ResourceKind.INVOICE, None, _party(actor))
    sent = exports.send(actor, FileKind.BOOKS, name, content, purpose="bookkeeping", resource=resource, count=papers)
    return exports.answer(sent)


@router.put("/invoice-settings")
def set_settings(request: HttpRequest, body: SettingsBody) -> dict[str, Any]:
    actor = acting(request)
    row = actions.set_settings(actor, actions.NewSettings(**body.dict()))
    return {name: getattr(row, name) for name in SettingsBody.model_fields}


@router.get("/books/agreements")
def agreements(request: HttpRequest) -> dict[str, Any]:
    """Under which accountants read these books, and who could."""
    actor = _may(request, Action.LIST, ResourceKind.BOOKS_AGREEMENT)
    with _as(actor):
        rows = queries.agreements(_party(actor))
    mine = people.members(_party(actor), (Role.ACCOUNTANT,))
    names = people.person_names({one.person_id for one in rows})
    return {
        "agreements": [_agreement(one, names) for one in rows], "now_ms": clock.now_ms(),
        "accountants": [{"id": str(one.id), "name": one.display_name} for one in mine],
        "may_record": decide(
            actor, Action.RECORD, Resource(ResourceKind.BOOKS_AGREEMENT, None, _party(actor))
        ).allowed,
    }  # fmt: skip


@router.post("/books/agreements")
def record_agreement(request: HttpRequest, body: AgreementBody) -> dict[str, Any]:
    actor = acting(request)
    first, last = clock.moment(body.from_ms), clock.moment(body.until_ms)
    assert first is not None
    assert last is not None
    actions.record_agreement(actor, actions.NewAgreement(
        body.person_id, body.firm, body.reference, body.signed_on, first, last,
        None if body.document is None else bytes.fromhex(body.document),
    ))  # fmt: skip
    return agreements(request)


@router.post("/books/agreements/{agreement_id}/end")
def end_agreement(request: HttpRequest, agreement_id: UUID) -> dict[str, Any]:
    actions.end_agreement(acting(request), agreement_id)
    return agreements(request)


# --- inside ---------------------------------------------------------------------------------------------------------


def _may(request: HttpRequest, action: Action, kind: ResourceKind) -> Actor:
    actor = acting(request)
    require(actor, action, Resource(kind, None, actor.party_id))
    return actor


def _as(actor: Actor) -> Any:
    return tenancy.acting_as(actor.party_id, actor.id)


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


def _may_do(actor: Actor) -> dict[str, bool]:
    """What the page offers; the gate decides again when it is done."""
    def allowed(action: Action, kind: ResourceKind) -> bool:
        return decide(actor, action, Resource(kind, None, actor.party_id)).allowed

    return {
        "write": allowed(Action.ADD, ResourceKind.INVOICE), "issue": allowed(Action.ISSUE, ResourceKind.INVOICE),
        "pay": allowed(Action.CHANGE, ResourceKind.PAYMENT), "export": allowed(Action.EXPORT, ResourceKind.INVOICE),
    }  # fmt: skip


def _today(actor: Actor) -> str:
    with _as(actor):
        return making.today(making.seller(_party(actor), queries.settings(_party(actor))).country).isoformat()


def _found(actor: Actor, invoice_id: UUID) -> Invoice:
    with _as(actor):
        row = queries.invoice(_party(actor), invoice_id)
    if row is None:
        raise UnknownInvoice
    require(actor, Action.READ, actions.resource(row.id, row.owner_id, row.customer_id))
    return row


def _file(actor: Actor, kind: FileKind, name: str, content: bytes, resource: Resource) -> HttpResponse:
    return exports.answer(exports.send(actor, kind, name, content, purpose="bookkeeping", resource=resource))


def _of_order_line(line: Any, one: Seller) -> Line:
    """With the standard rate: the writer chooses another where the law has it."""
    rates = law.rates(one.country, making.today(one.country))
    price = Decimal(0) if line.covered else Decimal(line.price_cents) / 100
    text = " ".join(part for part in (line.name, line.article) if part)
    unit = "HUR" if line.kind == "labour" else "C62"
    quantity = Decimal(line.quantity_milli) / 1000
    rate = rates[0].rate if rates else Decimal(0)
    return Line(text, quantity, unit, price, Category.STANDARD if rate else Category.ZERO, rate)


def _brief(row: Invoice) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "state": row.state, "number": row.number, "name": row.buyer_name,
        "customer_id": None if row.customer_id is None else str(row.customer_id), "subject": row.subject,
        "order_id": None if row.order_id is None else str(row.order_id),
        "currency": row.currency, "total_cents": row.total_cents, "open_cents": row.open_cents,
        "issued_on": _iso(row.issued_on), "due_on": _iso(row.due_on), "made_ms": clock.ms(row.made_at),
        "settled": row.settled_at is not None, "sent_ms": clock.ms(row.sent_at), "reminded": row.reminded,
        "waits": bool(row.sent_to) and row.sent_at is None, "fault": row.fault,
    }  # fmt: skip


def _whole(actor: Actor, invoice_id: UUID) -> dict[str, Any]:
    row = _found(actor, invoice_id)
    with _as(actor):
        draft = row.state == State.DRAFT.value
        settlements = row.settlements.select_related("payment", "credit").order_by("made_at")
        customer = None if row.customer_id is None else customers.find(row.customer_id)
        return {
            **_brief(row), **_paperwork(row), "buyer_reference": row.buyer_reference,
            "purchase_order": row.purchase_order, "delivered_on": _iso(row.delivered_on),
            "payment_days": row.payment_days, "reference": row.reference, "corrects_why": row.corrects_why,
            "corrects": None if row.corrects is None else _brief(row.corrects),
            "corrections": [_brief(one) for one in row.corrections.order_by("made_at")],
            "sent_to": row.sent_to, "kept_until": _kept_until(row),
            "customer_number": None if customer is None else customer.number,
            "customer_gone": row.customer_id is not None and (customer is None or customer.anonymised_at is not None),
            "faults": actions.faults(actor, invoice_id) if draft else [],
            "settlements": [
                {
                    "id": str(one.id), "cents": one.cents, "how": one.how, "made_ms": clock.ms(one.made_at),
                    "way": "credit" if one.payment is None else one.payment.way,
                    "from": one.credit.number if one.credit else one.payment.name if one.payment else "",
                    "on": _iso(one.payment.booked_on) if one.payment else None, "undone": one.ended_at is not None,
                }
                for one in settlements
            ],
            "reminders": [
                {
                    "level": one.level, "made_ms": clock.ms(one.made_at), "told_ms": clock.ms(one.told_at),
                    "pay_by": _iso(one.pay_by), "to": one.to, "fault": one.fault,
                }
                for one in row.reminders.order_by("level")
            ],
            "may": _may_do(actor),
        }  # fmt: skip


def _kept_until(row: Invoice) -> str | None:
    """The day on which the law lets it go."""
    if row.year is None:
        return None
    country = Seller.read(row.seller or {}).country
    years = law.kept(country, row.issued_on or date(row.year, 12, 31)).years
    return date(row.year + 1 + years, 1, 1).isoformat()


def _paperwork(row: Paperwork) -> dict[str, Any]:
    lines: Sequence[PaperLine] = list(row.lines.order_by("position"))  # type: ignore[attr-defined]
    said = [making.line_of(one) for one in lines]
    totals = rules.totals(said, with_vat=row.prices_with_vat)
    shown = rules.figures(said, with_vat=row.prices_with_vat)
    buyer = making.buyer(row)
    return {
        "buyer": {name: getattr(buyer, name) for name in BuyerBody.model_fields}, "language": row.language,
        "note": row.note, "net_cents": row.net_cents, "vat_cents": row.vat_cents,
        "rounding_cents": row.rounding_cents, "prices_with_vat": row.prices_with_vat,
        "lines": [
            {
                "text": one.text, "quantity": _plain(one.quantity), "unit": one.unit, "price": _plain(one.price),
                "discount": _plain(one.discount), "category": one.category, "rate": _plain(one.rate),
                "reason": one.reason, "net_cents": one.net_cents, "shown_cents": figures.shown_cents,
            }
            for one, figures in zip(lines, shown, strict=True)
        ],
        "groups": [
            {
                "category": one.category.value, "rate": _plain(one.rate), "net_cents": one.net_cents,
                "vat_cents": one.vat_cents,
            }
            for one in totals.groups
        ],
    }  # fmt: skip


def _offer_brief(row: Offer) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "state": row.state, "name": row.buyer_name, "subject": row.subject,
        "currency": row.currency, "total_cents": row.total_cents, "made_ms": clock.ms(row.made_at),
        "valid_until": row.valid_until.isoformat(), "sent_ms": clock.ms(row.sent_at),
        "customer_id": None if row.customer_id is None else str(row.customer_id),
        "invoice_id": None if row.invoice_id is None else str(row.invoice_id),
    }  # fmt: skip


def _offer(actor: Actor, offer_id: UUID) -> dict[str, Any]:
    with _as(actor):
        row = Offer.objects.filter(id=offer_id, owner_id=_party(actor)).first()
        if row is None:
            raise UnknownInvoice
        require(actor, Action.READ, offering.resource(row.id, row.owner_id, row.customer_id))
        return {**_offer_brief(row), **_paperwork(row)}


def _payment(row: Payment) -> dict[str, Any]:
    open_now = row.amount_cents > 0 and row.settled_cents != row.amount_cents and not row.set_aside
    settled = row.settlements.filter(ended_at=None).select_related("invoice")
    return {
        "id": str(row.id), "amount_cents": row.amount_cents, "currency": row.currency, "way": row.way,
        "left_cents": abs(row.amount_cents) - abs(row.settled_cents), "booked_on": row.booked_on.isoformat(),
        "name": row.name, "iban": row.iban, "reference": row.reference, "text": row.text, "set_aside": row.set_aside,
        "reversal": row.reversal,
        "for": [
            {"id": str(one.id), "invoice_id": str(one.invoice_id), "number": one.invoice.number, "cents": one.cents}
            for one in settled
        ],
        "suggestions": [
            {
                "id": str(one.invoice.id), "number": one.invoice.number, "name": one.invoice.buyer_name,
                "open_cents": one.invoice.open_cents, "why": one.why,
            }
            for one in (money.suggestions(row) if open_now else ())
        ],
    }  # fmt: skip


def _agreement(one: BooksAgreement, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "person_id": str(one.person_id), "name": names.get(one.person_id, ""), "firm": one.firm,
        "reference": one.reference, "signed_on": one.signed_on.isoformat(), "from_ms": clock.ms(one.valid_from),
        "until_ms": clock.ms(one.valid_to), "ended_ms": clock.ms(one.ended_at),
    }  # fmt: skip


def _my_agreement(actor: Actor) -> dict[str, Any] | None:
    """Under which an accountant reads, and until when."""
    if actor.role != Role.ACCOUNTANT.value or actor.id is None:
        return None
    with _as(actor):
        row = queries.agreement_in_force(_party(actor), actor.id)
    return None if row is None else _agreement(row, {})


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _iso(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
