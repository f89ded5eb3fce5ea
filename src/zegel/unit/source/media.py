# SPDX-License-Identifier: EUPL-1.2
"""What a source gives: streams, packets, and technical events.

These cross a pipe from a camera's process to the unit's, which holds keys. They are msgspec structs and never pickled:
a camera's process parses whatever the network sends, and must not be able to make the other side run anything.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

import msgspec

TIMESCALE = 90_000
MAX_PACKET = 16 * 1024 * 1024
"""The longest plaintext that a segment may hold (seal.md)."""
MAX_EDGE = 8192
"""Wider or higher pictures are refused: no camera has them, and their buffers would fill the memory."""

Codec = Literal["avc1", "hvc1", "mjpg"]


class Code(StrEnum):
    """What can go wrong, or right again, with a camera."""

    CAMERA_LOST = "camera_lost"
    CAMERA_BACK = "camera_back"
    CAMERA_GARBAGE = "camera_garbage"
    RESOLUTION_CHANGED = "resolution_changed"
    TIME_JUMP = "time_jump"
    LONG_GOP = "long_gop"
    VIEW_LOST = "view_lost"
    VIEW_BACK = "view_back"
    DETECTOR_LOST = "detector_lost"
    DETECTOR_BACK = "detector_back"
    MASK_FAILED = "mask_failed"
    OVERVIEW_REFUSED = "overview_refused"
    OVERVIEW_OFF = "overview_off"
    OVERVIEW_BACK = "overview_back"


class Stream(msgspec.Struct, frozen=True, tag="stream"):
    """Comes before the first packet, and again whenever its parameters change or the camera was away.

    `extradata` is an avcC or hvcC record (ISO/IEC 14496-15), empty for mjpg. The next packet is a key frame.
    `masks`: the name of the privacy masks that are burnt into its pictures; "" where it is the camera's own, copied.
    """

    codec: Codec
    extradata: bytes
    width: int
    height: int
    fps: float
    stream_index: int
    masks: str = ""


class Packet(msgspec.Struct, frozen=True, tag="packet"):
    """One frame as the camera encoded it: NAL units with 4-byte lengths, without parameter sets and delimiters.

    `pts`, `dts`, `duration`: 90 kHz; dts rises for as long as the process lives, over reconnects and file loops.
    `arrival_*`: when it came in, on the unit's monotonic clock (s) and its wall clock (ms UTC).
    """

    data: bytes
    pts: int
    dts: int
    duration: int
    keyframe: bool
    arrival_mono_s: float
    arrival_wall_ms: int
    stream_index: int


class Technical(msgspec.Struct, frozen=True, tag="technical"):
    """Something happened to the camera itself. `detail` holds no address, no password and no personal data."""

    code: Code
    t_mono_s: float
    detail: dict[str, str | int] = {}
