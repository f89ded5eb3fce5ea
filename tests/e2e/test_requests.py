# SPDX-License-Identifier: EUPL-1.2
"""Journey 21: a passer-by asks for footage of himself: the form behind the sign's code, the letter, identity, the
controller's approval, the answer; and somebody of the customer's people asks for what is written about him."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.demo.world import WORLD
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

_TOKEN = r"/request/{}/([A-Za-z0-9_-]{{43}})"


def letter_link(log: Path, kind: str) -> str:
    """The newest link of that kind that the server's letters had; they go to its log here."""
    begun = clock.mono_s()
    while not (found := re.findall(_TOKEN.format(kind), log.read_text("utf-8").replace("=\n", ""))):
        assert clock.mono_s() - begun < 20, f"no letter with a link to {kind}"
        clock.sleep(0.1)
    return str(found[-1])


def _english(desk: Desk) -> Desk:
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    return desk


def _decent(desk: Desk) -> None:
    desk.settled()
    assert desk.axe() == []
    was = desk.page.viewport_size
    desk.page.set_viewport_size({"width": 360, "height": 844})
    assert desk.overflow() <= 0
    desk.page.set_viewport_size(was)


def test_journey_21_a_passer_by_asks_for_himself_and_is_answered(story: Story) -> None:
    yard = WORLD.site("yard").id
    sign = story.place.client("owner").http.get(f"/api/v1/sites/{yard}/sign")["address"]
    stranger = story.desk(390, 844)
    page = stranger.page
    stranger.go("/notice/" + sign.rsplit("/", 1)[-1])
    page.click("text=Ask it here, in a form")
    page.wait_for_selector("#ask-form")
    _decent(stranger)
    yesterday = (datetime.fromtimestamp(clock.wall_ms() / 1000, UTC) - timedelta(days=1)).date().isoformat()
    for name, value in {"day": yesterday, "from": "14:00", "to": "14:15", "look": "red coat, brown dog",
                        "name": "Jo Bakker", "email": "jo@passer.example"}.items():  # fmt: skip
        page.fill(f"#{name}", value)
    page.click("#send")
    page.wait_for_selector("main[data-view=sent]")
    stranger.go("/request/confirm/" + letter_link(story.place.server.log, "confirm"))
    page.click("#confirm")
    code = page.inner_text("#code")
    _decent(stranger)

    officer = _english(story.signed_in("privacy"))
    officer.go("/backoffice/privacy/requests")
    officer.page.click("ul.items a:has-text('De Haan Bouw BV')")
    officer.sees("text=red coat, brown dog")
    _decent(officer)
    assert officer.page.query_selector("input[value=email_confirmed]") is None  # an address shows no face
    officer.page.check("input[value=recognised]")
    officer.page.fill("#seen", "came by video, red coat and dog")
    officer.page.click("#establish")
    officer.sees("text=There are none any more, or none was made")
    officer.page.check("input[name=outcome][value=nothing_held]")
    officer.page.fill("#answer-words", "The cameras guard outside working hours only.")
    officer.page.click("#prepare")
    officer.sees(".pill:has-text('Waits for approval')")

    owner = story.signed_in("owner", 390, 844)
    owner.go("/portal/requests")
    owner.page.click("ul.items a")
    owner.sees("#approve")
    _decent(owner)
    owner.page.click("#approve")
    owner.sees(".pill:has-text('Nothing found')")

    stranger.go("/request/answer/" + letter_link(story.place.server.log, "answer"))
    page.fill("#code", "AAAAA-AAAAA")
    page.click("#open")
    page.wait_for_selector("#wrong")
    page.fill("#code", code)
    page.click("#open")
    with page.expect_download() as download:
        page.click("#fetch")
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert json.loads(archive.read("answer.json"))["outcome_code"] == "nothing_held"
    assert archive.read("answer.pdf").startswith(b"%PDF")
    other = story.desk(390, 844)
    other.go(page.url.removeprefix(story.origin))
    assert other.page.get_attribute("main", "data-view") == "gone"
    page.context.clear_cookies(name="zegel_answer")  # the one that ties the answer to this browser
    functional_only(stranger)
    for desk in (stranger, officer, owner):
        assert desk.complaints == []


@pytest.mark.soak  # the suite has its budget
def test_somebody_who_signs_in_asks_for_what_is_written_about_him(story: Story) -> None:
    foreman = story.signed_in("foreman", 390, 844)
    foreman.go("/portal/requests")
    foreman.page.click("#ask-mine")
    foreman.page.click("#dialog-save")
    foreman.page.wait_for_selector("#told-code")
    assert foreman.axe() == []
    foreman.page.click("#code-told")

    officer = _english(story.signed_in("privacy"))
    officer.go("/backoffice/privacy/requests")
    officer.page.click("ul.items a:has-text('De Haan Bouw BV')")
    officer.sees("h2:has-text('What there is of him')")
    officer.sees(".line .value:has-text('foreman@dehaan.example')")
    officer.page.click("#give-typed")
    officer.sees(".line.give")
    waits = "() => document.querySelectorAll('.line.waits').length"
    before = officer.page.evaluate(waits)
    officer.page.locator(".line.waits button:has-text('Give')").first.click()
    officer.page.wait_for_function(f"(n) => ({waits})() < n", arg=before)
    assert officer.axe() == []
    assert officer.complaints == []
    assert foreman.complaints == []
