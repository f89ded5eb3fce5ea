# SPDX-License-Identifier: EUPL-1.2
"""A messy list is taken over, somebody of it is corrected, restricted and anonymised: by the desk and the owner."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")

MESSY = "\r\n".join([
    "Klantenlijst 2024", "Klantnaam;Adres;Postcode;Plaats;E-mail;Tel.",
    "Joël Müller;Veerhaven 12;3016cj;Rotterdam;joel@muller.example;0612345678",
    "  JOËL MÜLLER ;Veerhaven 12;3016 CJ;Rotterdam;joel@muller.example;0687654321",
    "Muller, J;Veerdam 12;3016 CK;Rotterdam;joel@muller.example;",
    '"Blom; dochters";Dam 1;1012JS;Amsterdam;;geen', "?;Nergens 1;1234AB;Nergens;;",
]).encode("cp1252")  # fmt: skip


def _english(desk: Desk) -> Desk:
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _fits(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    for width in (390, 1440):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert desk.overflow() <= 0, (width, desk.page.url)


def test_a_list_is_taken_over_and_one_of_it_is_restricted_and_forgotten(story: Story) -> None:
    desk = _english(story.signed_in("desk"))
    page = desk.page
    desk.go("/service/imports")
    page.set_input_files("#file", files=[{"name": "klanten.csv", "mimeType": "text/csv", "buffer": MESSY}])
    desk.sees("#columns")
    assert page.input_value("#column-0") == "name"
    _fits(desk)
    page.click("#check")
    desk.sees("#run")
    assert [page.inner_text(f"#{one}") for one in ("added", "matched", "refused")] == ["3", "1", "1"]
    page.click("#run")
    desk.sees("h2:has-text('What was done')")

    desk.go("/service/customers")
    page.fill("#find", "joel@muller")
    page.click(".customers a:has-text('Joël Müller')")
    page.click("#suggestion")
    page.click("#dialog-save")
    desk.sees("dd:has-text('0687654321')")
    page.click("[id^=merge-]")
    desk.sees("dialog .merge fieldset:has-text('J Muller')")
    _fits(desk)
    page.click("dialog label[for=other-street]")
    page.click("#dialog-save")
    desk.sees("dd:has-text('Veerdam 12')")
    desk.sees(".history li:has-text('merged')")
    assert page.locator("[id^=merge-]").count() == 0
    _fits(desk)
    where = page.url
    page.click("#restrict")
    page.click("#dialog-save")
    desk.sees("#find")
    page.fill("#find", "")
    page.click("#only-restricted")
    desk.sees(".customers > li:has-text('Customer 1')")
    assert "müller" not in page.inner_text("main").lower()
    assert desk.complaints == []
    functional_only(desk)

    shop = _english(story.signed_in("shop"))
    page = shop.page
    shop.go(re.sub(r"^https?://[^/]+", "", where))
    shop.sees("h1:has-text('Joël Müller')")
    page.click("#lift")
    page.click("#dialog-save")
    shop.sees("#restrict")
    page.click("#forget")
    shop.sees("dialog .fates > li")
    page.click("#dialog-save")
    shop.sees("h2:has-text('Anonymised')")
    assert "müller" not in page.inner_text("main").lower()
    shop.go("/service/customers/clean-up")
    shop.sees("#draw-up, #close-list")
    _fits(shop)
    assert shop.complaints == []
