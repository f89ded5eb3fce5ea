# SPDX-License-Identifier: EUPL-1.2
"""A day at the shop's desk: orders of every type, some planned, one late, one that waits, some done with their parts.
All of it is made up; for the demo, not for every test."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.kernel.work import Work
    from zegel.server.orders.models import Order

Line = tuple[str, str, str, str, int, str]
ORDERS: tuple[Line, ...] = (
    # type, whose (beginning of the name), subject, what else was said, opened so many days ago, what became of it
    ("repair", "Ineke", "Wasmachine lekt bij de deur", "Na elke was staat er water voor de machine.", 1, "visit"),
    ("repair", "Kees", "Koelkast vriest te hard", "Groente achterin bevriest, ook op de laagste stand.", 3, "parts"),
    ("measure_install", "Greet", "Screens voor de achtergevel", "Drie ramen, graag antraciet.", 4, "visit"),
    ("exchange", "Mehmet", "Verkeerde droger geleverd", "Besteld was de Dry 700 met deur links.", 2, "assessed"),
    ("return", "Sanne", "Kookplaat past niet", "Ongebruikt, in de doos.", 6, "customer"),
    ("complaint", "Bakkerij", "Monteur kwam twee keer niet", "Beide keren een halve dag gewacht.", 20, "late"),
    ("question", "Sanne", "Mag de droger op de wasmachine?", "", 0, "new"),
    ("request", "Bakkerij", "Offerte voor een tweede oven", "Graag vóór de feestdagen.", 0, "new"),
    ("repair", "Ineke", "Trommel maakt lawaai", "", 40, "done"),
    ("repair", "Mehmet", "Droger stopt na tien minuten", "", 75, "done"),
    ("exchange", "Greet", "Kras op de deur", "", 110, "done"),
    ("return", "Kees", "Toch een ander model", "", 140, "done"),
)  # fmt: skip
DONE = {
    "repair": ("repaired", "wear"), "exchange": ("exchanged", "transport"), "return": ("refunded", "not_as_expected"),
}  # fmt: skip


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.customers.models import Customer
    from zegel.server.kernel import work
    from zegel.server.kernel.actor import system
    from zegel.server.orders.models import Order

    shop = WORLD.party("noordman").id
    with work.transaction(system(shop)) as w:
        if Order.objects.filter(owner_id=shop, source="desk").exists():
            return
        names = {row.name.split()[0]: row.id for row in Customer.objects.filter(owner_id=shop, anonymised_at=None)}
        for hour, line in enumerate(ORDERS):
            if line[1] in names:
                _become(w, _open(w, shop, names[line[1]], line), line[5], hour)


def _open(w: Work, shop: UUID, customer_id: UUID, line: Line) -> Order:
    from zegel.server.kernel import clock
    from zegel.server.orders import actions
    from zegel.server.orders.rules import OrderType
    from zegel.server.products.models import Item

    item = Item.objects.filter(owner_id=shop, customer_id=customer_id, doubt=None).order_by("registered_at").first()
    opened = clock.now() - timedelta(days=line[4], hours=2)
    new = actions.New(
        OrderType(line[0]), customer_id, line[2], line[3], None if item is None else item.id, opened_at=opened
    )
    return actions.open(w, shop, new)


def _become(w: Work, row: Order, what: str, hour: int) -> None:
    from zegel.server.orders import actions
    from zegel.server.orders.rules import LineKind, NoteSource, State

    if what == "new":
        return
    actions.move_in(w, row, State.ASSESSED)
    if what == "parts":
        actions.note_in(w, row, "Thermostaat besteld bij Norda, levertijd drie werkdagen.", NoteSource.DESK, shown=True)
        actions.move_in(w, row, State.WAITING_PARTS)
    if what == "customer":
        actions.note_in(w, row, "Wanneer kunnen we hem ophalen?", NoteSource.DESK, shown=True)
        actions.move_in(w, row, State.WAITING_CUSTOMER)
    if what == "visit":
        _plan(w, row, hour)
    if what == "done":
        actions.add_line_in(w, row, actions.NewLine(LineKind.LABOUR, "Werk", "", 1500, 6500))
        actions.add_line_in(w, row, actions.NewLine(LineKind.PART, "Lager", "L-6204", 2000, 1895))
        _close(w, row)


def _close(w: Work, row: Order) -> None:
    """On a day of its own, so that the figures have something to draw."""
    from zegel.server.orders import actions
    from zegel.server.orders.models import Order
    from zegel.server.orders.rules import Cause, Outcome, State

    outcome, cause = DONE[row.type]
    actions.move_in(w, row, State.DONE, outcome=Outcome(outcome), cause=Cause(cause))
    days = 2 + int(row.number[-1]) % 9
    Order.objects.filter(id=row.id).update(closed_at=row.opened_at + timedelta(days=days), replied_at=row.opened_at)


def _plan(w: Work, row: Order, hour: int) -> None:
    """On the next working day, in the tenant's zone."""
    from zegel.server.kernel import clock
    from zegel.server.orders import actions, queries, rules

    zone = queries.zone(row.owner_id)
    day = clock.now().astimezone(zone).date() + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    start = datetime.combine(day, time(9 + hour), zone)
    kind = rules.course(row.type).visits[0]
    window = actions.Window(kind, start, start + timedelta(hours=1), WORLD.person("desk").id, anyway=True)
    actions.plan_in(w, row, window)
