# SPDX-License-Identifier: EUPL-1.2
"""Reviews and audits: the calendar, findings and their follow-up; what a tenant asks of his provider."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.agreements import grounds
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.audits import actions, queries
from zegel.server.audits.models import Audit, AuditRequest, Finding
from zegel.server.audits.rules import AuditKind, Outcome, Weight
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people

router = Router(tags=["audits"])
errors.status("unknown_audit", 404)
errors.status("bad_audit", 422)

Moment = Field(ge=0, le=LATEST_MS)


class NewAudit(Schema):
    kind: AuditKind
    title: str = Field(max_length=300)
    scope: str = Field(default="", max_length=5000)
    by: str = Field(max_length=300)
    due_ms: int = Moment
    every_months: int | None = Field(default=None, ge=1, le=60)


class NewFinding(Schema):
    weight: Weight
    words: str = Field(max_length=3000)
    person_id: UUID
    due_ms: int = Moment


class Held(Schema):
    held_ms: int = Moment
    conclusion: str = Field(max_length=5000)


class FollowUp(Schema):
    """Null: nothing was done after all."""

    words: str | None = Field(default=None, max_length=3000)


class Why(Schema):
    why: str = Field(max_length=2000)


class Asked(Schema):
    scope: str = Field(max_length=5000)
    owner_id: UUID | None = None


class Answered(Schema):
    outcome: Outcome
    answer: str = Field(max_length=5000)


@router.get("/audits")
def calendar(request: HttpRequest) -> dict[str, Any]:
    """Reviews to come and held, with their findings; what customers asked for."""
    return _shape(acting(request))


@router.post("/audits")
def plan(request: HttpRequest, body: NewAudit) -> dict[str, Any]:
    actor = acting(request)
    said = actions.Planned(body.kind, body.title, body.scope, body.by, clock.moment(body.due_ms), body.every_months)
    actions.plan(actor, said)
    return _shape(actor)


@router.post("/audits/{audit_id}/held")
def hold(request: HttpRequest, audit_id: UUID, body: Held) -> dict[str, Any]:
    """It was held; one that comes again is planned anew."""
    actor = acting(request)
    actions.hold(actor, audit_id, clock.moment(body.held_ms), body.conclusion)
    return _shape(actor)


@router.post("/audits/{audit_id}/findings")
def add_finding(request: HttpRequest, audit_id: UUID, body: NewFinding) -> dict[str, Any]:
    actor = acting(request)
    found = actions.Found(body.weight, body.words, body.person_id, clock.moment(body.due_ms))
    actions.add_finding(actor, audit_id, found)
    return _shape(actor)


@router.post("/audits/{audit_id}/cancel")
def cancel(request: HttpRequest, audit_id: UUID, body: Why) -> dict[str, Any]:
    actor = acting(request)
    actions.cancel(actor, audit_id, body.why)
    return _shape(actor)


@router.post("/audit-findings/{finding_id}")
def follow_up(request: HttpRequest, finding_id: UUID, body: FollowUp) -> dict[str, Any]:
    """What was done about a finding."""
    actor = acting(request)
    actions.follow_up(actor, finding_id, body.words)
    return _shape(actor)


@router.get("/audit-requests")
def requests(request: HttpRequest) -> dict[str, Any]:
    """A tenant's own requests for an audit."""
    return _own(acting(request))


@router.post("/audit-requests")
def ask(request: HttpRequest, body: Asked) -> dict[str, Any]:
    """A tenant asks; or, with `owner_id`, his provider writes down what he asked by letter."""
    actor = acting(request)
    if body.owner_id is not None and body.owner_id != actor.party_id:
        actions.record_request(actor, body.owner_id, body.scope)
        return _shape(actor)
    actions.ask(actor, body.scope)
    return _own(actor)


@router.post("/audit-requests/{request_id}/answer")
def answer(request: HttpRequest, request_id: UUID, body: Answered) -> dict[str, Any]:
    actor = acting(request)
    actions.answer(actor, request_id, body.outcome, body.answer)
    return _shape(actor)


@router.post("/audit-requests/{request_id}/withdraw")
def withdraw(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    actions.withdraw(actor, request_id)
    return _own(actor)


# --- shapes ----------------------------------------------------------------------------------------------------------


def _shape(actor: Actor) -> dict[str, Any]:
    resource = Resource(ResourceKind.AUDIT, None, actor.party_id)
    require(actor, Action.LIST, resource)
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows, asked = queries.calendar(actor.party_id), queries.requests_to(actor.party_id)
        found = {row.id: list(row.findings.all()) for row in rows}
        names = _names(one for each in found.values() for one in each)
        customers = people.party_names({row.owner_id for row in asked}, seen_by=actor.party_id)
        staff = people.members(actor.party_id, actions.STAFF)
    return {
        "now_ms": clock.now_ms(), "may_change": decide(actor, Action.CHANGE, resource).allowed,
        "audits": [_audit(row, found[row.id], names) for row in rows],
        "requests": [_request(row, customers.get(row.owner_id, "")) for row in asked],
        "people": [{"id": str(one.id), "name": one.display_name} for one in staff],
    }  # fmt: skip


def _names(findings: Iterable[Finding]) -> dict[UUID, str]:
    rows = list(findings)
    return people.person_names({one.person_id for one in rows} | {one.done_by for one in rows if one.done_by})


def _audit(row: Audit, findings: list[Finding], names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "title": row.title, "scope": row.scope, "by": row.by,
        "due_ms": clock.ms(row.due_at), "every_months": row.every_months, "held_ms": clock.ms(row.held_at),
        "conclusion": row.conclusion, "cancelled_ms": clock.ms(row.cancelled_at),
        "cancelled_why": row.cancelled_why, "findings": [_finding(one, names) for one in findings],
    }  # fmt: skip


def _finding(one: Finding, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "weight": one.weight, "words": one.words, "name": names.get(one.person_id, ""),
        "due_ms": clock.ms(one.due_at), "done_ms": clock.ms(one.done_at), "follow_up": one.follow_up,
        "done_by": names.get(one.done_by, "") if one.done_by else "",
    }  # fmt: skip


def _own(actor: Actor) -> dict[str, Any]:
    resource = Resource(ResourceKind.AUDIT_REQUEST, None, actor.party_id)
    require(actor, Action.LIST, resource)
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.requests_of(actor.party_id)
    return {"now_ms": clock.now_ms(), "requests": [_request(row, "") for row in rows]}


def _request(row: AuditRequest, customer: str) -> dict[str, Any]:
    return {
        "id": str(row.id), "customer": customer, "scope": row.scope, "asked_ms": clock.ms(row.asked_at),
        "due_ms": clock.ms(row.due_at), "source": grounds.said(row.source), "answered_ms": clock.ms(row.answered_at),
        "outcome": row.outcome, "answer": row.answer, "withdrawn_ms": clock.ms(row.withdrawn_at),
    }  # fmt: skip
