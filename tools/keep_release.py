# SPDX-License-Identifier: EUPL-1.2
"""Keeps a database as this release makes it, for the next release's test of its migrations.

    python tools/keep_release.py 0.1.0        # writes tests/releases/0.1.0.sql.xz

Run it when a release is made, from that release's code. The database holds the demonstration's world with one burglary
in it: rows in the tables that matter, of nobody who exists."""

from __future__ import annotations

import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main(release: str) -> int:
    sys.path[:0] = [str(ROOT)]
    from tests import conftest

    conftest.set_up_django()
    server = conftest.embedded()
    server.start()
    try:
        return _keep(server, release)
    finally:
        server.stop()


def _keep(server: Any, release: str) -> int:
    from django.core.management import call_command
    from django.db import connections
    from tests.actors import World

    from zegel.server.alarms import actions as alarms

    call_command("migrate", database="owner", verbosity=0)
    world = World()
    case = world.burglary()
    alarms.claim(world.actor("operator"), case.alarm_id)
    alarms.close(world.actor("operator"), case.alarm_id, "false_animal", "A fox.")
    world.burglary("villa")
    connections.close_all()
    address = server._url("zegel_admin", "zegel")
    options = ["--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=500"]
    dump = subprocess.run([str(server.program("pg_dump")), *options, address], capture_output=True, check=True).stdout
    lines = [line for line in dump.splitlines() if not line.startswith((b"\\", b"--"))]
    target = ROOT / "tests" / "releases" / f"{release}.sql.xz"
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(lzma.compress(b"\n".join(lines), preset=9))
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
