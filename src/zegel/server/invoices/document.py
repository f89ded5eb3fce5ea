# SPDX-License-Identifier: EUPL-1.2
"""An invoice as everything else is made from: its paper, its XML, its entry in the journal. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from zegel.declare.law import books
from zegel.server.invoices import rules
from zegel.server.invoices.rules import Category, Figures, Group, Kind, Line, Totals

CURRENCIES = {"NL": "EUR", "DE": "EUR", "SE": "SEK"}
"""A firm invoices in the currency in which it declares its VAT, so that one figure stands on the paper."""


@dataclass(frozen=True)
class Seller:
    """The imprint (art. 226 Directive 2006/112/EC; art. 2:186 BW, § 14 UStG, 17 kap. mervärdesskattelagen)."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    registration: str
    vat_id: str
    tax_number: str
    iban: str
    bic: str
    email: str
    phone: str

    def written(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Seller:
        return cls(**{name: str(said.get(name, "")) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Buyer:
    name: str
    attention: str
    street: str
    postcode: str
    city: str
    country: str
    email: str
    vat_id: str
    registration: str


@dataclass(frozen=True)
class Document:
    """`corrects`: number and day of the invoice that a credit note corrects; `sentences`: what stands on the paper for
    each VAT category that charges none, with its VATEX code."""

    kind: Kind
    number: str
    reference: str
    issued_on: date
    due_on: date | None
    delivered_on: date | None
    currency: str
    language: str
    subject: str
    note: str
    footer: str
    buyer_reference: str
    purchase_order: str
    seller: Seller
    buyer: Buyer
    lines: tuple[Line, ...]
    small_firm: bool
    corrects: tuple[str, date] | None = None
    corrects_why: str = ""
    prices_with_vat: bool = False

    @property
    def totals(self) -> Totals:
        return rules.totals(self.lines, with_vat=self.prices_with_vat)

    @property
    def figures(self) -> tuple[Figures, ...]:
        """Of each line."""
        return rules.figures(self.lines, with_vat=self.prices_with_vat)

    def sentence(self, group: Group) -> tuple[str, str]:
        """Words and VATEX code for a group without VAT; empty for others. Somebody's own words come first."""
        if group.category in (Category.STANDARD, Category.ZERO):
            return "", ""
        small = group.category is Category.EXEMPT and self.small_firm
        found = books.sentence("small" if small else group.category.value, self.seller.country)
        return group.reason or found.text(self.language), found.code


def rates_of(country: str, on: date) -> Sequence[books.Rate]:
    return books.rates(country, on)
