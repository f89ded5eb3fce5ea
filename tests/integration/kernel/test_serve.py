# SPDX-License-Identifier: EUPL-1.2
"""`zegel serve` as a service manager and a power cut know it: real processes, real signals."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import httpx
import psutil
import pytest
import websockets.sync.client
from websockets.exceptions import ConnectionClosed

WITHIN_S = 90  # the machine may be busy
NO_PORT_OF_ANOTHER = ("--dc09", "127.0.0.1:0", "--dc09-tls", "127.0.0.1:0", "--smtp", "127.0.0.1:0")


class Served:
    """A running `zegel serve` on a folder of its own."""

    started: ClassVar[list[Served]] = []

    def __init__(self, data: Path, *arguments: str, environment: dict[str, str] | None = None) -> None:
        self.data = data
        words = [
            "serve",
            "--data",
            str(data),
            "--http",
            "127.0.0.1:0",
            "--link",
            "127.0.0.1:0",
            *NO_PORT_OF_ANOTHER,
            "--origin",
            "http://localhost:8000",
        ]
        words += arguments
        clean = {
            key: value for key, value in os.environ.items() if "DATABASE_URL" not in key and not key.startswith("ZEGEL")
        }
        clean.pop("DJANGO_SETTINGS_MODULE", None)
        self.log = open(data.parent / "serve.log", "ab")  # noqa: SIM115
        self.process = subprocess.Popen(
            [sys.executable, "-m", "zegel.cli", *words],
            env=clean | (environment or {}),
            stdout=self.log,
            stderr=self.log,
        )

        Served.started.append(self)

    @property
    def facts(self) -> dict:
        try:
            facts = json.loads((self.data / "run" / "serve.json").read_text())
        except FileNotFoundError:
            return {}
        return facts if facts["pid"] == self.process.pid else {}  # not those of one that was killed

    def wait_until_ready(self) -> Served:
        until(lambda: self.facts.get("ready") or self.process.poll() is not None)
        assert self.facts.get("ready"), self.what_it_said()
        return self

    def what_it_said(self) -> str:
        return (self.data.parent / "serve.log").read_text()[-3000:]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"http://localhost:{self.facts['http_port']}{path}", timeout=10)

    def is_ready(self) -> bool:
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> int:
        self.process.terminate()
        return self.process.wait(WITHIN_S)


def until(true: Callable[[], object], within_s: float = WITHIN_S) -> None:
    deadline = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.05)


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state == "Z"


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays() -> Iterator[None]:
    """A test that fails half-way leaves no server behind."""
    yield
    for served in Served.started:
        if served.process.poll() is None:
            served.end()
        served.log.close()


@pytest.fixture(scope="module")
def folder(walkable_folder) -> Path:
    return walkable_folder / "data"


@pytest.fixture(scope="module")
def served(folder) -> Iterator[Served]:
    served = Served(folder).wait_until_ready()
    yield served
    if served.process.poll() is None:
        served.end()


def postmaster(data: Path) -> int:
    return int(next(data.glob("postgres/data-*/postmaster.pid")).read_text().split()[0])


def test_it_says_that_it_is_ready_and_what_is_well(served):
    answer = served.get("/readyz").json()
    assert answer["ready"] is True
    assert {"database", "storage"} <= answer["parts"].keys()
    assert served.get("/healthz").json() == {"alive": True}


def test_every_page_carries_the_strict_headers(served):
    headers = served.get("/").headers
    policy = headers["content-security-policy"]
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy
    assert "unsafe-inline" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"  # nothing to others; our own forms are checked by it
    assert "server" not in headers


def test_another_host_name_is_refused(served):
    answer = httpx.get(f"http://127.0.0.1:{served.facts['http_port']}/", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_what_is_secret_is_readable_by_its_user_only(served):
    secret = [
        *(served.data / "secrets").iterdir(),
        served.data / "tls" / "server.key",
        served.data / "tls" / "ca.key",
    ]
    assert {path.stat().st_mode & 0o777 for path in secret} == {0o600}


def test_no_child_holds_the_owners_address(served):
    for pid in served.facts["children"].values():
        assert b"MIGRATE_DATABASE_URL" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_second_one_on_the_same_folder_is_refused(served):
    second = Served(served.data)
    assert second.process.wait(WITHIN_S) == 78
    assert "already runs" in second.what_it_said()
    assert served.is_ready()


@pytest.mark.parametrize("role", ["worker", "web,realtime", "gateway", "receivers"])
def test_a_role_that_is_killed_is_back_soon(served, role):
    os.kill(served.facts["children"][role], signal.SIGKILL)
    until(lambda: f'"child.started", "child": "{role}"' in served.what_it_said().rpartition("child.died")[2])
    until(served.is_ready)


def test_when_the_nursery_is_killed_its_children_end_and_another_one_has_new_ones(served):
    before = dict(served.facts["children"])
    ours = psutil.Process(served.process.pid).children()
    (nursery,) = (one for one in ours if "zegel.server.nursery" in one.cmdline())
    nursery.kill()
    until(lambda: all(is_gone(pid) for pid in before.values()))
    until(lambda: served.facts["children"].keys() == before.keys() and served.facts["children"] != before)
    until(served.is_ready)


def test_the_database_is_back_after_a_kill(served):
    killed = postmaster(served.data)
    os.kill(killed, signal.SIGKILL)
    until(lambda: "database.died" in served.what_it_said())
    until(lambda: list(served.data.glob("postgres/data-*/postmaster.pid")) and postmaster(served.data) != killed)
    until(served.is_ready)


def test_units_get_close_code_1012_when_the_server_ends_in_order_and_nothing_is_left(served):
    facts = served.facts
    database = postmaster(served.data)
    trust = ssl.create_default_context(cafile=facts["ca"])
    with websockets.sync.client.connect(f"wss://localhost:{facts['link_port']}/unit-link", ssl=trust) as link:
        served.process.terminate()
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                link.recv(timeout=20)
        assert closed.value.rcvd.code == 1012
    assert served.process.wait(WITHIN_S) == 0
    assert not (served.data / "run" / "serve.json").exists()
    assert is_gone(database)


@pytest.mark.soak  # the suite has its budget
def test_killed_outright_it_takes_its_children_along_and_starts_again(folder):
    first = Served(folder).wait_until_ready()
    pids = [*first.facts["children"].values(), postmaster(folder)]
    first.process.kill()
    first.process.wait()
    until(lambda: all(is_gone(pid) for pid in pids))
    again = Served(folder).wait_until_ready()
    assert again.end() == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["--roles", "web"], {}, "DATABASE_URL is not set"),
        (["--roles", "web"], {"DATABASE_URL": "postgresql://u:p@h/n"}, "STORAGE_URL is not set"),
        (["--roles", "web,cook"], {}, "no role cook"),
        ([], {"MIGRATE_DATABASE_URL": "postgresql://u:p@h/n"}, "Set both"),
        ([], {"DATABASE_URL": "mysql://u:p@h/n"}, "not a PostgreSQL address"),
        (["--origin", "http://alarm.example"], {}, "https://host"),
        (["--http", "8000"], {}, "HOST:PORT"),
    ],
)
def test_a_half_written_configuration_is_refused_with_what_to_write(tmp_path, arguments, environment, said):
    served = Served(tmp_path / "data", *arguments, environment=environment)
    assert served.process.wait(WITHIN_S) == 78
    assert said in served.what_it_said()


def test_a_database_role_that_passes_row_level_security_by_is_refused(tmp_path, db):
    given = {"DATABASE_URL": db.owner, "STORAGE_URL": (tmp_path / "storage").as_uri()}
    served = Served(tmp_path / "data", environment=given)
    assert served.process.wait(WITHIN_S) == 78
    assert "owns tables" in served.what_it_said()
