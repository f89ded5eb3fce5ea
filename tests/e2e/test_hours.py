# SPDX-License-Identifier: EUPL-1.2
"""Hours, in real browsers with real units: journey 4, a week drawn and signed, and a foreman who works late."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk
from zegel.client.person import b64
from zegel.demo import clip, scene
from zegel.demo.processes import Program
from zegel.demo.world import WORLD
from zegel.seal.hours import Hours, Interval, Weekly
from zegel.seal.policy import Policy, sign_policy
from zegel.seal.words import words

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
WALK_S, COVERED_S = 8.5, 70.0
ALL_WEEK = tuple(Weekly(day, Interval(0, 1440)) for day in range(7))


def keep(desk: Desk, name: str) -> None:
    """For whoever wants to look: ZEGEL_LOOK=folder."""
    folder = os.environ.get("ZEGEL_LOOK")
    if folder:
        desk.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def walk_and_cover(path: Path) -> Path:
    """Somebody walks through the yard, then the camera is covered."""
    import av
    import numpy as np

    with av.open(str(clip.FOLDER / "demo.mp4")) as whole, av.open(str(path), "w") as part:
        here = whole.streams.video[0]
        there = part.add_stream("libx264", rate=10, options={"preset": "ultrafast", "g": "10"})
        there.width, there.height, there.pix_fmt = here.width, here.height, "yuv420p"
        black = av.VideoFrame.from_ndarray(np.zeros((here.height, here.width, 3), np.uint8), format="rgb24")
        step = round(float(here.average_rate or 10) / 10) or 1
        frames = [frame for at, frame in enumerate(_until(whole, WALK_S)) if at % step == 0]
        for at, frame in enumerate([*frames, *[black] * int(COVERED_S * 10)]):
            frame.pts = None
            part.mux(there.encode(frame.reformat(format="yuv420p") if at < len(frames) else frame))
        part.mux(there.encode(None))
    return path


def _until(whole: Any, seconds: float) -> Any:
    for frame in whole.decode(video=0):
        if frame.time >= seconds:
            return
        yield frame


@pytest.fixture(scope="module")
def villa(story: Story) -> Any:
    """Elin's house: a unit of hers, whose working hours are the whole week, before a camera that is covered soon."""
    home = story.folder / "villa"
    paired = scene.enrol(
        story.stage, story.place, home, WORLD.site("villa"), f"file:{walk_and_cover(story.folder / 'w.mp4')}"
    )
    elin = story.place.client("household")
    following = replace(paired.policy, counter=2, hours=Hours(WORLD.site("villa").tz, ALL_WEEK))
    envelope = sign_policy(following, elin.bundle.signing)
    elin.http.post(f"/api/v1/units/{paired.unit_id}/policy", {"envelope": b64(envelope)})
    running: Program = scene.run_unit(story.stage, home, "unit-villa")
    yield paired, following, elin
    story.stage.forget(running)
    running.process.terminate()
    running.process.wait(20)


def draw(desk: Desk, day: int, start: float, end: float) -> None:
    """Hours drawn with the mouse, from one hour to another."""
    line = desk.page.locator(".week-line").nth(day)
    line.scroll_into_view_if_needed()
    box = line.bounding_box()
    assert box is not None
    at = box["y"] + box["height"] / 2
    desk.page.mouse.move(box["x"] + box["width"] * start / 24, at)
    desk.page.mouse.down()
    desk.page.mouse.move(box["x"] + box["width"] * end / 24, at, steps=4)
    desk.page.mouse.up()


def hours_on(desk: Desk, day: int) -> str:
    return desk.page.locator(".week-name span").nth(day).inner_text()


@pytest.mark.usefixtures("villa")  # whoever walks there does so meanwhile
def test_the_owner_draws_a_week_takes_it_back_copies_it_and_signs_it_and_the_unit_confirms(story: Story) -> None:
    story.guard()
    desk = story.signed_in("owner")
    desk.go("/portal/hours")
    desk.page.wait_for_selector(".week-day")
    assert hours_on(desk, 5) == "guarded all day"
    draw(desk, 5, 9, 12)
    assert hours_on(desk, 5) == "09:00–12:00"
    desk.page.click("#undo")
    assert hours_on(desk, 5) == "guarded all day"
    desk.page.click("[aria-label='Add hours on Saturday']")
    end = desk.page.locator("[role=slider][aria-label='Saturday, end']")
    end.focus()
    desk.page.keyboard.press("ArrowRight")
    desk.page.keyboard.press("PageDown")
    assert hours_on(desk, 5) == "07:00–16:15"
    desk.page.click("summary:has-text('Public holidays')")
    desk.page.click("#all-holidays")
    desk.page.click("[data-class=release-vehicle]")
    desk.page.click("[data-class=alarm-vehicle]")
    assert desk.page.locator("[data-class=release-vehicle]").count() == 0
    desk.page.click("#undo")
    desk.page.click("#undo")
    desk.page.fill("#alarm-pre", "99")
    desk.page.press("#alarm-pre", "Tab")
    assert desk.page.input_value("#alarm-pre") == "60"
    assert "02:59:00" in desk.page.inner_text("#alarm-preview")
    desk.page.click("#undo")
    desk.page.fill("#alarm-releases", "21")
    desk.page.press("#alarm-releases", "Tab")
    assert desk.axe() == []
    desk.page.click("#sign")
    desk.page.wait_for_selector(".sign-bar", state="detached")
    told = desk.page.inner_text(".obeys")
    assert "Sat 07:00–16:15" in told
    assert "21 alarms with pictures" in told
    assert desk.complaints == []


def test_a_foreman_works_until_a_quarter_past_and_the_unit_says_until_when(story: Story) -> None:
    story.guard()
    foreman, owner = story.signed_in("foreman", 390, 844), story.signed_in("owner")
    foreman.page.click("#same")  # the unit's words, on his first page
    foreman.page.click("#compare-owner")  # nothing of it is believed before its owner's words were compared, too
    foreman.page.click(".items .btn")
    foreman.page.click("#same")
    foreman.page.wait_for_selector(".items .btn", state="detached")
    for desk in (foreman, owner):
        desk.go("/portal/hours")
        desk.page.wait_for_selector(".hours-now h2")
    assert foreman.page.query_selector("#sign, .week, #name-somebody") is None, "he switches; hours are the owner's"
    assert foreman.page.query_selector("#disarm") is None, "and never off for good"
    foreman.page.click("#until")
    foreman.page.wait_for_selector(".hours-now h2:has-text('Aan het werk tot')")
    owner.page.wait_for_selector(".hours-now h2:has-text('Working until')")
    owner.page.wait_for_selector("text=Switched by Yusuf Demir.")
    assert foreman.axe() == []
    foreman.page.click("#arm")
    owner.page.wait_for_selector(".hours-now h2:has-text('On: everything is guarded')")
    for desk in (foreman, owner):
        for width in (360, 390, 1440):
            desk.page.set_viewport_size({"width": width, "height": 844})
            assert desk.overflow() == 0
    assert [foreman.complaints, owner.complaints] == [[], []]


def test_journey_4_a_walk_in_working_hours_alarms_nobody_and_a_covered_camera_does_without_images(
    story: Story, villa: Any, eventually: Eventually
) -> None:
    paired, following, elin = villa
    desk = story.signed_in("household", 390, 844)
    desk.go("/portal/hours")
    obeyed = "-".join(words(following.hash).split("-")[:2]).split("-")
    desk.page.wait_for_selector(f".obeys .words:has-text('{obeyed[0]}')")
    assert "Arbetstid" in desk.page.inner_text(".hours-now h2"), "the unit itself says so, in her language"
    said = policy_show(story, "household", paired)
    assert f"its words     {words(following.hash)}" in said
    assert "working hours" in said

    def alarms() -> list[dict[str, Any]]:
        return list(elin.http.get("/api/v1/alarms?state=all")["alarms"])

    eventually(lambda: len(alarms()) > 0, "the alarm of the covered camera", 40.0)
    assert [(alarm["cause"], alarm["images"]) for alarm in alarms()] == [("tamper", "none:tamper")]
    now = alarms()[0]["raised_ms"]
    line = elin.http.get(f"/api/v1/cameras/{paired.camera_id}/timeline?from_ms={now - 600_000}&to_ms={now + 60_000}")
    assert line["ranges"] == [], "nothing of the walk was recorded"
    assert desk.complaints == []


def policy_show(story: Story, person: str, paired: Any) -> str:
    """What `zegel policy show` prints."""
    keys = story.place.keyring.people[person]
    command = [sys.executable, "-m", "zegel.cli", "policy", "show", "--server", story.origin, "--email", keys.email,
               "--unit", str(paired.unit_id)]  # fmt: skip
    done = subprocess.run(command, input=f"{keys.password}\n", capture_output=True, text=True, timeout=30,
                          env=dict(os.environ), check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_policy_in_the_browser_is_the_one_that_python_reads(story: Story) -> None:
    """What the browser signed above is what the unit pinned, by Python's reading."""
    assert story.unit is not None
    client = story.place.client("owner")
    from zegel.client.obeys import obeyed
    from zegel.client.steering import steered
    from zegel.unit import clock

    now = steered(client, story.unit.unit_id, clock.wall_ms())
    policy: Policy = obeyed(client, story.unit.unit_id, now.keyset).policy
    assert policy.hash == now.policy.hash
    assert Weekly(5, Interval(420, 975)) in policy.hours.weekly
    assert policy.delegates[0].name == "Yusuf Demir"
    assert policy.parts[0].name == "Gate"


def test_an_owner_chooses_another_alarm_centre_by_its_words_and_his_unit_follows(story: Story) -> None:
    """From the list, and back by the number from the agreement; words that differ stop it."""
    story.guard()
    owner = story.signed_in("owner", 390, 844)
    page, keys = owner.page, story.place.keyring.parties
    old, new = WORLD.party("centrale"), WORLD.party("maas")

    def shown(party: str) -> bool:
        told = page.get_attribute(".page .words", "aria-label") or ""
        return told.replace(", ", "-").endswith(words(keys[party].signing.fingerprint))

    owner.go("/portal/agreements")
    page.wait_for_selector("#centre li[data-following=follows]")
    assert old.name in page.inner_text("#centre")
    assert shown("centrale")
    keep(owner, "centre-card-390")
    page.click("#choose-centre")
    page.check(f"input[name=centre][value='{new.id}']")
    page.click("#centre-next")
    page.wait_for_selector("#centre-differ")
    assert shown("maas")
    assert owner.axe() == []
    keep(owner, "centre-compare-390")
    page.click("#centre-differ")
    page.wait_for_selector("text=Nothing was signed")
    page.click("#centre-close")
    for party in (new, old):
        page.click("#choose-centre")
        if party is new:
            page.check("input[name=centre][value=number]")
        page.fill("#centre-number", str(party.id).replace("-", "").upper())
        page.press("#centre-number", "Enter")
        page.click("#centre-same")
        page.wait_for_selector("#centre-progress li[data-following=follows]")
        assert f"{party.name} is your alarm centre." in page.inner_text("#centre-progress")
        assert owner.overflow() <= 0
        keep(owner, f"centre-done-{party.key}-390")
        page.click("#centre-done")
    page.wait_for_selector(f"#centre:has-text('{old.name}')")
    assert owner.complaints == []
