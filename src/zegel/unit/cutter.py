# SPDX-License-Identifier: EUPL-1.2
"""From packets to the plaintext of segments: one slot's frames, cut before every key frame, never re-encoded.

Media time (`tfdt`) is the time since the epoch's start. It follows the camera's own clock from the epoch's first frame
on, so pictures play evenly; when camera and arrival drift apart by more than two seconds it is set anew.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from zegel.seal.segment import SegmentFlag
from zegel.unit.errors import MediaError
from zegel.unit.mux import CODECS, TIMESCALE, Sample, findings_box, fragment, init_segment
from zegel.unit.source.media import Packet, Stream

MAX_DRIFT = 2 * TIMESCALE
MAX_PLAINTEXT = 4_000_000  # a sealed segment must fit a message of the link (4 MiB)
MAX_FRAME_TICKS = 10 * TIMESCALE
DEFAULT_FRAME_TICKS = TIMESCALE // 25
MAX_FINDINGS = 64


@dataclass(frozen=True, slots=True)
class Cut:
    """The plaintext of one segment."""

    plaintext: bytes
    codec: bytes
    random_access: bool
    arrival_mono_s: float
    duration_ms: int
    reencoded: bool = False

    @property
    def flags(self) -> SegmentFlag:
        """`reencoded`: its privacy masks were burnt in; otherwise it is what the camera made, copied."""
        access = SegmentFlag.RANDOM_ACCESS if self.random_access else SegmentFlag(0)
        return access | SegmentFlag.REENCODED if self.reencoded else access


@dataclass(frozen=True, slots=True)
class Spotted:
    """What the watcher saw in one frame; boxes are (class, score, x, y, w, h), all in 0..1.

    `pts`: the frame's place on the main stream, in 90 kHz, where the watcher knows it.
    """

    mono_s: float
    boxes: tuple[tuple[str, float, float, float, float, float], ...]
    pts: int | None = None


class Cutter:
    """Collects a slot's frames; `take` turns them into segments, `drop` forgets them."""

    def __init__(self) -> None:
        self._stream: Stream | None = None
        self._init = b""
        self._frames: list[tuple[Packet, Stream, bytes]] = []
        self._spotted: list[Spotted] = []
        self._base: tuple[float, int] | None = None  # epoch start, (media - dts) ticks
        self._after = 0

    @property
    def empty(self) -> bool:
        return not self._frames

    @property
    def has_stream(self) -> bool:
        return self._stream is not None

    def set_stream(self, stream: Stream) -> None:
        """A new stream starts with the next packet. Raises MediaError for one that can't be recorded."""
        self._stream = None
        if stream.codec not in CODECS:
            raise MediaError(f"codec {stream.codec!r} cannot be recorded")
        self._init = init_segment(stream.codec, stream.extradata, stream.width, stream.height)
        self._stream = stream

    def add(self, packet: Packet) -> None:
        """A frame of the current stream. One before any stream, or empty, is not recorded."""
        if self._stream is not None and packet.data:
            self._frames.append((packet, self._stream, self._init))

    def spot(self, spotted: Spotted) -> None:
        self._spotted.append(spotted)
        del self._spotted[:-MAX_FINDINGS]

    def drop(self) -> None:
        self._frames.clear()
        self._spotted.clear()

    def take(self, epoch_start_s: float, sequence: int) -> list[Cut]:
        """The slot's segments, of an epoch that started at `epoch_start_s`; `sequence` numbers the first."""
        groups = _split(self._frames)
        self._frames = []
        self._rebase_epoch(epoch_start_s)
        if groups:
            self._media_time(groups[0][0][0], epoch_start_s)  # where the slot lies in media time, before its findings
        findings = self._take_findings(epoch_start_s) if groups else b""
        cuts = []
        for at, group in enumerate(groups):
            cuts.append(self._cut(group, epoch_start_s, sequence + at, findings if at == 0 else b""))
        return cuts

    def _rebase_epoch(self, epoch_start_s: float) -> None:
        if self._base is not None and self._base[0] != epoch_start_s:
            self._base, self._after = None, 0

    def _cut(self, group: list[tuple[Packet, Stream, bytes]], epoch_s: float, sequence: int, findings: bytes) -> Cut:
        first, stream, init = group[0]
        samples = self._samples([packet for packet, _, _ in group], epoch_s)
        head = init if first.keyframe else b""
        duration_ms = sum(sample.duration for sample in samples) * 1000 // TIMESCALE
        plaintext = b"".join((head, fragment(samples, sequence + 1), findings))
        return Cut(
            plaintext, stream.codec.encode(), first.keyframe, first.arrival_mono_s, duration_ms, stream.masks != ""
        )

    def _samples(self, packets: Sequence[Packet], epoch_s: float) -> list[Sample]:
        start = self._media_time(packets[0], epoch_s)
        samples = []
        for at, packet in enumerate(packets):
            following = packets[at + 1].dts if at + 1 < len(packets) else None
            duration = _duration(packet, following)
            offset = max(-MAX_FRAME_TICKS, min(MAX_FRAME_TICKS, packet.pts - packet.dts))
            samples.append(Sample(packet.data, start, duration, offset, packet.keyframe))
            self._after = start + 1
            start += duration
        return samples

    def _media_time(self, packet: Packet, epoch_s: float) -> int:
        """Media time of a packet's dts: after the last one given out, never far from its arrival.

        A slot's last frame may be said to last longer than it does, as the next one is not there yet. So the next one
        may begin within it: waiting for its end would push everything later, a little more with every slot.
        """
        arrival = max(0, round((packet.arrival_mono_s - epoch_s) * TIMESCALE))
        if self._base is None:
            self._base = (epoch_s, arrival - packet.dts)
        media = packet.dts + self._base[1]
        if abs(media - arrival) > MAX_DRIFT:
            self._base = (epoch_s, arrival - packet.dts)
            media = arrival
        return max(media, self._after, 0)

    def _ms(self, spotted: Spotted, epoch_s: float) -> int:
        """Media time of the frame that was looked at: by its own stamp where it has one, as arrivals stray from it."""
        if spotted.pts is not None and self._base is not None:
            return round((spotted.pts + self._base[1]) * 1000 / TIMESCALE)
        return round((spotted.mono_s - epoch_s) * 1000)

    def _take_findings(self, epoch_s: float) -> bytes:
        rows = [row for spotted in self._spotted if (row := _row(spotted, self._ms(spotted, epoch_s))) is not None]
        self._spotted = []
        if not rows:
            return b""
        return findings_box(json.dumps({"v": 1, "at": rows}, separators=(",", ":")).encode())


def _row(spotted: Spotted, ms: int) -> dict[str, object] | None:
    if ms < 0:
        return None
    boxes = [
        {"c": cls, "s": round(score, 3), "x": round(x, 4), "y": round(y, 4), "w": round(w, 4), "h": round(h, 4)}
        for cls, score, x, y, w, h in spotted.boxes
    ]
    return {"t": ms, "boxes": boxes}


def _duration(packet: Packet, following: int | None) -> int:
    ticks = packet.duration if following is None else following - packet.dts
    return ticks if 0 < ticks <= MAX_FRAME_TICKS else DEFAULT_FRAME_TICKS


def _split(frames: list[tuple[Packet, Stream, bytes]]) -> list[list[tuple[Packet, Stream, bytes]]]:
    """Groups that start at each key frame, at a new stream, and before a segment would grow too long."""
    groups: list[list[tuple[Packet, Stream, bytes]]] = []
    size, index = 0, -1
    for frame in frames:
        packet = frame[0]
        if not groups or packet.keyframe or packet.stream_index != index or size + len(packet.data) > MAX_PLAINTEXT:
            groups.append([])
            size, index = 0, packet.stream_index
        groups[-1].append(frame)
        size += len(packet.data)
    return [group for group in groups if len(group[0][0].data) <= MAX_PLAINTEXT]
