# SPDX-License-Identifier: EUPL-1.2
"""A planner makes plans, contacts and guards; a guard goes where he is sent with nothing but his phone."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import COOKIES, Desk
from zegel.demo import panels

pytestmark = pytest.mark.usefixtures("desks_closed")

FREE = count(120)  # panels that no other test dials


def _plans(story: Story, width: int = 1440, height: int = 900) -> Desk:
    desk: Desk = story.signed_in("planner", width, height)
    desk.go("/backoffice/plans/")
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    desk.page.wait_for_selector("[data-plan]")
    return desk


def _place(desk: Desk, name: str) -> None:
    if desk.page.locator(f"[data-place='{name}']:visible").count() == 0:
        desk.page.fill("#place-filter", name)
    desk.page.click(f"[data-place='{name}']")
    desk.page.wait_for_selector(f"h1:has-text('{name}')")


def _steps(desk: Desk) -> list[str]:
    return [row.inner_text() for row in desk.page.locator("#preview .step-head b").all()]


def test_a_plan_is_edited_compared_saved_and_an_older_version_restored(story: Story) -> None:
    desk = _plans(story)
    page = desk.page
    _place(desk, "Harbour yard North")
    page.click("[data-plan='Harbour yard, at night'] button")
    page.wait_for_selector("#save-plan")
    before = _steps(desk)
    assert page.is_disabled("#save-plan")

    page.fill("#text-0", "Look at the crane first.")
    page.focus("#step-grip-3")
    page.keyboard.press("ArrowUp")
    assert _steps(desk) == [*before[:2], before[3], before[2], *before[4:]]
    assert page.evaluate("document.activeElement.id") == "step-grip-2"
    from_box, to_box = page.locator("#step-grip-4").bounding_box(), page.locator("#step-grip-0").bounding_box()
    assert from_box is not None
    assert to_box is not None
    page.mouse.move(from_box["x"] + 8, from_box["y"] + 8)
    page.mouse.down()
    page.mouse.move(to_box["x"] + 8, to_box["y"] + 20, steps=6)
    page.mouse.up()
    assert _steps(desk)[0] == before[4]

    changed = page.inner_text("#diff")
    assert "Look at the crane first." in changed
    assert "moved from place" in changed
    assert desk.axe() == []
    page.fill("#plan-why", "The crane hides the gate")
    page.click("#save-plan")
    page.wait_for_selector("text=Saved as version")
    page.wait_for_selector("#diff:has-text('The steps are the same.')")
    assert "The crane hides the gate" in page.inner_text("#history")

    page.click("#history button:has-text('Restore')")
    page.wait_for_selector("text=is in force again")
    assert _steps(desk) == before
    page.fill("#text-0", "x" * 501)
    assert len(page.input_value("#text-0")) == 500
    page.click("#leave-editor")
    page.wait_for_selector("text=This plan has changes that are not saved.")
    page.click("#throw-away")
    page.wait_for_selector("[data-plan]")
    assert desk.complaints == []
    assert desk.strangers == []


def test_contacts_have_hours_and_words_and_an_order_and_the_page_fits_a_phone(story: Story) -> None:
    desk = _plans(story, 390, 844)
    page = desk.page
    page.click("text=Other place")
    _place(desk, "Harbour yard North")
    page.click("#tab-contacts")
    page.wait_for_selector("[data-contact]")
    names = [row.get_attribute("data-contact") for row in page.locator("[data-contact]").all()]
    page.click("#add-contact")
    page.fill("#contact-name", "Night porter")
    page.click("#dialog-save")
    page.wait_for_selector("dialog [role=alert]:has-text('one to four phone numbers')")
    page.fill("#phone-0", "+31 6 0000 0177")
    page.click("button:has-text('Add hours')")
    page.fill("#start-0", "22:00")
    page.fill("#end-0", "06:00")
    page.click("#dialog-save")
    page.wait_for_selector("[data-contact='Night porter']:has-text('22:00–06:00')")
    page.click("[data-contact='Night porter'] button:has-text('Words…')")
    page.fill("#code-word", "lighthouse")
    page.fill("#duress-word", "Light House 2")
    page.click("#dialog-save")
    page.wait_for_selector("dialog [role=alert]:has-text('too much like')")
    page.fill("#duress-word", "grey herring")
    page.click("#dialog-save")
    page.wait_for_selector("[data-contact='Night porter']:has-text('code word and duress word')")
    assert "lighthouse" not in page.content()
    page.focus(f"#contact-grip-{len(names)}")
    page.keyboard.press("Home")
    page.wait_for_selector("[data-contact]:first-child[data-contact='Night porter']")
    assert desk.axe() == []
    assert desk.overflow() <= 0
    page.click("[data-contact='Night porter'] button:has-text('Remove…')")
    page.click("#sure")
    page.wait_for_selector("[data-contact='Night porter']", state="detached")
    assert [row.get_attribute("data-contact") for row in page.locator("[data-contact]").all()] == names


@pytest.fixture
def errand(story: Story) -> Any:
    """A company asked to go to an alarm that a panel raised: (its link, the operator's client, the alarm)."""
    number = next(FREE)
    street = story.street(number + 1)
    site = f"{panels.STREET[number % len(panels.STREET)]} {number + 1}"
    planner, operator = story.place.client("planner").http, story.place.client("operator").http
    place = next(one for one in planner.get("/api/v1/plan-places")["sites"] if one["name"] == site)
    company = {"name": "Night Watch", "phone": "+31 10 000 0303", "email": "night@watch.example"}
    planner.post(f"/api/v1/sites/{place['id']}/guards", company)
    said = {"name": "Ilse Kok", "phones": [{"number": "+31 6 0000 0188"}], "tell_guard": True}
    planner.post(f"/api/v1/sites/{place['id']}/contacts", said)
    dialler = panels.Dialler(street)
    dialler.say(street.accounts[number], "BA", 3)
    dialler.close()
    alarm = _raised(operator, place["id"])
    operator.post(f"/api/v1/alarms/{alarm}/claim")
    sent = operator.post(f"/api/v1/alarms/{alarm}/send-guard", {"note": "By the back door"})
    link = operator.post(f"/api/v1/dispatches/{sent['dispatches'][-1]['id']}/link")["url"]
    return link.removeprefix(story.origin), operator, alarm


def _raised(operator: Any, site: str) -> str:
    from zegel.unit import clock

    begun = clock.mono_s()
    while clock.mono_s() - begun < 20:
        for row in operator.get("/api/v1/alarms?state=open")["alarms"]:
            if row["site"] is not None and row["site"]["id"] == site:
                return str(row["id"])
        clock.sleep(0.1)
    raise AssertionError("the panel's alarm did not come")


def test_a_guard_goes_there_and_reports_with_one_hand_in_any_language(story: Story, errand: Any) -> None:
    path, operator, alarm = errand
    phone, other = story.desk(360, 740, "nl"), story.desk(390, 844)
    phone.go(path)
    assert "Hoogstraat" not in phone.page.content()
    assert phone.axe() == []
    phone.page.click("#open")
    phone.page.wait_for_selector("#accept")
    assert "Hoogstraat 12" in phone.page.inner_text("main")
    assert "By the back door" in phone.page.inner_text("main")
    assert "Ilse Kok" in phone.page.inner_text("main")
    other.go(path)
    other.page.wait_for_selector("h1:has-text('This link opens nothing here')")
    assert "Hoogstraat" not in other.page.content()

    for language, accept in (("sv", "Jag tar uppdraget"), ("de", "Ich nehme an"), ("en", "I accept")):
        phone.page.click(f"button[lang={language}]")
        phone.page.wait_for_selector(f"#accept:has-text('{accept}')")
        assert phone.overflow() <= 0
    assert phone.axe() == []
    for press, then in (("#accept", "#set-out"), ("#set-out", "#arrive"), ("#arrive", "#leave")):
        phone.page.click(press)
        phone.page.wait_for_selector(then)
    assert phone.overflow() <= 0
    assert phone.axe() == []
    phone.page.check("input[name=found][value=traces]")
    phone.page.click("#send-report")
    phone.page.wait_for_selector("[role=alert]:has-text('The report is not complete.')")
    phone.page.fill("#text", "Fence cut at the back, nobody there")
    phone.page.check("input[name=secured]")
    phone.page.click("#send-report")
    phone.page.wait_for_selector("h1:has-text('Thank you, your report is in')")
    assert "Hoogstraat" not in phone.page.content()

    seen = operator.get(f"/api/v1/alarms/{alarm}")
    last = seen["dispatches"][-1]
    assert (last["state"], last["found"], last["secured"]) == ("reported", "traces", True)
    assert last["mailed_ms"] is not None
    kinds = [step["kind"] for step in seen["steps"]]
    assert [kind for kind in kinds if "guard" in kind or kind == "arrived"] == [
        "guard_sent", "guard_accepted", "guard_on_the_way", "arrived", "guard_report",
    ]  # fmt: skip
    assert set(phone.keeps()["cookies"]) <= COOKIES | {"zegel_guard"}
    assert phone.strangers == []
    assert phone.complaints == []


def test_a_guard_who_is_called_off_sees_it_on_his_phone_by_itself(story: Story, errand: Any) -> None:
    path, operator, alarm = errand
    phone = story.desk(390, 844)
    phone.go(path)
    phone.page.click("#open")
    phone.page.wait_for_selector("#accept")
    last = operator.get(f"/api/v1/alarms/{alarm}")["dispatches"][-1]
    operator.post(f"/api/v1/alarms/{alarm}/guard-cancel", {"dispatch_id": last["id"], "reason": "The owner was there"})
    phone.page.wait_for_selector("h1:has-text('Called off: you need not go')", timeout=15_000)
