# SPDX-License-Identifier: EUPL-1.2
"""What the pages of time need to know besides the plan. Within an acting party."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from zegel.server.kernel import clock
from zegel.server.lifecycle import incidents
from zegel.server.lifecycle.models import Hold, Turn
from zegel.server.people.models import Party, ServiceRelation
from zegel.server.people.queries import at
from zegel.server.people.roles import RelationKind
from zegel.server.sites.models import Camera, Site

TURNS = 30


def owners(party_id: UUID) -> list[dict[str, str]]:
    """Whose plans that party may read: its own, and those of the customers that it provides for."""
    served = ServiceRelation.objects.filter(at(clock.now()), party_id=party_id, kind=RelationKind.PROVIDER.value)
    wanted = [party_id, *served.values_list("owner_id", flat=True)]
    names = dict(Party.objects.filter(id__in=wanted).values_list("id", "name"))
    found = [{"id": str(one), "name": names.get(one, "")} for one in dict.fromkeys(wanted)]
    return [found[0], *sorted(found[1:], key=lambda one: one["name"])]


def site_names(owner_id: UUID) -> list[dict[str, str]]:
    rows = Site.objects.filter(owner_id=owner_id).order_by("name", "id")
    return [{"id": str(row.id), "name": row.name, "tz": row.tz, "profile": row.profile} for row in rows]


def site(site_id: UUID) -> dict[str, str]:
    row = Site.objects.filter(id=site_id).first()
    return {"id": str(site_id), "name": "" if row is None else row.name, "tz": "UTC" if row is None else row.tz}


def places() -> list[dict[str, Any]]:
    """Sites with their cameras, and whether evidence is kept there or only packed."""
    cameras: dict[UUID, list[dict[str, str]]] = {}
    for camera_id, name, site_id in Camera.objects.order_by("name", "id").values_list("id", "name", "unit__site_id"):
        cameras.setdefault(site_id, []).append({"id": str(camera_id), "name": name})
    return [
        {"id": str(row.id), "name": row.name, "tz": row.tz, "kept": incidents.kept_here(row.profile),
         "cameras": cameras.get(row.id, [])}
        for row in Site.objects.order_by("name", "id")[:500]
    ]  # fmt: skip


def camera_names(camera_ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Camera.objects.filter(id__in=set(camera_ids)).values_list("id", "name"))


def waiting() -> list[UUID]:
    """Incidents in which somebody must still sign."""
    rows = Hold.objects.filter(signed_at__isnull=True, released_at__isnull=True, incident__closed_at__isnull=True)
    return list(rows.values_list("incident_id", flat=True).distinct())


def turns(owner_id: UUID) -> list[dict[str, Any]]:
    """What the retention work did lately, newest first."""
    return [
        {"at_ms": clock.ms(row.at), "epochs": row.epochs, "segments": row.segments, "trimmed": row.trimmed,
         "rows": row.rows, "entries": row.entries, "failed": row.failed}
        for row in Turn.objects.filter(owner_id=owner_id).order_by("-at")[:TURNS]
    ]  # fmt: skip
