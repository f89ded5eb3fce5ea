# SPDX-License-Identifier: EUPL-1.2
"""The condition of units: for their owner, and for his provider's technicians who say what for (D6). No file of it
leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.api.sites import conditions_shape
from zegel.server.gate import Action, decide, require
from zegel.server.gate.vocabulary import Purpose
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people.roles import Role
from zegel.server.sites import limits, queries, telemetry
from zegel.server.sites.models import Unit
from zegel.server.sites.telemetry import CAMERA_FIGURES, MADE_UP, UNIT_FIGURES, Row

router = Router(tags=["telemetry"])
errors.status("bad_limit", 422)

Moment = Annotated[int, Query(ge=0, le=LATEST_MS)]
Why = Annotated[str, Query(max_length=40)]


class LimitsSaid(Schema):
    figures: dict[str, int | None] = Field(max_length=20)


@router.get("/units/{unit_id}/condition")
def condition(request: HttpRequest, unit_id: UUID, purpose: Why = Purpose.MAINTENANCE.value) -> dict[str, Any]:
    """The newest figures of a unit and its cameras, what is the matter with it, and from when on something would be."""
    actor, unit = _asked(acting(request), unit_id, purpose)
    health = telemetry.health_of(actor, unit)
    with tenancy.acting_as(actor.party_id, actor.id):
        allowed = telemetry.limits_of(unit.site)
    return {
        "at_ms": None if health is None or health.at is None else round(health.at.timestamp() * 1000),
        "figures": {} if health is None else health.figures,
        "cameras": {} if health is None else {str(UUID(hex=key)): told for key, told in health.cameras.items()},
        "conditions": [] if health is None else conditions_shape(health.conditions),
        "limits": limits.shown(allowed), "software": unit.software,
    }  # fmt: skip


@router.get("/units/{unit_id}/telemetry")
def series(
    request: HttpRequest, unit_id: UUID, from_ms: Moment, to_ms: Moment, purpose: Why = Purpose.MAINTENANCE.value
) -> dict[str, Any]:
    """Figures over time, as columns: up to 26 hours by the minute, longer by the hour with [lowest, mean, highest].

    `at_ms`: when; a figure that was not told is null.
    """
    actor, unit = _asked(acting(request), unit_id, purpose)
    found = telemetry.series(actor, unit, min(from_ms, to_ms), min(to_ms, clock.now_ms() + 60_000))
    cameras = sorted({camera for row in found.rows for camera in row.cameras})
    return {
        "step_s": found.step_s, "at_ms": [row.at_ms for row in found.rows],
        "made_up": any(MADE_UP in row.figures for row in found.rows),
        "figures": {name: column for name in UNIT_FIGURES if (column := _column(found.rows, name)) is not None},
        "cameras": {
            str(UUID(hex=camera)): {
                name: column for name in CAMERA_FIGURES if (column := _column(found.rows, name, camera)) is not None
            }
            for camera in cameras
        },
    }  # fmt: skip


def _column(rows: Sequence[Row], name: str, camera: str | None = None) -> list[Any] | None:
    """One figure through all rows; None when nobody ever told it."""
    told = [(row.figures if camera is None else row.cameras.get(camera, {})).get(name) for row in rows]
    return told if any(value is not None for value in told) else None


@router.get("/sites/{site_id}/limits")
def site_limits(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """From which figures on something is the matter at a site: the profile's, and the site's own."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        site = queries.get_site(site_id)
    require(actor, Action.READ, telemetry.limits_resource(site))
    with tenancy.acting_as(actor.party_id, actor.id):
        now = telemetry.limits_of(site)
    return {
        "limits": limits.shown(now), "profile": limits.shown(limits.of_profile(site.profile)),
        "ranges": {name: list(span) for name, span in limits.RANGES.items()},
        "change": decide(actor, Action.CHANGE, telemetry.limits_resource(site)).allowed,
    }  # fmt: skip


@router.put("/sites/{site_id}/limits")
def set_limits(request: HttpRequest, site_id: UUID, body: LimitsSaid) -> dict[str, Any]:
    """The site's own limits, as a whole; null says that this figure is not looked at."""
    return {"limits": limits.shown(telemetry.set_limits(acting(request), site_id, body.figures))}


def _asked(actor: Actor, unit_id: UUID, purpose: str) -> tuple[Actor, Unit]:
    """Who works for others says what for; the owner needs no reason."""
    with tenancy.acting_as(actor.party_id, actor.id):
        unit = queries.get_unit(unit_id)
    own = actor.role in {Role.OWNER, Role.MEMBER}
    return (actor if own else replace(actor, purpose=purpose)), unit
