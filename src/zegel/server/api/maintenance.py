# SPDX-License-Identifier: EUPL-1.2
"""Malfunctions, a technician's requests, the owner's consent, and work reports. No image leaves here: what a consent
shows comes through the views, as everything does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance import actions, queries, rules
from zegel.server.maintenance.actions import Report
from zegel.server.maintenance.models import Malfunction, Request, WorkReport
from zegel.server.maintenance.rules import Fault, Outcome, Way
from zegel.server.people import queries as people
from zegel.server.people.errors import NoSuchParty
from zegel.server.people.roles import RelationKind
from zegel.server.sites import queries as sites

router = Router(tags=["maintenance"])

for _code, _status in (
    ("unknown_malfunction", 404), ("unknown_request", 404), ("unknown_item", 404), ("maintenance_not_now", 409),
    ("asked_already", 409), ("bad_maintenance", 422), ("not_that_grant", 422),
):  # fmt: skip
    errors.status(_code, _status)


class Reported(Schema):
    unit_id: UUID
    camera_id: UUID | None = None
    fault: Fault
    words: str = Field(default="", max_length=2000)


class Asked(Schema):
    camera_id: UUID
    reason: str = Field(max_length=2000)
    minutes: int = rules.USUAL_MINUTES
    way: Way = Way.LIVE


class Minutes(Schema):
    minutes: int = rules.USUAL_MINUTES


class Refused(Schema):
    words: str = Field(default="", max_length=2000)


class Ended(Schema):
    works: bool


class Given(Schema):
    envelope: Bytes


class Part(Schema):
    name: str = Field(max_length=300)
    count: int = 1


class Worked(Schema):
    ref: UUID
    outcome: Outcome
    text: str = Field(max_length=4000)
    minutes: int | None = Field(default=None, ge=0, le=2000)
    parts: list[Part] = Field(default_factory=list, max_length=100)


# --- what is the matter ---


@router.get("/maintenance")
def overview(request: HttpRequest, camera_id: UUID | None = None) -> dict[str, Any]:
    """Malfunctions of the acting party's cameras, or of those that it serves: open ones first."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.MALFUNCTION, None, actor.party_id))
    return {"now_ms": clock.now_ms(), "malfunctions": _shapes(actor, queries.malfunctions(actor, camera_id=camera_id))}


@router.post("/maintenance/malfunctions")
def report(request: HttpRequest, body: Reported) -> dict[str, Any]:
    """Something is the matter with a camera, or (no camera) with the whole unit."""
    actor = acting(request)
    row = actions.report(actor, body.unit_id, body.camera_id, body.fault, body.words)
    return _shapes(actor, [row])[0]


@router.post("/maintenance/malfunctions/{malfunction_id}/withdraw")
def withdraw(request: HttpRequest, malfunction_id: UUID) -> dict[str, Any]:
    """The owner: it is well again. What runs because of it ends."""
    actor = acting(request)
    return _shapes(actor, [actions.withdraw(actor, malfunction_id)])[0]


@router.post("/maintenance/malfunctions/{malfunction_id}/requests")
def ask(request: HttpRequest, malfunction_id: UUID, body: Asked) -> dict[str, Any]:
    """The technician asks to see a camera, live or by single stills, with his reason. The owner is told."""
    actor = acting(request)
    return _one(actor, actions.ask(actor, malfunction_id, body.camera_id, body.reason, body.minutes, body.way))


@router.post("/maintenance/malfunctions/{malfunction_id}/report")
def work_report(request: HttpRequest, malfunction_id: UUID, body: Worked) -> dict[str, Any]:
    """What was done. Sent twice under one `ref` it is one report."""
    actor = acting(request)
    parts = [{"name": part.name, "count": part.count} for part in body.parts]
    said = Report(body.outcome, body.text, body.ref, body.minutes, parts)
    row = actions.write_report(actor, malfunction_id, said)
    return _reports([row], people.person_names([row.person_id]))[0]


# --- a request ---


@router.post("/maintenance/requests/{request_id}/allow")
def allow(request: HttpRequest, request_id: UUID, body: Minutes) -> dict[str, Any]:
    """The owner consents; his unit begins a picture under fresh keys, which his client then grants."""
    actor = acting(request)
    return _one(actor, actions.allow(actor, request_id, body.minutes))


@router.post("/maintenance/requests/{request_id}/next")
def go_on(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """The owner's client begins the next quarter of an hour of what was consented to."""
    actor = acting(request)
    return _one(actor, actions.go_on(actor, request_id))


@router.post("/maintenance/requests/{request_id}/still")
def want_still(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """The technician, who may have stills, asks for one; the owner's client begins it (`next`) and grants its keys."""
    actor = acting(request)
    return _one(actor, actions.want_still(actor, request_id))


@router.get("/maintenance/requests/{request_id}/epoch")
def epoch(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """The signed epoch of the picture that began with the consent, for the owner's client; null until it is there."""
    actor = acting(request)
    row, envelope = actions.begun(actor, request_id)
    return {"request": _one(actor, row), "epoch": None if envelope is None else to_text(envelope)}


@router.post("/maintenance/requests/{request_id}/grant")
def give(request: HttpRequest, request_id: UUID, body: Given) -> dict[str, Any]:
    """The grant that the owner's client sealed to the technician's company and signed."""
    actor = acting(request)
    return _one(actor, actions.give(actor, request_id, body.envelope))


@router.post("/maintenance/requests/{request_id}/refuse")
def refuse(request: HttpRequest, request_id: UUID, body: Refused) -> dict[str, Any]:
    """The owner says no."""
    actor = acting(request)
    return _one(actor, actions.refuse(actor, request_id, body.words))


@router.post("/maintenance/requests/{request_id}/stop")
def stop(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    """The owner ends it at once."""
    actor = acting(request)
    return _one(actor, actions.stop(actor, request_id))


@router.post("/maintenance/requests/{request_id}/end")
def end(request: HttpRequest, request_id: UUID, body: Ended) -> dict[str, Any]:
    """The technician is done: the camera works, or he withdraws."""
    actor = acting(request)
    return _one(actor, actions.end(actor, request_id, works=body.works))


@router.get("/maintenance/provider-key")
def provider_key(request: HttpRequest) -> dict[str, Any]:
    """To which key an owner's client seals a grant. It counts for nothing until its words were compared with the
    agreement; the client pins it."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.MALFUNCTION, None, actor.party_id))
    assert actor.party_id is not None
    provider = people.serving(actor.party_id, RelationKind.PROVIDER)
    key = None if provider is None else people.tenant_open_key(provider, seen_by=actor.party_id)
    if provider is None or key is None:
        raise NoSuchParty("no provider with a key serves this party")
    names = people.party_names([provider], seen_by=actor.party_id)
    return {"party_id": str(provider), "name": names.get(provider, ""), "suite": key[0], "open_pk": to_text(key[1])}


# --- shapes ---


def _one(actor: Actor, row: Request) -> dict[str, Any]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return _requests([row], people.person_names(_people_of([row])), _parties(actor, [row]))[0]


def _shapes(actor: Actor, rows: Sequence[Malfunction]) -> list[dict[str, Any]]:
    keys = [row.id for row in rows]
    asked, worked = queries.requests_of(actor, keys), queries.reports_of(actor, keys)
    every = [one for found in asked.values() for one in found]
    written = [one for found in worked.values() for one in found]
    who = {row.reported_by for row in rows} | {row.closed_by for row in rows}
    names = people.person_names(
        {one for one in who if one} | _people_of(every) | {one.person_id for one in written}
    )  # fmt: skip
    with tenancy.acting_as(actor.party_id, actor.id):
        parties = _parties(actor, every) | people.party_names(
            {row.owner_id for row in rows}, seen_by=tenancy.current_party()
        )
        places = _places(rows)
        return [
            _malfunction(row, names, parties, places)
            | {"requests": _requests(asked.get(row.id, []), names, parties),
               "reports": _reports(worked.get(row.id, []), names)}
            for row in rows
        ]  # fmt: skip


def _malfunction(
    row: Malfunction, names: dict[UUID, str], parties: dict[UUID, str], places: dict[UUID, dict[str, Any]]
) -> dict[str, Any]:
    return {
        "id": str(row.id), "fault": row.fault, "condition": row.condition, "found_by": row.found_by,
        "words": row.words, "reported_by": names.get(row.reported_by, "") if row.reported_by else "",
        "reported_ms": clock.ms(row.reported_at), "state": row.state, "outcome": row.outcome,
        "closed_ms": clock.ms(row.closed_at), "closed_by": names.get(row.closed_by, "") if row.closed_by else "",
        "customer": {"id": str(row.owner_id), "name": parties.get(row.owner_id, "")}, **places.get(row.unit_id, {}),
        "camera_id": None if row.camera_id is None else str(row.camera_id),
    }  # fmt: skip


def _places(rows: Sequence[Malfunction]) -> dict[UUID, dict[str, Any]]:
    """Where each unit is, and its cameras."""
    units = sites.units_with_cameras({row.unit_id for row in rows})
    return {
        unit.id: {
            "unit": {"id": str(unit.id), "name": unit.name},
            "site": {"id": str(unit.site_id), "name": unit.site.name, "address": unit.site.address,
                     "tz": unit.site.tz},
            "cameras": [{"id": str(camera.id), "name": camera.name} for camera in unit.cameras.all()],
        }
        for unit in units
    }  # fmt: skip


def _requests(rows: Sequence[Request], names: dict[UUID, str], parties: dict[UUID, str]) -> list[dict[str, Any]]:
    return [_request(row, names, parties) for row in rows]


def _request(row: Request, names: dict[UUID, str], parties: dict[UUID, str]) -> dict[str, Any]:
    grant = queries.running_grant(row)
    return {
        "id": str(row.id), "malfunction_id": str(row.malfunction_id), "camera_id": str(row.camera_id),
        "unit_id": str(row.unit_id), "technician": names.get(row.person_id, ""), "technician_id": str(row.person_id),
        "company": parties.get(row.party_id, ""), "company_id": str(row.party_id), "reason": row.reason,
        "minutes_asked": row.minutes_asked, "way": row.way, "still_ms": clock.ms(row.still_at),
        "asked_ms": clock.ms(row.asked_at), "state": row.state,
        "answered_by": names.get(row.answered_by, "") if row.answered_by else "",
        "answered_ms": clock.ms(row.answered_at),
        "minutes": row.minutes, "refusal": row.refusal, "until_ms": clock.ms(row.until_at),
        "begun_ms": clock.ms(row.begun_at),
        "granted_until_ms": None if grant is None else clock.ms(grant.expires_at), "trouble": row.trouble,
        "ended_ms": clock.ms(row.ended_at), "end": row.end,
    }  # fmt: skip


def _reports(rows: Sequence[WorkReport], names: dict[UUID, str]) -> list[dict[str, Any]]:
    return [
        {"id": str(row.id), "by": names.get(row.person_id, ""), "outcome": row.outcome, "text": row.text,
         "minutes": row.minutes, "parts": row.parts, "ref": str(row.ref), "at_ms": clock.ms(row.at)}
        for row in rows
    ]  # fmt: skip


def _people_of(rows: Iterable[Request]) -> set[UUID]:
    return {one for row in rows for one in (row.person_id, row.answered_by) if one}


def _parties(actor: Actor, rows: Iterable[Request]) -> dict[UUID, str]:
    assert actor.party_id is not None
    return people.party_names({row.party_id for row in rows}, seen_by=actor.party_id)
