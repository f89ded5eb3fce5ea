# SPDX-License-Identifier: EUPL-1.2
"""What one process of the server does: `python -m zegel.server.process ROLES [SOCKETS]`. Not for people; `zegel serve`
runs `prepare` so, and the others as children of zegel.server.nursery.

ROLES: `prepare` (migrate and check, then end), `worker`, `gateway`, `receivers`, `web`, `realtime`, or some of the last
two with a comma. SOCKETS: the numbers of the listening sockets that the supervisor opened, so that a restart refuses
nobody: one, or `name=number,…` for `receivers` (signals/receivers/sockets.py).
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

LARGEST_FRAME = 8 * 1024 * 1024 + 65536
PATIENCE_S = 10


def main(argv: Sequence[str]) -> int:
    from zegel.server.kernel import log

    role = argv[0]
    end_with_parent()
    log.set_up(role)
    set_up()
    if role == "prepare":
        return prepare()
    live(role, _sockets(argv[1] if len(argv) > 1 else ""))
    return 0


def _sockets(given: str) -> dict[str, int]:
    named = (word.rpartition("=") for word in given.split(",") if word)
    return {name: int(number) for name, _, number in named}


def set_up(also: Sequence[str] = ()) -> None:
    """Every room, and these modules."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zegel.server.settings")
    import django

    django.setup()
    for name in also:
        import_module(name)


def live(role: str, sockets: Mapping[str, int]) -> None:
    """What the role does, until told to stop."""
    from zegel.server.kernel import log

    end_with_parent()
    log.set_up(role)
    if role == "worker":
        asyncio.run(work())
        return
    _share_connections()
    if role == "receivers":
        receive(sockets)
    else:
        serve(frozenset(role.split(",")), socket.socket(fileno=sockets[""]))


def _share_connections() -> None:
    """A listener's threads share theirs; the worker's hold them for long. Called before there is any."""
    from django.conf import settings

    from zegel.server.kernel.configuration import database_from_url

    settings.DATABASES["default"].update(database_from_url(settings.APP_DATABASE_URL, pool=True))


def end_with_parent() -> None:
    """A supervisor that is killed outright takes its children along: none may go on without anybody to stop it."""
    import ctypes

    ctypes.CDLL(None).prctl(1, int(signal.SIGTERM), 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() == 1 and os.environ.get("ZEGEL_SUPERVISOR", "1") != "1":
        raise SystemExit(1)  # it was gone before we asked


# --- prepare ----------------------------------------------------------------------------------------------------------


def prepare() -> int:
    """Brings the schema forward (with the owner's address, if there is one), then checks what must hold. Says what
    doesn't."""
    from django.conf import settings
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    try:
        call_command("check", verbosity=0)
    except SystemCheckError as error:
        print(error, file=sys.stderr)
        return 1
    if "owner" in settings.DATABASES:
        _migrate()
    _make_keys()
    faults = _faults()
    for fault in faults:
        print(f"zegel: {fault}", file=sys.stderr)
    if faults:
        return 1
    _log_viewer()
    return 0


def _log_viewer() -> None:
    """Which pages' code is served stands in the log before anybody gets it."""
    from zegel.server.kernel import log
    from zegel.server.ledger import viewer

    if viewer.log_bundle() is None:
        log.warning("viewer.not_built")


def _make_keys() -> None:
    """What is drawn once for an installation, before anybody asks for it."""
    from zegel.server.notify import delivery

    delivery.key()


def _migrate() -> None:
    """One at a time over all machines; whoever comes second finds nothing left to do."""
    import threading

    import psycopg
    from django.conf import settings
    from django.core.management import call_command

    from zegel.server.kernel import locks, postgres

    url = os.environ["MIGRATE_DATABASE_URL"]
    with locks.only_one("migrate", threading.Event(), url=url):
        with psycopg.connect(url, autocommit=True) as owner:
            postgres.grant_to_app(owner, owner=settings.DATABASES["owner"]["USER"], app=settings.APP_ROLE)
        call_command("migrate", database="owner", verbosity=0, interactive=False)


def _faults() -> list[str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from zegel.server.kernel import tenancy

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return [
            f"the database lacks {len(missing)} migrations; set MIGRATE_DATABASE_URL (the owner role) for this start"
        ]
    with tenancy.acting_as(None):
        role = [
            f"the application role of DATABASE_URL {fault}; use one that does not"
            for fault in tenancy.application_role_faults()
        ]
        tables = [
            f"table {table} has no row-level security and is not listed as unscoped"
            for table in tenancy.tables_without_protection()
        ]
    return role + tables + _older_than_its_log() + _out_of_place()


def _out_of_place() -> list[str]:
    """Data that lies, or would lie, where a tenant's rule does not let it (C1): another store than those on record, a
    location or sub-processor in another country."""
    from django.conf import settings

    from zegel.server.agreements import places
    from zegel.server.tasks import scope

    return [fault for provider in scope.providers() for fault in places.faults(provider, settings.STORAGE_URL)]


def _older_than_its_log() -> list[str]:
    """After a restore somebody decides first; until then nobody is served, and nothing erased is shown again."""
    from django.conf import settings

    from zegel.server.kernel import restoring
    from zegel.server.ledger import recovery

    if restoring.unfinished(settings.DATA):
        return ["a restore of this installation broke off. Run 'zegel restore' again, into an empty folder"]
    found = recovery.behind()
    if found is None:
        return []
    return [
        f"the database holds {found[0]} ledger entries and {found[1]} were published: it is an older copy. Run "
        "'zegel manage ledger continue' (or 'restart', when it went another way), then start again"
    ]


# --- roles ------------------------------------------------------------------------------------------------------------


async def work() -> None:
    """The worker: its services, until told to stop."""
    from zegel.server.kernel import services

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await services.run_all({"worker"}, stop)


def receive(given: Mapping[str, int]) -> None:
    """What panels, mail and brokers say: the services of the role `receivers`, until told to stop."""
    import gc

    import uvloop

    from zegel.server.signals.receivers import sockets

    sockets.take(given)
    gc.set_threshold(50_000, 20, 100)  # messages come and go without circles; the default looks every few of them
    uvloop.run(_receive())


async def _receive() -> None:
    from zegel.server.kernel import services

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await services.run_all({"receivers"}, stop)


def serve(roles: frozenset[str], listening: socket.socket) -> None:
    """A listener with uvicorn. On SIGTERM websockets get close code 1012, requests a few seconds to end."""
    import uvicorn

    from zegel.server import asgi

    options: dict[str, Any] = {
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "lifespan": "on",
        "loop": "uvloop",
        "http": "httptools",
        "ws": "websockets-sansio",
        "ws_max_size": LARGEST_FRAME,
        "ws_ping_interval": 10,
        "ws_ping_timeout": 20,
        "ws_per_message_deflate": False,
        "timeout_graceful_shutdown": PATIENCE_S,
        "timeout_keep_alive": 30,
        "h11_max_incomplete_event_size": 65536,
        "backlog": 1024,
    }
    if "gateway" in roles:
        folder = Path(os.environ["ZEGEL_DATA"]) / "tls"
        options |= {
            "ssl_certfile": str(folder / "server.pem"),
            "ssl_keyfile": str(folder / "server.key"),
            "proxy_headers": False,
        }
        application = asgi.machines()
    else:
        proxies = os.environ.get("ZEGEL_PROXIES", "")
        options |= {"proxy_headers": bool(proxies), "forwarded_allow_ips": proxies or None}
        application = asgi.browsers(roles)
    server = uvicorn.Server(uvicorn.Config(application, **options))
    server.run(sockets=[listening])


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
