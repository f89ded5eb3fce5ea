# SPDX-License-Identifier: EUPL-1.2
"""Every page with 1,000 sites and 20,000 cameras in the database: what the server takes, what the first view weighs.

A real server with the demo's world and rows for a large provider beside it (zegel.demo.bulk). Each page that there is
(tools/pages.py) is opened in a headless browser with an empty cache, by whoever it is for: what it asks for is written
down with what came over the wire, documents, code, styles and fonts as they were transferred. Then each of those
requests is made again, one at a time over one connection, and timed from its first byte sent to its last byte got.

    make bench NAME=pages               40 times each
    make bench NAME=pages ARGS=--quick  10 times each
"""

from __future__ import annotations

import argparse
import http.client
import shutil
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from tools.pages import Page, every_page

from _report import Result, report
from zegel.demo import bulk, scene
from zegel.demo.desks import FLAGS, find_browser
from zegel.demo.processes import Stage, free_port
from zegel.demo.scene import Installation
from zegel.unit import clock

SITES, CAMERAS = 1000, 20_000
TARGET_MS, TARGET_KB = 100.0, 250.0
WEIGHED = {"Document", "Script", "Stylesheet", "Font"}
TIMED = {"Document", "Fetch", "XHR"}
SETTLE_MS = 1200
WARM = 3


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    times = 10 if parser.parse_args().quick else 40
    browser = find_browser()
    if browser is None:
        print("bench pages: Debian's Chromium and Playwright are needed: run make test once, or install chromium")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-"))
    folder.chmod(0o755)
    stage = Stage(folder / "logs")
    try:
        place = scene.install(stage, folder, free_port(8000), free_port(8443))
        filled = bulk.fill(place, SITES, CAMERAS)
        print(f"{filled.sites} sites, {filled.cameras} cameras, {filled.alarms} alarms of {filled.owners} customers")
        views = look(place, browser)
        taken = measure(place, views, times)
        tell(views, taken)
    finally:
        stage.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


@dataclass
class View:
    """One page's first view. `bytes`: by kind, as transferred; `asked`: its own first requests, to be made again."""

    page: Page
    bytes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    @property
    def kb(self) -> float:
        return sum(size for kind, size in self.bytes.items() if kind in WEIGHED) / 1000


# --- what a page asks for ---------------------------------------------------------------------------------------------


def look(place: Installation, browser: str) -> list[View]:
    from playwright.sync_api import sync_playwright

    views: list[View] = []
    with sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=browser, args=list(FLAGS))
        pages = every_page()
        for person in sorted({page.person or "" for page in pages}):
            context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="nl", service_workers="block")
            screen = context.new_page()
            if person:
                _sign_in(screen, place, person)
            views += [_view(place, screen, page) for page in pages if (page.person or "") == person]
            context.close()
        chromium.close()
    return [view for view in views if view.bytes["Document"]]


def _sign_in(screen: Any, place: Installation, person: str) -> None:
    keys = place.keyring.people[person]
    screen.goto(f"{place.origin}/sign-in")
    screen.fill("#email", keys.email)
    screen.fill("#password", keys.password)
    screen.press("#password", "Enter")
    screen.wait_for_url(lambda url: "/sign-in" not in url)


def _view(place: Installation, screen: Any, page: Page) -> View:
    from playwright.sync_api import Error as PlaywrightError

    view, tools = View(page), screen.context.new_cdp_session(screen)
    kinds: dict[str, str] = {}

    def sent(said: dict[str, Any]) -> None:
        url = urlsplit(said["request"]["url"])
        if url.scheme in {"blob", "data"}:
            return
        kinds[said["requestId"]] = said.get("type", "Other")
        if f"{url.scheme}://{url.netloc}" != place.origin:
            view.strangers.append(said["request"]["url"])
        elif said["request"]["method"] == "GET" and url.path != "/events" and said.get("type") in TIMED:
            view.asked.append(url.path + (f"?{url.query}" if url.query else ""))

    def done(said: dict[str, Any]) -> None:
        view.bytes[kinds.get(said["requestId"], "Other")] += int(said["encodedDataLength"])

    tools.on("Network.requestWillBeSent", sent)
    tools.on("Network.loadingFinished", done)
    tools.send("Network.enable")
    tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    try:
        answer = screen.goto(place.origin + page.path)
    except PlaywrightError as error:
        if "Download is starting" not in str(error):
            raise
        answer = None  # a file, no page
    screen.wait_for_timeout(SETTLE_MS)
    tools.detach()
    if answer is None or "text/html" not in answer.headers.get("content-type", ""):
        view.bytes["Document"] = 0
    view.asked = list(dict.fromkeys(view.asked))
    return view


# --- what the server takes --------------------------------------------------------------------------------------------


def measure(place: Installation, views: list[View], times: int) -> dict[tuple[str, str], list[float]]:
    """(person, address) -> milliseconds, `times` of them, after a few that don't count."""
    wanted = sorted({(view.page.person or "", path) for view in views for path in view.asked})
    taken: dict[tuple[str, str], list[float]] = {}
    for person in sorted({person for person, _ in wanted}):
        cookie = "; ".join(f"{c.name}={c.value}" for c in place.client(person).http.jar) if person else ""
        server = http.client.HTTPConnection(urlsplit(place.origin).netloc)
        for path in [path for who, path in wanted if who == person]:
            found = [_ask(server, path, cookie) for _ in range(WARM + times)]
            taken[person, path] = found[WARM:]
        server.close()
    return taken


def _ask(server: http.client.HTTPConnection, path: str, cookie: str) -> float:
    begun = clock.mono_s()
    server.request("GET", path, headers={"Cookie": cookie, "Accept-Language": "nl", "Accept-Encoding": "br, gzip"})
    server.getresponse().read()
    return (clock.mono_s() - begun) * 1000


def p95(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


def tell(views: list[View], taken: dict[tuple[str, str], list[float]]) -> None:
    print(f"\n{'page':<34}{'KB':>7}{'data KB':>9}{'requests':>10}{'p95 ms':>8}   slowest")
    for view in sorted(views, key=lambda view: -view.kb):
        of = {path: p95(taken[view.page.person or "", path]) for path in view.asked}
        slowest = max(of, key=lambda path: of[path])
        data = sum(size for kind, size in view.bytes.items() if kind in {"Fetch", "XHR"}) / 1000
        print(f"{view.page.path:<34}{view.kb:>7.0f}{data:>9.0f}{len(of):>10}{max(of.values()):>8.1f}   {slowest[:70]}")
    every = [ms for found in taken.values() for ms in found]
    worst = max(taken, key=lambda key: p95(taken[key]))
    strangers = sorted({url for view in views for url in view.strangers})
    print(f"\nslowest request: {worst[1]} as {worst[0] or 'nobody'}; requests to anyone else: {strangers or 'none'}\n")
    report("pages", [
        Result("server, all first requests, p95", "ms", p95(every), TARGET_MS, "less"),
        Result("server, the slowest request, p95", "ms", p95(taken[worst]), TARGET_MS, "less"),
        Result("first view, the heaviest page", "KB", max(view.kb for view in views), TARGET_KB, "less"),
        Result("requests to any other origin", "", float(len(strangers)), 0, "less"),
    ])  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
