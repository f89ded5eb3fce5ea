# SPDX-License-Identifier: EUPL-1.2
"""How fast others are made unrecognisable: frames a second on the demo's real people walking (768x576).

Three things, each as it is used: `zegel redact find` (five looks for people and vehicles, one for faces, and the
tracks), `zegel redact make` (pixels and H.264), and the browser's worker (the same looks, in WebAssembly on one thread;
Debian's Chromium, the files that the server serves). Nobody looks at more than ten frames a second: a film that is
made faster than that is not what the person waits for.

    make bench NAME=redact              120 frames
    make bench NAME=redact ARGS=--quick a dozen, for a look
"""

from __future__ import annotations

import argparse
import base64
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2

from zegel.records.redact import film
from zegel.records.redact.finding import Finder, Image
from zegel.records.redact.pixels import pixelate
from zegel.records.redact.places import follow
from zegel.records.redact.plan import Plan

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench._report import Result, report  # noqa: E402  (the bench's own, found from here)

CLIP = ROOT / "var/clips/demo.mp4"
STATIC = ROOT / "src/zegel/server/static"
FIRST = 250
FIND_TARGET, MAKE_TARGET, BROWSER_TARGET = 4.0, 10.0, 1.0

IN_THE_BROWSER = """async (pictures) => {
  const worker = new Worker('/zegel/dist/finder.js', {type: 'module'});
  const ask = (what, given = []) => new Promise((resolve, reject) => {
    worker.onmessage = ({data}) => data.error ? reject(new Error(data.error)) : resolve(data);
    worker.postMessage({...what, number: 0}, given);
  });
  const began = performance.now();
  await ask({what: 'load'});
  const loaded = performance.now() - began;
  const times = [];
  let found = 0;
  for (const picture of pictures) {
    const bitmap = await createImageBitmap(await (await fetch('data:image/jpeg;base64,' + picture)).blob());
    const at = performance.now();
    found += (await ask({what: 'find', picture: bitmap}, [bitmap])).found.length;
    times.push(performance.now() - at);
  }
  worker.terminate();
  return {loaded, times, found};
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: Any) -> None:
        pass


def frames(count: int) -> Iterator[tuple[float, Image]]:
    for number, one in enumerate(film.pictures(CLIP)):
        if number >= FIRST + count:
            return
        if number >= FIRST:
            yield one


def of_python(count: int) -> list[Result]:
    pictures, finder = list(frames(count)), Finder.load()
    began = time.perf_counter()
    plan = Plan.of(follow([finder.find(image) for _, image in pictures], 10.0), len(pictures), 10.0)
    found = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        made = ((at, pixelate(image, plan.covered(number))) for number, (at, image) in enumerate(pictures))
        film.write(Path(folder) / "out.mp4", made)
        wrote = time.perf_counter() - began
    return [
        Result("zegel redact find: looked at", "frames/s", len(pictures) / found, FIND_TARGET, "higher"),
        Result("zegel redact make: written", "frames/s", len(pictures) / wrote, MAKE_TARGET, "higher"),
        Result(
            "places covered a frame", "boxes", sum(len(plan.covered(n)) for n in range(count)) / count, None, "higher"
        ),
    ]


def of_browser(count: int) -> list[Result]:
    from playwright.sync_api import sync_playwright
    from tests.e2e.desk import launch

    pictures = [
        base64.b64encode(cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))[1].tobytes()).decode()
        for _, image in frames(count)
    ]
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(STATIC)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with sync_playwright() as driver:
            browser = launch(driver)
            page = browser.new_page()
            page.goto(f"http://127.0.0.1:{server.server_port}/zegel/detectors/detectors.json")
            said = page.evaluate(IN_THE_BROWSER, pictures)
            browser.close()
    finally:
        server.shutdown()
    middle = sorted(said["times"])[len(said["times"]) // 2]
    return [
        Result("browser: looked at", "frames/s", 1000 / middle, BROWSER_TARGET, "higher"),
        Result("browser: networks fetched and ready", "ms", said["loaded"], None, "lower"),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="how fast others are made unrecognisable")
    parser.add_argument("--quick", action="store_true")
    count = 12 if parser.parse_args().quick else 120
    if not CLIP.is_file():
        print("the demo's clip is not here: make clip", file=sys.stderr)
        return 1
    report("redact", [*of_python(count), *of_browser(count)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
