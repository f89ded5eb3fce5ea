# SPDX-License-Identifier: EUPL-1.2
"""A partner's own side of the chain: his offers, his sheets, what he says while he is at work. The same operations are
for his people on the page and for his programs with a key (scopes steps.read, steps.write); the same gate and the same
declared fields answer both."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.api.base import acting, signed_in
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.api.service import ServiceKey
from zegel.server.chain import label, queries, rules, sheets, working
from zegel.server.chain.actions import party_of
from zegel.server.chain.errors import NotNow
from zegel.server.chain.models import Offer, Sheet
from zegel.server.chain.rules import OUTCOMES, ActKind, DocumentKind, Outcome, StepKind
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.integrations import keys
from zegel.server.integrations.rules import Scope
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people import queries as people
from zegel.server.people.roles import PARTNER, Role

SCOPES = (Scope.STEPS_READ, Scope.STEPS_WRITE)
"""What a partner's program may do."""

router = Router(tags=["partner"], auth=[ServiceKey(), signed_in])


class Part(Schema):
    name: str = Field(max_length=rules.LONGEST_LINE)
    count: int = Field(ge=0, le=100_000)


class ActSaid(Schema):
    id: UUID
    kind: ActKind
    at_ms: int = Field(ge=0, le=LATEST_MS)
    text: str = Field(default="", max_length=rules.LONGEST_TEXT)
    parts: list[Part] = Field(default_factory=list, max_length=100)
    outcome: Outcome | None = None

    def said(self) -> working.Said:
        parts = tuple((one.name, one.count) for one in self.parts)
        return working.Said(self.id, self.kind, clock.moment(self.at_ms), self.text, parts, self.outcome)


class Acts(Schema):
    acts: list[ActSaid] = Field(max_length=rules.MOST_ACTS)


class DocumentSaid(Schema):
    kind: DocumentKind
    object: Bytes
    ciphertext: Bytes


def _who(request: HttpRequest, scope: Scope) -> Actor:
    """Somebody signed in, or a program with a key of this scope."""
    who = request.auth  # type: ignore[attr-defined]
    if isinstance(who, keys.Caller):
        who.check(scope)
        return who.actor
    return cast(Actor, who)


def _kinds(actor: Actor) -> frozenset[StepKind]:
    """Whose work it is; a program does all of its firm's."""
    if actor.kind is ActorKind.SYSTEM:
        return frozenset(StepKind)
    return rules.kinds_of(Role(actor.role or ""))


def _list(actor: Actor, kind: ResourceKind) -> None:
    if actor.kind is not ActorKind.SYSTEM:
        require(actor, Action.LIST, Resource(kind, None, actor.party_id))


# --- offers ---


@router.get("/partner/offers")
def offers(request: HttpRequest) -> dict[str, Any]:
    """What may be taken: sort of work, area and window; whom it is for is told to who takes it."""
    actor = _who(request, Scope.STEPS_READ)
    _list(actor, ResourceKind.STEP_OFFER)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.offers(party_of(actor), _kinds(actor))
    return {"offers": [_offer(row) for row in rows], "party_id": str(actor.party_id)}


@router.post("/partner/offers/{offer_id}/accept")
def accept(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    """The first who accepts has it; the answer is the sheet."""
    actor = _who(request, Scope.STEPS_WRITE)
    return _sheet(working.accept(actor, offer_id))


@router.post("/partner/offers/{offer_id}/decline")
def decline(request: HttpRequest, offer_id: UUID) -> dict[str, Any]:
    """Not wanted; others still may."""
    working.decline(_who(request, Scope.STEPS_WRITE), offer_id)
    return {}


# --- sheets ---


@router.get("/partner/sheets")
def all_sheets(request: HttpRequest) -> dict[str, Any]:
    """All that run, and those whose time is not over: each with the permitted fields."""
    actor = _who(request, Scope.STEPS_READ)
    _list(actor, ResourceKind.SHEET)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.sheets(party_of(actor), _kinds(actor))
    shown = [row for row in rows if working.may_read(actor, row)]
    who = request.auth  # type: ignore[attr-defined]
    if isinstance(who, keys.Caller):
        keys.noted(who, "sheets", len(shown))
    return {"sheets": [_sheet(row) for row in shown], "now_ms": clock.ms(clock.now())}


@router.get("/partner/sheets/{sheet_id}")
def one_sheet(request: HttpRequest, sheet_id: UUID) -> dict[str, Any]:
    """One of them."""
    actor = _who(request, Scope.STEPS_READ)
    row = _opened(actor, sheet_id, Action.READ)
    who = request.auth  # type: ignore[attr-defined]
    if isinstance(who, keys.Caller):
        keys.noted(who, "sheets", 1, row.id)
    return _sheet(row)


@router.post("/partner/sheets/{sheet_id}/acts")
def record(request: HttpRequest, sheet_id: UUID, body: Acts) -> dict[str, Any]:
    """What was done, in order; each is taken once, by its identifier, however often it is sent."""
    actor = _who(request, Scope.STEPS_WRITE)
    row, told = working.record(actor, sheet_id, [one.said() for one in body.acts])
    results = [{"id": str(one.id), "done": one.done, "refused": one.refused} for one in told]
    return {"acts": results, "sheet": _sheet(row)}


@router.post("/partner/sheets/{sheet_id}/documents")
def add_document(request: HttpRequest, sheet_id: UUID, body: DocumentSaid) -> dict[str, Any]:
    """A photo or signature, sealed to the firm that offered the step: nobody here can look at it."""
    actor = _who(request, Scope.STEPS_WRITE)
    told = working.add_document(actor, sheet_id, working.Sealed(body.kind, body.object, body.ciphertext))
    return {"id": str(told.id), "done": told.done}


@router.post("/partner/sheets/{sheet_id}/give-back")
def give_back(request: HttpRequest, sheet_id: UUID) -> dict[str, Any]:
    """It can't be done after all: the sheet goes at once."""
    working.give_back(_who(request, Scope.STEPS_WRITE), sheet_id)
    return {}


@router.get("/partner/sheets/{sheet_id}/label")
def label_file(request: HttpRequest, sheet_id: UUID) -> HttpResponse:
    """The parcel's label as PDF; that it leaves is in the log of both firms."""
    actor = _who(request, Scope.STEPS_READ)
    row = _opened(actor, sheet_id, Action.EXPORT)
    if actor.kind is ActorKind.SYSTEM:
        raise NotNow
    number = "".join(sign for sign in str(row.fields.get("order_number", "")) if sign.isalnum() or sign == "-")
    return exports.answer(
        exports.send(
            actor, FileKind.LABEL, f"label-{number or row.id.hex[:8]}.pdf", label.pdf(row), purpose="service",
            resource=working.sheet_resource(row), owner_id=row.tenant_id, count=1,
        )
    )  # fmt: skip


def _opened(actor: Actor, sheet_id: UUID, action: Action) -> Sheet:
    with tenancy.acting_as(actor.party_id, actor.id):
        row = queries.sheet(party_of(actor), sheet_id)
    working.allow(actor, action, working.sheet_resource(row), row.kind)
    return row


# --- the firm ---


@router.get("/partner/firm", auth=signed_in)
def firm(request: HttpRequest) -> dict[str, Any]:
    """Whether the acting person keeps his firm's keys and colleagues, who does, and which work a colleague may be asked
    for. The keys themselves: `/api-keys`; the colleagues: `/members`, `/invitations`."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.MEMBERSHIP, None, actor.party_id))
    keeper = queries.keeper(party_of(actor))
    names = {} if keeper is None else people.person_names([keeper])
    may = decide(actor, Action.ADD, Resource(ResourceKind.MEMBERSHIP, None, actor.party_id)).allowed
    return {
        "may_change": may, "keeper": names.get(keeper, "") if keeper else "", "roles": [role.value for role in PARTNER],
        "scopes": [scope.value for scope in SCOPES],
    }  # fmt: skip


# --- shapes ---


def _offer(row: Offer) -> dict[str, Any]:
    return {
        "id": str(row.id), "tenant": row.tenant_name, "kind": row.kind, "order_type": row.order_type,
        "product_kind": row.product_kind, "area": row.area, "window_from_ms": clock.ms(row.window_from),
        "window_until_ms": clock.ms(row.window_until), "state": row.state, "made_ms": clock.ms(row.made_at),
    }  # fmt: skip


def _sheet(row: Sheet) -> dict[str, Any]:
    """By the list once more: a field that left it leaves every answer."""
    kind = StepKind(row.kind)
    return {
        "id": str(row.id), "step_id": str(row.step_id), "tenant": row.tenant_name, "tenant_id": str(row.tenant_id),
        "kind": row.kind, "fields": sheets.shown(kind, row.fields), "said": row.said, "seal_to": row.seal_to,
        "outcomes": [one.value for one in OUTCOMES[kind]], "made_ms": clock.ms(row.made_at),
        "changed_ms": clock.ms(row.changed_at), "ended_ms": clock.ms(row.ended_at), "gone_ms": clock.ms(row.gone_at),
    }  # fmt: skip
