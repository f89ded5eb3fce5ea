# SPDX-License-Identifier: EUPL-1.2
"""Shred numbers for ledger bodies: from the database's sequence, never used twice."""

from __future__ import annotations

from typing import Any

from zegel.server.kernel import shred

PURPOSE = "ledger"
BLOCK = 1024


def draw(count: int) -> list[int]:
    """For entries of a unit of work, on its own connection."""
    return shred.next_numbers(PURPOSE, count)


class Stock:
    """The writer's: a block at a time, so that an append costs one round trip. Dies with the writer's connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._left: list[int] = []

    def draw(self, count: int) -> list[int]:
        while len(self._left) < count:
            found = self._connection.execute(
                "SELECT nextval('kernel_shred_ledger') FROM generate_series(1, %s)", [max(BLOCK, count)], prepare=True
            )
            self._left += [row[0] for row in found.fetchall()]
        taken, self._left = self._left[:count], self._left[count:]
        return taken
