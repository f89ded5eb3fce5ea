# SPDX-License-Identifier: EUPL-1.2
"""C12: the centre is manned around the clock. A queue with nobody there, or an alarm that waits too long, escalates:
within the norm, again and again, once each, through restarts, until somebody acts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.actors import World
from tests.clock import TestClock, stopped_clock
from tests.integration.centre.parts import CENTRE, SECOND, escalations, paged, steps, three_at_night
from zegel.demo.world import WORLD
from zegel.server.agreements import actions as agreements
from zegel.server.alarms import actions as alarms
from zegel.server.centre import actions, jobs, queries, rules
from zegel.server.centre.errors import AlreadyDone, BadValue, NotThere
from zegel.server.gate import Action, Denied, Resource, ResourceKind, decide
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger


@pytest.fixture
def night(world: World) -> Iterator[TestClock]:
    with stopped_clock(three_at_night()) as time:
        yield time


def watched(night: TestClock, seconds: int, every: int = 2) -> None:
    for _ in range(0, seconds, every):
        jobs.watch_once()
        night.advance(every)
    jobs.watch_once()


def test_an_alarm_at_three_with_nobody_there_is_told_within_the_norm(world: World, night: TestClock) -> None:
    case = world.burglary()
    jobs.watch_once()
    (held,) = escalations()
    assert (held.cause, held.rounds, held.waiting) == ("unmanned", 1, 1)
    letters = paged()
    assert sorted(letter.to[0] for letter in letters) == [
        "supervisor2@centrale.example", "supervisor@centrale.example",
    ]  # fmt: skip
    assert all("yard" not in letter.body.lower() for letter in letters), "a page names no site"
    alarm = alarms_row(world, case)
    assert alarm.escalated_at is not None
    assert alarm.escalated_at < alarm.norm_due


def alarms_row(world: World, case: Any) -> Any:
    from zegel.server.alarms.models import Alarm

    with tenancy.acting_as(CENTRE):
        return Alarm.objects.get(id=case.alarm_id)


def test_nobody_waits_and_nobody_is_told(night: TestClock, world: World) -> None:
    watched(night, 10, every=5)
    assert escalations() == []


def test_it_is_told_again_and_again_with_pauses_and_the_second_centre_too(world: World, night: TestClock) -> None:
    world.burglary()
    watched(night, 58, every=29)
    assert steps() == ["opened", "paged"]
    watched(night, 2, every=1)
    assert steps() == ["opened", "paged", "paged", "second_centre"]
    (theirs,) = escalations(SECOND)
    assert (theirs.cause, theirs.for_party, theirs.waiting) == ("stand_in", CENTRE, 1)
    watched(night, 125, every=25)
    assert steps().count("paged") == 3
    to = [letter.to[0] for letter in paged()]
    assert to.count("supervisor@centrale.example") == 3


def test_the_second_centre_sees_and_takes_the_alarm_and_no_image_of_it(world: World, night: TestClock) -> None:
    from zegel.server.footage import door
    from zegel.server.footage.door import ViewRequest
    from zegel.server.footage.rules import Purpose, Track

    case = world.burglary()
    watched(night, 62, every=31)
    standby = world.actor("standby")
    alarms.claim(standby, case.alarm_id)
    with pytest.raises(Denied) as denied:
        door.open_view(standby, ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id))
    assert "serves_as_arc" in denied.value.decision.missing
    watched(night, 1)
    assert [held.resolved_at is not None for held in (*escalations(), *escalations(SECOND))] == [True, True]


def test_a_second_centre_takes_nothing_before_it_is_called_nor_after_but_ends_what_it_took(
    world: World, night: TestClock
) -> None:
    standby, operator = world.actor("standby"), world.actor("operator")
    case = world.burglary()
    watched(night, 3)
    with pytest.raises(Denied) as denied:
        alarms.claim(standby, case.alarm_id)
    assert denied.value.decision.missing == ("handles_now",)
    watched(night, 60, every=20)
    alarms.claim(standby, case.alarm_id)
    watched(night, 1)
    assert escalations(SECOND)[0].resolved_at is not None
    later = world.burglary()
    with pytest.raises(Denied):
        alarms.claim(standby, later.alarm_id)
    alarms.note_step(standby, case.alarm_id, "Called the key holder.")
    alarms.close(standby, case.alarm_id, "genuine")
    alarms.claim(operator, later.alarm_id)


def test_a_second_centre_steps_back_when_somebody_sits_at_the_first_again(world: World, night: TestClock) -> None:
    case = world.burglary()
    watched(night, 62, every=31)
    assert escalations(SECOND)[0].resolved_at is None
    actions.seat_seen(world.actor("operator"))
    watched(night, 1, every=1)
    assert [held.resolved_at is not None for held in (*escalations(), *escalations(SECOND))] == [True, True]
    with pytest.raises(Denied):
        alarms.claim(world.actor("standby"), case.alarm_id)
    assert alarms.claim(world.actor("operator"), case.alarm_id).claimed_by == WORLD.person("operator").id


def test_a_second_centre_tests_nothing_and_sets_nothing(world: World, night: TestClock) -> None:
    world.burglary()
    watched(night, 62, every=31)
    standby = world.actor("standby")
    for role in ("operator", "supervisor"):
        one = replace(standby, role=role)
        for action, kind in (
            (Action.TEST, ResourceKind.SITE), (Action.READ, ResourceKind.ALARM_SETTINGS),
            (Action.CHANGE, ResourceKind.ALARM_SETTINGS),
        ):  # fmt: skip
            site = WORLD.site("yard").id
            asked = Resource(kind, site, WORLD.party("dehaan").id, {"site": site})
            assert not decide(one, action, asked).allowed, (role, action)


def test_who_is_suspended_mans_no_queue_and_says_nothing_of_his_seat(world: World, night: TestClock) -> None:
    operator = world.actor("operator")
    actions.seat_seen(operator)
    world.burglary()
    jobs.watch_once()
    assert escalations() == []
    agreements.suspend(world.actor("supervisor"), CENTRE, operator.id, "Looked for no reason.")
    jobs.watch_once()
    assert [held.cause for held in escalations()] == ["unmanned"]
    with pytest.raises(Denied):
        actions.change_seat(operator, on_duty=True, on_break=False)


def test_an_operator_at_his_seat_keeps_it_quiet_until_the_norm_is_past(world: World, night: TestClock) -> None:
    operator = world.actor("operator")
    assert actions.seat_seen(operator)
    case = world.burglary()
    left = (alarms_row(world, case).norm_due - clock.now()).total_seconds()
    assert left in {30, 60, 90}
    for _ in range(int(left) // 10):
        actions.seat_seen(operator)
        jobs.watch_once()
        night.advance(10)
    assert escalations() == []
    actions.seat_seen(operator)
    jobs.watch_once()
    (held,) = escalations()
    assert (held.cause, held.overdue) == ("overdue", 1)
    alarms.claim(operator, case.alarm_id)
    jobs.watch_once()
    assert escalations()[0].resolved_at is not None
    assert steps() == ["opened", "paged", "resolved"]


def test_whoever_leaves_is_missed_after_ten_seconds_and_a_page_loaded_anew_is_not(
    world: World, night: TestClock
) -> None:
    operator = world.actor("operator")
    actions.seat_seen(operator)
    world.burglary()
    actions.seat_gone(operator)
    night.advance(5)
    assert not actions.seat_seen(operator), "the same seat"
    watched(night, 12, every=6)
    assert escalations() == []
    actions.seat_gone(operator)
    watched(night, 12, every=6)
    assert [held.cause for held in escalations()] == ["unmanned"]


def test_a_break_and_not_being_on_duty_leave_the_queue_unmanned(world: World, night: TestClock) -> None:
    operator = world.actor("operator")
    actions.seat_seen(operator)
    actions.change_seat(operator, on_duty=True, on_break=True)
    world.burglary()
    jobs.watch_once()
    assert [held.cause for held in escalations()] == ["unmanned"]
    actions.change_seat(operator, on_duty=True, on_break=False)
    jobs.watch_once()
    assert escalations()[0].resolved_at is not None


def test_a_supervisor_who_watches_is_not_on_duty_until_he_says_so(world: World, night: TestClock) -> None:
    supervisor = world.actor("supervisor")
    actions.seat_seen(supervisor)
    with tenancy.acting_as(CENTRE):
        assert queries.manned(CENTRE) == []
    actions.change_seat(supervisor, on_duty=True, on_break=False)
    with tenancy.acting_as(CENTRE):
        assert len(queries.manned(CENTRE)) == 1


def test_who_acts_gets_quiet_and_then_it_begins_again(world: World, night: TestClock) -> None:
    world.burglary()
    watched(night, 3)
    (held,) = escalations()
    actions.acknowledge(world.actor("supervisor"), held.id, "On my way in.")
    watched(night, 290, every=29)
    assert steps() == ["opened", "paged", "acknowledged"]
    watched(night, 10)
    assert steps().count("paged") == 2


def test_a_round_is_made_once_whoever_watches_and_goes_on_after_a_crash(world: World, night: TestClock) -> None:
    world.burglary()
    for _ in range(5):  # five workers that each think they are the one
        jobs.watch_once()
    assert steps() == ["opened", "paged"]
    assert len(paged()) == 2
    night.advance(600)  # nothing ran for ten minutes
    jobs.watch_once()
    assert steps() == ["opened", "paged", "paged", "second_centre"], "one round for all that were missed"


def test_everything_is_written_down(world: World, night: TestClock) -> None:
    actions.seat_seen(world.actor("operator"))
    actions.seat_gone(world.actor("operator"))
    world.burglary()
    watched(night, 12, every=6)
    (held,) = escalations()
    actions.acknowledge(world.actor("supervisor"), held.id)
    with tenancy.acting_as(CENTRE):
        said = ledger.entries((Kind.SEAT, Kind.ESCALATION), CENTRE, since_ms=0)
    assert [entry.said.facts["what"] for entry in sorted(said, key=lambda e: e.index)] == [
        "taken", "left", "opened", "paged", "acknowledged",
    ]  # fmt: skip


def test_an_acknowledgement_of_what_is_over_or_elsewhere_is_refused(world: World, night: TestClock) -> None:
    case = world.burglary()
    watched(night, 62, every=31)
    (own,), (theirs,) = escalations(), escalations(SECOND)
    with pytest.raises(NotThere):
        actions.acknowledge(world.actor("standby"), own.id)
    with pytest.raises(Denied):
        actions.acknowledge(world.actor("owner"), own.id)
    alarms.claim(world.actor("operator"), case.alarm_id)
    watched(night, 1)
    with pytest.raises(AlreadyDone):
        actions.acknowledge(world.actor("standby"), theirs.id)


def test_the_centre_chooses_who_is_told_and_how_fast(world: World, night: TestClock) -> None:
    supervisor = world.actor("supervisor")
    wanted = actions.NewSettings(["pager@centrale.example"], 20, 30, 60, {"urgent": [[10, 0.8], [20, 0.99]]}, 0.1, 200)
    actions.change_settings(supervisor, wanted)
    world.burglary()
    watched(night, 55, every=5)
    assert steps() == ["opened", "paged", "paged", "second_centre", "paged", "second_centre"]
    assert {letter.to[0] for letter in paged()} >= {"pager@centrale.example"}
    for bad in (
        {"norms": {"urgent": [[20, 0.8], [10, 0.99]]}},
        {"pagers": ["nobody"]},
        {"repeat_s": 0},
        {"review_rate": 2},
    ):
        with pytest.raises(BadValue):
            actions.change_settings(supervisor, actions.NewSettings(**{**vars(wanted), **bad}))
    with pytest.raises(Denied):
        actions.change_settings(world.actor("operator"), wanted)


def test_people_of_no_centre_have_no_seat(world: World) -> None:
    for person in ("owner", "planner", "technician"):
        assert not actions.seat_seen(world.actor(person))
    with tenancy.acting_as(WORLD.party("waak").id):
        assert queries.seats(WORLD.party("waak").id) == []
    assert rules.SEAT_LASTS.total_seconds() > 30, "longer than the pause between two looks at a stream"


def test_what_somebody_had_in_hand_goes_back_when_his_seat_is_empty(world: World, night: TestClock) -> None:
    operator, colleague = world.actor("operator"), world.actor("operator2")
    actions.seat_seen(operator)
    case = world.burglary()
    alarms.claim(operator, case.alarm_id)
    actions.seat_gone(operator)
    night.advance(60)
    jobs.watch_once()
    assert alarms_row(world, case).claimed_by == operator.id, "a long reload takes nothing from anybody"
    night.advance(150)
    jobs.watch_once()
    assert alarms_row(world, case).state == "queued"
    jobs.watch_once()
    assert [held.cause for held in escalations()] == ["unmanned"]
    actions.seat_seen(colleague)
    alarms.claim(colleague, case.alarm_id)
    jobs.watch_once()
    assert alarms_row(world, case).claimed_by == colleague.id
    assert escalations()[-1].resolved_at is not None


def test_what_was_given_back_has_its_norm_again_from_then(world: World, night: TestClock) -> None:
    operator = world.actor("operator")
    actions.seat_seen(operator)
    case = world.burglary()
    alarms.claim(operator, case.alarm_id)
    for _ in range(20):
        night.advance(20)
        actions.seat_seen(operator)
    alarms.release_claim(operator, case.alarm_id)
    jobs.watch_once()
    assert escalations() == []
    for _ in range(5):
        night.advance(20)
        actions.seat_seen(operator)
    jobs.watch_once()
    assert [held.cause for held in escalations()] == ["overdue"]


def test_who_only_works_over_the_api_keeps_what_he_took(world: World, night: TestClock) -> None:
    operator = world.actor("operator")
    case = world.burglary()
    alarms.claim(operator, case.alarm_id)
    night.advance(3600)
    jobs.watch_once()
    assert alarms_row(world, case).claimed_by == operator.id, "he never had a seat here, so none is empty"
