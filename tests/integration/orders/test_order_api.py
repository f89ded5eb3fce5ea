# SPDX-License-Identifier: EUPL-1.2
"""Orders over the API: whose they are, what of a restricted customer shows, and what leaves is logged."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest
from tests.actors import World
from tests.integration.orders.test_orders import GARAGE, NOORDMAN, SANNE, opened, somebody

from zegel.server.api import order_days, orders
from zegel.server.customers import actions as customers
from zegel.server.customers.rules import Details, Why
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.orders import actions, queries
from zegel.server.orders.errors import UnknownOrder
from zegel.server.orders.models import Order
from zegel.server.orders.rules import VisitKind


def asked(world: World, person: str) -> HttpRequest:
    """As SignedIn leaves it."""
    request = HttpRequest()
    request.auth = world.actor(person)  # type: ignore[attr-defined]
    return request


def said(shape: Any) -> str:
    return json.dumps(shape, default=str)


def listed(world: World, person: str, **filters: Any) -> Any:
    return orders.listed(asked(world, person), orders.Filters(**filters))


def test_an_order_is_its_tenants_alone_also_for_its_provider(world: World) -> None:
    row = opened(customer=somebody())
    assert orders.one(asked(world, "desk"), row.id)["customer"]["email"] == "sanne@example.org"
    assert listed(world, "garagist")["orders"] == []
    with pytest.raises((Denied, UnknownOrder)):
        orders.one(asked(world, "garagist"), row.id)
    for stranger in ("planner", "privacy", "admin", "mechanic", "carrier", "accountant", "technician"):
        with pytest.raises((Denied, UnknownOrder)):
            orders.one(asked(world, stranger), row.id)
        with pytest.raises(Denied):
            listed(world, stranger)


def test_of_a_restricted_customer_only_numbers_show(world: World) -> None:
    sanne = somebody()
    row = opened(customer=sanne, subject="Sanne wil haar wasmachine terug")
    actions.note(world.actor("desk"), row.id, "Sanne belde.")
    start, today = clock.now() + timedelta(days=2), clock.now().date()
    window = actions.Window(VisitKind.VISIT, start, start + timedelta(hours=1), world.actor("desk").id, True)
    visit = actions.plan(world.actor("desk"), row.id, window)
    week = order_days.calendar(asked(world, "desk"), today, today + timedelta(days=6))
    with tenancy.acting_as(NOORDMAN):
        [drawn], whole = orders.visit_shapes([visit]), orders.shapes([Order.objects.get(id=row.id)])
    assert week["visits"] == [{**drawn, "order": whole[0]}], "drawn the quick way, and the same"
    customers.restrict(world.actor("shop"), sanne, Why.DISPUTED)
    assert "Sanne" not in said(order_days.calendar(asked(world, "desk"), today, today + timedelta(days=6)))
    for shape in (orders.one(asked(world, "desk"), row.id), listed(world, "desk"), listed(world, "desk", which="all")):
        text = said(shape)
        assert row.number in text
        for word in ("Sanne", "Veerhaven", "sanne@example.org", "3016", "water onderuit"):
            assert word not in text, word
    assert "Sanne" not in said(order_days.route(asked(world, "desk"), today))
    assert b"Sanne" not in orders.export(asked(world, "desk"), orders.Filters(which="all")).content


def test_a_list_that_leaves_is_logged_with_how_many_and_its_cells_do_not_calculate(world: World) -> None:
    opened(customer=somebody(Details(name="=HYPERLINK(1)", email="x@example.org")), subject="+31 bellen")
    answer = orders.export(asked(world, "desk"), orders.Filters(which="all"))
    text = answer.content.decode("utf-8-sig")
    assert ",'=HYPERLINK(1)," in text
    assert ",'+31 bellen," in text
    with tenancy.acting_as(NOORDMAN):
        [entry] = ledger.entries([Kind.EXPORT], NOORDMAN, since_ms=0)
    assert (entry.said.facts["what"], entry.said.facts["count"]) == ("orders", 1)
    with pytest.raises(Denied):
        orders.export(asked(world, "bookkeeper"), orders.Filters())


def test_nobody_hangs_an_order_on_another_tenants_customer(world: World) -> None:
    theirs = somebody(SANNE, GARAGE)
    with pytest.raises(Exception, match="customer"):
        orders.add(asked(world, "desk"), orders.Opened(type="repair", customer_id=theirs, subject="Niet van ons"))
    for odd in ("x" * 60, "AAAA", ""):
        assert isinstance(listed(world, "desk", cursor=odd)["orders"], list)
    with pytest.raises(UnknownOrder):
        orders.one(asked(world, "desk"), uuid4())


def test_figures_have_no_name_in_them(world: World) -> None:
    opened(customer=somebody())
    today = clock.now().date()
    period = order_days.Period(first=today, last=today)
    assert order_days.figures(asked(world, "desk"), period) == {"months": [], "came_back": [], "partners": []}
    assert b"Sanne" not in order_days.figures_file(asked(world, "desk"), period).content
    assert UUID(order_days.settings(asked(world, "desk"))["workers"][0]["id"])


def test_the_calendar_says_which_days_are_holidays_and_a_firm_works_on_one_if_it_likes(world: World) -> None:
    request, today = asked(world, "desk"), clock.now().date()
    christmas = date(today.year + (today > date(today.year, 12, 24)), 12, 25)
    [told] = order_days.calendar(request, christmas, christmas)["holidays"]
    assert (told["day"], told["name"], told["closed"]) == (christmas.isoformat(), "Christmas Day", True)
    kept = order_days.set_own_days(request, order_days.OwnDays(first=christmas, last=christmas, closed=False))
    [told] = [one for one in kept["holidays"] if one["day"] == christmas.isoformat()]
    assert (told["of"], told["closed"], kept["country"], kept["regions"]) == ("open", False, "NL", [])
    kept = order_days.drop_own_day(request, order_days.Dropped(day=christmas))
    assert next(one for one in kept["holidays"] if one["day"] == christmas.isoformat())["closed"]


def test_how_partners_did_counts_their_steps_of_the_period(world: World) -> None:
    from zegel.server.chain import performance
    from zegel.server.chain.models import Partner, Step

    row, now = opened(), clock.now()
    with tenancy.acting_as(NOORDMAN):
        partner = Partner.objects.filter(owner_id=NOORDMAN, kind="mechanic").get()
        for outcome, state in (("solved", "done"), ("nobody_home", "done"), ("", "given_back")):
            Step.objects.create(
                owner_id=NOORDMAN, provider_id=NOORDMAN, order_id=row.id, order_type=row.type, place=1, kind="repair",
                state=state, partner=partner, country="NL", postcode="3016CJ", offered_at=now - timedelta(hours=50),
                accepted_at=now - timedelta(hours=48), ended_at=now, outcome=outcome,
            )  # fmt: skip
        [one] = performance.partners(NOORDMAN, now - timedelta(days=1), now + timedelta(days=1))
        assert performance.partners(NOORDMAN, now + timedelta(days=1), now + timedelta(days=2)) == []
    assert (one.done, one.given_back, one.good, one.accept_hours, one.days) == (2, 1, 0.5, 2, 2)
    today = now.astimezone(queries.zone(NOORDMAN)).date()  # the firm's day, which may have begun before that of UTC
    said_ = order_days.figures(asked(world, "desk"), order_days.Period(first=today, last=today))
    assert [partner["name"] for partner in said_["partners"]] == [one.name]
