# SPDX-License-Identifier: EUPL-1.2
"""The server's only clock.

Nothing else under zegel.server may ask for the time (a lint test walks every file), so that a test can replace time
for the whole process, and so that terms, leases and deadlines can't disagree about what time it is. There is no setting
that moves it: only code running inside the process, tests/clock.py, can.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol, overload


class Source(Protocol):
    """Where time comes from: nanoseconds since 1970 UTC, and seconds that only ever rise."""

    def wall_ns(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemSource:
    """The machine's own clocks."""

    def wall_ns(self) -> int:
        return time.time_ns()

    def monotonic(self) -> float:
        return time.monotonic()


_source: Source = SystemSource()


def now() -> datetime:
    """Wall time, aware, UTC."""
    return datetime.fromtimestamp(_source.wall_ns() / 1_000_000_000, tz=UTC)


def now_ms() -> int:
    """Wall time in milliseconds since 1970 UTC, as it is written in every signed object."""
    return _source.wall_ns() // 1_000_000


def monotonic() -> float:
    """Seconds for measuring durations; unaffected by steps of the wall clock."""
    return _source.monotonic()


@overload
def ms(moment: datetime) -> int: ...
@overload
def ms(moment: None) -> None: ...
@overload
def ms(moment: datetime | None) -> int | None: ...
def ms(moment: datetime | None) -> int | None:
    """A moment as it travels: whole milliseconds UTC."""
    return None if moment is None else round(moment.timestamp() * 1000)


@overload
def moment(ms: int) -> datetime: ...
@overload
def moment(ms: None) -> None: ...
@overload
def moment(ms: int | None) -> datetime | None: ...
def moment(ms: int | None) -> datetime | None:
    """The reverse. Raises ValueError or OverflowError for what lies after the year 9999."""
    return None if ms is None else datetime.fromtimestamp(ms / 1000, tz=UTC)
