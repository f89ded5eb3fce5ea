# SPDX-License-Identifier: EUPL-1.2
"""Journey 9: live view with its purpose confirmed, a picture taken; nobody else can open it. With a real unit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.client.person import Refused
from zegel.unit import clock

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
MOVES = """() => { const v = document.querySelector(".live-stage video");
  return !!v && v.readyState >= 2 && v.videoWidth > 0 && v.currentTime > 0 && !v.paused; }"""
PAINTED = """selector => { const c = document.querySelector(selector); if (!c || c.width < 100) return false;
  const copy = document.createElement("canvas"); copy.width = 64; copy.height = 36;
  const draw = copy.getContext("2d", {willReadFrequently: true}); draw.drawImage(c, 0, 0, 64, 36);
  return new Set(draw.getImageData(0, 0, 64, 36).data.map((value) => value >> 3)).size > 4; }"""

# What Safari on a telephone has: no MediaSource, and a managed one that opens only where nothing plays elsewhere.
AS_ON_AN_IPHONE = """(() => { const Real = window.MediaSource;
  window.ManagedMediaSource = class extends Real { streaming = true; };
  delete window.MediaSource; })()"""


def _confirm_and_look(owner: Desk) -> float:
    """Seconds from the tap to the first picture."""
    owner.page.goto(f"{owner.origin}/portal/live")
    owner.page.wait_for_selector("#look-live")
    assert owner.page.is_disabled("#look-live")
    owner.page.check("#live-confirm")
    begun = clock.mono_s()
    owner.page.click("#look-live")
    owner.page.wait_for_function(MOVES, polling=20)
    return clock.mono_s() - begun


def test_journey_9_the_owner_looks_live_and_takes_a_picture_that_nobody_else_can_open(
    story: Story, eventually: Eventually
) -> None:
    story.guard()
    owner = story.signed_in("owner", 390, 844)
    owner.page.add_init_script(AS_ON_AN_IPHONE)
    eventually(lambda: _armed(story), "the guarding", 30)
    first_s = _confirm_and_look(owner)
    assert owner.page.evaluate("() => typeof MediaSource") == "undefined"
    assert owner.page.evaluate("() => document.querySelector('.live-stage video').disableRemotePlayback")
    owner.page.wait_for_selector(".live-state:has-text('Live')")
    assert owner.axe() == []

    before = len(story.place.client("owner").http.get("/api/v1/pictures"))
    owner.page.click("button:has-text('Take a picture')")
    owner.page.wait_for_function(PAINTED, arg=".live-shot canvas")
    owner.page.wait_for_selector("text=Sealed to you alone")
    pictures = story.place.client("owner").http.get("/api/v1/pictures")
    assert len(pictures) == before + 1
    for stranger in ("operator", "technician"):
        with pytest.raises(Refused):
            story.place.client(stranger).http.get("/api/v1/pictures")
        with pytest.raises(Refused):
            story.place.client(stranger).http.post("/api/v1/views", {
                "camera_id": pictures[0]["camera_id"], "track": 3, "purpose": "own_use",
                "ranges": [{"epoch": pictures[0]["epoch"], "from": 0, "to": 1}],
            })  # fmt: skip

    owner.page.click("#live-stop")
    owner.page.wait_for_selector("#look-live")
    assert not owner.playing()
    owner.page.goto(f"{owner.origin}/portal/pictures")
    owner.page.wait_for_function(PAINTED, arg=".picture canvas")
    assert owner.axe() == []
    functional_only(owner)
    assert owner.complaints == []
    assert first_s < 2.5, f"the first picture came after {first_s:.2f} s"


def test_a_picture_is_saved_with_purpose_and_recipient_and_deleted_with_its_key(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    story.guard()
    http = story.place.client("owner").http
    camera = http.get("/api/v1/cameras")["cameras"][0]["id"]
    eventually(lambda: _armed(story), "the guarding", 30)
    taken = http.post(f"/api/v1/cameras/{camera}/picture")
    owner = story.signed_in("owner", 390, 844)
    page = owner.page
    page.goto(f"{owner.origin}/portal/pictures")
    page.wait_for_function(PAINTED, arg=".picture canvas")
    page.click(".picture-open")
    page.click("#picture-save")
    page.click("#save-now")
    page.wait_for_selector("text=Say what it is for.")
    page.check("input[name=save-purpose][value=insurer]")
    page.fill("#save-recipient", "Insurer Nord, claim 7")
    page.click("#save-now")
    page.wait_for_selector("#save-file")
    assert owner.axe() == []
    with page.expect_download() as download:
        page.click("#save-file")
    film = tmp_path / "picture.mp4"
    download.value.save_as(film)
    with av.open(str(film)) as opened:
        assert len(list(opened.decode(video=0))) == 1
    page.keyboard.press("Escape")

    page.click(".picture-open")
    page.click("#picture-delete")
    owner.sees("#delete-sure")
    page.check("#delete-sure")
    page.click("#delete-now")
    page.click("#delete-done")
    eventually(lambda: taken["epoch"] not in {one["epoch"] for one in http.get("/api/v1/pictures")}, "the deletion", 15)
    with pytest.raises(Refused):
        http.post("/api/v1/views", {
            "camera_id": camera, "track": 3, "purpose": "own_use",
            "ranges": [{"epoch": taken["epoch"], "from": 0, "to": 1}],
        })  # fmt: skip
    functional_only(owner)
    assert owner.complaints == []


@pytest.mark.soak  # twenty seconds of waiting; the suite has its budget
def test_a_lost_connection_is_obvious_and_heals_itself(story: Story, eventually: Eventually) -> None:
    story.guard()
    owner = story.signed_in("owner")
    _confirm_and_look(owner)
    owner.page.context.set_offline(True)
    owner.page.wait_for_selector(".live-tile:not([data-phase='open'])", timeout=10_000)
    owner.page.context.set_offline(False)
    owner.page.wait_for_selector(".live-tile[data-phase='open']", timeout=20_000)
    owner.page.wait_for_function(MOVES)


def _armed(story: Story) -> bool:
    cameras = story.http("owner").get("/api/v1/cameras")["cameras"]
    return any(camera["state"] == "ok" for camera in cameras)
