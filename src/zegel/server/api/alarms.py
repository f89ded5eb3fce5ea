# SPDX-License-Identifier: EUPL-1.2
"""Alarms: the queue, one alarm with everything that an operator needs, and what came in about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from zegel.server.alarms import actions, details, queries, shapes
from zegel.server.alarms.errors import UnknownAlarm
from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import State
from zegel.server.api import dispatch, errors, pictures
from zegel.server.api.base import acting
from zegel.server.api.plans import plan_shape
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel.actor import Actor

router = Router(tags=["alarms"])

for _code, _status in (
    ("unknown_alarm", 404), ("already_claimed", 409), ("not_your_alarm", 403), ("alarm_not_allowed_now", 409),
    ("unknown_closing_code", 422), ("not_recallable", 409), ("not_parkable", 409), ("unknown_step", 422),
    ("bad_time", 422), ("bad_parameter", 422), ("central_refused", 409), ("idempotency_mismatch", 422),
):  # fmt: skip
    errors.status(_code, _status)

IDS_AT_MOST = 200
OF_PICTURES = ("cameras", "max_viewers", "viewers", "reopened")


@router.get("/alarms")
def alarms(request: HttpRequest, state: Literal["open", "all"] = "open", ids: str = "") -> dict[str, Any]:
    """`open`: the queue, in its order. `all`: the newest 200. `ids`: just these, at most 200, open or closed."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.ALARM))
    assert actor.party_id is not None
    if ids:
        return {"alarms": shapes.rows(actor.party_id, _ids(ids), person_id=actor.id)}
    if state == "open":
        return {"alarms": shapes.rows(actor.party_id, person_id=actor.id)}
    return {"alarms": shapes.newest(actor.party_id, queries.NEWEST, person_id=actor.id)}


def _ids(text: str) -> list[UUID]:
    try:
        found = [UUID(one) for one in text.split(",")[:IDS_AT_MOST]]
    except ValueError:
        raise UnknownAlarm from None
    return found


@router.get("/alarms/{alarm_id}")
def alarm(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """One alarm with its steps, signals and plan."""
    actor = acting(request)
    row = queries.get(actor, alarm_id)
    require(actor, Action.READ, actions.resource_of(row))
    return whole(actor, row.id)


@router.get("/alarms/{alarm_id}/signals/{signal_id}/raw")
def raw_signal(request: HttpRequest, alarm_id: UUID, signal_id: UUID) -> dict[str, Any]:
    """A signal of the alarm as it came in."""
    actor = acting(request)
    row = queries.get(actor, alarm_id)
    require(actor, Action.READ, actions.resource_of(row))
    return details.raw(actor, row, signal_id)


def whole(actor: Actor, alarm_id: UUID) -> dict[str, Any]:
    """An alarm with its plan, its guards and what there is to see, as every verb answers with it."""
    row = queries.get(actor, alarm_id)
    found = details.whole(actor, row)
    done, is_open = details.done_steps(found["steps"]), row.state != State.CLOSED
    seen = pictures.image_facts(actor, [row.id])[row.id]
    near = [] if row.site_id is None else pictures.neighbours(actor, row.id, row.site_id)
    return {
        **found, **dispatch.of_alarm(actor, row.id, row.site_id),
        "plan": plan_shape(actor, row.plan_version_id, row.site_id, done, is_open=is_open),
        **{name: seen[name] for name in OF_PICTURES if name in seen}, "neighbours": near,
        "zone_cameras": _zone_cameras(actor, row, found["signals"]),
    }  # fmt: skip


def _zone_cameras(actor: Actor, row: Alarm, signals: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    if row.panel_id is None:
        return []
    zones = {row.zone} | {one["zone"] for one in signals if one["panel_id"] == str(row.panel_id)}
    return pictures.zone_cameras(actor, row.panel_id, zones)
