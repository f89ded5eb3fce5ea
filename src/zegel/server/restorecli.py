# SPDX-License-Identifier: EUPL-1.2
"""`zegel restore --from URL --key FILE [--copy NAME] [--shred URL] [--data DIR]`: an installation out of a copy.

- Only into an empty installation; a shred store that was saved from the old machine may lie there already.
- Nothing of the copy is believed before the installation's signature, as the administrator wrote it down, was verified.
- A marker lies in the folder from the first step to the last: `zegel serve` refuses to start while it is there.
- What was destroyed or erased since the copy is erased again, also out of a shred store that was restored with it; then
  the log goes on from what was published, or begins a new origin (ledger/recovery.py); then every invariant is asked.

Exit status 0: done, and `zegel serve` may start; 1: it may not, the sentences say why; 78: it can't be (configuration).
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from zegel.seal.copies import AdministratorKey, Manifest
from zegel.seal.errors import SealError
from zegel.server.backups import opening, putting
from zegel.server.backups.errors import NoCopy, NotEmpty, RestoreRefused
from zegel.server.backups.putting import Place
from zegel.server.kernel import log, restoring, storage
from zegel.server.kernel.errors import Misconfigured, ZegelError
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for
from zegel.server.kernel.storage import Store
from zegel.server.serve import EXIT_MISCONFIGURED

# What the object store lost, or holds beyond the copy, is told; it keeps nobody from being served.
TOLD_ONLY = frozenset({"footage.packs_hold_what_the_index_says", "footage.every_object_belongs_to_a_pack"})


@dataclass(frozen=True)
class Wanted:
    """What the command line asks for."""

    place: Place
    copies: Store
    shreds: Store | None
    name: str | None
    key: AdministratorKey


def main(argv: Sequence[str]) -> int:
    log.set_up("restore")
    try:
        wanted = _wanted(argv)
        putting.require_empty(wanted.place)
        return restore(wanted)
    except (Misconfigured, NotEmpty) as error:
        print(f"zegel restore: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED
    except (ZegelError, SealError) as error:
        print(f"zegel restore: {error}", file=sys.stderr)
        return 1


def _wanted(argv: Sequence[str]) -> Wanted:
    parser = argparse.ArgumentParser(prog="zegel restore", description="Puts a copy into an empty installation.")
    parser.add_argument("--from", dest="source", required=True, help="the place of the copies, as in BACKUP_URL")
    parser.add_argument("--key", type=Path, required=True, help="the administrator's key, a file")
    parser.add_argument("--shred", help="the place of the shred store's copies, as in BACKUP_SHRED_URL")
    parser.add_argument("--copy", help="the name of the copy (default: the newest)")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("ZEGEL_DATA", "var")))
    words = parser.parse_args(argv)
    data = words.data.absolute()
    place = Place(
        data, Path(os.environ.get("SECRETS_PATH", data / "secrets")), Path(os.environ.get("SHRED_PATH", data / "shred"))
    )
    try:
        key = AdministratorKey.read(words.key.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"The key can't be read ({type(error).__name__}).") from None
    shreds = storage.open_store(words.shred) if words.shred else None
    return Wanted(place, storage.open_store(words.source), shreds, words.copy, key)


def restore(wanted: Wanted) -> int:
    """The steps, in the order that keeps it safe; the marker goes last."""
    copy = _copy(wanted)
    place, manifest = wanted.place, copy.manifest
    place.data.mkdir(parents=True, exist_ok=True)
    place.data.chmod(0o711)
    restoring.marker(place.data).write_text(f"{copy.name}\n", "ascii")
    _say(f"copy {copy.name}, {manifest.ledger_size} entries of the log")
    _put_shred(wanted, copy.name)
    putting.put_secrets(copy, place)
    os.environ["ZEGEL_DATA"] = str(place.data)
    os.environ.setdefault("ZEGEL_ORIGIN", manifest.origin)
    with _database(place) as (server, url):
        putting.put_database(copy, place, server, url)
        _say("database put back")
        _bring_forward(manifest)
        faults = _faults()
    if faults:
        raise RestoreRefused(f"{faults} things do not hold. Nobody is served from this copy.")
    restoring.marker(place.data).unlink()
    _say("done: zegel serve may start. Everybody signs in anew.")
    return 0


def _copy(wanted: Wanted) -> opening.Opened:
    names = opening.names(wanted.copies)
    name = wanted.name or (names[-1] if names else "")
    if not name:
        raise NoCopy("There is no copy there.")
    return opening.opened(wanted.copies, name, wanted.key.installation, wanted.key.key)


def _put_shred(wanted: Wanted, name: str) -> None:
    """The store of this machine when it was saved, else its copy; then every list of deletions that there is."""
    place = wanted.place
    if not any(place.shred.glob("*.tree")):
        if wanted.shreds is None:
            raise Misconfigured(
                "There is no shred store here, and without its keys nothing that is sealed opens.",
                action="Name the place of its copies with --shred, or put the saved folder where SHRED_PATH says.",
            )
        found = putting.shred_copy_for(wanted.shreds, name)
        if found is None:
            raise NoCopy(
                "No copy of the shred store is left that fits: they die within seven days, and with them what they "
                "opened.",
                action="Take a newer copy.",
            )
        putting.put_shred(opening.opened(wanted.shreds, found, wanted.key.installation, wanted.key.key), place)
        _say("shred store put back")
    size = putting.put_deletions(place, kept={}, copied=wanted.shreds, installation=wanted.key.installation)
    _say(f"lists of what was destroyed and erased: {size} bytes")


@contextmanager
def _database(place: Place) -> Iterator[tuple[EmbeddedPostgres | None, str]]:
    """The embedded one of the new installation, running; or the given one, which must be empty."""
    if not os.environ.get("DATABASE_URL"):
        server = EmbeddedPostgres(place_for(place.data), place.secrets)
        urls = server.start()
        os.environ |= {"DATABASE_URL": urls.app, "MIGRATE_DATABASE_URL": urls.owner}
        try:
            yield server, urls.admin
        finally:
            server.stop()
        return
    url = os.environ.get("BACKUP_DATABASE_URL", "")
    if not url or not os.environ.get("MIGRATE_DATABASE_URL"):
        raise Misconfigured(
            "A given database needs its owner and a role that may write every row.",
            action="Set MIGRATE_DATABASE_URL and BACKUP_DATABASE_URL.",
        )
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if found and found[0]:
        raise NotEmpty("The database is not empty.", action="Restore into a new one.")
    yield None, url


def _bring_forward(manifest: Manifest) -> None:
    """This version's schema; then everything that must happen before anybody is served."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zegel.server.settings"
    import django

    django.setup()
    from zegel.server import process
    from zegel.server.ledger import recovery

    process._migrate()
    done = recovery.after_copy(manifest.ledger_size, manifest.ledger_root)
    _say(f"the log goes on as {done.origin}: {done.before} entries before, {done.after} now")


def _faults() -> int:
    """Asks every invariant; how many faults keep anybody from being served."""
    from django.db import connections

    from zegel.server.kernel import invariants

    count = 0
    for answer in invariants.ask_all():
        for fault in answer.faults:
            _say(f"{'told ' if answer.name in TOLD_ONLY else 'WRONG'}  {answer.name}: {fault}")
        count += 0 if answer.name in TOLD_ONLY else len(answer.faults)
    connections.close_all()
    return count


def _say(sentence: str) -> None:
    print(f"zegel restore: {sentence}", flush=True)
