# SPDX-License-Identifier: EUPL-1.2
"""What every detector gives, whatever network is inside."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """The classes that a policy can name."""

    PERSON = "person"
    ANIMAL = "animal"
    VEHICLE = "vehicle"


class Box(msgspec.Struct, frozen=True):
    """One thing that was found: its class, how sure (0..1), and where, in 0..1 of the picture that was looked at."""

    kind: Kind
    score: float
    x: float
    y: float
    w: float
    h: float

    def overlap(self, other: Box) -> float:
        """Intersection over union, 0..1."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.w * self.h + other.w * other.h - shared)
