# SPDX-License-Identifier: EUPL-1.2
"""Money, VAT and references. Pure: no clock, no database.

Amounts are integer cents; quantities, prices and rates are decimals. Every sum follows EN 16931: a line's net amount is
rounded to cents (BR-DEC-23), VAT is worked out for each category and rate over the sum of its lines and rounded then
(BR-CO-17), the totals are sums of rounded amounts (BR-CO-10, -13, -14, -15). Half a cent goes up, away from zero.

Prices may include VAT, as consumers are quoted (art. 2 Directive 98/6/EC). Then what was quoted is what is paid, to the
cent: the net amount of a rate is taken out of the sum of its lines, VAT is worked out from that by the same rule, and
where the two can't make the quoted sum (a cent for a rate at most) the difference is the rounding amount (BT-114).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from string import ascii_uppercase, digits

CENT = Decimal("0.01")
MOST_LINES = 200
MOST_CENTS = 100_000_000_00  # a hundred million


class Kind(StrEnum):
    """UNTDID 1001: 380 and 381."""

    INVOICE = "invoice"
    CREDIT = "credit"


class State(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"


class OfferState(StrEnum):
    OPEN = "open"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class Category(StrEnum):
    """Of VAT (UNTDID 5305, the part that EN 16931 allows and our countries use)."""

    STANDARD = "S"  # any rate above zero
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE = "AE"  # the buyer owes the VAT, in the same country or another
    INTRA = "K"  # goods to a taxable person in another member state
    EXPORT = "G"  # goods that leave the Union
    OUTSIDE = "O"  # outside the scope of VAT


class Way(StrEnum):
    """How money came or went."""

    BANK = "bank"
    CASH = "cash"
    CARD = "card"


UNITS = {
    "C62": "piece", "HUR": "hour", "DAY": "day", "MON": "month", "KMT": "kilometre", "MTR": "metre",
    "MTK": "square metre", "LTR": "litre", "KGM": "kilogram", "LS": "lump sum",
}  # fmt: skip
"""UN/ECE Recommendation 20 codes that are offered on the page; LS is one of them too."""


def cents(amount: Decimal) -> int:
    """Half up, away from zero."""
    return int((amount / CENT).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def decimal(amount_cents: int) -> Decimal:
    return (Decimal(amount_cents) * CENT).quantize(CENT)


@dataclass(frozen=True)
class Line:
    """`price`: of one unit, up to four decimals, with or without VAT as the paper says; `discount`: per cent of the
    line; `rate`: per cent. Cents are of the price as it stands there; figures() has them without VAT."""

    text: str
    quantity: Decimal
    unit: str
    price: Decimal
    category: Category
    rate: Decimal
    discount: Decimal = Decimal(0)
    reason: str = ""

    @property
    def gross_cents(self) -> int:
        return cents(self.quantity * self.price)

    @property
    def discount_cents(self) -> int:
        return cents(decimal(self.gross_cents) * self.discount / 100)

    @property
    def net_cents(self) -> int:
        """BT-131 = quantity times price, rounded, less the line's allowance, rounded."""
        return self.gross_cents - self.discount_cents


@dataclass(frozen=True)
class Group:
    """One line of the VAT breakdown (BG-23)."""

    category: Category
    rate: Decimal
    net_cents: int
    vat_cents: int
    reason: str


@dataclass(frozen=True)
class Totals:
    """`total_cents`: what is to be paid: without VAT, VAT and rounding together."""

    net_cents: int
    vat_cents: int
    total_cents: int
    groups: tuple[Group, ...]
    rounding_cents: int = 0


@dataclass(frozen=True)
class Figures:
    """A line without VAT: the price of one, the amount before its discount, that discount, and what is left (BT-146,
    -137, -136, -131). `shown_cents`: as it stands on the paper, with VAT where its prices are."""

    price: Decimal
    base_cents: int
    discount_cents: int
    net_cents: int
    shown_cents: int


def figures(lines: Sequence[Line], *, with_vat: bool = False) -> tuple[Figures, ...]:
    """Of each line, in their order."""
    if not with_vat:
        return tuple(
            Figures(one.price, one.gross_cents, one.discount_cents, one.net_cents, one.net_cents) for one in lines
        )
    nets = _nets(lines)
    return tuple(_without(one, net) for one, net in zip(lines, nets, strict=True))


def _nets(lines: Sequence[Line]) -> list[int]:
    """Of each line what is left without its VAT. The sum of a rate is right to half a cent; what its lines lose by
    rounding goes to those that lost most, so that they add up."""
    found = [0] * len(lines)
    members: dict[tuple[Category, Decimal], list[int]] = {}
    for index, line in enumerate(lines):
        members.setdefault(_key(line), []).append(index)
    for (_category, rate), indexes in members.items():
        exact = {index: _taken_out(Decimal(lines[index].net_cents), rate) for index in indexes}
        floors = {index: int(value.to_integral_value(ROUND_FLOOR)) for index, value in exact.items()}
        wanted = cents(_taken_out(Decimal(sum(lines[index].net_cents for index in indexes)), rate) * CENT)
        missing = wanted - sum(floors.values())
        by_loss = sorted(indexes, key=lambda index: (floors[index] - exact[index], index))
        for place, index in enumerate(by_loss):
            found[index] = floors[index] + (1 if place < missing else 0)
    return found


def _without(line: Line, net_cents: int) -> Figures:
    discount = int(_taken_out(Decimal(line.discount_cents), line.rate).to_integral_value(ROUND_HALF_UP))
    price = _taken_out(line.price, line.rate).quantize(Decimal("1e-8"), rounding=ROUND_HALF_UP)
    return Figures(price, net_cents + discount, discount, net_cents, line.net_cents)


def _taken_out(amount: Decimal, rate: Decimal) -> Decimal:
    return amount * 100 / (100 + rate)


def _key(line: Line) -> tuple[Category, Decimal]:
    return line.category, line.rate.normalize() + 0


def totals(lines: Iterable[Line], *, with_vat: bool = False) -> Totals:
    """In the order of categories and rates, the highest rate first."""
    every = tuple(lines)
    nets: dict[tuple[Category, Decimal], int] = {}
    reasons: dict[tuple[Category, Decimal], str] = {}
    shown = 0
    for line, one in zip(every, figures(every, with_vat=with_vat), strict=True):
        key = _key(line)
        nets[key] = nets.get(key, 0) + one.net_cents
        reasons.setdefault(key, line.reason)
        shown += one.shown_cents
    groups = tuple(
        Group(category, rate, net, cents(decimal(net) * rate / 100), reasons[category, rate])
        for (category, rate), net in sorted(nets.items(), key=lambda each: (-each[0][1], each[0][0].value))
    )
    net, vat = sum(one.net_cents for one in groups), sum(one.vat_cents for one in groups)
    rounding = shown - net - vat if with_vat else 0
    return Totals(net, vat, net + vat + rounding, groups, rounding)


# --- references by which a payment finds its invoice ---

_DIGIT_OF = {letter: str(index + 10) for index, letter in enumerate(ascii_uppercase)} | {one: one for one in digits}


def creditor_reference(number: str) -> str:
    """ISO 11649: RF, two check digits (mod 97-10), the number's letters and digits; at most 25 characters."""
    body = re.sub(r"[^A-Z0-9]", "", number.upper())[-21:]
    return f"RF{98 - _remainder(body + 'RF00'):02d}{body}"


def is_creditor_reference(text: str) -> bool:
    said = re.sub(r"\s", "", text).upper()
    if not re.fullmatch(r"RF\d\d[A-Z0-9]{1,21}", said):
        return False
    return _remainder(said[4:] + said[:4]) == 1


def _remainder(text: str) -> int:
    return int("".join(_DIGIT_OF[one] for one in text)) % 97


def ocr_reference(number: str) -> str:
    """A Swedish OCR number: the digits and a check digit by the Luhn method (mod 10)."""
    body = re.sub(r"\D", "", number)
    return body + str((10 - _luhn(body + "0")) % 10)


def is_ocr_reference(text: str) -> bool:
    return bool(re.fullmatch(r"\d{2,25}", text)) and _luhn(text) == 0


def _luhn(text: str) -> int:
    doubled = [int(one) * (2 if index % 2 else 1) for index, one in enumerate(reversed(text))]
    return sum(one // 10 + one % 10 for one in doubled) % 10


def reference_for(number: str, country: str) -> str:
    return ocr_reference(number) if country == "SE" else creditor_reference(number)


def number_text(kind: Kind, year: int, number: int) -> str:
    """2026-0042; a credit note C2026-0003."""
    return f"{'C' if kind is Kind.CREDIT else ''}{year}-{number:04d}"


def books_kept_until(year: int, years: int) -> date:
    """The first day on which a book year's papers may go: so many years after its end."""
    return date(year + 1 + years, 1, 1)


def spread(cents_left: int, open_amounts: Sequence[int]) -> list[int]:
    """What of one sum goes to each of several open amounts, in their order; never more than is open."""
    found = []
    for one in open_amounts:
        part = max(0, min(cents_left, one))
        found.append(part)
        cents_left -= part
    return found
