# SPDX-License-Identifier: EUPL-1.2
"""What the unit and its site process say to each other: datagrams on a socket pair, checked on arrival.

The site process parses whatever the local network sends, so it may be taken over; the unit's own process holds keys.
What the former says is at most what a panel may say: that something happened, never that something is allowed.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Struct

from zegel.link.messages import (
    MAX_SIGNAL,
    CameraFacts,
    ControlAction,
    Detail,
    EnvelopeBytes,
    Hash,
    Id,
    PresetName,
    Short,
    SignalSource,
    Speed,
    Told,
    Uint,
    Word,
)

MAX_MESSAGE = 128 << 10
Limits: TypeAlias = tuple[int, int, int, int]
"""pan_min, pan_max, tilt_min, tilt_max of the policy: 0 … 10000 of the camera's reach."""
FULL_REACH: Limits = (0, 10_000, 0, 10_000)


# --- unit → site process ------------------------------------------------------------------------------------------


class Wanted(Struct, frozen=True, tag="wanted"):
    """What the signed policy wants listened to, and what is shown to the house.

    `panels`: DC-09 accounts. `zones`: those that the policy names of cameras' events. `state`: the unit's true
    posture, "part" while only a part is armed; `alarm`: whether a window is open that the house may know of (never a
    hold-up's). `delegates`: who may command a little, for how many seconds at most and until when (ms).
    """

    unit: Id
    cameras: dict[str, Id]
    panels: list[str] = []
    onvif: bool = False
    zones: list[str] = []
    frigate: bool = False
    homeassistant: bool = False
    state: str = "unpaired"
    alarm: bool = False
    pairing: Id | None = None
    delegates: list[tuple[Id, Uint | None, Uint]] = []


class Durable(Struct, frozen=True, tag="durable"):
    """What was said under this number is on disk: its sender may be answered."""

    n: Uint


class Turn(Struct, frozen=True, tag="turn"):
    """Turn a camera. A move stops by itself after `for_s`, whatever becomes of the unit."""

    id: Id
    camera: Id
    action: ControlAction
    pan: Speed = 0
    tilt: Speed = 0
    zoom: Speed = 0
    preset: PresetName | None = None
    limits: Limits = FULL_REACH
    for_s: float = 1.5


ToSite: TypeAlias = Wanted | Durable | Turn


# --- site process → unit ------------------------------------------------------------------------------------------


class Heard(Struct, frozen=True, tag="heard"):
    """Something was said on site. `digest` is the same for the same words said again."""

    n: Uint
    digest: Hash
    ms: Uint
    source: SignalSource
    transport: Word
    peer: Short
    account: Short
    told: Told
    raw: Annotated[bytes, Meta(max_length=MAX_SIGNAL)] = b""
    camera: Id | None = None
    sequence: Annotated[int, Meta(ge=0, le=9999)] | None = None
    encrypted: bool = False


class Ordered(Struct, frozen=True, tag="ordered"):
    """A command that somebody signed by typing his code. The unit judges it as any other command."""

    envelope: EnvelopeBytes


class Found(Struct, frozen=True, tag="found"):
    cameras: Annotated[list[CameraFacts], Meta(max_length=64)]


class Turned(Struct, frozen=True, tag="turned"):
    id: Id
    ok: bool
    code: Word


class InputKind(Enum):
    LOST = "input_lost"
    BACK = "input_back"


class Trouble(Struct, frozen=True, tag="trouble"):
    """Something about a panel, the broker or a camera's events: technical, no alarm."""

    kind: InputKind
    code: Word
    camera: Id | None = None
    detail: Detail = {}


FromSite: TypeAlias = Heard | Ordered | Found | Turned | Trouble

_encoder = msgspec.msgpack.Encoder()
_to_site: msgspec.msgpack.Decoder[ToSite] = msgspec.msgpack.Decoder(ToSite)
_from_site: msgspec.msgpack.Decoder[FromSite] = msgspec.msgpack.Decoder(FromSite)


class BadMessage(ValueError):
    """The site process wrote something that is no message: it is broken or taken over, and is ended."""


def encode(message: ToSite | FromSite) -> bytes:
    return _encoder.encode(message)


def decode_to_site(data: bytes) -> ToSite:
    return _to_site.decode(data)


def decode_from_site(data: bytes) -> FromSite:
    """Raises BadMessage."""
    try:
        return _from_site.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadMessage(f"the site process wrote no message: {error}") from None
