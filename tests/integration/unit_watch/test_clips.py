# SPDX-License-Identifier: EUPL-1.2
"""Real footage through the real detector: people alarm, light and traffic don't; recall against other people's boxes.

The clips lie beside the checkout (their origins: SOURCES.md there); without them these tests skip and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import av
import pytest

from tests.shared_files import shared
from zegel.unit.detectors import Kind, default_manifest
from zegel.unit.detectors.runner import Detector
from zegel.unit.watch import Finding
from zegel.unit.watch.picture import Picture
from zegel.unit.watch.watcher import Eye, Watcher

RATE = 5.0


@cache
def detector() -> Detector:
    path = default_manifest()
    assert path is not None, "make setup has not made the detector: python tools/make_detector.py"
    return Detector.load(path)


def watched(path: Path, seconds: float = 1e9, begin_s: float = 0.0) -> Iterator[tuple[int, float, tuple[Finding, ...]]]:
    """(frame, second, findings) at five pictures a second, as the unit looks while something moves."""
    manifest = detector().manifest
    watcher = Watcher(Eye(manifest.width, manifest.height, manifest.sure, detector().detect))
    with av.open(str(path)) as container:
        fps = float(container.streams.video[0].average_rate or 25)
        step = max(1, round(fps / RATE))
        for number, frame in enumerate(container.decode(video=0)):
            if number / fps > begin_s + seconds:
                return
            if (number + 1) % step == 0 and number / fps >= begin_s:
                sight = watcher.feed(Picture(frame), 100 + number / fps)
                assert not watcher.view_lost
                yield number, number / fps, sight.findings


def test_everybody_who_enters_the_empty_room_is_found_within_a_second() -> None:
    clip = shared("media/one-by-one-person-detection.mp4")
    seen_s = [second for _, second, found in watched(clip, 26) if any(f.cls is Kind.PERSON for f in found)]
    # The first head shows at 6.0 s; from 20 s the room is empty; the second head shows at 22.6 s.
    assert min(seen_s) == pytest.approx(6.5, abs=0.5)
    assert not [second for second in seen_s if 20 < second < 22.5]
    assert [second for second in seen_s if 22.5 < second < 23.6]


def test_a_jump_of_light_over_a_car_park_alarms_nobody() -> None:
    assert [found for _, _, found in watched(shared("media/brightness_change.avi")) if found] == []


def test_traffic_is_vehicles_and_no_persons() -> None:
    kinds = [finding.cls for _, _, found in watched(shared("media/bgs_video02.avi")) for finding in found]
    assert Kind.PERSON not in kinds
    assert kinds.count(Kind.VEHICLE) > 20


def test_cars_seen_from_straight_above_are_no_persons() -> None:
    kinds = {finding.cls for _, _, found in watched(shared("media/car-detection.mp4"), 12) for finding in found}
    assert Kind.PERSON not in kinds


def test_recall_on_the_annotated_frames_of_the_demo_footage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zegel.unit.watch.watcher.KNOWN_LOOK_S", 0.0)  # look at each of them
    clip, boxes = shared("media/vtest.avi"), annotated(shared("media/pets09_s2l1_gt_subset.txt"))
    parts = [*watched(clip, 7), *watched(clip, 10, begin_s=70)]
    found = {number: list(findings) for number, _, findings in parts}
    hits = sum(
        1 for number, wanted in boxes.items() for box in wanted if any(overlap(box, f) > 0.4 for f in found[number])
    )
    total = sum(map(len, boxes.values()))
    print(f"recall {hits}/{total}")
    assert hits / total >= 0.7


def annotated(path: Path) -> dict[int, list[tuple[float, ...]]]:
    """Boxes (x, y, w, h in 0..1) by frame of the clip, counted from 0."""
    boxes: dict[int, list[tuple[float, ...]]] = {}
    for line in path.read_text().splitlines():
        frame, _, x, y, w, h = (float(value) for value in line.split(","))
        boxes.setdefault(round(frame) - 1, []).append((x / 768, y / 576, w / 768, h / 576))
    return boxes


def overlap(box: tuple[float, ...], f: Finding) -> float:
    x, y, w, h = box
    width, height = min(x + w, f.x + f.w) - max(x, f.x), min(y + h, f.y + f.h) - max(y, f.y)
    shared_area = max(0.0, width) * max(0.0, height)
    return shared_area / (w * h + f.w * f.h - shared_area)
