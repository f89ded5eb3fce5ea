# SPDX-License-Identifier: EUPL-1.2
"""A tenant's own pages: its face, who works there, how they come and go, the lesson; and its provider's page."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")

PASSWORD = "fiets regenboog 44 lampion"


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


def _owner(story: Story) -> Desk:
    owner = story.signed_in("shop")
    owner.go("/service/organisation")
    return _english(owner)


def test_an_owner_keeps_his_face_and_imprint_and_takes_everything_along(story: Story) -> None:
    owner = _owner(story)
    page = owner.page
    owner.sees("h2:has-text('Right of use') + .pill:has-text('holds')")
    _fits(owner)
    page.click("#change-imprint")
    page.fill("#iban", "NL92 ABNA 0417 1643 00")
    page.click("#save-now")
    owner.sees("dialog .note.alarm:has-text('This is not an IBAN.')")
    page.fill("#iban", "NL91 ABNA 0417 1643 00")
    page.click("#save-now")
    owner.sees("dd:has-text('NL91ABNA0417164300')")
    page.click("#change-look")
    page.fill("#colour", "#ffee00")
    page.click("#save-now")
    owner.sees("dialog .note.alarm:has-text('White letters')")
    page.keyboard.press("Escape")
    page.click("#change-sender")
    page.fill("#address", "service@noordman.example")
    page.click("#save-now")
    owner.sees("#verify-sender")
    owner.sees("code:has-text('._domainkey.noordman.example')")
    _fits(owner)
    page.click("#take-out")
    with page.expect_download() as taken:
        page.click("#take-it-now")
    with zipfile.ZipFile(io.BytesIO(taken.value.path().read_bytes())) as archive:
        listed = json.loads(archive.read("list.json"))
        assert listed["rows"]["tenants.Brand"] == 1
        assert b"Noordman" in archive.read("tables/tenants.Brand.jsonl")
    owner.go("/service/uselog")
    owner.sees("td:has-text('everything of an organisation')")
    functional_only(owner)


def test_somebody_without_an_address_comes_with_a_code_learns_and_leaves(story: Story) -> None:
    owner = _owner(story)
    page = owner.page
    owner.sees("#change-sign-in")
    if page.is_visible("#change-sign-in:has-text('Use login codes')"):
        page.click("#change-sign-in")
        owner.sees("#change-sign-in:has-text('Use e-mail addresses')")
    owner.go("/service/staff")
    owner.sees("b:has-text('Lotte Meijer')")
    _fits(owner)
    page.click("#employ")
    page.fill("#name", "Piet Magazijn")
    page.select_option("#function_id", label="Service desk")
    page.select_option("#language", "en")
    page.click("#save-now")
    owner.sees("#handed-over")
    code, link = page.locator("dialog dd").all_inner_texts()
    assert re.fullmatch(r"noordman\.[2-9a-z]{6}", code)
    page.click("#handed-over")
    newcomer = _comes(story, link, code)
    _learns(newcomer)
    page.reload()
    owner.sees("li:has(b:text-is('Piet Magazijn')) .pill:has-text('lesson passed')")
    page.click("li:has(b:text-is('Piet Magazijn')) button:has-text('Leaves')")
    page.fill("#why", "Another job")
    page.click("#save-now")
    owner.sees("summary:has-text('left')")
    functional_only(newcomer)
    asked = "() => fetch('/api/v1/lesson').then((answer) => answer.status)"
    assert newcomer.page.evaluate(asked) == 403, "his open session reads nothing any more"


def _comes(story: Story, link: str, code: str) -> Any:
    newcomer = story.desk(390, 844)
    page = newcomer.page
    newcomer.go(re.sub(r"^https?://[^/]+", "", link))
    newcomer.sees("#email-hint")
    assert page.input_value("#email") == code
    page.click("#go")
    page.fill("#new-password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("#go")
    page.wait_for_selector("#recovery-code")
    page.fill("#typed-code", "-".join(page.locator("#recovery-code span").all_inner_texts()))
    page.click("#go")
    page.wait_for_url("**/service/**")
    newcomer.leave()
    newcomer = story.desk(390, 844)
    newcomer.sign_in(code.upper(), PASSWORD, "service")
    return newcomer


def _learns(desk: Any) -> None:
    page = desk.page
    desk.go("/service/lesson")
    desk.sees("#give-answers")
    for value in page.locator("input[value=report]").all():
        value.check()
    page.click("#give-answers")
    desk.sees("[role=status]:has-text('of 7 right')")
    assert page.locator(".note.warn").count() == 2, "not everything is a breach"
    _fits(desk)
    for case in ("slow", "asked"):
        page.check(f"input[name=case-{case}][value=no]")
    page.click("#give-answers")
    desk.sees(".pill:has-text('passed today')")


def test_a_provider_sees_its_tenants_plans_and_nothing_of_their_customers(story: Story) -> None:
    planner = _english(story.signed_in("planner"))
    page = planner.page
    planner.go("/backoffice/privacy/tenants")
    planner.sees("#tenant-garage-visser")
    _fits(planner)
    page.click("#use-garage-visser")
    page.fill("#users", "4")
    page.click("#save-now")
    planner.sees("#tenant-garage-visser .pill:has-text('of 4 people')")
    functional_only(planner)
