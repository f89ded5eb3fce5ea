# SPDX-License-Identifier: EUPL-1.2
"""Overview pictures: small enough that nobody can be recognised, at a fixed interval, whatever happens.

Principles that keep it safe:
- The size follows from how the camera hangs: at most 40 pixels a metre and 6 to a face where somebody can come nearest,
  never more than 320x180 (field.md; C8).
- Each pixel is the mean of a fixed part of the camera's picture, in linear light: nothing between them can be won back.
- Privacy masks come first. A turned camera with masks gives none.
- What leaves is looked at before: decoded again, three times enlarged, a face is searched for. Found: it stays here.
  Nobody there to look: it stays here.
- When is decided by the clock alone, on a grid of wall time. Whether anything moves is not known here.

They are small, not anonymous: what somebody wears, and that somebody is there, can be seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from av.codec.context import Flags
from numpy.typing import NDArray

from zegel.unit.detectors.result import Box
from zegel.unit.source.media import Packet, Stream
from zegel.unit.source.nal import Normalizer
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import OVERVIEW_SIZE, OverviewAsked, OverviewPicture
from zegel.unit.watch.picture import Image

WIDTH, HEIGHT = OVERVIEW_SIZE
"""Of every overview picture: what is smaller is put in its middle, so that all have the same parameters."""
MOST_PX_PER_M = 40.0
MOST_FACE_PX = 6.0
FACE_M = 0.16
HEAD_CM = 190
"""How high a tall person's face is: the nearest that a face comes to a camera above it."""
FLAT_LENS_DEG = 150.0
"""From here on no lens draws straight lines, and only the other reckoning holds."""
LEAST_WIDTH, LEAST_HEIGHT = 48, 26
"""Smaller than this is no overview: the camera hangs too near."""
ENLARGED = 3
FACES_SIZE = (960, 544)
MAX_AGE_S = 30.0
_QUALITY = 23
_DECODERS = {"avc1": "h264", "hvc1": "hevc"}

Faces = Callable[[Image], list[Box]]
"""Finds faces in an RGB picture [544, 960, 3]; raises EyeLost."""
Floats = NDArray[np.float32]

_TO_LINEAR = np.array(
    [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (i / 255 for i in range(256))], np.float32
)


class NoPicture(Exception):
    """Why there is none this time; `code` is for the log."""

    def __init__(self, code: str, faces: int = 0) -> None:
        super().__init__(code)
        self.code, self.faces = code, faces


@dataclass(frozen=True)
class Size:
    """Of the picture's content, and what it means at the nearest place where people can be."""

    width: int
    height: int
    px_per_m: float
    face_px: float


def density(asked: OverviewAsked, width: int) -> float:
    """Pixels a metre, at most, of a picture of that width where somebody comes nearest.

    A lens lies somewhere between one that keeps lines straight and one that keeps angles: the larger figure counts.
    """
    below_m = max(0, asked.height_cm - HEAD_CM) / 100
    nearest_m = max(0.01, asked.nearest_cm / 100)
    angle, tilt = math.radians(asked.hfov_cdeg / 100), math.radians(asked.tilt_cdeg / 100)
    by_angle = width / angle / math.hypot(nearest_m, below_m)
    if asked.hfov_cdeg / 100 >= FLAT_LENS_DEG:
        return by_angle
    # How far in front of the lens somebody at the picture's edge stands, along its axis: there lines are drawn largest.
    ahead_m = nearest_m * math.cos(angle / 2) * math.cos(tilt) + below_m * math.sin(tilt)
    return max(by_angle, width / 2 / math.tan(angle / 2) / max(ahead_m, 0.01))


def size_of(asked: OverviewAsked, width: int, height: int) -> Size | None:
    """The largest allowed size for a camera's picture; None where even the smallest shows too much."""
    per_pixel = density(asked, 1)
    most = min(MOST_PX_PER_M, MOST_FACE_PX / FACE_M) / per_pixel
    wide = min(most, float(WIDTH), HEIGHT * width / height, float(width))
    w, h = int(wide) // 2 * 2, int(wide * height / width) // 2 * 2
    if w < LEAST_WIDTH or h < LEAST_HEIGHT:
        return None
    return Size(w, h, per_pixel * w, per_pixel * w * FACE_M)


def shrunk(image: Image, size: Size) -> Image:
    """[180, 320, 3] RGB of [height, width, 3] RGB: the mean light of fixed parts, in the middle of black."""
    linear: Floats = _TO_LINEAR[image]
    small = cv2.resize(linear, (size.width, size.height), interpolation=cv2.INTER_AREA)
    curved = np.where(small <= 0.0031308, small * 12.92, 1.055 * np.power(np.maximum(small, 1e-6), 1 / 2.4) - 0.055)
    made = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    top, left = (HEIGHT - size.height) // 4 * 2, (WIDTH - size.width) // 4 * 2
    made[top : top + size.height, left : left + size.width] = np.clip(curved * 255 + 0.5, 0, 255).astype(np.uint8)
    return made


def enlarged(picture: Image) -> Image:
    """What the finder of faces looks at: [544, 960, 3], three times as large, with black below."""
    large = np.zeros((FACES_SIZE[1], FACES_SIZE[0], 3), np.uint8)
    size = (WIDTH * ENLARGED, HEIGHT * ENLARGED)
    large[: size[1]] = cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC).astype(np.uint8, copy=False)
    return large


def encoded(picture: Image) -> tuple[bytes, bytes]:
    """(frame with 4-byte lengths, avcC record) of one H.264 key frame. The record is always the same."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate, encoder.thread_count = Fraction(1, 25), Fraction(25), 1
    encoder.options = {
        "preset": "medium", "tune": "stillimage", "profile": "main", "level": "3.0", "qp": str(_QUALITY),
        "x264-params": "keyint=1:bframes=0:ref=1:annexb=1",
    }  # fmt: skip
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24").reformat(format="yuv420p")
    data = b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])
    normalizer = Normalizer(False, b"")
    nals, _ = normalizer.packet(data)
    return nals, normalizer.sets.record()


def decoded(stream: Stream, packet: Packet, masks: Masks) -> Image:
    """A key frame as [height, width, 3] RGB, its masks black. Raises NoPicture."""
    try:
        if stream.codec == "mjpg":
            image = cv2.imdecode(np.frombuffer(packet.data, np.uint8), cv2.IMREAD_COLOR)
            if image is None:
                raise NoPicture("undecodable")
            burnt = masks.burn_colours(image.astype(np.uint8, copy=False))
            return cv2.cvtColor(burnt, cv2.COLOR_BGR2RGB).astype(np.uint8, copy=False)
        frame = _frame(_DECODERS[stream.codec], stream.extradata, packet.data)
        masked = frame if masks.none else masks.burn(frame)
        rgb: Image = masked.reformat(format="rgb24").to_ndarray()
        return rgb
    except (av.error.FFmpegError, cv2.error, ValueError, MemoryError) as error:
        raise NoPicture("undecodable") from error


def _frame(codec: str, extradata: bytes, data: bytes) -> Any:
    decoder: Any = av.CodecContext.create(codec, "r")
    decoder.extradata = extradata or None
    decoder.thread_count = 1
    decoder.flags |= Flags.low_delay
    packet = av.Packet(data)
    packet.pts = packet.dts = 0
    frames = [*decoder.decode(packet), *decoder.decode(None)]
    if not frames:
        raise NoPicture("undecodable")
    return frames[0]


class Overview:
    """One camera's overview pictures. `faces` is None where nobody can look for faces: then there are none."""

    def __init__(self, faces: Faces | None) -> None:
        self._faces = faces
        self._asked: OverviewAsked | None = None
        self._next_ms = 0

    def configure(self, asked: OverviewAsked | None, now_ms: int) -> None:
        if asked != self._asked:
            self._asked = asked
            self._next_ms = _grid(now_ms, asked.interval_s) if asked else 0

    def due(self, now_ms: int) -> bool:
        """Whether the grid's next instant has come. One that was slept through is left out."""
        if self._asked is None or now_ms < self._next_ms:
            return False
        late_ms = now_ms - self._next_ms
        self._next_ms = _grid(now_ms, self._asked.interval_s)
        return late_ms < min(30_000, self._asked.interval_s * 500)

    def make(self, newest: tuple[Stream, Packet] | None, masks: Masks, now_s: float) -> OverviewPicture:
        """A picture of the newest key frame. Raises NoPicture, EyeLost."""
        assert self._asked is not None
        if self._faces is None:
            raise NoPicture("no_face_check")
        if masks.away:
            raise NoPicture("away")
        if newest is None or now_s - newest[1].arrival_mono_s > MAX_AGE_S:
            raise NoPicture("camera_silent")
        stream, packet = newest
        image = decoded(stream, packet, masks)
        size = size_of(self._asked, image.shape[1], image.shape[0])
        if size is None:
            raise NoPicture("too_near")
        data, record = encoded(shrunk(image, size))
        seen = _frame("h264", record, data).reformat(format="rgb24").to_ndarray()
        found = len(self._faces(enlarged(seen)))
        if found:
            raise NoPicture("face_found", found)
        return OverviewPicture(
            data, record, WIDTH, HEIGHT, masks.name, packet.arrival_mono_s, packet.arrival_wall_ms
        )  # fmt: skip


def _grid(now_ms: int, interval_s: int) -> int:
    """The next instant that is a multiple of the interval since 1970, so that no picture says when a unit began."""
    step = interval_s * 1000
    return (now_ms // step + 1) * step


