# SPDX-License-Identifier: EUPL-1.2
"""Decides which packets are decoded at all: key frames while nothing happens, everything while something moves.

A camera's sub-stream is small, so all of it is decoded. Without one, decoding the main stream would be most of the
unit's work: then only key frames are, until one of them, or a jump in the sizes of the frames between them, shows that
something moves. The frames since the last key frame are kept, so nothing between it and the jump is missed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import av
from av.codec.context import Flags

from zegel.unit.source.media import MAX_EDGE, TIMESCALE, Code, Packet, Stream, Technical
from zegel.unit.watch.masks import Masks
from zegel.unit.watch.messages import Message, Motion, Seen
from zegel.unit.watch.picture import Picture
from zegel.unit.watch.tamper import View
from zegel.unit.watch.watcher import Sight, Watcher

RATE = 5.0
"""Pictures a second that are analysed while something moves."""
HOLD_S = 3.0
"""How long after the last movement it still counts as one."""
AWAKE_S = 1.0
"""How long after the last movement everything is still decoded. After that key frames and sizes wake it, as ever."""
DOUBT_S = 0.7
"""The same after a wake by sizes that showed nothing."""
MAX_GOP_PACKETS = 600
MAX_GOP_BYTES = 24 * 1024 * 1024
BAD_FRAMES = 10
_DECODERS = {"avc1": "h264", "hvc1": "hevc", "mjpg": "mjpeg"}

Say = Callable[[Message], None]


class Sizes:
    """Wakes on frames that are suddenly larger than their like: movement costs bits."""

    SPAN = 3
    JUMP = 1.7
    LEAST = 150

    def __init__(self) -> None:
        self._usual: float | None = None
        self._last: deque[int] = deque(maxlen=self.SPAN)
        self._count = 0

    def jumped(self, size: int) -> bool:
        self._last.append(size)
        self._count += 1
        mean = sum(self._last) / len(self._last)
        if self._usual is None:
            self._usual = mean
        usual = self._usual
        self._usual += (size - usual) * (0.1 if self._count < 25 else 0.01)
        return self._count > 25 and len(self._last) == self.SPAN and mean > self.JUMP * usual + self.LEAST

    def was_nothing(self) -> None:
        """The jump showed no movement: this much is usual now."""
        if self._last and self._usual is not None:
            self._usual = max(self._usual, sum(self._last) / len(self._last))


class Analyst:
    """One camera's decoding and watching. Feed it a stream's items in order; it says what it sees."""

    def __init__(self, watcher: Watcher, say: Say, eager: bool = False) -> None:
        self._watcher = watcher
        self._say = say
        self._eager = eager
        self.masks = Masks()
        self._decoder: Any = None
        self._glance: Any = None
        self._gop: list[Packet] = []
        self._gop_bytes = 0
        self._fed = 0
        self._sizes = Sizes()
        self._arrivals: dict[int, float] = {}
        self._awake_until_s = 0.0
        self._moved_s: float | None = None
        self._by_size = False
        self._analysed_s = 0.0
        self._wanted_s = 0.0
        self._bad = 0
        self._told_bad = False

    def stream(self, stream: Stream) -> None:
        """A new stream: another decoder. Its picture may have another shape, which the watcher does not mind."""
        self._gop, self._gop_bytes, self._fed, self._sizes = [], 0, 0, Sizes()
        self._arrivals.clear()
        # Without the last smoothing decoding is a sixth less work; what is recorded is not touched by it.
        self._decoder = _decoder(stream, {"skip_loop_filter": "all"})
        self._glance = _decoder(stream, {"skip_loop_filter": "all"})

    def wants(self, packet: Packet) -> bool:
        """Whether this packet is to be looked at now; those before it are decoded with it, which saves their wakes.

        Only the reading thread asks, once for each packet; a stale answer costs one frame.
        """
        now_s = packet.arrival_mono_s
        awake = self._eager or now_s < self._awake_until_s
        if not packet.keyframe and not (awake and now_s - self._wanted_s >= 0.9 / RATE):
            return False
        self._wanted_s = now_s
        return True

    def awake(self, now_s: float) -> bool:
        """Whether something moves, or may."""
        return now_s < self._awake_until_s

    def jumped(self, packet: Packet) -> bool:
        """Whether the sizes say that something moves. Only the reading thread asks, once for each packet."""
        return not self._eager and not packet.keyframe and self._sizes.jumped(len(packet.data))

    def packet(self, packet: Packet, jumped: bool = False) -> None:
        """`jumped`: what `jumped` said of it."""
        if self._decoder is None:
            return
        self._remember(packet)
        if self._eager or packet.arrival_mono_s < self._awake_until_s:
            self._decode_all(packet.arrival_mono_s)
        elif packet.keyframe:
            self._decode_key(packet)
        elif jumped:
            self._wake(packet.arrival_mono_s, DOUBT_S)
            self._by_size = True
            self._decode_all(packet.arrival_mono_s)
        self._maybe_still(packet.arrival_mono_s)

    def _remember(self, packet: Packet) -> None:
        if packet.keyframe:
            self._gop, self._gop_bytes, self._fed = [], 0, 0
        elif not self._gop:
            return  # without its key frame a frame shows nothing
        self._gop.append(packet)
        self._gop_bytes += len(packet.data)
        if len(self._gop) > MAX_GOP_PACKETS or self._gop_bytes > MAX_GOP_BYTES:
            self._gop, self._gop_bytes, self._fed = [], 0, 0

    def _wake(self, now_s: float, for_s: float) -> None:
        self._awake_until_s = max(self._awake_until_s, now_s + for_s)

    def _decode_all(self, now_s: float) -> None:
        """Everything of this group of pictures that the decoder has not seen yet."""
        if self._fed == 0 and not self._eager:
            self._decoder.flush_buffers()
        waiting, self._fed = self._gop[self._fed :], len(self._gop)
        for packet in waiting:
            for frame in self._frames(self._decoder, packet):
                self._analyse(frame)

    def _decode_key(self, packet: Packet) -> None:
        frames = self._frames(self._glance, packet)
        if not frames:  # a decoder that reorders holds it back until it is told that no more comes
            frames = self._frames(self._glance, None)
            self._glance.flush_buffers()
        for frame in frames[-1:]:
            self._analyse(frame, due=True)
        if packet.arrival_mono_s < self._awake_until_s:
            self._decode_all(packet.arrival_mono_s)

    def _frames(self, decoder: Any, packet: Packet | None) -> list[Any]:
        try:
            frames = list(decoder.decode(self._encoded(packet)))
        except av.error.EOFError:
            return []
        except (av.error.FFmpegError, ValueError, MemoryError):
            self._is_bad()
            return []
        if any(max(frame.width, frame.height) > MAX_EDGE or min(frame.width, frame.height) < 16 for frame in frames):
            self._is_bad()
            return []
        if frames:
            self._bad, self._told_bad = 0, False
        return frames

    def _encoded(self, packet: Packet | None) -> Any:
        if packet is None:
            return None
        encoded = av.Packet(packet.data)
        encoded.pts, encoded.dts = packet.pts, packet.dts
        self._arrivals[packet.pts] = packet.arrival_mono_s
        if len(self._arrivals) > 64:
            del self._arrivals[min(self._arrivals)]
        return encoded

    def _is_bad(self) -> None:
        self._bad += 1
        if self._bad >= BAD_FRAMES and not self._told_bad:
            self._told_bad = True
            self._say(
                Technical(
                    Code.CAMERA_GARBAGE, self._gop[-1].arrival_mono_s if self._gop else 0.0, {"reason": "undecodable"}
                )
            )

    def _analyse(self, frame: Any, due: bool = False) -> None:
        pts = frame.pts if frame.pts is not None else 0
        t_s = self._arrivals.get(pts)
        if t_s is None:
            t_s = self._gop[-1].arrival_mono_s
        if t_s <= self._analysed_s or (not due and t_s - self._analysed_s < 0.9 / RATE):
            return
        self._analysed_s = t_s
        if self.masks.away:
            return  # it looks elsewhere, where it guards nothing and must see nothing
        burnt = frame if self.masks.none else self.masks.burn(frame)
        self._tell(self._watcher.feed(Picture(burnt), t_s), t_s, pts)

    def _tell(self, sight: Sight, t_s: float, pts: int) -> None:
        if sight.view is not None:
            code = Code.VIEW_LOST if sight.view is View.LOST else Code.VIEW_BACK
            self._say(Technical(code, t_s, {}))
        if not sight.moving:
            return
        if self._moved_s is None:
            self._say(Motion(True, t_s))
        self._moved_s, self._by_size = t_s, False
        self._wake(t_s, AWAKE_S)
        self._say(Seen(t_s, pts, True, list(sight.findings)))

    def _maybe_still(self, now_s: float) -> None:
        if self._by_size and now_s >= self._awake_until_s:
            self._by_size = False
            self._sizes.was_nothing()
        if self._moved_s is not None and now_s - self._moved_s > HOLD_S:
            self._moved_s = None
            self._say(Motion(False, now_s))


def _decoder(stream: Stream, options: dict[str, str]) -> Any:
    decoder = av.CodecContext.create(_DECODERS[stream.codec], "r")
    decoder.extradata = stream.extradata or None
    decoder.thread_count = 1
    decoder.flags |= Flags.low_delay
    decoder.options = options
    return decoder


def main_pts(latest: Packet | None, t_s: float, pts: int) -> int:
    """Where on the main stream a frame of the sub-stream lies that arrived at `t_s`."""
    if latest is None:
        return pts
    return max(0, latest.pts + round((t_s - latest.arrival_mono_s) * TIMESCALE))
