# SPDX-License-Identifier: EUPL-1.2
"""A tenant's public forms: which there are, in whose pages they may stand, the line that puts them there, what came
in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.gate import Action, decide, require
from zegel.server.intake import actions, queries
from zegel.server.intake.queries import Came
from zegel.server.intake.rules import FormKind
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.tenants import queries as tenants

router = Router(tags=["forms"])

for _code, _status in (("bad_form", 422), ("no_such_form", 404), ("no_privacy_statement", 409)):
    errors.status(_code, _status)


class Chosen(Schema):
    kinds: list[str] = Field(max_length=20)
    origins: list[str] = Field(max_length=40)


@router.get("/service/forms")
def forms(request: HttpRequest) -> dict[str, Any]:
    return _shape(acting(request))


@router.put("/service/forms")
def save(request: HttpRequest, body: Chosen) -> dict[str, Any]:
    """Which forms there are, and in whose pages they may stand."""
    actor = acting(request)
    actions.save(actor, body.kinds, [text[:300] for text in body.origins])
    return _shape(actor)


def _shape(actor: Actor) -> dict[str, Any]:
    """No line to embed by without a privacy statement of the tenant's own (I11)."""
    require(actor, Action.READ, actions.resource(actor.party_id))
    assert actor.party_id is not None
    brand, found = tenants.brand(actor.party_id), queries.forms(actor.party_id)
    ready = brand is not None and tenants.has_statement(brand) and brand.active
    slug = brand.slug if brand is not None else ""
    return {
        "slug": slug, "statement": ready, "origins": list(found.origins),
        "forms": [
            {
                "kind": kind.value, "on": kind in found.kinds,
                "address": f"{settings.ORIGIN}/forms/{slug}/{kind.value}" if ready else "",
                "line": _line(slug, kind) if ready and found.origins else "",
            }
            for kind in FormKind
        ],
        "came": [_came(one) for one in queries.came_in(actor)],
        "may_change": decide(actor, Action.CHANGE, actions.resource(actor.party_id)).allowed,
    }  # fmt: skip


def _line(slug: str, kind: FormKind) -> str:
    return f'<script src="{settings.ORIGIN}/embed.js" data-form="{slug}/{kind.value}" async></script>'


def _came(one: Came) -> dict[str, Any]:
    who = one.customer
    return {
        "id": str(one.row.id), "kind": one.row.kind, "at_ms": clock.ms(one.row.made_at), "origin": one.row.origin,
        "withdrawn_ms": clock.ms(one.row.withdrawn_at),
        "order_id": None if one.row.order_id is None else str(one.row.order_id),
        "item_id": None if one.item is None else str(one.item.id),
        "item": "" if one.item is None else one.item.model,
        "customer": None if who is None else {"id": str(who.id), "number": who.number, "name": who.name},
    }  # fmt: skip
