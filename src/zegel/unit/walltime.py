# SPDX-License-Identifier: EUPL-1.2
"""Wall time from two sources: the machine's clock and the ledger's signed time (seal.md, "Keys and time").

It is metadata and never a key: slots run on the monotonic clock. It never falls below the highest value that was
persisted. More than 60 s between the sources is reported, and alarms go without images until they agree again. So do
they while only the machine's own clock is known: since the machine was started, the ledger's signed time must have been
seen once, or the system must say that its clock is synchronised.
"""

from __future__ import annotations

from dataclasses import dataclass

TOLERANCE_MS = 60_000
STEP_MS = 50
MOST_MS = 200_000_000_000_000  # the year 8307
MAX_STEPS = 16


@dataclass(frozen=True, slots=True)
class Instant:
    """One reading of both clocks. `synchronised`: the system says that its wall clock follows a time server."""

    mono_s: float
    wall_ms: int
    synchronised: bool = False

    @property
    def offset_ms(self) -> float:
        return self.wall_ms - self.mono_s * 1000


@dataclass(frozen=True, slots=True)
class Step:
    """The machine's clock was set between two readings; before it stood at `old_offset_ms`."""

    from_s: float
    until_s: float
    old_offset_ms: float


class WallTime:
    """Feed it every reading with `observe`, and the server's signed time when it comes."""

    def __init__(self, now: Instant, floor_ms: int = 0, server_offset_ms: int | None = None) -> None:
        """`floor_ms`: the highest wall time that was persisted.

        `server_offset_ms`: how far the ledger's signed time was ahead of this boot's monotonic clock, if it was seen.
        """
        self._floor_ms = floor_ms
        self._floor_mono_s = now.mono_s
        self._offset_ms = now.offset_ms
        self._base_ms = now.offset_ms
        self._server_ms: float | None = server_offset_ms
        self._synchronised = now.synchronised
        self._seen_s = now.mono_s
        self._steps: list[Step] = []

    def observe(self, now: Instant) -> None:
        if abs(now.offset_ms - self._offset_ms) > STEP_MS:
            self._steps = [*self._steps, Step(self._seen_s, now.mono_s, self._offset_ms)][-MAX_STEPS:]
        self._offset_ms, self._seen_s = now.offset_ms, now.mono_s
        if now.synchronised and not self._synchronised:
            self._synchronised, self._base_ms = True, now.offset_ms

    def possible(self, start_s: float, end_s: float) -> tuple[int, ...]:
        """Every wall time that the ends of a stretch had, also by a clock that was set in the middle of it.

        Whoever sets the clock gains nothing: what is armed only by one of two readings is not armed.
        """
        offsets = [self._offset_ms]
        offsets += [step.old_offset_ms for step in self._steps if step.from_s <= end_s and start_s <= step.until_s]
        return tuple(self._within(offset + mono_s * 1000) for offset in offsets for mono_s in (start_s, end_s))

    def server_says(self, server_ms: int, now: Instant) -> None:
        """A verified time of the ledger, received at `now`."""
        self._server_ms = server_ms - now.mono_s * 1000
        self.observe(now)
        if self.difference_ms <= TOLERANCE_MS:
            self._base_ms = self._offset_ms

    def at(self, mono_s: float) -> int:
        """Wall time (ms UTC) of a monotonic instant, by the machine's clock as it stands, floored."""
        return self._within(self._offset_ms + mono_s * 1000)

    def _within(self, wall_ms: float) -> int:
        """Never below the floor; and no clock, however wrong, is past the end of the calendar."""
        return min(MOST_MS, max(self._floor_ms, round(wall_ms), 0))

    @property
    def confirmed(self) -> bool:
        """Whether anything but the machine's own clock has told the time since the machine was started."""
        return self._server_ms is not None or self._synchronised

    @property
    def difference_ms(self) -> float:
        """How far the machine's clock is from the best other source."""
        other = self._base_ms if self._server_ms is None else self._server_ms
        return abs(self._offset_ms - other)

    def agrees(self, mono_s: float) -> bool:
        """False while a source contradicts the machine's clock by more than 60 s, or there is no other source."""
        return self.confirmed and not self.contradicted(mono_s)

    def contradicted(self, mono_s: float) -> bool:
        """True while the ledger, the persisted floor, or the clock's own past is more than 60 s from it."""
        behind = self._floor_ms - (self._offset_ms + mono_s * 1000)
        return self.difference_ms > TOLERANCE_MS or behind > TOLERANCE_MS

    def new_floor(self, mono_s: float) -> int:
        """The floor to persist now. Unless both sources agree it rises no faster than the monotonic clock."""
        wall = self.at(mono_s)
        if self._floor_ms and not (self._server_ms is not None and self.agrees(mono_s)):
            wall = min(wall, self._floor_ms + round((mono_s - self._floor_mono_s) * 1000) + TOLERANCE_MS)
        self._floor_ms, self._floor_mono_s = max(self._floor_ms, wall), mono_s
        return self._floor_ms
