# SPDX-License-Identifier: EUPL-1.2
"""What the books say of people. An issued invoice and what was paid on it are records of the books: the law keeps them
(art. 52 AWR, 7 kap. 2 § BFL, § 147 AO), so they carry the buyer's name and address as they were, go by the term of the
books alone, and keep nothing else with them. A draft and an offer are not, and have terms of their own."""

from functools import partial

from zegel.declare import (
    Basis,
    Category,
    Erase,
    Export,
    Purpose,
    Recipient,
    Start,
    Subject,
    Term,
    declare,
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

_READERS = (Recipient.ACCOUNTANT, Recipient.AUTHORITY)

_books = partial(
    declare, subject=Subject.CONSUMER, category=Category.FINANCIAL, purpose=Purpose.BOOKKEEPING,
    basis=Basis.LEGAL_OBLIGATION, recipients=_READERS, term=Term.TAX, starts=Start.YEAR_ENDED, export=Export.VALUE,
)  # fmt: skip
_staff = partial(
    declare, subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.BOOKKEEPING,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.NOBODY,), term=Term.TAX, starts=Start.YEAR_ENDED,
    export=Export.DESCRIBED,
)  # fmt: skip
_offer = partial(
    declare, subject=Subject.CONSUMER, category=Category.FINANCIAL, purpose=Purpose.BOOKKEEPING, basis=Basis.CONTRACT,
    recipients=(Recipient.NOBODY,), term=Term.LIABILITY, starts=Start.MADE, export=Export.VALUE,
)  # fmt: skip

_BUYER = (
    "buyer_name", "buyer_attention", "buyer_street", "buyer_postcode", "buyer_city", "buyer_country", "buyer_email",
    "buyer_vat_id", "buyer_registration", "customer_id", "order_id", "subject", "note",
)  # fmt: skip
_FIGURES = ("language", "currency", "net_cents", "vat_cents", "total_cents", "rounding_cents", "prices_with_vat")
_LINE = (
    "position", "quantity", "unit", "price", "discount", "category", "rate", "reason", "net_cents",
)  # fmt: skip

_books(
    "invoices.Invoice",
    (*_BUYER, "buyer_reference", "purchase_order", "number", "reference", "corrects_why", "issued_on", "sent_to"),
    path="customer_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
_staff("invoices.Invoice", ("made_by", "made_at"), path="made_by", erase=Erase.DELETE_ROW)
_staff("invoices.Invoice", ("issued_by", "issued_at"), path="issued_by", erase=Erase.DELETE_ROW)
not_personal(
    "invoices.Invoice",
    (
        *_FIGURES, "kind", "state", "year", "sequence", "corrects", "offer_id", "delivered_on", "due_on",
        "payment_days", "seller", "sent_at", "fault", "paid_cents", "settled_at", "reminded", "year_ended_at",
    ),
    why="figures and days of a paper, and the imprint of the firm that made it",
)  # fmt: skip
_books("invoices.InvoiceLine", ("text",), path="invoice__customer_id", erase=Erase.WITH_PARENT)
not_personal("invoices.InvoiceLine", ("invoice", *_LINE), why="figures of a line of an invoice")
_books(
    "invoices.Paper", ("pdf", "xml"), path="invoice__customer_id", export=Export.DESCRIBED, erase=Erase.WITH_PARENT
)  # fmt: skip
not_personal("invoices.Paper", ("invoice", "pdf_sha256", "xml_sha256"), why="hashes of a paper that is declared")
_books("invoices.Reminder", ("to", "subject", "text"), path="invoice__customer_id", erase=Erase.WITH_PARENT)
_staff("invoices.Reminder", ("made_by", "made_at"), path="made_by", erase=Erase.WITH_PARENT)
not_personal(
    "invoices.Reminder", ("invoice", "level", "open_cents", "pay_by", "told_at", "fault"),
    why="which reminder it is, and whether it left",
)  # fmt: skip

_books(
    "invoices.Payment",
    ("name", "iban", "reference", "end_to_end", "text", "amount_cents", "booked_on", "set_aside"),
    path="settlements__invoice__customer_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
_staff("invoices.Payment", ("made_by", "made_at"), path="made_by", erase=Erase.DELETE_ROW)
not_personal(
    "invoices.Payment",
    (
        "statement", "way", "mark", "currency", "value_on", "bank_reference", "reversal", "settled_cents",
        "year_ended_at",
    ),
    why="figures and marks of a booking; who paid is declared beside them",
)  # fmt: skip
_staff("invoices.Settlement", ("made_by", "made_at"), path="made_by", erase=Erase.WITH_PARENT)
_staff("invoices.Settlement", ("ended_by", "ended_at"), path="ended_by", erase=Erase.WITH_PARENT)
not_personal("invoices.Settlement", ("invoice", "payment", "credit", "cents", "how"), why="which sum pays which paper")
_staff("invoices.Statement", ("imported_by", "imported_at"), path="imported_by", erase=Erase.DELETE_ROW)
not_personal(
    "invoices.Statement",
    (
        "account", "identification", "currency", "from_on", "to_on", "opening_cents", "closing_cents", "sha256",
        "entries", "taken", "year_ended_at",
    ),
    why="which statement of the firm's own account it is",
)  # fmt: skip

_offer("invoices.Offer", _BUYER, path="customer_id", erase=Erase.DELETE_ROW)
_offer(
    "invoices.Offer", ("made_by", "made_at"), subject=Subject.STAFF, category=Category.ACTIVITY, path="made_by",
    export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "invoices.Offer", (*_FIGURES, "number", "state", "valid_until", "sent_at", "answered_at", "invoice_id"),
    why="figures and days of an offer, and what became of it",
)  # fmt: skip
_offer("invoices.OfferLine", ("text",), path="offer__customer_id", erase=Erase.WITH_PARENT)
not_personal("invoices.OfferLine", ("offer", *_LINE), why="figures of a line of an offer")

declare(
    "invoices.BooksAgreement", ("person_id", "firm", "reference", "signed_on", "valid_from", "valid_to"),
    subject=Subject.USER, path="person_id", category=Category.AGREEMENT, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUDITOR,), term=Term.AGREEMENT, starts=Start.SUPERSEDED,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "invoices.BooksAgreement", ("recorded_by", "recorded_at"), subject=Subject.STAFF, path="recorded_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.AUDITOR,), term=Term.AGREEMENT, starts=Start.SUPERSEDED, export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("invoices.BooksAgreement", ("document_hash", "ended_at"), why="the hash of a document, and its end")
not_personal("invoices.Series", ("kind", "year", "last"), why="the last number of a series")
not_personal(
    "invoices.Settings",
    (
        "payment_days", "offer_days", "reminder_days", "small_firm", "prices_with_vat", "footer", "tax_number",
        "changed_at", "changed_by",
    ),
    why="a firm's own imprint and settings, printed on each of its invoices",
)  # fmt: skip

declare_body(
    Kind.INVOICE, (), subject=Subject.CONSUMER, category=Category.FINANCIAL, purpose=Purpose.BOOKKEEPING,
    basis=Basis.LEGAL_OBLIGATION, recipients=_READERS, term=Term.TAX, starts=Start.MADE,
)  # fmt: skip
