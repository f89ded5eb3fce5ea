# SPDX-License-Identifier: EUPL-1.2
"""Reads ciphertext out of packs. Only `door` may import this module: a test walks the imports to prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from zegel.server.footage.models import Part
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
    parts = _parts({place.epoch for place in places})
    runs: list[tuple[Part, int, int, list[tuple[int, Place]]]] = []  # part, from, to, who is in it
    for number, place in enumerate(places):
        part = _holding(parts, place)
        if runs and runs[-1][0] is part and runs[-1][2] == place.offset:
            runs[-1] = (part, runs[-1][1], place.offset + place.size, [*runs[-1][3], (number, place)])
        else:
            runs.append((part, place.offset, place.offset + place.size, [(number, place)]))
    found: dict[int, bytes] = {}
    for part, start, end, inside in runs:
        data = memoryview(storage.store().get_range(part.key, start - part.offset, end - start))
        for number, place in inside:
            found[number] = bytes(data[place.offset - start : place.offset - start + place.size])
    return [found[number] for number in range(len(places))]


def _parts(epochs: set[UUID]) -> list[Part]:
    with transaction.atomic():
        return list(Part.objects.filter(pack_id__in=epochs).order_by("pack_id", "offset"))


def _holding(parts: Sequence[Part], place: Place) -> Part:
    for part in parts:
        if part.pack_id == place.epoch and part.offset <= place.offset < part.offset + part.size:
            if place.offset + place.size > part.offset + part.size:
                break
            return part
    raise PackDamaged(
        "These images are not where they should be.", action="Run `zegel fsck` and restore the object store."
    )
