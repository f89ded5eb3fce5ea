# SPDX-License-Identifier: EUPL-1.2
"""`make screens`: docs/screens at 1440 and 390 px, of the real server with a real unit on the demo's clip.

The stories first, then every page that there is (tools/pages.py) and that no story showed.

    tools/screens.py --to FOLDER            elsewhere
    tools/screens.py --only portal/hours    only pages with that in their address, in the light and in the dark;
                                            several: --only portal/hours,verify
"""

from __future__ import annotations

import argparse
import json
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.e2e.conftest import FACE  # noqa: E402
from tests.e2e.desk import Desk, browser_path, launch  # noqa: E402
from tools.pages import every_page  # noqa: E402

from zegel.demo import clip, ground, panels, scene, wishes, workshop  # noqa: E402
from zegel.demo.processes import Stage, free_port  # noqa: E402
from zegel.demo.scene import Installation  # noqa: E402
from zegel.demo.world import WORLD  # noqa: E402
from zegel.protocols import dc09  # noqa: E402
from zegel.unit import clock  # noqa: E402

out = ROOT / "docs" / "screens"
SIZES = {1440: 900, 390: 844}
SETTLE_MS = 1500
shown: set[str] = set()


def shoot(page: Page, name: str, *, whole: bool = False) -> None:
    """At both widths, by resizing: a picture that plays goes on playing."""
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        page.screenshot(path=str(out / f"{name}-{width}.png"), full_page=whole, animations="disabled")
    page.set_viewport_size({"width": 1440, "height": 900})
    shown.add(name)
    print(f"  {name}")


@contextmanager
def running(folder: Path) -> Iterator[tuple[Stage, Installation]]:
    stage = Stage(folder / "logs")
    try:
        yield stage, scene.install(stage, folder, free_port(8200), free_port(8643))
    finally:
        stage.stop()


def public(desk: Desk) -> None:
    for path, name in (
        ("/", "landing"),
        ("/sign-in", "sign-in"),
        ("/recovery", "recovery"),
        ("/verify", "verify"),
        ("/kit", "kit"),
    ):
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
    shoot(operator.page, "console-blurred")
    operator.page.keyboard.press("v")
    operator.page.wait_for_selector("[data-clear=true]")
    operator.page.keyboard.press("l")
    operator.page.wait_for_selector(".over:has-text('Live,')", timeout=60_000)
    operator.page.wait_for_timeout(4000)  # until somebody is well in the picture
    shoot(operator.page, "console-looking")
    shoot(owner.page, "portal-alarm")
    owner.page.click("#recall")
    shoot(owner.page, "portal-recall")
    owner.page.click("#recall-now")
    operator.page.wait_for_selector("#picture .curtain")
    shoot(operator.page, "console-recalled")


def the_ground(desk: Desk, place: Installation) -> None:
    """A site with its map, a unit with a season of figures (made up), a sign and the notice behind it."""
    ground.furnish(place)
    sign_in(desk, place, "owner", "portal")
    page, site = desk.page, WORLD.site("yard").id
    desk.go(f"/portal/sites/{site}")
    page.wait_for_selector(".spot-camera")
    shoot(page, "portal-site", whole=True)
    page.click("[data-unit] button:has-text('Open')")
    page.wait_for_selector("[data-figure=battery_mv] svg")
    shoot(page, "portal-unit", whole=True)
    desk.go(f"/portal/signs/{site}")
    page.wait_for_function("() => (document.querySelector('.preview')?.naturalWidth ?? 0) > 100")
    shoot(page, "portal-signs", whole=True)
    desk.go(str(page.get_attribute("#notice", "href")) + "?lang=nl")
    shoot(page, "notice", whole=True)


STORM = 500


def night(operator: Desk, place: Installation) -> None:
    """Panels dial in: a hold-up among the rest, a storm, the second monitor, a line that is lost."""
    street = panels.street(place, STORM)
    dialler = panels.Dialler(street)
    for number, code, zone, text in (
        (0, "HA", 9, "counter button"), (1, "FA", 2, "hall B, smoke"), (2, "BA", 3, "front door"), (2, "BA", 4, "shop"),
        (3, "TA", 1, ""), (4, "MA", 1, "bedside"), (5, "BA", 7, "roller door"), (6, "AT", 0, ""), (7, "ZZ", 1, ""),
    ):  # fmt: skip
        dialler.say(street.accounts[number], code, zone, text)
    page = operator.page
    page.wait_for_selector(".entry:has-text('Jeweller Brandt 1')")
    page.keyboard.press("t")
    page.keyboard.press("Enter")
    page.wait_for_selector(".entry[aria-selected=true]:has-text('Yours')")
    page.keyboard.press("b")
    page.wait_for_selector(".raw pre")
    shoot(page, "console-signals")
    page.keyboard.press("?")
    shoot(page, "console-keys")
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    page.wait_for_selector(".offline")
    page.keyboard.press("1")
    page.wait_for_selector(".unsent")
    shoot(page, "console-lost")
    page.context.set_offline(False)
    page.wait_for_selector(".offline", state="detached")
    for number in range(20, STORM):
        dialler.say(street.accounts[number], ("BA", "TA", "BA", "AT")[number % 4], number % 16 + 1)
    page.wait_for_function("() => Number(document.querySelector('.kind.burglary b').textContent) > 200")
    shoot(page, "console-storm")
    second = Desk(page.context.new_page(), place.origin)
    second.go("/console/second")
    second.page.wait_for_selector(".walltile")
    shoot(second.page, "console-second")
    second.page.close()
    dialler.close()


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


def people(owner: Desk) -> None:
    """Beginning, people and keys, hours, live; one of them on a device that prefers dark."""
    for view in ("start", "people", "agreements", "security", "hours", "live"):
        owner.go(f"/portal/{view}")
        owner.page.wait_for_selector(".title")
        owner.settled()
        shoot(owner.page, f"portal-{view}", whole=True)
    owner.page.emulate_media(color_scheme="dark")
    owner.go("/portal/start")
    owner.page.wait_for_selector(".title")
    owner.settled()
    shoot(owner.page, "portal-start-dark", whole=True)
    owner.page.emulate_media(color_scheme="light")


def looking(owner: Desk) -> None:
    """A live look, a picture taken during it, and where it is kept."""
    page = owner.page
    owner.go("/portal/live")
    page.check("#live-confirm")
    page.click("#look-live")
    page.wait_for_function("() => (document.querySelector('.live-stage video')?.currentTime ?? 0) > 0")
    page.click("button:has-text('Take a picture')")
    page.wait_for_selector("text=Sealed to you alone")
    shoot(page, "portal-looking", whole=True)
    page.click("#live-stop")
    owner.go("/portal/pictures")
    page.wait_for_selector(".picture-open:not([disabled])")
    shoot(page, "portal-pictures", whole=True)
    page.click(".picture-open")
    page.wait_for_selector("#picture-save")
    shoot(page, "portal-picture")
    page.click("dialog button:has-text('Close')")


def small_and_masked(owner: Desk) -> None:
    """The masks on a picture of the camera, and the overview as a film; one of them in the dark."""
    owner.go("/portal/masks")
    owner.page.wait_for_selector(".sheet canvas")
    owner.page.click("#add-zone")
    shoot(owner.page, "portal-masks", whole=True)
    owner.go("/portal/overview")
    owner.page.wait_for_function("() => document.querySelector('.film video')?.readyState >= 2")
    owner.page.focus("#scrub")
    owner.page.keyboard.press("Home")
    shoot(owner.page, "portal-overview", whole=True)
    owner.page.emulate_media(color_scheme="dark")
    shoot(owner.page, "portal-overview-dark", whole=True)
    owner.page.emulate_media(color_scheme="light")


def told(owner: Desk, place: Installation) -> None:
    """What the owner is told, and what a notification opens."""
    wishes.choose(place)
    owner.go("/portal/notifications")
    owner.page.wait_for_selector("[data-told=alarm]")
    shoot(owner.page, "portal-notifications", whole=True)
    alarms = place.client("owner").http.get("/api/v1/alarms?state=all")["alarms"]
    seen = next(row for row in alarms if row["images"] == "released")
    owner.go(f"/portal/alarm/{seen['id']}")
    owner.page.wait_for_selector("[data-picture=shown]")
    shoot(owner.page, "portal-notified")


def setting_up(desk: Desk, place: Installation) -> None:
    """A technician adds a panel, waits for its first signal, and sees it come."""
    sign_in(desk, place, "technician", "backoffice")
    page, key = desk.page, "0123456789ABCDEF" * 2
    desk.go("/backoffice/settings/")
    page.click("button[lang=en]")
    page.wait_for_selector("html[lang=en] #add-panel")
    page.click("#add-panel")
    page.select_option("#site_id", label="Harbour yard North · De Haan Bouw BV")
    page.select_option("#line_id", label="DC-09")
    page.fill("#name", "Burglar panel, workshop")
    page.fill("#account", "A1B2")
    page.fill("#key", key)
    shoot(page, "settings-add")
    page.click("#dialog-save")
    page.wait_for_selector("#first-signal")
    shoot(page, "settings-waiting", whole=True)
    page.click("#edit-zones")
    page.fill("#name-0", "Roller door")
    page.click("#add-zone")
    page.fill("#name-1", "Workshop")
    page.click("#save-zones")
    page.wait_for_selector(".zone-list")
    port = json.loads((place.data / "run" / "serve.json").read_text())["dc09_port"]
    for seq, words in enumerate(("RP000", "BA001^roller door^"), 1):
        frame = dc09.write(
            "SIA-DCS", "A1B2", f"#A1B2|Nri1/{words}", seq=seq, key=dc09.Key.of(key, "hex"), now_ms=clock.wall_ms()
        )
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            line.sendall(frame)
            line.recv(1024)
    page.click("[data-code=BA]")
    page.wait_for_selector(".raw pre")
    page.wait_for_selector(".toast", state="detached")
    shoot(page, "settings-heard", whole=True)
    for number, name in ((1, "panels"), (4, "brokers"), (6, "codes"), (7, "figures")):
        page.keyboard.press(str(number))
        desk.settled()
        shoot(page, f"settings-{name}")


def maintained(owner: Desk, desk: Desk, place: Installation, unit: scene.Paired) -> None:
    """The office, a technician who asks, the owner who allows it, and the look."""
    workshop.furnish(place, unit)
    sign_in(desk, place, "planner", "backoffice")
    _english(desk)
    for tab in ("tasks", "customers", "sites", "stock", "papers"):
        desk.go(f"/backoffice/{tab}")
        desk.settled()
        shoot(desk.page, f"office-{tab}", whole=True)
    desk.page.keyboard.press("/")
    desk.page.keyboard.type("ha")
    desk.page.wait_for_selector(".found a")
    shoot(desk.page, "office-find")
    owner.go("/portal/maintenance")
    owner.page.click("#compared")
    owner.page.wait_for_selector("#allow")
    shoot(owner.page, "portal-maintenance", whole=True)
    owner.page.click("#allow")
    owner.page.wait_for_selector(".looks:has-text('live')")
    shoot(owner.page, "portal-maintained", whole=True)
    desk.page.context.clear_cookies()
    sign_in(desk, place, "technician", "backoffice")
    _english(desk)
    shoot(desk.page, "office-jobs", whole=True)
    desk.page.click("a.setup-row:has-text('Bad picture')")
    desk.page.click("#look")
    desk.page.wait_for_function("() => (document.querySelector('.live-look video')?.currentTime ?? 0) > 0")
    shoot(desk.page, "office-looking", whole=True)
    desk.page.click("#works")
    desk.page.wait_for_selector(".live-look", state="detached")


def furnished(stage: Stage, place: Installation, folder: Path) -> None:
    """What the stories leave behind, without the stories."""
    unit = scene.enrol(stage, place, folder / "unit", WORLD.site("yard"), clip.ours().words, furnish=True)
    ground.furnish(place)
    scene.run_unit(stage, folder / "unit")
    wishes.choose(place)
    workshop.furnish(place, unit)


def _english(desk: Desk) -> None:
    desk.page.wait_for_selector("button[lang=en]")
    if desk.page.get_attribute("html", "lang") != "en":
        desk.page.click("button[lang=en]")
        desk.page.wait_for_selector("html[lang=en]")
    desk.settled()


def pages(browser: Browser, place: Installation, only: str | None) -> None:
    """Each page, by whoever it is for; of those that are asked for by name also in the dark."""
    words = None if only is None else only.split(",")
    wanted = [page for page in every_page() if words is None or any(word in page.path for word in words)]
    for person in sorted({page.person or "" for page in wanted}):
        desk = Desk.at(browser, place.origin)
        if person:
            sign_in(desk, place, person, FACE.get(WORLD.person(person).role, "backoffice"))
        for address in [page.path for page in wanted if (page.person or "") == person]:
            name = address.strip("/").replace("/", "-") or "landing"
            if name in shown:
                continue
            try:
                answer = desk.page.goto(place.origin + address)
            except PlaywrightError:
                continue  # a file
            if answer is None or "text/html" not in answer.headers.get("content-type", ""):
                continue
            desk.page.wait_for_timeout(SETTLE_MS)
            shoot(desk.page, name, whole=True)
            if only is not None:
                desk.page.emulate_media(color_scheme="dark")
                shoot(desk.page, f"{name}-dark", whole=True)
                desk.page.emulate_media(color_scheme="light")
        desk.leave()


def main() -> int:
    global out
    parser = argparse.ArgumentParser()
    parser.add_argument("--to", type=Path, default=out)
    parser.add_argument("--only")
    asked = parser.parse_args()
    out = asked.to
    if browser_path() is None:
        print("no Chromium on this machine, so no pictures: make browser", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="zegel-screens-"))
    folder.chmod(0o755)  # the embedded database's user walks through it
    try:
        with running(folder) as (stage, place), sync_playwright() as driver:
            browser = launch(driver)
            if asked.only is not None:
                furnished(stage, place, folder)
                pages(browser, place, asked.only)
                return 0
            desks = [Desk.at(browser, place.origin) for _ in range(3)]
            public(desks[0])
            unit = scene.enrol(stage, place, folder / "unit", WORLD.site("yard"), clip.ours().words, furnish=True)
            sign_in(desks[1], place, "operator", "console")
            sign_in(desks[2], place, "owner", "portal")
            the_ground(Desk.at(browser, place.origin), place)
            shoot(desks[1].page, "console-quiet")
            scene.run_unit(stage, folder / "unit")
            desks[2].page.wait_for_selector("h1:has-text('Guarding')")
            shoot(desks[2].page, "portal-now")
            story(desks[1], desks[2])
            customer(desks[2])
            people(desks[2])
            looking(desks[2])
            small_and_masked(desks[2])
            told(desks[2], place)
            maintained(desks[2], Desk.at(browser, place.origin), place, unit)
            setting_up(Desk.at(browser, place.origin), place)
            night(desks[1], place)
            pages(browser, place, None)
            browser.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
