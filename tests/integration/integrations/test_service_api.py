# SPDX-License-Identifier: EUPL-1.2
"""What a tenant's other systems may do with a key: what its scopes say, of that tenant, at its pace, and logged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.actors import World
from tests.clock import stopped_clock
from zegel.demo.world import WORLD
from zegel.server.api import service as face
from zegel.server.api.fields import to_text
from zegel.server.api.urls import api, service_api
from zegel.server.consents import purposes
from zegel.server.consents.models import Consent
from zegel.server.customers import actions as customers
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import Why
from zegel.server.gate import Denied
from zegel.server.integrations import keys, queries
from zegel.server.integrations.errors import BadSettings, UnknownKey
from zegel.server.integrations.rules import Scope
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.orders.models import Order

SHOP, GARAGE = WORLD.party("noordman").id, WORLD.party("garage").id
ROOT = "/api/service/v1"
ANY = str(UUID(int=0x1111111111114111A111111111111111))
WHO = {
    "name": "Els Bakker", "street": "Dorpsstraat", "house_number": "7", "postcode": "3011 AB", "city": "Rotterdam",
    "email": "els@bakker.example", "phone": "+31 6 0000 0777",
}  # fmt: skip
NEEDS = {
    ("get", "/orders"): Scope.ORDERS_READ, ("get", "/orders/{order_id}"): Scope.ORDERS_READ,
    ("post", "/orders"): Scope.ORDERS_WRITE, ("post", "/orders/{order_id}/cancel"): Scope.ORDERS_WRITE,
    ("get", "/products"): Scope.PRODUCTS_READ, ("post", "/products"): Scope.PRODUCTS_WRITE,
    ("get", "/consent"): Scope.REGISTRATIONS_WRITE, ("post", "/registrations"): Scope.REGISTRATIONS_WRITE,
    ("get", "/registrations/{registration_id}"): Scope.REGISTRATIONS_READ,
    ("get", "/customers/{customer_id}"): Scope.CUSTOMERS_READ,
}  # fmt: skip


class System:
    """Another system with a key."""

    def __init__(self, key: str) -> None:
        self._client = Client(headers={"authorization": f"Bearer {key}"})

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(ROOT + path, query_params=query)

    def post(self, path: str, body: Any, key: str = "") -> Any:
        headers = {"idempotency-key": key or str(uuid4())}
        return self._client.post(ROOT + path, json.dumps(body), "application/json", headers=headers)


def system(world: World, *scopes: Scope, person: str = "shop", rate: int = 1200) -> System:
    until = clock.now() + timedelta(days=30)
    _row, key = keys.make(world.actor(person), keys.NewKey("Web shop", scopes or tuple(Scope), until, rate))
    return System(key)


def body_of(path: str) -> dict[str, Any]:
    """Something right to post there."""
    if path == "/products":
        return {"brand": "Frisch", "name": "K 200", "type_number": uuid4().hex[:8]}
    if path == "/registrations":
        seen = purposes.hash_of(purposes.words_of(purposes.REGISTRATION, "nl"))
        return {"product_id": ANY, "customer": WHO, "consent": {"hash": to_text(seen), "language": "nl"}}
    return {"type": "repair", "subject": "Drips", "description": "Since Monday, below.", "customer": WHO}


def uses() -> list[Any]:
    with tenancy.acting_as(SHOP):
        found = [one.said for one in ledger.entries([Kind.EXPORT], SHOP, since_ms=0) if one.said is not None]
    return [(said.facts["what"], said.facts["count"], said.facts["address"]) for said in found]


@pytest.mark.parametrize("described", [service_api, api], ids=["service", "pages"])
def test_our_description_is_openapi_3_1_in_somebody_elses_reading(described: Any) -> None:
    schema = json.loads(json.dumps(described.get_openapi_schema(), default=str))
    assert schema["openapi"].startswith("3.1.")
    assert list(OpenAPIV31SpecValidator(schema).iter_errors()) == []


def test_every_operation_wants_its_own_scope_and_no_other_opens_it(world: World) -> None:
    described = {
        (method, path.removeprefix(ROOT))
        for path, methods in service_api.get_openapi_schema()["paths"].items() for method in methods
    }  # fmt: skip
    assert described == {*NEEDS, ("get", "/me")}
    for scope in {*NEEDS.values()}:
        right, wrong = system(world, scope), system(world, *(other for other in Scope if other is not scope))
        for (method, path), needs in NEEDS.items():
            if needs is not scope:
                continue
            where = path.replace("{order_id}", ANY).replace("{registration_id}", ANY).replace("{customer_id}", ANY)
            answers = [who.get(where) if method == "get" else who.post(where, body_of(path)) for who in (wrong, right)]
            assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (403, "out_of_scope"), path
            assert answers[1].status_code in {200, 201, 404}, (path, answers[1].content)
    with tenancy.acting_as(SHOP):
        assert Order.objects.filter(subject="Drips").count() == 1, "what was out of scope was not done"


def test_an_order_is_opened_once_read_and_cancelled_and_its_reading_is_logged(world: World) -> None:
    shop = system(world)
    made = shop.post("/orders", body_of("/orders"), "order-0001")
    assert made.status_code == 201
    again = shop.post("/orders", body_of("/orders"), "order-0001")
    assert (again.status_code, again.json()) == (200, made.json() | {"again": True})
    other = shop.post("/orders", body_of("/orders") | {"subject": "Something else"}, "order-0001")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "idempotency_key_reused")
    assert shop.post("/products", body_of("/products"), "order-0001").status_code == 409  # another address
    [listed] = [one for one in shop.get("/orders").json()["orders"] if one["id"] == made.json()["id"]]
    assert "Drips" not in json.dumps(shop.get("/orders").json()), "a list says nothing that anybody wrote"
    assert uses() == []
    whole = shop.get(f"/orders/{listed['id']}").json()
    assert (whole["subject"], whole["customer"]["name"]) == ("Drips", WHO["name"])
    assert uses() == [("order", 1, "127.0.0.1")]
    assert system(world, Scope.ORDERS_READ).get(f"/orders/{listed['id']}").json()["customer"] is None
    assert shop.post(f"/orders/{listed['id']}/cancel", {}).json()["state"] == "cancelled"
    assert shop.post(f"/orders/{listed['id']}/cancel", {}).status_code == 409


def test_a_thing_is_registered_with_the_consent_on_record_and_with_no_other_words(world: World) -> None:
    shop = system(world)
    product = shop.post("/products", body_of("/products")).json()["id"]
    agreed = shop.get("/consent", language="nl").json()
    body = body_of("/registrations") | {"product_id": product, "serial": "SN-77", "purchased_on": "2026-10-01"}
    wrong = shop.post("/registrations", body | {"consent": {"hash": to_text(bytes(32)), "language": "nl"}})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "other_words")
    made = shop.post("/registrations", body | {"consent": {"hash": agreed["hash"], "language": "nl"}})
    assert made.status_code == 201, made.content
    with tenancy.acting_as(SHOP):
        [consent] = Consent.objects.filter(email=WHO["email"], purpose="registration").select_related("text")
        assert consent.text.words == agreed["words"]
    found = shop.get(f"/registrations/{made.json()['id']}").json()
    assert (found["serial"], found["warranty_until"], found["product"]["brand"]) == ("SN-77", "2028-10-01", "Frisch")
    without = body | {"customer": {key: value for key, value in WHO.items() if key != "email"}}
    assert shop.post("/registrations", without).json()["error"]["fields"] == ["customer.email"]


def test_of_whom_the_data_is_restricted_nothing_is_given_out_or_done(world: World) -> None:
    shop = system(world)
    order = shop.post("/orders", body_of("/orders")).json()["id"]
    with tenancy.acting_as(SHOP):
        who = Customer.objects.get(email=WHO["email"])
    customers.restrict(world.actor("shop"), who.id, next(iter(Why)))
    whole = shop.get(f"/orders/{order}").json()
    assert (whole["subject"], whole["description"], whole["customer"]) == ("", "", None)
    assert shop.get(f"/customers/{who.id}").status_code == 404
    refused = shop.post("/orders", body_of("/orders"))
    assert refused.status_code in range(400, 500)
    assert refused.json()["error"]["code"] == "restricted"
    with tenancy.acting_as(SHOP):
        assert Order.objects.filter(customer_id=who.id).count() == 1


def test_one_tenants_key_finds_nothing_of_another(world: World) -> None:
    made = system(world).post("/orders", body_of("/orders")).json()["id"]
    with tenancy.acting_as(SHOP):
        who = Customer.objects.get(email=WHO["email"]).id
    garage = system(world, person="garagist")
    assert made not in json.dumps(garage.get("/orders").json())
    for path in (f"/orders/{made}", f"/customers/{who}"):
        assert garage.get(path).status_code == 404, path
    assert garage.post(f"/orders/{made}/cancel", {}).status_code == 404
    assert garage.post("/orders", body_of("/orders") | {"customer": None, "customer_id": str(who)}).status_code == 404


def test_a_key_ends_expires_is_slowed_down_and_is_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with stopped_clock(datetime(2026, 11, 23, 9, tzinfo=UTC)) as time:
        shop = world.actor("shop")
        row, key = keys.make(shop, keys.NewKey("Slow", (Scope.ORDERS_READ,), clock.now() + timedelta(days=1), 6))
        slow = System(key)
        assert [slow.get("/me").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert int(slow.get("/me")["Retry-After"]) == 10
        time.advance(10)
        assert slow.get("/me").status_code == 200
        assert key not in repr(queries.keys(shop))
        time.advance(timedelta(days=1))
        assert slow.get("/me").status_code == 401
        row, key = keys.make(shop, keys.NewKey("Ended", (Scope.ORDERS_READ,), clock.now() + timedelta(days=1)))
        for person in ("desk", "admin", "garagist"):
            with pytest.raises((Denied, UnknownKey)):
                keys.end(world.actor(person), row.id)
        assert System(key).get("/me").json() == {"name": "Ended", "scopes": ["orders.read"]}
        keys.end(shop, row.id)
        assert System(key).get("/me").status_code == 401
        assert Client(headers={"authorization": f"Bearer {key}"}).get("/api/v1/api-keys").status_code == 401
        with pytest.raises(BadSettings):
            keys.make(shop, keys.NewKey("Long", (Scope.ORDERS_READ,), clock.now() + timedelta(days=800)))


def test_who_guesses_keys_is_slowed_down(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face, "GUESSES", face.throttle.Buckets(face.Rate(per_s=0.001, burst=3)))
    answers = [System("zgk_" + "a" * 32).get("/me").status_code for _ in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    partner = Client(headers={"authorization": "Bearer zgk_" + "b" * 32}).get("/api/v1/partner/sheets")
    assert partner.status_code == 429, "the partner's side counts them, too"
