# SPDX-License-Identifier: EUPL-1.2
"""Others made unrecognisable in a real browser: found by the networks there, looked at frame by frame, signed, logged
first; nothing leaves before. Journeys 12 and 21."""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from tests.e2e.conftest import Story
from tests.e2e.desk import Desk, functional_only
from zegel.seal.envelope import Envelope
from zegel.seal.epoch import Epoch

pytestmark = pytest.mark.usefixtures("desks_closed")

Eventually = Callable[..., None]
LENGTH_MS = 11_000
"""Longer than what is begun at once: a part of it is chosen."""
READY = "() => { const button = document.querySelector('#redact-make'); return button !== null && !button.disabled }"
HEAVY = "() => performance.getEntriesByType('resource').filter(one => /ort[.]wasm|[.]onnx/.test(one.name)).length"
COLOURS = """([x, y, w, h]) => {
  const c = document.querySelector('.redact-stage canvas');
  const at = [x * c.width, y * c.height, Math.max(1, w * c.width), Math.max(1, h * c.height)];
  const d = c.getContext('2d').getImageData(...at).data;
  const seen = new Set();
  for (let i = 0; i < d.length; i += 4) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
  return seen.size }"""


def from_text(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _second(story: Story, eventually: Eventually) -> str:
    """A time that begins with a recorded second, as the page's address names it."""
    story.guard()
    http = story.place.client("owner").http
    camera = http.get("/api/v1/cameras")["cameras"][0]["id"]
    found: list[int] = []

    def some() -> bool:
        now = http.get("/api/v1/health")["now_ms"]
        said = http.get(f"/api/v1/cameras/{camera}/timeline?from_ms={now - 3_600_000}&to_ms={now}")
        epochs = [Epoch.decode(Envelope.decode(from_text(one)).body) for one in said["epochs"]]
        starts = {str(UUID(bytes=one.epoch)): one.start_ms for one in epochs}
        long = [one for one in said["ranges"] if one["to"] - one["from"] >= 4]
        found[:] = [starts[one["epoch"]] + (one["to"] - 2) * 1000 for one in long]
        return bool(found)

    eventually(some, "a recording of four seconds", 90.0)
    return f"{camera}_{found[0]}_{found[0] + LENGTH_MS}"


def _found(owner: Desk) -> int:
    """How many frames there are, once all were looked through by the networks."""
    owner.page.wait_for_selector("#redact-next", timeout=60_000)
    return int(owner.page.inner_text("#redact-at").split()[-1])


def _look(owner: Desk, frames: int) -> None:
    """From the first to the last, each while it stands there."""
    owner.page.locator(".redact-range").fill("0")
    for frame in range(frames):
        owner.page.wait_for_selector(f".redact-stage canvas[data-frame='{frame}']")
        owner.page.wait_for_timeout(80)
        owner.page.keyboard.press("ArrowRight")


def _place(owner: Desk, track: int) -> list[float]:
    """Of a box on the stage, in parts of the picture, well within it."""
    box = owner.page.locator(f"[data-track='{track}']")
    x, y, w, h = (
        float(box.evaluate(f"e => parseFloat(e.style.{side}) / 100")) for side in ("left", "top", "width", "height")
    )
    return [x + w / 4, y + h / 4, w / 2, h / 2]


@pytest.mark.soak  # the suite has its budget
def test_others_are_found_looked_at_frame_by_frame_and_a_signed_film_leaves(
    story: Story, eventually: Eventually, tmp_path: Path
) -> None:
    second = _second(story, eventually)
    owner = story.signed_in("owner")
    assert owner.page.evaluate(HEAVY) == 0, "who redacts nothing fetches no network"
    owner.go(f"/portal/redact/{second}")
    owner.page.fill("#redact-seconds", "1")
    owner.page.press("#redact-seconds", "Tab")
    owner.page.wait_for_selector("text=of 11 seconds recorded")
    assert owner.axe() == []
    owner.page.click("#redact-begin")
    frames = _found(owner)
    assert frames >= 3
    assert owner.page.is_disabled("#redact-make")
    page = owner.page
    track = int(page.locator(".redact-box").first.get_attribute("data-track") or 0)
    page.locator(".redact-box").first.focus()
    covered = page.evaluate(COLOURS, _place(owner, track))
    page.keyboard.press("k")
    page.wait_for_selector(f"[data-track='{track}'].sharp")
    page.wait_for_function(f"() => ({COLOURS})({_place(owner, track)}) > {3 * covered}")
    _look(owner, frames)
    page.wait_for_function(READY)
    page.keyboard.press("f")
    page.wait_for_selector("text=take their flags away")
    assert page.is_disabled("#redact-make")
    page.keyboard.press("f")
    page.keyboard.press("b")
    page.wait_for_selector("text=1 frame was not looked at yet.")
    page.keyboard.press("u")
    owner.settled()
    assert owner.axe() == []
    page.set_viewport_size({"width": 390, "height": 844})
    owner.settled()
    assert owner.overflow() <= 0
    _look(owner, frames)
    page.fill("#redact-recipient", "P. Jansen")
    page.wait_for_function(READY)
    page.check("input[name=redact-purpose][value=publication]")
    page.click("#redact-make")
    page.wait_for_selector("text=Nobody stays sharp in what is published")
    page.check("input[name=redact-purpose][value=data_subject]")
    page.click("#redact-make")
    page.wait_for_selector("#redact-file", timeout=60_000)
    assert any(f'"reviewed":{frames}' in sent and '"form":"redacted"' in sent for sent in owner.sent)
    _opened(owner, tmp_path / "film.mp4", frames)
    _opened_without_a_network(story, tmp_path)
    _fetched_by_link(story, _link(owner), tmp_path)
    functional_only(owner)
    assert owner.complaints == []


def _opened(owner: Desk, path: Path, frames: int) -> None:
    import av

    with owner.page.expect_download() as download:
        owner.page.click("#redact-file")
    download.value.save_as(path)
    with av.open(str(path)) as film:
        assert [stream.type for stream in film.streams] == ["video"]
        assert len(list(film.decode(video=0))) == frames
    command = [sys.executable, "-m", "zegel.cli", "open", str(path)]
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert said.returncode == 0, said.stderr
    assert f"{frames} of {frames} frames, by a person; 1 sharp" in said.stdout
    assert "P. Jansen (data_subject)" in said.stdout


def _link(owner: Desk) -> str:
    """Of the film that was just made, as its maker is shown it once."""
    page = owner.page
    page.click("#redact-link")
    page.click("#film-send")
    page.wait_for_selector("#film-link")
    assert owner.axe() == []
    assert owner.overflow() <= 0
    link = page.input_value("#film-link")
    assert not any(link.partition("#")[2] in sent for sent in owner.sent), "the key goes to no server"
    page.keyboard.press("Escape")
    return link


def _fetched_by_link(story: Story, link: str, folder: Path) -> None:
    """By a stranger, who has nothing but the link: once, and it is the film that was made."""
    context = story.browser.new_context(accept_downloads=True)
    page = context.new_page()
    try:
        page.goto(link.partition("#")[0])
        page.click("#film-open")
        page.wait_for_selector("#film-said:has-text('#')")  # the end of the link is missing: nothing was opened by that
        page.goto(link)
        page.reload()
        page.wait_for_selector("#film-open")
        with page.expect_download() as download:
            page.click("#film-open")
        download.value.save_as(folder / "by-link.mp4")
        page.wait_for_function("() => document.querySelector('#film-form') === null")
        assert (folder / "by-link.mp4").read_bytes() == (folder / "film.mp4").read_bytes()
        assert context.request.get(link.partition("#")[0]).status == 410, "it opens once"
        page.reload()
        assert page.locator("#film-form").count() == 0
    finally:
        context.close()


def _opened_without_a_network(story: Story, folder: Path) -> None:
    viewer = folder / "open.html"
    viewer.write_bytes(story.place.client("owner").http.raw("GET", "/static/zegel/dist/open.html"))
    page = story.browser.new_page()
    try:
        page.goto(viewer.as_uri())
        page.set_input_files("#file", str(folder / "film.mp4"))
        page.wait_for_selector("#redacted:has-text('P. Jansen (data_subject)')")
        page.wait_for_function("() => document.querySelector('video').videoWidth > 0")
        changed = bytearray((folder / "film.mp4").read_bytes())
        changed[len(changed) // 3] ^= 1
        (folder / "changed.mp4").write_bytes(changed)
        page.set_input_files("#file", str(folder / "changed.mp4"))
        page.wait_for_selector(".refused")
    finally:
        page.close()
