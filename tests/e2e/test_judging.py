# SPDX-License-Identifier: EUPL-1.2
"""The supervisor's screens in a browser: the wall when nobody is there (C12), a shift that is handed over, figures."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.demo import panels

pytestmark = pytest.mark.usefixtures("desks_closed")


def at_the_centre(story: Story, person: str, page: str = "", width: int = 1440) -> Desk:
    desk = story.signed_in(person, width)
    desk.go(f"/centre/{page}")
    desk.settled()
    return desk


def test_alarms_that_nobody_takes_are_on_the_wall_until_somebody_acts(story: Story) -> None:
    street = story.street(1)
    assert b"ACK" in panels.Dialler(street).say(street.accounts[0], "FA", 2)
    wall = at_the_centre(story, "supervisor", width=2560)
    banner = wall.page.locator(".escalation")
    banner.wait_for(timeout=30_000)
    assert "Er wachten alarmen en er is niemand" in banner.inner_text()
    assert wall.page.locator(".figure.late:has-text('niemand is in dienst') b").inner_text() == "0"
    assert wall.axe() == []
    wall.page.keyboard.press("a")
    wall.page.wait_for_selector(".escalation.quiet:has-text('Iemand pakt het op')")
    wall.page.keyboard.press("d")
    wall.page.wait_for_selector(".seats .dot.ok")
    wall.page.wait_for_selector(".figure:has-text('Achter de tafel') b:text-is('1')")
    wall.page.wait_for_selector(".escalation:has-text('niemand')", state="detached")
    assert wall.complaints == []
    functional_only(wall)


def test_a_shift_is_handed_over_and_taken(story: Story) -> None:
    first, second = (at_the_centre(story, person, "hand-over") for person in ("operator", "operator2"))
    first.page.fill("#hand-note", "The guard is on his way to the yard.")
    first.page.click("#hand-over")
    second.page.wait_for_selector("h2:has-text('Operator 12 draagt over')")
    second.page.keyboard.press("t")
    second.page.fill("#answer", "Gelezen.")
    second.page.click("#take-over-now")
    first.page.wait_for_selector(".handed .pill.ok:has-text('Operator 7')")
    assert first.page.query_selector("nav a[href='/centre/figures']") is None, "figures are the supervisor's"


def test_figures_certificates_and_settings_are_there_and_whole(story: Story) -> None:
    desk = at_the_centre(story, "supervisor", "figures")
    desk.page.wait_for_selector(".plot svg rect")
    with desk.page.expect_download() as taken:
        desk.page.click("a[download] >> nth=0")
    assert taken.value.suggested_filename.startswith("responses-")
    for page, there in (("certificates", "td:has-text('Alarmcentrale De Linge')"), ("settings", "#pagers")):
        desk.go(f"/centre/{page}")
        desk.page.wait_for_selector(there)
        assert desk.axe() == []
        assert desk.overflow() <= 0
    assert desk.complaints == []
