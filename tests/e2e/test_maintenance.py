# SPDX-License-Identifier: EUPL-1.2
"""Journey 13: a camera shows snow, the technician asks, the customer allows; live only, ended by the work, logged."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.client import maintenance

pytestmark = pytest.mark.usefixtures("desks_closed")

_LIVE = """() => { const v = document.querySelector('figure.live-look video');
  return v !== null && v.videoWidth > 0 && v.currentTime > 0 }"""

_MARKED = """() => { const c = document.querySelector('figure.live-look canvas.mark');
  return c.width > 0 && c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0) }"""


def _english(desk: Desk) -> Desk:
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _fits(desk: Desk) -> None:
    for width in (360, 1440, 390):
        desk.page.set_viewport_size({"width": width, "height": 844})
        assert desk.overflow() <= 0, width


def test_journey_13_the_owner_lets_a_technician_look_and_the_look_ends_with_the_work(story: Story) -> None:
    story.guard()
    owner = story.signed_in("owner", 390, 844)
    owner.go("/portal/maintenance")
    owner.page.wait_for_selector("h2:has-text('Nothing is out of order')")
    owner.page.click("#report")
    owner.page.fill("#fault-words", "Snow since last night")
    owner.page.click("#report-send")
    owner.page.wait_for_selector(".malfunction:has-text('Snow since last night')")

    technician = _english(story.signed_in("technician", 390, 844))
    technician.page.click("a.setup-row:has-text('Bad picture')")
    technician.page.wait_for_selector("q:has-text('Snow since last night')")
    assert technician.page.query_selector("video") is None
    assert technician.axe() == []
    technician.page.click("#ask")
    technician.page.fill("#ask-reason", "To see whether it is the lens or the cable")
    technician.page.click("#dialog-save")
    technician.page.wait_for_selector("h2:has-text('Waiting for the owner')")
    _fits(technician)

    owner.page.wait_for_selector("h2:has-text('Tom Jansen of Waakzaam Bouwplaatsen BV asks to see')")
    assert owner.page.query_selector("#allow") is None  # not before the key was compared
    assert owner.page.locator(".compare .words span").count() == 8
    assert owner.axe() == []
    _fits(owner)
    owner.page.click("#compared")
    owner.page.click("#allow")
    owner.page.wait_for_selector("h2:has-text('can see Gate camera 2 live')")
    assert owner.axe() == []

    technician.page.click("#look")
    technician.page.wait_for_function(_LIVE, polling=50)
    technician.page.wait_for_selector(".look .pill:has-text('Live')")
    technician.page.wait_for_function(_MARKED)  # his name is over the picture
    assert technician.page.query_selector("a[download]") is None
    assert technician.axe() == []
    _fits(technician)
    technician.page.click("#works")
    technician.page.wait_for_selector("figure.live-look", state="detached")
    owner.page.wait_for_selector("h2:has-text('can see Gate camera 2 live')", state="detached")
    owner.page.wait_for_selector("text=Ended: the technician saw that it works")

    technician.page.context.set_offline(True)
    technician.page.fill("#report-text", "Lens wiped, connector dried")
    technician.page.fill("#report-minutes", "20")
    technician.page.click("#hand-over")
    technician.page.wait_for_selector("text=waits on this device")
    technician.page.context.set_offline(False)
    technician.page.wait_for_selector(".pill:has-text('Repaired')")
    owner.page.wait_for_selector("text=Lens wiped, connector dried")
    owner.go("/portal/looked")
    owner.page.wait_for_selector("text=Tom Jansen >> visible=true")
    functional_only(technician)
    assert owner.complaints == []


_PAINTED = """() => { const c = document.querySelector('figure.live-look canvas.frozen');
  if (!c || c.width < 100) return false;
  const copy = document.createElement('canvas'); copy.width = 64; copy.height = 36;
  const draw = copy.getContext('2d'); draw.drawImage(c, 0, 0, 64, 36);
  return new Set(draw.getImageData(0, 0, 64, 36).data.map((value) => value >> 3)).size > 4 }"""


def test_to_aim_a_camera_the_technician_gets_one_still_at_a_time_under_consent(story: Story) -> None:
    story.guard()
    fault = maintenance.report(story.place.client("owner"), *_yard(story), "wrong_view", "it looks at the sky")
    technician, owner = _english(story.signed_in("technician", 390, 844)), story.signed_in("owner", 390, 844)
    technician.go(f"/backoffice/jobs/{fault['id']}")
    technician.page.click("#ask")
    assert technician.page.is_checked("input[name=ask-way][value=still]")  # what one needs for aiming
    technician.page.fill("#ask-reason", "To aim it at the gate again")
    technician.page.click("#dialog-save")
    owner.go("/portal/maintenance")
    owner.page.wait_for_selector("h2:has-text('asks for stills of Gate camera 2, to aim it')")
    if owner.page.query_selector("#allow") is None:
        owner.page.click("#compared")
    owner.page.click("#allow")
    owner.page.wait_for_selector("h2:has-text('may ask for stills of Gate camera 2')")
    technician.page.click("#get-still")
    technician.page.wait_for_function(_PAINTED, polling=50)
    technician.page.wait_for_selector(".live-look .pill:has-text('Still of')")
    assert technician.page.query_selector("figure.live-look video") is None  # nothing moves
    technician.page.wait_for_function(_MARKED)
    for desk in (technician, owner):
        assert desk.axe() == []
    technician.page.click("#works")
    technician.page.wait_for_selector("figure.live-look", state="detached")
    functional_only(technician)
    assert technician.complaints == owner.complaints == []


def _yard(story: Story) -> tuple[UUID, UUID]:
    unit = story.enrol()
    return unit.unit_id, unit.camera_id


def test_the_office_finds_anything_in_two_keystrokes_and_a_task_is_done_and_undone(story: Story) -> None:
    planner = _english(story.signed_in("planner"))
    page = planner.page
    page.wait_for_selector("h1:has-text('Tasks')")
    page.keyboard.press("n")
    page.fill("#task-words", "Order two poles")
    page.click("#dialog-save")
    page.wait_for_selector(".task:has-text('Order two poles')")
    assert planner.axe() == []
    page.locator(".task:has-text('Order two poles') button:has-text('Done')").click()
    page.wait_for_selector(".task:has-text('Order two poles')", state="detached")
    page.click(".toast button:has-text('Undo')")
    page.wait_for_selector(".task:has-text('Order two poles')")

    page.keyboard.press("/")
    page.keyboard.type("ha")
    page.wait_for_selector(".found a:has-text('Harbour yard North')")
    assert planner.axe() == []
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Harbour yard North')")
    for key, title in (
        ("3", "Customers"),
        ("4", "Sites and units"),
        ("5", "Stock"),
        ("6", "Certificates and statements"),
    ):
        page.keyboard.press(key)
        page.wait_for_selector(f"h1:has-text('{title}')")
        planner.settled()  # axe looks at each in test_c4
        _fits(planner)
    assert page.query_selector("video, canvas, img:not(.logo)") is None
    functional_only(planner)
    assert planner.complaints == []
