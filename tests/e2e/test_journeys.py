# SPDX-License-Identifier: EUPL-1.2
"""The main job, in real browsers with a real unit: journeys 1, 2, 11, 16 and part of 14.

The tests tell one story, in this order: what was seen is proved while the next visitor is on his way.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
WROTE = "One person, walks along the fence"


def _claim_and_look(operator: Desk) -> None:
    operator.page.wait_for_selector("[data-alarm]", timeout=90_000)
    operator.page.keyboard.press("Enter")
    operator.wait_for_picture()


def _nothing_to_take_away(operator: Desk) -> None:
    video = operator.page.locator("#picture video")
    assert "nodownload" in (video.get_attribute("controlslist") or "")
    assert video.get_attribute("controls") is None
    assert operator.page.query_selector("a[download]") is None
    assert "Operator 12" in operator.page.inner_text(".frame .mark")


def test_before_any_alarm_the_operator_sees_nothing_and_the_owner_reads_what_the_unit_confirmed(story: Story) -> None:
    story.enrol()
    story.rest()
    story.empty_queue()
    _every_look_is_dealt(story)
    operator, owner = story.signed_in("operator"), story.signed_in("owner", 390, 844)
    operator.page.wait_for_selector("h2:has-text('Quiet')")
    assert operator.page.query_selector("video") is None
    story.guard()
    owner.page.wait_for_selector("h1:has-text('Guarding')")
    owner.page.wait_for_selector("text=The unit confirmed this at")


def test_connection_lost_is_said_and_recovers_by_itself(story: Story, eventually: Eventually) -> None:
    operator = story.signed_in("operator")
    operator.page.wait_for_selector("text=Connected")
    operator.page.context.set_offline(True)
    operator.page.wait_for_selector(".offline")
    operator.page.context.set_offline(False)
    eventually(lambda: operator.page.query_selector(".offline") is None, "the recovery", 30)


def test_journey_1_a_person_at_night_rings_is_claimed_watched_and_closed(story: Story) -> None:
    operator = story.signed_in("operator")
    story.guard()
    operator.page.wait_for_selector("[data-alarm]", timeout=90_000)
    entry = operator.page.inner_text("[data-alarm]")
    assert re.search(r"person 0\.\d\d", entry)
    assert "Harbour yard North" in entry
    assert "Gate camera 2" in entry
    assert operator.page.title().startswith("(1)")

    operator.page.keyboard.press("Enter")
    operator.wait_for_picture()
    operator.page.wait_for_selector(".tl .seg.pre")
    assert "sealed: not yours to see" in operator.page.inner_text(".tl")
    assert "not yet" in operator.page.inner_text(".tl")
    assert "Operator 12" in operator.page.inner_text(".frame .mark")
    assert "You can see this until" in operator.page.inner_text(".until")
    operator.page.wait_for_selector("text=in the log, proved here")

    operator.page.keyboard.press("l")
    operator.page.wait_for_selector(".over:has-text('Live, ')")
    operator.page.keyboard.press("n")
    operator.page.fill("#note", WROTE)
    operator.page.click("#note-save")
    operator.page.wait_for_selector(".happened:has-text('walks along the fence')")
    assert operator.axe() == []
    _a_guard_is_shown_what_the_operator_sees(story, operator)

    operator.page.keyboard.press("c")
    operator.page.keyboard.press("1")
    operator.page.click("#close-now")
    operator.page.wait_for_selector("text=is closed. The pictures are sealed again.")
    assert not operator.playing()
    functional_only(operator)
    assert operator.complaints == []


def _a_guard_is_shown_what_the_operator_sees(story: Story, operator: Desk) -> None:
    """Where the owner allows it: sealed here to his phone's key, whose words are compared; gone when he leaves."""
    http = story.place.client("operator").http
    alarm = next(one for one in story.open_alarms() if one["claimed_by"] is not None)
    allow = f"/api/v1/sites/{alarm['site']['id']}/guard-pictures"
    story.place.client("owner").http.post(allow, {"on": True})
    errand = http.post(f"/api/v1/alarms/{alarm['id']}/send-guard")["dispatches"][-1]
    phone = story.desk(360, 740)
    phone.go(http.post(f"/api/v1/dispatches/{errand['id']}/link")["url"].removeprefix(story.origin))
    phone.page.click("#open")
    phone.page.click("#accept")
    words = phone.page.locator("#pictures-words .code")
    words.wait_for()
    operator.page.click("#hand-picture")
    assert operator.page.inner_text("#guard-words") == words.inner_text()
    assert operator.page.is_disabled("#hand-now"), "no key is taken on the server's word"
    operator.page.check("#guard-compared")
    operator.page.click("#hand-now")
    operator.page.wait_for_selector("dialog", state="detached")
    phone.page.click("#pictures-shown button")
    phone.page.wait_for_selector("#pictures-shown canvas")
    seen = "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return new Set(d).size }"
    assert phone.page.locator("#pictures-shown canvas").evaluate(seen) > 8, "an empty picture"
    assert phone.page.query_selector("#pictures a, #pictures img") is None
    assert phone.overflow() <= 0
    assert phone.axe() == []
    kept = phone.keeps()
    assert (set(kept["databases"]), kept["local"], kept["session"]) == ({"zegel-guard"}, [], [])
    story.place.client("owner").http.post(allow, {"on": False})
    phone.page.wait_for_selector("#pictures-shown canvas", state="detached")
    assert phone.complaints == []


def test_the_owner_plays_his_own_recording_opened_in_his_browser(story: Story) -> None:
    owner = story.signed_in("owner")
    owner.go("/portal/recordings")
    owner.page.click(".clips li:last-child button")
    owner.wait_for_picture()
    functional_only(owner)
    owner.settled()
    assert owner.axe() == []
    owner.go("/portal/looked")
    owner.page.wait_for_selector("text=You, Pieter de Haan")


def test_journey_11_who_looked_is_told_and_every_receipt_checks_here_and_offline(story: Story, tmp_path: Path) -> None:
    owner = story.signed_in("owner", 390, 844)
    owner.go("/portal/looked")
    looks = owner.page.locator("li[data-index]:has-text('Alarmcentrale De Linge, Operator 12')")
    looks.first.wait_for()
    assert "Nobody else. Not even we can." in owner.page.inner_text("main")
    looks.first.locator("button:has-text('Check it')").click()
    owner.page.wait_for_selector(".proved")
    assert "signed by the log’s key that you pinned" in owner.page.inner_text(".proved")
    with owner.page.expect_download() as download:
        looks.first.locator("button:has-text('Receipt')").click()
    receipt = tmp_path / "receipt.tlog-proof"
    download.value.save_as(receipt)

    offline = _verify_receipt(receipt, story.place.log.vkey)
    assert offline.returncode == 0, offline.stdout + offline.stderr
    receipt.write_text(receipt.read_text().replace("extra A", "extra B").replace("extra g", "extra h"))
    assert _verify_receipt(receipt, story.place.log.vkey).returncode != 0
    owner.settled()
    assert owner.axe() == []


def _verify_receipt(receipt: Path, vkey: str) -> Any:
    words = [sys.executable, "-m", "zegel.cli", "ledger", "verify-receipt", str(receipt), "--key", vkey]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_anyone_checks_a_receipt_on_the_public_page_and_a_forged_one_fails(story: Story, tmp_path: Path) -> None:
    client = story.place.client("owner")
    looks = client.http.get("/api/v1/who-looked?days=1")
    text = client.http.raw("GET", f"/api/v1/receipts/{looks[-1]['index']}").decode()
    good, forged = tmp_path / "good.tlog-proof", tmp_path / "forged.tlog-proof"
    good.write_text(text)
    forged.write_text(re.sub(r"^index (\d+)$", lambda found: f"index {int(found[1]) + 1}", text, flags=re.M))
    desk = story.desk()
    desk.go("/verify")
    desk.page.wait_for_function("() => document.querySelector('#pinned-key')?.value.length > 20")
    desk.page.set_input_files("#receipt-file", str(good))
    desk.page.wait_for_selector(".note.ok:has-text('True: entry')")
    desk.page.set_input_files("#receipt-file", str(forged))
    desk.page.wait_for_selector(".note.alarm:has-text('This does not check.')")
    assert len(desk.sent) == 0


def test_the_household_next_door_sees_nothing_of_it(story: Story) -> None:
    elin = story.signed_in("household", 390, 844)
    for path in ("/portal/events", "/portal/looked", "/portal/cameras"):
        elin.go(path)
        elin.settled()
        assert "Harbour yard" not in elin.page.inner_text("main")
        assert "Operator 12" not in elin.page.inner_text("main")


def _every_look_is_dealt(story: Story) -> None:
    http = story.http("supervisor")
    http.raw("PUT", "/api/v1/centre/settings", {**http.get("/api/v1/centre/settings"), "review_rate": 1.0})


def _looked(story: Story, eventually: Eventually) -> None:
    """Operator 12 takes an alarm up, looks at its pictures, writes what he saw, and closes it."""
    operator = story.place.client("operator").http
    story.guard()

    def fresh() -> list[dict[str, Any]]:
        rows = [row for row in story.open_alarms() if row["images"] == "released" and row["claimed_by"] is None]
        return [row for row in rows if row["window"] is not None and row["window"]["ended_ms"] is None]

    eventually(lambda: bool(fresh()), "an alarm with pictures", 90.0)
    alarm = fresh()[0]
    operator.post(f"/api/v1/alarms/{alarm['id']}/claim")
    what = {"camera_id": alarm["camera"]["id"], "alarm_id": alarm["id"], "purpose": "alarm_verification", "track": 1}
    lease = operator.post("/api/v1/views", what)["lease_id"]
    operator.post(f"/api/v1/alarms/{alarm['id']}/note", {"text": WROTE})
    operator.post(f"/api/v1/views/{lease}/end")
    operator.post(f"/api/v1/alarms/{alarm['id']}/close", {"code": "genuine", "note": ""})


def test_journey_16_a_view_is_dealt_judged_by_who_did_not_look_and_kept(story: Story, eventually: Eventually) -> None:
    if not story.http("supervisor").get("/api/v1/reviews")["reviews"]:  # nobody looked: this test runs by itself
        _every_look_is_dealt(story)
        _looked(story, eventually)
    judge = story.signed_in("supervisor")
    judge.go("/centre/reviews")
    judge.page.wait_for_selector(".deal:has-text('Operator 12')", timeout=30_000)
    for _ in judge.page.query_selector_all(".deal"):  # looks of the tests before may have been dealt, too
        judge.page.keyboard.press("ArrowDown")
        judge.sees("h2:has-text('Operator 12 keek')")
        with suppress(PlaywrightError):
            judge.page.wait_for_selector(f".steps-log:has-text('{WROTE}')", timeout=3000)
            break
    judge.sees(f".steps-log:has-text('{WROTE}')")
    assert judge.page.query_selector("video, canvas, img") is None, "who judges reads the log, not the picture"
    judge.page.keyboard.press("q")
    judge.page.fill("#reason", "Waarom is er geen bewaker gestuurd?")
    assert judge.axe() == []
    judge.page.click("#judge")
    judge.page.wait_for_selector("h2:has-text('Bevinding')")
    judge.page.click("#follow-up")
    judge.page.fill("#why", "Besproken; het plan is aangepast.")
    judge.page.click("#do-it")
    judge.page.wait_for_selector("h3:has-text('Opvolging')")
    assert judge.complaints == []
    functional_only(judge)


def test_journey_2_the_owner_recalls_and_the_picture_is_gone_within_two_seconds(story: Story) -> None:
    operator, owner = story.signed_in("operator"), story.signed_in("owner", 390, 844)
    _claim_and_look(operator)
    _nothing_to_take_away(operator)
    operator.page.keyboard.press("u")
    operator.page.wait_for_selector("#claim")
    assert not operator.playing()
    _claim_and_look(operator)
    owner.page.wait_for_selector("text=The alarm centre can see this until")
    assert owner.axe() == []
    owner.page.click("#recall")
    begun = clock.mono_s()
    owner.page.click("#recall-now")
    operator.page.wait_for_selector("#picture .curtain:has-text('The customer recalled this alarm')")
    assert clock.mono_s() - begun < 2.0
    assert not operator.playing()
    owner.page.wait_for_selector("text=Recalled. The alarm centre can see nothing any more.")
    owner.page.wait_for_selector("text=Not the alarm centre")
    assert story.open_alarms() == []


def test_the_owner_disarms_and_arms_and_reads_it_only_when_the_unit_confirmed(story: Story) -> None:
    owner = story.signed_in("owner", 390, 844)
    owner.page.click("button:has-text('Switch guarding off')")
    owner.page.wait_for_selector("text=Off: you switched it off")
    owner.page.wait_for_selector("h1:has-text('Not guarding')")
    owner.page.click("button:has-text('Switch guarding on')")
    owner.page.wait_for_selector("h1:text-is('Guarding')")
