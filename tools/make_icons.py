# SPDX-License-Identifier: EUPL-1.2
"""Draws the app's icons (the mark of static/zegel/mark.svg) as PNG: what home screens and notifications take.

Same input, same bytes. Run it after the mark changed; its output is committed.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

OUT = Path(__file__).resolve().parent.parent / "src" / "zegel" / "server" / "static" / "zegel" / "icons"
DARK, SEAL, WHITE = (11, 15, 20), (76, 194, 180), (255, 255, 255)  # RGB, as in mark.svg
FINER = 8  # drawn so much larger, then made smaller
Image = NDArray[np.uint8]
Colour = tuple[int, int, int]


def draw(size: int, *, corner: float, share: float, ground: Colour | None, ink: Colour) -> Image:
    """RGBA. `corner`: the ground's radius, `share`: how much of the picture the mark takes, both of the whole."""
    big = size * FINER
    mask, lines = np.zeros((big, big), np.uint8), np.zeros((big, big), np.uint8)
    radius = round(corner * big)
    cv2.rectangle(mask, (radius, 0), (big - radius, big), 255, -1)
    cv2.rectangle(mask, (0, radius), (big, big - radius), 255, -1)
    for x in (radius, big - radius):
        for y in (radius, big - radius):
            cv2.circle(mask, (x, y), radius, 255, -1)
    unit = big * share / 17.2  # the mark is 17.2 units of mark.svg wide
    centre = (big // 2, big // 2)

    def at(x: float, y: float) -> tuple[int, int]:
        return round(big / 2 + (x - 12) * unit), round(big / 2 + (y - 12) * unit)

    thick = round(2 * unit)
    cv2.circle(lines, centre, round(7.6 * unit), 255, thick)
    for start, end in (((12, 7.8), (12, 12.2)), ((12, 12.2), (14.8, 13.8))):
        cv2.line(lines, at(*start), at(*end), 255, thick)
        for point in (start, end):
            cv2.circle(lines, at(*point), thick // 2, 255, -1)
    mask, lines = (cv2.resize(one, (size, size), interpolation=cv2.INTER_AREA) for one in (mask, lines))
    return _painted(mask, lines, ground, ink)


def _painted(mask: Image, lines: Image, ground: Colour | None, ink: Colour) -> Image:
    if ground is None:
        return np.dstack([np.full_like(lines, value) for value in ink] + [lines])
    share = lines[..., None] / 255
    colour = (np.array(ink) * share + np.array(ground) * (1 - share)).round().astype(np.uint8)
    return np.dstack([colour, mask])


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name, image in {
        "icon-192": draw(192, corner=0.22, share=0.70, ground=DARK, ink=SEAL),
        "icon-512": draw(512, corner=0.22, share=0.70, ground=DARK, ink=SEAL),
        "maskable-512": draw(512, corner=0.0, share=0.52, ground=DARK, ink=SEAL),
        "badge-96": draw(96, corner=0.0, share=0.92, ground=None, ink=WHITE),
    }.items():
        bgra = cv2.cvtColor(image, cv2.COLOR_RGBA2BGRA)
        cv2.imwrite(str(OUT / f"{name}.png"), bgra, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        print(OUT / f"{name}.png")


if __name__ == "__main__":
    main()
