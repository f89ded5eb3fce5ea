# SPDX-License-Identifier: EUPL-1.2
"""What an operator decides after an older database was restored: go on from what was published, or begin a new origin.

Both are commands, never automatic, and both are written in the log. Neither ever publishes a smaller tree under the old
name. They hold the sequencer's lock, so they can't run beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Any

import psycopg

from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash
from zegel.seal.note import NoteSigner
from zegel.seal.tiles import WIDTH, Tile
from zegel.server.kernel import locks, log, restoring, storage, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import origin, queries
from zegel.server.ledger.entry import Entry, Fact, Kind, pack_ranges
from zegel.server.ledger.errors import LedgerError, TreeConflict
from zegel.server.ledger.jobs import LOCK
from zegel.server.ledger.source import DatabaseSource, origin_number
from zegel.server.ledger.tilestore import TileStore, of_origin

ADOPTED_AT_ONCE = 64 * WIDTH


class NothingToDo(LedgerError):
    """The database is not behind what was published."""

    code = "nothing_to_do"


@dataclass(frozen=True)
class Recovered:
    """What was done: the log's size before and after, and its name from now on."""

    before: int
    after: int
    origin: str


def go_on() -> Recovered:
    """Takes entries that were published and then lost over from the bundles. Their bodies are lost; a `restore` entry
    names
    them. Raises NothingToDo, TreeConflict when the database is not a beginning of what was published."""
    with _alone() as connection:
        number = origin_number(connection)
        tiles, source = of_origin(number), DatabaseSource(connection, number)
        head = _published(tiles, number)
        before = source.size()
        if before >= head.size:
            raise NothingToDo(f"The database holds {before} entries and {head.size} were published.")
        _compare(source, tiles, before)
        for first in range(before, head.size, ADOPTED_AT_ONCE):
            lost = tiles.commitments(first, min(head.size, first + ADOPTED_AT_ONCE))
            _check_adopted(tiles, first, lost)
            connection.execute("SELECT ledger_adopt(%s, %s::bytea[])", [first, lost])
    facts: dict[str, Fact] = {"entries": pack_ranges(range(before, head.size)), "reason": "older_database_restored"}
    restoring.run_all()
    with work.transaction(system()) as w:
        w.record(Entry(Kind.RESTORE, None, facts))
    return Recovered(before, head.size, origin.name(number))


def behind() -> tuple[int, int] | None:
    """(entries held, entries published) when the database is older than what its log published: nobody may be served
    before somebody decided. None when all is well, and when the store does not answer: then nothing can be compared
    and nothing be shown, and alarms must still come in."""
    held = queries.size()
    try:
        head = queries.checkpoint_head()
    except storage.StorageError as error:
        log.warning("ledger.not_compared", error=error.code)
        return None
    return None if head is None or held >= head.size else (held, head.size)


def begin_anew() -> Recovered:
    """A new origin, over what the database holds now. Its first new entry names the old one's last checkpoint."""
    with _alone() as connection:
        number = origin_number(connection)
        head = _published(of_origin(number), number)
        before = DatabaseSource(connection, number).size()
        connection.execute("SELECT ledger_new_origin(%s, %s)", [number, EMPTY_ROOT])
    facts: dict[str, Fact] = {"old_origin": head.origin, "old_size": head.size, "old_root": head.root, "held": before}
    restoring.run_all()
    with work.transaction(system()) as w:
        w.record(Entry(Kind.CHECKPOINT_RESTART, None, facts))
    return Recovered(before, before + 1, origin.name(number + 1))


class _alone:
    """The sequencer's lock; raises TreeConflict when a sequencer runs."""

    def __enter__(self) -> psycopg.Connection[Any]:
        stop = Event()
        stop.set()  # don't wait: a server is running then
        self._held = locks.only_one(LOCK, stop)
        connection = self._held.__enter__()
        if connection is None:
            self._held.__exit__(None, None, None)
            raise TreeConflict("A sequencer is running.", action="Stop the server's worker first.")
        return connection

    def __exit__(self, *error: Any) -> None:
        self._held.__exit__(*error)


def _published(tiles: TileStore, number: int) -> Checkpoint:
    note = tiles.checkpoint()
    if note is None:
        raise NothingToDo("Nothing was published yet.")
    return verify_checkpoint(note, NoteSigner(origin.name(number), origin.key()).verifier)


def _compare(source: DatabaseSource, tiles: TileStore, size: int) -> None:
    """The database's entries are the first ones that were published."""
    for index, held in enumerate(source.leaf_tiles(0, -(-size // WIDTH))):
        width = min(WIDTH, size - index * WIDTH)
        if tiles.read(Tile(0, index, width)) != held[: width * HASH_SIZE]:
            raise TreeConflict(f"Entries from {index * WIDTH} on are not what was published: this can't be continued.")


def _check_adopted(tiles: TileStore, first: int, commitments: list[bytes]) -> None:
    """Bundles and level-0 tiles say the same."""
    past = first + len(commitments)
    for tile in range(first // WIDTH, (past - 1) // WIDTH + 1):
        width = min(WIDTH, past - tile * WIDTH)
        start = max(first, tile * WIDTH)
        leaves = tiles.read(Tile(0, tile, width))[(start - tile * WIDTH) * HASH_SIZE :]
        if leaves != b"".join(map(leaf_hash, commitments[start - first : tile * WIDTH + width - first])):
            raise TreeConflict(f"The bundle and the tile of entries from {start} on differ.")
