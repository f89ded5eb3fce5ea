# SPDX-License-Identifier: EUPL-1.2
"""Puzzles that count no more are cleared away."""

from __future__ import annotations

from zegel.server.intake.models import UsedPuzzle
from zegel.server.kernel import clock, jobs


@jobs.periodic("41 * * * *", name="intake.clear_puzzles")
def clear(timestamp: int) -> None:
    UsedPuzzle.objects.filter(expires_at__lt=clock.now()).delete()
