# SPDX-License-Identifier: EUPL-1.2
"""Reads one stream of a camera for as long as the unit runs: connects, copies packets, reports, reconnects.

Everything here may meet hostile bytes: each length is limited, each failure ends in an event and another try, and the
process around it may die without hurting the rest of the unit (see watch/pool.py).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any

from zegel.unit import clock
from zegel.unit.source.config import Source
from zegel.unit.source.lost import Garbage, Lost
from zegel.unit.source.media import MAX_EDGE, MAX_PACKET, TIMESCALE, Code, Codec, Packet, Stream, Technical
from zegel.unit.source.nal import BadStream, Normalizer
from zegel.unit.source.timeline import Timeline

if TYPE_CHECKING:
    import av

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 3.0
"""The demuxer tries twice: a silent camera is lost after twice this time."""
BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 20.0
"""A connection that lasted this long starts the back-off anew."""
LONG_GOP_S = 5.0
"""seal.md: a release starts at most five seconds before its range; a camera with longer intervals is reported."""
BAD_S = 2.0
"""Nothing but broken packets for so long is garbage, not a disturbance."""
REST_S = 0.16
REST_EVERY = TIMESCALE // 5
"""While nothing moves packets are fetched five times a second, all that came meanwhile: see `_Copy._rest`."""
AWAKE_BEFORE_KEY_S = 0.03
STILL_EVERY_S = 1.0
_CODECS: dict[str, Codec] = {"h264": "avc1", "hevc": "hvc1", "mjpeg": "mjpg"}

Item = Stream | Packet | Technical


def _never() -> bool:
    return False


def open_camera(source: Source, stopping: Event | None = None, may_rest: Callable[[], bool] = _never) -> Iterator[Item]:
    """Streams, packets and events of one source until `stopping` is set, or a file without loop ends.

    Never raises for what a camera does. Waits in here: for the network, for a file's next frame (real time, by its
    presentation times), and between tries (`BACKOFF_S`, with jitter). While `may_rest` says so it fetches packets a few
    at a time, never a key frame late.
    """
    yield from _Camera(source, stopping or Event(), may_rest).items()


@dataclass
class _Open:
    """One open connection."""

    container: av.container.InputContainer
    stream: av.VideoStream
    codec: Codec
    normalizer: Normalizer | None


class _Camera:
    def __init__(self, source: Source, stopping: Event, may_rest: Callable[[], bool]) -> None:
        self._source = source
        self.may_rest = may_rest
        self._stopping = stopping
        self._timeline = Timeline()
        self._stream: Stream | None = None
        self._lost = False
        self._garbage = False
        self._tries = 0

    def items(self) -> Iterator[Item]:
        while not self._stopping.is_set():
            began_s = clock.mono_s()
            try:
                yield from self._connection()
            except Lost as lost:
                yield from self._report(lost)
                if lost.reason == "end_of_file":
                    return
            if clock.mono_s() - began_s > STEADY_S:
                self._tries = 0
            wait_s = BACKOFF_S[min(self._tries, len(BACKOFF_S) - 1)]
            self._tries += 1
            self._stopping.wait(wait_s * random.uniform(0.8, 1.2))

    def _report(self, lost: Lost) -> Iterator[Technical]:
        detail: dict[str, str | int] = {"reason": lost.reason, **lost.detail}
        if isinstance(lost, Garbage):
            if not self._garbage:
                yield Technical(Code.CAMERA_GARBAGE, clock.mono_s(), detail)
            self._garbage = True
        if not self._lost:
            yield Technical(Code.CAMERA_LOST, clock.mono_s(), detail)
        self._lost = True

    def _back(self) -> Iterator[Technical]:
        if self._lost:
            yield Technical(Code.CAMERA_BACK, clock.mono_s())
        self._lost = self._garbage = False

    def _connection(self) -> Iterator[Item]:
        if self._source.is_still:
            yield from self._stills()
            return
        opened = _open(self._source)
        with opened.container:
            self._timeline.interrupted()
            yield from _Copy(self, opened).items()

    def _stills(self) -> Iterator[Item]:
        """A picture each second, each a key frame. Raises Lost, Garbage."""
        from zegel.unit.source.stills import Stills  # an HTTP client that few cameras need

        stills, size = Stills(self._source.address), (0, 0)
        self._timeline.interrupted()
        while not self._stopping.is_set():
            began_s = clock.mono_s()
            still = stills.fetch()
            now_s, now_ms = clock.mono_s(), clock.wall_ms()
            if still.size != size or self._lost:
                size = still.size
                yield from self.announce("mjpg", b"", size, 1.0)
            at = round(now_s * TIMESCALE)
            placed = self._timeline.place(at, at, TIMESCALE, now_s)
            yield Packet(still.data, placed.pts, placed.dts, TIMESCALE, True, now_s, now_ms, self.index)
            self._stopping.wait(max(0.05, began_s + STILL_EVERY_S - clock.mono_s()))

    # --- what the copy below needs ----------------------------------------------------------------------------

    @property
    def stopping(self) -> Event:
        return self._stopping

    @property
    def source(self) -> Source:
        return self._source

    @property
    def timeline(self) -> Timeline:
        return self._timeline

    @property
    def index(self) -> int:
        return self._stream.stream_index if self._stream else 0

    def announce(self, codec: Codec, extradata: bytes, size: tuple[int, int], fps: float) -> Iterator[Item]:
        """A stream that starts or changed, with what that means to the outside."""
        former = self._stream
        self._stream = Stream(codec, extradata, *size, fps, self.index + 1 if former else 0)
        yield from self._back()
        if former and (former.width, former.height) != size:
            detail: dict[str, str | int] = {"from": f"{former.width}x{former.height}", "to": f"{size[0]}x{size[1]}"}
            yield Technical(Code.RESOLUTION_CHANGED, clock.mono_s(), detail)
        yield self._stream


class _Copy:
    """The packets of one connection."""

    def __init__(self, camera: _Camera, opened: _Open) -> None:
        self._camera = camera
        self._open = opened
        self._announced = False
        self._good_s = clock.mono_s()
        self._key_dts: int | None = None
        self._long_gop = False
        self._pace: tuple[float, int] | None = None
        self._scale: tuple[int, int] = (0, 1)
        self._rested_dts: int | None = None
        self._rest_began_s = 0.0
        self._last: tuple[float, int] = (0.0, 0)
        self._key_arrivals = (0.0, 0.0)

    def items(self) -> Iterator[Item]:
        while True:
            yield from self._once()
            if self._camera.stopping.is_set():
                return
            if not self._camera.source.is_file:
                raise Lost("closed")
            if not self._camera.source.loop:
                raise Lost("end_of_file")
            self._rewind()

    def _rewind(self) -> None:
        self._open.container.seek(0)
        self._camera.timeline.interrupted()
        self._pace = None

    def _once(self) -> Iterator[Item]:
        for packet in _demux(self._open):
            if self._camera.stopping.is_set():
                return
            try:
                yield from self._packet(packet)
            except BadStream as error:
                if clock.mono_s() - self._good_s > BAD_S:
                    raise Garbage("broken_stream", why=str(error)[:80]) from error

    def _packet(self, packet: av.Packet[Any]) -> Iterator[Item]:
        if packet.size > MAX_PACKET:
            raise BadStream(f"a frame of more than {MAX_PACKET} bytes")
        if self._camera.source.is_file:
            self._keep_pace(packet)
        now_s, now_ms, times = clock.mono_s(), clock.wall_ms(), self._times(packet)
        arrival_s = self._arrival(times[1] if times[1] is not None else times[0], now_s)
        arrival_ms = now_ms - round((now_s - arrival_s) * 1000)
        data, changed = self._normalized(bytes(packet))
        if not data:
            return
        keyframe = packet.is_keyframe
        if changed or not self._announced:
            self._announced = False
            if not keyframe:
                return
            yield from self._announce()
        self._good_s = arrival_s
        placed = self._camera.timeline.place(*times, arrival_s)
        if placed.jump_ms:
            yield Technical(Code.TIME_JUMP, arrival_s, {"ms": placed.jump_ms})
        if keyframe:
            yield from self._gop(placed.dts, arrival_s)
            self._key_arrivals = (self._key_arrivals[1], arrival_s)
        index = self._camera.index
        yield Packet(data, placed.pts, placed.dts, placed.duration, keyframe, arrival_s, arrival_ms, index)
        self._rest(placed.dts)

    def _rest(self, dts: int) -> None:
        """While nothing moves: let some packets gather before fetching them. Each wake costs more than a packet.

        The rest is shorter than what was read since the last one, so reading never falls behind; and it ends before the
        next key frame is expected, because that one is looked at.
        """
        if self._camera.source.is_file or not self._camera.may_rest():
            self._rested_dts = None
            return
        if self._rested_dts is None or dts < self._rested_dts:
            self._rested_dts = dts
        if dts - self._rested_dts < REST_EVERY:
            return
        self._rested_dts, now_s = dts, clock.mono_s()
        before, last = self._key_arrivals
        key_s = last + (last - before) - AWAKE_BEFORE_KEY_S if before else now_s
        rest_s = min(REST_S, key_s - now_s) if key_s > now_s else 0.0
        if rest_s > AWAKE_BEFORE_KEY_S:
            self._rest_began_s = now_s
            self._camera.stopping.wait(rest_s)

    def _arrival(self, dts: int | None, now_s: float) -> float:
        """When a packet came in. One that came during a rest lies as far behind the last one as its time says."""
        last_s, last_dts = self._last
        arrival_s = now_s
        if dts is not None:
            if self._rest_began_s:
                arrival_s = min(now_s, max(self._rest_began_s, last_s + (dts - last_dts) / TIMESCALE))
            self._last = (arrival_s, dts)
        if arrival_s == now_s:
            self._rest_began_s = 0.0
        return arrival_s

    def _normalized(self, data: bytes) -> tuple[bytes, bool]:
        return self._open.normalizer.packet(data) if self._open.normalizer else (data, False)

    def _times(self, packet: av.Packet[Any]) -> tuple[int | None, int | None, int | None]:
        over, under = self._scale
        if not over:
            base = packet.time_base
            if base is None:
                return None, None, None
            over, under = self._scale = (base.numerator * TIMESCALE, base.denominator)
        pts, dts, duration = packet.pts, packet.dts, packet.duration
        return (
            None if pts is None else (pts * over + under // 2) // under,
            None if dts is None else (dts * over + under // 2) // under,
            None if not duration else (duration * over + under // 2) // under,
        )

    def _announce(self) -> Iterator[Item]:
        normalizer, stream = self._open.normalizer, self._open.stream
        if normalizer and not normalizer.sets.complete:
            raise BadStream("no parameter sets yet")
        shape = normalizer.sets.shape() if normalizer else None
        size = (shape.width, shape.height) if shape else (stream.width, stream.height)
        extradata = normalizer.sets.record() if normalizer else b""
        fps = float(stream.average_rate or stream.guessed_rate or 25)
        yield from self._camera.announce(self._open.codec, extradata, size, min(max(fps, 0.1), 240.0))
        self._announced = True

    def _gop(self, dts: int, arrival_s: float) -> Iterator[Technical]:
        if self._key_dts is not None and not self._long_gop and dts - self._key_dts > LONG_GOP_S * TIMESCALE:
            self._long_gop = True
            yield Technical(Code.LONG_GOP, arrival_s, {"ms": (dts - self._key_dts) * 1000 // TIMESCALE})
        self._key_dts = dts

    def _keep_pace(self, packet: av.Packet[Any]) -> None:
        when = packet.dts if packet.dts is not None else packet.pts
        if when is None or packet.time_base is None:
            return
        at = round(when * packet.time_base * TIMESCALE)
        if self._pace is None:
            self._pace = (clock.mono_s(), at)
        began_s, first = self._pace
        self._camera.stopping.wait(max(0.0, began_s + (at - first) / TIMESCALE - clock.mono_s()))


def _open(source: Source) -> _Open:
    """Connects. Raises Lost where nothing answers, Garbage where something else than usable video does."""
    import av

    options = {"protocol_whitelist": _protocols(source)}
    if not source.is_file:
        # What is needed stands in the parameter sets: a long analysis would only hold back the first pictures.
        options |= {"rtsp_transport": "tcp", "allowed_media_types": "video", "analyzeduration": "200000"}
    try:
        container = av.open(source.address, options=options, timeout=(OPEN_TIMEOUT_S, READ_TIMEOUT_S))
    except (av.error.InvalidDataError, ValueError) as error:
        raise Garbage("not_video") from error
    except (av.error.FFmpegError, OSError) as error:
        raise Lost(_reason(error)) from error
    try:
        return _chosen(container)
    except BaseException:
        container.close()
        raise


def _protocols(source: Source) -> str:
    """A playlist or redirect from a camera must not make the unit open files or other hosts by other means."""
    return "file" if source.is_file else "rtsp,rtsps,rtp,tcp,tls"


def _chosen(container: av.container.InputContainer) -> _Open:
    if not container.streams.video:
        raise Garbage("no_video")
    stream = container.streams.video[0]
    name = stream.codec_context.name if stream.codec_context else ""
    if name not in _CODECS:
        raise Garbage("unsupported_codec", codec=name)
    if not (0 <= stream.width <= MAX_EDGE and 0 <= stream.height <= MAX_EDGE):
        raise Garbage("picture_too_large")
    try:
        normalizer = (
            None if name == "mjpeg" else Normalizer(name == "hevc", bytes(stream.codec_context.extradata or b""))
        )
    except BadStream as error:
        raise Garbage("broken_stream", why=str(error)[:80]) from error
    return _Open(container, stream, _CODECS[name], normalizer)


def _demux(opened: _Open) -> Iterator[av.Packet[Any]]:
    import av

    try:
        for packet in opened.container.demux(opened.stream):
            if packet.size:
                yield packet
    except av.error.InvalidDataError as error:
        raise Garbage("broken_stream") from error
    except (av.error.FFmpegError, OSError) as error:
        raise Lost(_reason(error)) from error


def _reason(error: Any) -> str:
    import av

    named = (
        (av.error.HTTPUnauthorizedError, "refused_password"),
        (av.error.HTTPForbiddenError, "refused_password"),
        (av.error.HTTPNotFoundError, "no_such_stream"),
        (av.error.FileNotFoundError, "no_such_file"),
        (av.error.PermissionError, "not_permitted"),
        (av.error.ConnectionRefusedError, "refused"),
        (av.error.TimeoutError, "timeout"),
        (av.error.ExitError, "timeout"),
        (av.error.EOFError, "closed"),
    )
    return next((reason for kind, reason in named if isinstance(error, kind)), "unreachable")
