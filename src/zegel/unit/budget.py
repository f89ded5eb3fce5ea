# SPDX-License-Identifier: EUPL-1.2
"""Mobile data: what went over the line this month, and what may still go once the owner's budget is used.

Counted in the unit, because only the unit knows what it sent. Bytes are paid for ahead, on disk: a power cut loses
nothing of the count, it only counts what was paid and not used. A clock that is set back begins no new month.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from zegel.seal.allowances import OverBudget
from zegel.seal.hours import month_of
from zegel.seal.policy import Policy
from zegel.unit.state import StateFile

BLOCK = 1 << 20
MEGABYTE = 1_000_000
FRAME_OVERHEAD = 100
"""Bytes that TLS, TCP and IP add to a frame, about."""


@dataclass(slots=True)
class DataBook:
    """`spend` counts; `over` says whether the budget of the policy in force is used, and what still goes then."""

    file: StateFile
    month: str = field(init=False)
    used: int = field(init=False)

    def __post_init__(self) -> None:
        self.month, self.used = self.file.state.data

    def spend(self, size: int, policy: Policy | None, wall_ms: int) -> None:
        """A frame of `size` bytes went over the line, in either direction."""
        self._turn_page(policy, wall_ms)
        self.used += size + FRAME_OVERHEAD
        if self.used > self.file.state.data[1]:
            self._pay(self.used + BLOCK)

    def over(self, policy: Policy | None, wall_ms: int) -> OverBudget | None:
        """None while there is a budget left, or none at all."""
        if policy is None or policy.budget is None:
            return None
        self._turn_page(policy, wall_ms)
        return policy.budget.over if self.used >= policy.budget.mb_per_month * MEGABYTE else None

    def settle(self) -> None:
        """At a planned stop: what was paid and not used is given back."""
        self.file.state.data = (self.month, self.used)

    def _turn_page(self, policy: Policy | None, wall_ms: int) -> None:
        month = month_of(policy.hours.zone if policy is not None else "UTC", wall_ms)
        if month > self.month:
            self.month, self.used = month, 0
            self._pay(0)

    def _pay(self, paid: int) -> None:
        self.file.state.data = (self.month, paid)
        self.file.save()
