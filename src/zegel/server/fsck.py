# SPDX-License-Identifier: EUPL-1.2
"""`zegel fsck [--data DIR]`: asks every invariant of an installation, running or not, and changes nothing.

Exit status 0: all hold; 1: the sentences say what doesn't; 78: it can't be asked (configuration).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from zegel.server.kernel import log
from zegel.server.kernel.errors import ZegelError
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for
from zegel.server.serve import EXIT_MISCONFIGURED, environment_of


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="zegel fsck", description="Checks every invariant of an installation.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    data = parser.parse_args(argv).data.absolute()
    log.set_up("fsck")
    if not (data / "secrets").is_dir():
        print(f"zegel fsck: {data} is not the folder of an installation. Name it with --data.", file=sys.stderr)
        return EXIT_MISCONFIGURED
    try:
        with _database(data):
            os.environ |= environment_of(data)
            return ask()
    except ZegelError as error:
        print(f"zegel fsck: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED


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


def ask() -> int:
    """Prints one line for each invariant, and one for each fault."""
    import django
    from django.db import connections

    django.setup()
    from zegel.server.kernel import invariants

    faults = 0
    for answer in invariants.ask_all():
        print(f"{'ok   ' if not answer.faults else 'WRONG'}  {answer.name}")
        for fault in answer.faults:
            print(f"       {fault}")
        faults += len(answer.faults)
    connections.close_all()
    print(f"{faults} faults" if faults else "everything holds")
    return 1 if faults else 0
