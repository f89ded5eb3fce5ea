# SPDX-License-Identifier: EUPL-1.2
"""Invoices, credit notes and offers on paper, in the buyer's language: PDF/A-3, tagged, with the XML in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import segno.helpers
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.exports import documents
from zegel.server.invoices import einvoice, pdfa, rules, words
from zegel.server.invoices.document import Document
from zegel.server.invoices.rules import Group, Kind, Line


@cache
def _folder() -> Path:
    return Path(__file__).parent / "papers"


def invoice(said: Document) -> tuple[bytes, bytes]:
    """The PDF/A-3 and the XML in it. Raises BadDocument, NotAPdf."""
    xml = einvoice.cii(said)
    with override(said.language):
        data = _data(said, _invoice_title(said)) | {
            "facts": _invoice_facts(said), "pay": _pay(said), "xml": xml.decode(), "code": _code(said),
            "code_words": _("QR code with the details for paying"),
        }  # fmt: skip
    made = documents.pdf(_folder() / "invoice.typ", data, said.language, standard="a-3a")
    return pdfa.with_invoice_metadata(made), xml


def offer(said: Document, valid_until: date) -> bytes:
    """A PDF/A-3 without anything in it."""
    with override(said.language):
        facts = [
            (_("Offer"), said.number), (_("Date"), day(said.issued_on)), (_("Valid until"), day(valid_until)),
        ]  # fmt: skip
        data = _data(said, _("Offer %(number)s") % {"number": said.number})
        data |= {"facts": facts, "pay": [], "xml": "", "code": "", "code_words": ""}
    return documents.pdf(_folder() / "invoice.typ", data, said.language, standard="a-3a")


def day(on: date | None) -> str:
    return "" if on is None else date_format(on, "DATE_FORMAT")


def day_in(language: str, on: date) -> str:
    with override(language):
        return day(on)


def money(amount_cents: int, currency: str) -> str:
    """As the reader writes it: € 1.234,50 and 1 234,50 kr by his language's own signs, the currency by its code."""
    return f"{number_format(rules.decimal(amount_cents), 2, use_l10n=True, force_grouping=True)} {currency}"


def number(value: Decimal) -> str:
    plain = value.normalize()
    places = max(0, -int(plain.as_tuple().exponent))
    return number_format(plain, places, use_l10n=True, force_grouping=True)


def _invoice_title(said: Document) -> str:
    words_of = _("Credit note %(number)s") if said.kind is Kind.CREDIT else _("Invoice %(number)s")
    return words_of % {"number": said.number}


def _data(said: Document, title: str) -> dict[str, Any]:
    on, seller, totals = said.issued_on, said.seller, said.totals
    return {
        "title": title, "day": [on.year, on.month, on.day], "seller": {"name": seller.name}, "imprint": _imprint(said),
        "to": _to(said), "subject": said.subject, "note": said.note, "footer": said.footer,
        "heads": _heads(said),
        "lines": [
            _line(line, one.shown_cents, said.currency) for line, one in zip(said.lines, said.figures, strict=True)
        ],
        "sums": [
            (_("Total without VAT"), money(totals.net_cents, said.currency)),
            *(_sum(group, said.currency) for group in totals.groups if group.rate),
            *([(_("Rounding"), money(totals.rounding_cents, said.currency))] if totals.rounding_cents else []),
        ],
        "total": (_("Total"), money(totals.total_cents, said.currency)),
        "sentences": [text for text in (said.sentence(group)[0] for group in totals.groups) if text],
    }  # fmt: skip


def _heads(said: Document) -> list[str]:
    if said.prices_with_vat:
        return [_("What"), _("Quantity"), _("Price with VAT"), _("VAT"), _("Amount with VAT")]
    return [_("What"), _("Quantity"), _("Price"), _("VAT"), _("Amount")]


def _imprint(said: Document) -> list[str]:
    one = said.seller
    names = {
        _("Registration"): one.registration, _("VAT"): one.vat_id, _("Tax number"): one.tax_number,
        "IBAN": one.iban, "BIC": one.bic,
    }  # fmt: skip
    return [
        ", ".join(part for part in (one.name, one.street, f"{one.postcode} {one.city}".strip(), one.country) if part),
        "  ·  ".join(f"{name} {value}" for name, value in names.items() if value),
        "  ·  ".join(part for part in (one.email, one.phone) if part),
    ]  # fmt: skip


def _to(said: Document) -> list[str]:
    one = said.buyer
    country = one.country if one.country != said.seller.country else ""
    parts = [one.name, one.attention, one.street, f"{one.postcode} {one.city}".strip(), country]
    return [part for part in parts if part]


def _line(line: Line, shown_cents: int, currency: str) -> list[str]:
    less = _("discount %(percent)s%%") % {"percent": number(line.discount)} if line.discount else ""
    return [
        "\n".join(part for part in (line.text, less) if part),
        f"{number(line.quantity)} {words.unit(line.unit)}".strip(),
        number_format(line.price, max(2, -int(line.price.normalize().as_tuple().exponent)), force_grouping=True),
        words.rate(line.category, line.rate), money(shown_cents, currency),
    ]  # fmt: skip


def _sum(group: Group, currency: str) -> tuple[str, str]:
    said = {"percent": number(group.rate), "net": money(group.net_cents, currency)}
    return _("VAT %(percent)s%% of %(net)s") % said, money(group.vat_cents, currency)


def _invoice_facts(said: Document) -> list[tuple[str, str]]:
    credit = said.kind is Kind.CREDIT
    corrected = f"{said.corrects[0]}, {day(said.corrects[1])}" if said.corrects else ""
    found = [
        (_("Credit note") if credit else _("Invoice"), said.number),
        (_("Date"), day(said.issued_on)),
        (_("Delivered on"), day(said.delivered_on)),
        (_("Pay before"), "" if credit else day(said.due_on)),
        (_("Corrects invoice"), corrected),
        (_("Reason"), said.corrects_why),
        (_("Your reference"), said.buyer_reference),
        (_("Your order"), said.purchase_order),
        (_("Your VAT number"), said.buyer.vat_id),
    ]
    return [(name, value) for name, value in found if value]


def _pay(said: Document) -> list[str]:
    if said.kind is Kind.CREDIT:
        return [_("This amount is settled with what you still owe, or paid back to you.")]
    if said.totals.total_cents == 0:
        return []
    due = {"amount": money(said.totals.total_cents, said.currency), "day": day(said.due_on)}
    found = [_("Please pay %(amount)s before %(day)s.") % due]
    if said.seller.iban:
        found.append(_("To IBAN %(iban)s of %(name)s.") % {"iban": spaced(said.seller.iban), "name": said.seller.name})
    found.append(_("With the reference %(reference)s.") % {"reference": spaced(said.reference)})
    return found


def spaced(text: str) -> str:
    """In fours, as banks print it."""
    return " ".join(text[index : index + 4] for index in range(0, len(text), 4))


def _code(said: Document) -> str:
    """The European Payments Council's QR code (EPC069-12) as SVG; only for euros."""
    total = said.totals.total_cents
    if said.kind is Kind.CREDIT or said.currency != "EUR" or not said.seller.iban or not 0 < total < 99_999_999_999:
        return ""
    made = segno.helpers.make_epc_qr(
        name=said.seller.name[:70], iban=said.seller.iban, amount=rules.decimal(total), reference=said.reference,
        bic=said.seller.bic or None,
    )  # fmt: skip
    drawn: str = made.svg_inline(border=0)
    return drawn
