# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of receivers, database and worker under load, at random: every acknowledged signal is there once, what was
sent again makes no second one, and none is left without its alarm."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.integration.kernel.test_serve import Served, is_gone, postmaster, until
from zegel.protocols import dc09
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for

DIALLERS = 6
ANSWER_WITHIN_S = 3.0
VICTIMS = ("receivers", "database", "worker")


class Caller(threading.Thread):
    """A panel that never gives up: it sends a message until it is acknowledged, then the next one."""

    def __init__(self, number: int, port: int) -> None:
        super().__init__(daemon=True)
        self.account = f"{number:04d}"
        self.acknowledged: list[str] = []
        self.repeated = 0
        self._port = port
        self._stop_now = threading.Event()
        self._connection: socket.socket | None = None

    def run(self) -> None:
        number = 0
        while not self._stop_now.is_set():
            number += 1
            zone = f"{number % 1000:03d}"
            while not self._said(number, zone):
                self.repeated += 1
                if self._stop_now.is_set():
                    return
                time.sleep(0.1)
            self.acknowledged.append(f"{number:04d}/{zone}")
            time.sleep(0.01)

    def _said(self, number: int, zone: str) -> bool:
        now_ms = time.time_ns() // 1_000_000
        frame = dc09.write("SIA-DCS", self.account, f"#{self.account}|Nri1/BA{zone}", seq=number, now_ms=now_ms)
        try:
            if self._connection is None:
                self._connection = socket.create_connection(("127.0.0.1", self._port), timeout=ANSWER_WITHIN_S)
            self._connection.sendall(frame)
            answer = self._connection.recv(200)
        except OSError:
            answer = b""
        if f'"ACK"{number:04d}'.encode() in answer:
            return True
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        return False

    def end(self) -> None:
        self._stop_now.set()
        self.join(20)
        assert not self.is_alive()


@pytest.fixture
def served() -> Iterator[Served]:
    folder = Path(tempfile.mkdtemp(prefix="zegel-kill-"))
    folder.chmod(0o755)
    served = Served(folder / "data").wait_until_ready()
    try:
        yield served
    finally:
        if served.process.poll() is None:
            served.end()
        shutil.rmtree(folder, ignore_errors=True)


def admin_of(served: Served) -> str:
    return EmbeddedPostgres(place_for(served.data), served.data / "secrets").urls().admin


def add_yard(admin: psycopg.Connection[Any], party: UUID, site: UUID) -> None:
    """A firm and its site, as the rooms write them."""
    admin.execute(
        "INSERT INTO people_party (id, kind, name, country, language, created_at) "
        "VALUES (%s, 'company', 'Firm', 'NL', 'nl', now())", [party],
    )  # fmt: skip
    admin.execute(
        "INSERT INTO sites_site (id, provider_id, owner_id, name, address, tz, profile, created_at) "
        "VALUES (%s, %s, %s, 'Yard', 'Quay 1', 'Europe/Amsterdam', 'site-nl', now())", [site, party, party],
    )  # fmt: skip


def add_panels(served: Served, accounts: list[str]) -> None:
    """Rows as `actions.add_panel` writes them for panels on this machine."""
    party, line, site = uuid4(), uuid4(), uuid4()
    with psycopg.connect(admin_of(served), autocommit=True) as admin:
        add_yard(admin, party, site)
        admin.execute(
            "INSERT INTO signals_line (id, provider_id, owner_id, arc_party_id, name, kinds, receiver_no, line_no, "
            "plain_reason, created_at) VALUES (%s, %s, %s, %s, 'Line', '[]', '', '', '', now())",
            [line, party, party, party],
        )
        for account in accounts:
            admin.execute(
                "INSERT INTO signals_panel (id, provider_id, owner_id, site_id, line_id, name, account, receiver_no, "
                "line_no, protocol, key_format, encryption_required, plain_reason, poll_s, grace_s, state, added_at) "
                "VALUES (gen_random_uuid(), %s, %s, %s, %s, 'P', %s, '', '', 'dc09', '', false, '', 0, 0, 'active', "
                "now())", [party, party, site, line, account],
            )  # fmt: skip


def kill(served: Served, victim: str) -> None:
    pid = postmaster(served.data) if victim == "database" else served.facts["children"][victim]
    os.kill(pid, signal.SIGKILL)
    until(lambda: is_gone(pid))


def is_back(served: Served, victim: str, pid_before: int) -> bool:
    if victim == "database":
        try:
            psycopg.connect(admin_of(served), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True
    pid = served.facts.get("children", {}).get(victim)
    return pid is not None and pid != pid_before and not is_gone(pid)


def stored(served: Served) -> dict[tuple[str, str], tuple[int, int]]:
    """(account, seq/zone) -> (rows, times in all)."""
    with psycopg.connect(admin_of(served), autocommit=True) as admin:
        rows = admin.execute(
            "SELECT account, seq || '/' || zone, count(*), sum(times) FROM signals_signal WHERE source = 'panel' "
            "GROUP BY 1, 2"
        ).fetchall()
    return {(account, what): (int(count), int(times)) for account, what, count, times in rows}


def torment(served: Served, kills: int, seed: int) -> list[Caller]:
    """Callers at work while one part after the other is killed; ends when each kill was followed by new answers."""
    dice = random.Random(seed)
    port = served.facts["dc09_port"]
    callers = [Caller(number, port) for number in range(1, DIALLERS + 1)]
    add_panels(served, [caller.account for caller in callers])
    for caller in callers:
        caller.start()
    order = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
    dice.shuffle(order)
    for victim in order:
        answered = sum(len(caller.acknowledged) for caller in callers)
        until(lambda answered=answered: sum(len(c.acknowledged) for c in callers) > answered + 30)
        time.sleep(dice.uniform(0.0, 0.3))
        before = served.facts.get("children", {}).get(victim, 0)
        kill(served, victim)
        until(lambda victim=victim, before=before: is_back(served, victim, before))
    answered = sum(len(caller.acknowledged) for caller in callers)
    until(lambda: sum(len(c.acknowledged) for c in callers) > answered + 30)
    for caller in callers:
        caller.end()
    return callers


def check(served: Served, callers: list[Caller]) -> None:
    found = stored(served)
    acknowledged = {(caller.account, what) for caller in callers for what in caller.acknowledged}
    assert [what for what in acknowledged if what not in found] == [], "acknowledged, and lost"
    assert [what for what, (rows, _) in found.items() if rows != 1] == [], "sent again, and there twice"
    assert len(acknowledged) > 100
    assert sum(caller.repeated for caller in callers) > 0, "the kills hit nobody"


def none_waits(served: Served) -> Any:
    with psycopg.connect(admin_of(served), autocommit=True) as admin:
        row = admin.execute("SELECT count(*) FROM signals_signal WHERE processed_at IS NULL").fetchone()
    return row is not None and row[0] == 0


def test_five_kills_lose_no_acknowledged_signal_and_double_none(served: Served) -> None:
    callers = torment(served, 5, seed=20260)
    check(served, callers)
    until(lambda: none_waits(served), 60)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_a_hundred_kills_lose_no_acknowledged_signal_and_double_none(served: Served) -> None:
    callers = torment(served, 100, seed=time.time_ns())
    check(served, callers)
    until(lambda: none_waits(served), 300)
