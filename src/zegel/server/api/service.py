# SPDX-License-Identifier: EUPL-1.2
"""The public API for a tenant's other systems: /api/service/v1, described by its own OpenAPI 3.1 at openapi.json.

No cookie and no session: `Authorization: Bearer zgk_…`, a key that the tenant made (`api.integrations`). It does what
its scopes say, at its pace. A POST carries an `Idempotency-Key`: the same again is answered again and done once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Header, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer
from pydantic import ConfigDict

from zegel.server.api import errors, throttle
from zegel.server.api.base import SelfDescribed
from zegel.server.api.fields import Bytes, NoNul, to_text
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import CustomerKind, Details
from zegel.server.integrations import keys, service
from zegel.server.integrations.errors import BadKey
from zegel.server.integrations.keys import Caller
from zegel.server.integrations.rules import Scope
from zegel.server.integrations.topics import PING, TOPICS
from zegel.server.kernel.buckets import Rate
from zegel.server.orders.models import Order, Visit
from zegel.server.orders.rules import OrderType, State
from zegel.server.products.actions import NewModel
from zegel.server.products.models import Item, ProductModel
from zegel.server.products.rules import ModelKind, Thing

LARGEST_BODY = 32 * 1024
GUESSES = throttle.Buckets(Rate(per_s=1, burst=20))
PREFIX = "api/service/v1/"

router = Router()


class ServiceKey(HttpBearer):
    """A tenant's or partner's key. Wrong ones are counted by address, right ones by key."""

    openapi_description = "A key that the tenant made under Settings, Keys and webhooks."

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        address = request.META.get("REMOTE_ADDR", "")
        try:
            return keys.caller_of(token, address)
        except BadKey:
            GUESSES.take_source(address)
            raise


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


Line = Annotated[str, Field(max_length=200)]
Language = Literal["nl", "sv", "de", "en"]
Idempotency = Annotated[
    str,
    Header(
        alias="Idempotency-Key", min_length=8, max_length=80, pattern=r"^[!-~]+$",
        description="Your own identifier of what you send: the same again is answered again and done once.",
    ),
]  # fmt: skip


# --- what is said ---


class Error(Schema):
    """What went wrong, in the language of Accept-Language, and what to do about it."""

    code: str
    message: str
    action: str
    fields: list[str] | None = None


class Refused(Schema):
    error: Error


class NewCustomer(Strict):
    """Only what is needed. Somebody who is known is found; what differs is suggested to the desk."""

    name: str = Field(min_length=1, max_length=200)
    kind: CustomerKind = CustomerKind.PERSON
    street: str = Field(default="", max_length=120)
    house_number: str = Field(default="", max_length=20)
    postcode: str = Field(default="", max_length=12)
    city: str = Field(default="", max_length=100)
    country: str = Field(default="NL", pattern=r"^[A-Z]{2}$")
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    language: Language = "nl"

    def details(self) -> Details:
        return Details(**self.model_dump())


class NewOrder(Strict):
    """`customer` for somebody new or known, or `customer_id`; `registration_id`: the thing that it is about."""

    type: OrderType
    subject: str = Field(min_length=1, max_length=160)
    description: str = Field(default="", max_length=4000)
    customer: NewCustomer | None = None
    customer_id: UUID | None = None
    registration_id: UUID | None = None


class NewProduct(Strict):
    kind: ModelKind = ModelKind.APPLIANCE
    brand: str = Field(min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=120)
    type_number: str = Field(default="", max_length=60)
    warranty_months: int = Field(default=24, ge=24, le=360)
    life_months: int = Field(default=120, ge=24, le=360)


class GivenConsent(Strict):
    """`hash`: SHA-256, base64url, of the words of GET /consent that the customer agreed to, in `language`."""

    hash: Bytes
    language: Language


class NewRegistration(Strict):
    product_id: UUID
    customer: NewCustomer
    consent: GivenConsent
    serial: str = Field(default="", max_length=60)
    purchased_on: date | None = None
    shop: str = Field(default="", max_length=120)
    plate: str = Field(default="", max_length=12)
    vin: str = Field(default="", max_length=17)


# --- what is answered ---


class Me(Schema):
    """The key itself."""

    name: str
    scopes: list[Scope]


class Made(Schema):
    """`again`: it was made earlier, under this idempotency key."""

    id: UUID
    again: bool


class ShortOrder(Schema):
    """Without anything that somebody wrote."""

    id: UUID
    number: str
    type: OrderType
    state: State
    customer_id: UUID | None
    registration_id: UUID | None
    product_id: UUID | None
    opened_at: datetime
    due_at: datetime
    changed_at: datetime
    closed_at: datetime | None
    outcome: str
    cause: str


class Orders(Schema):
    """`next`: the cursor of the next page, empty on the last."""

    orders: list[ShortOrder]
    next: str


class PlannedVisit(Schema):
    kind: str
    state: str
    starts_at: datetime
    ends_at: datetime


class ACustomer(Schema):
    id: UUID
    number: int
    kind: CustomerKind
    name: str
    street: str
    house_number: str
    postcode: str
    city: str
    country: str
    email: str
    phone: str
    language: str


class WholeOrder(ShortOrder):
    """`customer`: null where the key lacks customers.read, or the data may not be used."""

    subject: str
    description: str
    product: str
    visits: list[PlannedVisit]
    customer: ACustomer | None


class AProduct(Schema):
    id: UUID
    kind: ModelKind
    brand: str
    name: str
    type_number: str
    warranty_months: int
    life_months: int


class Products(Schema):
    """`next`: give it as `after` for the next page; null on the last."""

    products: list[AProduct]
    next: UUID | None


class ARegistration(Schema):
    """A thing and its warranty."""

    id: UUID
    product: AProduct
    customer_id: UUID | None
    serial: str
    purchased_on: date | None
    warranty_until: date | None
    plate: str
    registered_at: datetime
    in_doubt: bool


class ConsentWords(Schema):
    words: str
    hash: str
    language: Language


WRONG: dict[int, Any] = {401: Refused, 403: Refused, 422: Refused, 429: Refused}
READS: dict[int, Any] = WRONG | {404: Refused}
WRITES: dict[int, Any] = READS | {400: Refused, 409: Refused, 413: Refused}


# --- orders ---


@router.get("/me", response={200: Me, **WRONG}, tags=["key"], summary="What this key may do")
def me(request: HttpRequest) -> dict[str, Any]:
    """The key's own name and scopes: to see that it works."""
    caller = _caller(request)
    return {"name": caller.name, "scopes": sorted(caller.scopes)}


@router.get("/orders", response={200: Orders, **WRONG}, tags=["orders"], summary="Orders, the newest first")
def listed(
    request: HttpRequest, state: State | None = None, type: OrderType | None = None,
    cursor: Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_-]*$")] = "",
    limit: Annotated[int, Query(ge=1, le=service.MOST)] = 50,
) -> dict[str, Any]:  # fmt: skip
    """Identifiers, states and times. Scope: orders.read."""
    rows, following = service.orders_of(_caller(request), state, type, cursor, limit)
    return {"orders": [_short(row) for row in rows], "next": following}


@router.get("/orders/{order_id}", response={200: WholeOrder, **READS}, tags=["orders"], summary="One order")
def order(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """With its words and visits; with customers.read also whose it is. Scope: orders.read. Each reading is logged."""
    found = service.order(_caller(request), order_id)
    return _short(found.order) | {
        "subject": found.order.subject, "description": found.order.description,
        "product": "" if found.thing is None else found.thing.model, "visits": [_visit(one) for one in found.visits],
        "customer": None if found.customer is None else _customer(found.customer),
    }  # fmt: skip


@router.post("/orders", response={200: Made, 201: Made, **WRITES}, tags=["orders"], summary="Open an order")
def open_order(request: HttpRequest, body: NewOrder, idempotency_key: Idempotency) -> Status[dict[str, Any]]:
    """Scope: orders.write."""
    raw = _raw(request)
    new = service.NewOrder(
        body.type, body.subject, body.description, None if body.customer is None else body.customer.details(),
        body.customer_id, body.registration_id,
    )  # fmt: skip
    return _made(*service.open_order(_caller(request), new, idempotency_key, raw))


@router.post(
    "/orders/{order_id}/cancel", response={200: ShortOrder, **WRITES}, tags=["orders"], summary="Cancel an order"
)
def cancel(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """The customer asks it no longer. From a state that can't be left it is refused (409). Scope: orders.write."""
    return _short(service.cancel_order(_caller(request), order_id))


# --- products and registrations ---


@router.get("/products", response={200: Products, **WRONG}, tags=["products"], summary="The catalogue")
def products(
    request: HttpRequest, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=service.MOST)] = 50
) -> dict[str, Any]:
    """What is sold. Scope: products.read."""
    rows = service.products_of(_caller(request), after, limit)
    return {"products": [_product(row) for row in rows], "next": rows[-1].id if len(rows) == limit else None}


@router.post("/products", response={200: Made, 201: Made, **WRITES}, tags=["products"], summary="Add to the catalogue")
def add_product(request: HttpRequest, body: NewProduct, idempotency_key: Idempotency) -> Status[dict[str, Any]]:
    """Scope: products.write."""
    new = NewModel(body.kind, body.brand, body.name, body.type_number, body.warranty_months, body.life_months)
    return _made(*service.add_product(_caller(request), new, idempotency_key, _raw(request)))


@router.get("/consent", response={200: ConsentWords, **WRONG}, tags=["registrations"], summary="What is agreed to")
def consent(request: HttpRequest, language: Language = "nl") -> dict[str, Any]:
    """Show these words to the customer, unticked; send their hash with the registration. Scope:
    registrations.write."""
    words, digest = service.consent_words(_caller(request), language)
    return {"words": words, "hash": to_text(digest), "language": language}


@router.post(
    "/registrations", response={200: Made, 201: Made, **WRITES}, tags=["registrations"], summary="Register a thing"
)
def register(
    request: HttpRequest, body: NewRegistration, idempotency_key: Idempotency
) -> Status[dict[str, Any]]:
    """The customer's consent goes on record first, and he gets its receipt by e-mail. Words that changed since are
    refused (409). Scope: registrations.write."""
    thing = Thing(body.serial, body.purchased_on, body.shop, body.plate, body.vin)
    new = service.NewRegistration(
        body.product_id, thing, body.customer.details(), body.consent.hash, body.consent.language
    )  # fmt: skip
    return _made(*service.register(_caller(request), new, idempotency_key, _raw(request)))


@router.get(
    "/registrations/{registration_id}", response={200: ARegistration, **READS}, tags=["registrations"],
    summary="One registered thing",
)  # fmt: skip
def registration(request: HttpRequest, registration_id: UUID) -> dict[str, Any]:
    """With its warranty. Scope: registrations.read. Each reading is logged."""
    return _registration(service.registration(_caller(request), registration_id))


@router.get("/customers/{customer_id}", response={200: ACustomer, **READS}, tags=["customers"], summary="One customer")
def customer(request: HttpRequest, customer_id: UUID) -> dict[str, Any]:
    """Whose data is restricted or was anonymised is not there (404). Scope: customers.read. Each reading is logged."""
    return _customer(service.customer(_caller(request), customer_id))


# --- parts ---


def _caller(request: HttpRequest) -> Caller:
    return cast(Caller, request.auth)  # type: ignore[attr-defined]


def _raw(request: HttpRequest) -> bytes:
    """What was sent, bound to where: the same body at another address is something else."""
    if len(request.body) > LARGEST_BODY:
        raise HttpError(413, "too large")
    return request.path.encode() + b"\x00" + request.body


def _made(made: UUID, again: bool) -> Status[dict[str, Any]]:
    return Status(200 if again else 201, {"id": made, "again": again})


def _short(row: Order) -> dict[str, Any]:
    return {
        "id": row.id, "number": row.number, "type": row.type, "state": row.state, "customer_id": row.customer_id,
        "registration_id": row.item_id, "product_id": row.model_id, "opened_at": row.opened_at, "due_at": row.due_at,
        "changed_at": row.changed_at, "closed_at": row.closed_at, "outcome": row.outcome, "cause": row.cause,
    }  # fmt: skip


def _visit(row: Visit) -> dict[str, Any]:
    return {"kind": row.kind, "state": row.state, "starts_at": row.starts_at, "ends_at": row.ends_at}


def _customer(row: Customer) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ACustomer.model_fields}


def _product(row: ProductModel) -> dict[str, Any]:
    return {name: getattr(row, name) for name in AProduct.model_fields}


def _registration(row: Item) -> dict[str, Any]:
    return {
        "id": row.id, "product": _product(row.model), "customer_id": row.customer_id, "serial": row.serial,
        "purchased_on": row.purchased_on, "warranty_until": row.warranty_until, "plate": row.plate,
        "registered_at": row.registered_at, "in_doubt": row.doubt_id is not None,
    }  # fmt: skip


class Described(SelfDescribed):
    """As ninja describes it, and what it can't know: each answer's webhooks, and that errors have one form."""

    def describe(self, **options: Any) -> OpenAPISchema:
        schema = super().describe(**options)
        schema["webhooks"] = _webhooks()
        return schema


def _webhooks() -> dict[str, Any]:
    """OpenAPI 3.1 §4.8: what we send. One form for all topics."""
    said = {
        "type": "object", "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "enum": [*TOPICS, PING]},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": {"type": "object", "description": "Identifiers only: ask the API for the rest."},
        },
    }  # fmt: skip
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": words}
        for name, words in (
            ("webhook-id", "The same when it is sent again."), ("webhook-timestamp", "Seconds since 1970."),
            ("webhook-signature", "Standard Webhooks: v1, and the base64 of HMAC-SHA256 over id.timestamp.body."),
        )
    ]  # fmt: skip
    return {
        "happened": {
            "post": {
                "operationId": "happened", "summary": "Something happened", "parameters": headers,
                "requestBody": {"required": True, "content": {"application/json": {"schema": said}}},
                "responses": {"2XX": {"description": "Taken. Anything else is tried again for about two days."}},
            }
        }
    }  # fmt: skip


def build() -> SelfDescribed:
    """The API of keys, apart from that of the pages."""
    api = Described(
        title="Zegel service", version="1", urls_namespace="service-api", docs_url=None, auth=ServiceKey(),
        parser=NoNul(), servers=[{"url": settings.ORIGIN}],
        description=(
            "Orders, products, registrations and customers of one tenant, for his other systems. Errors have one form: "
            "a code for programs, and a sentence and what to do for people, in the language of Accept-Language. "
            "Too many calls are answered with 429 and Retry-After."
        ),
    )  # fmt: skip
    errors.register(api)
    api.add_router("", router)
    return api

