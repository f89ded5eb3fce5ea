# SPDX-License-Identifier: EUPL-1.2
"""Films read and written frame by frame. What is written has pictures and their times, and nothing else: no sound, no
title, no date, no name of a program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from numpy.typing import NDArray

Image = NDArray[np.uint8]
LONGEST_FRAMES = 100_000
_TIME_BASE = Fraction(1, 90_000)
_QUALITY = "18"


class NotAFilm(ValueError):
    """It has no pictures that can be read."""


@dataclass(frozen=True)
class Shape:
    width: int
    height: int
    fps: float


def shape(path: Path) -> Shape:
    """Raises NotAFilm."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            return Shape(stream.codec_context.width, stream.codec_context.height, float(stream.average_rate or 10))
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise NotAFilm(f"{path} can't be read as a film: {error}") from error


def pictures(path: Path) -> Iterator[tuple[float, Image]]:
    """Each frame's time in seconds and its picture, RGB, with even edges. Raises NotAFilm."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            for number, frame in enumerate(container.decode(stream)):
                if number >= LONGEST_FRAMES:
                    raise NotAFilm(f"a film of more than {LONGEST_FRAMES} frames: take a shorter part of it")
                image = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                yield float(frame.time or 0), image[: image.shape[0] // 2 * 2, : image.shape[1] // 2 * 2]
    except (av.error.FFmpegError, IndexError, OSError) as error:
        raise NotAFilm(f"{path} can't be read as a film: {error}") from error


def write(path: Path, frames: Iterable[tuple[float, Image]]) -> int:
    """An MP4 of these; how many there were."""
    count, last = 0, -1
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        stream: Any = None
        plain: Any = None
        for time, image in frames:
            if stream is None:
                stream = _stream(container, image)
                plain = BitStreamFilterContext("filter_units=remove_types=6", stream)  # it names the encoder
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24").reformat(format="yuv420p")
            last = max(last + 1, round(time / _TIME_BASE))
            frame.pts, frame.time_base = last, _TIME_BASE
            _put(container, plain, stream.encode(frame))
            count += 1
        if stream is not None:
            _put(container, plain, [*stream.encode(None), None])
    return count


def _put(container: Any, plain: Any, packets: Iterable[Any]) -> None:
    for packet in packets:
        for one in plain.filter(packet):
            container.mux(one)


def _stream(container: Any, image: Image) -> Any:
    stream = container.add_stream("libx264", rate=Fraction(10))
    stream.height, stream.width = image.shape[:2]
    stream.pix_fmt, stream.time_base = "yuv420p", _TIME_BASE
    stream.codec_context.time_base = _TIME_BASE
    stream.options = {"preset": "veryfast", "crf": _QUALITY, "profile": "main", "flags": "+bitexact"}
    return stream
