# SPDX-License-Identifier: EUPL-1.2
"""Bright, restless pictures as a camera's packets, and looking at what became of them: for tests of masks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from zegel.unit.source.media import Packet, Stream
from zegel.unit.source.nal import Normalizer

RATE = 12
TICKS = 90_000 // RATE
Corners = list[tuple[float, float]]
SQUARE: Corners = [(0.25, 0.25), (0.6, 0.25), (0.6, 0.7), (0.25, 0.7)]
SLANTED: Corners = [(0.31, 0.2), (0.77, 0.33), (0.52, 0.91)]
BLACK_BELOW = 40
"""Luma of video black is 16; a lossy codec strays a little. What these pictures show elsewhere is above 90."""


class Moving:
    """An H.264 stream whose every pixel is bright and changes; with `reordered` the camera sends B frames."""

    def __init__(
        self, width: int, height: int, *, index: int = 0, reordered: bool = False, pixels: str = "yuv420p"
    ) -> None:
        self.size, self._index = (width, height), index
        self._random = np.random.default_rng(width)
        frames = 2 if reordered else 0
        self._encoder: Any = av.CodecContext.create("libx264", "w")
        self._encoder.width, self._encoder.height, self._encoder.pix_fmt = width, height, pixels
        self._encoder.framerate = RATE
        self._encoder.options = {"preset": "ultrafast", "x264-params": f"keyint={RATE}:scenecut=0:bframes={frames}"}
        self._pixels = pixels
        self._normalizer = Normalizer(False, b"")
        self._number = 0

    def packets(self, count: int, start_s: float = 1000.0) -> Iterator[Stream | Packet]:
        for _ in range(count):
            for packet in self._encoder.encode(self._frame()):
                yield from self._packet(packet, start_s)

    def _frame(self) -> Any:
        width, height = self.size
        blocks = self._random.integers(150, 235, (height // 8 + 1, width // 8 + 1, 3), np.uint8)
        image = np.kron(blocks, np.ones((8, 8, 1), np.uint8))[:height, :width]
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24").reformat(format=self._pixels)
        frame.pts = self._number
        self._number += 1
        return frame

    def _packet(self, packet: Any, start_s: float) -> Iterator[Stream | Packet]:
        data, changed = self._normalizer.packet(bytes(packet))
        if changed:
            yield Stream("avc1", self._normalizer.sets.record(), *self.size, float(RATE), self._index)
        number = int(packet.dts) + 2
        at_s = start_s + number / RATE
        pts = (int(packet.pts) + 2) * TICKS
        yield Packet(data, pts, number * TICKS, TICKS, packet.is_keyframe, at_s, round(at_s * 1000), self._index)


def pictures(items: Iterable[Stream | Packet]) -> Iterator[tuple[Stream, NDArray[np.uint8]]]:
    """Every picture's luma [height, width] of a stream that was made, with the stream that it belongs to."""
    decoder: Any = None
    stream: Stream | None = None
    for item in items:
        if isinstance(item, Stream):
            stream, decoder = item, None
            continue
        assert stream is not None, "a picture came before its stream"
        if stream.codec == "mjpg":
            grey = cv2.imdecode(np.frombuffer(item.data, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert grey is not None
            yield stream, grey.astype(np.uint8, copy=False)
            continue
        if decoder is None:
            decoder = av.CodecContext.create("h264", "r")
            decoder.extradata = stream.extradata
        packet = av.Packet(item.data)
        packet.pts, packet.dts = item.pts, item.dts
        for frame in decoder.decode(packet):
            yield stream, frame.reformat(format="gray").to_ndarray()


def inside(corners: Corners, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The pixels inside a polygon, exactly as it was drawn."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.array([[round(x * width), round(y * height)] for x, y in corners], np.int32)], 255)
    return picture[mask > 0]


def is_black(corners: Corners, picture: NDArray[np.uint8]) -> bool:
    return int(inside(corners, picture).max()) < BLACK_BELOW


def is_bright_elsewhere(picture: NDArray[np.uint8]) -> bool:
    """The test's own check: the picture is there, and only the mask is black."""
    edge = max(4, picture.shape[0] // 16)
    return float(picture[:edge].mean()) > 90
