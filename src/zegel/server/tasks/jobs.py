# SPDX-License-Identifier: EUPL-1.2
"""Every minute the causes of each provider and each alarm centre are looked at; at once when one is heard of."""

from __future__ import annotations

from uuid import UUID

from zegel.server.kernel import jobs, log, outbox
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.tasks import actions, scope


@jobs.periodic("* * * * *", name="tasks.sweep")
def sweep(timestamp: int) -> None:
    """One party's fault stops no other's."""
    for provider_id in scope.offices():
        try:
            actions.sweep(provider_id)
        except Exception as error:
            log.error("tasks.sweep_failed", party=provider_id, error=type(error).__name__, where=log.place_of(error))


@outbox.subscribe("malfunction.opened", "malfunction.closed", name="tasks.malfunction")
def heard(event: outbox.Event) -> None:
    """A malfunction is on the list when the one who reported it looks up from his phone."""
    if event.owner_id is not None:
        provider = people.serving(event.owner_id, RelationKind.PROVIDER)
        if provider is not None:
            sweep_one.defer(provider_id=str(provider))


@jobs.task(name="tasks.sweep_one")
def sweep_one(provider_id: str) -> None:
    actions.sweep(UUID(provider_id))
