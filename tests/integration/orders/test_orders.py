# SPDX-License-Identifier: EUPL-1.2
"""An order from the question to its end: its course, its clock, its visits; what is found; what is left of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from tests.actors import World
from tests.clock import TestClock, stopped_clock

from zegel.demo.world import WORLD
from zegel.server.customers import actions as customers
from zegel.server.customers.rules import Details, Why
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.orders import actions, analysis, jobs, queries
from zegel.server.orders.actions import New, NewLine, Window
from zegel.server.orders.errors import BadOrder, NotFree, NotFromHere, UnknownOrder
from zegel.server.orders.holidays import WorkCalendar
from zegel.server.orders.models import Note, Order, Word
from zegel.server.orders.queries import Wanted, Which
from zegel.server.orders.rules import Cause, LineKind, OrderType, Outcome, State, VisitKind, VisitState, What
from zegel.server.products import actions as products
from zegel.server.products.rules import ModelKind, Source, Thing

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
T = TypeVar("T")
YEAR = f"{clock.now().astimezone(AMSTERDAM).year % 100:02}"
NOORDMAN, GARAGE = WORLD.party("noordman").id, WORLD.party("garage").id
SANNE = Details(name="Sanne de Boer", street="Veerhaven", house_number="12", postcode="3016 CJ", city="Rotterdam",
                email="sanne@example.org", phone="+31 6 1234 5678")  # fmt: skip


def somebody(given: Details = SANNE, owner: UUID = NOORDMAN) -> UUID:
    with work.transaction(system(owner)) as w:
        return customers.find_or_add(w, owner, given).id


def machine(customer_id: UUID, serial: str = "WM-4711") -> UUID:
    with work.transaction(system(NOORDMAN)) as w:
        model = products.put_model(w, NOORDMAN, products.NewModel(ModelKind.APPLIANCE, "Aqua", f"Spin {serial}"))
        return products.register(w, NOORDMAN, customer_id, model.id, Thing(serial=serial), Source.FORM).id


def opened(of: OrderType = OrderType.REPAIR, *, customer: UUID | None = None, subject: str = "Wasmachine lekt",
           item: UUID | None = None, owner: UUID = NOORDMAN) -> Order:  # fmt: skip
    with work.transaction(system(owner)) as w:
        return actions.open(w, owner, New(of, customer, subject, "Er komt water onderuit.", item))


def found(text: str, owner: UUID = NOORDMAN) -> list[str]:
    with tenancy.acting_as(owner):
        return [row.number for row in queries.listed(owner, Wanted(Which.ALL, text=text)).rows]


def now_of(row: Order) -> Order:
    with tenancy.acting_as(row.owner_id):
        return Order.objects.get(id=row.id)


def window(start: datetime, hours: float = 1, who: str | None = "desk", *, anyway: bool = False) -> Window:
    person = None if who is None else WORLD.person(who).id
    return Window(VisitKind.VISIT, start, start + timedelta(hours=hours), person, anyway)


@pytest.fixture
def now(world: World) -> Iterator[TestClock]:
    """Time stands still from when the world was made on."""
    with stopped_clock(clock.now() + timedelta(minutes=1)) as stopped:
        yield stopped


@pytest.fixture
def monday(now: TestClock) -> datetime:
    """Ten o'clock in Amsterdam on the first Monday that comes and is no holiday, nor its Tuesday."""
    today = datetime.combine(clock.now().date(), time(10), AMSTERDAM)
    found, dutch = today + timedelta(days=7 - today.weekday()), WorkCalendar("NL")
    while not (dutch.works(found.date()) and dutch.works(found.date() + timedelta(days=1))):
        found += timedelta(days=7)
    return found.astimezone(UTC)


def test_an_order_goes_from_new_to_done_and_each_step_is_in_its_history_and_the_log(
    world: World, monday: datetime
) -> None:
    desk, row = world.actor("desk"), opened(customer=somebody())
    assert row.number == f"{YEAR}-000001"
    assert row.due_at > row.reply_by > row.opened_at
    actions.plan(desk, row.id, window(monday))
    planned = now_of(row)
    assert (planned.state, planned.planned_from, planned.assignee_id) == (State.PLANNED, monday, desk.id)
    [visit] = in_party(lambda: queries.visits_of(row.id))
    actions.end_visit(desk, visit.id, VisitState.DONE)
    actions.add_line(desk, row.id, NewLine(LineKind.PART, "Deurrubber", quantity_milli=1500, price_cents=2999))
    with pytest.raises(BadOrder):
        actions.move(desk, row.id, State.DONE)
    done = actions.move(desk, row.id, State.DONE, outcome=Outcome.REPAIRED, cause=Cause.WEAR)
    assert (done.closed_at is not None, done.first_time, done.visits) == (True, True, 1)
    said = [one.what for one in reversed(in_party(lambda: queries.history_of(row.id)))]
    assert said == [What.OPENED, What.PLANNED, What.MOVED, What.VISIT_CHANGED, What.MOVED, What.LINE_ADDED, What.MOVED]
    assert len(in_party(lambda: ledger.entries([Kind.ORDER], NOORDMAN, since_ms=0))) == len(said)
    with pytest.raises(NotFromHere):
        actions.move(desk, row.id, State.PLANNED)
    assert actions.reopen(desk, row.id).state == State.ASSESSED


def in_party(read: Callable[[], T]) -> T:
    with tenancy.acting_as(NOORDMAN):
        return read()


def test_while_it_waits_for_the_customer_its_clock_stands_still(world: World, now: TestClock, monday: datetime) -> None:
    desk, row = world.actor("desk"), opened()
    due = row.due_at
    actions.move(desk, row.id, State.WAITING_CUSTOMER)
    now.advance(timedelta(days=4))
    assert in_party(lambda: queries.counts(NOORDMAN)).late == 0
    again = actions.move(desk, row.id, State.ASSESSED)
    assert again.due_at == due + timedelta(days=4)
    assert again.stopped_at is None


def test_nobody_is_in_two_places_at_once_unless_the_planner_says_so(world: World, monday: datetime) -> None:
    desk, first, second = world.actor("desk"), opened(), opened()
    actions.plan(desk, first.id, window(monday, 2))
    for wrong, why in (
        (window(monday + timedelta(hours=1)), "busy"),
        (window(monday - timedelta(hours=5)), "hours"),
        (window(monday + timedelta(days=5)), "hours"),
    ):
        with pytest.raises(NotFree) as refused:
            actions.plan(desk, second.id, wrong)
        assert refused.value.why == why
    actions.add_absence(desk, desk.id, monday + timedelta(days=1), monday + timedelta(days=2))
    with pytest.raises(NotFree) as refused:
        actions.plan(desk, second.id, window(monday + timedelta(days=1, hours=1)))
    assert refused.value.why == "absent"
    actions.plan(desk, second.id, window(monday + timedelta(hours=1), anyway=True))
    free = in_party(lambda: queries.free(NOORDMAN, monday.date(), 1, 60))[desk.id]
    hours = [(one.start.astimezone(AMSTERDAM).hour, one.end.astimezone(AMSTERDAM).hour) for one in free]
    assert hours == [(8, 10), (12, 17)]
    actions.set_hours(desk, desk.id, [])
    assert in_party(lambda: queries.free(NOORDMAN, monday.date(), 5, 60))[desk.id] == []
    with pytest.raises(BadOrder):
        actions.plan(desk, second.id, Window(VisitKind.VISIT, monday, monday + timedelta(hours=1), uuid4()))


def test_nobody_is_planned_on_a_closed_day_and_what_is_promised_skips_it(world: World, monday: datetime) -> None:
    desk, day = world.actor("desk"), monday.astimezone(AMSTERDAM).date()
    asked = in_party(lambda: queries.work_calendar(NOORDMAN))
    assert (asked.country, asked.region, asked.own) == ("NL", "", {})
    actions.set_own_days(desk, day, day + timedelta(days=1), "  Stock  taking ")
    row = opened()
    with pytest.raises(NotFree) as refused:
        actions.plan(desk, row.id, window(monday))
    assert refused.value.why == "closed"
    actions.plan(desk, row.id, window(monday, anyway=True))
    free = in_party(lambda: queries.free(NOORDMAN, day, 2, 60))
    assert free[desk.id] == []
    assert [one.name for one in in_party(lambda: queries.work_calendar(NOORDMAN)).between(day, day)] == ["Stock taking"]
    with tenancy.acting_as(NOORDMAN):
        assert Order.objects.get(id=row.id).reply_by.astimezone(AMSTERDAM).date() not in {day, day + timedelta(days=1)}
    actions.drop_own_day(desk, day)
    assert in_party(lambda: queries.free(NOORDMAN, day, 1, 60))[desk.id] != []
    with pytest.raises(BadOrder):
        actions.set_region(desk, "BY")
    with pytest.raises(BadOrder):
        actions.set_own_days(desk, day, day + timedelta(days=90), "")
    with pytest.raises(Denied):
        actions.set_own_days(world.actor("mechanic"), day, day, "")
    with tenancy.acting_as(GARAGE):
        assert queries.work_calendar(GARAGE).own == {}


def test_an_order_is_found_by_its_customer_thing_and_number_and_only_by_its_own_tenant(world: World) -> None:
    sanne = somebody()
    row = opened(customer=sanne, item=machine(sanne))
    opened(subject="Droger piept")
    number = (f"{YEAR}-000001", f"{YEAR}000001")
    for text in (*number, "boer", "Sanne wasm", "3016 CJ", "3016c", "sanne@ex", "4711", "aqua", "0612"):
        assert found(text) == [row.number], text
    assert found("lekt droger") == []
    assert found("sanne", owner=GARAGE) == []
    assert found("%") == []


def test_a_customers_words_follow_him_and_are_gone_while_nobody_may_use_his_data(world: World) -> None:
    sanne = somebody()
    row, shop = opened(customer=sanne), world.actor("shop")
    customers.correct(shop, sanne, {"name": "Sanne Vermeer"})
    jobs_run(sanne)
    assert (found("boer"), found("vermeer")) == ([], [row.number])
    customers.restrict(shop, sanne, Why.DISPUTED)
    jobs_run(sanne)
    assert (found("vermeer"), found("lekt"), found(row.number)) == ([], [], [row.number])
    for refused in (
        lambda: actions.move(shop, row.id, State.ASSESSED),
        lambda: actions.note(shop, row.id, "Gebeld."),
        lambda: actions.add(shop, New(OrderType.QUESTION, sanne, "Handleiding?")),
        lambda: actions.plan(shop, row.id, window(clock.now() + timedelta(days=1))),
    ):
        with pytest.raises(Denied):
            refused()
    customers.unrestrict(shop, sanne)
    assert actions.move(shop, row.id, State.ASSESSED).state == State.ASSESSED


def jobs_run(customer_id: UUID) -> None:
    """What the worker does when it hears of the change."""
    with work.transaction(system(NOORDMAN)):
        actions.reword(NOORDMAN, customer_id=customer_id)
    assert jobs.customer_changed is not None


def test_the_list_goes_page_by_page_without_a_gap_and_filters(world: World, now: TestClock, monday: datetime) -> None:
    for number in range(7):
        opened(OrderType.REPAIR if number % 2 else OrderType.QUESTION, subject=f"Vraag {number}")
        now.advance(timedelta(minutes=1))
    for which in (Which.OPEN, Which.ALL):
        seen: list[str] = []
        cursor = ""
        while True:
            page = in_party(lambda at=cursor, of=which: queries.listed(NOORDMAN, Wanted(of, cursor=at, limit=3)))
            seen += [row.number for row in page.rows]
            cursor = page.next
            if not cursor:
                break
        assert sorted(seen) == [f"{YEAR}-{n:06}" for n in range(1, 8)]
        assert len(seen) == 7
    only = in_party(lambda: queries.listed(NOORDMAN, Wanted(types=(OrderType.QUESTION,)))).rows
    assert len(only) == 4
    now.advance(timedelta(days=20))
    assert len(in_party(lambda: queries.listed(NOORDMAN, Wanted(late=True))).rows) == 7
    counts = in_party(lambda: queries.counts(NOORDMAN))
    assert (counts.open, counts.late, counts.unanswered, counts.states["new"]) == (7, 7, 7, 7)
    assert in_party(lambda: queries.listed(NOORDMAN, Wanted(cursor="nonsense"))).rows


def test_who_comes_back_within_three_months_was_not_helped_the_first_time(world: World, now: TestClock) -> None:
    desk, sanne = world.actor("desk"), somebody()
    item = machine(sanne)
    first = opened(customer=sanne, item=item)
    actions.move(desk, first.id, State.ASSESSED)
    actions.move(desk, first.id, State.DONE, outcome=Outcome.REPAIRED, cause=Cause.DEFECT)
    assert now_of(first).first_time is True
    now.advance(timedelta(days=30))
    second = opened(customer=sanne, item=item)
    assert second.again_of == first.id
    assert now_of(first).first_time is False


def test_figures_count_also_when_the_customer_is_forgotten(world: World, now: TestClock, monday: datetime) -> None:
    desk, sanne = world.actor("desk"), somebody()
    row = opened(customer=sanne, item=machine(sanne))
    actions.move(desk, row.id, State.ASSESSED)
    now.advance(timedelta(days=2))
    actions.move(desk, row.id, State.DONE, outcome=Outcome.REPAIRED, cause=Cause.DEFECT)
    with tenancy.acting_as(NOORDMAN):
        Order.objects.filter(id=row.id).update(customer_id=None, subject="", description="")
        span = (monday - timedelta(days=30), monday + timedelta(days=30))
        [month] = analysis.months(NOORDMAN, *span)
        [came] = analysis.came_back(NOORDMAN, *span)
    assert (month.done, month.type, round(month.days_median), month.on_time, month.first_time) == (1, "repair", 2, 1, 1)
    assert (came.count, came.cause, came.model) == (1, "defect", "Aqua Spin WM-4711")


@pytest.mark.parametrize("who", ["bookkeeper", "accountant", "garagist", "mechanic"])
def test_who_does_not_handle_orders_changes_none(world: World, who: str) -> None:
    row = opened()
    with pytest.raises((Denied, UnknownOrder)):
        actions.move(world.actor(who), row.id, State.ASSESSED)
    with pytest.raises((Denied, UnknownOrder)):
        actions.note(world.actor(who), row.id, "Iets.")
    with pytest.raises((Denied, UnknownOrder)):
        actions.plan(world.actor(who), row.id, window(clock.now() + timedelta(days=1)))
    assert now_of(row).state == State.NEW


def test_a_number_is_given_once_and_per_tenant(world: World) -> None:
    assert [opened().number, opened().number, opened(owner=GARAGE).number] == [f"{YEAR}-00000{n}" for n in (1, 2, 1)]


def test_words_go_with_the_notes_when_the_customer_is_forgotten(world: World) -> None:
    from zegel.server.lifecycle import finding
    from zegel.server.lifecycle.finding import SubjectRef

    desk, sanne = world.actor("desk"), somebody()
    row = opened(customer=sanne)
    actions.note(desk, row.id, "Sanne is woensdag thuis.")
    with tenancy.acting_as(NOORDMAN):
        seen = {one.model for one in finding.rows_of(SubjectRef.customer(sanne), owner_id=NOORDMAN)}
        assert {"orders.Order", "orders.Note", "orders.Word"} <= seen
        assert Note.objects.count() == 1
        assert Word.objects.filter(order=row).count() > 5
