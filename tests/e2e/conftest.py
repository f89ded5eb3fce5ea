# SPDX-License-Identifier: EUPL-1.2
"""The real server with the demo's world in it, a real unit process on the demo's clip, and Debian's Chromium."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import AXE, browser_path
from tests.push_service import PushService
from zegel.demo import clip, panels, scene
from zegel.demo.processes import DidNotStart, Program, Stage, free_port
from zegel.demo.scene import Installation, Paired
from zegel.demo.world import WORLD
from zegel.unit import clock

HALF_MINUTE_S = 30
FACE = {
    "operator": "console", "supervisor": "console", "owner": "portal", "member": "portal",
    "desk": "service", "bookkeeper": "service", "accountant": "service",
    "mechanic": "partner", "repairer": "partner", "carrier": "partner",
}  # fmt: skip
TENANTS = ("noordman", "garage")  # their owners come to the service's office
AT_THE_CENTRE = ("operator", "operator2", "supervisor", "supervisor2")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    """Closed with this folder's last test: Playwright keeps an event loop running, which other tests can't have."""
    from playwright.sync_api import sync_playwright

    from tests.e2e.desk import launch

    if browser_path() is None:
        pytest.skip("no Chromium on this machine: the pages were NOT tested (make browser)")
    with sync_playwright() as driver:
        chromium = launch(driver)
        yield chromium
        chromium.close()


@dataclass
class Story:
    """A running installation; the unit guards once somebody asks for it."""

    stage: Stage
    place: Installation
    folder: Path
    browser: Any
    push: PushService
    desks: list[Any] = field(default_factory=list)
    unit: Paired | None = None
    guarding: Program | None = None

    @property
    def origin(self) -> str:
        return self.place.origin

    def desk(self, width: int = 1440, height: int = 900, language: str = "en") -> Any:
        from tests.e2e.desk import Desk

        desk = Desk.at(self.browser, self.origin, width, height, language)
        self.desks.append(desk)
        return desk

    def signed_in(self, person: str, width: int = 1440, height: int = 900) -> Any:
        """`person` of the world at a desk of his own, on his face."""
        who = WORLD.person(person)
        keys = self.place.keyring.people[person]
        desk = self.desk(width, height, who.language)
        own = who.role == "owner" and who.party in TENANTS
        desk.sign_in(keys.email, keys.password, "service" if own else FACE.get(who.role, "backoffice"))
        return desk

    def enrol(self) -> Paired:
        if self.unit is None:
            words = f"file:{first_half_minute(self.folder / 'yard.mp4')}?loop=1"
            self.unit = scene.enrol(self.stage, self.place, self.folder / "unit", WORLD.site("yard"), words)
        return self.unit

    def guard(self) -> None:
        """The unit watches its camera from now on."""
        self.enrol()
        if self.guarding is None:
            self.guarding = scene.run_unit(self.stage, self.folder / "unit")

    def rest(self) -> None:
        """The unit watches no longer, until somebody asks for it again."""
        if self.guarding is None:
            return
        self.guarding.stop()
        self.stage.forget(self.guarding)
        self.guarding = None

    def street(self, count: int) -> panels.Street:
        """Panels of this installation that somebody may dial for."""
        with _of_its_own():
            return panels.street(self.place, count)

    def open_alarms(self) -> list[dict[str, Any]]:
        return list(self.place.client("operator").http.get("/api/v1/alarms?state=open")["alarms"])

    def empty_queue(self) -> None:
        """Closes what the tests before left open, each by whoever has it in hand."""
        names = {WORLD.person(person).name: person for person in AT_THE_CENTRE}
        for alarm in self.open_alarms():
            holder = alarm["claimed_by"]
            http = self.place.client("operator2" if holder is None else names[holder["name"]]).http
            if holder is None:
                http.post(f"/api/v1/alarms/{alarm['id']}/claim")
            http.post(f"/api/v1/alarms/{alarm['id']}/close", {"code": "test", "note": ""})


def first_half_minute(path: Path) -> Path:
    """The demo clip's first half minute, copied: the yard is empty again sooner, so the next alarm is sooner."""
    import av

    with av.open(str(clip.FOLDER / "demo.mp4")) as whole, av.open(str(path), "w") as part:
        here = whole.streams.video[0]
        there = part.add_stream_from_template(here)
        for packet in whole.demux(here):
            if packet.dts is None or float(packet.pts * packet.time_base) >= HALF_MINUTE_S:
                continue
            packet.stream = there
            part.mux(packet)
    return path


@contextmanager
def _of_its_own() -> Iterator[None]:
    """Programs started here get an installation of their own, not the one that other tests point the settings at."""
    ours = {"DATABASE_URL", "MIGRATE_DATABASE_URL", "STORAGE_URL", "SHRED_PATH", "SECRETS_PATH"}
    held = {name: os.environ.pop(name) for name in list(os.environ) if name in ours or name.startswith("ZEGEL_")}
    try:
        yield
    finally:
        os.environ.update(held)


@pytest.fixture(scope="package")
def story(browser: Any) -> Iterator[Story]:
    if not AXE.exists():
        pytest.skip("web/node_modules is not there: the pages were NOT tested (make setup)")
    folder = Path(tempfile.mkdtemp(prefix="zegel-e2e-"))
    folder.chmod(0o755)  # the embedded database's user walks through it
    stage = Stage(folder / "logs")
    push = PushService()
    try:
        try:
            clip.ours()
        except DidNotStart as error:
            pytest.skip(f"the demo's clip is not there, so the journeys were NOT tested: {error}")
        with _of_its_own():
            env = {"ZEGEL_PUSH_TEST_ENDPOINT": push.origin}
            mine = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])  # nobody else's while it is not in use yet
            place = scene.install(stage, folder, free_port(8100 + mine), free_port(8543 + mine), env=env)
        told = Story(stage, place, folder, browser, push)
        _told.append(told)
        yield told
    finally:
        _told.clear()
        stage.stop()
        push.close()
        shutil.rmtree(folder, ignore_errors=True)


_told: list[Story] = []


@pytest.fixture(scope="module", autouse=True)
def _the_unit_rests() -> Iterator[None]:
    """A file that needs the unit wakes it; while the others run it neither watches nor raises alarms."""
    yield
    for told in _told:
        told.rest()


@pytest.fixture
def desks_closed(story: Story) -> Iterator[None]:
    """Each test sits down anew."""
    yield
    while story.desks:
        story.desks.pop().leave()


@pytest.fixture
def eventually() -> Callable[..., None]:
    def wait(true: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
        begun = clock.mono_s()
        while not true():
            assert clock.mono_s() - begun < seconds, f"{what} did not happen within {seconds:.0f} s"
            clock.sleep(0.1)

    return wait
