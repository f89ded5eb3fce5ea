# SPDX-License-Identifier: EUPL-1.2
"""Looks for people, vehicles and faces in one frame: the whole of it, then its parts enlarged, since who stands far
away is small. The networks are those that set-up made (tools/make_detector.py, tools/make_faces.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from zegel.records.redact.places import Found, Kind, Place
from zegel.unit.detectors import Box, faces_manifest
from zegel.unit.detectors import Kind as Seen
from zegel.unit.detectors.manifest import ManifestError, default_manifest, load_manifest
from zegel.unit.detectors.runner import Detector

Image = NDArray[np.uint8]

LEAST = {Kind.PERSON: 0.2, Kind.VEHICLE: 0.3, Kind.FACE: 0.2}
"""Scores from which it counts: lower than for an alarm, since a box too much is only taken away at the look."""
SAME, INSIDE = 0.45, 0.75
"""Two boxes of a kind that overlap so are one; and one that lies so much within another is a part of it."""
_KINDS = {Seen.PERSON: Kind.PERSON, Seen.VEHICLE: Kind.VEHICLE}


def tiles(width: int, height: int) -> Iterator[Place]:
    """What is looked at of a picture: all of it, then overlapping parts: two rows, and columns of about their shape."""
    yield Place(0.0, 0.0, 1.0, 1.0)
    columns = max(2, round(2 * width / height * 0.8))
    w, h = 1.25 / (columns + 0.25), 1.25 / 2.25
    for row in range(2):
        for column in range(columns):
            yield Place(column * (1 - w) / (columns - 1), row * (1 - h), w, h)


@dataclass(frozen=True)
class Finder:
    """Two networks. `hashes`: of both, for the statement."""

    people: Detector
    faces: Detector

    @classmethod
    def load(cls) -> Finder:
        """Raises ManifestError when set-up did not make them."""
        people, faces = default_manifest(), faces_manifest()
        if people is None or faces is None:
            raise ManifestError("the networks that find people and faces are not here: run `make setup`")
        low = replace(load_manifest(people), doubtful=min(LEAST.values()))
        return cls(Detector(low), Detector.load(faces))

    @property
    def hashes(self) -> tuple[bytes, bytes]:
        return bytes.fromhex(self.people.manifest.sha256), bytes.fromhex(self.faces.manifest.sha256)

    def find(self, image: Image) -> list[Found]:
        """Of an RGB picture [height, width, 3]."""
        found = [one for tile in tiles(image.shape[1], image.shape[0]) for one in self._people(image, tile)]
        return once([*found, *self.faces_in(image)])

    def _people(self, image: Image, tile: Place) -> Iterator[Found]:
        edge = (self.people.manifest.width, self.people.manifest.height)
        view = cv2.resize(_cut(image, tile), edge, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
        for box in self.people.detect(view):
            kind = _KINDS.get(box.kind)
            if kind is not None and box.score >= LEAST[kind] and not _cut_off(box, tile):
                yield Found(kind, box.score, _whole(box, tile))

    def faces_in(self, image: Image) -> Iterator[Found]:
        """The picture as large as the network's view allows, its shape kept."""
        width, height = self.faces.manifest.width, self.faces.manifest.height
        scale = min(width / image.shape[1], height / image.shape[0])
        w, h = round(image.shape[1] * scale), round(image.shape[0] * scale)
        view = np.zeros((height, width, 3), np.uint8)
        view[:h, :w] = cv2.resize(image, (w, h), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        for box in self.faces.detect(view):
            if box.score >= LEAST[Kind.FACE]:
                place = Place(box.x * width / w, box.y * height / h, box.w * width / w, box.h * height / h)
                yield Found(Kind.FACE, box.score, place.grown(0))


def _cut(image: Image, tile: Place) -> Image:
    height, width = image.shape[:2]
    left, top = int(tile.x * width), int(tile.y * height)
    return image[top : top + max(1, int(tile.h * height)), left : left + max(1, int(tile.w * width))]


def _whole(box: Box, tile: Place) -> Place:
    return Place(tile.x + box.x * tile.w, tile.y + box.y * tile.h, box.w * tile.w, box.h * tile.h)


def _cut_off(box: Box, tile: Place) -> bool:
    """At an edge of a part that is not the picture's: the whole of it is seen in another."""
    edge = 0.01
    return (
        (box.x < edge and tile.x > 0)
        or (box.y < edge and tile.y > 0)
        or (box.x + box.w > 1 - edge and tile.x + tile.w < 0.999)
        or (box.y + box.h > 1 - edge and tile.y + tile.h < 0.999)
    )


def once(found: list[Found]) -> list[Found]:
    """Each thing once: what overlaps a surer one of its kind, or lies within it, is that one."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda each: -each.score):
        if not any(one.kind is other.kind and _is(one.place, other.place) for other in kept):
            kept.append(one)
    return kept


def _is(one: Place, other: Place) -> bool:
    if one.overlap(other) > SAME:
        return True
    width = min(one.x + one.w, other.x + other.w) - max(one.x, other.x)
    height = min(one.y + one.h, other.y + other.h) - max(one.y, other.y)
    return width > 0 and height > 0 and width * height > INSIDE * one.w * one.h
