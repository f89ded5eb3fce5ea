# SPDX-License-Identifier: EUPL-1.2
"""Whose alarms a centre handles: by the dated relations, now. Within an acting party."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from zegel.server.kernel import clock, tenancy
from zegel.server.people import queries as people
from zegel.server.people.models import ServiceRelation
from zegel.server.people.roles import RelationKind


def centres(moment: datetime | None = None) -> list[UUID]:
    """Every party that is somebody's alarm centre, first or second, then (now): for the worker that acts for each in
    turn."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(centre_parties(%s))", [moment or clock.now()])
        return [party for (party,) in cursor.fetchall()]


def served(party_id: UUID, kind: RelationKind = RelationKind.ARC) -> list[UUID]:
    """The owners that the acting party serves in that way. Signals of accounts that nobody knows are the centre's
    own."""
    rows = ServiceRelation.objects.filter(people.at(clock.now()), party_id=party_id, kind=kind.value)
    owners = list(rows.values_list("owner_id", flat=True).distinct())
    return [*owners, party_id] if kind is RelationKind.ARC else owners


def seconds(owner_ids: list[UUID]) -> dict[UUID, list[UUID]]:
    """Which second centre steps in for which of these owners. Only the owner's own rows tell, so each is asked as
    itself."""
    found: dict[UUID, list[UUID]] = {}
    for owner in owner_ids:
        second = people.serving(owner, RelationKind.ARC_SECOND)
        if second is not None:
            found.setdefault(second, []).append(owner)
    return found


def is_centre(party_id: UUID) -> bool:
    """Whether the acting party is anybody's alarm centre now."""
    kinds = [RelationKind.ARC.value, RelationKind.ARC_SECOND.value]
    return ServiceRelation.objects.filter(people.at(clock.now()), party_id=party_id, kind__in=kinds).exists()
