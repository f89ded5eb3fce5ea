# SPDX-License-Identifier: EUPL-1.2
"""The customer's recordings in a real browser: a day with previews, a film and originals taken away and opened without
a network, a recording deleted for ever; an alarm followed up; who can see, live. Journeys 3 and 11."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]


def _recorded(story: Story, eventually: Eventually) -> None:
    """Something is there to be seen, whichever test came first."""
    story.guard()
    http = story.place.client("owner").http

    def some() -> bool:
        camera = http.get("/api/v1/cameras")["cameras"][0]["id"]
        now = http.get("/api/v1/health")["now_ms"]
        ranges = http.get(f"/api/v1/cameras/{camera}/timeline?from_ms={now - 3_600_000}&to_ms={now}")["ranges"]
        return sum(one["to"] - one["from"] for one in ranges) >= 8

    eventually(some, "a recording of eight seconds", 90.0)


def _recordings(story: Story, width: int = 1440, height: int = 900) -> Desk:
    owner = story.signed_in("owner", width, height)
    owner.go("/portal/recordings")
    owner.page.wait_for_selector(".clips li")
    return owner


def test_a_day_has_its_recordings_pictures_and_hours_by_finger_and_by_keys(
    story: Story, eventually: Eventually
) -> None:
    _recorded(story, eventually)
    owner = _recordings(story, 390, 844)
    owner.page.wait_for_selector(".rec-strip canvas")
    assert owner.page.locator(".rec-line .rec-clip").count() >= 1
    before = owner.page.inner_text(".rec-move .mono")
    owner.page.focus(".rec-lane.chosen .rec-line")
    owner.page.keyboard.press("+")
    owner.page.wait_for_function("before => document.querySelector('.rec-move .mono').innerText !== before", arg=before)
    owner.settled()
    assert owner.axe() == []
    assert owner.overflow() <= 0
    owner.page.click("button:has-text('Everything in this hour')")
    owner.wait_for_picture()
    functional_only(owner)
    assert owner.complaints == []


def _save(owner: Desk, form: str, purpose: str, recipient: str) -> None:
    owner.page.locator(".clips li .rec-acts button[aria-label^=Save]").first.click()
    owner.page.check(f"input[name=save-form][value={form}]")
    owner.page.check(f"input[name=save-purpose][value={purpose}]")
    owner.page.fill("#save-recipient", recipient)
    owner.page.click("#save-now")


def _kept(owner: Desk, path: Path) -> Path:
    owner.page.wait_for_selector("#save-file", timeout=30_000)
    with owner.page.expect_download() as download:
        owner.page.click("#save-file")
    download.value.save_as(path)
    return path


def _zegel_open(*words: str) -> Any:
    command = [sys.executable, "-m", "zegel.cli", "open", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_film_is_saved_with_its_purpose_signed_logged_first_and_checked_offline(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    import av

    _recorded(story, eventually)
    owner = _recordings(story)
    _save(owner, "film", "publication", "The internet")
    owner.page.wait_for_selector("text=Recordings are not given out to be published")
    assert owner.axe() == []
    owner.page.check("input[name=save-purpose][value=police]")
    owner.page.fill("#save-recipient", "Politie Rotterdam")
    owner.page.click("#save-now")
    film = _kept(owner, tmp_path / "film.mp4")
    with av.open(str(film)) as opened:
        times = [float(frame.time or 0) for frame in opened.decode(video=0)]
    assert len(times) > 10
    assert 0 <= times[0] < 1
    said = _zegel_open(str(film))
    assert said.returncode == 0, said.stderr
    assert "Politie Rotterdam (police)" in said.stdout
    assert _played(story, film)
    changed = bytearray(film.read_bytes())
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.mp4").write_bytes(changed)
    assert _zegel_open(str(tmp_path / "changed.mp4")).returncode == 1


def _played(story: Story, film: Path) -> bool:
    """In a page that knows nothing of us."""
    page = story.browser.new_page()
    try:
        page.goto(film.as_uri())
        page.wait_for_function("() => { const v = document.querySelector('video'); return v && v.currentTime > 0.2 }")
        return True
    finally:
        page.close()


@pytest.mark.soak  # half a minute each; the suite has its budget
def test_originals_open_with_their_code_in_a_page_without_a_network_and_with_zegel_open(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    _recorded(story, eventually)
    owner = _recordings(story)
    _save(owner, "originals", "insurer", "Verzekeraar")
    package = _kept(owner, tmp_path / "gate.zegel")
    code = owner.page.inner_text("#save-code").strip()
    said = _zegel_open(str(package), "--code", code)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / "gate.mp4").stat().st_size > 10_000
    viewer = Path(story.folder / "open.html")
    viewer.write_bytes(story.place.client("owner").http.raw("GET", "/static/zegel/dist/open.html"))
    page = story.browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    try:
        page.goto(viewer.as_uri())
        page.set_input_files("#file", str(package))
        page.wait_for_selector("text=Everything in this file holds")
        page.fill("#code", code)
        page.click("#open")
        page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.2")
        changed = bytearray(package.read_bytes())
        changed[-1] ^= 1
        (tmp_path / "changed.zegel").write_bytes(changed)
        page.set_input_files("#file", str(tmp_path / "changed.zegel"))
        page.wait_for_selector(".refused")
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
    finally:
        page.close()


def _alarm_in_hand(story: Story, eventually: Eventually) -> dict[str, Any]:
    """An alarm with pictures, in the hand of Operator 12."""
    story.guard()
    operator = story.place.client("operator").http

    def fresh() -> list[dict[str, Any]]:
        rows = [row for row in story.open_alarms() if row["images"] == "released" and row["claimed_by"] is None]
        return [row for row in rows if row["window"] is not None and row["window"]["ended_ms"] is None]

    eventually(lambda: bool(fresh()), "an alarm with pictures", 90.0)
    alarm = fresh()[0]
    operator.post(f"/api/v1/alarms/{alarm['id']}/claim")
    return alarm


def test_journey_3_and_11_the_customer_sees_at_once_who_can_see_who_looks_and_ends_what_was_reopened(
    story: Story, eventually: Eventually
) -> None:
    alarm = _alarm_in_hand(story, eventually)
    http = story.place.client("operator").http
    owner = story.signed_in("owner", 390, 844)
    owner.page.wait_for_selector("[data-sight] :text('can see it until')")
    what = {"camera_id": alarm["camera"]["id"], "alarm_id": alarm["id"], "track": 1}
    lease = http.post("/api/v1/views", {**what, "purpose": "alarm_verification"})["lease_id"]
    owner.page.wait_for_selector(".sight-camera:has-text('being looked at')")
    owner.page.wait_for_selector(".toasts :text('Operator 12 looks at')")
    http.post(f"/api/v1/views/{lease}/end")
    story.place.client("owner").http.post(f"/api/v1/alarms/{alarm['id']}/recall")
    owner.page.wait_for_selector("text=Not the alarm centre")
    http.post(f"/api/v1/alarms/{alarm['id']}/reopen", {"reason": "recalled_yet_real"})
    owner.page.wait_for_selector("[data-sight] :text('reopened alarm')")
    assert owner.axe() == []
    owner.page.click("[data-sight] button:has-text('End it now')")
    owner.page.wait_for_selector("text=Ended. The alarm centre sees nothing of it any more.")
    http.post(f"/api/v1/alarms/{alarm['id']}/claim")
    http.post(f"/api/v1/alarms/{alarm['id']}/close", {"code": "genuine", "note": ""})
    owner.go("/portal/looked")
    owner.page.wait_for_selector("li[data-index]:has-text('Operator 12')")
    owner.page.select_option("#look-why", "alarm_verification")
    owner.page.wait_for_function("() => !document.querySelector('main').innerText.includes('You, Pieter')")
    assert owner.complaints == []


def test_a_recording_is_deleted_in_two_steps_and_is_gone(story: Story, eventually: Eventually) -> None:
    _recorded(story, eventually)
    story.rest()  # nothing new comes while he deletes
    story.empty_queue()
    owner = _recordings(story)
    label = owner.page.locator(".clips li .rec-acts button[aria-label^=Delete]").last.get_attribute("aria-label")
    owner.page.locator(".clips li .rec-acts button[aria-label^=Delete]").last.click()
    owner.page.wait_for_selector("text=There is no undo")
    assert owner.page.is_disabled("#delete-now")
    assert owner.axe() == []
    owner.sees("#delete-sure")
    owner.page.check("#delete-sure")
    owner.page.click("#delete-now")
    owner.page.wait_for_selector("text=Their keys were destroyed", timeout=30_000)
    owner.page.click("#delete-done")
    owner.page.wait_for_selector(f"button[aria-label='{label}']", state="detached")
    assert owner.complaints == []


@pytest.mark.soak  # half a minute each; the suite has its budget
def test_the_customer_follows_up_an_alarm_and_the_operator_sees_it_answers_and_is_seen(
    story: Story, eventually: Eventually
) -> None:
    alarm = _alarm_in_hand(story, eventually)
    http = story.place.client("operator").http
    http.post(f"/api/v1/alarms/{alarm['id']}/close", {"code": "genuine", "note": "Mr Jansen came."})
    operator, owner = story.signed_in("operator"), story.signed_in("owner", 390, 844)
    owner.go("/portal/events")
    row = owner.page.locator(f"[data-event='{alarm['id']}']")
    row.locator("button:has-text('What was done')").click()
    row.locator(".story li").first.wait_for()
    assert "Jansen" not in owner.page.inner_text("main")
    row.locator("button:has-text('Follow up my alarm')").click()
    owner.page.fill("#ask-text", "Who came?")
    owner.page.click("#ask-now")
    operator.page.wait_for_selector(".question:has-text('Who came?')")
    http.post(f"/api/v1/alarms/{alarm['id']}/reopen", {"reason": "customer_question"})
    row.locator("text=may look at this alarm again until").wait_for()
    owner.settled()
    assert owner.axe() == []
    operator.page.click(".question button:has-text('Answer')")
    operator.page.fill("#answer", "Your key holder did.")
    operator.page.click("#answer-save")
    row.locator("text=Your key holder did.").wait_for()
    owner.page.click("#end-follow-up")
    owner.page.wait_for_selector("text=Ended. The alarm centre sees nothing of it any more.")
    assert operator.complaints == []
    assert owner.complaints == []
