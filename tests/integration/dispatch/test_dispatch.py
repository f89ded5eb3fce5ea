# SPDX-License-Identifier: EUPL-1.2
"""A guard is asked, goes, and reports: by his own page or on the telephone, and the alarm knows of every step."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from tests.actors import World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.seal.policy import LiveEnd, Window
from zegel.server.alarms import actions as alarms
from zegel.server.alarms import queries as alarm_queries
from zegel.server.alarms.errors import NotYours, UnknownAlarm
from zegel.server.dispatch import actions, jobs, queries, rules
from zegel.server.dispatch.actions import Company
from zegel.server.dispatch.errors import BadGuard, NobodyToSend, NotThisWay, UnknownDispatch, UnknownGuard
from zegel.server.dispatch.models import Dispatch, GuardLink
from zegel.server.dispatch.rules import State
from zegel.server.footage import queries as footage
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.plans.errors import UnknownPlan

DEHAAN, YARD = WORLD.party("dehaan").id, WORLD.site("yard")
NOTHING = rules.checked_report("nothing", "All quiet, gate closed", True)


@pytest.fixture
def claimed(world: World, case: Any) -> Any:
    alarms.claim(world.actor("operator"), case.alarm_id)
    return case


def kinds(world: World, alarm_id: UUID) -> list[str]:
    return [step.kind for step in alarm_queries.steps(world.actor("operator"), alarm_id)]


def opened(dispatch: Dispatch) -> tuple[str, str]:
    """A phone that opened the link: (token, the secret that it keeps)."""
    with tenancy.acting_as(dispatch.owner_id):
        token = actions.draw_token(dispatch)
    return token, actions.open_link(token)


def test_the_next_company_is_asked_and_mailed_a_link_and_the_alarm_says_so(world: World, claimed: Any) -> None:
    operator = world.actor("operator")
    dispatch = actions.request(operator, claimed.alarm_id, note="Back of the crane")
    assert (dispatch.guard.name, dispatch.state) == ("Rijnmond Patrol", "requested")
    assert dispatch.due_at - dispatch.requested_at == timedelta(minutes=15)
    assert "guard_sent" in kinds(world, claimed.alarm_id)
    with tenancy.acting_as(None):
        assert OutboxEvent.objects.filter(topic="dispatch.requested", owner_id=DEHAAN).count() == 1
    jobs.mail_link(str(dispatch.owner_id), str(dispatch.id))
    letter = mail.outbox.pop()
    assert letter.to == ["dispatch@rijnmond.example"]
    token = re.search(r"/guard/([A-Za-z0-9_-]{43})", letter.body)
    assert token is not None
    assert "Kade 12" not in letter.body
    assert actions.open_link(token[1])
    jobs.mail_link(str(dispatch.owner_id), str(dispatch.id))
    assert not mail.outbox, "a second run of the job mails nobody"


def test_the_same_company_is_not_sent_twice_and_the_next_one_comes_after_a_refusal(world: World, claimed: Any) -> None:
    operator = world.actor("operator")
    first = actions.request(operator, claimed.alarm_id)
    assert actions.request(operator, claimed.alarm_id, first.guard_id).id == first.id
    token, browser = opened(first)
    actions.advance_by_token(token, browser, State.CANCELLED)
    second = actions.request(operator, claimed.alarm_id)
    assert second.guard.name == "Delta Guards"
    with pytest.raises(NobodyToSend):
        actions.request(operator, claimed.alarm_id)
    rows = queries.of_alarms(operator, [claimed.alarm_id])[claimed.alarm_id]
    assert [(row.state, row.declined) for row in rows] == [("cancelled", True), ("requested", False)]
    assert "guard_declined" in kinds(world, claimed.alarm_id)


def test_a_guard_goes_all_the_way_by_his_own_page(world: World, claimed: Any) -> None:
    dispatch = actions.request(world.actor("operator"), claimed.alarm_id)
    token, browser = opened(dispatch)
    for state in (State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED):
        actions.advance_by_token(token, browser, state)
    actions.report_by_token(token, browser, NOTHING)
    row = queries.get(world.actor("operator"), dispatch.id)
    assert row.state == "reported"
    assert row.report == {"found": "nothing", "text": "All quiet, gate closed", "secured": True}
    assert None not in (row.accepted_at, row.on_the_way_at, row.arrived_at, row.left_at, row.reported_at)
    told = kinds(world, claimed.alarm_id)
    assert told[-4:] == ["guard_accepted", "guard_on_the_way", "arrived", "guard_report"]
    owner = world.actor("owner")
    with tenancy.acting_as(owner.party_id, owner.id):
        entries = ledger.entries([Kind.DISPATCH], DEHAAN, since_ms=0)
    assert {entry.said.facts.get("by") for entry in entries} >= {"guard", "operator"}


def test_what_a_guard_says_on_the_telephone_is_written_down_by_the_operator(world: World, claimed: Any) -> None:
    operator = world.actor("operator")
    dispatch = actions.request(operator, claimed.alarm_id)
    actions.advance(operator, dispatch.id, State.ARRIVED)
    with pytest.raises(NotThisWay):
        actions.advance(operator, dispatch.id, State.ACCEPTED)
    actions.report(operator, dispatch.id, NOTHING)
    assert queries.get(operator, dispatch.id).state == "reported"
    with pytest.raises(NotThisWay):
        actions.cancel(operator, dispatch.id)


def test_the_guards_arrival_ends_the_centres_view_where_the_owner_wants_it_so(world: World) -> None:
    ends = Window(10, 20, LiveEnd.ARRIVED, 300)
    world.policy = lambda unit, keyset, **lies: World.policy(world, unit, keyset, window=ends, **lies)  # type: ignore[method-assign]
    case = world.burglary()
    alarms.claim(world.actor("operator"), case.alarm_id)
    dispatch = actions.request(world.actor("operator"), case.alarm_id)
    token, browser = opened(dispatch)
    for state, open_still in ((State.ON_THE_WAY, True), (State.ARRIVED, False)):
        actions.advance_by_token(token, browser, state)
        with tenancy.acting_as(DEHAAN):
            assert footage.is_open(footage.window_of(case.alarm_id)) is open_still


def test_a_guard_who_is_called_off_sees_nothing_of_the_site_any_more(world: World, claimed: Any) -> None:
    operator = world.actor("operator")
    dispatch = actions.request(operator, claimed.alarm_id)
    token, browser = opened(dispatch)
    assert actions.errand(token, browser).dispatch.state == "requested"
    actions.cancel(operator, dispatch.id, "The owner was there")
    with pytest.raises(NotThisWay):
        actions.advance_by_token(token, browser, State.ACCEPTED)
    with stopped_clock(clock.now() + timedelta(hours=2)), pytest.raises(actions.LinkRefused) as refused:
        actions.errand(token, browser)
    assert refused.value.why == "expired"


def test_only_contacts_that_the_plan_and_they_themselves_allow_are_shown(world: World, claimed: Any) -> None:
    dispatch = actions.request(world.actor("operator"), claimed.alarm_id)
    token, browser = opened(dispatch)
    errand = actions.errand(token, browser)
    assert [person.name for person in errand.contacts] == ["Yusuf Demir"]
    assert "Gate 4" in errand.route
    with tenancy.acting_as(DEHAAN):
        Dispatch.objects.filter(id=dispatch.id).update(tell_contacts=False)
    assert actions.errand(token, browser).contacts == ()


def test_a_guard_who_does_not_come_is_overdue(world: World, claimed: Any) -> None:
    dispatch = actions.request(world.actor("operator"), claimed.alarm_id)
    late = clock.now() + timedelta(minutes=16)
    assert rules.overdue(State(dispatch.state), dispatch.requested_at, dispatch.due_at, late)


def test_only_who_has_the_alarm_in_hand_sends_a_guard(world: World, claimed: Any) -> None:
    with pytest.raises((NotYours, Denied)):
        actions.request(world.actor("operator2"), claimed.alarm_id)
    for person in ("owner", "planner", "technician", "household", "nordplan"):
        with pytest.raises((Denied, UnknownAlarm)):
            actions.request(world.actor(person), claimed.alarm_id)
    assert queries.of_alarms(world.actor("operator"), [claimed.alarm_id]) == {}


def test_after_the_alarm_is_closed_nobody_is_sent_and_who_is_there_may_still_report(world: World, claimed: Any) -> None:
    operator = world.actor("operator")
    dispatch = actions.request(operator, claimed.alarm_id)
    token, browser = opened(dispatch)
    actions.advance_by_token(token, browser, State.ARRIVED)
    alarms.close(operator, claimed.alarm_id, "genuine")
    actions.report_by_token(token, browser, NOTHING)
    assert "guard_report" in kinds(world, claimed.alarm_id)
    with pytest.raises(Denied):
        actions.request(operator, claimed.alarm_id, None)


def test_companies_are_added_changed_ordered_and_taken_off(world: World) -> None:
    planner = world.actor("planner")
    new = actions.add_guard(planner, YARD.id, Company("Night Watch", "+31 10 000 0303", typical_min=25))
    there = queries.guards(planner, YARD.id)
    assert there[-1].id == new.id
    actions.order_guards(planner, YARD.id, [new.id, *(one.id for one in there[:-1])])
    assert queries.guards(planner, YARD.id)[0].name == "Night Watch"
    actions.remove_guard(planner, new.id)
    assert new.id not in {one.id for one in queries.guards(planner, YARD.id)}
    with pytest.raises(UnknownGuard):
        actions.change_guard(planner, new.id, Company("Again", "+31 10 000 0303"))


def test_a_company_that_nobody_could_reach_is_refused(world: World) -> None:
    for company in (
        Company(" ", "+31 10 000 0303"), Company("Nobody"), Company("A", "call me"), Company("A", email="nowhere"),
        Company("A", "+31 10 000 0303", typical_min=0), Company("A", "+31 10 000 0303", language="xx"),
    ):  # fmt: skip
        with pytest.raises(BadGuard):
            actions.add_guard(world.actor("planner"), YARD.id, company)


def test_who_plans_nothing_there_changes_no_company(world: World) -> None:
    first, mine = queries.guards(world.actor("planner"), YARD.id)[0], Company("Mine", "+31 10 000 0303")
    for person in ("operator", "owner", "technician", "household", "nordplan"):
        for attempt in (
            partial(actions.add_guard, world.actor(person), YARD.id, mine),
            partial(actions.change_guard, world.actor(person), first.id, mine),
            partial(actions.remove_guard, world.actor(person), first.id),
        ):
            with pytest.raises((Denied, UnknownGuard, UnknownPlan)):
                attempt()


def test_another_party_knows_of_no_errand(world: World, claimed: Any) -> None:
    dispatch = actions.request(world.actor("operator"), claimed.alarm_id)
    for person in ("household", "nordplan"):
        with pytest.raises(UnknownDispatch):
            queries.get(world.actor(person), dispatch.id)
        with pytest.raises(UnknownDispatch):
            actions.cancel(world.actor(person), dispatch.id)


def test_links_that_open_nothing_any_more_are_forgotten(world: World, claimed: Any) -> None:
    dispatch = actions.request(world.actor("operator"), claimed.alarm_id)
    opened(dispatch)
    assert actions.forget_old_links(clock.now()) == 0
    assert actions.forget_old_links(clock.now() + timedelta(hours=13)) == 1
    with tenancy.acting_as(None):
        assert not GuardLink.objects.exists()
