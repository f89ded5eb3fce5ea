# SPDX-License-Identifier: EUPL-1.2
"""Things with their numbers: registered, claimed by two, handed on, forgotten when their life is over."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.customers import actions as customers
from zegel.server.customers.rules import Details, Why
from zegel.server.gate import Denied
from zegel.server.kernel import clock, erasures, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.products import actions, jobs, queries
from zegel.server.products.errors import BadProduct, KnownProduct, UnknownProduct
from zegel.server.products.models import Item, Ownership
from zegel.server.products.queries import Look
from zegel.server.products.rules import ModelKind, Source, Thing

NOORDMAN, GARAGE = WORLD.party("noordman").id, WORLD.party("garage").id


def customer(name: str = "Sanne de Boer", owner: UUID = NOORDMAN) -> UUID:
    email = f"{name.split()[0].lower()}@people.example"
    given = Details(name, street="Veerhaven", house_number="12", postcode="3016 CJ", city="Rotterdam", email=email)
    with work.transaction(system(owner)) as w:
        return customers.find_or_add(w, owner, given).id


def model(
    name: str = "Spin 1000", kind: ModelKind = ModelKind.APPLIANCE, owner: UUID = NOORDMAN, life: int = 60
) -> UUID:
    with work.transaction(system(owner)) as w:
        return actions.put_model(w, owner, actions.NewModel(kind, "Testa", name, "", 24, life)).id


def registered(who: UUID | None, of: UUID, thing: Thing, owner: UUID = NOORDMAN) -> Item:
    with work.transaction(system(owner)) as w:
        return actions.register(w, owner, who, of, thing, Source.FORM)


def now_of(row: Item) -> Item:
    with tenancy.acting_as(row.owner_id):
        return Item.objects.get(id=row.id)


def owners_of(row: Item) -> list[tuple[UUID | None, date | None]]:
    with tenancy.acting_as(row.owner_id):
        return list(Ownership.objects.filter(item=row).order_by("since").values_list("customer_id", "until"))


def test_a_registered_thing_has_its_warranty_and_its_owner(world: World) -> None:
    who, bought = customer(), clock.now().date() - timedelta(days=10)
    row = registered(who, model(), Thing(" wm-4711 ", bought, "Noordman"))
    assert (row.serial, row.customer_id) == ("WM-4711", who)
    assert row.warranty_until is not None
    assert row.warranty_until.year == bought.year + 2
    assert owners_of(row) == [(who, None)]
    desk = world.actor("desk")
    [found], names, more = queries.items(desk, Look("wm-47"))
    assert (found.id, names[who].name, more) == (row.id, "Sanne de Boer", False)
    assert [one.id for one in queries.items(desk, Look("testa spin"))[0]] == [row.id]


def test_the_same_thing_registered_again_is_one_and_learns_only_what_was_open(world: World) -> None:
    who, of = customer(), model()
    first = registered(who, of, Thing("A1", None, "Noordman"))
    again = registered(who, of, Thing("a1", clock.now().date(), "Elsewhere"))
    assert again.id == first.id
    assert (now_of(first).shop, now_of(first).purchased_on) == ("Noordman", clock.now().date())


def test_another_s_number_takes_nothing_from_him_until_the_desk_decides(world: World) -> None:
    of, desk = model(), world.actor("desk")
    mine, thief = customer(), customer("Piet Anders")
    row = registered(mine, of, Thing("A1"))
    claim = registered(thief, of, Thing("A1"))
    assert (claim.id != row.id, claim.doubt_id, now_of(row).customer_id) == (True, row.id, mine)
    assert owners_of(claim) == []
    assert [one.id for one in queries.items(desk, Look(what="doubt"))[0]] == [claim.id]
    actions.dismiss(desk, claim.id)
    second = registered(thief, of, Thing("A1"))
    kept = actions.transfer(desk, second.id, None)
    assert (kept.id, now_of(row).customer_id) == (row.id, thief)
    assert [who for who, _until in owners_of(row)] == [mine, thief]
    assert queries.items(desk, Look(what="doubt"))[0] == []


def test_a_thing_is_handed_on_and_its_history_stays(world: World) -> None:
    desk, first, second = world.actor("desk"), customer(), customer("Piet Anders")
    row = registered(first, model(), Thing("A1"))
    actions.transfer(desk, row.id, second)
    today = clock.now().date()
    assert owners_of(row) == [(first, today), (second, None)] or owners_of(row) == [(second, None), (first, today)]
    assert [one.id for one in queries.items(desk, Look(customer_id=first))[0]] == [row.id]


def test_a_vehicle_has_a_plate_and_its_mileage_only_goes_up(world: World) -> None:
    garagist, who = world.actor("garagist"), customer("Marit Hoek", GARAGE)
    of = model("V70", ModelKind.VEHICLE, GARAGE)
    row = actions.add(garagist, who, of, Thing(plate="h-123-bc", vin="YV1ZW25X0H1234567", mileage=84_000))
    assert (row.plate, row.vin) == ("H123BC", "YV1ZW25X0H1234567")
    actions.read_mileage(garagist, row.id, 84_500)
    with pytest.raises(BadProduct):
        actions.read_mileage(garagist, row.id, 84_499)
    assert [one.id for one in queries.items(garagist, Look("H-123"))[0]] == [row.id]
    for wrong in (Thing(plate="!!"), Thing(vin="YV1"), Thing(mileage=-1), Thing(inspection_on=date(1900, 1, 1))):
        with pytest.raises(BadProduct):
            actions.add(garagist, who, of, wrong)


def test_a_camera_unit_of_ours_is_one_story_with_its_site_and_is_one_product(world: World) -> None:
    planner = world.actor("shop")
    of = model("Zegel unit", ModelKind.CAMERA_UNIT)
    row = registered(None, of, Thing("ZU-1"))
    with pytest.raises(BadProduct):  # the bakery's unit is nothing to a shop that does not serve it
        actions.link_unit(planner, row.id, WORLD.sites[0].id)
    plain = registered(None, model("Oven"), Thing("O-1"))
    with pytest.raises(BadProduct):
        actions.link_unit(planner, plain.id, row.id)


def test_nobody_else_s_catalogue_or_thing_is_seen_or_changed(world: World) -> None:
    row = registered(customer(), model(), Thing("A1"))
    for person in ("garagist", "mechanic", "accountant", "owner"):
        with pytest.raises((Denied, UnknownProduct)):
            queries.whole(world.actor(person), row.id)
        with pytest.raises((Denied, UnknownProduct)):
            actions.scrap(world.actor(person), row.id)
    with pytest.raises(Denied):
        actions.add_model(world.actor("bookkeeper"), actions.NewModel(ModelKind.OTHER, "A", "B"))
    assert len(queries.catalogue(world.actor("bookkeeper"))) >= 1


def test_a_line_of_the_catalogue_gives_at_least_the_law_s_warranty_and_stands_there_once(world: World) -> None:
    shop = world.actor("shop")
    new = actions.NewModel(ModelKind.APPLIANCE, "Testa", "Grill")
    row = actions.add_model(shop, new)
    with pytest.raises(KnownProduct):
        actions.add_model(shop, actions.NewModel(ModelKind.APPLIANCE, " Testa ", "Grill"))
    for wrong in (
        actions.NewModel(ModelKind.APPLIANCE, "Testa", "X", warranty_months=12),
        actions.NewModel(ModelKind.APPLIANCE, "", "X"),
        actions.NewModel(ModelKind.APPLIANCE, "Testa", "X", warranty_months=60, life_months=24),
    ):
        with pytest.raises(BadProduct):
            actions.add_model(shop, wrong)
    actions.retire_model(shop, row.id)
    with tenancy.acting_as(NOORDMAN):
        assert row.id not in {one.id for one in queries.offered(NOORDMAN)}


def test_what_is_restricted_stays_as_it_is(world: World) -> None:
    who, shop = customer(), world.actor("shop")
    row = registered(who, model(), Thing("A1"))
    customers.restrict(shop, who, Why.DISPUTED)
    with pytest.raises(Denied):
        actions.change(shop, row.id, Thing("B2"))
    assert now_of(row).serial == "A1"


def test_when_its_life_is_over_a_thing_says_nothing_of_anybody_but_counts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, of, start = customer(), model(life=36), clock.now()
    row = registered(who, of, Thing("A1", clock.now().date()))
    long = registered(who, model("Long", life=240), Thing("L1", clock.now().date()))
    needed = {row.id}
    monkeypatch.setattr(jobs, "_keepers", [lambda _owner, some: needed & set(some)])
    with stopped_clock(start + timedelta(days=36 * 31)):
        assert jobs.forget_over(str(NOORDMAN)) == 0
        needed.clear()
        assert jobs.forget_over(str(NOORDMAN)) == 1
    left = now_of(row)
    assert (left.customer_id, left.serial, left.purchased_on, left.model_id) == (None, "", None, of)
    assert owners_of(row) == []
    assert now_of(long).customer_id == who
    assert any(one["model"] == "products.Item" for one in erasures.listed())
    with stopped_clock(start + timedelta(days=3660)):  # the tenant's own term ends what would have lived longer
        assert jobs.forget_over(str(NOORDMAN)) == 1


def test_who_is_forgotten_leaves_his_things_without_a_name(world: World) -> None:
    who, shop = customer(), world.actor("shop")
    row = registered(who, model(), Thing("A1", clock.now().date(), "Noordman"))
    handed = registered(who, model("Dry"), Thing("D1"))
    other = customer("Piet Anders")
    actions.transfer(shop, handed.id, other)
    with work.transaction(system(NOORDMAN)) as w:
        assert actions.forget_customer(w, NOORDMAN, who) == 1
    assert (now_of(row).serial, now_of(row).shop, now_of(row).customer_id) == ("", "", None)
    assert owners_of(handed) == [(other, None)]
