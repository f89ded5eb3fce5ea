# SPDX-License-Identifier: EUPL-1.2
"""What an operator does about a guard: with an Idempotency-Key, answered with the alarm, as every verb of an alarm."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api.alarm_verbs import _once as once
from zegel.server.api.base import acting
from zegel.server.dispatch import actions, queries, rules
from zegel.server.dispatch.errors import UnknownDispatch
from zegel.server.dispatch.rules import State
from zegel.server.kernel.actor import Actor

router = Router(tags=["dispatch"])


class Sending(Schema):
    guard_id: UUID | None = None
    note: str = Field(default="", max_length=600)
    step_no: int | None = Field(default=None, ge=1, le=100)


class Moving(Schema):
    dispatch_id: UUID
    state: Literal["accepted", "on_the_way", "arrived", "left"]


class Cancelling(Schema):
    dispatch_id: UUID
    reason: str = Field(default="", max_length=400)


class Reporting(Schema):
    dispatch_id: UUID
    found: str = Field(max_length=20)
    text: str = Field(default="", max_length=4000)
    secured: bool = False


@router.post("/alarms/{alarm_id}/send-guard")
def send_guard(request: HttpRequest, alarm_id: UUID, body: Sending) -> dict[str, Any]:
    """Send the given company, or the next one. Who is under way already is not sent twice."""
    actor = acting(request)
    return once(
        request, alarm_id, lambda: actions.request(actor, alarm_id, body.guard_id, body.note, body.step_no)
    )  # fmt: skip


@router.post("/alarms/{alarm_id}/guard-state")
def guard_state(request: HttpRequest, alarm_id: UUID, body: Moving) -> dict[str, Any]:
    """What the guard said on the telephone."""
    actor = acting(request)
    of_alarm(actor, alarm_id, body.dispatch_id)
    return once(request, alarm_id, lambda: actions.advance(actor, body.dispatch_id, State(body.state)))


@router.post("/alarms/{alarm_id}/guard-report")
def guard_report(request: HttpRequest, alarm_id: UUID, body: Reporting) -> dict[str, Any]:
    """The report that the guard gave on the telephone."""
    actor = acting(request)
    of_alarm(actor, alarm_id, body.dispatch_id)
    said = rules.checked_report(body.found, body.text, body.secured)
    return once(request, alarm_id, lambda: actions.report(actor, body.dispatch_id, said))


@router.post("/alarms/{alarm_id}/guard-cancel")
def guard_cancel(request: HttpRequest, alarm_id: UUID, body: Cancelling) -> dict[str, Any]:
    """He need not come."""
    actor = acting(request)
    of_alarm(actor, alarm_id, body.dispatch_id)
    return once(request, alarm_id, lambda: actions.cancel(actor, body.dispatch_id, body.reason))


def of_alarm(actor: Actor, alarm_id: UUID, dispatch_id: UUID) -> None:
    """Raises UnknownDispatch unless the errand is this alarm's."""
    if queries.get(actor, dispatch_id).alarm_id != alarm_id:
        raise UnknownDispatch
