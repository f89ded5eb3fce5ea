# SPDX-License-Identifier: EUPL-1.2
"""One person at one screen: a browser context of his own, and a memory of everything that went wrong in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Cookie, Frame, Page, Playwright, Request
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
_AXE = """async (rules) => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${n.failureSummary}`))"""
_WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
_SINCE_ANSWERED = """ms => performance.now() >
  performance.getEntriesByType('navigation')[0].responseStart + ms"""
_PLAYING = """() => { const v = document.querySelector('#picture video');
  return v !== null && v.videoWidth > 0 && v.currentTime > 0 }"""
# What the pages may keep: who is signed in, the forgery token, the chosen language, and that somebody signed in here
# before, so that strangers can't lock him out (C4: functional ones only; docs/reference/configuration.md names them).
COOKIES = {"zegel", "csrftoken", "zegel_language", "zegel_device", "zegel_follow"}
# "zegel-partner": a partner's jobs and what waits to be sent, encrypted, on the phone that works without a line.
# "zegel-guard": the key of one errand, on a guard's phone where the owner lets him be shown pictures.
DATABASES = {"zegel", "zegel-partner", "zegel-guard"}
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
class Seat:
    """A browser in which somebody is signed in; `home` is where he came in."""

    context: BrowserContext
    origin: str
    home: str
    cookies: list[Cookie]

    def clear(self) -> None:
        """Windows closed, the line there; a language or permission that a test chose is gone."""
        for page in self.context.pages:
            page.close()
        self.context.set_offline(False)
        self.context.clear_permissions()
        self.context.clear_cookies()
        self.context.add_cookies([{**one} for one in self.cookies])  # type: ignore[typeddict-item]

    def come_back(self, width: int, height: int) -> Desk | None:
        """In a new window, where he came in; None when the server has ended what he began here."""
        if self.context.request.get(f"{self.origin}/api/v1/me").status != 200:
            self.context.close()
            return None
        desk = Desk.over(self.context.new_page(), self.origin)
        desk.signed = self
        desk.page.set_viewport_size({"width": width, "height": height})
        desk.page.goto(self.home)
        return desk


@dataclass
class Desk:
    """`page` is the screen; `strangers` the requests to anyone else; `complaints` what the browser refused or threw."""

    page: Page
    origin: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    person: str = ""
    signed: Seat | None = None

    @classmethod
    def at(cls, browser: Browser, origin: str, width: int = 1440, height: int = 900, language: str = "en") -> Desk:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale=language, timezone_id="Europe/Amsterdam",
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(PATIENCE_MS)
        return cls.over(context.new_page(), origin)

    @classmethod
    def over(cls, page: Page, origin: str) -> Desk:
        """Hears everything that goes wrong on this page."""
        desk = cls(page, origin)
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
        self.signed = Seat(self.page.context, self.origin, self.page.url, self.page.context.cookies())

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
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate(_AXE, _RULES)
        return [str(one) for one in found]

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

    def takes_time(self, seconds: float, frame: Frame | None = None) -> None:
        """As somebody who reads and writes does: the page, or that frame, was answered so long ago."""
        where = self.page.main_frame if frame is None else frame
        where.wait_for_function(_SINCE_ANSWERED, arg=1000 * seconds)

    def wait_for_picture(self) -> None:
        self.page.wait_for_function(_PLAYING, polling=50)

    def leave(self) -> None:
        self.page.context.close()

    def stand_up(self) -> Seat | None:
        """Closes every window. A browser that may be used again is left as it was right after the sign-in, but for
        what the product keeps in it; any other is closed too."""
        if self.signed is None or not self.person:
            self.leave()
            return None
        self.signed.clear()
        return self.signed


def functional_only(desk: Desk) -> None:
    """C4: nobody else is asked, and nothing but the functional is kept."""
    assert desk.strangers == []
    kept = desk.keeps()
    assert set(kept["cookies"]) <= COOKIES
    assert set(kept["databases"]) <= DATABASES
    assert set(kept["workers"]) <= WORKERS
    assert set(kept["caches"]) <= CACHES
    assert [*kept["local"], *kept["session"]] == []
