# SPDX-License-Identifier: EUPL-1.2
"""Journey 22: found, reported from a phone in two fields, judged, the customer told in writing with clocks ticking on
screen, the authority's form filled, measures followed up. And a customer asks his provider for an audit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as NotInTime

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk

pytestmark = pytest.mark.usefixtures("desks_closed")

DIALOG = "dialog[open]"
CUSTOMERS = ".duties li[data-duty=customer]"
TELL = "button[id^=tell-]"


def save(desk: Desk) -> None:
    desk.page.click(f"{DIALOG} #dialog-save")
    try:
        desk.page.wait_for_selector(DIALOG, state="detached", timeout=15_000)
    except NotInTime as error:
        raise AssertionError(f"it is not saved: {desk.page.inner_text(DIALOG)}") from error


def choose(desk: Desk, name: str, value: str) -> None:
    desk.page.check(f"{DIALOG} input[name='{name}'][value='{value}']")


def fine(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    assert desk.overflow() <= 0
    assert desk.complaints == []
    assert desk.strangers == []


def report(story: Story) -> None:
    """By a technician, with his phone, from the page that he happens to be on."""
    technician = story.signed_in("technician", 390, 844)
    technician.page.click("#report-breach")
    technician.page.fill("#breach-what", "A laptop with a list of keyholders was left in a train.")
    fine(technician)
    save(technician)
    technician.go("/backoffice/privacy/report")
    technician.sees("#report-now")
    assert "laptop" in technician.page.inner_text(".items")
    technician.leave()
    story.desks.remove(technician)


def assess_and_judge(officer: Desk) -> None:
    page = officer.page
    officer.sees(".clock-card[data-kind=customer]")
    ticks = page.inner_text(".clock-card[data-kind=customer] .clock-words")
    page.wait_for_function("was => document.querySelector('.clock-words').innerText !== was", arg=ticks, timeout=70_000)
    page.click("#assess")
    page.check("#nature-confidentiality")
    page.check("#category-contact")
    page.check("#category-location")
    page.fill("#cause", "It was left on a seat.")
    fine(officer)
    save(officer)
    officer.sees(".affected li[data-side=processor]")
    figures = page.locator(".affected li[data-side=processor] .breach-figure").all_inner_texts()
    assert any(re.search(r"[1-9]", figure) for figure in figures)
    page.click("#judge")
    choose(officer, "severity", "medium")
    choose(officer, "likelihood", "low")
    assert page.is_checked(f"{DIALOG} input[name='risk'][value='risk']")
    page.fill("#reason", "The disk is encrypted; the list on paper was not.")
    page.fill("#consequences", "Unwanted calls.")
    save(officer)


def tell(officer: Desk) -> None:
    """Every customer concerned (another test may have brought one more), and the authority."""
    page = officer.page
    for nth in range(page.locator(f"{CUSTOMERS} {TELL}").count()):
        page.locator(f"{CUSTOMERS} {TELL}").nth(nth).click()
        page.wait_for_function("() => document.querySelector('#letter-body')?.value")
        if nth == 0:
            read(officer)
        if "@" not in page.input_value("#letter-to"):
            page.fill("#letter-to", "owner@customer.example")
        save(officer)
        page.wait_for_function(f"() => document.querySelectorAll(\"{CUSTOMERS} .notice\").length > {nth}")
    officer.sees(".clock-card[data-kind=customer][data-tone=ok]")
    page.click(f"li[data-duty=authority] {TELL}")
    page.fill("#letter-to", "AP")
    page.fill("#letter-reference", "AP-2026-17")
    save(officer)
    officer.sees(".clock-card[data-kind=authority][data-tone=ok]")
    download(officer)


def read(officer: Desk) -> None:
    page = officer.page
    for language, greeting in (("sv", "Till "), ("en", "To ")):
        page.select_option("#letter-language", language)
        page.wait_for_function("with_ => document.querySelector('#letter-body').value.startsWith(with_)", arg=greeting)
    assert "@" in page.input_value("#letter-to")
    fine(officer)


def download(officer: Desk) -> None:
    page = officer.page
    for shape in ("a[href*='form?language']", "a[href*='shape=json']", "a[href*='/paper']"):
        with page.expect_download() as coming:
            page.click(f"{CUSTOMERS} {shape} >> nth=0")
        assert coming.value.suggested_filename.startswith("breach-")


def test_journey_22_a_breach_is_reported_judged_told_in_time_and_learnt_from(story: Story) -> None:
    report(story)
    officer = story.signed_in("privacy")
    officer.go("/backoffice/privacy/")
    officer.sees(".needs a[href*='/privacy/breaches/']")
    fine(officer)
    page: Any = officer.page
    page.click(".needs a[href*='/privacy/breaches/'] >> nth=0")
    assess_and_judge(officer)
    tell(officer)
    page.click("#measure")
    page.fill("#measure-words", "Encrypt every laptop")
    save(officer)
    page.click("#evaluate")
    page.fill("#evaluation", "It was reported within the hour; the paper list should not exist.")
    page.fill("#lessons", "No lists on paper.")
    save(officer)
    officer.sees("#reopen")
    page.set_viewport_size({"width": 390, "height": 844})
    fine(officer)
    officer.go("/backoffice/privacy/breaches")
    officer.sees(".breaches li")


def test_a_customer_names_a_privacy_contact_and_asks_for_an_audit_that_is_answered(story: Story) -> None:
    owner = story.signed_in("owner", 390, 844)
    owner.go("/portal/privacy")
    owner.page.click("#name-contact")
    owner.page.fill("#contact-name", "Eva Mol")
    owner.page.fill("#contact-email", "privacy@dehaan.example")
    owner.page.fill("#contact-phone", "+31 10 123 4567")
    save(owner)
    owner.sees("a[href='mailto:privacy@dehaan.example']")
    owner.page.click("#ask-audit")
    owner.page.fill("#audit-scope", "We want to see who may enter the place where our recordings lie.")
    save(owner)
    owner.sees("#audit-requests li")
    fine(owner)
    officer = story.signed_in("privacy")
    officer.go("/backoffice/privacy/reviews")
    officer.page.click(".reviews button.primary")
    officer.page.fill("#answer-words", "You are welcome on 4 December at ten.")
    save(officer)
    officer.page.click("#plan")
    officer.page.fill("#audit-title", "Review of who may do what")
    officer.page.fill("#audit-by", "Fatima Aziz")
    save(officer)
    officer.sees(".reviews li[id^=review-]")
    fine(officer)
    owner.go("/portal/privacy")
    owner.sees("#audit-requests li b")
