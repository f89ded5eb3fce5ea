# SPDX-License-Identifier: EUPL-1.2
"""What a product's numbers look like, and how long its warranty lasts."""

from __future__ import annotations

from datetime import date

import pytest

from zegel.server.products import rules
from zegel.server.products.rules import WarrantyState


@pytest.mark.parametrize(
    ("bought", "months", "until"),
    [(date(2026, 1, 15), 24, date(2028, 1, 15)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
     (date(2026, 8, 31), 6, date(2027, 2, 28)), (date(2026, 12, 1), 1, date(2027, 1, 1))],
)  # fmt: skip
def test_a_warranty_ends_on_the_same_day_of_the_month_or_its_last(bought: date, months: int, until: date) -> None:
    assert rules.months_later(bought, months) == until


def test_the_last_day_of_a_warranty_is_covered_and_no_date_is_no_promise() -> None:
    until = date(2028, 1, 15)
    assert rules.warranty_state(until, until) is WarrantyState.COVERED
    assert rules.warranty_state(until, date(2028, 1, 16)) is WarrantyState.ENDED
    assert rules.warranty_state(None, until) is WarrantyState.UNKNOWN


def test_a_serial_number_is_kept_in_capitals_and_no_formula_is_one() -> None:
    assert rules.serial_of(" as-900 12/b ") == "AS-900 12/B"
    for no in ("=1+1", "@sum", "+31", "-4", "<b>", "x" * 61, "", "ABC\u202e12"):
        assert rules.serial_of(no) == ""


def test_a_vin_is_that_of_iso_3779_and_a_plate_has_no_dashes() -> None:
    assert rules.vin_of("yv1-zw25u0h1234567"[:18].replace("u0", "X0")) == "YV1ZW25X0H1234567"
    assert rules.vin_of("YV1ZW25I0H1234567") == ""
    assert rules.plate_of("h-123-bc") == "H123BC"
    assert rules.plate_of("a" * 13) == ""
