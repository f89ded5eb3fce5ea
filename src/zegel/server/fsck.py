# SPDX-License-Identifier: EUPL-1.2
"""`zegel fsck [--data DIR] [--only WORD]`: asks every invariant of an installation, running or not; changes nothing.

Read only, and held to it: the database's sessions are read-only transactions, and the object store is only read. What
is asked is told on standard error while it is asked, with its number and the seconds that it took; standard output has
one line for each answer.

Exit status 0: all hold; 1: the sentences say what doesn't; 78: it can't be asked (configuration).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zegel.server.kernel import clock, log
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for
from zegel.server.serve import EXIT_MISCONFIGURED, environment_of

READ_ONLY = "options=-c%20default_transaction_read_only%3Don"


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zegel fsck", description="Checks every invariant of an installation.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    parser.add_argument("--only", default="", metavar="WORD", help="only those with this word in their name")
    words = parser.parse_args(argv)
    data = words.data.absolute()
    log.set_up("fsck")
    if not (data / "secrets").is_dir():
        print(f"zegel fsck: {data} is not the folder of an installation. Name it with --data.", file=sys.stderr)
        return EXIT_MISCONFIGURED
    try:
        with _database(data), tempfile.TemporaryDirectory(prefix="zegel-fsck-") as aside:
            os.environ |= read_only(environment_of(data), aside)
            return ask(words.only)
    except ZegelError as error:
        print(f"zegel fsck: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED


def read_only(environment: dict[str, str], aside: str) -> dict[str, str]:
    """The same installation, of which nothing can be changed: `aside` takes what would be written to the store."""
    url = environment.get("DATABASE_URL") or os.environ["DATABASE_URL"]
    url += ("&" if "?" in url else "?") + READ_ONLY
    return environment | {"DATABASE_URL": url, "STORAGE_ASIDE": aside}


@contextmanager
def _database(data: Path) -> Iterator[None]:
    """The embedded one is started when nobody runs it, and then stopped again."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    embedded = EmbeddedPostgres(place_for(data), Path(os.environ.get("SECRETS_PATH", data / "secrets")))
    if embedded.is_running():
        yield
        return
    embedded.start()
    try:
        yield
    finally:
        embedded.stop()


def ask(only: str = "") -> int:
    """Prints one line for each invariant, and one for each fault."""
    import django
    from django.db import connections

    django.setup()
    from zegel.server.kernel import invariants

    faults, names = 0, [name for name in invariants.names() if only in name]
    for number, name in enumerate(names, 1):
        _progress(f"[{number}/{len(names)}] {name} …")
        began = clock.monotonic()
        answer = invariants.ask_one(name)
        _progress(f"[{number}/{len(names)}] {name} {clock.monotonic() - began:.1f} s\n")
        print(f"{'ok   ' if not answer.faults else 'WRONG'}  {answer.name}")
        for fault in answer.faults:
            print(f"       {fault}")
        faults += len(answer.faults)
    connections.close_all()
    print(f"{faults} faults" if faults else "everything holds")
    return 1 if faults else 0


def _progress(text: str) -> None:
    """On a terminal the line is written over while its question is asked; elsewhere only what was answered is told."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
    elif text.endswith("\n"):
        print(text, end="", file=sys.stderr, flush=True)
