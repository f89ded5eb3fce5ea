# SPDX-License-Identifier: EUPL-1.2
"""Journey 18 in the browser: the customer asks that a time is kept, the privacy officer signs; both read what
goes when; closing lets it go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk
from zegel.server.kernel import clock

pytestmark = pytest.mark.usefixtures("desks_closed")


def _fits(desk: Desk) -> None:
    for width in (360, 1440, 390):
        desk.page.set_viewport_size({"width": width, "height": 844})
        assert desk.overflow() <= 0, width


def test_journey_18_two_people_keep_a_time_and_the_end_of_it_is_theirs(story: Story) -> None:
    story.enrol()
    owner = story.signed_in("owner", 390, 844)
    owner.go("/portal/incidents")
    owner.page.wait_for_selector("h2:has-text('No incident'), b:has-text('No incident')")
    owner.page.click("#open-incident")
    owner.page.fill("#incident-title", "Container opened")
    owner.page.fill("#incident-reason", "The lock of the tool container was cut at night.")
    yesterday = datetime.fromtimestamp(clock.now_ms() / 1000, UTC) - timedelta(days=1)
    owner.page.fill("#hold-date", yesterday.date().isoformat())
    owner.page.fill("#hold-from", "02:10")
    owner.page.fill("#hold-to", "02:25")
    assert owner.axe() == []
    owner.page.click("#incident-send")
    owner.page.wait_for_selector(".hold[data-state=waiting]:has-text('Gate camera 2')")
    assert owner.page.query_selector("#sign-hold") is None, "he signed already"
    _fits(owner)
    assert owner.axe() == []

    officer = story.signed_in("privacy", 1440, 900)
    officer.go("/backoffice/privacy/incidents")
    officer.page.click("button[lang=en]")
    officer.page.wait_for_selector("html[lang=en]")
    officer.page.click("button:has-text('Container opened')")
    officer.page.click("#sign-hold")
    officer.page.click("#sign-send")
    officer.page.wait_for_selector(".hold[data-state=held]")
    assert officer.axe() == []
    _fits(officer)
    owner.page.wait_for_selector(".hold[data-state=held]:has-text('02:10')")

    officer.go("/backoffice/privacy/retention")
    officer.page.select_option("#plan-owner", label="De Haan Bouw BV")
    officer.page.wait_for_selector("td:has-text('14 days')")
    officer.page.wait_for_selector(".note.ok, .note[data-tone=ok], :text('Nothing is left over')")
    assert officer.axe() == []
    _fits(officer)
    owner.go("/portal/kept")
    owner.page.wait_for_selector(".amount:has-text('14 days')")
    assert owner.axe() == []
    _fits(owner)

    owner.go("/portal/incidents")
    owner.page.click("button:has-text('Container opened')")
    owner.page.click("#close-incident")
    owner.page.fill("#incident-outcome", "The insurer has paid.")
    owner.page.click("#close-send")
    owner.page.wait_for_selector(".hold[data-state=released]")
    assert owner.complaints == []
    assert officer.complaints == []
