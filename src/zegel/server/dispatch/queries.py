# SPDX-License-Identifier: EUPL-1.2
"""Reads of guards and their errands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from zegel.server.dispatch.errors import UnknownDispatch, UnknownGuard
from zegel.server.dispatch.models import Dispatch, Guard
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor


def guards_of(site_id: UUID) -> Sequence[Guard]:
    """Within an acting party: who may be sent to a site, in the order in which they are asked."""
    return list(Guard.objects.filter(site_id=site_id, removed_at=None).order_by("place", "created_at"))


def guards(actor: Actor, site_id: UUID) -> Sequence[Guard]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return guards_of(site_id)


def guard(guard_id: UUID) -> Guard:
    """Within an acting party. Raises UnknownGuard."""
    found = Guard.objects.filter(id=guard_id, removed_at=None).first()
    if found is None:
        raise UnknownGuard
    return found


def get(actor: Actor, dispatch_id: UUID) -> Dispatch:
    """Raises UnknownDispatch."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Dispatch.objects.select_related("guard").filter(id=dispatch_id).first()
    if found is None:
        raise UnknownDispatch
    return found


def of_alarms(actor: Actor, alarm_ids: Iterable[UUID]) -> dict[UUID, list[Dispatch]]:
    """Every errand of these alarms, the first one first; one question for all of them."""
    found: dict[UUID, list[Dispatch]] = {}
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Dispatch.objects.select_related("guard").filter(alarm_id__in=set(alarm_ids)).order_by("requested_at")
        for row in rows:
            found.setdefault(row.alarm_id, []).append(row)
    return found
