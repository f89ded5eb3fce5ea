# SPDX-License-Identifier: EUPL-1.2
"""From a panel's message to the operator's eyes, with 1,000 alarms open and fifty consoles listening.

Everything is real: the receiver, the database, the interpreter, the event stream, and one console in a headless
browser; 49 more consoles are plain readers of the same stream. A panel dials DC-09 over TCP; the moment is taken just
before its frame is written, and the moment in which the row is in the page, laid out and painted is taken in the page.
A colleague then claims and closes the alarm, which is two more changes for all fifty.

    make bench NAME=console               300 signals
    make bench NAME=console ARGS=--quick  40 signals
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from zegel.client.person import Client
from zegel.demo import panels, scene
from zegel.demo.desks import FLAGS, find_browser
from zegel.demo.processes import Stage, free_port
from zegel.demo.scene import Installation
from zegel.unit import clock

OPEN, STREAMS, PER_SESSION = 1000, 50, 6
TARGET_MS = 250.0
PAUSE_S = 0.25
PATIENCE_S = 20.0

# When a row with a site's name was first painted, by the wall clock.
WATCH = """
window.painted = {};
new MutationObserver(() => {
  for (const row of document.querySelectorAll('[data-alarm] .where')) {
    const site = row.textContent.split(' · ')[0];
    if (site in window.painted) continue;
    window.painted[site] = null;
    const painted = () => { window.painted[site] = performance.timeOrigin + performance.now(); };
    requestAnimationFrame(() => setTimeout(painted));
  }
}).observe(document, {childList: true, subtree: true, characterData: true});
"""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    runs = 40 if parser.parse_args().quick else 300
    browser = find_browser()
    if browser is None:
        print("bench console: Debian's Chromium and Playwright are needed: run make test once, or install chromium")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-"))
    folder.chmod(0o755)
    stage = Stage(folder / "logs")
    try:
        place = scene.install(stage, folder, free_port(8000), free_port(8443))
        report(measure(place, browser, runs))
    finally:
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@dataclass
class Listeners:
    """The other consoles: they read what the stream says, and note when a site was first named."""

    origin: str
    cookies: Sequence[str]
    named: dict[str, list[float]] = field(default_factory=dict)
    open: int = 0
    last_ms: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _reading: list[Future[None]] = field(default_factory=list)

    def start(self) -> None:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._reading = [asyncio.run_coroutine_threadsafe(self._read(one), self._loop) for one in self.cookies]

    def stop(self) -> None:
        for one in self._reading:
            one.cancel()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _read(self, cookie: str) -> None:
        at = urlsplit(self.origin)
        reader, writer = await asyncio.open_connection(at.hostname, at.port, limit=1 << 22)
        writer.write(f"GET /events?rows=1 HTTP/1.1\r\nHost: {at.netloc}\r\nCookie: {cookie}\r\n\r\n".encode())
        if b" 200 " not in await reader.readline():
            return
        self.open += 1
        async for line in reader:
            if line.startswith(b'data: {"rows"'):
                self._note(json.loads(line[6:])["rows"])

    def _note(self, rows: list[dict[str, Any]]) -> None:
        now = self.last_ms = clock.wall_ms()
        for row in rows:
            if row["state"] == "queued" and row["site"] is not None:
                self.named.setdefault(row["site"]["name"], []).append(now)


@dataclass(frozen=True)
class Taken:
    """Milliseconds after the panel's frame was written."""

    acknowledged_ms: list[float]
    opened_ms: list[float]
    shown_ms: list[float]
    heard_ms: list[float]
    open_alarms: int
    streams: int


def measure(place: Installation, browser: str, runs: int) -> Taken:
    from playwright.sync_api import sync_playwright

    street = panels.street(place, OPEN + runs)
    dialler = panels.Dialler(street)
    _fill(place, dialler)
    listeners = Listeners(place.origin, _cookies(place, STREAMS - 1))
    listeners.start()
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=list(FLAGS))
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(WATCH)
        keys = place.keyring.people["operator"]
        page.goto(f"{place.origin}/sign-in")
        page.fill("#email", keys.email)
        page.fill("#password", keys.password)
        page.press("#password", "Enter")
        page.wait_for_url("**/console/**")
        page.wait_for_selector("[data-alarm]")
        page.click(".kind.medical")  # the class that is measured; the other thousand stay in the page
        page.wait_for_timeout(1000)
        _settled(listeners)
        try:
            return _runs(place, page, dialler, listeners, runs)
        finally:
            chromium.close()
            listeners.stop()


def _fill(place: Installation, dialler: panels.Dialler) -> None:
    """A thousand open alarms, none of the class that is measured."""
    for number in range(OPEN):
        dialler.say(dialler.street.accounts[number], ("BA", "TA", "AT", "FA")[number % 4], number % 16 + 1)
    begun = clock.mono_s()
    while (held := len(_open(place))) < OPEN:
        if clock.mono_s() - begun > 120:
            raise SystemExit(f"only {held} of {OPEN} alarms are open after two minutes")
        clock.sleep(0.5)


def _settled(listeners: Listeners) -> None:
    """A thousand alarms that nobody takes pass their norm and escalate within two minutes, once; measured is after."""
    begun = clock.mono_s()
    while clock.mono_s() - begun < 100 or (clock.wall_ms() - listeners.last_ms < 5000 and clock.mono_s() - begun < 300):
        clock.sleep(0.5)


def _open(place: Installation) -> list[dict[str, Any]]:
    return list(place.client("supervisor").http.get("/api/v1/alarms?state=open")["alarms"])


def _cookies(place: Installation, count: int) -> list[str]:
    """Signed-in operators' cookies: a session has six streams at most."""
    found: list[str] = []
    while len(found) < count:
        client = place.client(("operator", "operator2", "supervisor")[len(found) % 3])
        cookie = "; ".join(f"{one.name}={one.value}" for one in client.http.jar)
        found += [cookie] * min(PER_SESSION, count - len(found))
    return found


def _runs(place: Installation, page: Any, dialler: panels.Dialler, listeners: Listeners, runs: int) -> Taken:
    colleague = place.client("operator2")
    acknowledged, opened, shown, heard = [], [], [], []
    for number in range(OPEN, OPEN + runs):
        site = f"{panels.STREET[number % len(panels.STREET)]} {number + 1}"
        sent_ms = clock.wall_ms()
        dialler.say(dialler.street.accounts[number], "MA", 1)
        acknowledged.append(clock.wall_ms() - sent_ms)
        painted = page.wait_for_function(
            "(site) => window.painted[site]", arg=site, polling=20, timeout=PATIENCE_S * 1000
        ).json_value()
        shown.append(float(painted) - sent_ms)
        clock.sleep(0.05)
        heard += [at - sent_ms for at in listeners.named.get(site, [])]
        opened.append(_close(colleague, site) - sent_ms)
        clock.sleep(PAUSE_S)
    return Taken(acknowledged, opened, shown, heard, len(_open(place)), listeners.open + 1)


def _close(colleague: Client, site: str) -> float:
    """Claims and closes that site's alarm; returns the moment in which it was made of its signal."""
    rows = colleague.http.get("/api/v1/alarms?state=open")["alarms"]
    alarm = next(row["id"] for row in rows if row["site"] is not None and row["site"]["name"] == site)
    colleague.http.post(f"/api/v1/alarms/{alarm}/claim")
    closed = colleague.http.post(f"/api/v1/alarms/{alarm}/close", {"code": "test", "note": ""})
    return float(min(step["at_ms"] for step in closed["steps"]))


def report(taken: Taken) -> None:
    results = []
    print(f"{taken.open_alarms} alarms open, {taken.streams} event streams, {len(taken.shown_ms)} signals")
    print(f"{'what':<44}{'median':>9}{'p95':>9}{'p99':>9}{'worst':>9}   target p99")
    for what, values, target in (
        ("message stored and acknowledged, ms", taken.acknowledged_ms, None),
        ("alarm made of its signal, ms", taken.opened_ms, None),
        ("row heard by the other consoles, ms", taken.heard_ms, None),
        ("row painted in the browser, ms", taken.shown_ms, TARGET_MS),
    ):
        median, p95, p99 = statistics.median(values), at(values, 0.95), at(values, 0.99)
        print(f"{what:<44}{median:>9.0f}{p95:>9.0f}{p99:>9.0f}{max(values):>9.0f}   {target or ''}")
        results.append({"what": what, "median": median, "p95": p95, "p99": p99, "worst": max(values), "target": target})
    print(json.dumps({"bench": "console", "results": results}))


def at(values: Sequence[float], share: float) -> float:
    """The value that so many of all stay at or below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    raise SystemExit(main())
