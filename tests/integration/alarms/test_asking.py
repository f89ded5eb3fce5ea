# SPDX-License-Identifier: EUPL-1.2
"""The customer asks how an alarm was handled; the alarm centre sees it, reopens for that reason, and answers; the
customer sees all of it and can end it (S3, S7)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.actors import World

from zegel.server.alarms import actions, queries
from zegel.server.alarms.actions import asking
from zegel.server.alarms.errors import NotAllowedNow, UnknownAlarm
from zegel.server.api import follow_up
from zegel.server.footage import queries as footage
from zegel.server.gate import Denied
from zegel.server.kernel import tenancy


@pytest.fixture
def closed(world: World) -> Any:
    case = world.claim(world.burglary())
    operator = world.actor("operator")
    actions.note_step(operator, case.alarm_id, "Mr Jansen of number 12 was called, 06-12345678", "called")
    actions.close(operator, case.alarm_id, "genuine")
    return case


def story(world: World, case: Any, person: str = "owner") -> dict[str, Any]:
    actor = world.actor(person)
    return follow_up._story(actor, queries.get(actor, case.alarm_id))


def test_the_customer_reads_each_step_and_nobody_elses_data(world: World, closed: Any) -> None:
    said = story(world, closed)
    assert [step["kind"] for step in said["steps"]][-2:] == ["called", "closed"]
    called = said["steps"][-2]
    assert called["who"] == "Operator 12"
    assert called["noted"]
    assert "Jansen" not in str(said)
    assert "06-12345678" not in str(said)


def test_a_question_is_seen_at_the_centre_reopened_for_answered_and_ended(world: World, closed: Any) -> None:
    asking.ask(world.actor("owner"), closed.alarm_id, "Who was called?")
    assert story(world, closed)["asked_ms"] is not None
    operator = world.actor("operator")
    actions.reopen(operator, closed.alarm_id, "customer_question")
    assert story(world, closed)["reopened_until_ms"] is not None
    asking.answer(operator, closed.alarm_id, "Your key holder.")
    said = story(world, closed)
    assert said["asked_ms"] is None
    assert [step["text"] for step in said["steps"] if step["text"]] == ["Who was called?", "Your key holder."]


def test_taking_a_question_back_shuts_what_was_reopened_for_it(world: World, closed: Any) -> None:
    owner = world.actor("owner")
    asking.ask(owner, closed.alarm_id, "")
    actions.reopen(world.actor("operator"), closed.alarm_id, "customer_question")
    asking.take_back(owner, closed.alarm_id)
    with tenancy.acting_as(owner.party_id):
        assert footage.running_reopening(closed.alarm_id) is None
    asking.take_back(owner, closed.alarm_id)
    with pytest.raises(NotAllowedNow):
        asking.answer(world.actor("operator"), closed.alarm_id, "Too late.")


@pytest.mark.parametrize("person", ["operator", "technician", "household"])
def test_only_the_customer_asks(world: World, closed: Any, person: str) -> None:
    with pytest.raises((Denied, UnknownAlarm)):
        asking.ask(world.actor(person), closed.alarm_id, "")


def test_an_open_alarm_is_not_asked_about_and_the_customer_does_not_answer_himself(world: World, case: Any) -> None:
    with pytest.raises(NotAllowedNow):
        asking.ask(world.actor("owner"), case.alarm_id, "")
    with pytest.raises(Denied):
        asking.answer(world.actor("owner"), case.alarm_id, "")
