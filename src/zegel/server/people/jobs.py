# SPDX-License-Identifier: EUPL-1.2
"""What this room clears away: counts and sessions that say nothing any more."""

from __future__ import annotations

from zegel.server.kernel import jobs
from zegel.server.people import actions


@jobs.periodic("*/15 * * * *", name="people.forget_old_throttles")
def forget_old_throttles(timestamp: int) -> None:
    actions.forget_old_throttles()


@jobs.periodic("53 * * * *", name="people.forget_old_sessions")
def forget_old_sessions(timestamp: int) -> None:
    actions.forget_old_sessions()
