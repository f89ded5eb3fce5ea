# SPDX-License-Identifier: EUPL-1.2
"""Reads a printed code as a phone does that is moved nearer and farther, since no one distance suits every code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2

FACTORS = (3.0, 2.0, 4.0, 2.5, 3.5, 5.0, 6.0, 1.5, 4.5)


def scanned(picture: Any) -> str:
    """What the code in a picture says; empty when nobody can read it."""
    for seen in _looks(picture):
        for detector in (cv2.QRCodeDetector(), cv2.QRCodeDetectorAruco()):
            if said := detector.detectAndDecode(seen)[0]:
                return str(said)
    return ""


def _looks(picture: Any) -> Iterator[Any]:
    for factor in FACTORS:
        enlarged = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        yield enlarged
        yield cv2.GaussianBlur(enlarged, (0, 0), factor / 2)
        grey = cv2.cvtColor(enlarged, cv2.COLOR_BGR2GRAY)
        yield cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
