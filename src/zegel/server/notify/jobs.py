# SPDX-License-Identifier: EUPL-1.2
"""What waits: notices until their hour or until a push service or mail server is back, digests, forgetting."""

from __future__ import annotations

from uuid import UUID

from zegel.server.kernel import jobs
from zegel.server.notify import actions, delivery


@jobs.task(name="notify.deliver")
def deliver_notice(owner_id: str, notice_id: str) -> None:
    delivery.deliver(UUID(owner_id), UUID(notice_id))


@jobs.periodic("*/5 * * * *", name="notify.due")
def run_due(timestamp: int) -> None:
    actions.run_due()
