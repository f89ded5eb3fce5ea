# SPDX-License-Identifier: EUPL-1.2
"""Test windows: which signals ring nobody while somebody tests. Pure.

They end by themselves. Hold-up and duress are never part of a test, fire and medical only where it was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from zegel.server.alarms import rules


@dataclass(frozen=True)
class Window:
    """`panel_id` None: of the whole site. `zones` empty: every zone. Half-open: [starts_ms, ends_ms)."""

    starts_ms: int
    ends_ms: int
    panel_id: UUID | None = None
    zones: frozenset[str] = frozenset()
    fire: bool = False


@dataclass(frozen=True)
class Tested:
    """What a signal says that matters here. `at_ms`: when it was received."""

    signal_class: str
    at_ms: int
    panel_id: UUID | None = None
    zone: str = ""
    duress: bool = False


def is_test(signal: Tested, windows: Iterable[Window]) -> bool:
    """Whether the signal is a part of a test that runs."""
    if signal.duress or signal.signal_class == rules.HOLDUP:
        return False
    return any(_covers(window, signal) for window in windows)


def _covers(window: Window, signal: Tested) -> bool:
    if not window.starts_ms <= signal.at_ms < window.ends_ms:
        return False
    if window.panel_id is not None and window.panel_id != signal.panel_id:
        return False
    if window.zones and zone_key(signal.zone) not in window.zones:
        return False
    return window.fire or not rules.is_life_safety(signal.signal_class)


def zone_key(zone: str) -> str:
    """Zones are compared without leading zeros: Contact ID writes 001 where SIA writes 1."""
    return zone.lstrip("0") or ("0" if zone else "")


def area_key(area: str) -> str:
    """Areas likewise; Contact ID's 00 is no area, but the whole panel."""
    return area.strip().lstrip("0")
