# SPDX-License-Identifier: EUPL-1.2
"""What counts and what does not: zones, masks, light, parked cars, doubtful boxes, lost views. Scenes drawn by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import av
import cv2
import numpy as np
import pytest

from zegel.unit.detectors import Box, Kind
from zegel.unit.watch import Finding, Seen, Watch, Zone
from zegel.unit.watch.messages import BadMessage, decode, encode
from zegel.unit.watch.picture import Image, Picture
from zegel.unit.watch.tamper import View, ViewTamper
from zegel.unit.watch.watcher import Eye, Watcher

WIDTH, HEIGHT = 640, 360


def background(seed: int = 3) -> Image:
    """A scene with edges everywhere, as walls, paths and shelves give."""
    random = np.random.default_rng(seed)
    scene = np.full((HEIGHT, WIDTH), 110, np.uint8)
    for _ in range(70):
        x, y = int(random.integers(0, WIDTH)), int(random.integers(0, HEIGHT))
        w, h, grey = int(random.integers(20, 120)), int(random.integers(20, 90)), int(random.integers(40, 190))
        cv2.rectangle(scene, (x, y), (x + w, y + h), grey, -1)
    return scene


def picture(grey: Image) -> Picture:
    frame = av.VideoFrame(grey.shape[1], grey.shape[0], "yuv420p")
    for plane, value in zip(frame.planes, (grey, None, None), strict=True):
        rows = np.full((plane.height, plane.line_size), 128, np.uint8)
        if value is not None:
            rows[:, : plane.width] = value
        plane.update(rows.tobytes())
    return Picture(frame)


@dataclass
class Scene:
    """A drawn scene in which somebody (a bright block) can walk, and a detector that finds bright blocks."""

    watch: Watch = field(default_factory=Watch)
    kind: Kind = Kind.PERSON
    score: float = 0.9
    t_s: float = 100.0
    ground: Image = field(default_factory=background)
    found: list[Finding] = field(default_factory=list)
    looks: int = 0

    def __post_init__(self) -> None:
        self.watcher = Watcher(Eye(300, 300, 0.7, self.look), self.watch)

    def look(self, image: Image) -> list[Box]:
        self.looks += 1
        bright = cv2.morphologyEx((image[:, :, 0] > 235).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        boxes = [tuple(v / 300 for v in row[:4]) for row in stats[1:] if row[4] > 80]
        return [Box(self.kind, self.score, *box) for box in boxes]

    def show(self, *blocks: tuple[int, int], light: float = 1.0, seconds: float = 0.2) -> list[Finding]:
        """One frame with somebody (40 by 90 pixels) at each place, `seconds` after the last."""
        grey = np.clip(self.ground.astype(np.float32) * light, 0, 220).astype(np.uint8)
        for x, y in blocks:
            grey[y : y + 90, x : x + 40] = 250
        self.t_s += seconds
        sight = self.watcher.feed(picture(grey), self.t_s)
        self.found = list(sight.findings)
        return self.found

    def empty(self, frames: int = 10) -> None:
        for _ in range(frames):
            self.show()


def test_nothing_moves_and_nothing_is_classified() -> None:
    scene = Scene()
    scene.empty(20)
    assert (scene.found, scene.looks) == ([], 0)


def test_somebody_who_walks_in_is_found_in_the_first_frame() -> None:
    scene = Scene()
    scene.empty()
    (finding,) = scene.show((300, 200))
    assert (finding.cls, finding.zone) == (Kind.PERSON, "")
    assert finding.x == pytest.approx(300 / 640, abs=0.02)
    assert finding.h == pytest.approx(90 / 360, abs=0.03)


def test_somebody_who_always_stood_there_is_no_news() -> None:
    scene = Scene()
    for _ in range(20):
        assert scene.show((300, 200)) == []


def test_a_doubtful_box_needs_a_second_frame() -> None:
    scene = Scene(score=0.5)
    scene.empty()
    assert scene.show((300, 200)) == []
    assert len(scene.show((310, 200))) == 1


def test_doubtful_boxes_far_apart_in_time_do_not_agree() -> None:
    scene = Scene(score=0.5)
    scene.empty()
    assert scene.show((300, 200)) == []
    scene.show(seconds=0.2)
    assert scene.show((300, 200), seconds=3.0) == []


def test_a_thing_cut_off_by_the_pictures_edge_needs_a_second_frame() -> None:
    scene = Scene()
    scene.empty()
    assert scene.show((300, 270)) == []
    assert len(scene.show((310, 270))) == 1


def test_a_vehicle_counts_only_when_it_goes_somewhere() -> None:
    parked, driving = Scene(kind=Kind.VEHICLE), Scene(kind=Kind.VEHICLE)
    parked.empty()
    driving.empty()
    assert not any(parked.show((300, 200)) for _ in range(8))
    assert any(driving.show((200 + 20 * n, 200)) for n in range(8))


LEFT = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)]


def test_what_moves_outside_the_zones_is_not_looked_at() -> None:
    scene = Scene(Watch(zones=[Zone("gate", LEFT)]))
    scene.empty()
    assert scene.show((450, 200)) == []
    assert scene.looks == 0
    (finding,) = scene.show((100, 200))
    assert finding.zone == "gate"


def test_a_zone_takes_only_its_classes() -> None:
    scene = Scene(Watch(zones=[Zone("drive", LEFT, ["vehicle"]), Zone("all", LEFT, ["person", "animal"])]))
    scene.empty()
    assert [finding.zone for finding in scene.show((100, 200))] == ["all"]


def test_nothing_is_found_where_it_is_private() -> None:
    scene = Scene(Watch(privacy=[LEFT]))
    scene.empty()
    assert scene.show((100, 200)) == []
    assert len(scene.show((450, 200))) == 1


def test_in_working_hours_nobody_is_looked_at() -> None:
    scene = Scene(Watch(watching=False))
    scene.empty()
    assert (scene.show((300, 200)), scene.looks) == ([], 0)


def test_a_jump_of_light_alarms_nobody_and_a_burglar_in_the_light_does() -> None:
    scene = Scene(kind=Kind.VEHICLE)
    scene.ground[200:290, 100:140] = 200  # a parked car that the detector sees once it is bright
    scene.empty(20)
    for _ in range(15):
        assert scene.show(light=1.4) == []
    scene.kind = Kind.PERSON
    found = [scene.show((300 + 10 * n, 200), light=1.4) for n in range(4)]
    assert any(found)


def test_a_person_who_switches_the_light_on_is_found_within_two_seconds() -> None:
    scene = Scene()
    scene.empty(20)
    found = [scene.show((200 + 12 * n, 200), light=1.5) for n in range(10)]
    assert any(found)


# --- the view ---------------------------------------------------------------------------------------------------------


def watched_view(change: Callable[[Image], Image], before: int = 30, during: int = 12, after: int = 10) -> list[View]:
    """What is said of a view that is changed for some seconds."""
    tamper, small, said = ViewTamper(), cv2.resize(background(), (320, 180)), []
    random = np.random.default_rng(1)
    for second in range(before + during + after):
        shown = change(small) if before <= second < before + during else small
        noisy = np.clip(shown + random.normal(0, 2, shown.shape), 0, 255).astype(np.uint8)
        said.append(tamper.feed(noisy, 100.0 + second))
    return [view for view in said if view is not None]


def rotated(image: Image) -> Image:
    turn = cv2.getRotationMatrix2D((160, 90), 12, 1)
    return cv2.warpAffine(image, turn, (320, 180), borderMode=cv2.BORDER_REFLECT).astype(np.uint8)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: np.full_like(image, 30),
        lambda image: np.roll(image, 26, axis=1),
        rotated,
        lambda image: cv2.GaussianBlur(image, (31, 31), 0),
    ],
    ids=["covered", "shifted", "rotated", "defocused"],
)
def test_a_view_that_is_lost_is_told_and_its_return_too(change: Callable[[Image], Image]) -> None:
    assert watched_view(change) == [View.LOST, View.BACK]


@pytest.mark.parametrize(
    "change",
    [lambda image: cv2.convertScaleAbs(image, alpha=1.5), lambda image: image // 3 + 10, lambda image: image],
    ids=["light on", "dusk", "nothing"],
)
def test_light_is_no_tamper(change: Callable[[Image], Image]) -> None:
    assert watched_view(change) == []


def test_a_hand_before_the_lens_for_three_seconds_is_no_tamper() -> None:
    assert watched_view(lambda image: np.full_like(image, 30), during=3) == []


def test_a_view_without_edges_is_not_judged() -> None:
    tamper = ViewTamper()
    night = np.full((180, 320), 12, np.uint8)
    assert not any(tamper.feed(night, 100.0 + n) for n in range(30))


# --- messages ---------------------------------------------------------------------------------------------------------


def test_messages_arrive_as_they_were_sent() -> None:
    seen = Seen(1.5, 90_000, True, [Finding(Kind.PERSON, 0.9, 0.1, 0.2, 0.3, 0.4, "yard")])
    assert decode(encode([seen])) == [seen]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x80",
        encode([Seen(1.0, 0, True, [])])[:-1],
        encode([Seen(float("nan"), 0, True, [])]),
        encode([Seen(1.0, 0, True, [Finding(Kind.PERSON, 7.0, 0, 0, 0, 0, "")])]),
        encode([Seen(1.0, 0, True, [Finding(Kind.PERSON, 0.5, -1, 0, 0, 0, "")])]),
        b"\x91\x83\xa4type\xa4seen\xa1a\x01\xa1b\x02",
    ],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(data)
