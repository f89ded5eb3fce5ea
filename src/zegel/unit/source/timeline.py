# SPDX-License-Identifier: EUPL-1.2
"""One rising media time over everything that a camera's own clock does.

Cameras restart, reset their clock, step it, and send packets twice. What is recorded needs a decode time that only
rises and keeps pace with real time: slots come from arrival (seal.md), and a player can't follow a jump backwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from zegel.unit.source.media import TIMESCALE

JUMP_AHEAD_S = 3.0
JUMP_BACK_S = 0.5
MAX_LAG_S = 20.0
_LONGEST_FRAME = 10 * TIMESCALE


@dataclass(frozen=True)
class Placed:
    """Where a packet lies: 90 kHz. `jump_ms` is how far the camera's clock jumped, 0 as a rule."""

    pts: int
    dts: int
    duration: int
    jump_ms: int


class Timeline:
    """Maps the camera's times (90 kHz) to rising ones."""

    def __init__(self) -> None:
        self._offset = 0
        self._source: int | None = None
        self._dts = -1
        self._arrival_s = 0.0
        self._anchor: tuple[int, float] = (0, 0.0)
        self._duration = TIMESCALE // 25

    def interrupted(self) -> None:
        """The connection was new: whatever time comes next goes on where the last one ended, without a jump."""
        self._source = None

    def place(self, pts: int | None, dts: int | None, duration: int | None, arrival_s: float) -> Placed:
        """Puts a packet after the last one. A packet without times follows at the usual distance."""
        source = dts if dts is not None else pts
        if source is None:
            source = (self._source or 0) + self._duration
        jump_ms = self._follow(source, arrival_s)
        placed = max(self._dts + 1, source + self._offset)
        if self._dts >= 0 and 0 < placed - self._dts < _LONGEST_FRAME:
            self._duration = placed - self._dts
        reorder = max(0, (pts if pts is not None else source) - source)
        self._source, self._dts, self._arrival_s = source, placed, arrival_s
        length = duration if duration and 0 < duration < _LONGEST_FRAME else self._duration
        return Placed(placed + min(reorder, 5 * TIMESCALE), placed, length, jump_ms)

    def _follow(self, source: int, arrival_s: float) -> int:
        elapsed_s = arrival_s - self._arrival_s
        if self._source is None:
            self._start_at(source, self._dts + max(1, round(elapsed_s * TIMESCALE)) if self._dts >= 0 else 0, arrival_s)
            return 0
        step_s = (source - self._source) / TIMESCALE
        lag_s = (arrival_s - self._anchor[1]) - (source + self._offset - self._anchor[0]) / TIMESCALE
        if -JUMP_BACK_S < step_s < elapsed_s + JUMP_AHEAD_S and lag_s < MAX_LAG_S:
            return 0
        jump_s = step_s - elapsed_s
        self._start_at(source, self._dts + max(1, round(elapsed_s * TIMESCALE)), arrival_s)
        return round(jump_s * 1000)

    def _start_at(self, source: int, placed: int, arrival_s: float) -> None:
        self._offset = placed - source
        self._anchor = (placed, arrival_s)
