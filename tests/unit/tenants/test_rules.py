# SPDX-License-Identifier: EUPL-1.2
"""Names, colours and numbers of a tenant; when a right of use holds; who may administer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.people import rules as people
from zegel.server.people.errors import BadField
from zegel.server.tenants import lesson, rules
from zegel.server.tenants.errors import BadTenant
from zegel.server.tenants.rules import Standing, Use

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("name", ["noordman", "garage-visser", "a1", "x" * 32])
def test_a_name_of_small_letters_digits_and_single_dashes_stands_in_an_address(name: str) -> None:
    assert rules.checked_slug(f" {name.upper()} ") == name


@pytest.mark.parametrize("name", ["", "a", "1a", "a--b", "-a", "a-", "a/b", "a.b", "ä1", "x" * 33, "api", "sign-in"])
def test_any_other_name_or_one_that_the_house_itself_uses_does_not(name: str) -> None:
    with pytest.raises(BadTenant) as told:
        rules.checked_slug(name)
    assert told.value.field == "slug"


def test_contrast_is_as_wcag_computes_it() -> None:
    assert rules.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert rules.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert rules.contrast("#ffffff", "#777777") == rules.contrast("#777777", "#ffffff")


@pytest.mark.parametrize("colour", ["#777777", "#ffff00", "red", "#12345", "#12345g", "url(x)", "#0b5345;"])
def test_a_colour_on_which_white_letters_cannot_be_read_or_that_is_none_is_refused(colour: str) -> None:
    with pytest.raises(BadTenant):
        rules.checked_colour(colour, "colour")


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_words_in_any_colour_of_his_can_be_read_on_a_dark_page(colour: int) -> None:
    assert rules.contrast(rules.on_dark(f"#{colour:06x}"), rules.DARK_PANEL) >= rules.LEAST_CONTRAST


def test_the_dark_ground_is_that_of_the_pages() -> None:
    tokens = Path(__file__).parents[3].joinpath("web/src/styles/_tokens.css").read_text("utf-8")
    assert f"--panel2: {rules.DARK_PANEL};" in tokens
    assert rules.on_dark("#ffcc00") == "#ffcc00"


def test_an_iban_counts_with_its_check_digits_only() -> None:
    assert rules.checked_iban("NL91 ABNA 0417 1643 00") == "NL91ABNA0417164300"
    assert rules.checked_iban("") == ""
    for wrong in ("NL92ABNA0417164300", "NL91ABNA041716430", "XX", "NL91ABNA0417164300'--"):
        with pytest.raises(BadTenant):
            rules.checked_iban(wrong)


@pytest.mark.parametrize(
    "url",
    ["http://a.example/", "javascript:alert(1)", "https://", "https://user:secret@a.example/", "https://a.example/ b",
     "//a.example", "https://a.example:port/"],
)  # fmt: skip
def test_a_statement_stands_at_https_and_nothing_else(url: str) -> None:
    with pytest.raises(BadTenant):
        rules.checked_url(url, "privacy_url")
    assert rules.checked_url("https://a.example/privacy?x=1", "privacy_url") == "https://a.example/privacy?x=1"


def test_a_right_of_use_holds_from_its_first_instant_until_just_before_its_last() -> None:
    use = Use(NOW, NOW + DAY, None)
    assert rules.standing(None, NOW) is Standing.NONE
    assert rules.standing(use, NOW - timedelta(seconds=1)) is Standing.COMING
    assert rules.standing(use, NOW) is Standing.HOLDS
    assert rules.standing(use, NOW + DAY) is Standing.EXIT
    assert rules.standing(use, NOW + DAY + rules.EXIT) is Standing.OVER
    assert rules.standing(Use(NOW, None, None), NOW + 9999 * DAY) is Standing.HOLDS


def test_who_administers_has_a_month_before_his_contract_and_none_after_it() -> None:
    assert rules.admits([], NOW, NOW + rules.GRACE - timedelta(seconds=1))
    assert not rules.admits([], NOW, NOW + rules.GRACE)
    contract = [(NOW, NOW + 10 * DAY)]
    assert rules.admits(contract, NOW - 400 * DAY, NOW)
    assert not rules.admits(contract, NOW, NOW + 10 * DAY), "no second month after a contract that lapsed"


def test_a_login_code_is_known_from_an_address() -> None:
    assert people.normalised_identifier("  Noordman.K7M2P9 ") == "noordman.k7m2p9"
    assert people.normalised_identifier(" Wim@Noordman.example") == "wim@noordman.example"
    assert people.is_login_code("garage-visser.abc234")
    for wrong in ("noordman.k7m2p", "noordman.k7m2p0", "noordman", "a b.k7m2p9", "n@x.k7m2p9x"):
        assert not people.is_login_code(wrong)
    with pytest.raises(BadField):
        people.normalised_identifier("noordman")


def test_the_lesson_is_passed_with_every_answer_right_and_one_left_out_is_wrong() -> None:
    right = {one.id: one.breach for one in lesson.QUESTIONS}
    assert lesson.mark(right) == (len(lesson.QUESTIONS), [])
    assert lesson.mark({**right, "letter": False}) == (len(lesson.QUESTIONS) - 1, ["letter"])
    assert lesson.mark({}) == (0, [one.id for one in lesson.QUESTIONS])
    assert {one.breach for one in lesson.QUESTIONS} == {True, False}, "guessing one word passes nobody"
