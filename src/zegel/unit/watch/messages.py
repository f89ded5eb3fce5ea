# SPDX-License-Identifier: EUPL-1.2
"""What a camera's process and the unit say to each other. Structs that are checked on arrival, never pickles.

A camera's process parses what the network sends, so it may be taken over by a hostile camera; the unit's own process
holds keys. Nothing that a camera's process writes can make the other one run code.
"""

from __future__ import annotations

import hashlib
import math

import msgspec

from zegel.seal.policy import FULL_SCALE
from zegel.seal.policy import Polygon as Signed
from zegel.unit.detectors.result import Kind
from zegel.unit.source.media import Packet, Stream, Technical

Point = tuple[float, float]
Polygon = list[Point]
OVERVIEW_SIZE = (320, 180)
BLACK = "black"
"""The name of the mask that hides all of a turned camera's picture."""
MAX_MESSAGE = 24 * 1024 * 1024


class Zone(msgspec.Struct, frozen=True):
    """A part of the picture that is guarded. Points in 0..1; no classes = all of them."""

    name: str
    polygon: Polygon
    classes: list[str] = []


class OverviewAsked(msgspec.Struct, frozen=True):
    """Periodic pictures: how often, and how the camera hangs (the policy's words and units)."""

    interval_s: int
    height_cm: int
    nearest_cm: int
    hfov_cdeg: int
    tilt_cdeg: int


class Watch(msgspec.Struct, frozen=True, tag="watch"):
    """What the owner's policy asks of a camera. No zones = the whole picture; nothing is looked for inside `privacy`.

    watching: false in working hours, when only the view itself is guarded. forwarding: false = no packets are sent.
    away: the camera was turned, so where its masks lie is not known. prompt: somebody looks live, so each frame goes at
    once.
    """

    zones: list[Zone] = []
    privacy: list[Polygon] = []
    watching: bool = True
    forwarding: bool = True
    away: bool = False
    prompt: bool = False
    overview: OverviewAsked | None = None


def masks_asked(privacy: list[Polygon], away: bool) -> str:
    """A name for the masks that a stream must have burnt in; "" for none. Both sides of the pipe compute it."""
    if not privacy:
        return ""
    return BLACK if away else hashlib.sha256(_encoder.encode(privacy)).hexdigest()[:32]


def points_of(polygon: Signed) -> Polygon:
    """A polygon of the signed policy (0 … 10000) in 0..1."""
    return [(corner.x / FULL_SCALE, corner.y / FULL_SCALE) for corner in polygon.corners]


class Finding(msgspec.Struct, frozen=True):
    """A person, animal or vehicle that moves inside a zone. Position in 0..1 of the picture; score 0..1."""

    cls: Kind
    score: float
    x: float
    y: float
    w: float
    h: float
    zone: str


class Seen(msgspec.Struct, frozen=True, tag="seen"):
    """A frame in which something moves: when it arrived, where it lies on the main stream (90 kHz), what it shows."""

    t_mono_s: float
    pts: int
    moving: bool
    findings: list[Finding]


class Motion(msgspec.Struct, frozen=True, tag="motion"):
    """Something began to move, or nothing has moved for a while."""

    moving: bool
    t_mono_s: float


class Beat(msgspec.Struct, frozen=True, tag="beat"):
    """The camera's process is alive, whatever its camera does."""

    t_mono_s: float


class OverviewPicture(msgspec.Struct, frozen=True, tag="overview"):
    """A periodic picture: one H.264 key frame in which no face was found, with the avcC record that it needs."""

    data: bytes
    extradata: bytes
    width: int
    height: int
    masks: str
    t_mono_s: float
    wall_ms: int


Message = Stream | Packet | Technical | Seen | Motion | Beat | OverviewPicture
"""What a camera's process says."""

_encoder = msgspec.msgpack.Encoder()
_messages: msgspec.msgpack.Decoder[list[Message]] = msgspec.msgpack.Decoder(list[Message])
_watches: msgspec.msgpack.Decoder[Watch] = msgspec.msgpack.Decoder(Watch)


class BadMessage(ValueError):
    """The other process wrote something that is no message: it is broken or taken over, and is ended."""


def encode(messages: list[Message] | Watch) -> bytes:
    return _encoder.encode(messages)


def decode(data: bytes) -> list[Message]:
    """Several at a time, since each crossing costs. Raises BadMessage."""
    try:
        messages = _messages.decode(data)
    except msgspec.MsgspecError as error:
        raise BadMessage(f"a camera's process wrote no message: {error}") from error
    for message in messages:
        _check(message)
    return messages


def _check(message: Message) -> None:
    if isinstance(message, Seen) and not all(_sane(finding) for finding in message.findings):
        raise BadMessage("a camera's process wrote a finding outside its picture")
    if not isinstance(message, Stream) and not math.isfinite(_time(message)):
        raise BadMessage("a camera's process wrote a time that is none")


def decode_watch(data: bytes) -> Watch:
    return _watches.decode(data)


def _time(message: Packet | Technical | Seen | Motion | Beat | OverviewPicture) -> float:
    return message.arrival_mono_s if isinstance(message, Packet) else message.t_mono_s


def _sane(finding: Finding) -> bool:
    values = (finding.score, finding.x, finding.y, finding.w, finding.h)
    return all(0.0 <= value <= 1.0 for value in values) and len(finding.zone) <= 256
