# SPDX-License-Identifier: EUPL-1.2
"""A shop makes a key for its other system and has it told what happens; and one signs one's own statement anew."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.demo.firm_claims import FIRM_CLAIMS
from zegel.unit import clock

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


def _me(story: Story, key: str) -> tuple[int, dict[str, Any]]:
    """What another system gets with it."""
    asked = urllib.request.Request(f"{story.origin}/api/service/v1/me", headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_key_does_what_was_ticked_until_it_is_ended_and_a_webhook_says_how_it_goes(story: Story) -> None:
    shop = _english(story.signed_in("shop"))
    page = shop.page
    shop.go("/service/connections")
    shop.sees("#new-key")
    page.click("#new-key")
    page.fill("#key-name", "Web shop")
    page.click("#dialog-save")
    shop.sees("dialog .error:has-text('Choose what it may do')")
    page.check("dialog input[value='orders.read']")
    assert shop.axe() == []
    page.click("#dialog-save")
    shop.sees("#once")
    key = page.inner_text("#once")
    page.click("#once-done")
    shop.sees("b:has-text('Web shop')")
    assert _me(story, key) == (200, {"name": "Web shop", "scopes": ["orders.read"]})

    page.click("#new-hook")
    page.fill("#hook-name", "Warehouse")
    page.fill("#hook-url", "https://169.254.169.254/latest")
    page.click("#dialog-save")
    shop.sees("dialog .error:has-text('does not call that address')")
    page.fill("#hook-url", "https://warehouse.nowhere.example/hook")
    page.click("#dialog-save")
    shop.sees("#once:has-text('whsec_')")
    page.click("#once-done")
    shop.sees("b:has-text('Warehouse')")
    page.click("button:has-text('Try it')")
    page.click("button:has-text('What was sent')")
    shop.sees("li:has-text('nobody answered')")
    _fits(shop)

    page.click("li:has-text('Web shop') button:has-text('End it')")
    page.click("#dialog-save")
    shop.sees("li:has-text('Web shop') .pill:has-text('ended')")
    assert _me(story, key)[0] == 401
    functional_only(shop)


@pytest.mark.parametrize(("words", "claim"), FIRM_CLAIMS, ids=[one.__name__ for _words, one in FIRM_CLAIMS])
def test_what_the_demo_claims_of_a_firm_holds(story: Story, words: str, claim: Any) -> None:
    assert claim(story.origin, story.place.client, clock.wall_ms()), words


def test_everybody_reads_his_own_statement(story: Story) -> None:
    desk = _english(story.signed_in("desk"))
    desk.go("/service/statement")
    desk.sees("#statement-words:has-text('I keep to myself')")
    desk.sees(".pill:has-text('It holds until')")
    _fits(desk)
    functional_only(desk)
