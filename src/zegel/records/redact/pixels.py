# SPDX-License-Identifier: EUPL-1.2
"""Makes a part of a picture unrecognisable, in its pixels: each block becomes its mean, nothing of what it was stays.

The block's size follows the box, so that whoever is near is as unrecognisable as who is far: a head is about one block.
Edges and blocks lie on even pixels, since a film keeps its colours at half the size: nothing of a block's colour comes
from outside its box, nothing of the box's from inside remains beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

import numpy as np
from numpy.typing import NDArray

from zegel.records.redact.places import Kind, Place

Image = NDArray[np.uint8]
Area = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels, the last two not in it."""

GROWN = {Kind.PERSON: 0.12, Kind.VEHICLE: 0.08, Kind.FACE: 0.3}
PARTS = {Kind.PERSON: 8, Kind.VEHICLE: 8, Kind.FACE: 4}
"""Blocks along the longer edge."""
LEAST_BLOCK = 8


def area(kind: Kind, place: Place, width: int, height: int) -> tuple[Area, int]:
    """What is covered of a picture of that size, and the block's edge in pixels."""
    grown = place.grown(GROWN[kind])
    left, top = int(grown.x * width) // 2 * 2, int(grown.y * height) // 2 * 2
    right, bottom = ceil((grown.x + grown.w) * width / 2) * 2, ceil((grown.y + grown.h) * height / 2) * 2
    box = (left, top, min(right, width), min(bottom, height))
    longer = max(box[2] - box[0], box[3] - box[1])
    return box, max(LEAST_BLOCK, -(-longer // PARTS[kind] // 2) * 2)


def pixelate(image: Image, covered: Iterable[tuple[Kind, Place]]) -> Image:
    """A copy of [height, width, 3] in which each of these is unrecognisable."""
    made = image.copy()
    height, width = image.shape[:2]
    for kind, place in covered:
        (left, top, right, bottom), block = area(kind, place, width, height)
        for y in range(top, bottom, block):
            for x in range(left, right, block):
                part = made[y : min(y + block, bottom), x : min(x + block, right)]
                part[:] = _mean(part)
    return made


def _mean(part: Image) -> NDArray[np.int64]:
    """Of each colour, rounded half up."""
    count = part.shape[0] * part.shape[1]
    sums: NDArray[np.int64] = np.asarray(part.reshape(-1, 3).sum(0, dtype=np.int64))
    return np.asarray((sums * 2 + count) // (2 * count), np.int64)
