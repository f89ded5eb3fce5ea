# SPDX-License-Identifier: EUPL-1.2
"""Who serves whom, as far as registers ask: by the dated relations, now."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from zegel.server.kernel import clock
from zegel.server.people import queries as people
from zegel.server.people.models import ServiceRelation
from zegel.server.people.queries import as_party
from zegel.server.people.roles import RelationKind
from zegel.server.registers.rules import Party
from zegel.server.tasks import scope


def kind_of(party_id: UUID) -> Party:
    providers = scope.providers()
    if party_id in providers:
        return Party.PROVIDER
    centres = (centre for provider in providers for centre in scope.centres_of(provider))
    return Party.ARC if party_id in centres else Party.CUSTOMER


def served_by(keeper_id: UUID, kind: Party) -> list[UUID]:
    """Whom a provider or alarm centre works for."""
    wanted = RelationKind.PROVIDER if kind is Party.PROVIDER else RelationKind.ARC
    with as_party(keeper_id):
        rows = ServiceRelation.objects.filter(people.at(clock.now()), party_id=keeper_id, kind=wanted.value)
        return sorted(set(rows.values_list("owner_id", flat=True)))


def serving(owner_id: UUID) -> set[UUID]:
    """Provider and alarm centre of an owner."""
    with as_party(owner_id):
        found = (people.serving(owner_id, one) for one in (RelationKind.PROVIDER, RelationKind.ARC))
        return {one for one in found if one is not None}


def keepers() -> Iterator[UUID]:
    """Everybody who keeps a register here: providers, their customers and alarm centres; each perhaps more than
    once."""
    for provider in scope.providers():
        yield provider
        yield from served_by(provider, Party.PROVIDER)
        yield from scope.centres_of(provider)
