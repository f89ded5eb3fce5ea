# SPDX-License-Identifier: EUPL-1.2
"""What a provider's office has to do, and finding anything that it knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.tasks import actions, causes, finding, naming, queries
from zegel.server.tasks.models import Task
from zegel.server.tasks.queries import Which

router = Router(tags=["tasks"])

for _code, _status in (("unknown_task", 404), ("bad_task", 422)):
    errors.status(_code, _status)


class Written(Schema):
    words: str = Field(max_length=1000)
    due_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    customer_id: UUID | None = None


class Assigned(Schema):
    person_id: UUID | None = None


class Snoozed(Schema):
    until_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)


@router.get("/tasks")
def tasks(request: HttpRequest, which: Which = Which.OPEN) -> dict[str, Any]:
    """The list, how many there are of each, and who may be given one."""
    actor = _office(request)
    assert actor.party_id is not None
    staff = people.members(actor.party_id, causes.GIVEN)
    return {
        "now_ms": clock.now_ms(), "tasks": _shapes(actor, queries.tasks(actor, which)), "counts": queries.counts(actor),
        "people": [{"id": str(one.id), "name": one.display_name} for one in staff],
    }  # fmt: skip


@router.post("/tasks")
def write(request: HttpRequest, body: Written) -> dict[str, Any]:
    """A task of one's own."""
    actor = _office(request)
    return _one(actor, actions.write(actor, body.words, clock.moment(body.due_ms), body.customer_id))


@router.post("/tasks/{task_id}/assign")
def assign(request: HttpRequest, task_id: UUID, body: Assigned) -> dict[str, Any]:
    """To somebody, or to nobody."""
    actor = _office(request)
    return _one(actor, actions.assign(actor, task_id, body.person_id))


@router.post("/tasks/{task_id}/snooze")
def snooze(request: HttpRequest, task_id: UUID, body: Snoozed) -> dict[str, Any]:
    """Out of sight until then; without a time: back."""
    actor = _office(request)
    return _one(actor, actions.snooze(actor, task_id, clock.moment(body.until_ms)))


@router.post("/tasks/{task_id}/done")
def done(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """Somebody did it."""
    actor = _office(request)
    return _one(actor, actions.done(actor, task_id))


@router.post("/tasks/{task_id}/undo")
def undo(request: HttpRequest, task_id: UUID) -> dict[str, Any]:
    """It was not done after all."""
    actor = _office(request)
    return _one(actor, actions.undo(actor, task_id))


@router.get("/find")
def find(request: HttpRequest, q: Annotated[str, Query(max_length=200)] = "") -> dict[str, Any]:
    """Anything the provider knows by that name, number, address or fingerprint; a few of each kind."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.CUSTOMER, None, actor.party_id))
    return {
        "found": [
            {"kind": row.kind, "id": str(row.id), "name": row.name, "beside": row.beside,
             "at": None if row.at is None else str(row.at)}
            for row in finding.find(actor, q)
        ]
    }  # fmt: skip


# --- shapes ---


def _office(request: HttpRequest) -> Actor:
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.TASK, None, actor.party_id))
    return actor


def _one(actor: Actor, row: Task) -> dict[str, Any]:
    return _shapes(actor, [row])[0]


def _shapes(actor: Actor, rows: Sequence[Task]) -> list[dict[str, Any]]:
    names = naming.of(actor, rows)
    return [_shape(row, names) for row in rows]


def _shape(row: Task, names: naming.Names) -> dict[str, Any]:
    told = names.told.get(row.id, naming.Told(""))
    return {
        "title": told.words, "path": told.path,
        "id": str(row.id), "kind": row.kind, "about": row.about,
        "about_id": None if row.about_id is None else str(row.about_id), "name": names.about.get(row.id, ""),
        "place": told.place or names.places.get(row.id, ""), "site_id": names.sites.get(row.id),
        "detail": row.detail.split(".")[0],
        "customer": names.customers.get(row.customer_id, "") if row.customer_id else "",
        "customer_id": None if row.customer_id is None else str(row.customer_id), "words": row.words,
        "due_ms": clock.ms(row.due_at), "raised_ms": clock.ms(row.raised_at), "cleared_ms": clock.ms(row.cleared_at),
        "assignee": _person(row.assignee, names),
        "snoozed_until_ms": clock.ms(row.snoozed_until), "done_ms": clock.ms(row.done_at),
        "done_by": names.people.get(row.done_by, "") if row.done_by else "",
    }  # fmt: skip


def _person(person_id: UUID | None, names: naming.Names) -> dict[str, str] | None:
    return None if person_id is None else {"id": str(person_id), "name": names.people.get(person_id, "")}
