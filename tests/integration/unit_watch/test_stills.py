# SPDX-License-Identifier: EUPL-1.2
"""Cameras that only give still pictures: fetched, recorded as they are, released in an alarm like any other."""

from __future__ import annotations

import time
from threading import Event

import cv2
import numpy as np

from tests.onvif_camera import OnvifCamera
from zegel.unit.source import CameraConfig, Code, Packet, Stream, Technical, open_camera


def picture(width: int = 320, height: int = 192) -> bytes:
    noise = np.random.default_rng(1).integers(60, 120, (height, width, 3), np.uint8)
    done, data = cv2.imencode(".jpg", noise)
    assert done
    return bytes(data)


def test_a_still_is_fetched_each_second_with_the_cameras_sign_in_and_its_troubles_are_told() -> None:
    stopping, items = Event(), []
    with OnvifCamera(still=picture()) as camera:
        config = CameraConfig.parse(f"gate={camera.still_address}")
        assert config.capabilities == ["pre_alarm", "stills"]
        assert "of%20the" not in repr(config)
        began = time.monotonic()
        for item in open_camera(config.source, stopping):
            items.append(item)
            if len(items) == 3:
                camera.down = True
            if isinstance(item, Technical) and item.code is Code.CAMERA_LOST:
                camera.down, camera.still = False, picture(640, 360)
            if isinstance(item, Packet) and len(items) > 5:
                stopping.set()
        assert time.monotonic() - began < 6
    kinds = [type(item).__name__ if not isinstance(item, Technical) else item.code.value for item in items]
    assert kinds == [
        "Stream", "Packet", "Packet", "camera_lost", "camera_back", "resolution_changed", "Stream", "Packet",
    ]  # fmt: skip
    first, packets = items[0], [item for item in items if isinstance(item, Packet)]
    assert isinstance(first, Stream)
    assert (first.codec, first.width, first.height) == ("mjpg", 320, 192)
    assert all(packet.keyframe for packet in packets)
    assert packets[0].data == picture()
    assert 80_000 < packets[1].dts - packets[0].dts < 140_000


def test_what_is_no_picture_is_not_recorded() -> None:
    for still in (b"", b"<html>sign in</html>", picture()[:-1000], b"\xff\xd8" + bytes(500) + b"\xff\xd9"):
        stopping = Event()
        with OnvifCamera(still=still) as camera:
            source = CameraConfig.parse(f"gate={camera.still_address}").source
            for item in open_camera(source, stopping):
                assert isinstance(item, Technical)
                stopping.set()
