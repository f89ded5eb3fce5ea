# SPDX-License-Identifier: EUPL-1.2
"""Writes vectors/redaction.json, which both implementations of redaction answer alike: `python -m
tests.conformance.make_redaction`. Made films of boxes with gaps in them, the tracks that follow, and a picture whose
parts are covered."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from zegel.records.redact.finding import tiles
from zegel.records.redact.pixels import area, pixelate
from zegel.records.redact.places import Found, Kind, Place, follow

FILE = Path(__file__).parent / "vectors" / "redaction.json"
KINDS = list(Kind)


def box(place: Place) -> list[float]:
    return [place.x, place.y, place.w, place.h]


def walks(chance: random.Random) -> list[list[Found]]:
    """Some who walk through, each now and then not found."""
    frames: list[list[Found]] = [[] for _ in range(60)]
    for _ in range(5):
        x, y, dx, dy = chance.random() * 0.8, chance.random() * 0.6, chance.gauss(0, 0.008), chance.gauss(0, 0.004)
        w, h, kind = 0.03 + chance.random() * 0.1, 0.1 + chance.random() * 0.2, chance.choice(KINDS)
        for frame in range(chance.randrange(20), chance.randrange(30, 60)):
            place = Place(x + dx * frame, y + dy * frame, w * (1 + chance.random() / 10), h)
            if chance.random() < 0.7 and 0 <= place.x < 0.95 and 0 <= place.y < 0.9:
                frames[frame].append(Found(kind, round(chance.random(), 3), place))
    return frames


def film(seed: int, fps: float) -> dict[str, Any]:
    frames = walks(random.Random(seed))
    return {
        "fps": fps,
        "frames": [[[one.kind.value, one.score, *box(one.place)] for one in found] for found in frames],
        "tracks": [
            {"kind": track.kind.value, "places": [[at, *box(place)] for at, place in sorted(track.places.items())]}
            for track in follow(frames, fps)
        ],
    }


def picture(width: int, height: int, covered: list[tuple[Kind, Place]]) -> dict[str, Any]:
    """`made`: SHA-256 of the RGB; the picture's channel c at x, y is (x * 7 + y * 13 + c * 31 + x * y) mod 256."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    image = ((x * 7 + y * 13 + c * 31 + x * y) % 256).astype(np.uint8)
    areas = [area(kind, place, width, height) for kind, place in covered]
    return {
        "width": width, "height": height, "covered": [[kind.value, *box(place)] for kind, place in covered],
        "areas": [[*where, block] for where, block in areas],
        "made": hashlib.sha256(pixelate(image, covered).tobytes()).hexdigest(),
    }  # fmt: skip


def vectors() -> dict[str, Any]:
    chance = random.Random(5)
    covered = [
        (
            kind,
            Place(chance.random() * 0.8, chance.random() * 0.8, 0.02 + chance.random() / 5, 0.02 + chance.random() / 3),
        )
        for kind in (*KINDS, *KINDS)
    ]
    return {
        "films": [film(1, 10.0), film(2, 12.5), film(3, 25.0)],
        "pictures": [picture(320, 180, covered), picture(130, 98, covered[:2])],
        "tiles": [[w, h, [box(tile) for tile in tiles(w, h)]] for w, h in ((768, 576), (1920, 1080), (576, 1024))],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(vectors()) + "\n", "utf-8")
