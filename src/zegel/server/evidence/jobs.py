# SPDX-License-Identifier: EUPL-1.2
"""Films behind links go when their time is over."""

from __future__ import annotations

from zegel.server.evidence import handing
from zegel.server.kernel import jobs, log
from zegel.server.lifecycle import runner


@jobs.periodic("7 * * * *", name="evidence.films")
def films(timestamp: int) -> None:
    """One owner's fault stops no other's."""
    for owner_id in runner.everyone():
        try:
            handing.destroy_expired(owner_id)
        except Exception as error:
            log.error("evidence.films_failed", party=owner_id, error=type(error).__name__, where=log.place_of(error))
