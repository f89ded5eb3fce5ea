# SPDX-License-Identifier: EUPL-1.2
"""Journey 16: a supervisor is dealt views to judge; a deviation becomes a finding, and a finding can suspend."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.centre.parts import CENTRE, delivered
from zegel.demo.world import WORLD
from zegel.server.alarms import actions as alarms
from zegel.server.centre import actions, queries, review_actions, review_queries
from zegel.server.centre.errors import AlreadyDone, BadValue, NotThere
from zegel.server.centre.models import Review
from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger

EVERYTHING = actions.NewSettings([], 60, 120, 300, {}, 1.0, 300)
NOTHING = actions.NewSettings([], 60, 120, 300, {}, 0.0, 300)


def looked(world: World, case: Any, person: str = "operator", *, note: bool = True) -> Any:
    """An ordinary look: claimed, seen, written down, ended."""
    operator = world.actor(person)
    alarms.claim(operator, case.alarm_id)
    view = door.open_view(
        operator, ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    )
    if note:
        alarms.note_step(operator, case.alarm_id, "One person at the gate.")
    door.end_view(operator, view.lease_id)
    delivered()
    return view


def reviews() -> list[Review]:
    with tenancy.acting_as(CENTRE):
        return list(Review.objects.filter(owner_id=CENTRE).order_by("made_at"))


def person(key: str) -> Any:
    return WORLD.person(key).id


def test_an_ordinary_view_is_dealt_only_when_it_is_drawn(world: World, case: Any) -> None:
    actions.change_settings(world.actor("supervisor"), NOTHING)
    looked(world, case)
    assert reviews() == []
    again = world.burglary(unit=None)
    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    looked(world, again)
    (row,) = reviews()
    assert (row.why, row.risks, row.person_id) == ("random", [], person("operator"))
    assert row.dealt_to in {person("supervisor"), person("supervisor2")}
    assert (row.camera_id, row.alarm_id, row.slots) == (again.camera, again.alarm_id, 15)
    delivered()
    assert len(reviews()) == 1, "each view once"


def test_a_long_look_without_a_step_is_dealt_by_its_risks(world: World, case: Any) -> None:
    actions.change_settings(world.actor("supervisor"), actions.NewSettings([], 60, 120, 300, {}, 0.0, 30))
    with stopped_clock(clock.now()) as time:
        operator = world.actor("operator")
        alarms.claim(operator, case.alarm_id)
        request = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
        view = door.open_view(operator, request)
        time.advance(50)
        door.end_view(operator, view.lease_id)
        delivered()
    (row,) = reviews()
    assert (row.why, row.risks) == ("risk", ["long_view", "no_step"])
    with tenancy.acting_as(CENTRE):
        story = review_queries.story(row)
    assert story.alarm is not None
    assert [step.kind for step in story.steps] == ["raised", "claimed"]
    assert [share.slots for share in story.shares] == [15]


def test_a_finding_is_kept_with_its_reason_followed_up_and_never_changed(world: World, case: Any) -> None:
    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    looked(world, case)
    (row,) = reviews()
    judge = world.actor("supervisor")
    for verdict, reason in (("breach", ""), ("fine", "It was fine."), ("ok", "  ")):
        with pytest.raises(BadValue):
            review_actions.judge(judge, row.id, verdict, reason)
    with pytest.raises(BadValue):
        review_actions.judge(judge, row.id, "question", "Why so long?", suspend=True)
    finding = review_actions.judge(judge, row.id, "question", "Why was the guard not sent?")
    assert finding.verdict == "question"
    with pytest.raises(AlreadyDone):
        review_actions.judge(world.actor("supervisor2"), row.id, "ok", "It was in order after all.")
    with tenancy.acting_as(CENTRE):
        assert review_queries.counts(CENTRE) == {"open": 0, "follow_up": 1}
    review_actions.follow_up(judge, row.id, "Talked it through; the plan says so now.")
    with tenancy.acting_as(CENTRE):
        assert review_queries.counts(CENTRE) == {"open": 0, "follow_up": 0}
        (week,) = review_queries.weeks(CENTRE)
        assert (week["dealt"], week["judged"], week["question"], week["breach"]) == (1, 1, 1, 0)
        said = ledger.entries((Kind.REVIEW,), CENTRE, since_ms=0)
    assert [e.said.facts["what"] for e in sorted(said, key=lambda e: e.index)] == ["dealt", "judged", "followed_up"]


def test_who_looked_is_never_dealt_his_own_view_and_waits_for_another_judge(world: World, case: Any) -> None:
    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    looked(world, case, "supervisor")
    (row,) = reviews()
    assert row.dealt_to == person("supervisor2")
    with pytest.raises(Denied) as denied:
        review_actions.judge(world.actor("supervisor"), row.id, "ok", "I was very careful.")
    assert denied.value.decision.missing == ("looked_not_himself",)


def test_a_breach_suspends_at_once_and_another_supervisor_lifts_it(world: World, case: Any) -> None:
    from zegel.server.agreements import queries as agreements

    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    looked(world, case)
    (row,) = reviews()
    review_actions.judge(world.actor("supervisor"), row.id, "breach", "He looked for no reason.", suspend=True)
    operator = world.actor("operator")
    with tenancy.acting_as(CENTRE):
        assert len(queries.in_hand_of(operator.id, CENTRE)) == 1
    delivered()
    with tenancy.acting_as(CENTRE):
        assert queries.in_hand_of(operator.id, CENTRE) == [], "what he had in hand is a colleague's now"
    request = ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id)
    with pytest.raises(Denied) as denied:
        door.open_view(operator, request)
    assert "not_suspended" in denied.value.decision.missing
    with tenancy.acting_as(CENTRE):
        (held,) = agreements.suspensions(CENTRE)
    review_actions.lift(world.actor("supervisor2"), held.id, "Talked to, and trained anew.")
    alarms.claim(operator, case.alarm_id)
    assert door.open_view(operator, request).segments


def test_a_customers_own_look_is_nobodys_to_review(world: World, case: Any) -> None:
    from zegel.server.footage.rules import SlotRange

    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    owner = world.actor(world.owner_of(case.site))
    ranges = (SlotRange(case.epoch.id, 10, 20),)
    view = door.open_view(owner, ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.OWN_USE, ranges=ranges))
    door.end_view(owner, view.lease_id)
    delivered()
    assert reviews() == []


def test_another_centre_and_the_customer_read_no_review(world: World, case: Any) -> None:
    actions.change_settings(world.actor("supervisor"), EVERYTHING)
    looked(world, case)
    (row,) = reviews()
    for stranger in ("standby", "owner", "operator"):
        with pytest.raises((Denied, NotThere)):
            review_actions.judge(world.actor(stranger), row.id, "ok", "Looks fine to me.")
    with tenancy.acting_as(world.actor(world.owner_of(case.site)).party_id):
        assert Review.objects.count() == 0
