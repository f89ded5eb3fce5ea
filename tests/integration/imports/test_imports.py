# SPDX-License-Identifier: EUPL-1.2
"""A messy list is looked at, taken over in pieces, gone on with where it stopped, and its report names nobody."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.customers.models import Customer, Suggestion
from zegel.server.gate import Denied
from zegel.server.imports import actions, jobs, mapping, queries
from zegel.server.imports.errors import BadFile, BadMapping, NotNow, UnknownImport
from zegel.server.imports.mapping import Choices, Target
from zegel.server.imports.models import Import, State
from zegel.server.kernel import shred, tenancy
from zegel.server.products.models import Item

NOORDMAN = WORLD.party("noordman").id
HEADER = "Klantnaam;Adres;Postcode;Plaats;E-mail;Tel.;Merk;Type;Serienummer"
MESSY = "\r\n".join([
    "Klantenlijst 2024", HEADER,
    "Joël Müller;Veerhaven 12;3016cj;Rotterdam;joel@muller.example;0612345678;Wasco;W200;WA-1001",
    '"Blom; dochters";Dam 1;1012JS;Amsterdam;;geen;;;',
    "  JOËL MULLER ;Veerhaven 12;3016 CJ;ROTTERDAM;joel@muller.example;0612345678;Wasco;W200;WA-1001",
    "?;Nergens 1;1234AB;Nergens;x@y.example;;;;",
    "Eva Smit;Laan 3;2511 AA;Den Haag;eva at smit;3,16E+10;;;",
    ";;;;;;;;",
]).encode("cp1252")  # fmt: skip


def look(import_id: UUID) -> Import:
    with tenancy.acting_as(NOORDMAN):
        return Import.objects.get(id=import_id)


def guessed(row: Import) -> dict[int, Target]:
    return {int(place): Target(target) for place, target in row.columns.items()}


def checked(world: World, data: bytes, **more: object) -> Import:
    desk = world.actor("desk")
    row = actions.upload(desk, "klanten.csv", data)
    columns = guessed(row)
    actions.check(desk, row.id, columns, Choices(columns, **more))  # type: ignore[arg-type]
    jobs.go_on(str(NOORDMAN), str(row.id))
    return look(row.id)


def names() -> list[str]:
    with tenancy.acting_as(NOORDMAN):
        return list(Customer.objects.filter(owner_id=NOORDMAN, source="import").order_by("number")
                    .values_list("name", flat=True))  # fmt: skip


def test_a_messy_list_is_looked_at_before_anything_is_written(world: World) -> None:
    row = checked(world, MESSY, things=True)
    assert (row.state, row.habits["encoding"], row.habits["separator"], row.rows) == (State.CHECKED, "cp1252", ";", 5)
    assert (row.added, row.matched, row.refused, row.things) == (3, 1, 1, 2)
    assert names() == []
    seen = queries.look(world.actor("desk"), row.id)
    assert [(one.line, one.what, one.refused) for one in seen.remarks] == [
        (6, "name", True), (7, "phone", False), (7, "email", False),
    ]  # fmt: skip
    assert seen.sample[0][2].details is not None
    assert seen.sample[0][2].details.house_number == "12"


def test_it_is_taken_over_once_with_things_and_the_file_is_gone(world: World) -> None:
    row = checked(world, MESSY, things=True)
    desk = world.actor("desk")
    actions.run(desk, row.id)
    jobs.go_on(str(NOORDMAN), str(row.id))
    jobs.go_on(str(NOORDMAN), str(row.id))
    done = look(row.id)
    assert (done.state, done.added, done.matched, done.refused, done.things) == (State.DONE, 3, 1, 1, 1)
    assert names() == ["Joël Müller", "Blom; dochters", "Eva Smit"]
    with tenancy.acting_as(NOORDMAN):
        assert [item.serial for item in Item.objects.filter(owner_id=NOORDMAN, serial="WA-1001")] == ["WA-1001"]
        assert [one.values for one in Suggestion.objects.all()] == [{"name": "JOËL MULLER", "city": "ROTTERDAM"}]
    assert done.wrapped is None
    assert shred.is_destroyed("account", row.shred or 0)
    report = queries.report(desk, row.id)
    assert b"6,name,refused" in report.content
    assert b"Nergens" not in report.content
    with pytest.raises(NotNow):
        actions.run(desk, row.id)


def test_whoever_is_killed_or_paused_goes_on_where_he_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PIECE", 10)
    lines = "".join(f"Klant {n};Straat {n};{1000 + n}AB;Stad;k{n}@list.example\n" for n in range(35))
    row = checked(world, ("Naam;Adres;Postcode;Plaats;E-mail\n" + lines).encode())
    desk = world.actor("desk")
    actions.run(desk, row.id)
    whole, pieces = actions._piece, []

    def killed(*given: object) -> bool:
        if len(pieces) == 2:
            raise KeyboardInterrupt
        pieces.append(given)
        return whole(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(actions, "_piece", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.go_on(str(NOORDMAN), str(row.id))
    assert (look(row.id).dealt, len(names())) == (20, 20)
    monkeypatch.setattr(actions, "_piece", whole)
    actions.pause(desk, row.id)
    jobs.go_on(str(NOORDMAN), str(row.id))
    assert look(row.id).dealt == 20
    actions.resume(desk, row.id)
    jobs.go_on(str(NOORDMAN), str(row.id))
    assert (look(row.id).state, len(names()), len(set(names()))) == (State.DONE, 35, 35)


def test_columns_must_make_customers_and_prospects_need_an_end(world: World) -> None:
    desk = world.actor("desk")
    row = actions.upload(desk, "x.csv", MESSY)
    for columns, why in (({1: Target.STREET}, "no_name"), ({0: Target.NAME, 1: Target.NAME}, "twice")):
        with pytest.raises(BadMapping) as refused:
            actions.check(desk, row.id, columns, Choices(columns))
        assert refused.value.details == {"why": why}
    with pytest.raises(BadMapping):
        actions.check(desk, row.id, {0: Target.NAME}, Choices({}, standing=mapping.Standing.PROSPECT))
    with pytest.raises(BadFile):
        actions.upload(desk, "x.xlsx", b"PK\x03\x04....")
    actions.discard(desk, row.id)
    assert look(row.id).wrapped is None


def test_another_firm_and_who_may_not_see_no_list(world: World) -> None:
    row = actions.upload(world.actor("desk"), "x.csv", MESSY)
    with pytest.raises(UnknownImport):
        queries.look(world.actor("garagist"), row.id)
    with pytest.raises(Denied):
        actions.upload(world.actor("bookkeeper"), "x.csv", MESSY)
    assert queries.listed(world.actor("garagist")) == []


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_fifty_thousand_lines_are_taken_over_within_minutes(world: World) -> None:
    lines = "".join(
        f"Klant {n % 45_000};Straat {n % 45_000};{1000 + n % 9000}AB;Stad;k{n % 45_000}@list.example\n"
        for n in range(50_000)
    )
    row = checked(world, ("Naam;Adres;Postcode;Plaats;E-mail\n" + lines).encode())
    assert (row.added, row.matched) == (45_000, 5_000)
    actions.run(world.actor("desk"), row.id)
    jobs.go_on(str(NOORDMAN), str(row.id))
    assert len(names()) == 45_000
