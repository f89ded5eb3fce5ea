# SPDX-License-Identifier: EUPL-1.2
"""Replaces the server's clock, in this process, for as long as a test needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from zegel.server.kernel import clock


class TestClock:
    """Stands still until told to move; wall and monotonic move together."""

    __test__ = False

    def __init__(self, at: datetime) -> None:
        self._wall_ns = round(at.timestamp() * 1_000_000_000)
        self._monotonic = 1000.0

    def wall_ns(self) -> int:
        return self._wall_ns

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float | timedelta) -> None:
        """Time passes."""
        step = seconds.total_seconds() if isinstance(seconds, timedelta) else seconds
        self._wall_ns += round(step * 1_000_000_000)
        self._monotonic += step

    def step_wall(self, seconds: float) -> None:
        """Somebody sets the wall clock; no time passes."""
        self._wall_ns += round(seconds * 1_000_000_000)


@contextmanager
def stopped_clock(at: datetime) -> Iterator[TestClock]:
    before = clock._source
    stopped = TestClock(at)
    clock._source = stopped
    try:
        yield stopped
    finally:
        clock._source = before
