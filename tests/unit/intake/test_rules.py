# SPDX-License-Identifier: EUPL-1.2
"""The puzzle that keeps programs out of the public forms, and where a form may stand."""

from __future__ import annotations

import pytest

from zegel.server.intake import rules
from zegel.server.intake.rules import Answer

KEY, FORM, NOW = b"k" * 32, "shop/repair", 1_800_000_000
PUZZLE = rules.new_puzzle(KEY, FORM, NOW, b"r" * 16)
NUMBER = rules.solve(PUZZLE)


def judged(puzzle: str = PUZZLE, number: str = NUMBER, form: str = FORM, after: int = 10, key: bytes = KEY) -> Answer:
    return rules.judge(key, form, puzzle, number, NOW + after)


def test_who_solved_it_may_send() -> None:
    assert judged() is Answer.SOLVED


def test_who_has_no_script_is_known_to_have_none() -> None:
    assert judged(number="") is Answer.UNSOLVED


@pytest.mark.parametrize("number", ["0", "-1", "1e9", "9" * 13, "٣", "x"])
def test_another_number_is_no_solution(number: str) -> None:
    assert judged(number=number) is Answer.FALSE


def test_a_puzzle_is_of_one_form_one_installation_and_a_short_time() -> None:
    assert judged(form="shop/return") is Answer.FALSE
    assert judged(key=b"x" * 32) is Answer.FALSE
    assert judged(after=1) is Answer.TOO_SOON
    assert judged(after=-60) is Answer.TOO_SOON
    assert judged(after=rules.MOST_AGE_S + 1) is Answer.TOO_LATE


@pytest.mark.parametrize("puzzle", ["", "1.2.3", PUZZLE + "0", PUZZLE.replace("1800000000", "1800009999")])
def test_a_puzzle_that_was_made_up_counts_for_nothing(puzzle: str) -> None:
    assert judged(puzzle=puzzle) is Answer.FALSE


@pytest.mark.parametrize(
    ("typed", "origin"),
    [("https://www.shop.example", "https://www.shop.example"), ("WWW.Shop.example/page?x=1", "https://www.shop.example"),
     ("https://shop.example:443/", "https://shop.example"), ("https://shop.example:8443", "https://shop.example:8443"),
     ("http://localhost:5000", "http://localhost:5000"), ("http://127.0.0.1:80/", "http://127.0.0.1")],
)  # fmt: skip
def test_a_site_is_named_by_its_origin(typed: str, origin: str) -> None:
    assert rules.origin_of(typed) == origin


@pytest.mark.parametrize(
    "typed",
    ["http://shop.example", "javascript:alert(1)", "https://", "*", "https://*.shop.example", "https://user@shop.example",
     "https://shop.example; script-src *", "data:text/html,x", "https://shop.example:x", "shop", "https://a b.example"],
)  # fmt: skip
def test_what_is_no_site_of_ones_own_is_refused(typed: str) -> None:
    assert rules.origin_of(typed) == ""
