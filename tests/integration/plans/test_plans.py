# SPDX-License-Identifier: EUPL-1.2
"""Plans are versions that never change, are found for an alarm by place and class, and belong to whom they belong."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.gate import Denied
from zegel.server.kernel import tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.plans import actions, queries
from zegel.server.plans.actions import Draft, Person, Place
from zegel.server.plans.errors import BadPlan, ClassTaken, PlanMoved, UnknownPlan
from zegel.server.plans.rules import Phone, Step, StepKind

YARD, VILLA = WORLD.site("yard"), WORLD.site("villa")
WAAK, DEHAAN = WORLD.party("waak").id, WORLD.party("dehaan").id
LOOK = Step(StepKind.LOOK, "Who is there?")
CALL = Step(StepKind.CALL_CONTACT, "Ask for the code word", attempts=2, code_word=True)
CLOSE = Step(StepKind.CLOSE_SUGGEST, close_code="false_user")


def draft(*classes: str, name: str = "Night", steps: tuple[Step, ...] = (LOOK, CALL, CLOSE)) -> Draft:
    return Draft(name, classes or ("burglary",), steps)


def yard_place() -> Place:
    return Place(YARD.id, DEHAAN, WAAK)


def pin(signal_class: str, party: Any = DEHAAN, site: Any = YARD.id) -> Any:
    with tenancy.acting_as(party):
        return queries.pin(site, signal_class)


@pytest.fixture
def bare(world: World) -> World:
    """The world without the plans that it is founded with."""
    for planner, provider in (("planner", "waak"), ("nordplan", "nordvakt")):
        actor = world.actor(planner)
        places = ((WORLD.party(provider).id, None), (DEHAAN, YARD.id), (WORLD.party("lindqvist").id, VILLA.id))
        for owner, site in places:
            for plan, _version in queries.plans(actor, site, owner):
                if plan.provider_id == actor.party_id:
                    actions.end_plan(actor, plan.id)
    return world


def test_an_alarm_gets_the_sites_plan_before_the_providers_and_a_class_before_all_others(bare: World) -> None:
    planner = bare.actor("planner")
    assert pin("burglary") is None
    everything = actions.add_plan(planner, Place.default(WAAK), draft("", name="Everything else"))
    assert pin("burglary") == pin("fire") == everything
    default = actions.add_plan(planner, Place.default(WAAK), draft("burglary"))
    assert pin("burglary") == default
    assert pin("fire") == everything
    site_rest = actions.add_plan(planner, yard_place(), draft("", name="Yard"))
    assert pin("burglary") == site_rest
    own = actions.add_plan(planner, yard_place(), draft("burglary", "video"))
    assert pin("burglary") == pin("video") == own
    assert pin("fire") == site_rest
    assert pin("burglary", WORLD.party("lindqvist").id, VILLA.id) is None


def test_the_alarm_centre_finds_the_providers_default_and_another_provider_does_not(bare: World) -> None:
    default = actions.add_plan(bare.actor("planner"), Place.default(WAAK), draft("burglary"))
    assert pin("burglary", WORLD.party("centrale").id) == default
    with tenancy.acting_as(WORLD.party("nordvakt").id), pytest.raises(UnknownPlan):
        queries.version(default.id)
    with tenancy.acting_as(WORLD.party("lindqvist").id), pytest.raises(UnknownPlan):
        queries.version(default.id)


def test_saving_makes_the_next_version_and_the_pinned_one_says_what_it_said(bare: World) -> None:
    planner = bare.actor("planner")
    first = actions.add_plan(planner, yard_place(), draft())
    second = actions.save_plan(planner, first.plan_id, 1, draft(steps=(LOOK, CLOSE)))
    assert (first.number, second.number) == (1, 2)
    assert pin("burglary") == second
    pinned = queries.pinned(bare.actor("operator"), first.id, YARD.id)
    assert pinned is not None
    assert [one.step for one in pinned.steps] == [LOOK, CALL, CLOSE]
    kinds = [entry.kind for entry in _entries(bare, Kind.PLAN)]
    assert len(kinds) >= 2


def test_the_database_refuses_to_change_what_a_version_says(bare: World) -> None:
    version = actions.add_plan(bare.actor("planner"), yard_place(), draft())
    with (
        pytest.raises(DatabaseError, match="does not change"),
        tenancy.acting_as(WAAK),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE plans_planversion SET steps = '[]' WHERE id = %s", [version.id])


def test_of_two_who_change_the_same_version_the_second_is_refused_and_nothing_is_lost(bare: World) -> None:
    planner, supervisor = bare.actor("planner"), bare.actor("supervisor")
    first = actions.add_plan(planner, yard_place(), draft())
    mine = actions.save_plan(planner, first.plan_id, 1, draft(name="Mine"))
    with pytest.raises(PlanMoved):
        actions.save_plan(supervisor, first.plan_id, 1, draft(name="Yours"))
    assert pin("burglary") == mine


def test_an_older_version_comes_back_as_a_new_one_without_who_was_removed(bare: World) -> None:
    planner = bare.actor("planner")
    contact = actions.add_contact(planner, YARD.id, Person("Temporary", (Phone("+31 6 1234 5678"),)))
    named = replace_call(contact.id)
    first = actions.add_plan(planner, yard_place(), draft(steps=(LOOK, named)))
    actions.save_plan(planner, first.plan_id, 1, draft(steps=(LOOK,)))
    actions.remove_contact(planner, contact.id)
    third = actions.restore_version(planner, first.plan_id, 1, "It was better")
    assert (third.number, third.restored_from) == (3, 1)
    pinned = queries.pinned(planner, third.id, YARD.id)
    assert pinned is not None
    assert [one.step.contact for one in pinned.steps] == [None, None]


def replace_call(contact: Any) -> Step:
    return Step(StepKind.CALL_CONTACT, "Only he knows", contact=contact, attempts=1)


def test_one_class_belongs_to_one_plan_of_a_place(bare: World) -> None:
    planner = bare.actor("planner")
    first = actions.add_plan(planner, yard_place(), draft("burglary", "video"))
    with pytest.raises(ClassTaken):
        actions.add_plan(planner, yard_place(), draft("video", name="Other"))
    actions.save_plan(planner, first.plan_id, 1, draft("burglary"))
    actions.add_plan(planner, yard_place(), draft("video", name="Other"))


def test_a_plan_that_ended_is_pinned_no_more(bare: World) -> None:
    planner = bare.actor("planner")
    version = actions.add_plan(planner, yard_place(), draft())
    actions.end_plan(planner, version.plan_id)
    assert pin("burglary") is None
    with pytest.raises(UnknownPlan):
        actions.save_plan(planner, version.plan_id, 1, draft())
    assert queries.pinned(bare.actor("operator"), version.id, YARD.id) is not None


def test_a_default_can_not_name_a_contact_of_one_site(bare: World) -> None:
    contact = actions.add_contact(bare.actor("planner"), YARD.id, Person("Yusuf", (Phone("+31 6 1234 5678"),)))
    with pytest.raises(BadPlan) as refused:
        actions.add_plan(bare.actor("planner"), Place.default(WAAK), draft(steps=(replace_call(contact.id),)))
    assert (refused.value.step, refused.value.field) == (1, "contact")


def test_who_plans_nothing_there_changes_nothing(bare: World) -> None:
    version = actions.add_plan(bare.actor("planner"), yard_place(), draft())
    for person in ("operator", "owner", "foreman", "technician", "household", "nordplan"):
        actor = bare.actor(person)
        for attempt in (
            partial(actions.add_plan, actor, yard_place(), draft("fire")),
            partial(actions.save_plan, actor, version.plan_id, 1, draft(name="Mine")),
            partial(actions.end_plan, actor, version.plan_id),
            partial(actions.restore_version, actor, version.plan_id, 1),
        ):
            with pytest.raises((Denied, UnknownPlan)):
                attempt()
    assert pin("burglary") == version


def test_the_centres_supervisor_changes_the_sites_plan_but_not_the_providers_default(bare: World) -> None:
    supervisor = bare.actor("supervisor")
    site = actions.add_plan(supervisor, yard_place(), draft())
    assert pin("burglary") == site
    default = actions.add_plan(bare.actor("planner"), Place.default(WAAK), draft("fire"))
    with pytest.raises(Denied):
        actions.save_plan(supervisor, default.plan_id, 1, draft("fire", name="Ours"))
    with pytest.raises(Denied):
        actions.add_plan(supervisor, Place.default(WAAK), draft("medical"))
    assert pin("fire", WORLD.party("centrale").id) == default


def test_a_place_made_up_by_the_caller_is_refused_by_the_database(bare: World) -> None:
    """A planner who names another provider's party as owner writes no row there."""
    with pytest.raises((Denied, DatabaseError)):
        actions.add_plan(bare.actor("planner"), Place(None, WORLD.party("nordvakt").id, WAAK), draft())
    with pytest.raises((Denied, DatabaseError)):
        actions.add_plan(bare.actor("planner"), replace(yard_place(), site_id=uuid4(), owner_id=VILLA.id), draft())


def _entries(world: World, kind: Kind) -> Any:
    owner = world.actor("owner")
    with tenancy.acting_as(owner.party_id, owner.id):
        return ledger.entries([kind], owner.party_id, since_ms=0)
