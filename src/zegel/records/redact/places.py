# SPDX-License-Identifier: EUPL-1.2
"""Where somebody or something is in a film: what was found frame by frame, joined to tracks, with no frame left out.

Principles: what was found once is covered for a second before and after. Where a detection drops out between two others
the place goes on from one to the other. A box too much costs a look; a box too little costs somebody's privacy.
Everything is known before it is drawn, so that a track may reach back. Places are parts of the picture, 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import pairwise

LEAST_OVERLAP = 0.2
NEAR = 0.5
"""Centres nearer than this part of the larger box are one thing's when nothing overlaps."""
GAP_S, HOLD_S = 2.0, 1.0
GROWS_A_FRAME, GROWS_AT_MOST = 0.02, 0.3
SPEED_OVER = 5
"""Observations from which a held box's way is taken."""


class Kind(StrEnum):
    """What is made unrecognisable. A vehicle, since its plate can't be found by itself."""

    PERSON = "person"
    VEHICLE = "vehicle"
    FACE = "face"


@dataclass(frozen=True, slots=True)
class Place:
    """A box, left and top first."""

    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlap(self, other: Place) -> float:
        """Intersection over union."""
        width = min(self.x + self.w, other.x + other.w) - max(self.x, other.x)
        height = min(self.y + self.h, other.y + other.h) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        return width * height / (self.w * self.h + other.w * other.h - width * height)

    def near(self, other: Place) -> float:
        """Distance of the middles in parts of the larger box, the larger of both axes."""
        (ax, ay), (bx, by) = self.middle, other.middle
        return max(abs(ax - bx) / max(self.w, other.w, 1e-9), abs(ay - by) / max(self.h, other.h, 1e-9))

    def grown(self, share: float) -> Place:
        """By that share of its size in each direction, within the picture."""
        left, top = max(0.0, self.x - self.w * share), max(0.0, self.y - self.h * share)
        right, bottom = min(1.0, self.x + self.w * (1 + share)), min(1.0, self.y + self.h * (1 + share))
        return Place(left, top, max(0.0, right - left), max(0.0, bottom - top))

    def moved(self, dx: float, dy: float) -> Place:
        return replace(self, x=self.x + dx, y=self.y + dy)

    def joined(self, other: Place) -> Place:
        """The smallest that covers both."""
        left, top = min(self.x, other.x), min(self.y, other.y)
        right, bottom = max(self.x + self.w, other.x + other.w), max(self.y + self.h, other.y + other.h)
        return Place(left, top, right - left, bottom - top)

    def holds(self, point: tuple[float, float]) -> bool:
        return self.x <= point[0] <= self.x + self.w and self.y <= point[1] <= self.y + self.h


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a network found in one frame."""

    kind: Kind
    score: float
    place: Place


@dataclass
class Track:
    """One thing through the film. `places`: by the number of the frame, no gaps once it is filled."""

    number: int
    kind: Kind
    places: dict[int, Place] = field(default_factory=dict)


class Filter:
    """Kalman's, for one coordinate at constant speed: a step is a frame."""

    DRIFT, NOISE = 1e-5, 1e-4

    def __init__(self, at: float) -> None:
        self.at, self.speed = at, 0.0
        self._p, self._c, self._v = self.NOISE, 0.0, 1e-3

    def predict(self) -> float:
        self.at += self.speed
        self._p += 2 * self._c + self._v + self.DRIFT / 4
        self._c += self._v + self.DRIFT / 2
        self._v += self.DRIFT
        return self.at

    def correct(self, seen: float) -> None:
        gain = self._p + self.NOISE
        k, kv, off = self._p / gain, self._c / gain, seen - self.at
        self.at, self.speed = self.at + k * off, self.speed + kv * off
        self._v -= kv * self._c
        self._c *= 1 - k
        self._p *= 1 - k


class _Follower:
    """A track while it is followed."""

    def __init__(self, track: Track, frame: int, place: Place) -> None:
        self.track, self.last = track, frame
        self._x, self._y = (Filter(value) for value in place.middle)
        self._size = (place.w, place.h)
        track.places[frame] = place

    def predict(self) -> Place:
        x, y, (w, h) = self._x.predict(), self._y.predict(), self._size
        return Place(x - w / 2, y - h / 2, w, h)

    def take(self, frame: int, place: Place) -> None:
        x, y = place.middle
        self._x.correct(x)
        self._y.correct(y)
        self._size, self.last = (place.w, place.h), frame
        self.track.places[frame] = place


def follow(frames: Sequence[Sequence[Found]], fps: float) -> list[Track]:
    """Tracks of everything that was found, filled and held. Numbers are from 1, in order of appearance."""
    gap, tracks, alive = round(GAP_S * fps), list[Track](), list[_Follower]()
    for frame, found in enumerate(frames):
        alive = [one for one in alive if frame - one.last <= gap]
        expected = [one.predict() for one in alive]
        taken = _match(alive, expected, found)
        for at, one in enumerate(found):
            if at in taken:
                alive[taken[at]].take(frame, one.place)
            else:
                tracks.append(Track(len(tracks) + 1, one.kind))
                alive.append(_Follower(tracks[-1], frame, one.place))
    for track in tracks:
        fill(track, len(frames), fps)
    return tracks


def _match(alive: Sequence[_Follower], expected: Sequence[Place], found: Sequence[Found]) -> dict[int, int]:
    """For the number of what was found: the number of whose it is. The best pair first."""
    pairs: list[tuple[float, int, int]] = []
    for at, one in enumerate(found):
        for who, place in enumerate(expected):
            if alive[who].track.kind is not one.kind:
                continue
            overlap, near = place.overlap(one.place), place.near(one.place)
            if overlap >= LEAST_OVERLAP:
                pairs.append((1 + overlap, at, who))
            elif near <= NEAR:
                pairs.append((1 - near, at, who))
    taken: dict[int, int] = {}
    for _, at, who in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2])):
        if at not in taken and who not in taken.values():
            taken[at] = who
    return taken


def fill(track: Track, count: int, fps: float) -> None:
    """No gaps between what was seen, and a second before and after it, as far as the film goes."""
    seen = sorted(track.places)
    for first, last in pairwise(seen):
        for frame in range(first + 1, last):
            track.places[frame] = between(track.places[first], track.places[last], (frame - first) / (last - first))
    hold = max(1, round(HOLD_S * fps))
    start, end = track.places[seen[0]], track.places[seen[-1]]
    back, on = _speed(track, seen[:SPEED_OVER]), _speed(track, seen[-SPEED_OVER:])
    for step in range(1, hold + 1):
        if seen[0] - step >= 0:
            track.places[seen[0] - step] = _held(start, (-back[0], -back[1]), step)
        if seen[-1] + step < count:
            track.places[seen[-1] + step] = _held(end, on, step)


def between(a: Place, b: Place, share: float) -> Place:
    """On the way from one to the other, a little larger than either would be."""
    mixed = (one + (two - one) * share for one, two in ((a.x, b.x), (a.y, b.y), (a.w, b.w), (a.h, b.h)))
    return Place(*mixed).grown(0.1)


def _speed(track: Track, seen: Sequence[int]) -> tuple[float, float]:
    first, last = seen[0], seen[-1]
    if first == last:
        return 0.0, 0.0
    (ax, ay), (bx, by) = track.places[first].middle, track.places[last].middle
    return (bx - ax) / (last - first), (by - ay) / (last - first)


def _held(place: Place, speed: tuple[float, float], step: int) -> Place:
    """Where it was and where it may have gone, both."""
    gone = place.moved(speed[0] * step, speed[1] * step)
    return place.joined(gone).grown(min(GROWS_AT_MOST, GROWS_A_FRAME * step))
