# SPDX-License-Identifier: EUPL-1.2
"""Whom an organisation or household names for questions about personal data, and its own statement (I15, C25)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.privacy import actions, queries
from zegel.server.privacy.models import PrivacyContact

router = Router(tags=["privacy"])
errors.status("bad_contact", 422)


class Named(Schema):
    name: str = Field(max_length=300)
    email: str = Field(max_length=300)
    phone: str = Field(max_length=60)
    statement_url: str = Field(default="", max_length=600)
    statement: str = Field(default="", max_length=25_000)


@router.get("/privacy-contact")
def contact(request: HttpRequest) -> dict[str, Any]:
    """Of the acting party: the one that holds, and those before it."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.PRIVACY_CONTACT, None, actor.party_id))
    return _shape(actor)


@router.put("/privacy-contact")
def name_contact(request: HttpRequest, body: Named) -> dict[str, Any]:
    """Names another one, or another statement."""
    actor = acting(request)
    named = actions.Named(body.name, body.email, body.phone, body.statement_url, body.statement)
    actions.name_contact(actor, named)
    return _shape(actor)


def _shape(actor: Actor) -> dict[str, Any]:
    assert actor.party_id is not None
    resource = Resource(ResourceKind.PRIVACY_CONTACT, None, actor.party_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.history(actor.party_id)
    current = next((row for row in rows if row.valid_to is None), None)
    return {
        "contact": None if current is None else _one(current), "before": [_one(row) for row in rows if row.valid_to],
        "may_change": decide(actor, Action.CHANGE, resource).allowed,
    }  # fmt: skip


def _one(row: PrivacyContact) -> dict[str, Any]:
    return {
        "name": row.name, "email": row.email, "phone": row.phone, "statement_url": row.statement_url,
        "statement": row.statement, "since_ms": clock.ms(row.valid_from), "until_ms": clock.ms(row.valid_to),
    }  # fmt: skip
