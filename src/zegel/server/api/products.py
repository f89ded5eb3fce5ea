# SPDX-License-Identifier: EUPL-1.2
"""A tenant's catalogue and the things that were sold: whose they are and were, warranty, vehicles, camera units."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.customers import queries as customers
from zegel.server.customers.queries import Named
from zegel.server.gate import Action, decide
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.products import actions, queries, rules
from zegel.server.products.actions import NewModel
from zegel.server.products.models import Item, ProductModel
from zegel.server.products.queries import Look
from zegel.server.products.rules import ModelKind, Thing
from zegel.server.sites.models import Unit

router = Router(tags=["products"])

for _code, _status in (("unknown_product", 404), ("bad_product", 422), ("known_product", 409)):
    errors.status(_code, _status)


class Sold(Schema):
    kind: ModelKind
    brand: str = Field(max_length=200)
    name: str = Field(max_length=300)
    type_number: str = Field(default="", max_length=120)
    warranty_months: int = Field(default=24, ge=0, le=1000)
    life_months: int = Field(default=120, ge=0, le=1000)

    def new(self) -> NewModel:
        return NewModel(
            self.kind, self.brand, self.name, self.type_number, self.warranty_months, self.life_months
        )  # fmt: skip


class Said(Schema):
    serial: str = Field(default="", max_length=200)
    purchased_on: date | None = None
    shop: str = Field(default="", max_length=300)
    plate: str = Field(default="", max_length=40)
    vin: str = Field(default="", max_length=40)
    mileage: int | None = Field(default=None, ge=0, le=100_000_000)
    inspection_on: date | None = None

    def thing(self) -> Thing:
        return Thing(
            self.serial, self.purchased_on, self.shop, self.plate, self.vin, self.mileage, self.inspection_on
        )  # fmt: skip


class Added(Said):
    model_id: UUID
    customer_id: UUID | None = None


class Retired(Schema):
    retired: bool


class Read(Schema):
    mileage: int = Field(ge=0, le=100_000_000)
    inspection_on: date | None = None


class Linked(Schema):
    unit_id: UUID | None = None


class HandedOn(Schema):
    customer_id: UUID | None = None
    since: date | None = None


class Filters(Schema):
    text: str = Field(default="", max_length=120)
    what: str = Field(default="all", max_length=12)
    customer_id: UUID | None = None
    model_id: UUID | None = None
    after: UUID | None = None


# --- the catalogue ---


@router.get("/service/products")
def catalogue(request: HttpRequest) -> dict[str, Any]:
    """Every line, with how many things of it are on record."""
    actor = acting(request)
    rows = queries.catalogue(actor)
    return {"products": [_model(row) | {"things": count} for row, count in rows], "may_change": _may(actor)}


@router.post("/service/products")
def add_model(request: HttpRequest, body: Sold) -> dict[str, Any]:
    return _model(actions.add_model(acting(request), body.new()))


@router.put("/service/products/{model_id}")
def change_model(request: HttpRequest, model_id: UUID, body: Sold) -> dict[str, Any]:
    return _model(actions.change_model(acting(request), model_id, body.new()))


@router.post("/service/products/{model_id}/retire")
def retire_model(request: HttpRequest, model_id: UUID, body: Retired) -> dict[str, Any]:
    return _model(actions.retire_model(acting(request), model_id, retired=body.retired))


# --- things ---


@router.get("/service/items")
def items(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """A page, the newest first. `what`: all, doubt, inspection, ended, vehicles."""
    actor = acting(request)
    look = Look(filters.text, filters.what, filters.customer_id, filters.model_id, filters.after)
    rows, names, more = queries.items(actor, look)
    return {"items": [_item(row, names) for row in rows], "more": more, "may_change": _may(actor)}


@router.post("/service/items")
def add(request: HttpRequest, body: Added) -> dict[str, Any]:
    """By the desk. The same number again is the thing that is there."""
    actor = acting(request)
    return _whole(actor, actions.add(actor, body.customer_id, body.model_id, body.thing()).id)


@router.get("/service/items/units")
def units(request: HttpRequest) -> list[dict[str, Any]]:
    """Camera units that are no product yet."""
    return [_unit(unit) for unit in queries.units_free(acting(request))]


@router.get("/service/items/waiting")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """What needs the desk: numbers that two registered, inspections that are due."""
    actor = acting(request)
    doubts, _names, _more = queries.items(actor, Look(what="doubt"))
    due, _names, _more = queries.items(actor, Look(what="inspection"))
    return {"doubts": len(doubts), "inspections": len(due)}


@router.get("/service/items/{item_id}")
def item(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    return _whole(acting(request), item_id)


@router.put("/service/items/{item_id}")
def change(request: HttpRequest, item_id: UUID, body: Said) -> dict[str, Any]:
    actor = acting(request)
    actions.change(actor, item_id, body.thing())
    return _whole(actor, item_id)


@router.post("/service/items/{item_id}/mileage")
def read_mileage(request: HttpRequest, item_id: UUID, body: Read) -> dict[str, Any]:
    actor = acting(request)
    actions.read_mileage(actor, item_id, body.mileage, body.inspection_on)
    return _whole(actor, item_id)


@router.post("/service/items/{item_id}/unit")
def link_unit(request: HttpRequest, item_id: UUID, body: Linked) -> dict[str, Any]:
    actor = acting(request)
    actions.link_unit(actor, item_id, body.unit_id)
    return _whole(actor, item_id)


@router.post("/service/items/{item_id}/transfer")
def transfer(request: HttpRequest, item_id: UUID, body: HandedOn) -> dict[str, Any]:
    """To another customer; of one in doubt: to who registered it last."""
    actor = acting(request)
    return _whole(actor, actions.transfer(actor, item_id, body.customer_id, body.since).id)


@router.post("/service/items/{item_id}/dismiss")
def dismiss(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    """Of one in doubt: it stays whose it was."""
    actions.dismiss(acting(request), item_id)
    return {"ok": True}


@router.post("/service/items/{item_id}/scrap")
def scrap(request: HttpRequest, item_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    actions.scrap(actor, item_id)
    return _whole(actor, item_id)


# --- shapes ---


def _may(actor: Actor) -> bool:
    return decide(actor, Action.CHANGE, actions.resource(actor.party_id)).allowed


def _model(row: ProductModel) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "brand": row.brand, "name": row.name, "type_number": row.type_number,
        "warranty_months": row.warranty_months, "life_months": row.life_months,
        "retired": row.retired_at is not None, "title": queries.named(row),
    }  # fmt: skip


def _item(row: Item, names: Mapping[UUID, Named]) -> dict[str, Any]:
    return {
        "id": str(row.id), "model": _model(row.model), "serial": row.serial,
        "customer": _named(names.get(row.customer_id) if row.customer_id else None),
        "purchased_on": _day(row.purchased_on), "shop": row.shop, "warranty_until": _day(row.warranty_until),
        "warranty": rules.warranty_state(row.warranty_until, clock.now().date()).value,
        "life_until": _day(row.life_until), "plate": row.plate, "vin": row.vin, "mileage": row.mileage,
        "inspection_on": _day(row.inspection_on), "source": row.source, "doubt": row.doubt_id is not None,
        "registered_ms": clock.ms(row.registered_at), "scrapped_ms": clock.ms(row.scrapped_at),
        "anonymised": row.anonymised_at is not None,
    }  # fmt: skip


def _whole(actor: Actor, item_id: UUID) -> dict[str, Any]:
    found = queries.whole(actor, item_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        known = None if found.item.doubt_id is None else queries.find(found.item.doubt_id)
        names = dict(found.customers)
        if known is not None and known.customer_id is not None:
            names |= customers.names([known.customer_id])
    return _item(found.item, names) | {
        "owners": [
            {
                "customer": _named(names.get(one.customer_id) if one.customer_id else None),
                "since": _day(one.since), "until": _day(one.until),
            }
            for one in found.ownerships
        ],
        "rivals": [_item(one, names) | {"model": _model(found.item.model)} for one in found.rivals],
        "doubts": None if known is None else _item(known, names),
        "unit": None if found.unit is None else _unit(found.unit), "may_change": _may(actor),
    }  # fmt: skip


def _unit(unit: Unit) -> dict[str, Any]:
    """Its life on a site: where it stands, since when, and how it is."""
    return {
        "id": str(unit.id), "name": unit.name, "site": unit.site.name, "state": unit.state,
        "software": unit.software, "paired_ms": clock.ms(unit.paired_at), "seen_ms": clock.ms(unit.last_seen_at),
        "commissioned_ms": clock.ms(unit.commissioned_at), "removed_ms": clock.ms(unit.removed_at),
    }  # fmt: skip


def _named(who: Named | None) -> dict[str, Any] | None:
    if who is None:
        return None
    return {"id": str(who.id), "number": who.number, "name": who.name, "city": who.city, "restricted": who.restricted}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
