# SPDX-License-Identifier: EUPL-1.2
"""The invoice for machines: EN 16931 in both its syntaxes, UN/CEFACT CII (what a PDF carries, Factur-X 1.0 of the level
EN 16931) and UBL 2.1. A library writes it from the standard's own terms (BT-1 …) and checks it against the schema at
once."""

from __future__ import annotations

import logging
from decimal import Decimal
from typing import Any

import facturx
from lxml import etree

from zegel.server.invoices import rules
from zegel.server.invoices.document import Buyer, Document, Seller
from zegel.server.invoices.errors import InvoiceError
from zegel.server.invoices.rules import Category, Figures, Kind, Line
from zegel.server.kernel import log

FILE_NAME = "factur-x.xml"
LEVEL = "en16931"
_REGISTERS = {"NL": "0106", "SE": "0007"}  # ISO 6523: Kamer van Koophandel, organisationsnummer
_ROUNDING = b'PayableRoundingAmount currencyID="%s"'
_TYPES = {Kind.INVOICE: "380", Kind.CREDIT: "381"}

logging.getLogger("factur-x").setLevel(logging.ERROR)  # it would write the invoice into the log


class BadDocument(InvoiceError):
    """What was made is not of the schema. A fault of ours: nothing is issued."""

    code = "bad_paper"


def cii(said: Document) -> bytes:
    """Raises BadDocument."""
    return _made(said, "factur-x")


def ubl(said: Document) -> bytes:
    """The same for networks that carry UBL. Raises BadDocument."""
    made = _made(said, "ubl-2.1")  # the library writes EUR at a rounding amount, whatever the currency is
    return made.replace(b'PayableRoundingAmount currencyID="EUR"', _ROUNDING % said.currency.encode())


def _made(said: Document, flavor: str) -> bytes:
    try:
        made: bytes = facturx.generate_xml(
            terms(said), flavor=flavor, level=LEVEL, check_xsd=True, check_schematron=False
        )
    except Exception as problem:
        log.error("invoices.not_written", error=type(problem).__name__)
        raise BadDocument("This can't be written as an invoice by the standard, so it is not issued.") from problem
    return made


def terms(said: Document) -> dict[str, Any]:
    """By the standard's numbers. Numbers are written out, as the library wants them."""
    totals = said.totals
    outside = any(line.category is Category.OUTSIDE for line in said.lines)
    found: dict[str, Any] = {
        "BT-1": said.number, "BT-2": said.issued_on, "BT-3": _TYPES[said.kind], "BT-5": said.currency,
        "BT-9": said.due_on, "BT-10": said.buyer_reference, "BT-13": said.purchase_order,
        "BG-1": [{"BT-22": text} for text in (said.subject, said.note, said.corrects_why) if text],
        "BG-4": _seller(said.seller, with_vat=not outside), "BG-7": _buyer(said.buyer, with_vat=not outside),
        "BT-72": said.delivered_on,
        "BG-23": [_group(said, index) for index in range(len(totals.groups))],
        "BT-106": _money(totals.net_cents), "BT-109": _money(totals.net_cents),
        "BT-110": _money(totals.vat_cents), "BT-112": _money(totals.net_cents + totals.vat_cents),
        "BT-114": _money(totals.rounding_cents) if totals.rounding_cents else "",
        "BT-115": _money(totals.total_cents),
        "BG-25": [
            _line(number, line, one)
            for number, (line, one) in enumerate(zip(said.lines, said.figures, strict=True), 1)
        ],
    }  # fmt: skip
    if said.corrects is not None:
        found["BG-3"] = [{"BT-25": said.corrects[0], "BT-26": said.corrects[1]}]
    if any(line.category is Category.INTRA for line in said.lines):
        found["BG-13"] = _delivered_to(said.buyer)
    return {key: value for key, value in (found | _payment(said)).items() if value not in (None, "", [])}


def _payment(said: Document) -> dict[str, Any]:
    if said.kind is Kind.CREDIT or not said.seller.iban:
        return {}
    return {
        "BT-81": "58" if said.currency == "EUR" else "30", "BT-83": said.reference, "BT-84": said.seller.iban,
        "BT-85": said.seller.name, "BT-86": said.seller.bic,
    }  # fmt: skip


def _seller(one: Seller, *, with_vat: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.name, "legal_identifier": one.registration,
        "legal_identifier_schemeid": _REGISTERS.get(one.country, "") if one.registration else "",
        "vat_identifier": one.vat_id if with_vat else "", "tax_identifier": one.tax_number if with_vat else "",
        **_address(one.street, one.postcode, one.city, one.country), **_electronic(one.email),
    }  # fmt: skip
    if not one.registration and not (one.vat_id and with_vat):  # BR-CO-26: somehow the seller is identified
        found["identifiers"] = {"": one.tax_number}
    contact = {"name": one.name, "phone": one.phone, "email": one.email}
    if one.phone or one.email:
        found["contacts"] = [{key: value for key, value in contact.items() if value}]
    return {key: value for key, value in found.items() if value}


def _buyer(one: Buyer, *, with_vat: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": one.name, "legal_identifier": one.registration,
        "legal_identifier_schemeid": _REGISTERS.get(one.country, "") if one.registration else "",
        "vat_identifier": one.vat_id if with_vat else "",
        **_address(one.street, one.postcode, one.city, one.country), **_electronic(one.email),
    }  # fmt: skip
    if one.attention:
        found["contacts"] = [{"name": one.attention}]
    return {key: value for key, value in found.items() if value}


def _address(street: str, postcode: str, city: str, country: str) -> dict[str, str]:
    return {"addr_l1": street, "postcode": postcode, "city": city, "country_code": country}


def _electronic(email: str) -> dict[str, str]:
    return {"einvoicing_addr": email, "einvoicing_addr_schemeid": "EM"} if email else {}


def _delivered_to(one: Buyer) -> dict[str, str]:
    return {"name": one.name, **_address(one.street, one.postcode, one.city, one.country)}


def _group(said: Document, index: int) -> dict[str, Any]:
    group = said.totals.groups[index]
    words, code = said.sentence(group)
    found: dict[str, Any] = {
        "BT-116": _money(group.net_cents), "BT-117": _money(group.vat_cents),
        "BT-118": group.category.value, "BT-119": None if group.category is Category.OUTSIDE else _plain(group.rate),
        "BT-120": words, "BT-121": code,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, "")}


def _line(number: int, line: Line, one: Figures) -> dict[str, Any]:
    name, _newline, more = line.text.partition("\n")
    found: dict[str, Any] = {
        "BT-126": str(number), "BT-129": _plain(line.quantity), "BT-130": line.unit, "BT-131": _money(one.net_cents),
        "BT-146": _plain(one.price), "BT-151": line.category.value,
        "BT-152": None if line.category is Category.OUTSIDE else _plain(line.rate), "BT-153": name.strip(),
        "BT-154": more.strip(),
    }  # fmt: skip
    if one.discount_cents:
        found["BG-27"] = [
            {
                "amount": _money(one.discount_cents), "base_amount": _money(one.base_cents),
                "rate": _plain(line.discount), "reason_code": "95",
            }
        ]  # fmt: skip
    return {key: value for key, value in found.items() if value not in (None, "")}


def _money(amount_cents: int) -> str:
    return str(rules.decimal(amount_cents))


def _plain(number: Decimal) -> str:
    """Without an exponent and without zeros that say nothing."""
    return f"{number.normalize():f}"


def read(xml: bytes) -> dict[str, str]:
    """Number, currency and what is to be paid of a CII invoice, for whoever compares paper and XML."""
    tree = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    names = tree.nsmap
    found = {
        "number": "rsm:ExchangedDocument/ram:ID",
        "currency": ".//ram:InvoiceCurrencyCode",
        "total": ".//ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:DuePayableAmount",
    }
    return {key: tree.findtext(path, "", names) for key, path in found.items()}
