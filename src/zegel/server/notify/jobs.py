# SPDX-License-Identifier: EUPL-1.2
"""What waits: notices until their hour or until a push service or mail server is back, digests, forgetting."""

from __future__ import annotations

from zegel.server.kernel import jobs
from zegel.server.notify import actions


@jobs.periodic("*/5 * * * *", name="notify.due")
def run_due(timestamp: int) -> None:
    actions.run_due()
