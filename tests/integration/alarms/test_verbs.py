# SPDX-License-Identifier: EUPL-1.2
"""Verbs over HTTP: done once, answered with the alarm; the plan, the code word, the reopening."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.alarms.hearing import RAW, Ears, everything_due, read_all

from zegel.demo.world import WORLD
from zegel.server.alarms import actions, parameters, queries, rules
from zegel.server.alarms.errors import BadParameter, NotAllowedNow, UnknownAlarm, UnknownCode, UnknownStep
from zegel.server.alarms.models import Alarm, Asked, Due
from zegel.server.footage.errors import NotReopened
from zegel.server.footage.models import Reopening, Window
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.actor import system
from zegel.server.people import sessions
from zegel.server.plans import actions as plans
from zegel.server.plans import queries as plan_queries
from zegel.server.plans.rules import Phone, Step, StepKind
from zegel.server.signals.errors import UnknownPanel


class Desk:
    """A signed-in person's API."""

    def __init__(self, world: World, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.client = Client(enforce_csrf_checks=False)
        actor = world.actor(person)
        monkeypatch.setattr(sessions, "actor_from_request", lambda request: actor)
        self.client.cookies["sessionid"] = "x"
        from django.conf import settings

        self.client.cookies[settings.SESSION_COOKIE_NAME] = "x"

    def get(self, path: str) -> Any:
        return self._read(self.client.get(f"/api/v1{path}"))

    def post(self, path: str, body: Any = None, key: UUID | None = None) -> Any:
        headers = {"Origin": "http://localhost:8000"} | ({"Idempotency-Key": str(key)} if key else {})
        return self._read(
            self.client.post(f"/api/v1{path}", json.dumps(body or {}), content_type="application/json", headers=headers)
        )

    def _read(self, response: Any) -> Any:
        return response.status_code, response.json()


@pytest.fixture
def desk(world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(world, "operator", monkeypatch)


@pytest.fixture
def ears(world: World) -> Ears:
    found = Ears.at(world)
    found.hear("130", zone="1")
    return found


def test_an_alarm_has_everything_that_its_screen_shows(desk: Desk, ears: Ears) -> None:
    status, alarm = desk.get(f"/alarms/{ears.alarm().id}")
    assert status == 200
    (signal,) = alarm["signals"]
    assert {"id", "at_ms", "source", "code", "name", "class", "phase", "zone", "text", "known", "path", "times",
            "verdict"} <= set(signal)  # fmt: skip
    assert (signal["code"], signal["class"], signal["name"]) == ("130", "burglary", "Burglary")
    assert {"plan", "dispatches", "guards", "viewers", "max_viewers", "reopened", "neighbours", "tests"} <= set(alarm)
    status, raw = desk.get(f"/alarms/{alarm['id']}/signals/{signal['id']}/raw")
    assert (status, raw["hex"]) == (200, RAW.hex())
    assert desk.get(f"/alarms/{alarm['id']}/signals/{uuid4()}/raw")[0] == 404
    status, listed = desk.get("/alarms")
    assert [row["id"] for row in listed["alarms"]] == [alarm["id"]]
    assert desk.get(f"/alarms?ids={alarm['id']},{uuid4()}")[1]["alarms"] == listed["alarms"]


def test_a_verb_asked_again_with_its_key_is_done_once(world: World, desk: Desk, ears: Ears) -> None:
    path, key = f"/alarms/{ears.alarm().id}", uuid4()
    assert desk.post(f"{path}/claim", key=key)[0] == 200
    note = uuid4()
    for _ in range(3):
        status, alarm = desk.post(f"{path}/note", {"text": "called twice", "kind": "called"}, note)
        assert status == 200
    assert [step["kind"] for step in alarm["steps"]].count("called") == 1
    assert desk.post(f"{path}/note", {"text": "another", "kind": "called"}, note)[0] == 422
    assert desk.post(f"{path}/note", {"text": "called twice", "kind": "called"}, key)[0] == 422
    with tenancy.acting_as(world.actor("operator").party_id):
        assert Asked.objects.count() == 2


def test_what_was_refused_may_be_asked_again_with_its_key(world: World, desk: Desk, ears: Ears) -> None:
    path, key = f"/alarms/{ears.alarm().id}", uuid4()
    actions.claim(world.actor("operator2"), ears.alarm().id)
    status, refused = desk.post(f"{path}/claim", key=key)
    assert (status, refused["error"]["code"]) == (409, "already_claimed")
    assert "Operator 7" in refused["error"]["message"]
    actions.release_claim(world.actor("operator2"), ears.alarm().id)
    assert desk.post(f"{path}/claim", key=key)[0] == 200


def pin(world: World) -> UUID:
    """A plan for burglaries at the yard, and a contact with a code word; the contact."""
    planner, site_id = world.actor("planner"), WORLD.site("yard").id
    contact = plans.add_contact(planner, site_id, plans.Person(name="Yusuf Demir", phones=(Phone("+31101234567"),)))
    plans.set_words(planner, contact.id, "kastanje", "walnoot")
    from zegel.server.sites.models import Site

    with tenancy.acting_as(planner.party_id):
        place = plans.Place.of_site(Site.objects.get(id=site_id))
    for seeded, _ in plan_queries.plans(planner, site_id, place.owner_id):
        plans.end_plan(planner, seeded.id)
    steps = (
        Step(StepKind.LOOK), Step(StepKind.CALL_CONTACT, contact=contact.id, attempts=2, code_word=True),
        Step(StepKind.SEND_GUARD),
    )  # fmt: skip
    plans.add_plan(planner, place, plans.Draft(name="Night", classes=["burglary"], steps=steps))
    return contact.id


def test_the_plan_that_is_pinned_is_followed_and_what_was_seen_changes_the_score(world: World) -> None:
    pin(world)
    ears, operator = Ears.at(world), world.actor("operator")
    ears.hear("130", zone="1")
    alarm = actions.claim(operator, ears.alarm().id)
    seen = actions.do_step(operator, alarm.id, 1, "danger_seen", "a crowbar")
    assert (seen.state, seen.avs_score, seen.avs_reasons) == ("acting", 3, ["danger_seen"])
    for number, outcome in ((1, "reached"), (9, "sent"), (2, "skipped")):
        with pytest.raises(UnknownStep):
            actions.do_step(operator, alarm.id, number, outcome)
    actions.do_step(operator, alarm.id, 2, "skipped", "police is there already")
    steps = [(s.step_no, s.outcome) for s in queries.steps(operator, alarm.id) if s.kind == "plan"]
    assert steps == [(1, "danger_seen"), (2, "skipped")]


def test_a_valid_word_recalls_a_wrong_one_does_not_and_the_duress_word_makes_a_hold_up(world: World) -> None:
    contact, operator = pin(world), world.actor("operator")
    ears = Ears.at(world)
    ears.hear("130", zone="1")
    alarm = actions.claim(operator, ears.alarm().id)
    assert actions.recall_by_code_word(operator, alarm.id, contact, "beuk").alarm.state == "claimed"
    under_duress = actions.recall_by_code_word(operator, alarm.id, contact, "Wal-noot").alarm
    assert (under_duress.state, under_duress.signal_class, under_duress.duress, under_duress.priority) == (
        "claimed", "holdup_duress", True, 2,
    )  # fmt: skip
    assert actions.recall_by_code_word(operator, alarm.id, contact, "kastanje").alarm.state == "claimed"
    outcomes = [s.outcome for s in queries.steps(operator, alarm.id) if s.kind == "code_word"]
    assert outcomes == ["wrong", "duress", "valid"]
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass
    assert len(ears.alarms()) == 1, "the event of the duress word made no second one"
    actions.close(operator, alarm.id, "genuine")
    ears.hear("130", zone="1")
    second = actions.claim(operator, ears.alarms()[-1].id)
    said = actions.recall_by_code_word(operator, second.id, contact, "KASTANJE")
    assert (said.outcome, said.alarm.state, said.alarm.closed_code) == ("valid", "closed", "recalled")


# --- reopening ---


def recalled(world: World) -> Any:
    case = world.burglary()
    actions.claim(world.actor("operator"), case.alarm_id)
    actions.recall(world.actor("owner"), case.alarm_id)
    return case


def test_recalled_yet_real_is_handled_again_by_who_reopened_it_and_the_customer_hears(world: World) -> None:
    case, operator = recalled(world), world.actor("operator")
    found = actions.reopen(operator, case.alarm_id, "recalled_yet_real")
    assert (found.state, found.claimed_by, found.closed_code) == ("acting", operator.id, "")
    with tenancy.acting_as(case.actor.party_id):
        assert Reopening.objects.filter(alarm_id=case.alarm_id).count() == 1
        assert Window.objects.get(alarm_id=case.alarm_id).ended_at is not None, "the window itself stays ended"
    with tenancy.acting_as(None):
        from zegel.server.kernel.models import OutboxEvent

        assert OutboxEvent.objects.filter(topic="alarm.reopened", owner_id=case.actor.party_id).exists()
    assert actions.close(operator, case.alarm_id, "genuine").closed_code == "genuine"


def test_a_reason_outside_the_closed_list_reopens_nothing(world: World) -> None:
    case = recalled(world)
    for reason in ("curious", "", "recalled", "RECALLED_YET_REAL", "recalled_yet_real "):
        with pytest.raises(UnknownCode):
            actions.reopen(world.actor("operator"), case.alarm_id, reason)
    with tenancy.acting_as(case.actor.party_id):
        assert not Reopening.objects.exists()


def test_what_was_not_recalled_is_not_recalled_yet_real_and_what_had_no_window_has_none_to_reopen(world: World) -> None:
    case, operator = world.burglary(), world.actor("operator")
    with pytest.raises(UnknownCode):
        actions.reopen(operator, case.alarm_id, "recalled_yet_real")
    actions.claim(operator, case.alarm_id)
    actions.close(operator, case.alarm_id, "genuine")
    with pytest.raises(UnknownCode):
        actions.reopen(operator, case.alarm_id, "recalled_yet_real")
    ears = Ears.at(world, "villa")
    ears.hear("130", zone="1")
    actions.claim(operator, ears.alarm().id)
    actions.close(operator, ears.alarm().id, "genuine")
    with pytest.raises((NotReopened, Denied)):
        actions.reopen(operator, ears.alarm().id, "police_request")
    for person in ("owner", "technician", "privacy"):
        with pytest.raises(Denied):
            actions.reopen(world.actor(person), case.alarm_id, "customer_question")


def test_recalled_yet_real_without_images_is_handled_again_and_the_customer_gets_a_letter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.alarms import jobs
    from zegel.server.notify.letters import Occasion

    ears, operator, owner = Ears.at(world), world.actor("operator"), world.actor("owner")
    ears.hear("130", zone="1")
    alarm_id = ears.alarm().id
    with pytest.raises(UnknownCode):
        actions.reopen(operator, alarm_id, "recalled_yet_real")
    actions.recall(owner, alarm_id)
    for person in ("owner", "technician", "household", "standby"):
        with pytest.raises((Denied, UnknownAlarm)):
            actions.reopen(world.actor(person), alarm_id, "recalled_yet_real")
    with pytest.raises(Denied):
        actions.reopen(operator, alarm_id, "customer_question")
    told: list[Any] = []
    monkeypatch.setattr(jobs.notify, "tell", lambda *said, about: told.append(said[:3]))
    monkeypatch.setattr(jobs.tell, "defer", lambda **said: jobs.tell(**said))
    found = actions.reopen(operator, alarm_id, "recalled_yet_real")
    assert (found.state, found.claimed_by, found.closed_code) == ("acting", operator.id, "")
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass
    assert (ears.owner_id, Occasion.HANDLED_AGAIN, "Harbour yard North") in told
    with tenancy.acting_as(ears.owner_id):
        assert not Window.objects.exists()
        assert not Reopening.objects.exists()
    assert actions.recall(owner, alarm_id).state == "closed", "it is nothing all the same"


def test_what_was_taken_up_again_is_recalled_again_and_nobody_looks_any_more(world: World) -> None:
    case, operator, owner = recalled(world), world.actor("operator"), world.actor("owner")
    first = actions.recall(owner, case.alarm_id).recalled_at
    actions.reopen(operator, case.alarm_id, "recalled_yet_real")
    again = actions.recall(owner, case.alarm_id)
    assert (again.state, again.closed_code) == ("closed", "recalled")
    assert again.recalled_at > first
    with tenancy.acting_as(case.actor.party_id):
        assert Reopening.objects.get(alarm_id=case.alarm_id).ended_at is not None
    actions.reopen(operator, case.alarm_id, "recalled_yet_real")
    actions.close(operator, case.alarm_id, "genuine")
    with pytest.raises(NotAllowedNow):
        actions.recall(owner, case.alarm_id)
    with pytest.raises(UnknownCode):
        actions.reopen(operator, case.alarm_id, "recalled_yet_real")


def test_a_duress_word_within_the_hold_lifts_it_and_the_norm_is_a_hold_ups(world: World) -> None:
    actions.set_parameters(world.actor("planner"), WORLD.site("yard").id, {"hold_s": 120, "norm_holdup_s": 20})
    case = world.burglary()
    with tenancy.acting_as(case.actor.party_id):
        before = Window.objects.get(alarm_id=case.alarm_id)
        assert before.look_after is not None
    actions.duress_word(system(case.actor.party_id), WORLD.site("yard").id, case.alarm_id, 1)
    with tenancy.acting_as(case.actor.party_id):
        alarm, window = Alarm.objects.get(id=case.alarm_id), Window.objects.get(alarm_id=case.alarm_id)
        due = Due.objects.get(about=alarm.id, kind="norm")
    assert (alarm.look_after, window.look_after) == (None, None)
    assert window.deadline == before.deadline
    assert alarm.norm_due == due.at == rules.moment(alarm.received_ms + 20_000)


def test_an_entry_time_that_nobody_uses_ends_in_the_queue_and_one_that_is_used_in_nothing(world: World) -> None:
    from zegel.server.signals.actions import NewZone, set_zones

    ears, site_id = Ears.at(world), WORLD.site("yard").id
    actions.set_parameters(world.actor("planner"), site_id, {"entry_s": 30, "abort_s": 30})
    set_zones(world.actor("technician"), ears.panel.id, [NewZone("1", "Front door", entry_exit=True)])
    with stopped_clock(clock.now()) as time:
        ears.say("130", zone="001", source="mqtt")
        read_all()
        waiting = ears.alarm()
        assert (waiting.state, queries.queue(world.actor("operator"))) == ("new", [])
        time.advance(31)
        everything_due()
        assert [row.id for row in queries.queue(world.actor("operator"))] == [waiting.id]
        actions.claim(world.actor("operator"), waiting.id)
        actions.close(world.actor("operator"), waiting.id, "false_user")
        ears.say("130", zone="1", source="mqtt")
        read_all()
        time.advance(20)
        ears.hear("401", "1")
        time.advance(60)
        everything_due()
    last = ears.alarms()[-1]
    assert (last.state, last.closed_code) == ("closed", "recalled")
    with tenancy.acting_as(ears.owner_id):
        assert Alarm.objects.count() == 2


def test_settings_are_read_and_changed_over_http_by_who_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    site_id, ears = WORLD.site("villa").id, Ears.at(world, "villa")
    desk = Desk(world, "supervisor", monkeypatch)
    assert desk.get(f"/sites/{site_id}/alarm-settings")[1]["hold_s"] == 60
    assert desk.post(f"/sites/{site_id}/alarm-settings", {"values": {"abort_s": 40}})[1] == {"own": {"abort_s": 40}}
    assert desk.post(f"/sites/{site_id}/alarm-settings", {"values": {"abort_s": 300}})[0] == 422
    week = {"panel_id": str(ears.panel.id), "weekly": [[0, "08:00", "18:00"]]}
    assert desk.post(f"/sites/{site_id}/opening-plans", week)[0] == 200
    assert desk.post(f"/sites/{site_id}/opening-plans", {**week, "weekly": [[0, "8", "9"]]})[0] == 422
    status, test = desk.post(f"/sites/{site_id}/tests", {"minutes": 30, "reason": "yearly"})
    assert status == 200
    found = desk.get(f"/sites/{site_id}/alarm-settings")[1]
    assert (found["hold_s"], [t["id"] for t in found["tests"]], len(found["opening_plans"])) == (60, [test["id"]], 1)
    assert desk.post(f"/tests/{test['id']}/end")[1]["ended"] is True
    assert Desk(world, "operator", monkeypatch).get(f"/sites/{site_id}/alarm-settings")[0] == 403


# --- what holds back the alarm centre is not the alarm centre's to set ---


def test_the_centre_sets_neither_how_long_nobody_looks_nor_how_many_look(world: World) -> None:
    site_id, supervisor, planner = WORLD.site("yard").id, world.actor("supervisor"), world.actor("planner")
    assert actions.set_parameters(planner, site_id, {"hold_s": 45, "max_viewers": 2, "abort_s": 40})["hold_s"] == 45
    for wanted in ({"hold_s": 0}, {"hold_s": 44}, {"hold_s": 100}, {"max_viewers": 10}, {"max_viewers": 1}):
        with pytest.raises(Denied):
            actions.set_parameters(supervisor, site_id, wanted)
    kept = actions.set_parameters(supervisor, site_id, {"norm_other_s": 60})
    assert kept == {"hold_s": 45, "max_viewers": 2, "norm_other_s": 60}, "what is not his to set stays"
    with pytest.raises(Denied):
        actions.set_parameters(supervisor, None, {"hold_s": 0})


def test_a_home_is_looked_at_after_a_minute_at_the_earliest_whoever_sets_what(world: World) -> None:
    planner, villa = world.actor("nordplan"), WORLD.site("villa")
    for least in (0, 59):
        with pytest.raises(BadParameter):
            actions.set_parameters(planner, villa.id, {"hold_s": least})
    actions.set_parameters(planner, None, {"hold_s": 0})
    with tenancy.acting_as(WORLD.party("lindqvist").id):
        assert parameters.of(villa.id).hold_of(villa.profile) == 60
    assert actions.set_parameters(planner, villa.id, {"hold_s": 60}) == {"hold_s": 60}


def test_an_owner_tightens_what_holds_back_the_centre_and_nothing_else(world: World) -> None:
    site_id, owner = WORLD.site("yard").id, world.actor("owner")
    actions.set_parameters(world.actor("planner"), site_id, {"abort_s": 40})
    assert actions.set_parameters(owner, site_id, {"hold_s": 90}) == {"abort_s": 40, "hold_s": 90}
    assert actions.set_parameters(owner, site_id, {"max_viewers": 1})["max_viewers"] == 1
    for wanted in ({"hold_s": 89}, {"max_viewers": 2}, {"abort_s": 30}, {"norm_other_s": 600}):
        with pytest.raises(Denied):
            actions.set_parameters(owner, site_id, wanted)
    with pytest.raises(Denied):
        actions.set_parameters(world.actor("foreman"), site_id, {"hold_s": 120})
    with pytest.raises(Denied):
        actions.set_opening_plan(owner, site_id, Ears.at(world).panel.id, "", [[0, "08:00", "18:00"]], [])


def test_hours_are_set_for_a_panel_of_that_site_alone(world: World) -> None:
    elsewhere = Ears.at(world, "villa").panel.id
    for panel in (elsewhere, uuid4()):
        with pytest.raises(UnknownPanel):
            actions.set_opening_plan(
                world.actor("supervisor"), WORLD.site("yard").id, panel, "", [[0, "08:00", "18:00"]], []
            )
