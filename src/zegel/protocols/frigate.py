# SPDX-License-Identifier: EUPL-1.2
"""Frigate's messages over MQTT (0.14 and later): reviews are alarms, availability and streams are health.

A review is one episode at one camera; its severity may grow from detection to alert. Each message of a review that is
an alert becomes an event with the review's id: the first that arrives makes the alarm, even when it is the last one
sent, and whoever keeps alarms makes one per id. Names that Frigate's face or plate reading gives are never taken over.
"""

from __future__ import annotations

import math
from typing import Any

import msgspec

from zegel.protocols.events import UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.text import clean

PREFIX = "frigate"
MAX_PAYLOAD = 262_144  # bytes
ALERT_NAME = "Alert of the camera's detector"
UNREADABLE_NAME = "Unreadable review"
_REVIEW_PRIORITY = 2


class Health(msgspec.Struct, frozen=True):
    """Whether something works. `camera` and `role` are None for Frigate itself; `state` is its own word."""

    ok: bool
    state: str
    camera: str | None = None
    role: str | None = None


class _Data(msgspec.Struct):
    objects: list[str] = []
    zones: list[str] = []
    audio: list[str] = []


class _Review(msgspec.Struct):
    id: str
    camera: str
    severity: str = ""
    start_time: float | None = None
    data: _Data = msgspec.field(default_factory=_Data)


class _Message(msgspec.Struct):
    after: _Review
    type: str = ""
    before: Any = None


_DECODER = msgspec.json.Decoder(_Message)


def read(topic: str, payload: bytes, *, prefix: str = PREFIX) -> Event | Health | None:
    """None for what says nothing to us. A review that can't be read is an event of an unknown class, never an error."""
    rest = topic.removeprefix(prefix + "/")
    if rest == topic:
        return None
    if rest == "reviews":
        return _review(payload)
    if rest == "available":
        state = _word(payload)
        return Health(state == "online", state)
    parts = rest.split("/")
    if len(parts) == 3 and parts[1] == "status":
        state = _word(payload)
        return Health(state != "offline", state, clean(parts[0], 60), clean(parts[2], 20))
    return None


def _word(payload: bytes) -> str:
    return clean(payload[:40].decode("utf-8", "replace"), 20)


def _review(payload: bytes) -> Event | None:
    if len(payload) > MAX_PAYLOAD:
        return _unreadable("The message is too long.")
    try:
        message = _DECODER.decode(payload)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _unreadable("The message has another shape than a review.")
    review = message.after
    if review.severity != "alert":
        return None
    seen = ", ".join([*review.data.objects, *review.data.audio])
    return Event(
        "frigate",
        "alert",
        None,
        Phase.ALARM,
        SignalClass.VIDEO,
        _REVIEW_PRIORITY,
        ALERT_NAME,
        clean(review.camera, 60) or None,
        clean(", ".join(review.data.zones), 120) or None,
        None,
        clean(seen, 120),
        _ms(review.start_time),
        extra=(("review", clean(review.id, 80)), ("state", clean(message.type, 20))),
    )


def _ms(seconds: float | None) -> int | None:
    if seconds is None or not math.isfinite(seconds) or not 0 < seconds < 1e11:
        return None
    return int(seconds * 1000)


def _unreadable(why: str) -> Event:
    return Event(
        "frigate",
        "reviews",
        None,
        Phase.UNKNOWN,
        SignalClass.UNKNOWN,
        UNKNOWN_PRIORITY,
        UNREADABLE_NAME,
        text=why,
        known=False,
    )
