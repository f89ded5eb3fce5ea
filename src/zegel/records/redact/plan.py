# SPDX-License-Identifier: EUPL-1.2
"""What will be covered in which frame, and which frames a person has looked at as they will leave.

Whatever changes in a frame makes it unseen again. A film can be made when every frame was looked at and none is
flagged. The same rules as in the browser: web/src/records/redact/plan.ts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from zegel.records.redact.places import HOLD_S, Kind, Place, Track, between

VERSION = 1


class NotReviewed(Exception):
    """Frames that nobody looked at, or that are flagged."""

    def __init__(self, unseen: int, flagged: int) -> None:
        super().__init__(
            f"{unseen} frames were not looked at, {flagged} are flagged: nothing leaves before that is done"
        )


class NoSuchTrack(ValueError):
    """A number that no track has."""


@dataclass
class Plan:
    """`tracks` by number; `kept`: those that stay sharp; `anchors`: frames at which a person drew a box."""

    frames: int
    fps: float
    tracks: dict[int, Track] = field(default_factory=dict)
    kept: set[int] = field(default_factory=set)
    reviewed: set[int] = field(default_factory=set)
    flagged: set[int] = field(default_factory=set)
    anchors: dict[int, dict[int, Place]] = field(default_factory=dict)

    @classmethod
    def of(cls, tracks: Iterable[Track], frames: int, fps: float) -> Plan:
        return cls(frames, fps, {track.number: track for track in tracks})

    def covered(self, frame: int) -> list[tuple[Kind, Place]]:
        """What is made unrecognisable in a frame: all but who is kept, and his own face."""
        sharp = [self.tracks[number].places[frame] for number in self.kept if frame in self.tracks[number].places]
        return [
            (track.kind, track.places[frame])
            for number, track in sorted(self.tracks.items())
            if number not in self.kept and frame in track.places
            and not (track.kind is Kind.FACE and any(one.holds(track.places[frame].middle) for one in sharp))
        ]  # fmt: skip

    # --- a person's changes ---

    def keep(self, number: int, sharp: bool = True) -> None:
        """Raises NoSuchTrack."""
        self._changed(self._track(number).places)
        (self.kept.add if sharp else self.kept.discard)(number)

    def remove(self, number: int, frames: Iterable[int] | None = None) -> None:
        """From these frames, or from all. Raises NoSuchTrack."""
        track = self._track(number)
        gone = set(track.places) & set(track.places if frames is None else frames)
        for frame in gone:
            del track.places[frame]
            self.anchors.get(number, {}).pop(frame, None)
        self._changed(gone)

    def split(self, number: int, frame: int) -> int:
        """From this frame on it is another: the track had jumped from one to the other. Its number; it is not kept."""
        track = self._track(number)
        other = Track(self._next(), track.kind, {at: place for at, place in track.places.items() if at >= frame})
        for at in other.places:
            del track.places[at]
        self.tracks[other.number] = other
        self._changed(other.places)
        return other.number

    def draw(self, frame: int, place: Place, kind: Kind = Kind.PERSON) -> int:
        """A box by hand, from this frame on for a second: moved in a later one, it goes on from there. Its number."""
        track = Track(self._next(), kind)
        self.tracks[track.number] = track
        self.anchors[track.number] = {}
        self.move(track.number, frame, place)
        return track.number

    def move(self, number: int, frame: int, place: Place) -> None:
        """Raises NoSuchTrack."""
        track = self._track(number)
        if number not in self.anchors:
            track.places[frame] = place
            self._changed([frame])
            return
        before = dict(track.places)
        self.anchors[number][frame] = place
        track.places.clear()
        track.places |= self._drawn(self.anchors[number])
        self._changed(at for at in {*before, *track.places} if before.get(at) != track.places.get(at))

    def _drawn(self, anchors: dict[int, Place]) -> dict[int, Place]:
        """From each place drawn by hand to the next one; the last is held for a second."""
        at = sorted(anchors)
        places = dict(anchors)
        for first, last in pairwise(at):
            for frame in range(first + 1, last):
                places[frame] = between(anchors[first], anchors[last], (frame - first) / (last - first))
        for frame in range(at[-1] + 1, min(self.frames, at[-1] + 1 + round(HOLD_S * self.fps))):
            places[frame] = anchors[at[-1]]
        return places

    # --- the look ---

    def look(self, frame: int) -> None:
        self.reviewed.add(frame)

    def flag(self, frame: int, on: bool = True) -> None:
        (self.flagged.add if on else self.flagged.discard)(frame)

    def demand_reviewed(self) -> None:
        """Raises NotReviewed."""
        unseen = self.frames - len(self.reviewed & set(range(self.frames)))
        if unseen or self.flagged or not self.frames:
            raise NotReviewed(unseen, len(self.flagged))

    def _changed(self, frames: Iterable[int]) -> None:
        self.reviewed -= set(frames)

    def _track(self, number: int) -> Track:
        if number not in self.tracks:
            raise NoSuchTrack(f"there is no track {number}")
        return self.tracks[number]

    def _next(self) -> int:
        return max(self.tracks, default=0) + 1

    # --- on disk ---

    def dump(self, about: dict[str, Any]) -> str:
        tracks = [
            {"number": track.number, "kind": track.kind.value, "kept": number in self.kept,
             "drawn": _dumped(self.anchors[number]) if number in self.anchors else None,
             "places": _dumped(track.places)}
            for number, track in sorted(self.tracks.items())
        ]  # fmt: skip
        return json.dumps({"version": VERSION, **about, "frames": self.frames, "fps": self.fps, "tracks": tracks,
                           "reviewed": sorted(self.reviewed), "flagged": sorted(self.flagged)}, indent=1)  # fmt: skip

    @classmethod
    def load(cls, text: str) -> tuple[Plan, dict[str, Any]]:
        """The plan and what else stands in it. Raises ValueError."""
        said = json.loads(text)
        if said.pop("version", None) != VERSION:
            raise ValueError("this is no plan of this version")
        plan = cls(int(said.pop("frames")), float(said.pop("fps")))
        for one in said.pop("tracks"):
            track = Track(int(one["number"]), Kind(one["kind"]), _loaded(one["places"]))
            plan.tracks[track.number] = track
            if one["kept"]:
                plan.kept.add(track.number)
            if one["drawn"] is not None:
                plan.anchors[track.number] = _loaded(one["drawn"])
        plan.reviewed, plan.flagged = set(said.pop("reviewed")), set(said.pop("flagged"))
        return plan, said


def _dumped(places: dict[int, Place]) -> dict[str, list[float]]:
    return {str(at): [round(v, 5) for v in (one.x, one.y, one.w, one.h)] for at, one in sorted(places.items())}


def _loaded(places: dict[str, list[float]]) -> dict[int, Place]:
    return {int(at): Place(*values) for at, values in places.items()}
