# SPDX-License-Identifier: EUPL-1.2
"""Reading cameras: how they are written, what their bytes become, and one rising time over all their clocks."""

from __future__ import annotations

import struct
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.unit.source import CameraConfig, ConfigError
from zegel.unit.source.config import redacted
from zegel.unit.source.nal import BadStream, Normalizer, ParameterSets, join_lengths, split_lengths
from zegel.unit.source.timeline import Timeline

START = b"\0\0\0\1"


def encoded(codec: str, width: int, height: int, frames: int = 3) -> tuple[bytes, list[bytes]]:
    """Real video of this size: extradata and packets, with start codes."""
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"  # type: ignore[attr-defined]
    context.time_base = Fraction(1, 25)
    options = {
        "libx265": {"x265-params": "log-level=none:bframes=0"},
        "libx264": {"preset": "ultrafast", "tune": "zerolatency"},
    }
    context.options = options[codec]
    packets = []
    for number in range(frames):
        picture = np.full((height * 3 // 2, width), 40 * number % 255, np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
        frame.pts = number
        packets += [bytes(packet) for packet in context.encode(frame)]  # type: ignore[attr-defined]
    packets += [bytes(packet) for packet in context.encode(None)]  # type: ignore[attr-defined]
    return bytes(context.extradata or b""), packets


def decoded_sizes(codec: str, extradata: bytes, packets: list[bytes]) -> list[tuple[int, int]]:
    context = av.CodecContext.create(codec, "r")
    context.extradata = extradata
    frames = [frame for packet in packets for frame in context.decode(av.Packet(packet))]  # type: ignore[attr-defined]
    frames += context.decode(None)  # type: ignore[attr-defined]
    return [(frame.width, frame.height) for frame in frames]


def test_a_camera_is_written_as_name_and_one_or_two_sources() -> None:
    camera = CameraConfig.parse("yard=rtsp://u:p@10.0.0.2:554/main?x=1,2,rtsp://u:p@10.0.0.2/sub")
    assert camera.name == "yard"
    assert camera.source.address == "rtsp://u:p@10.0.0.2:554/main?x=1,2"
    assert camera.substream is not None
    assert camera.substream.address.endswith("/sub")


def test_a_file_may_loop() -> None:
    assert CameraConfig.parse("a=file:/tmp/x.mp4?loop=1").source.loop
    assert CameraConfig.parse("a=/tmp/x.mp4").source.is_file


@pytest.mark.parametrize(
    "text",
    ["", "yard", "=rtsp://x/", "yard=", "yard=http:///x", "yard=ftp://x/", "yard=rtsp:///x", "a=file:x?speed=2", "a=rtsp://x/,/b,/c"],
)
def test_a_camera_written_wrongly_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ConfigError):
        CameraConfig.parse(text)


def test_no_password_shows_in_logs_or_errors() -> None:
    camera = CameraConfig.parse("yard=rtsp://user:geheim@10.0.0.2/main,rtsp://user:geheim@10.0.0.2/sub")
    assert "geheim" not in repr(camera)
    assert redacted("rtsp://user:geheim@10.0.0.2:554/a?token=geheim") == "rtsp://10.0.0.2:554/a"
    with pytest.raises(ConfigError) as error:
        CameraConfig.parse("yard=rtsp://user:geheim@/x")
    assert "geheim" not in str(error.value)


@pytest.mark.parametrize("size", [(320, 180), (1920, 1080), (706, 578)])
def test_start_codes_become_lengths_and_the_record_still_decodes(size: tuple[int, int]) -> None:
    _, packets = encoded("libx264", *size)
    normalizer = Normalizer(False, b"")
    normalized = [normalizer.packet(packet)[0] for packet in packets]
    shape = normalizer.sets.shape()
    assert (shape.width, shape.height) == size
    assert all((nal[0] & 31) not in (7, 8, 9) for packet in normalized for nal in split_lengths(packet, 4))
    assert decoded_sizes("h264", normalizer.sets.record(), normalized) == [size] * 3


def test_h265_gets_an_hvcc_record_that_decodes() -> None:
    extradata, packets = encoded("libx265", 322, 178)
    normalizer = Normalizer(True, extradata)
    normalized = [normalizer.packet(packet)[0] for packet in packets]
    record = normalizer.sets.record()
    assert (record[0], record[21] & 3) == (1, 3)
    assert decoded_sizes("hevc", record, normalized) == [(322, 178)] * 3


def test_new_parameters_are_noticed_and_repeated_ones_are_not() -> None:
    normalizer = Normalizer(False, b"")
    _, small = encoded("libx264", 320, 180)
    _, large = encoded("libx264", 640, 360)
    assert [normalizer.packet(small[0])[1], normalizer.packet(small[0])[1], normalizer.packet(large[0])[1]] == [
        True,
        False,
        True,
    ]
    assert normalizer.sets.shape().width == 640


def test_a_broken_parameter_set_does_not_replace_the_one_in_force() -> None:
    _, packets = encoded("libx264", 320, 180)
    normalizer = Normalizer(False, b"")
    normalizer.packet(packets[0])
    for nal in (b"\x67\x64\x00\x1f\xff\xff\xff\xff", b"\x68\x00", b"\x68\x00\x00\x00\x01"):
        with pytest.raises(BadStream):
            normalizer.packet(START + nal)
    assert normalizer.sets.shape().width == 320


@given(st.binary(max_size=400), st.booleans(), st.binary(max_size=60))
def test_any_bytes_are_a_stream_or_a_typed_refusal(data: bytes, h265: bool, extradata: bytes) -> None:
    try:
        normalizer = Normalizer(h265, extradata)
        normalizer.packet(START + data)
        normalizer.packet(data)
        if normalizer.sets.complete:
            normalizer.sets.record()
    except BadStream:
        pass


@given(st.lists(st.binary(min_size=1, max_size=50), max_size=8))
def test_lengths_split_what_they_joined(nals: list[bytes]) -> None:
    assert list(split_lengths(join_lengths(nals), 4)) == nals


def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    sps = bytearray(b"\x67\x42\x00\x1e")
    bits = "1" + "1" + "1" + "1" + "1" + "0" + ue(4095) + ue(4095) + "1" + "1" + "0" + "0" + "1"
    sps += int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")
    with pytest.raises(BadStream, match="65536x65536"):
        ParameterSets(False).learn(bytes(sps))


def ue(value: int) -> str:
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


# --- time -------------------------------------------------------------------------------------------------------------


def placed(steps: list[tuple[int, float]]) -> tuple[list[int], list[int]]:
    """Decode times and jumps for (camera's 90 kHz time, arrival in seconds)."""
    line = Timeline()
    places = [line.place(source, source, 3600, arrival_s) for source, arrival_s in steps]
    return [place.dts for place in places], [place.jump_ms for place in places]


def test_an_even_clock_is_followed_exactly() -> None:
    dts, jumps = placed([(1_000_000 + n * 3600, 50 + n * 0.04) for n in range(50)])
    assert dts == [n * 3600 for n in range(50)]
    assert not any(jumps)


@pytest.mark.parametrize("jump_s", [-3600, -5, 10, 86400])
def test_a_jumping_clock_is_reported_once_and_bridged(jump_s: int) -> None:
    steps = [(1_000_000_000 + n * 3600 + (jump_s * 90_000 if n >= 20 else 0), 50 + n * 0.04) for n in range(40)]
    dts, jumps = placed(steps)
    assert [n for n, jump in enumerate(jumps) if jump] == [20]
    assert jumps[20] == pytest.approx(jump_s * 1000, abs=50)
    assert dts[-1] == pytest.approx(39 * 3600, abs=10)


def test_packets_that_come_late_in_a_bunch_are_no_jump() -> None:
    steps = [(n * 3600, 50 + n * 0.04 if n < 20 else 53 + n * 0.001) for n in range(60)]
    dts, jumps = placed(steps)
    assert not any(jumps)
    assert dts == [n * 3600 for n in range(60)]


def test_after_an_interruption_time_goes_on_by_what_passed() -> None:
    line = Timeline()
    line.place(500_000, 500_000, 3600, 10.0)
    line.interrupted()
    after = line.place(77, 77, 3600, 14.0)
    assert (after.dts, after.jump_ms) == (4 * 90_000, 0)


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.floats(0, 1000)), min_size=2, max_size=60))
def test_decode_time_rises_whatever_the_camera_says(steps: list[tuple[int, float]]) -> None:
    arrival_s, line, dts = 0.0, Timeline(), []
    for source, waited_s in steps:
        arrival_s += waited_s
        dts.append(line.place(source, source, None, arrival_s).dts)
    assert all(later > earlier for earlier, later in pairwise(dts))


def test_reordered_frames_keep_their_distance() -> None:
    place = Timeline().place(7200, 0, 3600, 1.0)
    assert (place.dts, place.pts) == (0, 7200)


def test_a_file_that_is_no_video_is_not_read_as_one(tmp_path: Path) -> None:
    from threading import Event

    from zegel.unit.source import Code, Technical, open_camera
    from zegel.unit.source.config import Source

    path = tmp_path / "x.mp4"
    path.write_bytes(struct.pack(">I4s", 32, b"ftyp") + b"nonsense" * 100)
    stopping, items = Event(), []
    for item in open_camera(Source.parse(str(path)), stopping):
        items.append(item)
        if len(items) == 2:
            stopping.set()
    assert [item.code for item in items if isinstance(item, Technical)] == [Code.CAMERA_GARBAGE, Code.CAMERA_LOST]
    assert all("x.mp4" not in str(item) for item in items)
