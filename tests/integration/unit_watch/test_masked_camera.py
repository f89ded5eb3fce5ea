# SPDX-License-Identifier: EUPL-1.2
"""A camera with masks in its own process, real time: what crosses to the process with the keys; journey 5."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from tests.moving_pictures import SQUARE, is_black, is_bright_elsewhere, pictures
from tests.rtsp_camera import RtspCamera
from zegel.unit.source import CameraConfig, Packet, Stream
from zegel.unit.watch import CameraPool, Message, Motion, Watch, Zone
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import OverviewAsked, OverviewPicture


def write_tree(path: Path, width: int = 320, height: int = 240, seconds: int = 6) -> Path:
    """A bright, still yard; in its middle a tree that never rests."""
    random = np.random.default_rng(3)
    scene = np.kron(random.integers(130, 220, (height // 20, width // 20)), np.ones((20, 20))).astype(np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12, options={"x264-params": "keyint=12:scenecut=0:bframes=0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(seconds * 12):
            grey = scene.copy()
            grey[90:140, 110:170] = np.kron(random.integers(20, 240, (10, 12)), np.ones((5, 5)))
            planes = np.concatenate([grey, np.full((height // 2, width), 128, np.uint8)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tree(tmp_path_factory.mktemp("clips") / "tree.mp4")


class Listening:
    """A pool with one camera and no detector, and all that it said."""

    def __init__(self, source: str) -> None:
        self.pool = CameraPool([CameraConfig.parse(f"yard={source}")], None)
        self.said: list[Message] = []
        self.pool.start()

    def until(self, there: Callable[[list[Message]], bool], within_s: float = 20.0) -> list[Message]:
        end = time.monotonic() + within_s
        while time.monotonic() < end and not there(self.said):
            self.said += [message for _, message in self.pool.receive(0.1)]
        return self.said

    def stream(self) -> list[Stream | Packet]:
        return [item for item in self.said if isinstance(item, (Stream, Packet))]


@pytest.fixture
def listening(tree: Path) -> Iterator[Listening]:
    listening = Listening(f"file:{tree}?loop=1")
    yield listening
    listening.pool.stop()


def packets(said: list[Message]) -> int:
    return sum(isinstance(item, Packet) for item in said)


def test_nothing_crosses_before_masks_are_known_and_then_only_masked_pictures(listening: Listening) -> None:
    listening.until(lambda said: False, 1.5)
    assert packets(listening.said) == 0
    listening.pool.configure("yard", Watch(privacy=[SQUARE]))
    listening.until(lambda said: packets(said) >= 30)
    shown = list(pictures(listening.stream()))
    assert len(shown) >= 30
    assert {stream.masks for stream, _ in shown} == {Masks((SQUARE,)).name}
    assert all(is_black(SQUARE, picture) and is_bright_elsewhere(picture) for _, picture in shown)


def test_journey_5_a_tree_in_a_mask_or_outside_of_all_zones_moves_and_nobody_is_told(listening: Listening) -> None:
    moves = lambda said: any(isinstance(item, Motion) and item.moving for item in said)  # noqa: E731
    away = [(0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0)]
    listening.pool.configure("yard", Watch(privacy=[SQUARE]))
    assert not moves(listening.until(moves, 5.0)), "behind a privacy mask nothing moves"
    listening.said.clear()
    listening.pool.configure("yard", Watch(zones=[Zone("gate", away)]))
    assert not moves(listening.until(moves, 4.0)), "the detection zone lies elsewhere"
    listening.pool.configure("yard", Watch())
    assert moves(listening.until(moves, 10.0)), "the same tree, seen: else this proves nothing"


def test_overview_is_not_made_without_somebody_who_looks_for_faces(listening: Listening) -> None:
    asked = OverviewAsked(2, 600, 900, 6000, 2500)
    listening.pool.configure("yard", Watch(watching=False, forwarding=False, overview=asked))
    listening.until(lambda said: any("overview" in str(getattr(item, "code", "")) for item in said), 12.0)
    assert [item.detail["reason"] for item in listening.said if "overview" in str(getattr(item, "code", ""))] == [
        "no_face_check"
    ]
    assert not any(isinstance(item, OverviewPicture) for item in listening.said)
    assert packets(listening.said) == 0, "in working hours nothing else crosses"


def test_over_rtsp_another_resolution_is_masked_before_its_first_picture(tree: Path, tmp_path: Path) -> None:
    with RtspCamera(tree) as camera:
        listening = Listening(camera.url)
        try:
            listening.pool.configure("yard", Watch(privacy=[SQUARE]))
            listening.until(lambda said: packets(said) >= 15)
            camera.show(write_tree(tmp_path / "other.mp4", 480, 360))
            wanted = lambda said: any(isinstance(i, Stream) and i.width == 480 for i in said)  # noqa: E731
            at = len(listening.until(wanted))
            listening.until(lambda said: packets(said[at:]) >= 10)
        finally:
            listening.pool.stop()
        shown = list(pictures(listening.stream()))
        assert {picture.shape for _, picture in shown} == {(240, 320), (360, 480)}
        assert all(is_black(SQUARE, picture) for _, picture in shown)
