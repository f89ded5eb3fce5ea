# SPDX-License-Identifier: EUPL-1.2
"""Whether an invoice may be issued: what the VAT directive (art. 226) and the rules of EN 16931 want of it, said in
sentences before it gets a number. Pure but for the language of the sentences.

What XML and schema can't say (a rate that no longer holds, a VAT number with a wrong check digit) is here too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from stdnum import iban as ibans
from stdnum.eu import vat as vat_ids

from zegel.declare.law import books
from zegel.server.invoices import rules
from zegel.server.invoices.document import CURRENCIES, Document, Seller
from zegel.server.invoices.rules import Category, Line

NO_VAT = frozenset(Category) - {Category.STANDARD}
EARLIEST = timedelta(days=366)


def faults(said: Document, today: date) -> list[str]:
    """Sentences, in the reader's language; empty: it may be issued."""
    return [*_seller(said.seller), *_buyer(said), *_days(said, today), *_lines(said, today), *_vat(said)]


def imprint_faults(seller: Seller) -> list[str]:
    return list(_seller(seller))


def _seller(one: Seller) -> Iterator[str]:
    if not (one.name and one.street and one.postcode and one.city):
        yield _("The firm's name and address are not complete.")
    if one.country not in CURRENCIES:
        yield _("Invoices are made for firms in the Netherlands, Sweden and Germany.")
    if not (one.registration or one.vat_id or one.tax_number):
        yield _("The firm's registration number is missing.")
    if one.vat_id and not valid_vat_id(one.vat_id):
        yield _("The firm's VAT number is not valid.")
    if one.iban and not ibans.is_valid(one.iban):
        yield _("The firm's IBAN is not valid.")


def _buyer(said: Document) -> Iterator[str]:
    one = said.buyer
    if not (one.name and one.street and one.postcode and one.city and len(one.country) == 2):
        yield _("The buyer's name and address are not complete.")
    if one.vat_id and one.country in books.UNION and not valid_vat_id(one.vat_id):
        yield _("The buyer's VAT number is not valid.")


def valid_vat_id(text: str) -> bool:
    """Of a member state, with its prefix, by its check digits. Whether it is in use only VIES knows."""
    said = "".join(text.split()).upper()
    return len(said) > 4 and said[:2].isalpha() and bool(vat_ids.is_valid(said))


def _days(said: Document, today: date) -> Iterator[str]:
    if said.delivered_on and not today - EARLIEST <= said.delivered_on <= today + EARLIEST:
        yield _("The day of delivery is not plausible.")
    if said.currency != CURRENCIES.get(said.seller.country, said.currency):
        yield _("This firm invoices in %(currency)s.") % {"currency": CURRENCIES[said.seller.country]}


def _lines(said: Document, today: date) -> Iterator[str]:
    if not said.lines:
        yield _("There is no line on it yet.")
    on = said.delivered_on or today
    for number, line in enumerate(said.lines, 1):
        fault = line_fault(line, said.seller.country, on)
        if fault:
            yield _("Line %(number)d: %(fault)s") % {"number": number, "fault": fault}
    total = said.totals.total_cents
    if said.lines and not 0 <= total <= rules.MOST_CENTS:
        yield _("The total can't be below zero: make a credit note instead.")


def line_fault(line: Line, country: str, on: date) -> str:
    """One sentence, or nothing."""
    if not line.text.strip():
        return _("say what it is for.")
    if line.quantity == 0 or line.price < 0 or not 0 <= line.discount <= 100:
        return _("a quantity is not zero, a price not below zero, a discount between 0 and 100 per cent.")
    if line.category in NO_VAT:
        return "" if line.rate == 0 else _("this kind of VAT has no rate.")
    held = {one.rate for one in books.rates(country, on)}
    if held and line.rate not in held:
        rates = ", ".join(f"{one.normalize():f}" for one in sorted(held, reverse=True))
        return _("%(rate)s%% is no rate of that day; these are: %(rates)s.") % {
            "rate": f"{Decimal(line.rate).normalize():f}", "rates": rates,
        }  # fmt: skip
    return "" if line.rate > 0 else _("choose the zero rate or the exemption.")


def _vat(said: Document) -> Iterator[str]:
    found = {line.category for line in said.lines}
    seller, buyer = said.seller, said.buyer
    if found - {Category.OUTSIDE} and not (seller.vat_id or seller.tax_number):
        yield _("The firm's VAT number is missing.")
    if Category.OUTSIDE in found and (len(found) > 1 or not seller.registration):
        yield _("What is outside VAT stands on an invoice of its own, of a firm with a registration number.")
    if said.small_firm and found & {Category.STANDARD, Category.ZERO}:
        yield _("A firm that uses the exemption for small firms charges no VAT: choose exempt.")
    if Category.REVERSE in found and not (buyer.vat_id or buyer.registration):
        yield _("VAT is reversed only to a buyer whose VAT number is known.")
    if found & {Category.REVERSE, Category.INTRA, Category.EXPORT} and not seller.vat_id:
        yield _("Without a VAT number nothing is reversed or exported.")
    if Category.INTRA in found:
        yield from _within_union(said)
    if Category.EXPORT in found and buyer.country in books.UNION:
        yield _("An export goes outside the European Union.")


def _within_union(said: Document) -> Iterator[str]:
    if said.buyer.country not in books.UNION or said.buyer.country == said.seller.country:
        yield _("A supply within the Union goes to another member state.")
    if not said.buyer.vat_id:
        yield _("A supply within the Union goes to a buyer whose VAT number is known.")
    if said.delivered_on is None:
        yield _("A supply within the Union has a day of delivery.")
