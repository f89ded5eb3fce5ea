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
        self._operator = self._browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        self._owner = self._browser.new_context(viewport={"width": 390, "height": 844}).new_page()

    def open(self) -> None:
        self._sign_in(self._operator, "operator", "console")
        self._sign_in(self._owner, "owner", "portal")

    def ring_seen(self) -> int:
        self._operator.wait_for_selector("[data-alarm]", timeout=_PATIENCE_S * 1000)
        return clock.wall_ms()

    def look(self) -> int:
        self._operator.click("[data-alarm]")
        self._operator.click("#claim")
        self._operator.wait_for_function(
            "() => { const v = document.querySelector('#picture video');"
            " return v && v.videoWidth > 0 && v.currentTime > 0 }",
            timeout=_PATIENCE_S * 1000, polling=20,
        )  # fmt: skip
        seen = clock.wall_ms()
        self._shot(self._operator, "operator-looking")
        return seen

    def recall(self, alarm: str) -> int:
        self._shot(self._owner, "owner-alarm")
        self._owner.click("#recall")
        pressed = clock.wall_ms()
        self._owner.click("#recall-now")
        return pressed

    def picture_gone(self) -> int:
        self._operator.wait_for_selector("#picture .curtain", timeout=_PATIENCE_S * 1000)
        gone = clock.wall_ms()
        self._shot(self._operator, "operator-recalled")
        self._shot(self._owner, "owner-recalled")
        return gone

    def close(self) -> None:
        self._browser.close()
        self._driver.stop()

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
