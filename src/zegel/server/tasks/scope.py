# SPDX-License-Identifier: EUPL-1.2
"""Whose provider a party is, and which alarm centres serve those customers: by the dated relations, now."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from zegel.server.kernel import clock, tenancy
from zegel.server.people import queries as people
from zegel.server.people.models import ServiceRelation
from zegel.server.people.roles import RelationKind


def providers() -> list[UUID]:
    """Every party that is somebody's provider: for the worker that acts for each in turn."""
    return _asked("SELECT unnest(provider_parties(%s))", clock.now())


def offices() -> list[UUID]:
    """Every party whose tasks there are: providers, and the alarm centres that serve whom they serve."""
    found = providers()
    return list(dict.fromkeys([*found, *(centre for one in found for centre in centres_of(one))]))


def is_only_centre(party_id: UUID) -> bool:
    """Within the party: it serves somebody as an alarm centre, and nobody as a provider."""
    kinds = ServiceRelation.objects.filter(people.at(clock.now()), party_id=party_id).values_list("kind", flat=True)
    found = set(kinds)
    return RelationKind.ARC.value in found and RelationKind.PROVIDER.value not in found


def centres_of(provider_id: UUID) -> list[UUID]:
    """The alarm centres (first ones) that serve the provider's customers. Only the customers' own rows tell."""
    return _asked("SELECT unnest(provider_centres(%s, %s))", provider_id, clock.now())


def customers(provider_id: UUID) -> set[UUID]:
    """Whom the acting provider serves."""
    rows = ServiceRelation.objects.filter(
        people.at(clock.now()), party_id=provider_id, kind=RelationKind.PROVIDER.value
    )
    return set(rows.values_list("owner_id", flat=True))


def _asked(statement: str, *said: UUID | datetime) -> list[UUID]:
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(statement, list(said))
        return [party for (party,) in cursor.fetchall()]
