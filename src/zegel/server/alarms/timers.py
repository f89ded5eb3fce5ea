# SPDX-License-Identifier: EUPL-1.2
"""Entry, exit and abort times, and detectors that ring for nothing. Pure. (ANSI/SIA CP-01.)

Panels and units time their own doors. Entry and exit here are for all who don't: a camera by mail, a broker, a
webhook, where the profile of the site says that people come and go by what they watch. The abort time is for every
alarm: what the centre does with one that its own site takes back at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from zegel.server.alarms import rules

# Senders that time their own entry and exit.
TIMED_BY_SENDER = frozenset({"panel", "unit", "server"})
USELESS = frozenset({"false_equipment", "false_environment", "test"})
SWINGER_FORGETS_MS = 48 * 3600 * 1000  # CP-01: a detector that was shut out rings again after 48 quiet hours


@dataclass(frozen=True)
class Times:
    """Seconds; see parameters.Parameters."""

    entry_s: int
    exit_s: int
    abort_s: int


@dataclass(frozen=True)
class Door:
    """A signal of a detector, as far as times go. `by_entry`: people come and go by it. `closed_ms`: when the area was
    set, None while it is open or nobody knows."""

    source: str
    signal_class: str
    by_entry: bool
    at_ms: int
    closed_ms: int | None = None


def _is_timed_here(door: Door) -> bool:
    return door.by_entry and door.source not in TIMED_BY_SENDER and rules.family(door.signal_class) == rules.BURGLARY


def is_leaving(door: Door, times: Times) -> bool:
    """Somebody leaves by the door that he just set: no alarm."""
    if not _is_timed_here(door) or door.closed_ms is None:
        return False
    return 0 <= door.at_ms - door.closed_ms < times.exit_s * 1000


def queue_at_ms(door: Door, times: Times) -> int:
    """From when the alarm is in the queue: after the entry time, in which who belongs there disarms."""
    return door.at_ms + (times.entry_s * 1000 if _is_timed_here(door) else 0)


def recall_until_ms(signal_class: str, queued_ms: int, abort_s: int, hold_s: int) -> int | None:
    """Until when the site's own disarming takes the alarm back by itself; None for never (danger to people, and what
    disarming says nothing about). At least as long as nobody may look."""
    if rules.family(signal_class) != rules.BURGLARY:
        return None
    return queued_ms + max(abort_s, hold_s) * 1000


def look_after_ms(signal_class: str, queued_ms: int, hold_s: int) -> int | None:
    """From when somebody may look; None for at once."""
    if hold_s <= 0 or not rules.may_be_held_back(signal_class):
        return None
    return queued_ms + hold_s * 1000


@dataclass(frozen=True)
class Trip:
    """An alarm that a detector made: when, and how it was closed ("" while it is open)."""

    at_ms: int
    closed_code: str


def is_swinger(
    detector: str, signal_class: str, trips: Sequence[Trip], set_ms: int | None, at_ms: int, after: int
) -> bool:
    """Whether a detector has rung `after` times for nothing since the area was set, and is not listened to.

    One alarm of it that was real, or that nobody has judged yet, and it rings on. Danger to people always rings, and so
    does a signal that doesn't say which detector it is of: it may be any of the site's.
    """
    if not detector or after <= 0 or rules.family(signal_class) != rules.BURGLARY:
        return False
    since = max(at_ms - SWINGER_FORGETS_MS, set_ms or 0)
    counted = [trip for trip in trips if trip.at_ms >= since]
    if any(trip.closed_code not in USELESS for trip in counted):
        return False
    return len(counted) >= after
