# SPDX-License-Identifier: EUPL-1.2
"""The provider's office: customers, sites, units, stock, certificates and statements. Never an image."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.agreements import grounds
from zegel.server.api.base import acting
from zegel.server.footage import live_switch
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance import queries as maintenance
from zegel.server.maintenance import stock
from zegel.server.maintenance.models import Item
from zegel.server.maintenance.rules import ItemKind, ItemState
from zegel.server.people.models import Party
from zegel.server.people.roles import Language, PartyKind
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site, Unit
from zegel.server.tasks import office
from zegel.server.tasks.office import Customer, NewCustomer, Paper, Place

router = Router(tags=["provider"])


class CustomerIn(Schema):
    kind: PartyKind = PartyKind.COMPANY
    name: str = Field(max_length=300)
    country: str = Field(max_length=2)
    language: Language
    owner_name: str = Field(max_length=300)
    owner_email: str = Field(max_length=400)


class ItemIn(Schema):
    kind: ItemKind
    name: str = Field(max_length=300)
    serial: str = Field(default="", max_length=300)
    count: int = 1
    note: str = Field(default="", max_length=1000)


class Moved(Schema):
    state: ItemState
    site_id: UUID | None = None
    note: str = Field(default="", max_length=1000)


class Counted(Schema):
    count: int


# --- customers and their sites ---


@router.get("/provider/customers")
def customers(request: HttpRequest) -> dict[str, Any]:
    """Whom the provider serves, with what is missing at each."""
    actor = _office(request)
    add = decide(actor, Action.ADD, Resource(ResourceKind.CUSTOMER, None, actor.party_id)).allowed
    return {"now_ms": clock.now_ms(), "customers": [_customer(row) for row in office.customers(actor)], "add": add}


@router.post("/provider/customers")
def take_on(request: HttpRequest, body: CustomerIn) -> dict[str, Any]:
    """A new customer: its party, the relation with this provider, and a letter to its first owner."""
    actor = acting(request)
    new = NewCustomer(body.kind, body.name, body.country, body.language, body.owner_email, body.owner_name)
    party_id, invitation = office.take_on(actor, new)
    return {"id": str(party_id), "email": invitation.email, "expires_ms": clock.ms(invitation.expires_at)}


@router.get("/provider/sites")
def places(
    request: HttpRequest, customer_id: UUID | None = None, site_id: UUID | None = None,
    words: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, Any]:  # fmt: skip
    """Sites with their units: contact, software, what their telemetry raised. 60 at most, and how many there are."""
    actor = _office(request)
    rows, count = office.places(actor, customer_id, site_id, words)
    return {"now_ms": clock.now_ms(), "sites": [_place(row) for row in rows], "count": count}


@router.get("/provider/papers")
def papers(request: HttpRequest) -> dict[str, Any]:
    """Certificates and confidentiality statements, with their dates."""
    actor = _office(request)
    return {"now_ms": clock.now_ms(), "papers": [_paper(row) for row in office.papers(actor)]}


@router.get("/provider/live-switch")
def live_switches(request: HttpRequest) -> dict[str, Any]:
    """Whether alarm centres may look live, for each profile: today, and what is dated ahead (S8)."""
    _office(request)
    today = clock.now().date()
    return {
        "profiles": [
            {"profile": one.profile, "on": one.on, "since": one.since.isoformat(), "source": grounds.said(one.source),
             "next": None if one.next is None else {"on": one.next.on, "from": one.next.since.isoformat()}}
            for one in live_switch.states(today)
        ]
    }  # fmt: skip


# --- stock ---


@router.get("/provider/stock")
def items(request: HttpRequest) -> dict[str, Any]:
    """What the provider has, and where it is."""
    actor = _stock(request)
    rows = maintenance.items(actor)
    with tenancy.acting_as(actor.party_id, actor.id):
        names = dict(Site.objects.filter(id__in={row.site_id for row in rows if row.site_id}).values_list("id", "name"))
    return {"items": [_item(row, names) for row in rows]}


@router.post("/provider/stock")
def add_item(request: HttpRequest, body: ItemIn) -> dict[str, Any]:
    """Into the stock."""
    row = stock.add(acting(request), stock.Said(body.kind, body.name, body.serial, body.count, body.note))
    return _item(row, {})


@router.post("/provider/stock/{item_id}/move")
def move_item(request: HttpRequest, item_id: UUID, body: Moved) -> dict[str, Any]:
    """Where it is now."""
    actor = acting(request)
    return _item(stock.move(actor, item_id, body.state, body.site_id, body.note), {})


@router.post("/provider/stock/{item_id}/count")
def count_item(request: HttpRequest, item_id: UUID, body: Counted) -> dict[str, Any]:
    """How many of a part there are."""
    return _item(stock.count(acting(request), item_id, body.count), {})


# --- shapes ---


def _office(request: HttpRequest) -> Actor:
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.CUSTOMER, None, actor.party_id))
    return actor


def _stock(request: HttpRequest) -> Actor:
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.STOCK, None, actor.party_id))
    return actor


def _party(row: Party) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "kind": row.kind, "country": row.country, "language": row.language}


def _customer(row: Customer) -> dict[str, Any]:
    signed, invited = row.agreement, row.invitation
    return {
        **_party(row.party), "since_ms": clock.ms(row.since),
        "agreement": None if signed is None else {"signed_ms": clock.ms(signed.valid_from), "how": signed.signed_how},
        "purposes": [{"code": one.code, "text": one.text} for one in row.purposes[:5]], "sites": row.sites,
        "units": row.units, "in_contact": row.in_contact, "cameras": row.cameras, "signs_missing": row.signs_missing,
        "malfunctions": row.malfunctions,
        "invited": None if invited is None else {
            "email": invited.email, "name": invited.name, "language": invited.language,
            "sent_ms": clock.ms(invited.sent_at), "expires_ms": clock.ms(invited.expires_at),
            "letters": invited.letters,
        },
    }  # fmt: skip


def _place(row: Place) -> dict[str, Any]:
    site = row.site
    return {
        "id": str(site.id), "customer_id": str(site.owner_id), "name": site.name, "address": site.address,
        "tz": site.tz, "profile": site.profile, "sign": row.sign, "contact_email": site.contact_email,
        "contact_phone": site.contact_phone,
        "units": [_unit(unit, row.conditions.get(unit.id, {})) for unit in row.units],
    }  # fmt: skip


def _unit(unit: Unit, conditions: dict[str, int]) -> dict[str, Any]:
    return {
        "id": str(unit.id), "name": unit.name, "state": unit.state, "software": unit.software,
        "in_contact": sites.in_contact(unit), "last_seen_ms": clock.ms(unit.last_seen_at),
        "fingerprint": bytes(unit.fingerprint).hex()[:16], "conditions": conditions,
        "cameras": [{"id": str(one.id), "name": one.name, "state": one.state} for one in unit.cameras.all()],
    }  # fmt: skip


def _paper(row: Paper) -> dict[str, Any]:
    return {
        "kind": row.kind, "scheme": row.scheme, "number": row.number, "issuer": row.issuer, "whose": row.whose,
        "centre": row.centre, "until_ms": clock.ms(row.until),
    }  # fmt: skip


def _item(row: Item, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "name": row.name, "serial": row.serial, "count": row.count,
        "state": row.state, "site_id": None if row.site_id is None else str(row.site_id),
        "site": names.get(row.site_id, "") if row.site_id else "", "note": row.note,
        "changed_ms": clock.ms(row.changed_at),
    }  # fmt: skip
