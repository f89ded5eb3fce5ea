# SPDX-License-Identifier: EUPL-1.2
"""Test windows, the figures of alarm handling, and the weeks by which places open and close."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import actions, parameters, queries, rules
from zegel.server.alarms.actions.settings import LONGEST_REASON
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.gate import Action, require

router = Router(tags=["alarm settings"])

errors.status("unknown_site", 404)


class Testing(Schema):
    minutes: int = Field(ge=1, le=1440)
    reason: str = Field(default="", max_length=LONGEST_REASON)
    panel_id: UUID | None = None
    zones: list[str] = Field(default_factory=list, max_length=200)
    fire: bool = False


class Figures(Schema):
    values: dict[str, Any]


class Week(Schema):
    panel_id: UUID
    area: str = Field(default="", max_length=40)
    weekly: list[Any] = Field(max_length=40)
    exceptions: list[Any] = Field(default_factory=list, max_length=200)


class Place(Schema):
    panel_id: UUID
    area: str = Field(default="", max_length=40)


@router.get("/sites/{site_id}/alarm-settings")
def site_settings(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """The figures that hold at a site, those that were set for it, the tests that run, the weekly plans."""
    actor = acting(request)
    found = queries.settings(actor, site_id)
    require(actor, Action.READ, actions.settings_of(found.site))
    return {
        "figures": parameters.shown(found.figures), "own": found.own, "hold_s": found.figures.hold_of(
            found.site.profile
        ),
        "limits": {name: list(limits) for name, limits in parameters.LIMITS.items()},
        "defaults": parameters.shown(parameters.DEFAULTS), "tests": found.tests, "opening_plans": found.plans,
    }  # fmt: skip


@router.get("/sites/{site_id}/signal-log")
def signal_log(request: HttpRequest, site_id: UUID, before: int | None = None) -> dict[str, Any]:
    """What came in about a site and what was made of it, the newest first; `next`: what to ask for `before`. The
    owner's own people are not shown hold-ups: somebody may be reading along."""
    actor = acting(request)
    require(actor, Action.READ, queries.site_resource(actor, site_id))
    rows = queries.log_of(actor, site_id, before)
    shown = [
        {
            "id": str(row.signal_id), "at_ms": row.at_ms, "source": row.source, "code": row.code,
            "class": row.signal_class, "phase": row.phase, "zone": row.zone, "area": row.area, "verdict": row.verdict,
            "alarm_id": None if row.alarm_id is None else str(row.alarm_id),
        }
        for row in rows
        if row.signal_class != rules.HOLDUP or row.owner_id != actor.party_id
    ]  # fmt: skip
    return {"signals": shown, "next": rows[-1].id if rows else None}


@router.post("/sites/{site_id}/alarm-settings")
def set_site_figures(request: HttpRequest, site_id: UUID, body: Figures) -> dict[str, Any]:
    """Figures of one site; they take the place of those that were set for it before."""
    return {"own": actions.set_parameters(acting(request), site_id, body.values)}


@router.post("/alarm-settings")
def set_figures(request: HttpRequest, body: Figures) -> dict[str, Any]:
    """Figures for all the sites that the acting provider serves, where a site has none of its own."""
    return {"own": actions.set_parameters(acting(request), None, body.values)}


@router.post("/sites/{site_id}/tests")
def start_test(request: HttpRequest, site_id: UUID, body: Testing) -> dict[str, Any]:
    """From now on signals of the site ring nobody, but hold-up and duress; fire and medical too unless said."""
    window = actions.start_test(
        acting(request), site_id, body.minutes, body.reason, panel_id=body.panel_id, zones=body.zones, fire=body.fire
    )
    return queries.test_shape(window)


@router.post("/tests/{window_id}/end")
def end_test(request: HttpRequest, window_id: UUID) -> dict[str, Any]:
    """Before its time."""
    return queries.test_shape(actions.end_test(acting(request), window_id))


@router.post("/sites/{site_id}/opening-plans")
def set_week(request: HttpRequest, site_id: UUID, body: Week) -> dict[str, Any]:
    """When an area opens and closes, by the site's own clock."""
    row = actions.set_opening_plan(
        acting(request), site_id, body.panel_id, body.area, body.weekly, body.exceptions
    )
    return queries.plan_shape(row)


@router.post("/sites/{site_id}/opening-plans/clear")
def clear_week(request: HttpRequest, site_id: UUID, body: Place) -> dict[str, Any]:
    """Nobody watches its hours any more."""
    actions.clear_opening_plan(acting(request), site_id, body.panel_id, body.area)
    return {}
