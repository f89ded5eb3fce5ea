# SPDX-License-Identifier: EUPL-1.2
"""What the muxer writes is read back by FFmpeg, frame for frame."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import pytest

from zegel.unit.cutter import Cutter, Spotted
from zegel.unit.errors import MediaError
from zegel.unit.mux import FINDINGS_TYPE, Sample, fragment, init_segment
from zegel.unit.source.media import Packet, Stream


def h264(frames: int = 30, gop: int = 10) -> tuple[Stream, list[Packet]]:
    """A real H.264 stream in mp4 form, as a source gives it."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=10, options={"g": str(gop), "bf": "2", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for at in range(frames):
            picture = np.full((96, 160, 3), (at * 8) % 256, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer) as source:
        video = source.streams.video[0]
        tick = Fraction(90_000) * video.time_base
        packets = [
            Packet(bytes(p), int(p.pts * tick), int(p.dts * tick), int(p.duration * tick), p.is_keyframe, i / 10, 0, 0)
            for i, p in enumerate(p for p in source.demux(video) if p.size)
        ]
        context = video.codec_context
        return Stream("avc1", bytes(context.extradata or b""), context.width, context.height, 10.0, 0), packets


def decode(data: bytes) -> list[tuple[float, int]]:
    with av.open(io.BytesIO(data)) as source:
        return [(float(f.time), round(float(f.to_ndarray(format="rgb24").mean()))) for f in source.decode(video=0)]


def test_frames_cut_anywhere_decode_as_they_went_in() -> None:
    stream, packets = h264()
    for cut in (1, 7, 13):
        cutter = Cutter()
        cutter.set_stream(stream)
        parts = []
        for at in range(0, len(packets), cut):
            for packet in packets[at : at + cut]:
                cutter.add(packet)
            parts += [one.plaintext for one in cutter.take(0.0, len(parts))]
        frames = decode(b"".join(parts))
        assert len(frames) == 30
        assert [time for time, _ in frames] == sorted(time for time, _ in frames)
        assert all(abs(mean - (at * 8) % 256) < 6 for at, (_, mean) in enumerate(frames))


def test_every_segment_from_a_key_frame_plays_alone() -> None:
    stream, packets = h264(20)
    cutter = Cutter()
    cutter.set_stream(stream)
    for packet in packets:
        cutter.add(packet)
    cuts = cutter.take(0.0, 0)
    assert [cut.random_access for cut in cuts] == [True, True]
    assert len(decode(cuts[1].plaintext)) == 10


def test_media_time_is_the_time_since_the_epoch_started() -> None:
    stream, packets = h264()
    cutter = Cutter()
    cutter.set_stream(stream)
    for packet in packets[10:20]:
        cutter.add(packet)
    (cut,) = cutter.take(-100.0, 0)  # the epoch started 100 s before the stream's first frame arrived
    first = decode(cut.plaintext)[0][0]
    assert 101.0 <= first <= 101.4  # B-frames show a little later than they arrive


def test_findings_ride_in_a_box_of_their_own_and_disturb_no_player() -> None:
    stream, packets = h264(10)
    cutter = Cutter()
    cutter.set_stream(stream)
    for packet in packets:
        cutter.add(packet)
    cutter.spot(Spotted(0.5, (("person", 0.91, 0.1, 0.2, 0.3, 0.4),)))
    (cut,) = cutter.take(0.0, 0)
    assert FINDINGS_TYPE + b'{"v":1,"at":[{"t":500,"boxes":[{"c":"person","s":0.91' in cut.plaintext
    assert len(decode(cut.plaintext)) == 10


def test_a_clock_jump_in_the_camera_never_turns_media_time_back() -> None:
    stream, packets = h264(10)
    cutter = Cutter()
    cutter.set_stream(stream)
    starts = []
    for at, shift in enumerate((0, 90_000 * 3600, -90_000 * 50, 0)):
        packet = packets[0]
        cutter.add(Packet(packet.data, packet.pts + shift, packet.dts + shift, 9000, True, float(at), 0, 0))
        (cut,) = cutter.take(0.0, at)
        starts.append(int.from_bytes(cut.plaintext.split(b"tfdt")[1][4:12], "big"))
    assert starts == [0, 90_000, 180_000, 270_000]


def test_frames_that_come_sooner_than_was_said_push_nothing_later() -> None:
    """A file that starts over loses the last frame's wait; a camera's clock jitters. Hours of it must not add up."""
    stream, packets = h264(10)
    cutter = Cutter()
    cutter.set_stream(stream)
    dts, late = 0, []
    for slot in range(300):
        for at in range(9):
            cutter.add(Packet(packets[0].data, dts, dts, 9000, True, dts / 90_000, 0, 0))
            dts += 9000 if at < 8 else 300  # the slot's last frame lasts 3 ms, and is said to last 100
        first = cutter.take(0.0, slot * 9)[0].plaintext
        late.append(int.from_bytes(first.split(b"tfdt")[1][4:12], "big") - (dts - 8 * 9000 - 300))
    assert set(late) == {0}


def test_what_cannot_be_recorded_is_said() -> None:
    with pytest.raises(MediaError, match=r"use H\.264"):
        init_segment("vp9 ", b"", 640, 360)
    with pytest.raises(MediaError, match="0x360"):
        init_segment("avc1", b"", 0, 360)
    with pytest.raises(MediaError):
        fragment([], 1)
    assert fragment([Sample(b"x", 0, 1, 0, True)], 1).startswith(b"\0\0\0")
