# SPDX-License-Identifier: EUPL-1.2
"""From rows to the document that papers are made of, and back. Within an acting party."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from zegel.server.customers import queries as customers
from zegel.server.invoices import rules
from zegel.server.invoices.document import CURRENCIES, Buyer, Document, Seller
from zegel.server.invoices.errors import BadInvoice
from zegel.server.invoices.models import Invoice, InvoiceLine, Offer, OfferLine, PaperLine, Paperwork, Settings
from zegel.server.invoices.rules import UNITS, Category, Kind, Line
from zegel.server.kernel import clock, ids, mail
from zegel.server.people import queries as people
from zegel.server.people.roles import Language, RelationKind
from zegel.server.tenants import queries as tenants

_ZONES = {"NL": "Europe/Amsterdam", "SE": "Europe/Stockholm", "DE": "Europe/Berlin"}
LONGEST = Decimal(10) ** 9
_L = TypeVar("_L", InvoiceLine, OfferLine)


@dataclass(frozen=True)
class NewPaper:
    """What somebody writes on a draft or an offer. With `customer_id` an empty buyer is filled in from the customer."""

    buyer: Buyer
    lines: tuple[Line, ...]
    language: str
    customer_id: UUID | None = None
    order_id: UUID | None = None
    subject: str = ""
    note: str = ""
    buyer_reference: str = ""
    purchase_order: str = ""
    delivered_on: date | None = None
    payment_days: int | None = None
    prices_with_vat: bool = False


NOBODY = Buyer("", "", "", "", "", "", "", "", "")


def provider_of(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def today(country: str) -> date:
    """The firm's own day: the law of a day is that of the place."""
    return clock.now().astimezone(zone(country)).date()


def zone(country: str) -> ZoneInfo:
    return ZoneInfo(_ZONES.get(country, "UTC"))


def seller(owner_id: UUID, settings: Settings) -> Seller:
    """The tenant's imprint as it is now."""
    brand = tenants.brand(owner_id)
    if brand is None:
        return Seller("", "", "", "", "", "", "", settings.tax_number, "", "", "", "")
    return Seller(
        name=brand.legal_name or brand.name, street=brand.street, postcode=brand.postcode, city=brand.city,
        country=brand.country.upper(), registration=brand.registration, vat_id=_joined(brand.vat),
        tax_number=settings.tax_number, iban=_joined(brand.iban), bic=_joined(brand.bic), email=brand.email,
        phone=brand.phone,
    )  # fmt: skip


def _joined(text: str) -> str:
    return "".join(writable(text).split()).upper()


def buyer_of(customer_id: UUID) -> tuple[Buyer, str]:
    """The customer as a buyer, and his language. Raises BadInvoice."""
    row = customers.find(customer_id)
    if row is None or row.anonymised_at is not None:
        raise BadInvoice(_("There is no such customer here."), action=_("Choose another one."))
    street = f"{row.street} {row.house_number}".strip()
    found = Buyer(
        row.name, "", street, row.postcode, row.city, row.country.upper(), row.email, _joined(row.vat_no),
        row.registration_no,
    )  # fmt: skip
    return found, row.language


def checked(new: NewPaper) -> NewPaper:
    """Raises BadInvoice for what no draft may hold; what is still missing is asked when it is issued."""
    if len(new.lines) > rules.MOST_LINES:
        raise BadInvoice(_("One invoice has at most 200 lines."), action=_("Make two of it."))
    if new.language not in {one.value for one in Language}:
        raise BadInvoice(_("Papers are written in four languages."), action=_("Choose one of them."))
    if new.buyer.email and not mail.is_address(new.buyer.email):
        raise BadInvoice(_("The buyer's e-mail address is not one."), action=_("Correct it, or leave it empty."))
    for line in new.lines:
        _check_line(line)
    if new.payment_days is not None and not 0 <= new.payment_days <= 365:
        raise BadInvoice(_("A term of payment is at most a year."), action=_("Choose fewer days."))
    lines = tuple(replace(line, text=writable(line.text), reason=writable(line.reason)) for line in new.lines)
    return replace(
        new, buyer=_tidy(new.buyer), lines=lines, subject=writable(new.subject), note=writable(new.note),
        buyer_reference=writable(new.buyer_reference), purchase_order=writable(new.purchase_order),
    )  # fmt: skip


_NOT_WRITABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def writable(text: str) -> str:
    """Without what XML has no character for (XML 1.0, 2.2): it would stand on the paper and not in the invoice."""
    return _NOT_WRITABLE.sub("", text.replace("\r\n", "\n")).strip()


def _check_line(line: Line) -> None:
    if line.unit not in UNITS:
        raise BadInvoice(_("This unit is not known."), action=_("Choose one of the list."))
    if not (-LONGEST < line.quantity < LONGEST and 0 <= line.price < LONGEST and 0 <= line.discount <= 100):
        raise BadInvoice(
            _("A quantity, a price or a discount can't be like that."), action=_("Correct the figures of the line.")
        )
    if abs(line.gross_cents) > rules.MOST_CENTS:
        raise BadInvoice(_("This amount is too large."), action=_("Correct the figures of the line."))


def _tidy(one: Buyer) -> Buyer:
    return Buyer(
        writable(one.name), writable(one.attention), writable(one.street), writable(one.postcode), writable(one.city),
        one.country.strip().upper(), one.email.strip().lower(), _joined(one.vat_id), writable(one.registration),
    )  # fmt: skip


def fields_of(new: NewPaper) -> dict[str, Any]:
    """What an invoice and an offer hold alike."""
    one, totals = new.buyer, rules.totals(new.lines, with_vat=new.prices_with_vat)
    return {
        "customer_id": new.customer_id, "order_id": new.order_id, "buyer_name": one.name,
        "buyer_attention": one.attention, "buyer_street": one.street, "buyer_postcode": one.postcode,
        "buyer_city": one.city, "buyer_country": one.country, "buyer_email": one.email,
        "buyer_vat_id": one.vat_id, "buyer_registration": one.registration, "language": new.language,
        "subject": new.subject.strip(), "note": new.note.strip(), "net_cents": totals.net_cents,
        "vat_cents": totals.vat_cents, "total_cents": totals.total_cents, "rounding_cents": totals.rounding_cents,
        "prices_with_vat": new.prices_with_vat,
    }  # fmt: skip


def currency_of(one: Seller) -> str:
    return CURRENCIES.get(one.country, "EUR")


def line_rows(model: type[_L], parent: dict[str, Any], owner: Paperwork, lines: Sequence[Line]) -> list[_L]:
    figures = rules.figures(lines, with_vat=owner.prices_with_vat)
    return [
        model(
            id=ids.new(), owner_id=owner.owner_id, provider_id=owner.provider_id, position=position, text=line.text,
            quantity=line.quantity, unit=line.unit, price=line.price, discount=line.discount,
            category=line.category.value, rate=line.rate, reason=line.reason, net_cents=one.net_cents, **parent,
        )
        for position, (line, one) in enumerate(zip(lines, figures, strict=True), 1)
    ]  # fmt: skip


def line_of(row: PaperLine) -> Line:
    return Line(
        row.text, row.quantity, row.unit, row.price, Category(row.category), row.rate, row.discount, row.reason
    )  # fmt: skip


def lines_of(paper: Invoice | Offer) -> tuple[Line, ...]:
    return tuple(line_of(row) for row in paper.lines.order_by("position"))


def buyer(row: Paperwork) -> Buyer:
    return Buyer(
        row.buyer_name, row.buyer_attention, row.buyer_street, row.buyer_postcode, row.buyer_city, row.buyer_country,
        row.buyer_email, row.buyer_vat_id, row.buyer_registration,
    )  # fmt: skip


def document(row: Invoice, one: Seller, settings: Settings, issued_on: date) -> Document:
    """A draft as it would be on that day, or an issued one as it is."""
    corrected = row.corrects
    return Document(
        kind=Kind(row.kind), number=row.number or "-", reference=row.reference, issued_on=issued_on,
        due_on=row.due_on, delivered_on=row.delivered_on, currency=row.currency, language=row.language,
        subject=row.subject, note=row.note, footer=settings.footer, buyer_reference=row.buyer_reference,
        purchase_order=row.purchase_order, seller=one, buyer=buyer(row), lines=lines_of(row),
        small_firm=settings.small_firm, corrects_why=row.corrects_why, prices_with_vat=row.prices_with_vat,
        corrects=None if corrected is None or corrected.issued_on is None else (corrected.number, corrected.issued_on),
    )  # fmt: skip


def offer_document(row: Offer, one: Seller, settings: Settings) -> Document:
    made_on = row.made_at.astimezone(zone(one.country)).date()
    return Document(
        kind=Kind.INVOICE, number=row.number, reference="", issued_on=made_on, due_on=None, delivered_on=None,
        currency=row.currency, language=row.language, subject=row.subject, note=row.note, footer=settings.footer,
        buyer_reference="", purchase_order="", seller=one, buyer=buyer(row), lines=lines_of(row),
        small_firm=settings.small_firm, prices_with_vat=row.prices_with_vat,
    )  # fmt: skip


def year_ended_at(year: int, country: str, years: int, standard_years: int = 7) -> datetime:
    """When the books' term begins (see models.Invoice): the first day after the year, later where more years are asked.
    At noon, so that it is that day in any zone of ours by which days are counted."""
    return datetime(year + 1 + max(0, years - standard_years), 1, 1, 12, tzinfo=zone(country))
