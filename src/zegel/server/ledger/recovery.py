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
from django.db import connection as django_connection

from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash
from zegel.seal.note import NoteSigner
from zegel.seal.tiles import WIDTH, Tile
from zegel.server.kernel import locks, log, restoring, shred, storage, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import actions, numbers, origin, queries
from zegel.server.ledger.entry import Entry, Fact, Kind, pack_ranges
from zegel.server.ledger.errors import LedgerError, TreeConflict
from zegel.server.ledger.jobs import LOCK
from zegel.server.ledger.sequencer import STEP, Edge, Sequencer
from zegel.server.ledger.source import DatabaseSource, origin_number
from zegel.server.ledger.tilestore import TileStore, of_origin

ADOPTED_AT_ONCE = 64 * WIDTH
BODIES_AT_ONCE = 5000


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


def after_copy(size: int, root: bytes) -> Recovered:
    """After a back-up copy was put back, of which the log had published `size` entries with `root` when it was made.

    Goes on from what was published where that can be had. Where the published log was lost too, or its store is older
    than the copy, nobody knows what was shown after the copy: then a new origin begins, so that no tree is ever shown
    that contradicts one that somebody holds. Every step of `kernel.restoring` ran when it returns.
    Raises TreeConflict when the database is not what the copy says, or not a beginning of what was published.
    """
    with _alone() as connection:
        number = origin_number(connection)
        source, noted = DatabaseSource(connection, number), DatabaseSource(connection, number).published()
        _compare_root(source, size, root)
        held, newest = source.size(), _newest_origin(number)
        head = of_origin(number).head()
        shown = max(size, noted.size)
        lost = newest > number or (head.size if head else 0) < shown
        if lost:
            _pass_by(connection, number, newest)
        elif head and head.size <= held:
            _compare(source, of_origin(number), head.size)
    if lost:
        return begin_anew()
    if head and head.size > held:
        return go_on()
    restoring.run_all()
    with work.transaction(system()) as w:
        w.record(Entry(Kind.RESTORE, None, {"reason": "copy_restored", "held": held}))
    return Recovered(held, held + 1, origin.name(number))


def _newest_origin(number: int) -> int:
    """The highest origin that the store knows of: the copy may be older than the last new one."""
    found = {key.split("/")[1] for key in storage.store().list("ledger")}
    return max([number, *(int(name) for name in found if name.isdigit())])


def _pass_by(connection: psycopg.Connection[Any], number: int, newest: int) -> None:
    """Rebuilds what the store lost of this origin, and leaves every origin behind that was ever shown."""
    signer = NoteSigner(origin.name(number), origin.key())
    if newest == number:
        Sequencer(DatabaseSource(connection, number), of_origin(number), signer).start()
    for passed in range(number, newest):
        connection.execute("SELECT ledger_new_origin(%s, %s)", [passed, EMPTY_ROOT])


def _compare_root(source: DatabaseSource, size: int, expected: bytes) -> None:
    """The database's first `size` entries are the tree that the copy's signed manifest names."""
    if source.size() < size:
        raise TreeConflict(f"The copy was made of {size} entries and the database holds {source.size()}.")
    if size and database_root(source, size) != expected:
        raise TreeConflict("The database does not lead to the checkpoint that its copy names.")


def database_root(source: DatabaseSource, size: int) -> bytes:
    """The root over the database's first `size` entries (RFC 6962 §2.1)."""
    edge = Edge()
    for first in range(0, size, STEP):
        for commitment in source.commitments(first, min(STEP, size - first)):
            edge.append(commitment)
    return edge.root()


@restoring.after_restore("ledger.forgotten")
def forget_again() -> int:
    """Bodies that an older copy brought back although their keys were destroyed: nobody can read them; they go, and
    a deletion names them."""
    found: list[int] = []
    for first in range(0, queries.size(), BODIES_AT_ONCE):
        with django_connection.cursor() as cursor:
            cursor.execute("SELECT index, shred_id FROM ledger_sealed(%s, %s)", [first, first + BODIES_AT_ONCE])
            found += [index for index, number in cursor.fetchall() if shred.is_destroyed(numbers.PURPOSE, number)]
    for first in range(0, len(found), actions.MAX_FORGOTTEN_AT_ONCE):
        actions.forget(found[first : first + actions.MAX_FORGOTTEN_AT_ONCE], "older_database_restored", system())
    return len(found)


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
