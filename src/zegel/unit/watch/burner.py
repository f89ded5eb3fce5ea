# SPDX-License-Identifier: EUPL-1.2
"""Decodes one stream, makes its privacy masks black, and encodes it again: nothing else of it is passed on.

H.264 without delay, a key frame each second, a bounded bit rate; pictures of a camera that makes stills become new
JPEGs without anything that the camera wrote beside the pixels (an EXIF thumbnail would show what is masked). What
can't be decoded, blackened or encoded gives no picture.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np
from av.codec.context import Flags
from av.video.frame import PictureType

from zegel.unit.source.media import MAX_EDGE, TIMESCALE, Packet, Stream
from zegel.unit.source.nal import Normalizer
from zegel.unit.watch.masks import Masks

KEY_EVERY = TIMESCALE
"""A key frame each second, so that a release starts at most one second before its range."""
BITS_PER_PIXEL = 0.12
LEAST_RATE, MOST_RATE = 300_000, 6_000_000
QUALITY = 24
JPEG_QUALITY = 88
MAX_KNOWN = 64
_DECODERS = {"avc1": "h264", "hvc1": "hevc", "mjpg": "mjpeg"}
_PROFILE = {"preset": "superfast", "tune": "zerolatency", "forced-idr": "1"}

Shape = tuple[int, int, str, int]


class BurnFailed(Exception):
    """This picture can't be passed on with its masks black, so it isn't."""


class Burner:
    """One source stream under one set of masks. Another stream comes out of it whenever the picture's size changes."""

    def __init__(self, masks: Masks, source: Stream) -> None:
        self.masks, self.source = masks, source
        self._decoder: Any = _decoder(source)
        self._encoder: Any = None
        self._normalizer = Normalizer(False, b"")
        self._shape: Shape | None = None
        self._known: dict[int, Packet] = {}
        self._pts = -1
        self._arrival_s = 0.0
        self._key_pts: int | None = None

    def packet(self, packet: Packet, show: bool = True) -> list[Stream | Packet]:
        """What becomes of one packet. `show`: false decodes it and leaves it out (there is no time to encode it).

        Raises BurnFailed; then nothing of this stream may follow.
        """
        try:
            if self.source.codec == "mjpg":
                return self._still(packet) if show else []
            return [item for frame in self._decoded(packet) if show for item in self._video(*frame)]
        except (av.error.FFmpegError, cv2.error, ValueError, MemoryError) as error:
            raise BurnFailed(f"{type(error).__name__}: {error}") from error

    # -- stills

    def _still(self, packet: Packet) -> list[Stream | Packet]:
        image = cv2.imdecode(np.frombuffer(packet.data, np.uint8), cv2.IMREAD_COLOR)
        if image is None or max(image.shape[:2]) > MAX_EDGE:
            return []
        burnt = self.masks.burn_colours(image.astype(np.uint8, copy=False))
        done, data = cv2.imencode(".jpg", burnt, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        if not done:
            raise BurnFailed("a picture could not be encoded")
        height, width = burnt.shape[:2]
        announced = self._announced((width, height, "", 0), "mjpg", b"")
        return [*announced, self._packet(bytes(data), packet, packet.pts, True)]

    # -- video

    def _decoded(self, packet: Packet) -> list[tuple[Any, Packet]]:
        encoded = av.Packet(packet.data)
        encoded.pts, encoded.dts = packet.pts, packet.dts
        self._known[packet.pts] = packet
        while len(self._known) > MAX_KNOWN:
            del self._known[min(self._known)]
        try:
            frames = self._decoder.decode(encoded)
        except av.error.InvalidDataError:
            return []  # a broken packet; the next key frame mends it
        return [(frame, self._known.pop(frame.pts, packet)) for frame in frames]

    def _video(self, frame: Any, origin: Packet) -> list[Stream | Packet]:
        if max(frame.width, frame.height) > MAX_EDGE or min(frame.width, frame.height) < 16:
            return []
        pts = max(self._pts + 1, frame.pts if frame.pts is not None else origin.pts)
        burnt = self.masks.burn(_even(frame))
        shape = (burnt.width, burnt.height, burnt.format.name, int(burnt.color_range))
        if shape != self._shape:
            self._encoder, self._key_pts = _encoder(shape, self.source.fps), None
            self._normalizer = Normalizer(False, b"")
        key = self._key_pts is None or pts - self._key_pts >= KEY_EVERY
        burnt.pts, burnt.time_base = pts, Fraction(1, TIMESCALE)
        burnt.pict_type = PictureType.I if key else PictureType.NONE
        items: list[Stream | Packet] = []
        for encoded in self._encoder.encode(burnt):
            items += self._made(bytes(encoded), shape, origin, pts, encoded.is_keyframe)
        self._pts = pts
        if key:
            self._key_pts = pts
        return items

    def _made(self, data: bytes, shape: Shape, origin: Packet, pts: int, key: bool) -> list[Stream | Packet]:
        nals, _ = self._normalizer.packet(data)
        announced = self._announced(shape, "avc1", self._normalizer.sets.record()) if key else []
        if shape != self._shape:
            raise BurnFailed("the encoder did not begin with a key frame")
        return [*announced, self._packet(nals, origin, pts, key)]

    # -- both

    def _announced(self, shape: Shape, codec: Any, extradata: bytes) -> list[Stream | Packet]:
        if shape == self._shape:
            return []
        self._shape = shape
        return [Stream(codec, extradata, shape[0], shape[1], self.source.fps, 0, self.masks.name)]

    def _packet(self, data: bytes, origin: Packet, pts: int, key: bool) -> Packet:
        """Arrival is that of the camera's packet which holds the picture; where those are reordered it never falls."""
        self._arrival_s = max(self._arrival_s, origin.arrival_mono_s)
        return Packet(
            data, pts, pts, origin.duration, key, self._arrival_s, origin.arrival_wall_ms, 0,
        )  # fmt: skip


def _decoder(stream: Stream) -> Any:
    decoder = av.CodecContext.create(_DECODERS[stream.codec], "r")
    decoder.extradata = stream.extradata or None
    decoder.thread_count = 1
    decoder.flags |= Flags.low_delay
    return decoder


def _even(frame: Any) -> Any:
    """Its colours are coarser by two: an odd row or column has none of its own."""
    width, height = frame.width - frame.width % 2, frame.height - frame.height % 2
    return frame if (width, height) == (frame.width, frame.height) else frame.reformat(width, height, "yuv420p")


def _encoder(shape: Shape, fps: float) -> Any:
    width, height, pixels, colours = shape
    rate = round(min(MOST_RATE, max(LEAST_RATE, BITS_PER_PIXEL * width * height * min(fps, 30.0))))
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, pixels
    encoder.time_base = Fraction(1, TIMESCALE)
    encoder.framerate = Fraction(round(fps * 100), 100)
    encoder.color_range = colours
    encoder.thread_count = 1
    limits = {"crf": str(QUALITY), "maxrate": str(rate), "bufsize": str(rate)}
    encoder.options = {**_PROFILE, **limits, "g": "600", "sc_threshold": "0"}
    return encoder
