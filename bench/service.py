# SPDX-License-Identifier: EUPL-1.2
"""The planner's day with a million orders of one tenant, and as many of others beside it in small: list, search, plan.

The real API operations from a signed-in actor to their JSON (the gate, row-level security, the transaction, queries,
shapes; not the network), on the real PostgreSQL with fsync. What is typed and opened is drawn anew each time.
`make bench NAME=service` (twenty minutes, most of it filling); `ARGS=--quick`: fifty thousand orders, two minutes;
`ARGS="--orders 200000"`: so many.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from _report import Result, report
from alarms import installation

ORDERS, QUICK = 1_000_000, 50_000
TARGET_MS = 100.0
ROUNDS = 120
WORKERS = 14
OTHERS = 20
OPEN_SHARE = 0.03
SEED = 4711

# fmt: off
FIRST = (
    "Anna", "Bram", "Cees", "Daan", "Eva", "Femke", "Gijs", "Hanna", "Iris", "Jan", "Kees", "Lotte", "Maria", "Niels",
    "Olga", "Piet", "Quinten", "Rosa", "Sanne", "Tim", "Ulla", "Vera", "Willem", "Xander", "Yara", "Zoë", "Lars", "Åsa",
    "Björn", "Karin", "Jürgen", "Ute",
)
LAST = (
    "Jansen", "Vries", "Berg", "Bakker", "Visser", "Smit", "Meijer", "Boer", "Mulder", "Groot", "Bos", "Vos", "Peters",
    "Hendriks", "Leeuwen", "Dekker", "Brouwer", "Wit", "Dijk", "Smits", "Graaf", "Meer", "Linden", "Kok", "Jacobs",
    "Haan", "Vermeulen", "Broek", "Bruijn", "Heijden", "Andersson", "Johansson", "Karlsson", "Nilsson", "Müller",
    "Schmidt", "Schneider", "Fischer", "Weber", "Wagner",
)
CITIES = (
    "Rotterdam", "Amsterdam", "Utrecht", "Eindhoven", "Groningen", "Tilburg", "Almere", "Breda", "Nijmegen", "Arnhem",
    "Haarlem", "Zwolle",
)
THINGS = (
    "wasmachine", "droger", "vaatwasser", "oven", "koelkast", "zonwering", "keuken", "kookplaat", "magnetron",
    "vriezer",
)
TROUBLES = (
    "lekt", "piept", "stopt", "trilt", "bromt", "warmt", "koelt", "draait", "klemt", "sluit", "meldt", "fout",
)
TYPES = (
    "repair", "repair", "repair", "repair", "measure_install", "exchange", "return", "complaint", "question", "request",
)
# fmt: on


class Shop:
    """A tenant with its people, customers, things and orders, written by PostgreSQL itself: what the actions would have
    written, row by row, without the hours that they take for a million."""

    def __init__(self, admin: str, orders: int) -> None:
        import psycopg

        self.owner, self.orders = uuid4(), orders
        self._admin = psycopg.connect(admin, autocommit=True)
        self.people = [uuid4() for _ in range(WORKERS)]
        self._admin.execute("SET session_replication_role = replica")
        self._admin.execute("SET work_mem = '256MB'")
        self._admin.execute("SET maintenance_work_mem = '512MB'")
        self._draw()

    def _draw(self) -> None:
        shop = {"id": f"'{self.owner}'", "kind": "'company'", "name": "'Shop'", "country": "'NL'"}
        self._rows("people_party", shop, 1)
        for number, person in enumerate(self.people):
            self._rows("people_person", {"id": f"'{person}'", "email": f"'w{number}@shop.example'"}, 1)
            self._rows("people_membership", {
                "party_id": f"'{self.owner}'", "person_id": f"'{person}'", "role": "'desk'",
                "valid_from": "now() - interval '1 year'", "valid_to": "NULL",
            }, 1)  # fmt: skip
        self._customers()
        self._things()
        self._orders()
        self._visits()
        self._others()
        self._words()
        for table in ("customers_customer", "products_item", "orders_order", "orders_visit", "orders_word"):
            self._admin.execute(f"VACUUM (ANALYZE) {table}")

    def _customers(self) -> None:
        last, first, city = self._pick(LAST, "n / 7"), self._pick(FIRST, "n"), self._pick(CITIES, "n / 3")
        name = f"{first} || ' ' || {last} || CASE WHEN n % 3 = 0 THEN '-' || {self._pick(LAST, 'n / 11')} ELSE '' END"
        self._rows("customers_customer", {
            "number": "1000 + n", "kind": "'person'", "name": name, "street": "'Kade'",
            "house_number": "(n % 400)::text",
            "postcode": "(1000 + n % 8999)::text || ' ' || chr(65 + n % 26) || chr(65 + (n / 26) % 26)", "city": city,
            "country": "'NL'", "email": "'klant' || n || '@example.org'", "phone": "'+316' || (10000000 + n)::text",
            "language": "'nl'", "standing": "'customer'", "source": "'import'",
        }, self.orders // 3)  # fmt: skip

    def _things(self) -> None:
        self._rows("products_productmodel", {
            "kind": "'appliance'", "brand": self._pick(("Aqua", "Borea", "Celsa", "Domus"), "n"),
            "name": f"initcap({self._pick(THINGS, 'n')}) || ' ' || n", "warranty_months": "24", "life_months": "120",
        }, 300)  # fmt: skip
        self._admin.execute("CREATE TEMP TABLE model AS SELECT row_number() OVER () - 1 AS n, id, brand, name "
                            "FROM products_productmodel")  # fmt: skip
        self._admin.execute("CREATE TEMP TABLE who AS SELECT row_number() OVER () - 1 AS n, id, name, postcode, city, "
                            "email, phone, number FROM customers_customer")  # fmt: skip
        self._rows("products_item", {
            "model_id": "m.id", "serial": "'SN' || lpad(t.n::text, 8, '0')", "customer_id": "w.id",
            "source": "'import'", "purchased_on": "current_date - (t.n % 3000)::int",
        }, self.orders // 3, "JOIN model m ON m.n = t.n % 300 JOIN who w ON w.n = t.n")  # fmt: skip
        self._admin.execute("CREATE TEMP TABLE item AS SELECT i.id, i.serial, i.model_id, w.n FROM products_item i "
                            "JOIN who w ON w.id = i.customer_id")  # fmt: skip
        self._admin.execute("CREATE INDEX ON item (n)")

    def _orders(self) -> None:
        many, customers = self.orders, self.orders // 3
        opened = f"now() - interval '1 second' * (86400.0 * 1500 * ({many} - t.n) / {many})"
        is_open = f"t.n > {many} * {1 - OPEN_SHARE} OR t.n % 5000 = 0"
        who = ", ".join(f"'{one}'::uuid" for one in self.people)
        assignee = f"(ARRAY[{who}])[1 + t.n % {WORKERS}]"
        state = self._pick(("new", "assessed", "waiting_customer", "waiting_parts", "planned", "in_work"), "t.n")
        self._rows("orders_order", {
            "number": f"to_char({opened}, 'YY') || '-' || lpad(t.n::text, 6, '0')", "type": self._pick(TYPES, "t.n"),
            "state": f"CASE WHEN {is_open} THEN {state} ELSE 'done' END", "customer_id": "w.id", "item_id": "i.id",
            "model_id": "i.model_id", "source": "'form'", "opened_at": opened,
            "subject": f"initcap({self._pick(THINGS, 't.n / 3')}) || ' ' || {self._pick(TROUBLES, 't.n / 7')} || ' ' "
                       "|| t.n % 997",
            "reply_by": f"{opened} + interval '1 day'", "replied_at": f"CASE WHEN t.n % 40 > 0 THEN {opened} END",
            "due_at": f"{opened} + interval '1 day' * (5 + t.n % 60)", "stopped_at": "NULL",
            "assignee_id": f"CASE WHEN t.n % 4 > 0 THEN {assignee} END", "visits": "1", "first_time": "t.n % 6 > 0",
            "outcome": f"CASE WHEN {is_open} THEN '' ELSE 'repaired' END",
            "cause": f"CASE WHEN {is_open} THEN '' ELSE 'wear' END",
            "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {opened} + interval '1 day' * (1 + t.n % 20) END",
            "planned_from": "NULL", "planned_until": "NULL",
        }, many, f"JOIN who w ON w.n = (t.n::bigint * 7919) % {customers} JOIN item i ON i.n = w.n")  # fmt: skip

    def _visits(self) -> None:
        """Six a day for each of the people, from a year ago until next month, each of an order."""
        self._admin.execute("CREATE TEMP TABLE chosen AS SELECT id, row_number() OVER () - 1 AS n FROM orders_order "
                            f"WHERE random() < {min(1.0, 40_000 / self.orders)}")  # fmt: skip
        who = ", ".join(f"'{one}'::uuid" for one in self.people)
        day = "date_trunc('day', now()) + interval '1 day' * ((t.n / 84) - 365)"
        start = f"{day} + interval '1 hour' * (7 + (t.n / 14) % 6)"
        self._rows("orders_visit", {
            "order_id": "s.id", "kind": "'visit'", "starts_at": start, "ends_at": f"{start} + interval '50 minutes'",
            "state": f"CASE WHEN {start} < now() THEN 'done' ELSE 'planned' END",
            "assignee_id": f"(ARRAY[{who}])[1 + t.n % {WORKERS}]",
        }, 84 * 395, "JOIN chosen s ON s.n = t.n % (SELECT count(*) FROM chosen)")  # fmt: skip

    def _others(self) -> None:
        """Other tenants in the same tables."""
        for _number in range(OTHERS):
            self._copy(uuid4(), min(5000, self.orders // 50))

    def _copy(self, owner: UUID, many: int) -> None:
        names = [name for name, _kind in self._columns("orders_order")]
        values = [{"id": "gen_random_uuid()", "owner_id": f"'{owner}'"}.get(name, name) for name in names]
        quoted = ", ".join(f'"{name}"' for name in names)
        self._admin.execute(f"INSERT INTO orders_order ({quoted}) SELECT {', '.join(values)} FROM orders_order "
                            f"WHERE owner_id = '{self.owner}' LIMIT {many}")  # fmt: skip

    def _words(self) -> None:
        """As searching.put does: number, subject, customer, thing."""
        indexes = self._admin.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'orders_word' AND indexname NOT LIKE '%pkey'"
        ).fetchall()
        for name, _definition in indexes:
            self._admin.execute(f'DROP INDEX "{name}"')
        self._admin.execute(f"""
            INSERT INTO orders_word (owner_id, order_id, word, opened_at)
            SELECT o.owner_id, o.id, one.word, o.opened_at
            FROM orders_order o JOIN customers_customer c ON c.id = o.customer_id
            JOIN products_item i ON i.id = o.item_id JOIN products_productmodel m ON m.id = o.model_id,
            LATERAL (SELECT DISTINCT word FROM regexp_split_to_table(lower(
              o.number || ' ' || replace(o.number, '-', '') || ' ' || o.subject || ' ' || c.name || ' ' || c.city || ' '
              || c.postcode || ' ' || replace(c.postcode, ' ', '') || ' ' || split_part(c.email, '@', 1) || ' '
              || c.number || ' ' || substr(c.phone, 2) || ' 0' || substr(c.phone, 4) || ' ' || i.serial || ' '
              || m.brand || ' ' || m.name), '[^[:alnum:]]+') AS word WHERE length(word) > 1) AS one
            WHERE o.owner_id = '{self.owner}'""")
        for _name, definition in indexes:
            self._admin.execute(definition)

    # --- pieces ---

    def _pick(self, words: Any, by: str) -> str:
        listed = ", ".join("'" + word.replace("'", "''") + "'" for word in words)
        return f"(ARRAY[{listed}])[1 + ({by})::bigint % {len(words)}]"

    def _columns(self, table: str) -> list[tuple[str, str]]:
        return self._admin.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
            "AND table_name = %s AND is_identity = 'NO' AND column_default IS NULL ORDER BY ordinal_position", [table],
        ).fetchall()  # fmt: skip

    def _rows(self, table: str, said: dict[str, str], many: int, join: str = "") -> None:
        """`many` rows; a column that nobody speaks of gets what is empty for its type, or null."""
        usual = {"character varying": "''", "text": "''", "boolean": "false", "bytea": "''", "jsonb": "'{}'",
                 "uuid": "gen_random_uuid()", "timestamp with time zone": "now()", "date": "current_date"}  # fmt: skip
        null = {
            name for (name,) in self._admin.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'YES'",
                [table],
            ).fetchall()
        }  # fmt: skip
        values = {}
        for name, kind in self._columns(table):
            ours = f"'{self.owner}'" if name in {"owner_id", "provider_id"} else None
            values[name] = said.get(name) or ours or ("NULL" if name in null else usual.get(kind, "0"))
        listed = ", ".join(f'"{name}"' for name in values)
        chosen = ", ".join(values.values())
        self._admin.execute(f"INSERT INTO {table} ({listed}) SELECT {chosen} "
                            f"FROM (SELECT generate_series(0, {many - 1}) AS n) AS t {join}")  # fmt: skip


# --- what a planner does ---


class Planner:
    """Asks the API's own operations, as somebody of the desk."""

    def __init__(self, shop: Shop, chance: random.Random) -> None:
        from zegel.server.kernel.actor import Actor, ActorKind

        self.shop, self.chance = shop, chance
        self.actor = Actor(ActorKind.PERSON, shop.people[0], shop.owner, "desk")

    def request(self) -> Any:
        from django.http import HttpRequest

        request = HttpRequest()
        request.auth = self.actor  # type: ignore[attr-defined]
        return request

    def list(self, **said: Any) -> dict[str, Any]:
        from zegel.server.api import orders

        return orders.listed(self.request(), orders.Filters(**said))

    def counts(self) -> Any:
        from zegel.server.api import orders

        return orders.counts(self.request())

    def find(self, text: str) -> Any:
        return self.list(which="all", text=text)

    def word(self) -> str:
        """Something that is typed: names, numbers, the beginning of words, common and rare."""
        draw, number = self.chance.choice, self.chance.randrange(self.shop.orders // 3)
        return draw((
            lambda: draw(LAST)[: self.chance.randint(3, 6)], lambda: f"{draw(FIRST)} {draw(LAST)[:4]}",
            lambda: f"klant{number}", lambda: f"+316{10_000_000 + number}", lambda: f"SN{number:08}",
            lambda: f"{1000 + number % 8999}", lambda: draw(THINGS), lambda: f"{draw(THINGS)} {draw(TROUBLES)}",
            lambda: f"{draw(THINGS)[:4]} {draw(LAST)} {draw(CITIES)[:3]}", lambda: f"{draw(THINGS)} {number % 997}",
            lambda: draw(THINGS)[:2], lambda: f"26-{number:06}", lambda: "nergens te vinden",
        ))()  # fmt: skip

    def cursor(self) -> str:
        """Somewhere in the middle of a list."""
        from zegel.server.orders import queries

        days = self.chance.uniform(1, 1400)
        return queries._cursor(datetime.now(UTC) - timedelta(days=days), uuid4())

    def ids(self, many: int) -> list[str]:
        return [row["id"] for row in self.list(which="open", limit=200, cursor="")["orders"]][:many]


def timed(work: Callable[[], Any], rounds: int) -> list[float]:
    """Milliseconds, each with its JSON; the first two warm the caches and don't count."""
    took = []
    for turn in range(rounds + 2):
        began = time.perf_counter()
        json.dumps(work(), default=str)
        if turn > 1:
            took.append((time.perf_counter() - began) * 1000)
    return took


def days(planner: Planner) -> Iterator[tuple[str, list[float]]]:
    from zegel.server.api import order_days, orders
    from zegel.server.orders.rules import VisitKind

    chance = planner.chance
    today = datetime.now(UTC).date()
    yield "list: open, the first page", timed(lambda: planner.list(), ROUNDS)
    yield "list: mine", timed(lambda: planner.list(which="mine"), ROUNDS)
    yield "list: open, one type and state", timed(lambda: planner.list(
        type=chance.choice(TYPES), state=chance.choice(("new", "planned", "waiting_parts"))), ROUNDS)  # fmt: skip
    yield "list: late and not planned", timed(lambda: planner.list(late=True, unplanned=True), ROUNDS)
    yield "list: all, a page in the middle", timed(lambda: planner.list(which="all", cursor=planner.cursor()), ROUNDS)
    yield "list: closed, one type, in the middle", timed(lambda: planner.list(
        which="closed", type=chance.choice(TYPES), cursor=planner.cursor()), ROUNDS)  # fmt: skip
    yield "figures above the list", timed(planner.counts, ROUNDS)
    yield "search: what is typed", timed(lambda: planner.find(planner.word()), ROUNDS * 3)
    opened = planner.ids(ROUNDS)
    yield "one order, whole", timed(lambda: orders.one(planner.request(), UUID(chance.choice(opened))), ROUNDS)
    yield "calendar of a week, everybody", timed(
        lambda: order_days.calendar(planner.request(), today, today + timedelta(days=6)), ROUNDS)  # fmt: skip

    def route() -> Any:
        who, back = chance.choice(planner.shop.people), timedelta(days=chance.randrange(300))
        return order_days.route(planner.request(), today - back, who)

    yield "route of one day and person", timed(route, ROUNDS)
    yield "plan: who is free in ten days", timed(lambda: order_days.free(planner.request(), today, 10, 60), ROUNDS)
    turns = iter(range(10**6))

    def plan() -> Any:
        turn = next(turns)
        start = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0) + timedelta(days=40 + turn)
        body = orders.Planned(
            kind=VisitKind.VISIT, starts_ms=int(start.timestamp() * 1000),
            ends_ms=int(start.timestamp() * 1000) + 3_600_000, assignee_id=chance.choice(planner.shop.people),
            anyway=True,
        )  # fmt: skip
        return orders.plan(planner.request(), repairs[turn % len(repairs)], body)

    repairs = [UUID(row["id"]) for row in planner.list(which="open", type="repair", limit=200)["orders"]]
    yield "plan: a visit, written down", timed(plan, ROUNDS)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--orders", type=int, default=0)
    asked = parser.parse_args()
    many = asked.orders or (QUICK if asked.quick else ORDERS)
    with installation() as admin:
        began = time.perf_counter()
        shop = Shop(admin, many)
        print(f"{many:,} orders in {time.perf_counter() - began:.0f} s")
        planner, results = Planner(shop, random.Random(SEED)), []
        for what, took in days(planner):
            p95 = statistics.quantiles(took, n=20)[18]
            print(f"  {what}: median {statistics.median(took):.1f} ms, p95 {p95:.1f} ms, longest {max(took):.1f} ms",
                  flush=True)  # fmt: skip
            results.append(Result(f"{what}, p95", "ms", p95, TARGET_MS, "less"))
        report("service", results)


if __name__ == "__main__":
    main()
