# SPDX-License-Identifier: EUPL-1.2
"""The real server with the demo's world in it, a real unit process on the demo's clip, and Debian's Chromium."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.desk import AXE, browser_path
from tests.push_service import PushService
from zegel.client.person import Http
from zegel.demo import clip, panels, scene
from zegel.demo.processes import DidNotStart, Program, Stage, free_port
from zegel.demo.scene import Installation, Paired
from zegel.demo.world import WORLD
from zegel.seal.account import derive_keys
from zegel.unit import clock

HALF_MINUTE_S = 30
FACE = {
    "operator": "console", "supervisor": "console", "owner": "portal", "member": "portal",
    "desk": "service", "bookkeeper": "service", "accountant": "service",
    "mechanic": "partner", "repairer": "partner", "carrier": "partner",
}  # fmt: skip
TENANTS = ("noordman", "garage")  # their owners come to the service's office
AT_THE_CENTRE = ("operator", "operator2", "supervisor", "supervisor2")
LONGEST = ("test_chain.py", "test_masks.py", "test_breach.py")  # though of few tests
ENOUGH_PANELS = 140  # for all of these files but the soak's


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with much to do come first, so that two workers, each of which takes file after file, end together."""
    here = [item for item in items if "tests/e2e" in str(item.path)]
    for item in here:
        item.add_marker(pytest.mark.browser)
        item.add_marker(pytest.mark.timeout(240))
    tests = Counter(item.path for item in here if item.get_closest_marker("soak") is None)
    order = iter(sorted(here, key=lambda item: (item.path.name not in LONGEST, -tests[item.path])))
    items[:] = [next(order) if "tests/e2e" in str(item.path) else item for item in items]


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
    _asking: dict[str, Http] = field(default_factory=dict)
    _seats: dict[str, list[Any]] = field(default_factory=dict)
    _street: panels.Street | None = None

    @property
    def origin(self) -> str:
        return self.place.origin

    def desk(self, width: int = 1440, height: int = 900, language: str = "en") -> Any:
        from tests.e2e.desk import Desk

        desk = Desk.at(self.browser, self.origin, width, height, language)
        self.desks.append(desk)
        return desk

    def signed_in(self, person: str, width: int = 1440, height: int = 900, *, anew: bool = False) -> Any:
        """`person` of the world at a desk of his own, on his face. He comes back to a browser in which he signed in
        before, if one of his is free; `anew`: to one that nobody used."""
        seats = [] if anew else self._seats.get(person, [])
        while seats:
            back = seats.pop().come_back(width, height)
            if back is not None:
                back.person = person
                self.desks.append(back)
                return back
        who = WORLD.person(person)
        keys = self.place.keyring.people[person]
        desk = self.desk(width, height, who.language)
        own = who.role == "owner" and who.party in TENANTS
        desk.sign_in(keys.email, keys.password, "service" if own else FACE.get(who.role, "backoffice"))
        desk.person = person
        return desk

    def everybody_leaves(self) -> None:
        """Who signed in as somebody of the world may come back."""
        while self.desks:
            desk = self.desks.pop()
            seat = desk.stand_up()
            if seat is not None:
                self._seats.setdefault(desk.person, []).append(seat)

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
        """Panels of this installation that somebody may dial for: as many at least."""
        if self._street is None or len(self._street.accounts) < count:
            with _of_its_own():
                self._street = panels.street(self.place, max(count, ENOUGH_PANELS))
        return self._street

    def http(self, person: str) -> Http:
        """For asking over and over: a session of the person's own, that stays."""
        if person not in self._asking:
            self._asking[person] = self.place.client(person).http
        return self._asking[person]

    def open_alarms(self) -> list[dict[str, Any]]:
        return list(self.http("operator").get("/api/v1/alarms?state=open")["alarms"])

    def empty_queue(self) -> None:
        """Closes what the tests before left open, each by whoever has it in hand."""
        names = {WORLD.person(person).name: person for person in AT_THE_CENTRE}
        for alarm in self.open_alarms():
            holder = alarm["claimed_by"]
            http = self.http("operator2" if holder is None else names[holder["name"]])
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
    patched = pytest.MonkeyPatch()  # a password is stretched on purpose slowly, and gives the same keys each time
    patched.setattr("zegel.client.person.derive_keys", functools.cache(derive_keys))
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
        patched.undo()
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
    story.everybody_leaves()


@pytest.fixture
def eventually() -> Callable[..., None]:
    def wait(true: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
        begun = clock.mono_s()
        while not true():
            assert clock.mono_s() - begun < seconds, f"{what} did not happen within {seconds:.0f} s"
            clock.sleep(0.1)

    return wait
