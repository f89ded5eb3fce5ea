# SPDX-License-Identifier: EUPL-1.2
"""Tasks arise by themselves and go with their cause; a provider finds its own things, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.actors import SimUnit, World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.server.agreements import actions as agreements
from zegel.server.agreements.models import Sign
from zegel.server.gate import Denied
from zegel.server.invoices.models import Invoice
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import system
from zegel.server.maintenance import actions as maintenance
from zegel.server.maintenance import stock
from zegel.server.maintenance.rules import Fault, ItemKind, ItemState
from zegel.server.people.roles import Language, PartyKind
from zegel.server.tasks import actions, finding, naming, office, queries
from zegel.server.tasks.errors import BadTask, UnknownTask
from zegel.server.tasks.queries import Which
from zegel.server.tasks.rules import TaskKind

WAAK = WORLD.party("waak").id


def kinds(world: World, which: Which = Which.OPEN, person: str = "planner") -> list[str]:
    """Of this room's own causes: what rooms above bring is for their own tests."""
    own = {one.value for one in TaskKind}
    return sorted(row.kind for row in queries.tasks(world.actor(person), which) if row.kind in own)


def swept(world: World) -> list[str]:
    actions.sweep(WAAK)
    return kinds(world)


def test_nothing_is_to_do_where_nothing_is_the_matter(world: World) -> None:
    assert swept(world) == []


def test_a_silent_unit_is_a_task_until_it_is_heard_again_and_again_when_it_falls_silent(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    with stopped_clock(clock.now()) as time:
        assert swept(world) == []
        time.advance(20 * 60)
        assert swept(world) == [TaskKind.UNIT_SILENT.value]
        assert swept(world) == [TaskKind.UNIT_SILENT.value]
        unit.now_ms = clock.now_ms()
        from zegel.server.realtime import intake

        intake.greet(unit.hello(), "127.0.0.1")
        assert swept(world) == []
        time.advance(20 * 60)
        assert swept(world) == [TaskKind.UNIT_SILENT.value]
    rows = queries.tasks(world.actor("planner"), Which.OPEN)
    row = next(one for one in rows if one.kind == TaskKind.UNIT_SILENT.value)
    assert row.customer_id == WORLD.party("dehaan").id


def test_what_lacks_an_agreement_a_sign_or_a_statement_is_to_do(world: World) -> None:
    world.pair(SimUnit(clock.now_ms()))
    dehaan = WORLD.party("dehaan").id
    agreements.end_agreement(system(dehaan), dehaan)
    with tenancy.acting_as(dehaan):
        Sign.objects.update(taken_down_at=clock.now())
    found = swept(world)
    assert found == [TaskKind.AGREEMENT_UNSIGNED.value, TaskKind.SIGN_MISSING.value]
    with stopped_clock(clock.now() + timedelta(days=310)):
        later = swept(world)
    staff = [one for one in WORLD.people_of("waak") if one.role != "auditor"]  # his time is over before
    assert later.count(TaskKind.STATEMENT_ENDS.value) == len(staff)
    assert later.count(TaskKind.CERTIFICATE_ENDS.value) == 3  # the alarm centre's own; its people's are its own matter


def test_an_invoice_that_nobody_paid_in_time_is_a_task_of_who_made_it_until_the_money_is_there(world: World) -> None:
    waak, day = WORLD.party("waak").id, clock.now().date()
    unpaid: dict[str, Any] = {
        "owner_id": waak, "provider_id": waak, "kind": "invoice", "state": "issued", "year": day.year, "sequence": 1,
        "number": "1-0001", "buyer_name": "J. de Vries", "buyer_country": "NL", "language": "nl", "currency": "EUR",
        "total_cents": 100, "made_at": clock.now(), "due_on": day,
    }  # fmt: skip
    with tenancy.acting_as(waak):
        Invoice.objects.create(**unpaid | {"due_on": day - timedelta(days=1)})
        Invoice.objects.create(**unpaid | {"sequence": 2, "due_on": day + timedelta(days=2)})
    others = WORLD.party("noordman").id  # whom the same provider serves: its invoices are its own matter
    with tenancy.acting_as(others):
        Invoice.objects.create(**unpaid | {"owner_id": others, "due_on": day - timedelta(days=9)})

    def told() -> list[str]:
        actions.sweep(WAAK)
        rows = [row for row in queries.tasks(world.actor("planner"), Which.OPEN) if row.kind == "invoice_overdue"]
        return [one.words for one in naming.of(world.actor("planner"), rows).told.values()]

    assert told() == ["Invoice 1-0001 is overdue"]
    with tenancy.acting_as(waak):
        Invoice.objects.update(settled_at=clock.now())
    assert told() == []


def test_a_task_is_given_put_off_done_and_all_of_it_undone(world: World) -> None:
    planner, technician = world.actor("planner"), world.actor("technician")
    row = actions.write(planner, "Order two poles", clock.now() + timedelta(days=2))
    actions.assign(planner, row.id, technician.id)
    assert kinds(world, Which.MINE, "technician") == [TaskKind.OWN.value]
    with pytest.raises(BadTask):
        actions.assign(planner, row.id, WORLD.person("owner").id)
    actions.snooze(planner, row.id, clock.now() + timedelta(days=1))
    assert kinds(world) == []
    assert kinds(world, Which.SNOOZED) == [TaskKind.OWN.value]
    actions.snooze(planner, row.id, None)
    actions.done(technician, row.id)
    assert kinds(world) == []
    assert kinds(world, Which.DONE) == [TaskKind.OWN.value]
    actions.undo(technician, row.id)
    assert kinds(world) == [TaskKind.OWN.value]


def test_a_task_is_its_providers_only(world: World) -> None:
    row = actions.write(world.actor("planner"), "Order two poles")
    assert queries.tasks(world.actor("nordplan"), Which.OPEN) == []
    with pytest.raises(UnknownTask):
        actions.done(world.actor("nordplan"), row.id)
    for person in ("owner", "operator", "household"):
        with pytest.raises((Denied, UnknownTask)):
            actions.done(world.actor(person), row.id)


def test_an_open_malfunction_is_a_task_named_by_its_camera(world: World) -> None:
    from zegel.server.tasks import naming

    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    fault = maintenance.report(world.actor("owner"), unit.id, unit.camera, Fault.BAD_PICTURE, "snow")
    assert swept(world) == [TaskKind.MALFUNCTION.value]
    rows = [row for row in queries.tasks(world.actor("planner"), Which.OPEN) if row.kind == TaskKind.MALFUNCTION.value]
    names = naming.of(world.actor("planner"), rows)
    assert (names.about[rows[0].id], names.places[rows[0].id]) == ("Camera 1", "Harbour yard North")
    maintenance.withdraw(world.actor("owner"), fault.id)
    assert swept(world) == []


# --- finding ---


def found(world: World, text: str, person: str = "planner") -> list[tuple[str, str]]:
    return [(row.kind, row.name) for row in finding.find(world.actor(person), text)]


def test_anything_is_found_as_it_is_typed(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit, name="Gate unit")
    actions.write(world.actor("planner"), "Haal de sleutel")
    stock.add(world.actor("planner"), stock.Said(ItemKind.CAMERA, "Bullet 4K", "SN-0042"))
    assert found(world, "ha")[:2] == [("site", "Harbour yard North"), ("task", "Haal de sleutel")]
    assert ("customer", "De Haan Bouw BV") in found(world, "haan")
    assert found(world, "yard har") == [("site", "Harbour yard North")]
    assert ("unit", "Gate unit") in found(world, unit.signing.fingerprint.hex()[:8])
    assert found(world, "7002") == [("panel", "Fire panel, site hut")]
    assert found(world, "0042") == [("item", "Bullet 4K")]
    assert ("person", "Tom Jansen") in found(world, "tom")
    assert found(world, "") == found(world, "%") == found(world, "_") == []


def test_a_provider_finds_nothing_of_anothers_customers(world: World) -> None:
    assert found(world, "harbour", "nordplan") == []
    assert found(world, "villa", "nordplan") == [("site", "Villa Lindqvist")]
    assert found(world, "7002", "nordplan") == []
    assert found(world, "marieke", "nordplan") == []


def test_an_alarm_centre_finds_nothing_of_whom_it_serves(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit, name="Gate unit")
    for text in ("harbour", "gate", "camera", "7002", "marieke", "haan"):
        kinds = {kind for kind, _ in found(world, text, "operator")}
        assert kinds <= {"person", "task", "item"}, text


# --- customers, papers, stock ---


def test_customers_stand_with_what_is_missing_at_each(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    maintenance.report(world.actor("owner"), unit.id, unit.camera, Fault.BAD_PICTURE)
    row = next(one for one in office.customers(world.actor("planner")) if one.sites)  # the others guard no site
    assert (row.party.name, row.sites, row.units, row.cameras, row.malfunctions, row.signs_missing) == (
        "De Haan Bouw BV", 1, 1, 1, 1, 0,
    )  # fmt: skip
    assert row.agreement is not None
    assert [purpose.code for purpose in row.purposes] == ["theft_prevention"]
    (place,), count = office.places(world.actor("planner"), row.party.id)
    assert count == 1
    assert (place.sign, [one.name for one in place.units]) == (True, ["Gate unit"])


def test_papers_name_the_alarm_centre_that_serves_the_customers(world: World) -> None:
    papers = office.papers(world.actor("admin"))
    assert {paper.whose for paper in papers if paper.centre} == {"Alarmcentrale De Linge"}
    assert sum(paper.kind == "statement" for paper in papers) == len(WORLD.people_of("waak"))


def test_a_new_customer_has_a_provider_and_an_invitation_and_no_key(world: World) -> None:
    planner = world.actor("planner")
    new = office.NewCustomer(PartyKind.COMPANY, "Kuiper Sloop", "NL", Language.NL, "jan@kuiper.example", "Jan Kuiper")
    party_id, invitation = office.take_on(planner, new)
    assert invitation.owner_id == party_id
    row = next(one for one in office.customers(planner) if one.party.id == party_id)
    assert (row.agreement, row.invitation.email) == (None, "jan@kuiper.example")
    assert TaskKind.AGREEMENT_UNSIGNED.value in swept(world)
    with pytest.raises(Denied):
        office.take_on(world.actor("technician"), new)


def test_stock_goes_to_a_site_and_comes_back(world: World) -> None:
    planner = world.actor("planner")
    row = stock.add(planner, stock.Said(ItemKind.CAMERA, "Bullet 4K", "SN-0042"))
    site = WORLD.site("yard").id
    assert stock.move(planner, row.id, ItemState.AT_SITE, site).site_id == site
    assert stock.move(planner, row.id, ItemState.RETURNED).site_id is None
    refused: list[tuple[Any, ...]] = [(ItemState.AT_SITE, None), (ItemState.STOCK, site)]
    for state, where in refused:
        with pytest.raises(Exception, match="site"):
            stock.move(planner, row.id, state, where)
    with pytest.raises(Exception, match="stock"):
        stock.move(world.actor("nordplan"), row.id, ItemState.STOCK)
