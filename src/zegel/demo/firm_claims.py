# SPDX-License-Identifier: EUPL-1.2
"""What the demo claims of the shop and the workshop, each as a check that tries to break it on the running
installation."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from zegel.client import person as clients
from zegel.client.person import Refused

_TIMEOUT_S = 30
_YEAR_MS = 365 * 86_400_000
_SHOP, _GARAGE, _DESK, _OFFICE, _CENTRE = "shop", "garagist", "desk", "planner", "repairer"
WHO = {
    "name": "Ans de Vries", "street": "Kerkstraat", "house_number": "3", "postcode": "2611 AB", "city": "Delft",
    "email": "ans@devries.example", "phone": "+31 6 0000 0909",
}  # fmt: skip


class Fails(Exception):
    """A claim does not hold; the message says what was seen."""


Client = Callable[[str], clients.Client]


class System:
    """Another system of the shop's, with a key."""

    def __init__(self, origin: str, key: str, root: str = "/api/service/v1") -> None:
        self._root, self._key = origin + root, key
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None, once: str = "") -> tuple[int, Any]:
        """Status and what was answered."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._root + path, data=data, method=method)
        request.add_header("Authorization", f"Bearer {self._key}")
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", once or str(uuid4()))
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refused:
            return refused.code, json.loads(refused.read() or b"{}")


def system_does_what_its_key_says(origin: str, client: Client, now_ms: int) -> str:
    """A key opens what was ticked, once, and of its own tenant; no webhook leads into a private network."""
    shop, garage = client(_SHOP).http, client(_GARAGE).http
    said = {"name": "Demo", "scopes": ["orders.read", "orders.write"], "until_ms": now_ms + _YEAR_MS}
    made = shop.post("/api/v1/api-keys", said)
    system = System(origin, made["secret"])
    order = {"type": "repair", "subject": "Drips", "description": "Since Monday, below.", "customer": WHO}
    first, again = system.ask("POST", "/orders", order, "demo-0001"), system.ask("POST", "/orders", order, "demo-0001")
    if (first[0], again[0]) != (201, 200) or first[1]["id"] != again[1]["id"]:
        raise Fails(f"one order sent twice became {first} and {again}")
    whole = system.ask("GET", f"/orders/{first[1]['id']}")[1]
    if whole["subject"] != "Drips" or whole["customer"] is not None:
        raise Fails("a key without that scope was given the customer's details")
    theirs = garage.post("/api/v1/api-keys", said | {"scopes": ["orders.read"]})
    strange = System(origin, theirs["secret"]).ask("GET", f"/orders/{first[1]['id']}")[0]
    shop.post(f"/api/v1/api-keys/{made['key']['id']}/end", {})
    garage.post(f"/api/v1/api-keys/{theirs['key']['id']}/end", {})
    ended = system.ask("GET", "/me")[0]
    if (strange, ended) != (404, 401):
        raise Fails(f"another tenant's key got {strange}, an ended one {ended}")
    for url in ("https://169.254.169.254/latest", "https://127.0.0.1/", "http://shop.example/", "https://localhost/"):
        _refused(shop, "/api/v1/webhooks", {"name": "x", "url": url, "topics": ["order.opened"]}, url)
    return f"order {whole['number']} made once; other scopes, tenants and addresses refused"


def restricted_is_not_used(_origin: str, client: Client, _now_ms: int) -> str:
    """What a customer had restricted is kept and not used, until it is lifted; and the provider can't do it for him."""
    desk = client(_DESK).http
    made = desk.post("/api/v1/service/customers", WHO | {"name": "Bram Restrikt", "email": "bram@restrikt.example"})
    where = f"/api/v1/service/customers/{made['id']}"
    _refused(client(_OFFICE).http, f"{where}/restrict", {"why": "disputed"}, "the provider's restricting it")
    desk.post(f"{where}/restrict", {"why": "disputed"})
    order = {"type": "repair", "customer_id": made["id"], "subject": "Drips", "description": ""}
    _refused(desk, "/api/v1/service/orders", order, "an order of whom the data is restricted")
    return f"customer {made['number']} kept, and nothing done with it"


def forms_lead_to_the_statement(origin: str, _client: Client, _now_ms: int) -> str:
    """A form has the way to the shop's privacy statement and sets no cookie; it stands in no page that the shop did not
    name."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{origin}/forms/noordman/repair?lang=en", timeout=_TIMEOUT_S) as answer:
        page, headers = answer.read().decode(), answer.headers
    policy = headers.get("Content-Security-Policy", "")
    ancestors = next((part for part in policy.split(";") if "frame-ancestors" in part), "")
    if headers.get_all("Set-Cookie") or "privacy" not in page.lower():
        raise Fails("the form sets a cookie, or has no way to the statement")
    if not ancestors or "*" in ancestors or "script-src 'unsafe" in policy:
        raise Fails(f"anybody may embed the form: {policy}")
    return f"no cookie; {ancestors.strip()}"


def partner_sees_his_step_and_no_more(origin: str, client: Client, now_ms: int) -> str:
    """A repair centre that takes a step, with a key of its own, is told of the thing and not of whose it is; what is
    taken back is gone from it; and of the shop's other things its key opens nothing."""
    desk, centre = client(_DESK).http, client(_CENTRE).http
    who = WHO | {"name": "Cora Keten", "email": "cora@keten.example"}
    customer = desk.post("/api/v1/service/customers", who)["id"]
    said = {"type": "repair", "customer_id": customer, "subject": "Drips", "description": "Cora Keten, 06-12345678."}
    order = desk.post("/api/v1/service/orders", said)
    step = desk.post(f"/api/v1/service/orders/{order['id']}/steps", {"kind": "workshop"})["id"]
    made = centre.post("/api/v1/api-keys", {
        "name": "Planning", "scopes": ["steps.read", "steps.write"], "until_ms": now_ms + _YEAR_MS,
    })  # fmt: skip
    system = System(origin, made["secret"], "/api/v1")
    offers = [one for one in system.ask("GET", "/partner/offers")[1]["offers"] if one["state"] == "open"]
    sheet = system.ask("POST", f"/partner/offers/{offers[0]['id']}/accept")[1]
    told = json.dumps([offers, sheet])
    seen = [one for one in ("Cora", "Kerkstraat", "2611", "12345678", "cora@", customer) if one in told]
    shut = system.ask("GET", "/service/customers")[0], System(origin, made["secret"]).ask("GET", "/orders")[0]
    desk.post(f"/api/v1/service/steps/{step}/withdraw", {})
    gone = system.ask("GET", f"/partner/sheets/{sheet['id']}")[0]
    centre.post(f"/api/v1/api-keys/{made['key']['id']}/end", {})
    if seen or sheet["fields"].get("order_number") != order["number"]:
        raise Fails(f"the repair centre was told {seen}, of order {sheet['fields'].get('order_number')}")
    if shut != (401, 403) or gone not in {403, 404}:
        raise Fails(f"the shop's own things answered {shut}, a step taken back {gone}")
    return f"order {order['number']}: the thing, and not whose it is; nothing once it was taken back"


def _refused(who: clients.Http, path: str, body: dict[str, Any], what: str) -> None:
    try:
        who.post(path, body)
    except Refused as refused:
        if refused.status in {401, 403, 404, 409, 422}:
            return
        raise Fails(f"{what}: the server failed with {refused}") from None
    raise Fails(f"{what} was not refused")


FIRM_CLAIMS: tuple[tuple[str, Callable[[str, Client, int], str]], ...] = (
    ("another system does what its key says, for its own firm, and reaches no private network",
     system_does_what_its_key_says),
    ("whose data is restricted is kept and not used", restricted_is_not_used),
    ("a partner sees of an order what his step needs, while he has it", partner_sees_his_step_and_no_more),
    ("a shop's form leads to its statement, keeps nothing and stands only where the shop says",
     forms_lead_to_the_statement),
)
