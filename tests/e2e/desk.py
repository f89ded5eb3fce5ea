# SPDX-License-Identifier: EUPL-1.2
"""One person at one screen: a browser context of his own, and a memory of everything that went wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Playwright, Request
from playwright.sync_api import TimeoutError as NotInTime

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
    "--force-color-profile=srgb",
)  # fmt: skip
PATIENCE_MS = 30_000
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_AXE = """async (rules) => (await axe.run(document, {runOnly: rules})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`))"""
_GROUND = "() => getComputedStyle(document.body).backgroundColor"
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_PLAYING = """() => { const v = document.querySelector('#picture video');
  return v !== null && v.videoWidth > 0 && v.currentTime > 0 }"""
# What the pages may keep: who is signed in, the forgery token, the chosen language, and that somebody signed in here
# before, so that strangers can't lock him out (C4: functional ones only; docs/reference/configuration.md names them).
COOKIES = {"zegel", "csrftoken", "zegel_language", "zegel_device", "zegel_follow"}
# "zegel-partner": a partner's jobs and what waits to be sent, encrypted, on the phone that works without a line.
DATABASES = {"zegel", "zegel-partner"}
# Scopes: the portal's worker, which keeps nothing (web/src/workers/service.ts), and the partner's, which keeps the
# page's own code, the same for everybody (web/src/workers/partner.ts).
WORKERS = {"/portal/", "/partner/"}
CACHES = {"zegel-partner"}


def browser_path() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launch(driver: Playwright) -> Browser:
    path = browser_path()
    assert path is not None
    return driver.chromium.launch(executable_path=path, args=list(FLAGS))


@dataclass
class Desk:
    """`page` is the screen; `strangers` the requests to anyone else; `complaints` what the browser refused or threw."""

    page: Page
    origin: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    @classmethod
    def at(cls, browser: Browser, origin: str, width: int = 1440, height: int = 900, language: str = "en") -> Desk:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, timezone_id="Europe/Amsterdam",
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        desk = cls(context.new_page(), origin)
        desk.page.on("request", desk._asked)
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.page.on("console", lambda said: desk._said(said.type, said.text))
        return desk

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("blob:", "data:")):
            return
        if urlsplit(request.url).netloc != urlsplit(self.origin).netloc:
            self.strangers.append(request.url)
        if request.method == "POST" and request.post_data_buffer is not None:
            self.sent.append(request.post_data_buffer.decode("utf-8", "replace"))

    def _said(self, kind: str, text: str) -> None:
        # A status that the code handles (401 at a wrong password, 425 before a checkpoint) is the browser's own note.
        if kind in {"error", "warning"} and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def go(self, path: str) -> None:
        self.page.goto(self.origin + path)
        if urlsplit(path).path == "/kit":  # its specimens fetch their face first
            self.page.wait_for_selector("html[data-drawn]", state="attached")

    def sign_in(self, email: str, password: str, face: str) -> None:
        self.go("/sign-in")
        self.page.fill("#email", email)
        self.page.fill("#password", password)
        self.page.press("#password", "Enter")
        self.page.wait_for_url(f"**/{face}/**")

    def settled(self) -> None:
        """Fonts there, nothing loading."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("() => document.fonts.ready")
        loaded = "() => !document.querySelector('.skeleton, .loading')"
        try:
            self.page.wait_for_function(loaded, timeout=PATIENCE_MS)
        except NotInTime as error:
            raise AssertionError(f"still loading: {self.page.inner_text('body')}") from error

    def sees(self, selector: str) -> None:
        """Waits until it is on the page; if it never is, says what is there instead."""
        try:
            self.page.wait_for_selector(selector)
        except NotInTime as error:
            raise AssertionError(f"{selector} is not on {self.page.url}: {self.page.inner_text('body')}") from error

    def axe(self) -> list[str]:
        """What axe finds wrong: rule, element, and why."""
        self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(_AXE, _RULES)
        return [str(one) for one in found]

    def axe_in_both_themes(self) -> list[str]:
        """The same; and in the dark, where a page has one, what the dark changes: its colours."""
        found, light = self.axe(), self.page.evaluate(_GROUND)
        self.page.emulate_media(color_scheme="dark")
        if self.page.evaluate(_GROUND) != light:
            dark = self.page.evaluate(_AXE, {"type": "rule", "values": ["color-contrast"]})
            found += [f"dark: {one}" for one in dark]
        self.page.emulate_media(color_scheme="light")
        return found

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate(_WIDER))

    def keeps(self) -> dict[str, Sequence[str]]:
        """Everything this browser keeps for the site."""
        stored = self.page.evaluate(
            "async () => ({local: Object.keys(localStorage), session: Object.keys(sessionStorage),"
            " databases: (await indexedDB.databases()).map(d => d.name), caches: await caches.keys(),"
            " workers: (await navigator.serviceWorker.getRegistrations()).map(r => new URL(r.scope).pathname)})"
        )
        return {**stored, "cookies": [str(cookie.get("name")) for cookie in self.page.context.cookies()]}

    def playing(self) -> bool:
        return bool(self.page.evaluate(_PLAYING))

    def wait_for_picture(self) -> None:
        self.page.wait_for_function(_PLAYING, polling=50)

    def leave(self) -> None:
        self.page.context.close()


def functional_only(desk: Desk) -> None:
    """C4: nobody else is asked, and nothing but the functional is kept."""
    assert desk.strangers == []
    kept = desk.keeps()
    assert set(kept["cookies"]) <= COOKIES
    assert set(kept["databases"]) <= DATABASES
    assert set(kept["workers"]) <= WORKERS
    assert set(kept["caches"]) <= CACHES
    assert [*kept["local"], *kept["session"]] == []
