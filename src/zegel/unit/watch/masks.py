# SPDX-License-Identifier: EUPL-1.2
"""Privacy masks as pixels: which ones are black in a picture of a given size, and making them so.

A mask is drawn at the picture's full size and grown by some pixels; in the colour planes every sample that touches it
is black. So neither the scaling of a picture nor its coarser colours can show what lies at a mask's edge.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from zegel.unit.watch.messages import Polygon, Watch, masks_asked
from zegel.unit.watch.picture import Image

LEAST_GROWN = 4
GROWN_SHARE = 320
"""A mask is grown by a 320th of the picture's longer edge, four pixels at the least."""
BLOCK = 8
"""Then to whole blocks of that size: a codec mixes what is in a block, so none is half black."""
_PLANAR = ("yuv420p", "yuvj420p")
_VIDEO_BLACK, _FULL_BLACK, _NO_COLOUR = 16, 0, 128

Size = tuple[int, int]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Masks:
    """What is black on one camera. `away`: it looks elsewhere than at home, so all of it is black."""

    polygons: tuple[Polygon, ...] = ()
    away: bool = False
    _drawn: dict[Size, tuple[Flags, Flags]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, watch: Watch) -> Masks:
        return cls(tuple(watch.privacy), watch.away and bool(watch.privacy))

    @property
    def name(self) -> str:
        """The fingerprint by which the unit's own process knows which masks a stream has; "" for none."""
        return masks_asked(list(self.polygons), self.away)

    @property
    def none(self) -> bool:
        return not self.polygons

    def drawn(self, width: int, height: int) -> tuple[Flags, Flags]:
        """Which pixels [height, width], and which of the colours' samples (half as many), are black.

        Drawn anew for every other size.
        """
        found = self._drawn.get((width, height))
        if found is None:
            mask = _draw(self.polygons, width, height, self.away)
            found = (mask, _pooled(mask, 2))
            self._drawn.clear()
            self._drawn[(width, height)] = found
        return found

    def burn(self, frame: Any) -> Any:
        """The frame (PyAV) with its masks black, as 4:2:0. The decoder's own copy stays as it is: others lean on it."""
        if frame.format.name not in _PLANAR:
            frame = frame.reformat(format="yuv420p")
        frame.make_writable()
        pixels, colours = self.drawn(frame.width, frame.height)
        full = frame.format.name == "yuvj420p" or int(frame.color_range) == 2
        np.copyto(_rows(frame, 0), _FULL_BLACK if full else _VIDEO_BLACK, where=pixels)
        for plane in (1, 2):
            np.copyto(_rows(frame, plane), _NO_COLOUR, where=colours)
        return frame

    def burn_colours(self, image: Image) -> Image:
        """The same for [height, width, 3], any order of colours."""
        burnt = image.copy()
        burnt[self.drawn(image.shape[1], image.shape[0])[0]] = 0
        return burnt


def _rows(frame: Any, index: int) -> Image:
    plane = frame.planes[index]
    rows: Image = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
    return rows


def _draw(polygons: tuple[Polygon, ...], width: int, height: int, away: bool) -> Flags:
    if away:
        return np.ones((height, width), np.bool_)
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        points = np.array([[round(x * width), round(y * height)] for x, y in polygon], np.int32)
        cv2.fillPoly(mask, [points], 255)
        cv2.polylines(mask, [points], True, 255)  # a mask without an area still hides its line
    grown = max(LEAST_GROWN, math.ceil(max(width, height) / GROWN_SHARE))
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * grown + 1, 2 * grown + 1))
    return _whole_blocks(cv2.dilate(mask, kernel) > 0, BLOCK)


def _whole_blocks(mask: Flags, edge: int) -> Flags:
    height, width = mask.shape
    touched = _pooled(mask, edge)
    return np.kron(touched, np.ones((edge, edge), np.bool_))[:height, :width]


def _pooled(mask: Flags, edge: int) -> Flags:
    """[ceil(height / edge), ceil(width / edge)]: whether any of a block's pixels is set."""
    rows, columns = -(-mask.shape[0] // edge), -(-mask.shape[1] // edge)
    padded = np.zeros((rows * edge, columns * edge), np.bool_)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    return np.asarray(padded.reshape(rows, edge, columns, edge).any(axis=(1, 3)), np.bool_)
