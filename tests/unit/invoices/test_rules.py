# SPDX-License-Identifier: EUPL-1.2
"""Money, VAT and references by themselves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649, luhn

from zegel.declare.law import books
from zegel.server.invoices import money, rules
from zegel.server.invoices.rules import Category, Line


def line(quantity: str, price: str, rate: str = "21", discount: str = "0") -> Line:
    return Line("x", Decimal(quantity), "C62", Decimal(price), Category.STANDARD, Decimal(rate), Decimal(discount))


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", 1), ("-0.005", -1), ("1.004999", 100), ("2.675", 268), ("-2.675", -268)]
)
def test_half_a_cent_goes_up_away_from_zero(amount: str, cents: int) -> None:
    assert rules.cents(Decimal(amount)) == cents


def test_vat_is_worked_out_over_the_sum_of_a_rate_and_not_for_each_line() -> None:
    found = rules.totals([line("1", "0.07")] * 3 + [line("1", "0.05", "9")])
    assert [(one.rate, one.net_cents, one.vat_cents) for one in found.groups] == [
        (Decimal(21), 21, 4), (Decimal(9), 5, 0),
    ]  # fmt: skip
    assert (found.net_cents, found.vat_cents, found.total_cents) == (26, 4, 30)


_LINES = st.lists(
    st.builds(
        line, st.decimals("-999", "999", places=4).map(str), st.decimals(0, 9999, places=4).map(str),
        st.sampled_from(["21", "9", "25", "12", "6", "19", "7"]), st.decimals(0, 100, places=2).map(str),
    ), min_size=1, max_size=12,
)  # fmt: skip


@given(_LINES)
def test_totals_are_sums_of_rounded_amounts(lines: list[Line]) -> None:
    found = rules.totals(lines)
    assert found.net_cents == sum(one.net_cents for one in lines) == sum(one.net_cents for one in found.groups)
    assert found.vat_cents == sum(one.vat_cents for one in found.groups)
    assert found.total_cents == found.net_cents + found.vat_cents
    assert all(one.net_cents == one.gross_cents - one.discount_cents for one in lines)


@given(st.integers(2000, 2099), st.integers(1, 99_999))
def test_references_are_those_that_other_programs_accept(year: int, number: int) -> None:
    text = rules.number_text(rules.Kind.INVOICE, year, number)
    for_euros, for_kronor = rules.reference_for(text, "NL"), rules.reference_for(text, "SE")
    assert iso11649.is_valid(for_euros)
    assert rules.is_creditor_reference(f"{for_euros[:4]} {for_euros[4:]}")
    assert luhn.is_valid(for_kronor)
    assert rules.is_ocr_reference(for_kronor)


@pytest.mark.parametrize(
    "words",
    [
        "factuur 2026-0042", "Rechnung Nr.2026/0042 vom 1.12.", "faktura 20260042", "INV 2026 0042",
        "RF88 2026 0042 met dank", "betaling rf8820260042", "/REMI/RF8820260042/",
    ],
)  # fmt: skip
def test_a_payer_may_write_a_number_or_reference_as_he_likes(words: str) -> None:
    assert rules.creditor_reference("2026-0042") == "RF8820260042"
    numbers, references = money.named_in(words)
    assert "2026-0042" in numbers or "RF8820260042" in references


def test_other_numbers_are_not_taken_for_ours() -> None:
    numbers, references = money.named_in("tel 0102026004299 order A2026-0042 2026-12-24")
    assert (numbers, {one for one in references if one[:2] == "RF"}) == (set(), set())


@pytest.mark.parametrize(
    ("country", "day", "rates"),
    [
        ("NL", date(2026, 1, 1), ["21", "9"]), ("SE", date(2026, 1, 1), ["25", "12", "6"]),
        ("DE", date(2020, 6, 30), ["19", "7"]), ("DE", date(2020, 7, 1), ["16", "5"]),
        ("DE", date(2021, 1, 1), ["19", "7"]), ("FR", date(2026, 1, 1), []),
    ],
)  # fmt: skip
def test_the_rate_is_that_of_the_day(country: str, day: date, rates: list[str]) -> None:
    assert [f"{one.rate:f}" for one in books.rates(country, day)] == rates


@pytest.mark.parametrize(("country", "day", "years"), [
    ("NL", date(2026, 5, 1), 7), ("SE", date(2026, 5, 1), 7), ("DE", date(2024, 5, 1), 10), ("DE", date(2026, 5, 1), 8),
])  # fmt: skip
def test_books_are_kept_as_long_as_their_country_says(country: str, day: date, years: int) -> None:
    assert books.kept(country, day).years == years


@given(_LINES)
def test_what_was_quoted_with_vat_is_what_is_paid_to_the_cent(lines: list[Line]) -> None:
    found, figures = rules.totals(lines, with_vat=True), rules.figures(lines, with_vat=True)
    assert found.total_cents == sum(one.net_cents for one in lines) == sum(one.shown_cents for one in figures)
    assert found.total_cents == found.net_cents + found.vat_cents + found.rounding_cents
    assert found.net_cents == sum(one.net_cents for one in figures) == sum(one.net_cents for one in found.groups)
    assert abs(found.rounding_cents) <= len(found.groups), "a cent for each rate at most"
    for group in found.groups:  # BR-CO-17, to the letter
        assert group.vat_cents == rules.cents(rules.decimal(group.net_cents) * group.rate / 100)
    for line_, one in zip(lines, figures, strict=True):
        assert one.net_cents == one.base_cents - one.discount_cents
        assert abs(one.net_cents - line_.net_cents * 100 / (100 + line_.rate)) <= 1
        assert abs(one.price - line_.price * 100 / (100 + line_.rate)) <= Decimal("1e-8")


def test_a_hundred_with_vat_stays_a_hundred() -> None:
    found = rules.totals([line("1", "100")], with_vat=True)
    assert (found.net_cents, found.vat_cents, found.rounding_cents, found.total_cents) == (8264, 1735, 1, 10_000)
    small = rules.totals([line("1", "121")], with_vat=True)
    assert (small.net_cents, small.vat_cents, small.rounding_cents) == (10_000, 2_100, 0)
