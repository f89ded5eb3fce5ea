# SPDX-License-Identifier: EUPL-1.2
"""Guard companies of a site, and guards on their way to an alarm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.alarms import queries as alarms
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import to_text
from zegel.server.dispatch import actions, queries, rules
from zegel.server.dispatch.actions import Company
from zegel.server.dispatch.models import Dispatch, Guard
from zegel.server.dispatch.rules import State
from zegel.server.footage import guardpictures
from zegel.server.footage.models import GuardPicture
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.plans.actions import site_of

router = Router(tags=["dispatch"])

for _code, _status in (
    ("unknown_dispatch", 404), ("unknown_guard", 404), ("nobody_to_send", 409), ("bad_guard", 422),
    ("dispatch_not_allowed_now", 409), ("bad_report", 422),
):  # fmt: skip
    errors.status(_code, _status)


class CompanySaid(Schema):
    name: str = Field(max_length=200)
    phone: str = Field(default="", max_length=40)
    email: str = Field(default="", max_length=300)
    language: str = Field(default="en", max_length=2)
    typical_min: int = rules.USUAL_MIN

    def company(self) -> Company:
        return Company(self.name, self.phone, self.email, self.language, self.typical_min)


class Order(Schema):
    order: list[UUID] = Field(max_length=50)


# --- who may be sent ---


@router.get("/sites/{site_id}/guards")
def guards(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Who may be sent to a site, in order."""
    actor = acting(request)
    require(actor, Action.READ, _guard_at(actor, site_id))
    return _guards(actor, site_id)


@router.post("/sites/{site_id}/guards")
def add_guard(request: HttpRequest, site_id: UUID, body: CompanySaid) -> dict[str, Any]:
    """Another company, last in the order."""
    actor = acting(request)
    actions.add_guard(actor, site_id, body.company())
    return _guards(actor, site_id)


@router.put("/sites/{site_id}/guards/order")
def order_guards(request: HttpRequest, site_id: UUID, body: Order) -> dict[str, Any]:
    """In which order they are asked."""
    actor = acting(request)
    actions.order_guards(actor, site_id, body.order)
    return _guards(actor, site_id)


@router.put("/guards/{guard_id}")
def change_guard(request: HttpRequest, guard_id: UUID, body: CompanySaid) -> dict[str, Any]:
    """What is known of a company."""
    actor = acting(request)
    row = actions.change_guard(actor, guard_id, body.company())
    return _guards(actor, row.site_id)


@router.post("/guards/{guard_id}/remove")
def remove_guard(request: HttpRequest, guard_id: UUID) -> dict[str, Any]:
    """It is sent no more."""
    actions.remove_guard(acting(request), guard_id)
    return {}


# --- at an alarm ---


@router.get("/alarms/{alarm_id}/dispatches")
def dispatches(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """Who was sent, who may still be sent."""
    actor = acting(request)
    row = alarms.get(actor, alarm_id)
    require(actor, Action.READ, actions.resource_of(row))
    return of_alarm(actor, alarm_id, row.site_id)


@router.post("/dispatches/{dispatch_id}/link")
def link(request: HttpRequest, dispatch_id: UUID) -> dict[str, Any]:
    """A link to hand over, shown once. A phone that holds the errand now loses it."""
    actor = acting(request)
    token = actions.new_link(actor, dispatch_id)
    return {"url": f"{settings.ORIGIN}/guard/{token}", "hours": round(rules.LINK_LASTS.total_seconds() / 3600)}


# --- shapes ---


def of_alarm(actor: Actor, alarm_id: UUID, site_id: UUID | None) -> dict[str, Any]:
    """{dispatches, guards} of one alarm."""
    sent = queries.of_alarms(actor, [alarm_id]).get(alarm_id, [])
    there = [] if site_id is None else queries.guards(actor, site_id)
    shapes = dispatch_shapes(sent)
    for shape, pictures in zip(shapes, _pictures(actor, sent), strict=True):
        shape["pictures"] = pictures
    return {"dispatches": shapes, "guards": [_guard(row) for row in there]}


def _pictures(actor: Actor, rows: Sequence[Dispatch]) -> list[dict[str, Any]]:
    """What each errand's guard may be shown: whether the owner allows it, his phone's key, what was sent and seen."""
    with tenancy.acting_as(actor.party_id, actor.id):
        allowed = guardpictures.allowed_at({row.site_id for row in rows})
        sent = guardpictures.of_errands([row.id for row in rows])
    return [_pictures_of(row, row.site_id in allowed, sent.get(row.id, [])) for row in rows]


def _pictures_of(row: Dispatch, allowed: bool, sent: Sequence[GuardPicture]) -> dict[str, Any]:
    key = None if row.key_pk is None else {"suite": row.key_suite, "open_pk": to_text(bytes(row.key_pk))}
    return {
        "allowed": allowed, "key": key, "left": max(0, guardpictures.MOST - len(sent)),
        "sent": [
            {"id": str(one.id), "camera_id": str(one.camera_id), "at_ms": clock.ms(one.sent_at),
             "seen_ms": clock.ms(one.seen_at), "until_ms": clock.ms(one.expires_at), "ended": one.ended_at is not None}
            for one in sent
        ],
    }  # fmt: skip


def dispatch_shapes(rows: Sequence[Dispatch]) -> list[dict[str, Any]]:
    """Errands as the operator sees them; also for an alarm's own shape."""
    names = people.person_names(row.requested_by for row in rows if row.requested_by)
    return [_dispatch(row, names) for row in rows]


def _dispatch(row: Dispatch, names: dict[UUID, str]) -> dict[str, Any]:
    state, said = State(row.state), row.report or {}
    stamps = ("requested", "accepted", "on_the_way", "arrived", "left", "reported", "cancelled")
    return {
        "id": str(row.id), "guard": row.guard.name, "guard_id": str(row.guard_id), "phone": row.guard.phone,
        "state": state.value, "times": {f"{name}_ms": clock.ms(getattr(row, f"{name}_at")) for name in stamps},
        "due_ms": clock.ms(row.due_at), "overdue": rules.overdue(state, row.requested_at, row.due_at, clock.now()),
        "accept_by_ms": clock.ms(row.requested_at + rules.ACCEPT_WITHIN), "note": row.note, "declined": row.declined,
        "cancel_reason": row.cancel_reason, "mailed_ms": clock.ms(row.mailed_at), "report": said.get("text", ""),
        "found": said.get("found", ""), "secured": said.get("secured"),
        "requested_by": names.get(row.requested_by, "") if row.requested_by else "",
    }  # fmt: skip


def _guards(actor: Actor, site_id: UUID) -> dict[str, Any]:
    change = decide(actor, Action.CHANGE, _guard_at(actor, site_id)).allowed
    return {"guards": [_guard(row) for row in queries.guards(actor, site_id)], "change": change}


def _guard(row: Guard) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "phone": row.phone, "email": row.email, "language": row.language,
        "typical_min": row.typical_min,
    }  # fmt: skip


def _guard_at(actor: Actor, site_id: UUID) -> Resource:
    with tenancy.acting_as(actor.party_id, actor.id):
        site = site_of(site_id)
    return Resource(ResourceKind.GUARD, None, site.owner_id, {"site": site.id})
