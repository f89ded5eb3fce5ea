# SPDX-License-Identifier: EUPL-1.2
"""`make screens`: docs/screens at 1440 and 390 px, of the real server with a real unit on the demo's clip."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.desk import Desk, browser_path, launch  # noqa: E402

from zegel.demo import clip, scene  # noqa: E402
from zegel.demo.processes import Stage, free_port  # noqa: E402
from zegel.demo.scene import Installation  # noqa: E402
from zegel.demo.world import WORLD  # noqa: E402

OUT = ROOT / "docs" / "screens"
SIZES = {1440: 900, 390: 844}


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """At both widths, by resizing: a picture that plays goes on playing."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        page.screenshot(path=str(OUT / f"{name}-{width}.png"), full_page=whole, animations="disabled")
    page.set_viewport_size({"width": 1440, "height": 900})
    print(f"  {name}")


@contextmanager
def running(folder: Path) -> Iterator[tuple[Stage, Installation]]:
    stage = Stage(folder / "logs")
    try:
        yield stage, scene.install(stage, folder, free_port(8200), free_port(8643))
    finally:
        stage.stop()


def public(desk: Desk) -> None:
    for path, name in (("/", "landing"), ("/sign-in", "sign-in"), ("/verify", "verify"), ("/kit", "kit")):
        desk.go(path)
        desk.page.wait_for_load_state("networkidle")
        shoot(desk.page, name, whole=name == "kit")


def sign_in(desk: Desk, place: Installation, person: str, face: str) -> None:
    keys = place.keyring.people[person]
    desk.sign_in(keys.email, keys.password, face)


def story(operator: Desk, owner: Desk) -> None:
    """The alarm, the look, the recall, and what the customer reads afterwards."""
    operator.page.wait_for_selector("[data-alarm]", timeout=120_000)
    shoot(operator.page, "console-ringing")
    owner.page.wait_for_selector("#recall")
    operator.page.keyboard.press("Enter")
    operator.wait_for_picture()
    operator.page.wait_for_selector(".over:has-text('Live,')", timeout=60_000)
    operator.page.wait_for_timeout(4000)  # until somebody is well in the picture
    shoot(operator.page, "console-looking")
    shoot(owner.page, "portal-alarm")
    owner.page.click("#recall")
    shoot(owner.page, "portal-recall")
    owner.page.click("#recall-now")
    operator.page.wait_for_selector("#picture .curtain")
    shoot(operator.page, "console-recalled")


def customer(owner: Desk) -> None:
    owner.go("/portal/recordings")
    owner.page.click(".clips li:last-child button")
    owner.wait_for_picture()
    owner.page.wait_for_timeout(12_000)  # past the seconds before the alarm
    shoot(owner.page, "portal-recordings")
    for view in ("looked", "events", "cameras", "you"):
        owner.go(f"/portal/{view}")
        owner.settled()
        if view == "looked":
            owner.page.click("button:has-text('Check it')")
            owner.page.wait_for_selector(".proved")
        shoot(owner.page, f"portal-{view}")


def main() -> int:
    if browser_path() is None:
        print("no Chromium on this machine, so no pictures: make browser", file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="zegel-screens-"))
    folder.chmod(0o755)  # the embedded database's user walks through it
    try:
        with running(folder) as (stage, place), sync_playwright() as driver:
            browser = launch(driver)
            desks = [Desk.at(browser, place.origin) for _ in range(3)]
            public(desks[0])
            scene.enrol(stage, place, folder / "unit", WORLD.site("yard"), clip.ours().words)
            sign_in(desks[1], place, "operator", "console")
            sign_in(desks[2], place, "owner", "portal")
            shoot(desks[1].page, "console-quiet")
            scene.run_unit(stage, folder / "unit")
            desks[2].page.wait_for_selector("h1:has-text('Guarding')")
            shoot(desks[2].page, "portal-now")
            story(desks[1], desks[2])
            customer(desks[2])
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
