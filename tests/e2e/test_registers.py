# SPDX-License-Identifier: EUPL-1.2
"""The registers, places and declarations in the privacy office, and an owner's terms in his portal."""

from __future__ import annotations

import io

import pypdf
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")


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
        assert desk.overflow() <= 0, width


def test_the_privacy_officer_judges_a_line_takes_the_register_along_and_adds_a_sub_processor(story: Story) -> None:
    officer = _english(story.signed_in("privacy"))
    page = officer.page
    officer.go("/backoffice/privacy/registers")
    officer.sees("h2:has-text('What we process for others')")
    _fits(officer)
    page.click("a:has-text('De Haan Bouw')")
    officer.sees("#line-surveillance")
    page.click("#line-surveillance summary")
    page.click("#judge-surveillance")
    page.fill("#why", "Images of people, sealed to the customer's own key.")
    page.click("#judge-now")
    officer.sees("#line-surveillance:has-text('risk: medium')")
    _fits(officer)
    with page.expect_download() as taken:
        page.click("#take-pdf")
    text = "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(taken.value.path().read_bytes())).pages)
    assert "De Haan Bouw" in text
    assert "guarding places" in text

    officer.go("/backoffice/privacy/places")
    officer.sees("b:has-text('Postduif BV')")
    page.click("#new-subprocessor")
    page.fill("#name", "Fjärrpost AB")
    page.fill("#task", "carries letters")
    page.fill("#country", "SE")
    page.click("#record-now")
    officer.sees("dialog .note.alarm:has-text('allows NL only')")  # a customer's profile asks for the Netherlands
    page.fill("#country", "NL")
    page.click("#record-now")
    officer.sees("b:has-text('Fjärrpost AB')")
    _fits(officer)

    officer.go("/backoffice/privacy/declarations")
    officer.sees("code:has-text('track: surveillance')")
    page.fill("#look-for", "footage epoch")
    page.wait_for_function("() => document.querySelectorAll('.table tbody tr').length < 5")
    _fits(officer)
    functional_only(officer)


def test_an_owner_tightens_a_term_and_cannot_loosen_it(story: Story) -> None:
    owner = story.signed_in("owner", 390, 844)
    page = owner.page
    owner.go("/portal/terms")
    owner.sees("#term-surveillance_images:has-text('14 days')")
    _fits(owner)
    page.click("#change-surveillance_images")
    page.fill("#days", "15")
    page.click("#choose-now")
    owner.sees("dialog .note.alarm:has-text('never longer')")
    page.fill("#days", "7")
    page.click("#choose-now")
    owner.sees("#term-surveillance_images:has-text('7 days')")
    owner.sees("#term-surveillance_images:has-text('your choice')")
    page.click("#change-surveillance_images")
    page.click("#give-up")
    owner.sees("#term-surveillance_images:has-text('14 days')")
    _fits(owner)
    functional_only(owner)
