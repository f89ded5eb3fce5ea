# SPDX-License-Identifier: EUPL-1.2
"""From one box to many: web, realtime, gateway and worker as processes of their own, against one PostgreSQL and a
real S3.

A unit speaks over TLS, an owner and an operator over HTTP, as their programs do: pairing, alarm, release, view,
recall, proof.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.actors import MARKER, ORIGIN, SimUnit, World, keyring
from tests.link import UnitLink
from zegel.client.person import Client, Refused
from zegel.demo.world import WORLD
from zegel.link.messages import Deliver, EndWindow, EpochItem, NeedProof, Proof, Revoked
from zegel.seal.pairing import verify_pairing
from zegel.server.agreements import places
from zegel.server.agreements.residency_rules import Kept, address_of
from zegel.server.kernel import clock
from zegel.setup.keys import PersonKeys

PEOPLE = ("owner", "operator")


class Roles:
    """The four processes. `ports`: of web, realtime and gateway."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder, self._environment = folder, environment
        self._processes: list[subprocess.Popen[bytes]] = []
        self.ports = {role: free_port() for role in ("web", "realtime", "gateway")}

    def start(self) -> None:
        for role in ("web", "realtime", "gateway", "worker"):
            data = self.folder / role
            words = ["serve", "--data", str(data), "--roles", role, "--origin", ORIGIN]
            words += ["--http", f"127.0.0.1:{self.ports.get(role, 0)}", "--link", f"127.0.0.1:{self.ports['gateway']}"]
            words += ["--dc09", "127.0.0.1:0", "--dc09-tls", "127.0.0.1:0", "--smtp", "127.0.0.1:0"]
            log = (self.folder / f"{role}.log").open("wb")
            self._processes.append(subprocess.Popen(
                [sys.executable, "-m", "zegel.cli", *words], env=self._environment, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, start_new_session=True,
            ))  # fmt: skip
        for role in ("web", "realtime"):
            self._until(lambda port=self.ports[role]: ready(port), role)
        self._until(lambda: (self.folder / "gateway" / "run" / "serve.json").exists(), "gateway")

    def _until(self, holds: Any, what: str) -> None:
        deadline = time.monotonic() + 60
        while not holds():
            assert time.monotonic() < deadline, (
                f"{what} did not start:\n{(self.folder / f'{what}.log').read_text()[-3000:]}"
            )
            time.sleep(0.1)

    @property
    def ca(self) -> Path:
        return self.folder / "gateway" / "tls" / "ca.pem"

    def stop(self) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False


@pytest.fixture
def world(db: object) -> World:
    """Owner and operator with real passwords: they sign in."""
    made = keyring(True)
    for name in PEOPLE:
        quick = made.people[name]
        made.people[name] = PersonKeys(quick.person_id, quick.email, quick.password, quick.recovery, quick.bundle)
    return World()


@pytest.fixture
def roles(db: Any, world: World, s3: Any, tmp_path: Path) -> Iterator[Roles]:
    from django.conf import settings

    environment = {
        **os.environ, "DATABASE_URL": db.app, "MIGRATE_DATABASE_URL": db.owner, "STORAGE_URL": s3.url("zegel-roles"),
        "SECRETS_PATH": str(settings.SECRETS_PATH), "SHRED_PATH": str(settings.SHRED_PATH), "ZEGEL_ORIGIN": ORIGIN,
    }  # fmt: skip
    for name in ("ZEGEL_DATA", "ZEGEL_ROLE"):
        environment.pop(name, None)
    recorded(world, s3.url("zegel-roles"))
    running = Roles(tmp_path, environment)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def recorded(world: World, storage_url: str) -> None:
    """Where the objects lie is on record before anything runs: a store that nobody recorded is refused (C1)."""
    lies = places.NewPlace(Kept.OBJECTS, "Object store", address_of(storage_url), "NL", "Test", own_management=True)
    places.record_place(world.actor("admin"), WORLD.party("waak").id, lies)


class Listener(threading.Thread):
    """A browser's event stream."""

    def __init__(self, port: int, cookie: str) -> None:
        super().__init__(daemon=True)
        self._port, self._cookie, self.heard, self._news = (
            port,
            cookie,
            list[tuple[str, dict[str, Any]]](),
            threading.Event(),
        )

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request("GET", "/events", headers={"Cookie": self._cookie, "Host": "localhost"})
        response = connection.getresponse()
        topic = ""
        for line in response:
            text = line.decode().strip()
            if text.startswith("event: "):
                topic = text[7:]
            elif text.startswith("data: "):
                self.heard.append((topic, json.loads(text[6:])))
                self._news.set()

    def wait_for(self, topic: str, within_s: float = 10) -> dict[str, Any]:
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            for heard, data in self.heard:
                if heard == topic:
                    return data
            self._news.wait(0.02)
            self._news.clear()
        raise AssertionError(f"no {topic}: {self.heard}")


def sign_in(world: World, roles: Roles, name: str) -> Client:
    keys = world.keys.people[name]
    return Client.sign_in(f"http://localhost:{roles.ports['web']}", keys.email, keys.password, ORIGIN)


def pair(world: World, roles: Roles, owner: Client, unit: SimUnit, link: UnitLink) -> None:
    started = owner.start_pairing(unit.code, WORLD.site("yard").id, "Gate unit")
    assert UUID(started["unit_id"]) == unit.id
    keyset = world.keyset(unit, "yard")
    policy = world.policy(unit, keyset)
    pairing = owner.pair(unit.code, started, keyset, policy)
    got = {message.kind.value: message for message in (link.wait_for(Deliver) for _ in range(3))}
    said = got["pairing"]
    verify_pairing(said.envelope, said.extra or b"", unit.secret, unit=unit.id.bytes)
    link.accept(unit.pin(keyset, policy))
    assert owner.paired(unit.code, started, pairing)
    assert link.wait_for(Deliver).kind.value == "arckey"


def test_the_story_over_four_processes_one_database_and_an_s3_store(world: World, roles: Roles) -> None:
    unit = SimUnit(clock.now_ms())
    owner, operator = sign_in(world, roles, "owner"), sign_in(world, roles, "operator")
    cookie = "; ".join(f"{c.name}={c.value}" for c in operator.http.jar)
    console = Listener(roles.ports["realtime"], cookie)
    console.start()
    with UnitLink(unit, "127.0.0.1", roles.ports["gateway"], roles.ca) as link:
        pair(world, roles, owner, unit, link)
        link.accept(unit.status())
        unit.now_ms = clock.now_ms() - 30_000
        epoch = unit.epoch()
        link.accept(EpochItem(epoch.envelope))
        link.accept(*unit.record(epoch, 0, 30, size=60_000))
        unit.now_ms = clock.now_ms()
        alarm_id, alarm = unit.alarm()
        sent = time.monotonic()
        link.accept(alarm, unit.release(alarm_id, epoch, [(10, 25)], world.arc_tenant("yard")))
        assert console.wait_for("alarm.opened")["alarm_id"] == str(alarm_id)
        print(f"alarm on the stream after {time.monotonic() - sent:.3f} s")
        assert operator.http.get("/api/v1/alarms")["alarms"][0]["id"] == str(alarm_id)
        operator.http.post(f"/api/v1/alarms/{alarm_id}/claim")
        view = operator.view_as_arc(str(alarm_id), str(unit.camera), unit.signing.public_key, world.arc_tenant("yard"))
        opened = operator.fetch(view)
        assert [segment.header.slot for segment in opened] == list(range(10, 25))
        assert all(segment.plaintext.startswith(MARKER) for segment in opened)
        link.say(NeedProof(unit.releases[0].hash))
        assert link.wait_for(Proof).release_hash == unit.releases[0].hash
        recalled = time.monotonic()
        owner.http.post(f"/api/v1/alarms/{alarm_id}/recall")
        with pytest.raises(Refused) as refused:
            operator.fetch_one(view.lease_id, view.answer["segments"][0]["id"])
        assert refused.value.code == "window_closed"
        assert link.wait_for(EndWindow).alarm_id == alarm_id.bytes
        assert time.monotonic() - recalled < 2, "the unit hears of the recall within two seconds"
        looked = owner.http.get(f"/api/v1/who-looked?camera_id={unit.camera}")
        by_kind = {row["kind"]: row for row in looked}
        assert by_kind["view"]["who"] == {"name": "Operator 12", "role": "operator", "party": "Alarmcentrale De Linge"}
        assert by_kind["view"]["slots"] == 15
        assert by_kind["view"]["ended"]
        mine = owner.view_as_owner(
            str(unit.camera), epoch.body.start_ms, epoch.body.start_ms + 5000, unit.signing.public_key,
            world.owner_tenant("yard"),
        )  # fmt: skip
        assert len(owner.fetch(mine)) == 5
        owner.http.post(f"/api/v1/units/{unit.id}/revoke")
        assert isinstance(link.wait_for(Revoked), Revoked)
