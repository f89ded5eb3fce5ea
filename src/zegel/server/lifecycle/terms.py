# SPDX-License-Identifier: EUPL-1.2
"""When a term is over. Pure: no clock, no database.

A term counts days of the place where something was made. The day on which it starts is day 1; what is kept N days is
gone when day N + 1 begins there, at midnight by the place's own clock, also across a change to or from summer time. So
nothing is ever kept longer than N days, and what was made after midnight has the whole of its last day.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from zegel.declare import Start

Span = tuple[int, int]
"""From and to, ms UTC; to is not in it."""

SLOT_MS = 1000
SLOTS = 4096


def zone(name: str) -> ZoneInfo:
    """A place's time zone; UTC for a name that nobody knows."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def midnight(day: date, at: ZoneInfo) -> datetime:
    """When that day begins there (UTC). Where the clocks jump over midnight: at the jump."""
    return datetime(day.year, day.month, day.day, tzinfo=at).astimezone(UTC)


def due(start: datetime, days: int, at: ZoneInfo) -> datetime:
    """When something that started then is over, `days` later (UTC)."""
    return midnight(start.astimezone(at).date() + timedelta(days=days), at)


def bound(now: datetime, days: int, at: ZoneInfo) -> datetime:
    """Everything that started before this is over: due(start) <= now exactly when start < bound(now)."""
    return midnight(now.astimezone(at).date() - timedelta(days=days - 1), at)


def ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)


# --- what is held of an epoch ---


def held_slots(start_ms: int, spans: Iterable[Span]) -> tuple[tuple[int, int], ...]:
    """The slots of an epoch that lie in any of these times, each whole, in order and joined."""
    found: list[tuple[int, int]] = []
    for first_ms, last_ms in spans:
        first = max(0, (first_ms - start_ms) // SLOT_MS)
        last = min(SLOTS, -((start_ms - last_ms) // SLOT_MS))
        if first < last:
            found.append((first, last))
    return joined(found)


def joined(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same, without overlaps, in order."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return tuple(merged)


# --- where a row says when it started ---

COLUMNS: dict[Start, tuple[str, ...]] = {
    Start.MADE: (
        "made_at", "created_at", "opened_at", "at", "received_at", "received_ms", "at_ms", "asked_at", "started_at",
        "starts_at", "recorded_at", "raised_at", "dealt_at", "written_at", "requested_at", "reported_at", "issued_at",
        "begun_at", "found_at", "signed_at", "given_at", "sent_at", "since", "changed_at",
    ),
    Start.ALARM_CLOSED: ("closed_at", "alarm__closed_at"),
    Start.INCIDENT_CLOSED: ("closed_at", "incident__closed_at"),
    Start.CASE_CLOSED: ("closed_at", "answered_at", "done_at", "evaluated_at", "ended_at", "case__closed_at"),
    Start.LAST_USED: ("used_at", "seen_at"),
    Start.WITHDRAWN: ("withdrawn_at",),
    Start.SUPERSEDED: ("superseded_at", "valid_to", "ended_at"),
    Start.YEAR_ENDED: ("year_ended_at",),
    Start.SOLD: ("sold_at",),
    Start.CUSTOMER_LEFT: ("customer__ended_at", "customer_left_at", "ended_at"),
}  # fmt: skip
"""Names by which rooms call the moment that starts a term; the first that a model has counts. Starts that no row of a
model tells (a relation, an account, a site's last unit) are found out by `owners`."""


def column(start: Start, fields: Iterable[str]) -> str | None:
    """The one of a model's fields that says when the term started; None when it is told elsewhere."""
    there = set(fields)
    for name in COLUMNS.get(start, ()):
        if name.split("__")[0] in there:
            return name
    return None


