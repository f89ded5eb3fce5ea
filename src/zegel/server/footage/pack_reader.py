# SPDX-License-Identifier: EUPL-1.2
"""Reads ciphertext out of packs. Only `door` may import this module: a test walks the imports to prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from zegel.server.kernel import storage


@dataclass(frozen=True)
class Place:
    """Where a segment lies in its epoch's pack."""

    epoch: UUID
    offset: int
    size: int


class PackDamaged(storage.StorageError):
    """A row names bytes that the store does not hold; `zegel fsck` says which."""

    code = "pack_damaged"


def read(places: Sequence[Place]) -> list[bytes]:
    """The bytes at each place, in order. Neighbours within one object are read at once. Raises StorageError.

    A pack that is compacted meanwhile is looked up once more: its old objects may be gone.
    """
    try:
        return _read(places)
    except storage.NotFound:
        return _read(places)


def _read(places: Sequence[Place]) -> list[bytes]:
    parts = {epoch: _parts([place for place in places if place.epoch == epoch]) for epoch in {p.epoch for p in places}}
    runs: list[tuple[_Part, int, int, list[int]]] = []  # part, from, to, which places are in it
    for number, place in enumerate(places):
        part, end = _holding(parts[place.epoch], place), place.offset + place.size
        if runs and runs[-1][0] is part and runs[-1][2] == place.offset:
            runs[-1] = (part, runs[-1][1], end, [*runs[-1][3], number])
        else:
            runs.append((part, place.offset, end, [number]))
    found: dict[int, bytes] = {}
    for part, start, end, inside in runs:
        data = memoryview(storage.store().get_range(part.key, start - part.offset, end - start))
        for number in inside:
            at = places[number].offset - start
            found[number] = bytes(data[at : at + places[number].size])
    return [found[number] for number in range(len(places))]


@dataclass(frozen=True)
class _Part:
    key: str
    offset: int
    size: int


_PARTS = """
SELECT key, "offset", size FROM footage_part WHERE pack_id = %(pack)s AND "offset" < %(end)s AND "offset" >= coalesce(
  (SELECT max("offset") FROM footage_part WHERE pack_id = %(pack)s AND "offset" <= %(start)s), 0)
ORDER BY "offset"
"""


def _parts(places: Sequence[Place]) -> list[_Part]:
    """The parts of one epoch's pack that hold these places. By hand: it is asked for every segment that is shown."""
    start, end = min(p.offset for p in places), max(p.offset + p.size for p in places)
    with connection.cursor() as cursor:
        cursor.execute(_PARTS, {"pack": places[0].epoch, "start": start, "end": end})
        return [_Part(*row) for row in cursor.fetchall()]


def _holding(parts: Sequence[_Part], place: Place) -> _Part:
    for part in parts:
        if part.offset <= place.offset and place.offset + place.size <= part.offset + part.size:
            return part
    raise PackDamaged("These images are not where they should be.", action="Run `zegel fsck` and restore the store.")
