# SPDX-License-Identifier: EUPL-1.2
"""From a camera's frame to the customer's screen, with the seal and without, in the same run.

The camera is an RTSP server on this machine that plays a made clip over and over; each frame carries its number as a
row of black and white blocks. A frame counts as made when the camera sends it. In the browser the number is read from
each frame that is presented (`requestVideoFrameCallback`), with the page's clock, which is this machine's.

- sealed: everything is real: unit, server, relay, the portal's live page with its log proofs.
- plain: the same demuxer, the same cutter and the same player, joined by one WebSocket: no unit, no server, no seal.

They take turns, so that neither has the machine to itself more than the other.

    make bench NAME=live               six turns of 20 seconds each
    make bench NAME=live ARGS=--quick  two turns of 8 seconds
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from websockets.asyncio.server import ServerConnection, broadcast, serve

from zegel.demo import scene
from zegel.demo.desks import FLAGS, find_browser
from zegel.demo.processes import Stage, free_port
from zegel.demo.world import WORLD
from zegel.unit import clock
from zegel.unit.cutter import Cutter
from zegel.unit.live import TOGETHER_S
from zegel.unit.source import CameraConfig, Packet, Stream, open_camera

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench._report import Result, report
from bench.open_in_browser import BUILT, served
from tests.rtsp_camera import Clip, RtspCamera

FPS, SECONDS, WIDTH, HEIGHT = 25, 8, 1280, 720
BITS, BLOCK = 12, 48
TARGET_MS, TARGET_ADDED_MS = 1000.0, 100.0
SETTLE_S = 3.0

SAMPLE = """
([selector, seconds, bits, block]) => new Promise((done) => {
  const video = document.querySelector(selector);
  const canvas = document.createElement('canvas');
  canvas.width = bits * 8; canvas.height = 4;
  const draw = canvas.getContext('2d', {willReadFrequently: true});
  const seen = [];
  const until = performance.now() + seconds * 1000;
  const look = (now) => {
    draw.drawImage(video, 0, 0, bits * block, block, 0, 0, canvas.width, canvas.height);
    const data = draw.getImageData(0, 2, canvas.width, 1).data;
    let number = 0;
    for (let bit = 0; bit < bits; bit++) if (data[(bit * 8 + 4) * 4] > 128) number |= 1 << bit;
    seen.push([number, performance.timeOrigin + now]);
    if (performance.now() < until) video.requestVideoFrameCallback(look); else done(seen);
  };
  video.requestVideoFrameCallback(look);
})
"""


def make_clip(path: Path) -> Path:
    """H.264 with a key frame each second; something moves, and every frame carries its number."""
    rng = np.random.default_rng(7)
    ground = rng.integers(70, 150, (HEIGHT // 8, WIDTH // 8, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    with av.open(str(path), "w") as out:
        options = {"g": str(FPS), "preset": "veryfast", "tune": "zerolatency", "bf": "0", "crf": "26"}
        stream = out.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(FPS * SECONDS):
            picture = ground.copy()
            at = number * 6 % (WIDTH - 120)
            picture[300:520, at : at + 90] = 220
            for bit in range(BITS):
                picture[:BLOCK, bit * BLOCK : (bit + 1) * BLOCK] = 255 if number >> bit & 1 else 0
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


class SentAt:
    """When the camera sent which frame, in milliseconds of the wall clock."""

    def __init__(self, camera: RtspCamera, clip: Clip) -> None:
        self._began_ms = clock.wall_ms() - (clock.mono_s() - camera._began) * 1000
        self._length_ms = clip.length / 90
        self._at_ms = [at / 90 for _, at, _ in clip.frames]

    def latency_ms(self, number: int, seen_ms: float) -> float | None:
        if number >= len(self._at_ms):
            return None
        first = self._began_ms + self._at_ms[number]
        turns = (seen_ms - first) // self._length_ms
        return seen_ms - first - turns * self._length_ms if turns >= 0 else None


# --- without the seal ---


class Plain:
    """RTSP to WebSocket, cut as the unit cuts."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stop = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._clients: set[ServerConnection] = set()
        self.port = 0
        self._ready = threading.Event()

    @contextmanager
    def running(self) -> Iterator[Plain]:
        serving = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)
        serving.start()
        self._ready.wait(10)
        reading = threading.Thread(target=self._read, daemon=True)
        reading.start()
        try:
            yield self
        finally:
            self._stop.set()
            reading.join(5)
            serving.join(5)

    async def _serve(self) -> None:
        async with serve(self._client, "127.0.0.1", 0, compression=None) as server:
            self.port = next(iter(server.sockets)).getsockname()[1]
            self._ready.set()
            while not self._stop.is_set():
                await asyncio.sleep(0.1)

    async def _client(self, client: ServerConnection) -> None:
        self._clients.add(client)
        try:
            await client.wait_closed()
        finally:
            self._clients.discard(client)

    def _read(self) -> None:
        cutter, began_s, sequence, oldest_s = Cutter(), clock.mono_s(), 0, None
        for item in open_camera(CameraConfig.parse(f"bench={self._url}").source, self._stop):
            if isinstance(item, Stream):
                cutter.set_stream(item)
            if not isinstance(item, Packet):
                continue
            if item.keyframe and not cutter.empty:
                sequence = self._send(cutter, began_s, sequence)
                oldest_s = None
            cutter.add(item)
            oldest_s = item.arrival_mono_s if oldest_s is None else oldest_s
            if item.arrival_mono_s - oldest_s + item.duration / 90_000 >= TOGETHER_S:
                sequence = self._send(cutter, began_s, sequence)
                oldest_s = None

    def _send(self, cutter: Cutter, began_s: float, sequence: int) -> int:
        cuts = cutter.take(began_s, sequence)
        for cut in cuts:
            self._loop.call_soon_threadsafe(self._all, bytes([cut.random_access]) + cut.plaintext)
        return sequence + len(cuts)

    def _all(self, data: bytes) -> None:
        broadcast(self._clients, data)


# --- turns ---


def sealed_turn(page: Any, origin: str, seconds: float) -> tuple[float, list[Any]]:
    """Seconds to the first picture, and what was seen when."""
    page.goto(f"{origin}/portal/live")
    page.wait_for_selector("#look-live")
    page.check("#live-confirm")
    begun = clock.mono_s()
    page.click("#look-live")
    page.wait_for_function("() => document.querySelector('.live-stage video')?.readyState >= 2", polling=10)
    first_s = clock.mono_s() - begun
    page.wait_for_timeout(SETTLE_S * 1000)
    seen = page.evaluate(SAMPLE, [".live-stage video", seconds, BITS, BLOCK])
    page.click("#live-stop")
    return first_s, list(seen)


def plain_turn(page: Any, address: str, port: int, seconds: float) -> list[Any]:
    page.goto(f"{address}/live.html?from=ws://127.0.0.1:{port}")
    page.wait_for_function("() => document.querySelector('video')?.readyState >= 2", polling=10)
    page.wait_for_timeout(SETTLE_S * 1000)
    seen = page.evaluate(SAMPLE, ["video", seconds, BITS, BLOCK])
    page.goto("about:blank")
    return list(seen)


def latencies(seen: list[Any], sent: SentAt) -> list[float]:
    found = (sent.latency_ms(int(number), float(at_ms)) for number, at_ms in seen)
    return [each for each in found if each is not None]


def percentile(values: list[float], part: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))]


def measure(folder: Path, stage: Stage, turns: int, seconds: float) -> tuple[list[float], list[float], list[float]]:
    from playwright.sync_api import sync_playwright

    path = make_clip(folder / "numbered.mp4")
    clip = Clip.read(path)
    firsts: list[float] = []
    sealed: list[float] = []
    plain: list[float] = []
    place = scene.install(stage, folder, free_port(8200), free_port(8643))
    with RtspCamera(path) as camera, Plain(camera.url).running() as without, served(BUILT) as address:
        sent = SentAt(camera, clip)
        scene.enrol(stage, place, folder / "unit", WORLD.site("yard"), camera.url)
        scene.run_unit(stage, folder / "unit")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
            page, other = browser.new_page(), browser.new_page()
            keys = place.keyring.people["owner"]
            page.goto(f"{place.origin}/sign-in")
            page.fill("#email", keys.email)
            page.fill("#password", keys.password)
            page.press("#password", "Enter")
            page.wait_for_url("**/portal/**")
            page.wait_for_timeout(8000)  # the unit arms and the camera's picture settles
            for _ in range(turns):
                first_s, seen = sealed_turn(page, place.origin, seconds)
                firsts.append(first_s)
                sealed += latencies(seen, sent)
                plain += latencies(plain_turn(other, address, without.port, seconds), sent)
            browser.close()
    return firsts, sealed, plain


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    if find_browser() is None or not (BUILT / "live.js").exists():
        print("needs Chromium and the built pages: make setup browser", file=sys.stderr)
        return 2
    shutil.copy(Path("web/bench/live.html"), BUILT / "live.html")
    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-live-"))
    folder.chmod(0o755)
    stage = Stage(folder / "logs")
    try:
        firsts, sealed, plain = measure(folder, stage, 2 if quick else 6, 8.0 if quick else 20.0)
    finally:
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    report("live", [
        Result("frame to screen, sealed, 95 %", "ms", percentile(sealed, 0.95), TARGET_MS, "lower"),
        Result("frame to screen, plain, 95 %", "ms", percentile(plain, 0.95), None, "lower"),
        Result("what the seal adds, 95 %", "ms", percentile(sealed, 0.95) - percentile(plain, 0.95), TARGET_ADDED_MS,
               "lower"),
        Result("frame to screen, sealed, median", "ms", statistics.median(sealed), None, "lower"),
        Result("frame to screen, plain, median", "ms", statistics.median(plain), None, "lower"),
        Result("first picture after the tap, median", "ms", statistics.median(firsts) * 1000, TARGET_MS, "lower"),
        Result("frames looked at, sealed", "", len(sealed), None, "higher"),
    ])  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
