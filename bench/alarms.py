# SPDX-License-Identifier: EUPL-1.2
"""From signal to alarm: alarms a second out of a backlog, the moment between a signal's commit and its alarm's, and the
queue of a thousand.

The real interpreter on a real PostgreSQL with fsync, every alarm with its ledger entry, its event and its timers. The
backlog is one burglary at each of five hundred sites, first of five hundred owners, then of one.
Run it on a machine that does nothing else: `make bench NAME=alarms`.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

SITES = 500
SINGLE = 100
ROWS = 1000


@contextlib.contextmanager
def installation() -> Iterator[str]:
    """A database with fsync, migrated, in a folder of its own; gone afterwards. Gives the administrator's address."""
    from zegel.server.kernel.postgres import EmbeddedPostgres

    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres", folder / "secrets")
    server.start()
    try:
        urls = server.urls()
        os.environ.update(
            DJANGO_SETTINGS_MODULE="zegel.server.settings", ZEGEL_DATA=str(folder), DATABASE_URL=urls.app,
            MIGRATE_DATABASE_URL=urls.owner, ZEGEL_ORIGIN="http://localhost:8000",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        yield urls.admin
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Town:
    """Sites with a panel each."""

    def __init__(self, admin: str, sites: int, owners: int, first: int = 0) -> None:
        import psycopg

        self.arc, line = uuid4(), uuid4()
        self._admin = psycopg.connect(admin, autocommit=True)
        self._party(self.arc)
        self._admin.execute(
            "INSERT INTO signals_line (id, provider_id, owner_id, arc_party_id, name, kinds, receiver_no, line_no, "
            "plain_reason, created_at) VALUES (%s, %s, %s, %s, 'Line', '[]', '', '', '', now())",
            [line, self.arc, self.arc, self.arc],
        )
        parties = [uuid4() for _ in range(owners)]
        for party in parties:
            self._party(party)
            self._admin.execute(
                "INSERT INTO people_servicerelation (id, owner_id, party_id, kind, valid_from) "
                "VALUES (gen_random_uuid(), %s, %s, 'arc', now() - interval '1 day')", [party, self.arc],
            )  # fmt: skip
        self.panels = [self._panel(parties[n % owners], line, f"{first + n:06X}") for n in range(sites)]

    def _party(self, party: UUID) -> None:
        self._admin.execute(
            "INSERT INTO people_party (id, kind, name, country, language, created_at) "
            "VALUES (%s, 'company', 'Firm', 'NL', 'nl', now())", [party],
        )  # fmt: skip

    def _panel(self, owner: UUID, line: UUID, account: str) -> tuple[UUID, UUID, UUID]:
        site, panel = uuid4(), uuid4()
        self._admin.execute(
            "INSERT INTO sites_site (id, provider_id, owner_id, name, address, tz, profile, created_at) "
            "VALUES (%s, %s, %s, 'Yard', 'Quay 1', 'Europe/Amsterdam', 'site-nl', now())", [site, owner, owner],
        )  # fmt: skip
        self._admin.execute(
            "INSERT INTO signals_panel (id, provider_id, owner_id, site_id, line_id, name, account, receiver_no, "
            "line_no, protocol, key_format, encryption_required, plain_reason, poll_s, grace_s, state, added_at) "
            "VALUES (%s, %s, %s, %s, %s, 'P', %s, '', '', 'dc09', '', false, '', 0, 0, 'active', now())",
            [panel, owner, owner, site, line, account],
        )
        return owner, site, panel

    def say(self, which: range, zone: str) -> None:
        """A burglary of each of these panels, as the receivers store it."""
        from zegel.protocols.events import Event, Phase, SignalClass
        from zegel.server.signals import intake

        event = Event("cid", "130", "1", Phase.ALARM, SignalClass.BURGLARY, 2, "Burglary", zone=zone)
        for number in which:
            owner, site, panel = self.panels[number]
            intake.accept(intake.NewSignal(
                source="panel", transport="dc09_tcp", owner_id=owner, provider_id=owner, event=event, site_id=site,
                panel_id=panel,
            ))  # fmt: skip


def backlog(town: Town, zone: str) -> float:
    """Alarms a second."""
    from zegel.server.alarms import interpreter

    town.say(range(len(town.panels)), zone)
    began, read = time.perf_counter(), 0
    while found := interpreter.run_once():
        read += found
    assert read == len(town.panels), "every signal was read"
    return read / (time.perf_counter() - began)


def moments(town: Town) -> list[float]:
    """Milliseconds from a signal's commit to its alarm's, one at a time, with the service as the worker runs it."""
    from django.db import connections

    from zegel.server.alarms import interpreter

    stop = threading.Event()

    def serve() -> None:
        interpreter.run(stop)
        connections.close_all()

    service, took = threading.Thread(target=serve), []
    service.start()
    time.sleep(2.0)
    try:
        for number in range(SINGLE):
            before = events()
            town.say(range(number, number + 1), "9")
            began = time.perf_counter()
            while events() == before:
                time.sleep(0.001)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        stop.set()
        service.join()
    return took


def events() -> int:
    from django.db import connection

    from zegel.server.kernel import tenancy

    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_outboxevent WHERE topic LIKE 'alarm.%'")
        row: Any = cursor.fetchone()
    return int(row[0])


def queue(town: Town) -> tuple[int, float]:
    """How many rows, and milliseconds for all of them, the middle of nine."""
    from zegel.server.alarms import shapes

    took = []
    for _ in range(9):
        began = time.perf_counter()
        rows = shapes.rows(town.arc)
        took.append((time.perf_counter() - began) * 1000)
    return len(rows), statistics.median(took)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with installation() as admin:
        many, one = Town(admin, SITES, SITES), Town(admin, SITES, 1, SITES)
        print(f"{'alarms a second, of 500 owners':44} {backlog(many, '1'):10.0f}")
        print(f"{'alarms a second, of one owner':44} {backlog(one, '1'):10.0f}")
        rows, middle = queue(one)
        print(f"{f'the queue, {rows} alarms, ms':44} {middle:10.1f}")
        took = sorted(moments(many))
        print(f"{'signal committed to alarm committed, ms p50':44} {took[len(took) // 2]:10.1f}")
        print(f"{'  p99':44} {took[int(len(took) * 0.99) - 1]:10.1f}")


if __name__ == "__main__":
    main()
