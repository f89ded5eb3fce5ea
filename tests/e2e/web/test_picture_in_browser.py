# SPDX-License-Identifier: EUPL-1.2
"""The operator's picture in Debian's Chromium, judged by what is on the screen: a blur before he asks to verify, his
name over it, and nothing after the window's end."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]
BUILT = ROOT / "web" / "dist" / "browser-test"
CHROMIUM = Path("/usr/bin/chromium")
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; media-src blob:; connect-src 'self'"
BODY = (
    '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/picture.css">'
    '<body class="dark"><div id="host" class="pictures"></div><script type="module" src="/picture.js"></script></body>'
)
HOST = "#host { width: 900px; height: 620px; }"

pytestmark = pytest.mark.browser


class _Page(SimpleHTTPRequestHandler):
    """The built script under a policy no looser than the server's."""

    def do_GET(self) -> None:
        if self.path not in {"/", "/host.css"}:
            super().do_GET()
            return
        page = BODY if self.path == "/" else HOST
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.path == "/" else "text/css")
        self.end_headers()
        self.wfile.write(page.encode())

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    if not CHROMIUM.exists() or not (BUILT / "picture.js").exists():
        pytest.skip("needs Debian's Chromium and the built test page: run make setup browser")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, directory=str(BUILT)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(address: str, browser: Any) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1000, "height": 700})
    page.goto(address)
    page.add_style_tag(url=address + "host.css")
    page.wait_for_function("() => document.body.dataset.ready === 'yes'")
    yield page
    page.close()


def seen(page: Any, selector: str = ".frame.look") -> Any:
    """The brightness of what is on the screen there, row by row."""
    import av

    picture = page.locator(selector).first.screenshot()
    with av.open(io.BytesIO(picture), format="png_pipe") as opened:
        return next(opened.decode(video=0)).to_ndarray(format="gray").astype(float)


def sharpness(page: Any) -> float:
    """How much neighbours differ in the middle of the picture: the camera's squares of eight pixels give hundreds, a
    blur next to nothing. (The mark's letters are in both.)"""
    pixels = seen(page)
    high, wide = pixels.shape
    middle = pixels[high // 3 : high // 2, wide // 8 : wide // 3]
    return float(np.mean(np.abs(np.diff(middle, axis=1))))


def start(page: Any, part: dict[str, Any] | None = None) -> None:
    page.evaluate("part => stage.start(part)", part or {})


def phase(page: Any, wanted: str) -> None:
    page.wait_for_function("wanted => stage.now().phase === wanted", arg=wanted)


@pytest.fixture
def blurred(page: Any) -> Any:
    start(page)
    phase(page, "blurred")
    page.wait_for_function("() => stage.drawn().includes('veil')")
    return page


def test_before_the_operator_asks_to_verify_the_screen_shows_a_blur_and_after_it_the_picture(blurred: Any) -> None:
    page = blurred
    veiled = sharpness(page)
    assert page.evaluate("getComputedStyle(document.querySelector('video')).visibility") == "hidden"
    page.keyboard.press("v")
    phase(page, "playing")
    page.wait_for_timeout(300)
    clear = sharpness(page)
    assert veiled < 4, veiled
    assert clear > 5 * veiled, (veiled, clear)
    assert [one["topic"] for one in page.evaluate("stage.said")] == ["look", "verify"]
    assert "veil" not in page.evaluate("stage.drawn()")


def test_what_can_not_be_logged_stays_a_blur(blurred: Any) -> None:
    blurred.evaluate("stage.refuse(true)")
    blurred.keyboard.press("v")
    blurred.wait_for_selector("text=This could not be logged, so it is not shown.")
    assert sharpness(blurred) < 4
    assert blurred.evaluate("stage.now().phase") == "blurred"


@pytest.mark.parametrize("verified", [False, True])
def test_when_the_window_ends_everything_goes_and_nothing_is_drawn_any_more(blurred: Any, verified: bool) -> None:
    page = blurred
    if verified:
        page.keyboard.press("v")
        phase(page, "playing")
    page.evaluate("stage.change({ state: 'closed', recalled_ms: Date.now(), window: null })")
    assert page.evaluate("stage.drawn()") == [], "it went with the news, not some time after"
    assert page.evaluate("stage.ended") == ["gate"]
    page.wait_for_selector(".curtain:has-text('The customer recalled this alarm')")
    page.wait_for_timeout(400)  # the curtain falls
    first = seen(page)
    page.wait_for_timeout(500)
    assert page.evaluate("stage.drawn()") == []
    assert np.array_equal(first, seen(page))


def test_the_viewers_name_stands_over_the_picture_and_moves_and_who_takes_it_off_has_no_picture(blurred: Any) -> None:
    page = blurred
    inked = "() => { const c = document.querySelector('canvas.watermark'); return c.toDataURL() }"
    first = page.evaluate(inked)
    page.wait_for_function(f"first => ({inked})() !== first", arg=first)
    assert "Operator 12" in page.inner_text(".frame .mark")
    page.evaluate("document.querySelector('canvas.watermark').style.opacity = '0'")
    page.wait_for_selector("text=The mark was taken off the picture")
    assert page.evaluate("stage.drawn()") == []


def test_the_blur_can_not_be_taken_off_by_style(blurred: Any) -> None:
    blurred.evaluate("document.querySelector('video').style.setProperty('visibility', 'visible', 'important')")
    blurred.wait_for_selector("text=The mark was taken off the picture")
    assert blurred.evaluate("stage.drawn()") == []


def test_nobody_looks_during_the_hold_and_then_the_picture_opens_by_itself(page: Any) -> None:
    page.evaluate("stage.start({ look_after_ms: Date.now() + 1200 })")
    phase(page, "hold")
    assert page.evaluate("stage.said") == []
    page.wait_for_selector("text=Nobody looks yet")
    phase(page, "blurred")


def orders(page: Any) -> list[dict[str, Any]]:
    return [one["body"] for one in page.evaluate("stage.said") if one["topic"] == "control"]


def until(page: Any, condition: Callable[[], bool]) -> None:
    for _ in range(60):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it did not happen within three seconds")


def test_holding_a_key_turns_the_camera_and_letting_go_or_losing_the_focus_stops_it(blurred: Any) -> None:
    page = blurred
    page.keyboard.down("Shift")
    page.keyboard.down("ArrowLeft")
    until(page, lambda: len(orders(page)) >= 3)
    assert all(order["action"] == "move" and order["pan"] < 0 for order in orders(page))
    page.keyboard.up("ArrowLeft")
    page.keyboard.up("Shift")
    until(page, lambda: orders(page)[-1]["action"] == "stop")
    count = len(orders(page))
    page.wait_for_timeout(700)
    assert len(orders(page)) == count, "what stopped is told no more"
    page.dispatch_event(".turn.in", "pointerdown")
    until(page, lambda: orders(page)[-1]["action"] == "move")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    until(page, lambda: orders(page)[-1]["action"] == "stop")


def test_after_the_window_no_key_turns_the_camera(blurred: Any) -> None:
    page = blurred
    page.keyboard.down("Shift")
    page.keyboard.down("ArrowUp")
    until(page, lambda: len(orders(page)) >= 1)
    page.evaluate("stage.change({ state: 'closed', window: null })")
    count = len(orders(page))
    page.wait_for_timeout(800)
    assert len(orders(page)) == count
    assert page.query_selector(".pad") is None
    page.keyboard.up("ArrowUp")
    page.keyboard.up("Shift")


def test_a_camera_that_can_not_turn_is_offered_nothing_of_it(page: Any) -> None:
    start(page, {"cameras": [{"id": "gate", "name": "Gate", "capabilities": ["stills"]}]})
    phase(page, "blurred")
    assert page.query_selector(".pad") is None
    page.keyboard.press("Shift+ArrowLeft")
    assert orders(page) == []


def test_several_cameras_stand_side_by_side_and_a_neighbour_is_looked_at_only_when_asked_for(page: Any) -> None:
    cameras = [{"id": name, "name": f"Camera {name}", "capabilities": ["video"]} for name in ("a", "b")]
    neighbour = {"camera": {"id": "n", "name": "Crane"}, "alarm_id": "other", "window": None}
    start(page, {"cameras": cameras, "neighbours": [neighbour]})
    both = "() => stage.now().tiles.length === 2 && stage.now().tiles.every(tile => tile.phase === 'blurred')"
    page.wait_for_function(both)
    assert [one["body"]["cameraId"] for one in page.evaluate("stage.said")] == ["a", "b"]
    page.evaluate("stage.layout(4)")
    page.wait_for_selector("[data-camera=n] .curtain:has-text('an alarm of its own')")
    assert len(page.evaluate("stage.said")) == 2
    page.click("[data-camera=n] .curtain button")
    page.wait_for_function("() => stage.now().tiles[2].phase === 'blurred'")
    assert page.evaluate("stage.said")[2]["body"] == {
        "cameraId": "n", "alarmId": "other", "as": "alarm_verification"
    }  # fmt: skip
    page.keyboard.press("v")
    page.wait_for_function("() => stage.now().tiles.every(tile => tile.phase === 'playing')")
    asked = [one["body"]["cameraId"] for one in page.evaluate("stage.said") if one["topic"] == "verify"]
    assert sorted(asked) == ["a", "b", "n"], "each by an entry of its own"


def test_stills_are_shown_one_after_the_other_and_wiped_with_the_view(page: Any) -> None:
    page.evaluate("stills()")
    page.wait_for_function("() => { const p = still(); return p !== null && p[0] > 200 && p[2] < 60 }")
    page.wait_for_function("() => { const p = still(); return p[2] > 200 && p[0] < 60 }")
    assert page.evaluate("player().atMs") == 1_001_000
    assert page.evaluate("wiped()"), "the decrypted bytes are not kept where they came"
    page.evaluate("endView()")
    assert page.evaluate("still()") is None
    assert page.evaluate("player().phase") == "stopped"


def test_there_is_no_way_to_save_the_picture_from_the_page(blurred: Any) -> None:
    page = blurred
    page.keyboard.press("v")
    phase(page, "playing")
    video = page.locator("video").first
    assert {"nodownload", "noremoteplayback"} <= set((video.get_attribute("controlslist") or "").split())
    assert video.get_attribute("controls") is None
    assert video.get_attribute("disablepictureinpicture") is not None
    menu = "new MouseEvent('contextmenu', {bubbles: true, cancelable: true})"
    shown = page.evaluate(f"() => document.querySelector('.frame.look').dispatchEvent({menu})")
    assert not shown, "the menu that saves a frame does not open"
    assert page.query_selector("a[download]") is None
