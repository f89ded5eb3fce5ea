# SPDX-License-Identifier: EUPL-1.2
"""The sequencer's view of the database, on the connection that holds its lock: if the lock is lost, so is this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from zegel.seal.tiles import WIDTH
from zegel.server.kernel import clock
from zegel.server.ledger.sequencer import Published


class DatabaseSource:
    def __init__(self, connection: psycopg.Connection[Any], number: int) -> None:
        self._connection = connection
        self._number = number

    def size(self) -> int:
        return int(self._one("SELECT size FROM ledger_head WHERE id = 1")[0])

    def commitments(self, first: int, limit: int) -> Sequence[bytes]:
        if self.size() <= first:
            return ()
        found = self._connection.execute(
            "SELECT string_agg(commitment, '' ORDER BY index), min(index), count(*) FROM ledger_entry "
            "WHERE index >= %s AND index < %s",
            [first, first + limit],
            binary=True,
            prepare=True,
        ).fetchone()
        assert found is not None
        joined, lowest, count = found
        if not count:
            return ()
        if lowest != first or len(joined) != 32 * count:  # numbers are given under a lock: this can't be
            raise RuntimeError("the log has a gap")
        return [joined[at : at + 32] for at in range(0, len(joined), 32)]

    def leaf_tiles(self, first_tile: int, count: int) -> Sequence[bytes]:
        found = self._connection.execute(
            "SELECT string_agg(leaf_hash, '' ORDER BY index) FROM "
            "(SELECT index, leaf_hash, index / %s AS tile FROM ledger_entry WHERE index >= %s AND index < %s) AS held "
            "GROUP BY tile ORDER BY tile",
            [WIDTH, first_tile * WIDTH, (first_tile + count) * WIDTH],
            binary=True,
        )
        return [bytes(row[0]) for row in found.fetchall()]

    def published(self) -> Published:
        size, root = self._one("SELECT size, root FROM ledger_published WHERE id = 1")
        return Published(int(size), bytes(root))

    def publish(self, old_size: int, new: Published) -> bool:
        arguments = (self._number, old_size, new.size, new.root, clock.now_ms())
        return bool(self._one("SELECT ledger_publish(%s, %s, %s, %s, %s)", *arguments)[0])

    def _one(self, statement: str, *arguments: Any) -> tuple[Any, ...]:
        row = self._connection.execute(statement, arguments, prepare=True).fetchone()
        assert row is not None
        return tuple(row)


def origin_number(connection: psycopg.Connection[Any]) -> int:
    """Which origin the log has now."""
    row = connection.execute("SELECT origin_number FROM ledger_published WHERE id = 1").fetchone()
    assert row is not None
    return int(row[0])
