# SPDX-License-Identifier: EUPL-1.2
"""Service orders of a tenant: their list, their course, visits, notes, parts and costs; and taking the list along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.customers import queries as customers
from zegel.server.customers.models import Customer
from zegel.server.customers.queries import Named
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.orders import actions, queries, rules, sheets
from zegel.server.orders.actions import New, NewLine, Window
from zegel.server.orders.errors import UnknownOrder
from zegel.server.orders.models import Line, Order, Visit
from zegel.server.orders.queries import OnCalendar, Wanted, Which
from zegel.server.orders.rules import Cause, LineKind, OrderType, Outcome, State, VisitKind, VisitState
from zegel.server.people import queries as people
from zegel.server.products.models import Item, ProductModel

router = Router(tags=["orders"])

for _code, _status in (
    ("unknown_order", 404), ("order_not_now", 409), ("not_free", 409), ("bad_order", 422),
):  # fmt: skip
    errors.status(_code, _status)

MOST_EXPORTED = 10_000

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]


class Filters(Schema):
    """`type`, `state`: with commas between several."""

    which: Which = Which.OPEN
    type: str = Field(default="", max_length=120)
    state: str = Field(default="", max_length=160)
    assignee: UUID | None = None
    nobodys: bool = False
    unplanned: bool = False
    late: bool = False
    text: str = Field(default="", max_length=120)
    cursor: str = Field(default="", max_length=60)
    limit: int = Field(default=queries.PAGE, ge=1, le=queries.MOST_PAGE)

    def wanted(self, person_id: UUID | None) -> Wanted:
        types = tuple(OrderType(one) for one in self.type.split(",") if one in set(OrderType))
        states = tuple(State(one) for one in self.state.split(",") if one in set(State))
        whose = person_id if self.which is Which.MINE else self.assignee
        return Wanted(
            self.which, types, states, whose, self.nobodys, self.unplanned, self.late, self.text, self.cursor,
            self.limit,
        )  # fmt: skip


class Opened(Schema):
    type: OrderType
    customer_id: UUID | None = None
    item_id: UUID | None = None
    model_id: UUID | None = None
    subject: str = Field(max_length=400)
    description: str = Field(default="", max_length=8000)

    def new(self) -> New:
        return New(self.type, self.customer_id, self.subject, self.description, self.item_id, self.model_id)


class Changed(Schema):
    subject: str = Field(max_length=400)
    description: str = Field(default="", max_length=8000)
    item_id: UUID | None = None
    model_id: UUID | None = None


class Moved(Schema):
    state: State
    outcome: Outcome | None = None
    cause: Cause | None = None


class Assigned(Schema):
    person_id: UUID | None = None


class Planned(Schema):
    """`anyway`: though whoever comes seems not to be free."""

    kind: VisitKind
    starts_ms: Moment
    ends_ms: Moment
    assignee_id: UUID | None = None
    anyway: bool = False

    def window(self) -> Window:
        starts, ends = clock.moment(self.starts_ms), clock.moment(self.ends_ms)
        return Window(self.kind, starts, ends, self.assignee_id, self.anyway)


class VisitEnded(Schema):
    state: VisitState


class Noted(Schema):
    text: str = Field(max_length=8000)
    shown: bool = False


class Used(Schema):
    kind: LineKind
    name: str = Field(max_length=400)
    article: str = Field(default="", max_length=120)
    quantity_milli: int = Field(default=1000, ge=0, le=10_000_000)
    price_cents: int = Field(default=0, ge=0, le=100_000_000)
    covered: bool = False

    def new(self) -> NewLine:
        return NewLine(self.kind, self.name, self.article, self.quantity_milli, self.price_cents, self.covered)


# --- the list ---


@router.get("/service/orders")
def listed(request: HttpRequest, filters: Query[Filters]) -> dict[str, Any]:
    """What is open first falls due first; with `text` the newest first. `next`: the cursor of the next page."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        found = queries.listed(tenancy.current_party(), filters.wanted(actor.id))
        return {"now_ms": clock.now_ms(), "next": found.next, "orders": shapes(found.rows)}


@router.get("/service/orders/counts")
def counts(request: HttpRequest) -> dict[str, Any]:
    """How many are open: by state and type, late, unanswered."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        now = queries.counts(tenancy.current_party())
    return {"open": now.open, "late": now.late, "unanswered": now.unanswered, "states": now.states, "types": now.types}


@router.get("/service/orders/courses")
def courses(request: HttpRequest) -> dict[str, Any]:
    """What can become of an order of each type, as data."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    return {
        of.value: {
            "next": {state.value: [to.value for to in nexts] for state, nexts in one.next.items()},
            "ends": sorted(one.ends), "waits": sorted(one.waits), "outcomes": [o.value for o in one.outcomes],
            "causes": [c.value for c in Cause] if one.causes else [], "visits": [v.value for v in one.visits],
        }
        for of, one in rules.courses().items()
    }  # fmt: skip


@router.get("/service/orders/things")
def things(request: HttpRequest, customer: UUID) -> dict[str, Any]:
    """What somebody has, to be chosen for his order."""
    actor = acting(request)
    require(actor, Action.LIST, actions.resource(actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Item.objects.select_related("model").filter(
            owner_id=tenancy.current_party(), customer_id=customer, scrapped_at=None
        )
        found = rows.order_by("-registered_at")[:50]
        return {"things": [{"id": str(one.id), "words": _thing_words(one)} for one in found]}


def _thing_words(one: Item) -> str:
    return " ".join(filter(None, (one.model.brand, one.model.name, one.plate or one.serial)))


@router.get("/service/orders/export")
def export(request: HttpRequest, filters: Query[Filters]) -> HttpResponse:
    """The list as CSV, at most 10,000 lines; that it was taken is in the log."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    require(actor, Action.EXPORT, actions.resource(actor.party_id))
    rows: list[Order] = []
    with tenancy.acting_as(actor.party_id, actor.id):
        wanted, party = filters.wanted(actor.id), tenancy.current_party()
        cursor = ""
        while len(rows) < MOST_EXPORTED:
            page = queries.listed(party, _page(wanted, cursor))
            rows += page.rows
            cursor = page.next
            if not cursor:
                break
        names = customers.names({row.customer_id for row in rows if row.customer_id})
        content = sheets.orders(rows[:MOST_EXPORTED], names, _models(rows), queries.zone(party))
    sent = exports.send(
        actor, FileKind.ORDERS, "orders.csv", content, purpose="service", resource=actions.resource(actor.party_id),
        count=min(len(rows), MOST_EXPORTED),
    )  # fmt: skip
    return exports.answer(sent)


def _page(wanted: Wanted, cursor: str) -> Wanted:
    return Wanted(
        wanted.which, wanted.types, wanted.states, wanted.assignee_id, wanted.nobodys, wanted.unplanned, wanted.late,
        wanted.text, cursor, queries.MOST_PAGE,
    )  # fmt: skip


@router.post("/service/orders")
def add(request: HttpRequest, body: Opened) -> dict[str, Any]:
    """The desk takes one in."""
    actor = acting(request)
    row = actions.add(actor, body.new())
    return whole(actor, row.id)


# --- one of them ---


@router.get("/service/orders/{order_id}")
def one(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """All of it, with its history."""
    return whole(acting(request), order_id)


@router.put("/service/orders/{order_id}")
def change(request: HttpRequest, order_id: UUID, body: Changed) -> dict[str, Any]:
    """What it is about."""
    actor = acting(request)
    actions.change(
        actor, order_id, subject=body.subject, description=body.description, item_id=body.item_id,
        model_id=body.model_id,
    )  # fmt: skip
    return whole(actor, order_id)


@router.post("/service/orders/{order_id}/move")
def move(request: HttpRequest, order_id: UUID, body: Moved) -> dict[str, Any]:
    """To another state; an end says how it ended."""
    actor = acting(request)
    actions.move(actor, order_id, body.state, outcome=body.outcome, cause=body.cause)
    return whole(actor, order_id)


@router.post("/service/orders/{order_id}/reopen")
def reopen(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """It was not done after all."""
    actor = acting(request)
    actions.reopen(actor, order_id)
    return whole(actor, order_id)


@router.post("/service/orders/{order_id}/assign")
def assign(request: HttpRequest, order_id: UUID, body: Assigned) -> dict[str, Any]:
    """Who has it in hand."""
    actor = acting(request)
    actions.assign(actor, order_id, body.person_id)
    return whole(actor, order_id)


@router.post("/service/orders/{order_id}/visits")
def plan(request: HttpRequest, order_id: UUID, body: Planned) -> dict[str, Any]:
    """Somebody comes then. 409 not_free when he can't; the same with `anyway` is planned all the same."""
    actor = acting(request)
    actions.plan(actor, order_id, body.window())
    return whole(actor, order_id)


@router.put("/service/visits/{visit_id}")
def move_visit(request: HttpRequest, visit_id: UUID, body: Planned) -> dict[str, Any]:
    """Another time or person."""
    actor = acting(request)
    return whole(actor, actions.move_visit(actor, visit_id, body.window()).order_id)


@router.post("/service/visits/{visit_id}/end")
def end_visit(request: HttpRequest, visit_id: UUID, body: VisitEnded) -> dict[str, Any]:
    """It suits him, was done, missed or is off."""
    actor = acting(request)
    return whole(actor, actions.end_visit(actor, visit_id, body.state).order_id)


@router.post("/service/orders/{order_id}/notes")
def note(request: HttpRequest, order_id: UUID, body: Noted) -> dict[str, Any]:
    """`shown`: the customer reads it by his link."""
    actor = acting(request)
    actions.note(actor, order_id, body.text, shown=body.shown)
    return whole(actor, order_id)


@router.post("/service/orders/{order_id}/lines")
def add_line(request: HttpRequest, order_id: UUID, body: Used) -> dict[str, Any]:
    """A part that was used, or work that was done."""
    actor = acting(request)
    actions.add_line(actor, order_id, body.new())
    return whole(actor, order_id)


@router.post("/service/lines/{line_id}/remove")
def remove_line(request: HttpRequest, line_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    return whole(actor, actions.remove_line(actor, line_id).id)


# --- shapes ---


def shapes(rows: Sequence[Order]) -> list[dict[str, Any]]:
    """Within an acting party: as they stand in lists."""
    names = customers.names({row.customer_id for row in rows if row.customer_id})
    models = _models(rows)
    who = people.person_names({row.assignee_id for row in rows if row.assignee_id})
    return [_short(row, names, models, who) for row in rows]


def _models(rows: Iterable[Order | OnCalendar]) -> dict[UUID, str]:
    found = ProductModel.objects.filter(id__in={row.model_id for row in rows if row.model_id})
    return {key: f"{brand} {name}" for key, brand, name in found.values_list("id", "brand", "name")}


def calendar_shapes(rows: Sequence[OnCalendar], who: Mapping[str, str]) -> list[dict[str, Any]]:
    """Within an acting party: visits with their orders, as visit_shapes and shapes say them. `who`: names by the text
    of their identifier."""
    names, models = customers.names({row.customer_id for row in rows if row.customer_id}), _models(rows)
    return [{**_drawn(row, who), "order": _in_short(row, names, models, who)} for row in rows]


def _drawn(row: OnCalendar, who: Mapping[str, str]) -> dict[str, Any]:
    key, kind, state, starts, ends, assignee = row.visit
    return {
        "id": key, "kind": kind, "state": state, "starts_ms": starts, "ends_ms": ends, "assignee_id": assignee,
        "assignee": who.get(assignee, "") if assignee else "",
    }  # fmt: skip


def _in_short(
    row: OnCalendar, names: Mapping[UUID, Named], models: Mapping[UUID, str], who: Mapping[str, str]
) -> dict[str, Any]:  # fmt: skip
    key, number, of, state, subject, assignee, outcome, cause = row.order
    opened, reply_by, replied, due, stopped, planned, planned_until, closed = row.moments
    customer = names.get(row.customer_id) if row.customer_id else None
    return {
        "id": key, "number": number, "type": of, "state": state,
        "subject": "" if customer is not None and customer.restricted else subject,
        "customer": None if customer is None else _named(customer),
        "product": models.get(row.model_id, "") if row.model_id else "", "opened_ms": opened, "reply_by_ms": reply_by,
        "replied_ms": replied, "due_ms": due, "stopped_ms": stopped, "planned_ms": planned,
        "planned_until_ms": planned_until, "assignee_id": assignee,
        "assignee": who.get(assignee, "") if assignee else "", "closed_ms": closed, "outcome": outcome, "cause": cause,
    }  # fmt: skip


def _named(customer: Named) -> dict[str, Any]:
    return {
        "id": str(customer.id), "number": customer.number, "name": customer.name, "city": customer.city,
        "restricted": customer.restricted,
    }  # fmt: skip


def _short(
    row: Order, names: Mapping[UUID, Named], models: Mapping[UUID, str], who: Mapping[UUID, str]
) -> dict[str, Any]:  # fmt: skip
    customer = names.get(row.customer_id) if row.customer_id else None
    hidden = customer is not None and customer.restricted
    return {
        "id": str(row.id), "number": row.number, "type": row.type, "state": row.state,
        "subject": "" if hidden else row.subject,
        "customer": None if customer is None else _named(customer),
        "product": models.get(row.model_id, "") if row.model_id else "",
        "opened_ms": clock.ms(row.opened_at), "reply_by_ms": clock.ms(row.reply_by),
        "replied_ms": clock.ms(row.replied_at), "due_ms": clock.ms(row.due_at), "stopped_ms": clock.ms(row.stopped_at),
        "planned_ms": clock.ms(row.planned_from), "planned_until_ms": clock.ms(row.planned_until),
        "assignee_id": str(row.assignee_id) if row.assignee_id else None,
        "assignee": who.get(row.assignee_id, "") if row.assignee_id else "", "closed_ms": clock.ms(row.closed_at),
        "outcome": row.outcome, "cause": row.cause,
    }  # fmt: skip


def whole(actor: Actor, order_id: UUID) -> dict[str, Any]:
    """One order with everything around it. Raises Denied, UnknownOrder."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = queries.find(order_id)
        if row is None:
            raise UnknownOrder
        require(actor, Action.READ, actions.resource(row.owner_id, row))
        customer = customers.find(row.customer_id) if row.customer_id else None
        hidden = customer is not None and customer.restricted_at is not None
        notes, history = queries.notes_of(row.id), queries.history_of(row.id)
        names = people.person_names({one.by for one in notes if one.by} | {one.by for one in history if one.by})
        visits, lines = queries.visits_of(row.id), queries.lines_of(row.id)
        again = queries.find(row.again_of) if row.again_of else None
        return {
            **shapes([row])[0],
            "now_ms": clock.now_ms(), "tz": queries.zone(row.owner_id).key, "source": row.source,
            "description": "" if hidden else row.description, "visits_done": row.visits, "first_time": row.first_time,
            "again_of": None if again is None else {"id": str(again.id), "number": again.number},
            "customer": None if customer is None else _customer(customer), "item": _item(row, hidden),
            "visits": visit_shapes(visits), "lines": [_line(one) for one in lines],
            "cost_cents": sum(_sum(one) for one in lines if not one.covered),
            "notes": [] if hidden else [
                {"id": str(one.id), "at_ms": clock.ms(one.at), "by": names.get(one.by, "") if one.by else "",
                 "source": one.source, "shown": one.shown, "text": one.text}
                for one in notes
            ],
            "history": [
                {"at_ms": clock.ms(one.at), "by": names.get(one.by, "") if one.by else "", "what": one.what,
                 "said": one.said}
                for one in history
            ],
            "earlier": _earlier(row),
        }  # fmt: skip


def _customer(row: Customer) -> dict[str, Any]:
    """Of one whose data is restricted only the number."""
    if row.restricted_at is not None or row.anonymised_at is not None:
        return {"id": str(row.id), "number": row.number, "name": "", "restricted": row.restricted_at is not None}
    return {
        "id": str(row.id), "number": row.number, "restricted": False, "kind": row.kind, "name": row.name,
        "street": row.street, "house_number": row.house_number, "postcode": row.postcode, "city": row.city,
        "country": row.country, "email": row.email, "phone": row.phone, "language": row.language,
    }  # fmt: skip


def _item(row: Order, hidden: bool) -> dict[str, Any] | None:
    if row.item_id is None or hidden:
        return None
    found = Item.objects.select_related("model").filter(id=row.item_id).first()
    if found is None:
        return None
    return {
        "id": str(found.id), "model": f"{found.model.brand} {found.model.name}", "kind": found.model.kind,
        "serial": found.serial, "plate": found.plate, "mileage": found.mileage,
        "purchased_on": None if found.purchased_on is None else found.purchased_on.isoformat(),
        "warranty_until": None if found.warranty_until is None else found.warranty_until.isoformat(),
        "unit_id": str(found.unit_id) if found.unit_id else None,
    }  # fmt: skip


def visit_shapes(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    names = people.person_names({one.assignee_id for one in visits if one.assignee_id})
    return [
        {"id": str(one.id), "kind": one.kind, "state": one.state, "starts_ms": clock.ms(one.starts_at),
         "ends_ms": clock.ms(one.ends_at), "assignee_id": str(one.assignee_id) if one.assignee_id else None,
         "assignee": names.get(one.assignee_id, "") if one.assignee_id else ""}
        for one in visits
    ]  # fmt: skip


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": str(one.id), "kind": one.kind, "name": one.name, "article": one.article,
        "quantity_milli": one.quantity_milli, "price_cents": one.price_cents, "covered": one.covered,
        "sum_cents": _sum(one),
    }  # fmt: skip


def _sum(one: Line) -> int:
    """In cents, halves up."""
    return (one.quantity_milli * one.price_cents + 500) // 1000


def _earlier(row: Order) -> list[dict[str, Any]]:
    """Other orders about the same thing, and of the same customer: what a planner wants to know first."""
    found = {}
    if row.item_id is not None:
        found = {one.id: one for one in queries.of_item(row.owner_id, row.item_id, 20)}
    if row.customer_id is not None:
        found |= {one.id: one for one in queries.of_customer(row.owner_id, row.customer_id, 20)}
    found.pop(row.id, None)
    ordered = sorted(found.values(), key=lambda one: one.opened_at, reverse=True)[:20]
    return [
        {"id": str(one.id), "number": one.number, "type": one.type, "state": one.state,
         "opened_ms": clock.ms(one.opened_at), "subject": one.subject, "outcome": one.outcome}
        for one in ordered
    ]  # fmt: skip
