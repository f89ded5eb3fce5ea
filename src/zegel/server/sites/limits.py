# SPDX-License-Identifier: EUPL-1.2
"""From which figures on the condition of a device wants looking at. Defaults by profile, tightened or eased by site.

Pure. The figures are configuration, each with its reason:
- battery_mv: a 12 V lead battery at rest below 11.8 V is three quarters empty; a home's gateway hangs on the mains.
- storage_free_mb: about an hour of a 2 Mbit/s stream.
- clock_offset_ms: the unit itself disarms nothing before 60 s (docs/design/unit.md); ten is when somebody should look.
- temperature_c10: what boards of this sort are sold for.
- signal_dbm: below −85 a wireless link drops packets.
- fps10: under two frames a second nobody can follow what happens.
- gaps: stops of two seconds and more in one minute.
- silent_s: a mast that sleeps under a bridge, or a home's router that restarts, is not missed yet.
- data_month_mb: none unless the site's contract has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from zegel.declare import profiles


class Condition(StrEnum):
    """What can be the matter with a unit or one of its cameras."""

    BATTERY_LOW = "battery_low"
    STORAGE_LOW = "storage_low"
    CLOCK_OFF = "clock_off"
    TOO_HOT = "too_hot"
    SIGNAL_WEAK = "signal_weak"
    DATA_MONTH = "data_month"
    STREAM_DOWN = "stream_down"  # of one camera
    STREAM_POOR = "stream_poor"  # of one camera: it stutters
    SILENT_UNIT = "silent_unit"  # found by the server: a job looks


@dataclass(frozen=True)
class Limits:
    """None: this figure is not looked at. Names are those of the figures."""

    battery_mv: int | None = None
    storage_free_mb: int | None = 1_000
    clock_offset_ms: int | None = 10_000
    temperature_c10: int | None = 750
    signal_dbm: int | None = -85
    data_month_mb: int | None = None
    fps10: int | None = 20
    gaps: int | None = 6
    silent_s: int | None = 900


# (lowest, highest) that a site may set; what lies outside is a slip of the hand
RANGES: dict[str, tuple[int, int]] = {
    "battery_mv": (1_000, 60_000), "storage_free_mb": (50, 1_000_000), "clock_offset_ms": (500, 60_000),
    "temperature_c10": (200, 1_100), "signal_dbm": (-130, -30), "data_month_mb": (10, 10_000_000),
    "fps10": (1, 600), "gaps": (1, 60), "silent_s": (120, 86_400),
}  # fmt: skip

def of_profile(profile: str) -> Limits:
    """The profile's own figures over the defaults."""
    return replace(Limits(), **profiles.telemetry(profile))


def of_site(profile: str, own: Mapping[str, Any]) -> Limits:
    """The profile's, with what the site has of its own. What is not a figure in range is left out."""
    good = {name: value for name, value in own.items() if name in RANGES and wrong(name, value) is None}
    return replace(of_profile(profile), **good)


def wrong(name: str, value: object) -> str | None:
    """What is wrong with a site's own figure: "name", "number" or "range"; None when nothing is. A value of None says
    that this is not looked at."""
    if name not in RANGES:
        return "name"
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        return "number"
    low, high = RANGES[name]
    return None if low <= value <= high else "range"


def shown(limits: Limits) -> dict[str, int | None]:
    return {field.name: getattr(limits, field.name) for field in fields(limits)}


# figure -> the condition that it makes, and whether too little (True) or too much (False) of it does
_OF_UNIT = {
    "battery_mv": (Condition.BATTERY_LOW, True), "storage_free_mb": (Condition.STORAGE_LOW, True),
    "clock_offset_ms": (Condition.CLOCK_OFF, False), "temperature_c10": (Condition.TOO_HOT, False),
    "signal_dbm": (Condition.SIGNAL_WEAK, True), "data_month_mb": (Condition.DATA_MONTH, False),
}  # fmt: skip
_MARGIN = 0.03


@dataclass(frozen=True)
class Found:
    """A condition, of which camera (its hexadecimal id, "" for the unit itself), and the figure that says so."""

    condition: Condition
    camera: str
    value: int

    @property
    def key(self) -> str:
        return f"{self.condition.value}:{self.camera}" if self.camera else self.condition.value


def judge(
    figures: Mapping[str, Any], cameras: Mapping[str, Mapping[str, Any]], limits: Limits, before: frozenset[str]
) -> tuple[Found, ...]:
    """What is the matter by these figures. What was the matter `before` (keys) ends only a little beyond its limit, so
    that a figure on the edge raises one task and not twenty. A figure that is not there says nothing."""
    streams = (found for camera, said in cameras.items() for found in _of_camera(camera, said, limits))
    return (*_of_unit(figures, limits, before), *streams)


def _of_unit(figures: Mapping[str, Any], limits: Limits, before: frozenset[str]) -> Iterator[Found]:
    for name, (condition, too_little) in _OF_UNIT.items():
        value, limit = figures.get(name), getattr(limits, name)
        if not isinstance(value, int) or limit is None:
            continue
        margin = abs(limit) * _MARGIN if condition.value in before else 0.0
        if value < limit + margin if too_little else value > limit - margin:
            yield Found(condition, "", value)


def _of_camera(hex_id: str, said: Mapping[str, Any], limits: Limits) -> Iterator[Found]:
    fps10, gaps, state = said.get("fps10"), said.get("gaps"), said.get("state")
    if state == "lost" or fps10 == 0:
        yield Found(Condition.STREAM_DOWN, hex_id, 0)
        return
    slow = isinstance(fps10, int) and limits.fps10 is not None and fps10 < limits.fps10
    torn = isinstance(gaps, int) and limits.gaps is not None and gaps > limits.gaps
    if slow or torn:
        yield Found(Condition.STREAM_POOR, hex_id, gaps if torn and isinstance(gaps, int) else int(fps10 or 0))
