# SPDX-License-Identifier: EUPL-1.2
"""Each night every register is made anew; what did not change stays the version it was."""

from __future__ import annotations

from uuid import UUID

from zegel.server.kernel import jobs, log, outbox
from zegel.server.registers import actions, parties


@jobs.periodic("40 3 * * *", name="registers.refresh")
def refresh(timestamp: int) -> None:
    refresh_all()


@outbox.subscribe("agreement.changed", "terms.changed", "places.changed", name="registers.heard")
def heard(event: outbox.Event) -> None:
    """What a register is made from changed: whoever keeps one of it has a new version within moments."""
    if event.owner_id is not None:
        refresh_of.defer(party_id=str(event.owner_id))


@jobs.task(name="registers.refresh_of")
def refresh_of(party_id: str) -> None:
    """A party's own registers, and those of who serves it."""
    asked = UUID(party_id)
    for keeper in {asked, *parties.serving(asked)}:
        _one(keeper)


def refresh_all() -> None:
    """Providers, their alarm centres and their customers; one's fault stops no other's."""
    for keeper in sorted(set(parties.keepers())):
        _one(keeper)


def _one(keeper: UUID) -> None:
    try:
        actions.refresh(keeper)
    except Exception as error:
        log.error("registers.refresh_failed", party=keeper, error=type(error).__name__, where=log.place_of(error))
