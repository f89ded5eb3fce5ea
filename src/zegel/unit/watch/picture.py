# SPDX-License-Identifier: EUPL-1.2
"""A decoded frame, and the two things that analysis needs of it: a small grey one, and coloured cut-outs.

The whole frame is never converted to colour: at 1080p that costs more than all analysis together.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

SMALL = (320, 180)
"""Width and height at which motion and view are judged (stack.md), whatever the camera's shape."""
_STRETCH = np.clip((np.arange(256) - 16) * 255 / 219, 0, 255).astype(np.uint8)
_PLANAR = {"yuv420p": 2, "yuvj420p": 2, "yuv422p": 1, "yuvj422p": 1}


class Frame(Protocol):
    """What is used of PyAV's VideoFrame."""

    width: int
    height: int


class Picture:
    """Reads the planes of a frame in place; keep it no longer than the frame."""

    def __init__(self, frame: Any) -> None:
        if frame.format.name not in _PLANAR:
            frame = frame.reformat(format="yuv420p")
        self._frame = frame
        self._down = _PLANAR[frame.format.name]
        self.width: int = frame.width
        self.height: int = frame.height
        self._full_range = frame.format.name.startswith("yuvj") or int(frame.color_range) == 2

    def _plane(self, index: int, width: int, height: int) -> Image:
        plane = self._frame.planes[index]
        rows: Image = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[:height, :width]
        return rows

    @cached_property
    def luma(self) -> Image:
        return self._plane(0, self.width, self.height)

    @cached_property
    def small(self) -> Image:
        """Grey [180, 320]."""
        # Averaging every pixel of a large frame costs much and adds nothing: a coarse pick first, then the mean.
        step = max(1, min(self.width // (SMALL[0] * 2), self.height // (SMALL[1] * 2)))
        small = cv2.resize(self.luma[::step, ::step], SMALL, interpolation=cv2.INTER_AREA)
        return small.astype(np.uint8, copy=False)

    def cut(self, x: int, y: int, w: int, h: int, width: int, height: int) -> Image:
        """The part at (x, y) of w by h pixels as [height, width, 3] RGB (BT.601 or 709: the network can't tell)."""
        rows, columns = (self.height + self._down - 1) // self._down, (self.width + 1) // 2
        left, right = x // 2, max(x // 2 + 1, (x + w) // 2)
        top, bottom = y // self._down, max(y // self._down + 1, (y + h) // self._down)
        parts = [self.luma[y : y + h, x : x + w]]
        parts += [self._plane(i, columns, rows)[top:bottom, left:right] for i in (2, 1)]
        sized = [cv2.resize(part, (width, height), interpolation=_filter(part, width)) for part in parts]
        if not self._full_range:
            sized[0] = cv2.LUT(sized[0], _STRETCH)
        rgb: Image = cv2.cvtColor(cv2.merge(sized), cv2.COLOR_YCrCb2RGB).astype(np.uint8, copy=False)
        return rgb


def _filter(part: Image, width: int) -> int:
    return cv2.INTER_AREA if part.shape[1] > width else cv2.INTER_LINEAR
