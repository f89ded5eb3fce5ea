# SPDX-License-Identifier: EUPL-1.2
"""The operator's and the owner's desks in the story: their real pages in a headless browser where one is installed,
else the same client code without pages (`web/dist/client.mjs` under Node).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from zegel.demo.processes import DidNotStart
from zegel.demo.scene import Installation
from zegel.unit import clock

_PATIENCE_S = 60.0
_CLIENT = Path("web/dist/client.mjs")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip

# Runs in every page from its first moment and writes down, by the page's own clock, when a person would have seen what.
WATCH = """
window.seen = {rang: {}, picture: {}, gone: {}, recalled: null, last: null};
window.seenNow = () => document.querySelector('[data-alarm][aria-selected="true"]')?.dataset.alarm;
document.addEventListener('click', (event) => {
  if (event.target.closest('#recall-now')) window.seen.recalled = Date.now();
}, true);
new MutationObserver(() => {
  for (const row of document.querySelectorAll('[data-alarm]')) window.seen.rang[row.dataset.alarm] ??= Date.now();
  const curtain = document.querySelector('#picture .curtain');
  const video = document.querySelector('#picture video');
  const last = window.seen.last;  // a recalled alarm leaves the queue with its picture
  if (last && (curtain || !video)) window.seen.gone[last] ??= Date.now();
  if (video && !video.dataset.watched) {
    video.dataset.watched = '1';
    const shown = () => {
      const alarm = window.seenNow();
      if (alarm && !document.querySelector('#picture .curtain')) {
        window.seen.picture[alarm] ??= Date.now();
        window.seen.last = alarm;
        delete window.seen.gone[alarm];  // a curtain that opened again
      }
      video.requestVideoFrameCallback(shown);
    };
    video.requestVideoFrameCallback(shown);
  }
}).observe(document, {childList: true, subtree: true, attributes: true});
"""


class Desks(Protocol):
    """What the story asks of the two screens. Every answer is a wall-clock moment in milliseconds."""

    said: str

    def open(self) -> None: ...

    def ring_seen(self) -> int: ...

    def look(self) -> int:
        """Claim the alarm; the moment of the first decrypted picture."""
        ...

    def recall(self, alarm: str) -> int:
        """The owner recalls; the moment at which he pressed."""
        ...

    def picture_gone(self) -> int: ...

    def close(self) -> None: ...


@contextmanager
def desks(place: Installation, shots: Path) -> Iterator[Desks]:
    """The best desks that this machine has."""
    browser = find_browser()
    made: Desks = NodeDesks(place) if browser is None else BrowserDesks(place, browser, shots)
    try:
        yield made
    finally:
        made.close()


def find_browser() -> str | None:
    """Debian's Chromium with Playwright to drive it, or None."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return None
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class BrowserDesks:
    """Two browsers side by side."""

    def __init__(self, place: Installation, browser: str, shots: Path) -> None:
        from playwright.sync_api import sync_playwright

        self.said = "the real pages in a headless browser"
        self._place = place
        self._shots = shots
        shots.mkdir(parents=True, exist_ok=True)
        self._driver = sync_playwright().start()
        self._browser = self._driver.chromium.launch(executable_path=browser, args=list(FLAGS))
        self._operator = self._page(1440, 900)
        self._owner = self._page(390, 844)

    def open(self) -> None:
        self._sign_in(self._operator, "operator", "console")
        self._sign_in(self._owner, "owner", "portal")

    def ring_seen(self) -> int:
        return self._moment(self._operator, "Object.values(window.seen.rang)[0]")

    def look(self) -> int:
        self._operator.click("[data-alarm]")
        self._operator.click("#claim")
        seen = self._moment(self._operator, "Object.values(window.seen.picture)[0]")
        self._operator.keyboard.press("v")  # more than a blur, asked for and logged
        self._operator.wait_for_timeout(1000)
        self._shot(self._operator, "operator-looking")
        return seen

    def recall(self, alarm: str) -> int:
        self._shot(self._owner, "owner-alarm")
        self._owner.click("#recall")
        self._owner.click("#recall-now")
        return self._moment(self._owner, "window.seen.recalled")

    def picture_gone(self) -> int:
        gone = self._moment(self._operator, "Object.values(window.seen.gone)[0]")
        self._shot(self._operator, "operator-recalled")
        self._shot(self._owner, "owner-recalled")
        return gone

    def close(self) -> None:
        self._browser.close()
        self._driver.stop()

    def _page(self, width: int, height: int) -> Any:
        page = self._browser.new_context(viewport={"width": width, "height": height}).new_page()
        page.add_init_script(WATCH)
        return page

    def _moment(self, page: Any, what: str) -> int:
        """When the page saw it. Raises DidNotStart when it does not."""
        begun = clock.mono_s()
        while clock.mono_s() - begun < _PATIENCE_S:
            at_ms = page.evaluate(what)
            if at_ms:
                return int(at_ms)
            page.wait_for_timeout(50)
        self._shot(page, "stuck")
        raise DidNotStart(f"the page did not show it within {_PATIENCE_S:.0f} s ({what})")

    def _sign_in(self, page: Any, person: str, face: str) -> None:
        keys = self._place.keyring.people[person]
        page.goto(f"{self._place.origin}/sign-in")
        page.fill("#email", keys.email)
        page.fill("#password", keys.password)
        page.press("#password", "Enter")
        page.wait_for_url(f"**/{face}/**", timeout=_PATIENCE_S * 1000)

    def _shot(self, page: Any, name: str) -> None:
        page.screenshot(path=str(self._shots / f"{name}.png"))


class NodeDesks:
    """The client library without pages: prints what happened as JSON lines."""

    def __init__(self, place: Installation) -> None:
        node = shutil.which("node")
        if node is None or not _CLIENT.is_file():
            raise DidNotStart("there is neither a browser nor Node with the built client: run make setup")
        self.said = "the pages' own client code under Node (no browser is installed)"
        self._node, self._place = node, place
        self._operator: subprocess.Popen[str] | None = None

    def open(self) -> None:
        self._operator = self._start("operator", "operator", "--claim", "--seconds", "120")
        self._wait("signed_in")

    def ring_seen(self) -> int:
        return int(self._wait("alarm_in_queue")["at_ms"])

    def look(self) -> int:
        return int(self._wait("first_segment_decrypted")["at_ms"])

    def recall(self, alarm: str) -> int:
        customer = self._start("customer", "owner", "--recall", alarm)
        said, _ = customer.communicate(timeout=_PATIENCE_S)
        for line in said.splitlines():
            found = json.loads(line)
            if found["event"] == "recalled":
                return int(found["at_ms"])
        raise DidNotStart(f"the owner's client could not recall: {said}")

    def picture_gone(self) -> int:
        return int(self._wait("view_over")["at_ms"])

    def close(self) -> None:
        if self._operator is not None:
            self._operator.kill()
            self._operator.wait()

    def _start(self, program: str, person: str, *words: str) -> subprocess.Popen[str]:
        keys = self._place.keyring.people[person]
        return subprocess.Popen(
            [self._node, str(_CLIENT), program, "--server", self._place.origin, "--email", keys.email, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "ZEGEL_PASSWORD": keys.password},
        )  # fmt: skip

    def _wait(self, event: str) -> dict[str, Any]:
        assert self._operator is not None
        assert self._operator.stdout is not None
        for line in self._operator.stdout:
            said: dict[str, Any] = json.loads(line)
            if said["event"] == event:
                return said
            if said["event"] in {"refused", "failed"}:
                raise DidNotStart(f"the operator's client was refused: {line.strip()}")
        raise DidNotStart(f"the operator's client ended before {event}")
