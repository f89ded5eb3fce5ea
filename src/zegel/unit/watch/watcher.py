# SPDX-License-Identifier: EUPL-1.2
"""Looks at pictures and says what a guard would want to know: something moves, it is a person, the view is gone.

Motion decides where the classifier looks, the classifier decides whether it matters. A box counts only if something
moves inside it (a parked car is no news), inside a zone that wants its class, and either surely or in two frames.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from zegel.unit.detectors.result import Box, Kind
from zegel.unit.watch.messages import Finding, Watch, Zone
from zegel.unit.watch.motion import MotionDetector, Movement, Region, filled, guarded
from zegel.unit.watch.picture import SMALL, Image, Picture
from zegel.unit.watch.tamper import View, ViewTamper

MAX_LOOKS = 2
"""Cut-outs that the classifier sees of one frame; what moves elsewhere too is looked at in the whole picture."""
AGREE_S = 1.5
"""Within this time a second doubtful box makes the first one sure."""
KNOWN_S = 4.0
"""A thing that was sure stays sure for this long while it is seen again."""
MOVING_SHARE = 0.06
"""The part of a box that must move: legs and arms of somebody who shifts his weight."""
WENT = 0.2
"""How far a vehicle must go before it counts, in its own size."""
IN_ZONE_SHARE = 0.3
KNOWN_LOOK_S = 0.45
"""While something sure is in sight, new boxes are wanted twice a second, no more."""
IDLE_LOOKS = 25
"""After so many looks in a row at things that nobody alarms on (a tree in the wind) every second one is left out."""

Look = Callable[[Image], list[Box]]
"""The detector: an RGB picture of its size in, boxes in 0..1 of that picture out."""


@dataclass(frozen=True)
class Eye:
    """A detector as the watcher needs it: its input size, its two thresholds, and itself."""

    width: int
    height: int
    sure: float
    look: Look


@dataclass(frozen=True)
class Sight:
    """What one frame shows. `findings` are confirmed; `view` is set when the view was lost or came back."""

    moving: bool
    findings: tuple[Finding, ...]
    view: View | None


@dataclass
class _Track:
    """A thing seen before: its first and last box, when, and whether it is sure."""

    first: Box
    box: Box
    at_s: float
    sure: bool


class Watcher:
    """One camera's analysis. Feed it frames in order, at any rate and from any stream of that camera."""

    def __init__(self, eye: Eye | None, watch: Watch | None = None) -> None:
        self._eye = eye
        self._motion = MotionDetector()
        self._tamper = ViewTamper()
        self._tracks: list[_Track] = []
        self._dull = 0
        self._looked_s = -math.inf
        self._watch = watch or Watch()
        self.configure(self._watch)

    @property
    def view_lost(self) -> bool:
        return self._tamper.lost

    def configure(self, watch: Watch) -> None:
        """The owner's policy changed. Other masks are another view: it is learnt anew, as is what moves in it."""
        if watch.privacy != self._watch.privacy:
            self._motion.forget()
            if not self._tamper.lost:
                self._tamper = ViewTamper()
        self._watch = watch
        self._mask = guarded(watch)
        self._zones = [(zone, filled(zone.polygon)) for zone in watch.zones]

    def feed(self, picture: Picture, t_s: float) -> Sight:
        """Judges one frame that arrived at `t_s` (monotonic seconds)."""
        view = self._tamper.feed(picture.small, t_s) if self._tamper.due(t_s) else None
        if not self._watch.watching:
            return Sight(False, (), view)
        movement = self._motion.feed(picture.small, self._mask, t_s)
        moving = bool(movement.regions)
        if not moving or self._eye is None:
            return Sight(moving, (), view)
        return Sight(True, self._classified(self._eye, picture, movement, t_s), view)

    def _classified(self, eye: Eye, picture: Picture, movement: Movement, t_s: float) -> tuple[Finding, ...]:
        self._dull += 1
        known = any(track.sure and t_s - track.at_s < AGREE_S for track in self._tracks)
        if (known and t_s - self._looked_s < KNOWN_LOOK_S) or (self._dull > IDLE_LOOKS and self._dull % 2):
            return ()
        self._looked_s = t_s
        boxes = [box for cut in cuts(movement.regions, picture, eye) for box in _look(eye, picture, cut)]
        findings = []
        for box in _distinct(boxes):
            # A lamp moves everything at once, parked cars included; a person is still a person.
            if movement.flash and box.kind is not Kind.PERSON:
                continue
            zone = self._zone(box) if _share(movement.mask, box) >= MOVING_SHARE else None
            if zone is None:
                continue
            self._dull = 0
            if self._sure(box, t_s, eye.sure, movement.flash):
                findings.append(Finding(box.kind, box.score, box.x, box.y, box.w, box.h, zone))
        return tuple(findings)

    def _zone(self, box: Box) -> str | None:
        """The name of the zone in which this box alarms: "" where the whole picture is guarded, None for nowhere."""
        if not self._zones:
            return ""
        return next((zone.name for zone, mask in self._zones if _wants(zone, box.kind) and _inside(mask, box)), None)

    def _sure(self, box: Box, t_s: float, sure: float, flash: bool) -> bool:
        """One frame is enough for a thing that is whole and sure; otherwise a second one must show it too."""
        self._tracks = [track for track in self._tracks if t_s - track.at_s <= KNOWN_S]
        at_once = box.score >= sure and not flash and not _cut_off(box)
        known = next((track for track in self._tracks if _same(track, box, t_s)), None)
        if known is None:
            known = _Track(box, box, t_s, at_once)
            self._tracks.append(known)
        else:
            known.sure = known.sure or at_once or 0 < t_s - known.at_s <= AGREE_S
            known.box, known.at_s = box, t_s
        return known.sure and (box.kind is not Kind.VEHICLE or _went(known))


def _look(eye: Eye, picture: Picture, cut: Region) -> list[Box]:
    image = picture.cut(cut.x, cut.y, cut.w, cut.h, eye.width, eye.height)
    left, top = cut.x / picture.width, cut.y / picture.height
    w, h = cut.w / picture.width, cut.h / picture.height
    return [Box(b.kind, b.score, left + b.x * w, top + b.y * h, b.w * w, b.h * h) for b in eye.look(image)]


def cuts(regions: tuple[Region, ...], picture: Picture, eye: Eye) -> list[Region]:
    """The squares (in the frame's pixels) that show what moves, with some room around it, as few as will do."""
    width, height = picture.width, picture.height
    least = min(max(eye.width, round(height * 0.45)), width, height)
    chosen: list[Region] = []
    for region in regions:
        x, y = region.x * width / SMALL[0], region.y * height / SMALL[1]
        w, h = region.w * width / SMALL[0], region.h * height / SMALL[1]
        if any(_covers(cut, x, y, w, h) for cut in chosen):
            continue
        edge = round(max(least, 1.5 * max(w, h)))
        if len(chosen) >= MAX_LOOKS or edge > 0.9 * height:
            whole = Region(0, 0, width, height, 0)
            return [whole] if edge > 0.9 * height or not chosen else [*chosen[: MAX_LOOKS - 1], whole]
        left = min(max(0, round(x + w / 2 - edge / 2)), width - edge)
        top = min(max(0, round(y + h / 2 - edge / 2)), height - edge)
        chosen.append(Region(left, top, edge, edge, 0))
    return chosen


def _covers(cut: Region, x: float, y: float, w: float, h: float) -> bool:
    return cut.x <= x and cut.y <= y and x + w <= cut.x + cut.w and y + h <= cut.y + cut.h


def _distinct(boxes: list[Box]) -> list[Box]:
    """The same thing seen in two cut-outs counts once; a person found inside a surer vehicle is that vehicle."""
    kept: list[Box] = []
    for box in sorted(boxes, key=lambda box: -box.score):
        same = any(box.kind is other.kind and box.overlap(other) > 0.4 for other in kept)
        part = any(other.kind is not box.kind and _within(box, other) > 0.8 for other in kept)
        if not same and not part:
            kept.append(box)
    return kept


def _within(box: Box, other: Box) -> float:
    """The share of `box` that lies in `other`."""
    width = min(box.x + box.w, other.x + other.w) - max(box.x, other.x)
    height = min(box.y + box.h, other.y + other.h) - max(box.y, other.y)
    return max(0.0, width) * max(0.0, height) / (box.w * box.h)


def _same(track: _Track, box: Box, t_s: float) -> bool:
    if track.box.kind is not box.kind:
        return False
    if track.box.overlap(box) > 0.15:
        return True
    dx = track.box.x + track.box.w / 2 - box.x - box.w / 2
    dy = track.box.y + track.box.h / 2 - box.y - box.h / 2
    return math.hypot(dx, dy) < max(box.w, box.h) * min(1.0, 0.4 + t_s - track.at_s)


def _cut_off(box: Box) -> bool:
    """Only a part of it is in the picture: a bumper at the edge may look like a man."""
    return box.x < 0.01 or box.y < 0.01 or box.x + box.w > 0.99 or box.y + box.h > 0.99


def _went(track: _Track) -> bool:
    """It is elsewhere, or nearer, than when it was first seen. A shadow moves over a parked car, not the car."""
    first, last = track.first, track.box
    dx, dy = last.x + last.w / 2 - first.x - first.w / 2, last.y + last.h / 2 - first.y - first.h / 2
    grown = max(last.w / first.w, first.w / last.w, last.h / first.h, first.h / last.h)
    return math.hypot(dx, dy) > WENT * max(first.w, first.h) or grown > 1 + 2 * WENT


def _part(mask: Image, box: Box) -> Image:
    left, top = int(box.x * SMALL[0]), int(box.y * SMALL[1])
    right, bottom = math.ceil((box.x + box.w) * SMALL[0]), math.ceil((box.y + box.h) * SMALL[1])
    return mask[top : max(top + 1, bottom), left : max(left + 1, right)]


def _share(mask: Image, box: Box) -> float:
    part = _part(mask, box)
    return cv2.countNonZero(np.ascontiguousarray(part)) / part.size if part.size else 0.0


def _inside(mask: Image, box: Box) -> bool:
    """Somebody stands where his feet are; one whose feet are hidden is where most of him is."""
    foot_x = min(SMALL[0] - 1, int((box.x + box.w / 2) * SMALL[0]))
    foot_y = min(SMALL[1] - 1, int((box.y + box.h * 0.95) * SMALL[1]))
    return bool(mask[foot_y, foot_x]) or _share(mask, box) >= IN_ZONE_SHARE


def _wants(zone: Zone, kind: Kind) -> bool:
    return not zone.classes or kind.value in zone.classes
