# SPDX-License-Identifier: EUPL-1.2
"""An alarm from the unit's word to its end, and who may do what to it."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import World

from zegel.link.messages import EndWindow, TechnicalItem, TechnicalKind
from zegel.server.alarms import actions, queries
from zegel.server.alarms.errors import AlreadyClaimed, NotAllowedNow, NotYours, UnknownAlarm, UnknownCode
from zegel.server.footage import queries as footage
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.realtime import pending


def owner_of(world: World, case: Any) -> Any:
    return world.actor(world.owner_of(case.site))


def topics() -> list[str]:
    with tenancy.acting_as(None):
        return list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True))


def kinds(world: World, case: Any) -> set[Kind]:
    owner = owner_of(world, case)
    with tenancy.acting_as(owner.party_id, owner.id):
        return {row.kind for row in ledger.entries(list(Kind), owner.party_id, since_ms=0)}


def test_a_raised_alarm_is_queued_with_its_window_open_and_everybody_told(world: World, case: Any) -> None:
    alarm = queries.queue(world.actor("operator"))[0]
    assert (alarm.id, alarm.state, alarm.alarm_class, alarm.number) == (case.alarm_id, "queued", "person", 1)
    with tenancy.acting_as(alarm.owner_id):
        assert footage.is_open(footage.window_of(alarm.id))
    assert {"alarm.opened", "window.opened", "release.stored"} <= set(topics())
    assert {Kind.ALARM, Kind.RELEASE, Kind.ENROLMENT} <= kinds(world, case)


def test_the_same_alarm_again_is_one_alarm(world: World, case: Any) -> None:
    from zegel.link.messages import AlarmItem
    from zegel.seal.alarm import sign_alarm

    again = AlarmItem(sign_alarm(case.unit.alarms[0], case.unit.signing))
    world.accept(case.actor, case.unit, again, again)
    assert len(queries.queue(world.actor("operator"))) == 1


def test_the_queue_puts_the_most_urgent_and_then_the_oldest_first(world: World, case: Any) -> None:
    unit = case.unit
    second, item = unit.alarm()
    third, animal = unit.alarm(class_name="animal", images="none:class")
    fourth, fire = unit.alarm(class_name="fire", images="none:class")
    world.accept(case.actor, unit, item, animal, fire)
    assert [row.id for row in queries.queue(world.actor("operator"))] == [fourth, case.alarm_id, second, third]


def test_of_two_operators_at_once_exactly_one_gets_the_alarm(world: World, case: Any) -> None:
    results: dict[str, str] = {}
    ready = threading.Barrier(2)

    def claim(name: str) -> None:
        from django.db import connections

        ready.wait()
        try:
            actions.claim(world.actor(name), case.alarm_id)
            results[name] = "mine"
        except AlreadyClaimed:
            results[name] = "taken"
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(name,)) for name in ("operator", "operator2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results.values()) == ["mine", "taken"]


def test_only_who_claimed_it_writes_steps_and_closes_it(world: World, case: Any) -> None:
    operator, other = world.actor("operator"), world.actor("operator2")
    with pytest.raises(NotYours):
        actions.note_step(operator, case.alarm_id, "called")
    actions.claim(operator, case.alarm_id)
    with pytest.raises(NotYours):
        actions.close(other, case.alarm_id, "genuine")
    actions.note_step(operator, case.alarm_id, "guard on the way", "guard_sent")
    actions.hold(operator, case.alarm_id)
    actions.resume(operator, case.alarm_id)
    with pytest.raises(UnknownCode):
        actions.close(operator, case.alarm_id, "recalled")
    closed = actions.close(operator, case.alarm_id, "genuine", "one man, police took him along")
    assert (closed.state, closed.closed_code) == ("closed", "genuine")
    steps = [step.kind for step in queries.steps(operator, case.alarm_id)]
    assert steps == ["raised", "claimed", "guard_sent", "on_hold", "resumed", "closed"]
    assert {Kind.ALARM_CLAIMED, Kind.ALARM_CLOSED} <= kinds(world, case)


def test_a_released_claim_goes_to_a_colleague(world: World, case: Any) -> None:
    actions.claim(world.actor("operator"), case.alarm_id)
    actions.release_claim(world.actor("operator"), case.alarm_id)
    assert actions.claim(world.actor("operator2"), case.alarm_id).claimed_by == world.actor("operator2").id


def test_a_recall_takes_the_alarm_out_of_the_queue_ends_the_window_and_is_told_to_the_unit(
    world: World, case: Any
) -> None:
    actions.claim(world.actor("operator"), case.alarm_id)
    recalled = actions.recall(owner_of(world, case), case.alarm_id)
    assert (recalled.state, recalled.closed_code) == ("closed", "recalled")
    assert queries.queue(world.actor("operator")) == []
    ends = [m for m in pending.messages_for(case.actor, case.unit.signing.fingerprint) if isinstance(m, EndWindow)]
    assert [(UUID(bytes=end.alarm_id), end.reason) for end in ends] == [(case.alarm_id, "recalled")]
    assert Kind.RECALL in kinds(world, case)
    assert actions.recall(owner_of(world, case), case.alarm_id).state == "closed", "again is harmless"


def test_a_closed_alarm_is_not_recalled_claimed_or_closed_again(world: World, case: Any) -> None:
    operator = world.actor("operator")
    actions.claim(operator, case.alarm_id)
    actions.close(operator, case.alarm_id, "false_environment")
    with pytest.raises(NotAllowedNow):
        actions.recall(owner_of(world, case), case.alarm_id)
    with pytest.raises(Denied):
        actions.close(operator, case.alarm_id, "genuine")


def test_who_may_not_is_refused_and_who_may_not_know_finds_nothing(world: World, case: Any) -> None:
    for person in ("technician", "privacy", "planner"):
        with pytest.raises(Denied):
            actions.claim(world.actor(person), case.alarm_id)
    with pytest.raises(Denied):
        actions.recall(world.actor("operator"), case.alarm_id)
    with pytest.raises(Denied):
        actions.claim(owner_of(world, case), case.alarm_id)
    with pytest.raises(UnknownAlarm):
        actions.recall(world.actor("household"), case.alarm_id)


def test_a_lost_camera_becomes_a_technical_alarm_without_images_once(world: World, case: Any) -> None:
    item = TechnicalItem(
        uuid4().bytes, TechnicalKind.CAMERA_LOST, case.camera.bytes, clock.now_ms(), "no_packets", {"s": 5}
    )
    world.accept(case.actor, case.unit, item, item)
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass
    found = [row for row in queries.queue(world.actor("operator")) if row.cause == "technical"]
    assert [(row.alarm_class, row.images) for row in found] == [("camera_lost", "none:technical")]
    with tenancy.acting_as(case.actor.party_id):
        assert footage.window_of(found[0].id) is None


def test_an_alarm_that_waited_in_a_spool_says_how_late_it_is(world: World, case: Any) -> None:
    late = clock.now_ms() - 90_000
    alarm_id, item = case.unit.alarm(first_seen_ms=late, raised_ms=late)
    world.accept(case.actor, case.unit, item)
    steps = {step.kind: step.note for step in queries.steps(world.actor("operator"), alarm_id)}
    assert 89 <= int(steps["late"]) <= 95


def deliver_everything() -> None:
    deliverer = outbox.Deliverer()
    while deliverer.run_once():
        pass


def report(case: Any, kind: TechnicalKind, code: str = "x") -> TechnicalItem:
    return TechnicalItem(uuid4().bytes, kind, case.camera.bytes, clock.now_ms(), code)


def test_a_camera_that_comes_and_goes_is_one_alarm_that_counts(world: World, case: Any) -> None:
    for _ in range(5):
        world.accept(case.actor, case.unit, report(case, TechnicalKind.CAMERA_LOST))
    deliver_everything()
    (alarm,) = [row for row in queries.queue(world.actor("operator")) if row.cause == "technical"]
    assert alarm.times == 5
    operator = world.actor("operator")
    actions.claim(operator, alarm.id)
    actions.close(operator, alarm.id, "false_equipment")
    world.accept(case.actor, case.unit, report(case, TechnicalKind.CAMERA_LOST))
    deliver_everything()
    found = [row for row in queries.newest(operator) if row.cause == "technical"]
    assert sorted(row.times for row in found) == [1, 5], "after the closing it is a new one"


def test_what_the_unit_rings_for_itself_rings_once(world: World, case: Any) -> None:
    """A lost view and a missing proof are signed tamper alarms already; a clock that agrees again is no alarm."""
    for kind, code in (
        (TechnicalKind.VIEW_LOST, "view_lost"), (TechnicalKind.PROOF_MISSING, "proof_missing"),
        (TechnicalKind.CLOCK_DISAGREES, "clock_agrees"),
    ):  # fmt: skip
        world.accept(case.actor, case.unit, report(case, kind, code))
    deliver_everything()
    assert [row.id for row in queries.queue(world.actor("operator"))] == [case.alarm_id]


def test_the_owner_is_told_by_letter_of_the_alarm_its_first_images_and_the_recall(world: World, case: Any) -> None:
    """Through a real SMTP conversation, after the events and their jobs went their way."""
    from django.test import override_settings
    from tests.smtp import MailServer

    from zegel.server.alarms import jobs
    from zegel.server.kernel.configuration import email_from_url

    more = case.unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, more)
    actions.recall(owner_of(world, case), case.alarm_id)
    deliver_everything()
    with MailServer() as server:
        smtp = email_from_url(f"plain-local://127.0.0.1:{server.port}?from=alarm@zegel.example")
        with override_settings(**smtp):
            for job in deferred("alarms.tell"):
                jobs.tell(**job)
    people = {letter.to for letter in server.letters}
    subjects = [letter.subject for letter in server.letters]
    assert len(subjects) == 3 * len(people), "three letters to each: one of the images, however many parts came"
    assert len(set(subjects)) >= 3
    assert people
    assert all("operator" not in letter.text for letter in server.letters)


def deferred(name: str) -> list[dict[str, Any]]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(task_name=name).order_by("id").values_list("args", flat=True))


def test_nobody_gets_a_letter_about_what_is_long_over(world: World, case: Any) -> None:
    from tests.clock import stopped_clock

    with stopped_clock(clock.now()) as time:
        time.advance(7200)
        deliver_everything()
    assert deferred("alarms.tell") == []
