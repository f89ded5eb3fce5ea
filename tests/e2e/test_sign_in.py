# SPDX-License-Identifier: EUPL-1.2
"""Signing in: keys are made in the browser, the password stays there, and a wrong one learns nothing."""

from __future__ import annotations

import re

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import functional_only
from zegel.demo.world import WORLD

pytestmark = pytest.mark.usefixtures("desks_closed")

_KEPT = """() => new Promise((done) => {
  const open = indexedDB.open('zegel');
  open.onsuccess = () => {
    const all = open.result.transaction('session').objectStore('session').getAll();
    all.onsuccess = () => done(all.result.length);
  };
})"""
NO = "This e-mail and password do not belong together."


def test_the_password_never_leaves_the_browser(story: Story) -> None:
    keys = story.place.keyring.people["owner"]
    desk = story.signed_in("owner", anew=True)
    assert any("auth_key" in body for body in desk.sent)
    assert not any(keys.password in body for body in desk.sent)
    functional_only(desk)


@pytest.mark.parametrize("email", [WORLD.person("owner").email, "nobody@dehaan.example"])
def test_a_wrong_password_and_an_unknown_address_hear_the_same(story: Story, email: str) -> None:
    desk = story.desk()
    desk.go("/sign-in")
    desk.page.fill("#email", email)
    desk.page.fill("#password", "not the password at all")
    desk.page.press("#password", "Enter")
    desk.page.wait_for_selector("[role=alert]")
    assert NO in desk.page.inner_text("[role=alert]")
    assert desk.page.input_value("#email") == email


def test_a_reload_keeps_the_session_and_sign_out_forgets_the_keys(story: Story) -> None:
    desk = story.signed_in("owner", anew=True)
    desk.page.reload()
    desk.page.wait_for_selector(".tabs")
    desk.page.click(".tab-you")
    desk.page.click("#sign-out")
    desk.page.wait_for_url(re.compile(r"/sign-in"))
    kept = desk.page.evaluate(_KEPT)
    assert kept == 0
    desk.go("/portal/")
    desk.page.wait_for_url(re.compile(r"/sign-in\?next=/portal/$"))


def test_everyone_lands_where_he_works_in_his_own_language(story: Story) -> None:
    technician = story.signed_in("technician", anew=True)
    technician.page.wait_for_selector("html[lang=nl]")
    technician.page.wait_for_selector("h1:text-is('Storingen')")
    assert technician.page.query_selector("video") is None
    household = story.signed_in("household", 390, 844, anew=True)
    household.page.wait_for_selector("html[lang=sv]")
    household.page.wait_for_selector("text=Ingen kameraenhet än")


def test_a_page_that_needs_keys_sends_a_stranger_to_sign_in(story: Story) -> None:
    for path in ("/console/", "/portal/looked", "/backoffice/"):
        desk = story.desk()
        desk.go(path)
        desk.page.wait_for_url(re.compile(r"/sign-in\?next="))
