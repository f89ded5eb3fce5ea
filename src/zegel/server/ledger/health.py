# SPDX-License-Identifier: EUPL-1.2
"""Is the log kept up? An entry is under a checkpoint within a second; readiness gives it a little longer."""

from __future__ import annotations

from time import sleep

from zegel.server.kernel import health
from zegel.server.ledger import queries

LOOKS = 6
PAUSE_S = 0.5


@health.check("ledger")
def checkpoints_keep_up() -> str | None:
    """`behind` when what is there now is still not covered after three seconds: no sequencer runs, or it is stuck."""
    wanted = queries.size()
    for _ in range(LOOKS):
        if queries.state().published >= wanted:
            return None
        sleep(PAUSE_S)
    return "behind"
