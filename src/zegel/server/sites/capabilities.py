# SPDX-License-Identifier: EUPL-1.2
"""What a camera can do, so that every screen offers that and nothing else (S11). Pure.

The unit says it (CameraFacts); of one that never did, its kind says it: a camera detector takes stills, a video
detector also records and streams. What is offered is no permission: the gate and the unit decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol


class Capability(StrEnum):
    STILLS = "stills"
    VIDEO = "video"
    LIVE = "live"
    PTZ = "ptz"
    AUDIO = "audio"
    PRE_ALARM = "pre_alarm"


_STILLS = (Capability.STILLS,)
_VIDEO = (Capability.STILLS, Capability.VIDEO, Capability.LIVE)
OF_KIND: dict[str, tuple[Capability, ...]] = {
    "camera_detector": _STILLS,
    "mail": _STILLS,
    "video_detector": _VIDEO,
    "fixed": (*_VIDEO, Capability.PRE_ALARM),
    "ptz": (*_VIDEO, Capability.PRE_ALARM, Capability.PTZ),
}


class Device(Protocol):
    kind: str
    capabilities: list[str]


def of(device: Device) -> tuple[Capability, ...]:
    """In the order of the list above; words that nobody knows here are left out."""
    said = set(device.capabilities) & set(Capability)
    return tuple(word for word in Capability if word in said) or OF_KIND.get(device.kind, OF_KIND["fixed"])


def presets(device: object) -> Sequence[str]:
    """The names of the places that it can go to."""
    return [str(name) for name in getattr(device, "presets", None) or ()]
