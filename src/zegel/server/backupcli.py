# SPDX-License-Identifier: EUPL-1.2
"""`zegel backup key FILE | make | try | list | tidy [--data DIR]`: the copies of this installation.

Exit status 0: done; 1: it was not, or the trial failed; 78: it can't be (configuration).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from zegel.server.kernel import log
from zegel.server.kernel.errors import Misconfigured, ZegelError
from zegel.server.serve import EXIT_MISCONFIGURED, environment_of


def main(argv: Sequence[str]) -> int:
    words = _parser().parse_args(argv)
    data = words.data.absolute()
    log.set_up("backup")
    if not (data / "secrets").is_dir() and not os.environ.get("SECRETS_PATH"):
        print(f"zegel backup: {data} is not the folder of an installation. Name it with --data.", file=sys.stderr)
        return EXIT_MISCONFIGURED
    os.environ |= environment_of(data)
    import django
    from django.db import connections

    from zegel.server.backups.errors import NotSetUp

    try:
        django.setup()
        return _carry_out(words)
    except (Misconfigured, NotSetUp) as error:
        print(f"zegel backup: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED
    except ZegelError as error:
        print(f"zegel backup: {error}", file=sys.stderr)
        return 1
    finally:
        connections.close_all()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel backup", description="Makes, tries and lists back-up copies.")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    what = parser.add_subparsers(dest="what", required=True)
    key = what.add_parser("key", help="make the administrator's key; its private half goes to FILE and nowhere else")
    key.add_argument("file", type=Path)
    what.add_parser("make", help="make a copy now")
    what.add_parser("try", help="put the newest copy back aside and question it, as every night")
    what.add_parser("list", help="which copies there are")
    what.add_parser("tidy", help="destroy the copies whose time is over")
    return parser


def _carry_out(words: argparse.Namespace) -> int:
    if words.what == "key":
        return _key(words.file)
    if words.what == "make":
        return _make()
    if words.what == "try":
        return _try()
    if words.what == "tidy":
        return _tidy()
    return _list()


def _key(file: Path) -> int:
    from django.conf import settings

    from zegel.server.backups import places

    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as target:
        target.write(places.new_administrator().text(settings.ORIGIN))
    print(f"The key is in {file}. Take it away from this machine, twice; copies made before need the key before.")
    return 0


def _make() -> int:
    from zegel.server.backups import making, opening

    row = making.make()
    print(f"{opening.name_of(row.id, row.began_at)}  {row.size} bytes, {row.entries} entries of the log")
    return 0


def _try() -> int:
    from zegel.server.backups import trial

    row = trial.hold()
    for question, faults in row.answers:
        print(f"{'ok   ' if not faults else 'WRONG'}  {question}")
    print(f"{row.erased} erased things tried, {row.opened} opened")
    print("passed" if row.passed else f"FAILED {row.fault}".rstrip())
    return 0 if row.passed else 1


def _tidy() -> int:
    from zegel.server.backups import making

    done = making.tidy()
    print(f"destroyed: {done['copies']} copies, {done['shred']} of the shred store")
    return 0


def _list() -> int:
    from zegel.server.backups import opening, places

    apart = set(opening.names(places.shred_store()))
    for name in opening.names(places.copies_store()):
        print(f"{name}  {'with its shred store' if name in apart else 'its shred store was destroyed in time'}")
    return 0
