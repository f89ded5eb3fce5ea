# SPDX-License-Identifier: EUPL-1.2
"""Response figures against the norm, and what makes a number out of counts. Pure.

Clock: signal received → first operator's action. The defaults are those with which EN 50518 is cited: fire and hold-up
80 % within 30 s and 98.5 % within 60 s, others 80 % within 90 s and 98.5 % within 180 s. They are configuration of each
alarm centre, because the edition that its certificate names decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

URGENT = "urgent"
OTHER = "other"
URGENT_CLASSES = frozenset({"fire", "holdup_duress", "medical", "hold_up", "panic"})  # the last two: alarms of before
# Signals that nobody need answer: they are counted, and held against no norm.
WITHOUT_NORM = frozenset({"test", "restore", "info", "open_close", "bypass"})
LONGEST_NORM_S = 3600


@dataclass(frozen=True)
class Target:
    """`share` of the alarms (0–1) has its first action within `within_s`."""

    within_s: int
    share: float


Norms = Mapping[str, tuple[Target, Target]]

DEFAULT: Norms = {
    URGENT: (Target(30, 0.80), Target(60, 0.985)),
    OTHER: (Target(90, 0.80), Target(180, 0.985)),
}


def group_of(signal_class: str) -> str | None:
    """Under which norm a class falls; None for what nobody need answer."""
    if signal_class in WITHOUT_NORM:
        return None
    return URGENT if signal_class in URGENT_CLASSES else OTHER


def read(values: Mapping[str, Any] | None) -> Norms:
    """A centre's own norms from its settings ({"urgent": [[30, 0.8], [60, 0.985]], …}); what is missing is the
    default. Raises ValueError for what is no norm."""
    made: dict[str, tuple[Target, Target]] = dict(DEFAULT)
    for group, rows in (values or {}).items():
        if group not in DEFAULT or not isinstance(rows, Sequence) or len(rows) != 2:
            raise ValueError("norms are two targets for each of urgent and other")
        first, second = (_target(row) for row in rows)
        if not (first.within_s < second.within_s and first.share <= second.share):
            raise ValueError("the second target allows more time for a larger share")
        made[group] = (first, second)
    return made


def _target(row: Any) -> Target:
    within, share = row
    if not isinstance(within, int) or isinstance(within, bool) or not 1 <= within <= LONGEST_NORM_S:
        raise ValueError("a norm's time is in whole seconds, up to an hour")
    if not isinstance(share, int | float) or not 0 < float(share) <= 1:
        raise ValueError("a norm's share is between 0 and 1")
    return Target(within, float(share))


@dataclass(frozen=True)
class Counted:
    """Of one class in one period: how many there were, how many had their first action within each target's time, and
    how many left before anybody could act (recalled, a test)."""

    signal_class: str
    alarms: int
    within: tuple[int, int]
    left_before: int
    median_s: float | None = None
    p95_s: float | None = None
    worst_s: float | None = None

    @property
    def judged(self) -> int:
        return self.alarms - self.left_before


@dataclass(frozen=True)
class Figure:
    """`met`: None where there is nothing to judge (no alarm, or no norm)."""

    counted: Counted
    group: str | None
    targets: tuple[Target, Target] | None
    shares: tuple[float, float] | None
    met: bool | None


def figure(counted: Counted, norms: Norms) -> Figure:
    """One class against its norm. Who never acted counts as too late."""
    group = group_of(counted.signal_class)
    if group is None or counted.judged <= 0:
        return Figure(counted, group, norms[group] if group else None, None, None)
    targets = norms[group]
    shares = (counted.within[0] / counted.judged, counted.within[1] / counted.judged)
    met = all(share >= target.share for share, target in zip(shares, targets, strict=True))
    return Figure(counted, group, targets, shares, met)


def percentile(answered: Sequence[tuple[int, int]], share: float) -> float | None:
    """The time within which that share was answered, of (seconds, how many) in order; None of nothing."""
    wanted, so_far = share * sum(count for _, count in answered), 0
    for took_s, count in answered:
        so_far += count
        if so_far >= wanted:
            return float(took_s)
    return None


def together(rows: Sequence[Counted], name: str) -> Counted:
    """A group's classes as one. Medians do not add up, so there are none."""
    within = (sum(row.within[0] for row in rows), sum(row.within[1] for row in rows))
    worst = max((row.worst_s for row in rows if row.worst_s is not None), default=None)
    alarms, left = sum(row.alarms for row in rows), sum(row.left_before for row in rows)
    return Counted(name, alarms, within, left, None, None, worst)
