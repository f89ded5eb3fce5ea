# SPDX-License-Identifier: EUPL-1.2
"""Partners in the chain, as the tenant has them: who they are, for what they are authorised, an order's steps, the
sealed photos that came back, the consumer's link."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, to_text
from zegel.server.chain import actions, follow, queries, rules, sheets
from zegel.server.chain.errors import UnknownStep
from zegel.server.chain.models import Authorisation, Document, Partner, Step
from zegel.server.chain.rules import OUTCOMES, PARTNER_OF, ROLE_OF, PartnerKind, StepKind
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.orders.models import Order
from zegel.server.people import queries as people

router = Router(tags=["partners"])

for _code, _status in (
    ("unknown_partner", 404), ("unknown_chain_step", 404), ("unknown_offer", 404), ("unknown_sheet", 404),
    ("unknown_document", 404), ("taken_by_another", 409), ("nobody_authorised", 409), ("step_not_now", 409),
    ("bad_partner", 422), ("bad_act", 422),
):  # fmt: skip
    errors.status(_code, _status)


class PartnerSaid(Schema):
    party_id: UUID
    kind: PartnerKind
    name: str = Field(max_length=200)
    address: str = Field(default="", max_length=300)
    agreed_on: date
    agreed_until: date | None = None
    sheet_days: int = Field(default=rules.SHEET_DAYS, ge=0, le=365)

    def said(self) -> actions.Said:
        return actions.Said(
            self.party_id, self.kind, self.name, self.address, self.agreed_on, self.agreed_until, self.sheet_days
        )


class AuthorisationSaid(Schema):
    order_type: str = Field(max_length=20)
    country: str = Field(max_length=4)
    postcode_from: str = Field(default="", max_length=12)
    postcode_until: str = Field(default="", max_length=12)
    valid_from: date
    valid_until: date | None = None

    def allowed(self) -> actions.Allowed:
        region = rules.Region(self.country, self.postcode_from, self.postcode_until)
        return actions.Allowed(self.order_type, region, self.valid_from, self.valid_until)


class StepSaid(Schema):
    kind: StepKind
    window_from_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    window_until_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    instructions: str = Field(default="", max_length=rules.LONGEST_TEXT)
    other_end: str = Field(default="", max_length=400)
    partner_ids: list[UUID] = Field(default_factory=list, max_length=60)

    def new(self) -> actions.NewStep:
        return actions.NewStep(
            self.kind, _moment(self.window_from_ms), _moment(self.window_until_ms), self.instructions, self.other_end,
            tuple(self.partner_ids),
        )  # fmt: skip


class Again(Schema):
    partner_ids: list[UUID] = Field(default_factory=list, max_length=60)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else clock.moment(ms)


# --- partners ---


@router.get("/service/partners")
def partners(request: HttpRequest) -> dict[str, Any]:
    """Who they are, with what they are authorised for; and which fields each sort of step shows."""
    actor = acting(request)
    require(actor, Action.LIST, _partners(actor))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.partners(actions.party_of(actor))
        shapes = [_partner(row) for row in rows]
    change = decide(actor, Action.CHANGE, _partners(actor)).allowed
    types = list(actions.order_types())
    return {"partners": shapes, "may": {"change": change}, "order_types": types, "fields": declared()}


def declared() -> list[dict[str, Any]]:
    """What a sheet shows, by step: the list itself, with its reasons."""
    return [
        {"kind": one.kind.value, "role": one.role.value, "fields": _reasons(one)}
        for one in sheets.declarations().steps.values()
    ]


def _reasons(one: sheets.Declared) -> list[dict[str, str]]:
    return [{"name": name, "why": why} for name, why in one.fields.items()]


@router.post("/service/partners")
def add_partner(request: HttpRequest, body: PartnerSaid) -> dict[str, Any]:
    """A firm that does steps, with the written agreement under which it does."""
    return {"id": str(actions.add_partner(acting(request), body.said()).id)}


@router.put("/service/partners/{partner_id}")
def change_partner(request: HttpRequest, partner_id: UUID, body: PartnerSaid) -> dict[str, Any]:
    """What is known of it; not which firm it is."""
    return {"id": str(actions.change_partner(acting(request), partner_id, body.said()).id)}


@router.post("/service/partners/{partner_id}/end")
def end_partner(request: HttpRequest, partner_id: UUID) -> dict[str, Any]:
    """It is offered nothing more, and its running jobs come back."""
    actions.end_partner(acting(request), partner_id)
    return {}


@router.post("/service/partners/{partner_id}/authorisations")
def authorise(request: HttpRequest, partner_id: UUID, body: AuthorisationSaid) -> dict[str, Any]:
    """For a type of order, in a region, from a day until a day."""
    return {"id": str(actions.authorise(acting(request), partner_id, body.allowed()).id)}


@router.post("/service/authorisations/{authorisation_id}/end")
def end_authorisation(request: HttpRequest, authorisation_id: UUID) -> dict[str, Any]:
    """From now on."""
    actions.end_authorisation(acting(request), authorisation_id)
    return {}


# --- an order's steps ---


@router.get("/service/orders/{order_id}/steps")
def steps(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """What partners do of an order, in order; and who may be offered the next one, by sort."""
    actor = acting(request)
    order = _order(actor, order_id)
    require(actor, Action.READ, actions.of_order(order))
    may = decide(actor, Action.OFFER, actions.of_order(order)).allowed and order.closed_at is None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.steps_of(order_id)
        photos = queries.documents_of([row.id for row in rows])
        able = _able(order) if may else {}
    return {"steps": _steps(rows, photos), "may": {"offer": may}, "able": able}


def _able(order: Order) -> dict[str, list[dict[str, str]]]:
    """Within the tenant: kind of step → the partners that may be offered it, for this order."""
    found = {}
    for kind in StepKind:
        step = actions.draft(order, kind)
        found[kind.value] = [
            {"id": str(row.id), "name": row.name, "address": row.address} for row in queries.eligible(step)
        ]
    return found


@router.post("/service/orders/{order_id}/steps")
def offer_step(request: HttpRequest, order_id: UUID, body: StepSaid) -> dict[str, Any]:
    """To the partners named, or to all that are authorised; the first who accepts has it."""
    return {"id": str(actions.offer_step(acting(request), order_id, body.new()).id)}


@router.post("/service/steps/{step_id}/offer")
def offer_again(request: HttpRequest, step_id: UUID, body: Again) -> dict[str, Any]:
    """One that came back."""
    actions.offer_again(acting(request), step_id, tuple(body.partner_ids))
    return {}


@router.post("/service/steps/{step_id}/withdraw")
def withdraw(request: HttpRequest, step_id: UUID) -> dict[str, Any]:
    """Taken back: the partner's sheet goes at once."""
    actions.withdraw(acting(request), step_id)
    return {}


@router.get("/service/documents/{document_id}")
def document(request: HttpRequest, document_id: UUID) -> dict[str, Any]:
    """A photo or signature as it was sealed: {object, ciphertext}, for the tenant's own key."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = queries.document(actions.party_of(actor), document_id)
    require(actor, Action.READ, actions.resource(row.step))
    return {
        "id": str(row.id), "kind": row.kind, "at_ms": clock.ms(row.made_at), "object": to_text(bytes(row.header)),
        "ciphertext": to_text(bytes(row.ciphertext)),
    }  # fmt: skip


@router.post("/service/orders/{order_id}/follow-link")
def follow_link(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """The consumer's link, shown once; earlier ones end."""
    token = follow.new_link(acting(request), order_id)
    return {"url": f"{settings.ORIGIN}/follow/{token}", "days": rules.LINK_LASTS.days}


# --- shapes ---


def _order(actor: Actor, order_id: UUID) -> Order:
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Order.objects.filter(id=order_id, owner_id=actions.party_of(actor)).first()
    if row is None:
        raise UnknownStep
    return row


def _partners(actor: Actor) -> Resource:
    return Resource(ResourceKind.PARTNER, None, actor.party_id)


def _partner(row: Partner) -> dict[str, Any]:
    return {
        "id": str(row.id), "party_id": str(row.party_id), "kind": row.kind, "name": row.name, "address": row.address,
        "agreed_on": row.agreed_on.isoformat(), "agreed_until": _day(row.agreed_until), "sheet_days": row.sheet_days,
        "in_force": queries.in_force(row), "authorisations": [_authorisation(one) for one in row.authorisations.all()],
    }  # fmt: skip


def _authorisation(row: Authorisation) -> dict[str, Any]:
    return {
        "id": str(row.id), "order_type": row.order_type, "country": row.country, "postcode_from": row.postcode_from,
        "postcode_until": row.postcode_until, "valid_from": row.valid_from.isoformat(),
        "valid_until": _day(row.valid_until),
        "in_force": rules.in_force(row.valid_from, row.valid_until, queries.today()),
    }  # fmt: skip


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _steps(rows: Iterable[Step], photos: Iterable[Document]) -> list[dict[str, Any]]:
    by_step: dict[UUID, list[Document]] = {}
    for photo in photos:
        by_step.setdefault(photo.step_id, []).append(photo)
    found = list(rows)
    names = people.person_names(row.offered_by for row in found if row.offered_by)
    return [_step(row, by_step.get(row.id, []), names) for row in found]


def _step(row: Step, photos: Iterable[Document], names: dict[UUID, str]) -> dict[str, Any]:
    kind = StepKind(row.kind)
    return {
        "id": str(row.id), "place": row.place, "kind": row.kind, "state": row.state, "sort": PARTNER_OF[kind].value,
        "partner": None if row.partner is None else {"id": str(row.partner_id), "name": row.partner.name},
        "window_from_ms": clock.ms(row.window_from), "window_until_ms": clock.ms(row.window_until),
        "instructions": row.instructions, "other_end": row.other_end, "offered_ms": clock.ms(row.offered_at),
        "offered_by": names.get(row.offered_by, "") if row.offered_by else "",
        "accepted_ms": clock.ms(row.accepted_at), "arrived_ms": clock.ms(row.arrived_at),
        "ended_ms": clock.ms(row.ended_at), "outcome": row.outcome, "found": row.found, "parts": row.parts,
        "signed_by": row.signed_by, "outcomes": [one.value for one in OUTCOMES[kind]],
        "role": ROLE_OF[kind].value,
        "documents": [{"id": str(one.id), "kind": one.kind, "at_ms": clock.ms(one.made_at)} for one in photos],
    }  # fmt: skip
