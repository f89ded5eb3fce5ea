# SPDX-License-Identifier: EUPL-1.2
"""Masks drawn in the browser and burnt in by the unit; journey 10: the overview as a film, nobody's face in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.client.person import Refused
from zegel.demo import clip, pictures, scene
from zegel.demo.processes import Program
from zegel.demo.scene import Paired
from zegel.demo.world import WORLD
from zegel.unit import clock
from zegel.unit.watch.overview import HEIGHT, WIDTH

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
SHADE = """([x, y]) => { const c = document.querySelector('.sheet canvas'); if (!c || c.width < 300) return -1;
  const [px, py] = [Math.round(x * c.width), Math.round(y * c.height)];
  const part = new OffscreenCanvas(16, 16).getContext('2d', { willReadFrequently: true });
  part.drawImage(c, px - 8, py - 8, 16, 16, 0, 0, 16, 16);
  const d = part.getImageData(0, 0, 16, 16).data; let most = 0;
  for (let i = 0; i < d.length; i += 4) most = Math.max(most, d[i], d[i + 1], d[i + 2]); return most; }"""
FILM_SIZE = "() => { const v = document.querySelector('.film video'); return [v.videoWidth, v.videoHeight]; }"
PICTURES = 24


@dataclass
class Guarded:
    """A unit of this file's own, so that what others do to theirs is no matter."""

    paired: Paired
    home: Path
    story: Story
    program: Program | None = None

    def run(self) -> None:
        self.program = scene.run_unit(self.story.stage, self.home, "masks-unit")

    def stop(self) -> None:
        if self.program is not None:
            self.story.stage.forget(self.program)
            self.program.stop()
            self.program = None


@pytest.fixture(scope="module")
def guarded(story: Story) -> Iterator[Guarded]:
    home = story.folder / "masks-unit"
    paired = scene.enrol(story.stage, story.place, home, WORLD.site("yard"), clip.ours().words, name="Yet another unit")
    guarded = Guarded(paired, home, story)
    guarded.run()
    yield guarded
    guarded.stop()
    story.place.client("owner").http.post(f"/api/v1/units/{paired.unit_id}/revoke")


def _open(owner: Desk, view: str, guarded: Guarded) -> None:
    owner.go(f"/portal/{view}/{guarded.paired.camera_id}")


def _drag(owner: Desk, selector: str, dx: int, dy: int) -> None:
    box = owner.page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    owner.page.mouse.move(x, y)
    owner.page.mouse.down()
    owner.page.mouse.move(x + dx, y + dy, steps=4)
    owner.page.mouse.up()


def _corners(owner: Desk) -> str:
    return str(owner.page.get_attribute("polygon.privacy", "points"))


def test_a_mask_is_drawn_by_finger_mouse_and_keys_signed_and_black_once_the_unit_says_so(
    story: Story, guarded: Guarded
) -> None:
    owner = story.signed_in("owner", 390, 844)
    _open(owner, "masks", guarded)
    owner.page.wait_for_selector("text=In force, by the unit’s signed word")
    owner.page.wait_for_selector(".sheet canvas")
    owner.page.wait_for_function(f"at => ({SHADE})(at) > 60", arg=[0.47, 0.47])
    assert owner.page.is_disabled("#save")

    owner.page.click("#add-privacy")
    drawn = _corners(owner)
    _drag(owner, ".grip.corner[data-corner='2']", 60, 30)
    dragged = _corners(owner)
    assert dragged != drawn
    owner.page.focus(".grip.corner[data-corner='0']")
    owner.page.keyboard.press("ArrowLeft")
    owner.page.keyboard.press("Shift+ArrowUp")
    owner.page.keyboard.press("+")
    assert len(_corners(owner).split()) == 5
    owner.page.keyboard.press("Delete")
    assert len(_corners(owner).split()) == 4
    moved = _corners(owner)
    for _ in range(4):
        owner.page.click("#undo")
    assert _corners(owner) == dragged
    for _ in range(4):
        owner.page.click("#redo")
    assert _corners(owner) == moved

    owner.page.click("#add-zone")
    owner.page.click(".chips button:has-text('Person')")
    owner.page.click("#preview")
    assert owner.page.get_attribute("#preview", "aria-pressed") == "true"
    owner.page.click("#preview")
    owner.settled()
    assert owner.axe() == []
    assert owner.overflow() <= 0

    owner.page.click("#save")
    owner.page.wait_for_selector("text=1 privacy mask: re-encoded by the unit")
    owner.page.wait_for_selector("text=Taken", timeout=30_000)
    owner.page.wait_for_function(f"at => {{ const s = ({SHADE})(at); return s >= 0 && s < 60; }}", arg=[0.47, 0.47])
    assert owner.page.evaluate(SHADE, [0.9, 0.85]) > 60, "only the mask is black"
    owner.settled()
    assert owner.axe() == []
    functional_only(owner)
    assert owner.complaints == []


def test_a_zone_without_a_name_is_refused_on_the_page_and_what_is_in_force_comes_back(
    story: Story, guarded: Guarded
) -> None:
    owner = story.signed_in("owner")
    _open(owner, "masks", guarded)
    owner.page.wait_for_selector("[data-zone] input")
    owner.page.fill("[data-zone] input", "")
    owner.page.wait_for_selector("text=Give it a name of at most 64 characters.")
    assert owner.page.is_disabled("#save")
    owner.page.click("#discard")
    owner.page.wait_for_selector("text=Nothing else counts here.")
    assert owner.page.is_disabled("#save")
    owner.settled()
    assert owner.axe() == []


# --- journey 10 ---


def _seed(guarded: Guarded) -> None:
    """The last minutes' pictures, of the clip, made as the unit makes them and put where it would have put them."""
    film = pictures.clip_of(clip.ours().words)
    made = pictures.put_before(guarded.home, guarded.paired.camera_id.bytes, film, PICTURES, apart_s=60)
    assert made == PICTURES


def _shown(owner: Desk) -> list[int]:
    owner.page.wait_for_function("() => document.querySelector('.film video')?.readyState >= 2", timeout=30_000)
    size: list[int] = owner.page.evaluate(FILM_SIZE)
    return size


def test_journey_10_overview_pictures_are_calibrated_signed_played_and_taken_away(
    story: Story, guarded: Guarded, eventually: Eventually, tmp_path: Path
) -> None:
    owner = story.signed_in("owner", 390, 844)
    _open(owner, "overview", guarded)
    owner.page.click(".plan .switch")
    owner.page.fill("#nearest", "0,5")
    owner.page.fill("#height", "2")
    owner.page.wait_for_selector("text=The camera hangs too near")
    assert owner.page.is_disabled("#save")
    owner.page.fill("#height", "6")
    owner.page.fill("#nearest", "9")
    owner.page.fill("#hfov", "60")
    owner.page.fill("#tilt", "25")
    owner.page.wait_for_selector("dd:has-text('px a metre')")
    owner.page.click("#save")
    owner.page.wait_for_selector("text=In force: one every 10 min.")
    owner.settled()
    assert owner.axe() == []
    assert owner.overflow() <= 0

    guarded.stop()
    _seed(guarded)
    guarded.run()
    http = story.place.client("owner").http
    about = f"/api/v1/cameras/{guarded.paired.camera_id}/overview"
    eventually(lambda: int(http.get(about)["count"]) >= PICTURES, "the pictures' arrival", 30)
    _open(owner, "overview", guarded)
    owner.page.click("[data-span='project']")
    assert _shown(owner) == [WIDTH, HEIGHT]
    owner.page.focus("#scrub")
    owner.page.keyboard.press("Home")
    owner.page.wait_for_selector(f"text=1/{PICTURES}")
    owner.page.keyboard.press("ArrowRight")
    owner.page.wait_for_selector(f"text=2/{PICTURES}")
    owner.page.keyboard.press("k")
    owner.page.wait_for_function("() => document.querySelector('.film video').ended", timeout=10_000)
    with owner.page.expect_download() as download:
        owner.page.click("#export")
    film = tmp_path / "overview.mp4"
    download.value.save_as(film)
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", WIDTH, HEIGHT)
    assert len(frames) == PICTURES
    assert all(frame.key_frame for frame in frames)
    assert len({frame.pts for frame in frames}) == PICTURES
    assert owner.axe() == []
    functional_only(owner)
    assert owner.complaints == []


def test_nobody_but_the_owner_is_served_overview_pictures(story: Story, guarded: Guarded) -> None:
    camera = str(guarded.paired.camera_id)
    wish: dict[str, Any] = {"camera_id": camera, "track": 2, "from_ms": 0, "to_ms": clock.wall_ms()}
    for stranger in ("operator", "supervisor", "technician", "admin"):
        client = story.place.client(stranger).http
        for purpose in ("own_use", "alarm_verification", "maintenance"):
            with pytest.raises(Refused):
                client.post("/api/v1/views", {**wish, "purpose": purpose})
