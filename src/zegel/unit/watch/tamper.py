# SPDX-License-Identifier: EUPL-1.2
"""Is the camera still looking at what it should? Edges that have always been there must still be there.

Light changes brightness, not edges: the picture is normalised locally, so dusk and a lamp leave the judgement alone. A
cover, a turn, a push or a lost focus takes the edges away. Which of them it was is a guess, so none is named: the view
is 'lost or changed'. Measured: 2.9 ms a check.
"""

from __future__ import annotations

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from zegel.unit.watch.picture import Image

LOST_BELOW = 0.45
"""Share of the lasting edges that must at least be seen."""
BACK_ABOVE = 0.65
HOLD_S = 5.0
"""How long it must be so, in either direction."""
LEARN_S = 6.0
"""How long a view is learnt before anything is said about it."""
ACCEPT_S = 600.0
"""A new view that lasts this long is taken as the view from now on: it was reported, and somebody may have meant it."""
CHECK_S = 1.0
MEMORY_S = 45.0
LEAST_EDGES = 350
"""Fewer lasting edges than this (a dark or empty view) can't be judged."""
_EDGE = 1.1
_LASTING = 0.6
_NEAR = cv2.getStructuringElement(cv2.MORPH_RECT, (3, 3))

Floats = NDArray[np.float32]


class View(StrEnum):
    """What became of the view."""

    LOST = "lost"
    BACK = "back"


class ViewTamper:
    """Feed it small pictures; it says when the view was lost or changed, and when it is back."""

    def __init__(self) -> None:
        self._lasting: Floats | None = None
        self._began_s = 0.0
        self._checked_s = 0.0
        self._since_s: float | None = None
        self._lost_s: float | None = None
        self._new: Floats | None = None
        self.share = 1.0

    @property
    def lost(self) -> bool:
        return self._lost_s is not None

    def due(self, t_s: float) -> bool:
        return self._lasting is None or t_s - self._checked_s >= CHECK_S - 0.05

    def feed(self, small: Image, t_s: float) -> View | None:
        """Judges one picture (320x180, grey). At most one a second is worth the work: see `due`."""
        edges = _edges(small)
        if self._lasting is None:
            self._lasting, self._began_s, self._checked_s = _mixed(None, edges, 1.0), t_s, t_s
            return None
        elapsed_s, self._checked_s = min(10.0, t_s - self._checked_s), t_s
        if t_s - self._began_s < LEARN_S:
            self._learn(edges, 0.35)
            return None
        lasting = self._lasting > _LASTING
        if not self.lost and int(lasting.sum()) < LEAST_EDGES:
            self._learn(edges, elapsed_s / MEMORY_S)
            return None
        self.share = float((cv2.dilate(edges, _NEAR)[lasting] > 0).mean())
        return self._judge_lost(edges, t_s, elapsed_s) if self.lost else self._judge_kept(edges, t_s, elapsed_s)

    def _judge_kept(self, edges: Image, t_s: float, elapsed_s: float) -> View | None:
        if self.share >= LOST_BELOW:
            self._since_s = None
            self._learn(edges, elapsed_s / MEMORY_S)
            return None
        self._since_s = t_s if self._since_s is None else self._since_s
        if t_s - self._since_s < HOLD_S:
            return None
        self._lost_s, self._since_s, self._new = t_s, None, None
        return View.LOST

    def _judge_lost(self, edges: Image, t_s: float, elapsed_s: float) -> View | None:
        self._new = _mixed(self._new, edges, elapsed_s / MEMORY_S)
        if t_s - (self._lost_s or t_s) >= ACCEPT_S and int((self._new > _LASTING).sum()) >= LEAST_EDGES:
            self._lasting, self._lost_s, self._since_s = self._new, None, None
            return View.BACK
        if self.share < BACK_ABOVE:
            self._since_s = None
            return None
        self._since_s = t_s if self._since_s is None else self._since_s
        if t_s - self._since_s < HOLD_S:
            return None
        self._lost_s, self._since_s = None, None
        return View.BACK

    def _learn(self, edges: Image, rate: float) -> None:
        self._lasting = _mixed(self._lasting, edges, rate)


def _mixed(old: Floats | None, edges: Image, rate: float) -> Floats:
    now = edges.astype(np.float32) / np.float32(255)
    if old is None:
        return now
    share = np.float32(min(rate, 1.0))
    return old * (1 - share) + now * share


def _edges(small: Image) -> Image:
    """255 where the locally normalised picture is steep."""
    grey = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
    mean = cv2.blur(grey, (25, 25))
    spread = np.sqrt(np.maximum(cv2.blur(grey * grey, (25, 25)) - mean * mean, 0)) + 6.0
    normal = (grey - mean) / spread
    steep = np.abs(cv2.Sobel(normal, cv2.CV_32F, 1, 0)) + np.abs(cv2.Sobel(normal, cv2.CV_32F, 0, 1))
    edges: Image = np.where(steep > 2 * _EDGE, 255, 0).astype(np.uint8)
    return edges
