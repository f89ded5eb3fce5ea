# SPDX-License-Identifier: EUPL-1.2
"""Frames: each side reads only what the other may say, whole and within its limits."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.link import framing, messages
from zegel.link.errors import FrameMalformed, FrameTooLarge, FrameUnexpected, LinkError, VersionUnsupported

ID, HASH, KEY, SIGNATURE = bytes(16), bytes(32), bytes(range(32)), bytes(64)

ITEMS: list[messages.AnyItem] = [
    messages.EpochItem(b"envelope"),
    messages.SegmentsItem(ID, 1, ID, [bytes(100), bytes(200)]),
    messages.ManifestItem(b"envelope"),
    messages.AlarmItem(b"envelope"),
    messages.ReleaseItem(b"envelope"),
    messages.StatusItem(b"envelope"),
    messages.PairedItem(b"envelope"),
    messages.TechnicalItem(ID, messages.TechnicalKind.CAMERA_LOST, ID, 12, "timeout", {"url": "rtsp", "tries": 3}),
    messages.TechnicalItem(ID, messages.TechnicalKind.SPOOL_FULL, None, 12, "full"),
    messages.SignalItem(
        ID, 12, messages.SignalSource.PANEL, "dc09_tcp", "192.168.1.9", "1234AB",
        messages.Told("sia", "BA", zone="7", phase="alarm", signal_class="burglary", priority=4, known=True),
        b'"SIA-DCS"0001L0#1234AB[#1234AB|NBA7]', None, 1, True,
    ),
    messages.SignalItem(ID, 12, messages.SignalSource.ONVIF, "pull", "", "", messages.Told("onvif", ""), camera=ID),
    messages.TelemetryItem(12, messages.UnitFigures(12_400, -71, 415, 9_000, 12, 40, "mobile", 310), [
        messages.CameraFigures(ID, 150, 1_900, 0, 1_000, "ok"), messages.CameraFigures(ID),
    ]),
    messages.TelemetryItem(12, messages.UnitFigures()),
    messages.FactsItem([messages.CameraFacts(ID, ["ptz", "video"], ["Gate"]), messages.CameraFacts(ID)]),
]
FROM_UNIT: list[messages.FromUnit] = [
    messages.Hello(ID, KEY, HASH, "0.1.0", SIGNATURE, None),
    messages.Hello(ID, KEY, HASH, "0.1.0", SIGNATURE, ID),
    messages.NeedProof(HASH),
    messages.Controlled(ID, True, "done"),
    messages.Controlled(ID, True, "done", ID, 4095),
    messages.Controlled(ID, True, "done", count=3600),
    messages.LiveSegments(ID, ID, [bytes(100), bytes(200)]),
    *(messages.Up(n, item) for n, item in enumerate(ITEMS)),
]
FROM_SERVER: list[messages.FromServer] = [
    messages.Challenge(HASH, "zegel.example"),
    messages.Welcome(b"envelope", "note", known=True),
    messages.Unclaimed(),
    messages.Ack([1, 2, 3]),
    messages.Refused(4, "unknown_camera", "This camera is not known."),
    messages.Deliver(messages.DeliverKind.PAIRING, b"body", HASH),
    messages.Deliver(messages.DeliverKind.POLICY, b"envelope"),
    messages.EndWindow(ID, "recalled"),
    messages.Proof(HASH, "c2sp.org/tlog-proof@v1\n"),
    messages.Control(ID, ID, ID, messages.ControlAction.MOVE, pan=-1000, tilt=1000),
    messages.Control(ID, ID, ID, messages.ControlAction.PRESET, preset="Gate"),
    messages.Control(ID, None, ID, messages.ControlAction.MOVE, zoom=500),
    messages.StartLive(ID, ID, messages.LiveWhy.OWNER, 12),
    messages.StartLive(ID, ID, messages.LiveWhy.MAINTENANCE, 12),
    messages.StopLive(ID, ID, messages.LiveWhy.OWNER),
    messages.TakePicture(ID, ID),
    messages.FetchLocal(ID, ID, 12, 24),
    messages.CentralAlarm(ID, ID, b"envelope", "c2sp.org/tlog-proof@v1\n"),
    messages.Revoked("The owner has removed this unit."),
]


@pytest.mark.parametrize("message", FROM_UNIT, ids=repr)
def test_the_server_reads_what_a_unit_says(message: messages.FromUnit) -> None:
    assert framing.decode_from_unit(framing.encode_from_unit(message)) == message


@pytest.mark.parametrize("message", FROM_SERVER, ids=repr)
def test_a_unit_reads_what_the_server_says(message: messages.FromServer) -> None:
    assert framing.decode_from_server(framing.encode_from_server(message)) == message


def test_every_message_and_item_is_tried_above() -> None:
    tried = {type(message) for message in (*FROM_UNIT, *FROM_SERVER)}
    assert tried == set(messages.Message.__subclasses__())
    assert {type(item) for item in ITEMS} == set(messages.Item.__subclasses__())


def test_neither_side_may_say_the_others_lines() -> None:
    for said in FROM_SERVER:
        with pytest.raises(FrameMalformed):
            framing.decode_from_unit(framing.encode_from_server(said))
    for message in FROM_UNIT:
        with pytest.raises(FrameMalformed):
            framing.decode_from_server(framing.encode_from_unit(message))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_refused(data: bytes) -> None:
    for decode in (framing.decode_from_unit, framing.decode_from_server):
        try:
            assert isinstance(decode(data), messages.Message)
        except LinkError:
            continue


@pytest.mark.parametrize("message", [*FROM_UNIT, *FROM_SERVER], ids=repr)
def test_truncated_and_prolonged_frames_are_refused(message: Any) -> None:
    from_unit = message in FROM_UNIT
    frame = msgspec.msgpack.encode(message)
    decode = framing.decode_from_unit if from_unit else framing.decode_from_server
    for end in range(len(frame)):
        with pytest.raises(FrameMalformed):
            decode(frame[:end])
    with pytest.raises(FrameMalformed):
        decode(frame + b"\x00")


def raw(**fields: Any) -> bytes:
    return msgspec.msgpack.encode(fields)


def up(**item: Any) -> bytes:
    return raw(type="up", n=1, item=item)


TOLD = {"protocol": "sia", "code": "BA"}
SIGNAL = {
    "type": "signal", "id": ID, "ms": 1, "source": "panel", "transport": "tcp", "peer": "", "account": "", "told": TOLD
}  # fmt: skip


def signal(**change: Any) -> bytes:
    return up(**(SIGNAL | change))


def test_the_signal_that_the_cases_below_spoil_is_good() -> None:
    framing.decode_from_unit(signal())


@pytest.mark.parametrize("change", [
    {"pan": 1001}, {"tilt": -1001}, {"zoom": 0.5}, {"action": "spin"}, {"preset": ""}, {"preset": "x" * 65},
    {"more": 1}, {"alarm_id": bytes(15)}, {"camera": None}, {"pan": float("nan")},
])  # fmt: skip
def test_a_control_beyond_its_limits_is_refused(change: dict[str, Any]) -> None:
    good = {"type": "control", "id": ID, "alarm_id": ID, "camera": ID, "action": "move", "pan": 1000}
    framing.decode_from_server(raw(**good))
    with pytest.raises(FrameMalformed):
        framing.decode_from_server(raw(**(good | change)))


@pytest.mark.parametrize("said", [
    {"type": "start_live", "id": ID, "camera": ID, "why": "curious", "until_ms": 1},
    {"type": "start_live", "id": ID, "camera": ID, "why": "owner"},
    {"type": "stop_live", "id": ID, "camera": bytes(15), "why": "owner"},
    {"type": "take_picture", "id": ID, "camera": ID, "why": "owner"},
    {"type": "fetch_local", "id": ID, "camera": ID, "from_ms": -1, "to_ms": 1},
], ids=repr)  # fmt: skip
def test_asking_for_something_unheard_of_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(FrameMalformed):
        framing.decode_from_server(raw(**said))


@pytest.mark.parametrize(
    "frame",
    [
        raw(),
        raw(type="nonsense"),
        raw(type="up", n=1),
        raw(type="up", n=-1, item={"type": "epoch", "envelope": b"x"}),
        raw(type="up", n=2**53, item={"type": "epoch", "envelope": b"x"}),
        raw(type="up", n=1, item={"type": "epoch", "envelope": b"x"}, more=1),
        raw(type="need_proof", release_hash=bytes(31)),
        raw(type="hello", unit_id=ID, sign_pk=KEY, nonce=bytes(16), software="1", signature=SIGNATURE),
        raw(type="hello", unit_id=ID, sign_pk=KEY, nonce=HASH, software="", signature=SIGNATURE),
        raw(type="hello", unit_id=ID, sign_pk=KEY, nonce=HASH, software="1", signature=bytes(63)),
        up(type="nonsense", envelope=b"x"),
        up(type="epoch", envelope=b""),
        up(type="epoch", envelope=bytes((1 << 20) + 1)),
        up(type="epoch", envelope=b"x", more=b"y"),
        up(type="segments", camera=ID, track=0, epoch=ID, segments=[bytes(100)]),
        up(type="segments", camera=ID, track=5, epoch=ID, segments=[bytes(100)]),
        up(type="segments", camera=ID, track=1, epoch=ID, segments=[]),
        up(type="segments", camera=ID, track=1, epoch=ID, segments=[bytes(66)]),
        up(type="segments", camera=ID, track=1, epoch=ID, segments=[bytes(100)] * 65),
        up(type="segments", camera=bytes(15), track=1, epoch=ID, segments=[bytes(100)]),
        raw(type="controlled", id=ID, ok=1, code="done"),
        raw(type="controlled", id=ID, ok=True, code="Done."),
        raw(type="controlled", id=ID, ok=True, code="done", slot=4096),
        raw(type="live", camera=ID, epoch=ID, segments=[]),
        raw(type="live", camera=ID, epoch=ID, segments=[bytes(66)]),
        raw(type="live", camera=ID, epoch=ID, segments=[bytes(100)] * 17),
        raw(type="live", camera=ID, epoch=None, segments=[bytes(100)]),
        signal(source="server"),
        signal(told=TOLD | {"x": 1}),
        signal(account="A" * 65),
        signal(sequence=10_000),
        signal(raw=bytes(16_385)),
        signal(told=TOLD | {"priority": 0}),
        up(type="facts", cameras=[{"camera": ID, "capabilities": ["Not a word"]}]),
        up(type="facts", cameras=[{"camera": ID, "presets": [""]}]),
        up(type="facts", cameras=[{"camera": ID}] * 65),
        up(type="technical", id=ID, kind="nonsense", camera=None, ms=1, code="x"),
        up(type="technical", id=ID, kind="time_jump", camera=None, ms=1, code="Not a word"),
        up(type="technical", id=ID, kind="time_jump", camera=None, ms=1, code="x", detail={"a": 1.5}),
        up(type="technical", id=ID, kind="time_jump", camera=None, ms=1, code="x", detail={"a": "y" * 201}),
        up(
            type="technical",
            id=ID,
            kind="time_jump",
            camera=None,
            ms=1,
            code="x",
            detail={f"k{n}": n for n in range(17)},
        ),
    ],
    ids=lambda frame: str(len(frame)),
)
def test_a_message_beyond_its_limits_is_refused(frame: bytes) -> None:
    with pytest.raises(LinkError):
        framing.decode_from_unit(frame)


def test_a_slot_larger_than_four_mebibytes_is_refused_on_both_sides() -> None:
    item = messages.SegmentsItem(ID, 1, ID, [os.urandom(1 << 20)] * 5)
    with pytest.raises(FrameTooLarge):
        framing.encode_from_unit(messages.Up(1, item))
    with pytest.raises(FrameTooLarge):
        framing.decode_from_unit(msgspec.msgpack.encode(messages.Up(1, item)))


def test_more_live_pictures_than_a_message_holds_are_refused() -> None:
    with pytest.raises(FrameTooLarge):
        framing.encode_from_unit(messages.LiveSegments(ID, ID, [os.urandom(1 << 20)] * 5))


def test_a_frame_larger_than_eight_mebibytes_is_not_even_read() -> None:
    for decode in (framing.decode_from_unit, framing.decode_from_server):
        with pytest.raises(FrameTooLarge):
            decode(bytes(messages.MAX_FRAME + 1))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(FrameMalformed):
        framing.decode_from_unit(b"\x91" * 100_000 + b"\x00")


def test_another_version_is_refused_with_advice() -> None:
    with pytest.raises(VersionUnsupported) as refused:
        framing.decode_from_server(msgspec.msgpack.encode(messages.Challenge(HASH, "zegel.example", 2)))
    assert "Upgrade" in refused.value.action


def test_a_message_out_of_turn_is_refused() -> None:
    assert framing.expect(messages.Unclaimed(), messages.Unclaimed)
    with pytest.raises(FrameUnexpected):
        framing.expect(messages.Unclaimed(), messages.Welcome)
