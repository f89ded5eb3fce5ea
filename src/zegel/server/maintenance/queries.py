# SPDX-License-Identifier: EUPL-1.2
"""Reads of maintenance: within an acting party unless an actor is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Q

from zegel.server.footage import queries as footage
from zegel.server.footage.models import Epoch, Grant
from zegel.server.footage.rules import Track
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance.models import Item, Malfunction, Request, WorkReport
from zegel.server.maintenance.rules import ItemState, MalfunctionState, RequestState
from zegel.server.people import queries as people
from zegel.server.people.models import ServiceRelation
from zegel.server.people.roles import RelationKind

CLOSED_SHOWN = 50
OPEN_SHOWN = 500


def running(camera_id: UUID) -> Request | None:
    """The request for this camera that the owner allowed and that has not ended; by the clock too."""
    now = clock.now()
    found = Request.objects.filter(camera_id=camera_id, state=RequestState.ALLOWED.value, until_at__gt=now)
    return found.first()


def malfunctions(actor: Actor, *, camera_id: UUID | None = None) -> Sequence[Malfunction]:
    """Of the acting party, and of those whose provider it is (an alarm centre has nothing to do with them): those that
    are open, the newest first, then those that were closed lately."""
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        served = ServiceRelation.objects.filter(
            people.at(clock.now()), party_id=party, kind=RelationKind.PROVIDER.value
        ).values("owner_id")
        rows = Malfunction.objects.filter(Q(owner_id=party) | Q(owner_id__in=served))
        rows = rows if camera_id is None else rows.filter(camera_id=camera_id)
        still = list(rows.filter(state=MalfunctionState.OPEN.value).order_by("-reported_at")[:OPEN_SHOWN])
        over = list(rows.filter(state=MalfunctionState.CLOSED.value).order_by("-closed_at")[:CLOSED_SHOWN])
    return [*still, *over]


def requests_of(actor: Actor, malfunctions: Collection[UUID]) -> dict[UUID, list[Request]]:
    """The newest first."""
    found: dict[UUID, list[Request]] = {}
    with tenancy.acting_as(actor.party_id, actor.id):
        for row in Request.objects.filter(malfunction_id__in=malfunctions).order_by("-asked_at"):
            found.setdefault(row.malfunction_id, []).append(row)
    return found


def reports_of(actor: Actor, malfunctions: Collection[UUID]) -> dict[UUID, list[WorkReport]]:
    found: dict[UUID, list[WorkReport]] = {}
    with tenancy.acting_as(actor.party_id, actor.id):
        for row in WorkReport.objects.filter(malfunction_id__in=malfunctions).order_by("-at"):
            found.setdefault(row.malfunction_id, []).append(row)
    return found


def begun_epoch(request: Request) -> Epoch | None:
    """The live epoch that the unit began for this part; the newest of that camera since."""
    if request.begun_at is None:
        return None
    found = Epoch.objects.filter(
        camera_id=request.camera_id, track=Track.LIVE.value, received_at__gte=request.begun_at
    ).exclude(wrapped=b"")
    return found.order_by("-number").first()


def running_grant(request: Request) -> Grant | None:
    """The part of the look that is granted now; by the clock too."""
    if request.grant_id is None:
        return None
    return Grant.objects.filter(id=request.grant_id, ended_at__isnull=True, expires_at__gt=clock.now()).first()


def granted_seconds(row: Grant) -> int:
    return sum(len(part) for part in footage.granted_ranges(row))


def items(actor: Actor, words: str = "") -> Sequence[Item]:
    """The provider's own, the newest change first; what was scrapped last."""
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Item.objects.filter(owner_id=tenancy.current_party())
        if words:
            rows = rows.filter(Q(name__icontains=words) | Q(serial__icontains=words))
        found = list(rows.order_by("-changed_at", "id")[:1000])
    return sorted(found, key=lambda row: row.state == ItemState.SCRAPPED.value)
