# SPDX-License-Identifier: EUPL-1.2
"""How an alarm was handled: its story as the customer reads it, his question about it, and the alarm centre's answer.

What the customer reads of it holds nobody else's personal data (S7): of the alarm centre's people the name that stands
in "who looked" too; of whoever was called, that somebody was; an operator's free notes are not in it, only that there
is one. His own question and the answer to it are.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import queries
from zegel.server.alarms.actions import asking, common
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.api.base import acting
from zegel.server.footage import queries as footage
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.plans import queries as plans
from zegel.server.plans.errors import UnknownPlan
from zegel.server.sites import queries as sites

router = Router(tags=["alarms"])

READABLE = frozenset({asking.ASKED, asking.ANSWERED})
"""Steps of which the words are meant for the customer, or are his own."""


class Question(Schema):
    text: str = Field(default="", max_length=1000)


@router.get("/alarms/{alarm_id}/story")
def story(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """Step by step: who, when, what, and what came of it."""
    actor = acting(request)
    return _story(actor, queries.get(actor, alarm_id))


@router.post("/alarms/{alarm_id}/follow-up")
def ask(request: HttpRequest, alarm_id: UUID, body: Question) -> dict[str, Any]:
    """The customer asks how it was handled: the alarm centre may now reopen it for that reason."""
    actor = acting(request)
    return _story(actor, asking.ask(actor, alarm_id, body.text))


@router.post("/alarms/{alarm_id}/follow-up/end")
def take_back(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """He takes it back; what was reopened for it is shut."""
    actor = acting(request)
    return _story(actor, asking.take_back(actor, alarm_id))


@router.post("/alarms/{alarm_id}/answer")
def answer(request: HttpRequest, alarm_id: UUID, body: Question) -> dict[str, Any]:
    """The alarm centre's answer, which the customer reads."""
    asking.answer(acting(request), alarm_id, body.text)
    return {"answered": True}


@router.get("/alarm-questions")
def questions(request: HttpRequest) -> dict[str, Any]:
    """Alarms about which a customer asks now, the oldest question first."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.ALARM))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Alarm.objects.filter(asked_at__isnull=False).order_by("asked_at")[:100])
        said = {row.id: _question_of(row) for row in rows}
        names = {row.id: site.name for row in rows if row.site_id and (site := sites.get_site(row.site_id))}
    return {
        "questions": [
            {"alarm_id": str(row.id), "number": row.number, "site": names.get(row.id, ""), "text": said[row.id],
             "at_ms": clock.ms(row.asked_at)}
            for row in rows
        ]
    }  # fmt: skip


def _question_of(row: Alarm) -> str:
    found = AlarmStep.objects.filter(alarm=row, kind=asking.ASKED, at__gte=row.asked_at).order_by("-at").first()
    return "" if found is None else found.note


def _story(actor: Actor, row: Alarm) -> dict[str, Any]:
    assert actor.party_id is not None
    require(actor, Action.READ, common.resource_of(row))
    steps = queries.steps(actor, row.id)
    names = people.person_names(step.person_id for step in steps if step.person_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        reopened = footage.running_reopening(row.id)
        kinds = {step.id: _plan_step(row, step) for step in steps}
    return {
        "id": str(row.id), "asked_ms": clock.ms(row.asked_at),
        "reopened_until_ms": None if reopened is None else clock.ms(reopened.deadline),
        "steps": [_step(step, kinds[step.id], names) for step in steps],
    }  # fmt: skip


def _step(step: AlarmStep, what: str, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "at_ms": clock.ms(step.at), "kind": step.kind, "who": names.get(step.person_id, "") if step.person_id else "",
        "outcome": step.outcome, "what": what,
        "text": step.note if step.kind in READABLE else "", "noted": bool(step.note) and step.kind not in READABLE,
    }  # fmt: skip


def _plan_step(row: Alarm, step: AlarmStep) -> str:
    """What the action plan asked for there (a word), without whom."""
    if step.step_no is None or row.plan_version_id is None:
        return ""
    try:
        return plans.step_of(row.plan_version_id, step.step_no).kind.value
    except UnknownPlan:
        return ""
