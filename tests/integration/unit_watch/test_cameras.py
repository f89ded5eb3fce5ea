# SPDX-License-Identifier: EUPL-1.2
"""Cameras that vanish, hang, lie and change, over real RTSP; and the processes that must not take each other down."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import av
import numpy as np
import pytest

from tests.rtsp_camera import RtspCamera
from zegel.unit import clock
from zegel.unit.detectors import default_manifest
from zegel.unit.source import CameraConfig, Code, Packet, Stream, Technical, open_camera
from zegel.unit.source.config import Source
from zegel.unit.watch import CameraPool, Message, Motion, Watch

Item = Stream | Packet | Technical


def write_clip(path: Path, width: int, height: int, seconds: int = 4, walks_from_s: float = 1e9) -> Path:
    """A still scene at 12 frames a second with a key frame each second, through which somebody dark walks later on."""
    random = np.random.default_rng(width)
    scene = np.kron(random.integers(60, 200, (height // 20 + 1, width // 20 + 1)), np.ones((20, 20)))[:height, :width]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=12, options={"x264-params": "keyint=12:scenecut=0:bframes=0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * 12):
            grey = scene.astype(np.uint8)
            if number / 12 >= walks_from_s:
                x = number * 4 % (width - 60)
                grey[height // 3 : height // 3 + 90, x : x + 40] = random.integers(0, 40, (90, 40))
            planes = np.concatenate([grey, np.full((height // 2, width), 128, np.uint8)])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "a.mp4", 320, 240)


@pytest.fixture(scope="module")
def other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clips") / "b.mp4", 480, 360)


@pytest.fixture
def camera(clip: Path) -> Iterator[RtspCamera]:
    with RtspCamera(clip) as camera:
        yield camera


class Reading:
    """Everything that one source gives, in a thread of its own."""

    def __init__(self, address: str, *, resting: bool = False) -> None:
        self.items: list[Item] = []
        self.got_s: list[float] = []
        self._resting = resting
        self._stopping = Event()
        self._thread = Thread(target=self._read, args=(Source.parse(address),), daemon=True)
        self._thread.start()

    def _read(self, source: Source) -> None:
        for item in open_camera(source, self._stopping, lambda: self._resting):
            self.got_s.append(clock.mono_s())
            self.items.append(item)

    def wait_for(self, wanted: Callable[[Item], bool], timeout_s: float = 15.0, after: int = 0) -> int:
        """The place of the first such item from `after` on; fails when none comes."""
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            for at, item in enumerate(self.items[after:], after):
                if wanted(item):
                    return at
            time.sleep(0.02)
        said = [item for item in self.items if not isinstance(item, Packet)]
        raise AssertionError(f"it did not come; what came: {said}, {len(self.items)} in all")

    def stop(self) -> list[Packet]:
        self._stopping.set()
        self._thread.join(10)
        return [item for item in self.items if isinstance(item, Packet)]


def technical(code: Code) -> Callable[[Item], bool]:
    return lambda item: isinstance(item, Technical) and item.code is code


def is_packet(item: Item) -> bool:
    return isinstance(item, Packet)


def assert_rising(packets: list[Packet]) -> None:
    times = [packet.dts for packet in packets]
    assert times == sorted(set(times))


def test_a_camera_is_copied_packet_for_packet(camera: RtspCamera, clip: Path) -> None:
    reading = Reading(camera.url)
    reading.wait_for(lambda item: len(reading.items) > 30)
    packets = reading.stop()
    with av.open(str(clip)) as container:
        original = {bytes(packet) for packet in container.demux(video=0) if packet.size}
    assert isinstance(reading.items[0], Stream)
    assert packets[0].keyframe
    # x264 puts a note about itself before the first key frame of the file; all else must be byte for byte the same.
    assert sum(packet.data in original for packet in packets) >= len(packets) - 2
    assert_rising(packets)


@pytest.mark.soak  # the suite has its budget
def test_a_quiet_camera_is_fetched_a_few_packets_at_a_time_but_key_frames_at_once(camera: RtspCamera) -> None:
    reading = Reading(camera.url, resting=True)
    reading.wait_for(lambda item: len(reading.items) > 70)
    packets = reading.stop()
    fetched = [(got_s, item) for got_s, item in zip(reading.got_s, reading.items, strict=True) if is_packet(item)][24:]
    times = [packet.arrival_mono_s for packet in packets]
    assert times == sorted(times)
    wakes = 1 + sum(later[0] - sooner[0] > 0.01 for sooner, later in pairwise(fetched))
    assert wakes < 0.95 * len(fetched), "several at a time"  # 0.5 where nothing else runs
    steps = [later[1].arrival_mono_s - sooner[1].arrival_mono_s for sooner, later in pairwise(fetched)]
    assert sorted(steps)[len(steps) // 2] == pytest.approx(1 / 12, abs=0.03), "as they came in"
    late = sorted(got_s - item.arrival_mono_s for got_s, item in fetched)
    assert late[-1] < 0.5
    keys = [item.arrival_mono_s for _, item in fetched if item.keyframe]
    assert all(later - sooner == pytest.approx(1.0, abs=0.3) for sooner, later in pairwise(keys))
    key_late = sorted(got_s - item.arrival_mono_s for got_s, item in fetched if item.keyframe)
    assert key_late[len(key_late) // 2] < 0.05


def test_a_camera_that_vanishes_is_lost_once_and_comes_back(camera: RtspCamera) -> None:
    reading = Reading(camera.url)
    reading.wait_for(is_packet)
    camera.drop()
    lost = reading.wait_for(technical(Code.CAMERA_LOST))
    back = reading.wait_for(technical(Code.CAMERA_BACK), after=lost)
    stream = reading.items[back + 1]
    assert isinstance(stream, Stream)
    assert stream.stream_index == 1
    first = reading.items[reading.wait_for(is_packet, after=back)]
    assert isinstance(first, Packet)
    assert first.keyframe
    assert_rising(reading.stop())


def test_a_camera_that_falls_silent_is_lost(camera: RtspCamera) -> None:
    reading = Reading(camera.url)
    reading.wait_for(is_packet)
    camera.silent = True
    at = reading.wait_for(technical(Code.CAMERA_LOST))
    item = reading.items[at]
    assert isinstance(item, Technical)
    assert item.detail["reason"] == "timeout"
    reading.stop()


def test_a_camera_that_sends_garbage_is_reported_and_recovered_from(camera: RtspCamera) -> None:
    reading = Reading(camera.url)
    reading.wait_for(is_packet)
    camera.garbage = True
    reading.wait_for(lambda item: isinstance(item, Technical) and item.code in (Code.CAMERA_GARBAGE, Code.CAMERA_LOST))
    camera.garbage = False
    back = reading.wait_for(technical(Code.CAMERA_BACK))
    reading.wait_for(is_packet, after=back)
    assert_rising(reading.stop())


def test_another_resolution_and_another_time_are_told_and_bridged(camera: RtspCamera, other_clip: Path) -> None:
    reading = Reading(camera.url)
    reading.wait_for(is_packet)
    camera.show(other_clip)
    changed = reading.wait_for(technical(Code.RESOLUTION_CHANGED))
    stream = reading.items[changed + 1]
    assert isinstance(stream, Stream)
    assert (stream.width, stream.height) == (480, 360)
    camera.jump_s = -1000.0
    jumped = reading.wait_for(technical(Code.TIME_JUMP), after=changed + 5)
    reading.wait_for(is_packet, after=jumped)
    assert_rising(reading.stop())


@pytest.mark.soak  # the suite has its budget
def test_a_file_plays_in_real_time_and_over_and_over(clip: Path) -> None:
    began_s = time.monotonic()
    reading = Reading(f"file:{clip}?loop=1")
    reading.wait_for(lambda item: len(reading.items) > 60)
    took_s = time.monotonic() - began_s
    packets = reading.stop()
    assert took_s == pytest.approx(60 / 12, abs=1.0)
    assert_rising(packets)
    assert not [item for item in reading.items if isinstance(item, Technical) and item.code is Code.TIME_JUMP]


def test_nobody_answers_and_the_reason_holds_no_address() -> None:
    reading = Reading("rtsp://user:geheim@127.0.0.1:9/x")
    reading.wait_for(technical(Code.CAMERA_LOST))
    reading.stop()
    assert "geheim" not in repr(reading.items)


# --- processes --------------------------------------------------------------------------------------------------------


class Pool:
    """A pool and everything that it said, by camera."""

    def __init__(self, *cameras: str, detector: bool = False) -> None:
        self.pool = CameraPool([CameraConfig.parse(text) for text in cameras], default_manifest() if detector else None)
        self.said: list[tuple[str, Message]] = []
        self.pool.start()
        for text in cameras:
            self.pool.configure(text.partition("=")[0], Watch())  # before it knows what is masked it gives nothing

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.stop()

    def until(self, wanted: Callable[[str, Message], bool], timeout_s: float = 20.0) -> Message:
        """Listens until something wanted is said, and gives it."""
        until_s = time.monotonic() + timeout_s
        while time.monotonic() < until_s:
            got = self.pool.receive(0.2)
            self.said += got
            for name, message in got:
                if wanted(name, message):
                    return message
        raise AssertionError(f"it was not said: {[(n, m) for n, m in self.said if not isinstance(m, Packet)]}")

    def packets(self, name: str) -> int:
        return sum(1 for of, message in self.said if of == name and isinstance(message, Packet))


def test_a_cameras_process_that_dies_or_hangs_takes_no_other_down(clip: Path) -> None:
    with Pool(f"a=file:{clip}?loop=1", f"b=file:{clip}?loop=1") as running:
        running.until(lambda name, message: name == "a" and isinstance(message, Packet))
        running.until(lambda name, message: name == "b" and isinstance(message, Packet))
        dead, alive = running.pool.process_of("a"), running.pool.process_of("b")
        assert dead is not None
        os.kill(dead, signal.SIGSEGV)
        lost = running.until(lambda name, message: isinstance(message, Technical))
        assert isinstance(lost, Technical)
        assert lost.code is Code.CAMERA_LOST
        before = running.packets("b")
        running.until(lambda name, message: isinstance(message, Technical) and message.code is Code.CAMERA_BACK)
        running.until(lambda name, message: name == "a" and isinstance(message, Packet))
        running.until(lambda name, message: name == "b" and isinstance(message, Packet))
        assert running.packets("b") > before
        assert running.pool.process_of("b") == alive
        assert running.pool.process_of("a") not in (None, dead)
        assert not [m for n, m in running.said if n == "b" and isinstance(m, Technical)]


def test_no_process_outlives_the_pool(clip: Path) -> None:
    with Pool(f"a=file:{clip}?loop=1", detector=True) as running:
        running.until(lambda name, message: len(running.pool.processes) == 2)
        processes = running.pool.processes
    time.sleep(0.2)
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.soak  # the suite has its budget
def test_packets_flow_only_while_they_are_wanted_and_begin_with_a_key_frame(clip: Path) -> None:
    with Pool(f"a=file:{clip}?loop=1") as running:
        running.until(lambda name, message: isinstance(message, Packet))
        running.pool.configure("a", Watch(forwarding=False))
        with pytest.raises(AssertionError):
            running.until(lambda name, message: isinstance(message, Packet) and running.packets("a") > 40, 4.0)
        running.pool.configure("a", Watch(forwarding=True))
        first = running.until(lambda name, message: isinstance(message, Packet))
        assert isinstance(first, Packet)
        assert first.keyframe


def test_movement_wakes_a_camera_between_its_key_frames(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "walk.mp4", 640, 360, seconds=8, walks_from_s=5.1)
    with Pool(f"a={path}") as running:
        moved = running.until(lambda name, message: isinstance(message, Motion))
        assert isinstance(moved, Motion)
        first = min(message.arrival_mono_s for _, message in running.said if isinstance(message, Packet))
        assert moved.t_mono_s - first == pytest.approx(5.3, abs=0.45)  # the next key frame comes at 6.0


def test_a_sub_stream_is_watched_instead_and_a_lost_one_is_replaced(clip: Path, tmp_path: Path) -> None:
    walk = write_clip(tmp_path / "walk.mp4", 320, 180, seconds=6, walks_from_s=3.0)
    with Pool(f"a=file:{clip}?loop=1,{walk}") as running:
        running.until(lambda name, message: isinstance(message, Motion) and message.moving)
        ended = running.until(lambda name, message: isinstance(message, Technical))
        assert isinstance(ended, Technical)
        assert ended.detail["stream"] == "sub"
        before = running.packets("a")
        running.until(lambda name, message: running.packets("a") > before + 5)
