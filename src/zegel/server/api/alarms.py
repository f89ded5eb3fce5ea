# SPDX-License-Identifier: EUPL-1.2
"""Alarms: the queue, one alarm, and what an operator or the customer does about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import actions, queries
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.units import site_shape
from zegel.server.footage import queries as footage
from zegel.server.footage.models import Window
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, Site, Unit

router = Router(tags=["alarms"])

for _code, _status in (
    ("unknown_alarm", 404), ("already_claimed", 409), ("not_your_alarm", 403), ("alarm_not_allowed_now", 409),
    ("unknown_closing_code", 422),
):  # fmt: skip
    errors.status(_code, _status)


class Closing(Schema):
    code: str = Field(max_length=20)
    note: str = Field(default="", max_length=actions.LONGEST_NOTE)


class Note(Schema):
    text: str = Field(default="", max_length=actions.LONGEST_NOTE)
    kind: Literal["note", "called", "guard_sent", "arrived"] = "note"


@router.get("/alarms")
def alarms(request: HttpRequest, state: Literal["open", "all"] = "open") -> dict[str, Any]:
    """`open`: the queue, the most urgent first. `all`: the newest 200."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.ALARM))
    rows = queries.queue(actor) if state == "open" else queries.newest(actor)
    return {"alarms": shapes(actor, rows)}


@router.get("/alarms/{alarm_id}")
def alarm(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """One alarm with its steps."""
    actor = acting(request)
    row = queries.get(actor, alarm_id)
    require(actor, Action.READ, actions.resource_of(row))
    return _whole(actor, row)


@router.post("/alarms/{alarm_id}/claim")
def claim(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """The first operator has it."""
    actor = acting(request)
    return _whole(actor, actions.claim(actor, alarm_id))


@router.post("/alarms/{alarm_id}/release-claim")
def release_claim(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """Back into the queue."""
    actor = acting(request)
    return _whole(actor, actions.release_claim(actor, alarm_id))


@router.post("/alarms/{alarm_id}/note")
def note(request: HttpRequest, alarm_id: UUID, body: Note) -> dict[str, Any]:
    """A step: a note, a call, the guard sent or arrived."""
    actor = acting(request)
    return _whole(actor, actions.note_step(actor, alarm_id, body.text, body.kind))


@router.post("/alarms/{alarm_id}/hold")
def hold(request: HttpRequest, alarm_id: UUID, body: Note) -> dict[str, Any]:
    """It waits for something outside."""
    actor = acting(request)
    return _whole(actor, actions.hold(actor, alarm_id, body.text))


@router.post("/alarms/{alarm_id}/resume")
def resume(request: HttpRequest, alarm_id: UUID, body: Note) -> dict[str, Any]:
    """It goes on."""
    actor = acting(request)
    return _whole(actor, actions.resume(actor, alarm_id, body.text))


@router.post("/alarms/{alarm_id}/close")
def close(request: HttpRequest, alarm_id: UUID, body: Closing) -> dict[str, Any]:
    """Handled; the window ends with it."""
    actor = acting(request)
    return _whole(actor, actions.close(actor, alarm_id, body.code, body.note))


@router.post("/alarms/{alarm_id}/recall")
def recall(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """The customer withdraws it; the picture stops."""
    actor = acting(request)
    return _whole(actor, actions.recall(actor, alarm_id))


# --- shapes ---


def _whole(actor: Actor, row: Alarm) -> dict[str, Any]:
    steps = queries.steps(actor, row.id)
    names = people.person_names(step.person_id for step in steps if step.person_id)
    facts = [
        ["cause", row.cause],
        ["class", row.alarm_class],
        ["zone", row.zone],
        ["score", row.score],
        ["images", row.images],
    ]
    return {
        **shapes(actor, [row])[0],
        "steps": [_step(step, names) for step in steps],
        "facts": facts,
    }


def _step(step: AlarmStep, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "at_ms": _ms(step.at),
        "kind": step.kind,
        "by": _person(step.person_id, names),
        "note": step.note,
        "index": None,
    }


def shapes(actor: Actor, rows: Sequence[Alarm]) -> list[dict[str, Any]]:
    """Alarms with the names of what they are about, as the acting party may know them."""
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        cameras = {c.id: c for c in Camera.objects.filter(id__in={row.camera_id for row in rows if row.camera_id})}
        units = {u.id: u for u in Unit.objects.filter(id__in={row.unit_id for row in rows})}
        places = {s.id: s for s in Site.objects.filter(id__in={row.site_id for row in rows})}
        windows = {w.alarm_id: w for w in Window.objects.filter(alarm_id__in={row.id for row in rows})}
        pre_s = {row.id: _pre_s(units.get(row.unit_id), row) for row in rows if row.id in windows}
    owners = people.party_names({row.owner_id for row in rows}, seen_by=actor.party_id)
    names = people.person_names({p for row in rows for p in (row.claimed_by, row.closed_by) if p is not None})
    return [
        {
            "id": str(row.id), "number": row.number, "class": row.alarm_class, "cause": row.cause,
            "priority": row.priority, "state": row.state, "score": row.score, "zone": row.zone,
            "first_seen_ms": row.first_seen_ms, "raised_ms": row.raised_ms, "received_ms": row.received_ms,
            "images": row.images, "times": row.times,
            "camera": _named(cameras.get(row.camera_id) if row.camera_id else None),
            "unit": _named(units.get(row.unit_id)),
            "site": site_shape(places[row.site_id]) if row.site_id in places else None,
            "owner": {"id": str(row.owner_id), "name": owners.get(row.owner_id, "")},
            "claimed_by": _person(row.claimed_by, names),
            "closed": _closed(row, names), "recalled_ms": None if row.recalled_at is None else _ms(row.recalled_at),
            "window": _window(windows.get(row.id), pre_s.get(row.id, 0)),
        }
        for row in rows
    ]  # fmt: skip


def _pre_s(unit: Unit | None, row: Alarm) -> int:
    if unit is None or row.policy_hash is None:
        return 0
    policy = sites.policy_by_hash(unit, bytes(row.policy_hash))
    return 0 if policy is None else policy.window.pre_s


def _named(row: Camera | Unit | None) -> dict[str, str] | None:
    return None if row is None else {"id": str(row.id), "name": row.name}


def _person(person_id: UUID | None, names: dict[UUID, str]) -> dict[str, str] | None:
    return None if person_id is None else {"id": str(person_id), "name": names.get(person_id, "")}


def _closed(row: Alarm, names: dict[UUID, str]) -> dict[str, Any] | None:
    if row.closed_at is None:
        return None
    by = "" if row.closed_by is None else names.get(row.closed_by, "")
    return {"code": row.closed_code, "note": row.closed_note, "at_ms": _ms(row.closed_at), "by": by}


def _window(window: Window | None, pre_s: int) -> dict[str, Any] | None:
    if window is None:
        return None
    return {
        "open": footage.is_open(window), "pre_s": pre_s, "until_ms": _ms(window.deadline),
        "ended_ms": None if window.ended_at is None else _ms(window.ended_at),
        "ended_reason": window.end_reason or None,
    }  # fmt: skip


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
