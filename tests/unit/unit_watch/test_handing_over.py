# SPDX-License-Identifier: EUPL-1.2
"""How frames cross to the process with the keys: together while nothing moves, each at once while something does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from zegel.unit import clock
from zegel.unit.source import CameraConfig, Packet
from zegel.unit.source import reader as reading
from zegel.unit.track import GRACE_S
from zegel.unit.watch import Motion, Seen
from zegel.unit.watch import camera as process
from zegel.unit.watch.analyst import Analyst
from zegel.unit.watch.camera import Camera
from zegel.unit.watch.messages import Message, decode
from zegel.unit.watch.watcher import Watcher


@dataclass
class Pipe:
    """The unit's end, as far as a camera's process sees it."""

    crossings: list[list[Message]] = field(default_factory=list)

    def send_bytes(self, data: bytes) -> None:
        self.crossings.append(decode(data))


def packet(at_s: float, keyframe: bool = False) -> Packet:
    dts = round(at_s * 90_000)
    return Packet(b"frame", dts, dts, 3600, keyframe, at_s, 0, 0)


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


@pytest.fixture
def camera(pipe: Pipe) -> Camera:
    return Camera(CameraConfig.parse("yard=rtsp://127.0.0.1/"), cast(Any, pipe), None)


def test_while_nothing_moves_frames_cross_together(camera: Camera, pipe: Pipe) -> None:
    with clock.replaced(clock.ManualClock(100.0)) as now:
        for number in range(26):
            camera._say(packet(100.0 + number / 25, number == 0))
            now.sleep(1 / 25)
    assert len(pipe.crossings) == 2
    assert all(len(together) >= 8 for together in pipe.crossings)


def test_while_something_moves_each_frame_crosses_at_once(camera: Camera, pipe: Pipe) -> None:
    with clock.replaced(clock.ManualClock(100.0)) as now:
        camera._analysts["main"]._wake(100.0, 3.0)
        for number in range(25):
            camera._say(packet(100.0 + number / 25))
            assert len(pipe.crossings) == number + 1
            now.sleep(1 / 25)


def test_what_is_seen_waits_for_nothing_and_comes_after_its_frames(camera: Camera, pipe: Pipe) -> None:
    with clock.replaced(clock.ManualClock(100.0)):
        camera._say(packet(100.0, True))
        camera._say(Motion(True, 100.0))
        camera._say(Seen(100.0, 0, True, []))
    kinds = [type(message) for together in pipe.crossings for message in together]
    assert kinds == [Packet, Motion, Seen]


def test_a_slot_waits_longer_for_its_frames_than_they_can_be_held() -> None:
    assert process.TOGETHER_S + reading.REST_S + 0.2 < GRACE_S


def test_while_something_moves_five_frames_a_second_wake_the_analyst_and_key_frames_always_do() -> None:
    analyst = Analyst(Watcher(None), lambda message: None)
    analyst._wake(100.0, 10.0)
    wanted = [analyst.wants(packet(100.0 + number / 25)) for number in range(50)]
    assert sum(wanted) == 10
    assert analyst.wants(packet(102.0, keyframe=True))
    assert not analyst.wants(packet(111.0)), "nothing moves any more"
