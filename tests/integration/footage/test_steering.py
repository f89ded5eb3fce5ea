# SPDX-License-Identifier: EUPL-1.2
"""Turning a camera: only while one looks, only who has the alarm in hand; written down, and gone in two seconds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.footage.test_door import logged, of_alarm

from zegel.link.messages import Control, ControlAction
from zegel.server.alarms import actions as alarms
from zegel.server.footage import actions, door, steering
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import BadRange, CannotDoThat, NotLooking
from zegel.server.footage.rules import Purpose, Track
from zegel.server.footage.steering import Turn, Wish
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.realtime import pending
from zegel.server.sites.models import Camera

LEFT = Wish(Turn.MOVE, pan=-500)


@pytest.fixture
def turning(case: Any) -> Any:
    """The alarm's camera can turn, and knows one place."""
    with tenancy.acting_as(case.actor.party_id):
        Camera.objects.filter(id=case.camera).update(capabilities=["stills", "video", "live", "ptz"], presets=["Gate"])
    return case


def orders() -> list[outbox.Event]:
    with tenancy.acting_as(None):
        rows = OutboxEvent.objects.filter(topic="unit.control").order_by("id")
        return [outbox.Event(row.id, row.topic, row.owner_id, row.payload, row.at) for row in rows]


def test_an_order_is_written_down_and_reaches_the_unit_as_it_was_given(world: World, turning: Any) -> None:
    operator = world.actor("operator")
    door.open_view(operator, of_alarm(turning))
    order, index = steering.control(operator, turning.alarm_id, turning.camera, LEFT)
    sent = pending.order_of(orders()[0])
    ids = (order.bytes, turning.alarm_id.bytes, turning.camera.bytes)
    assert sent == Control(*ids, ControlAction.MOVE, pan=-500)
    [entry] = logged(world, turning, Kind.CONTROL)
    assert entry.said is not None
    assert (entry.index, entry.said.facts["speeds"], entry.said.facts["address"]) == (index, "-500,0,0", "127.0.0.1")


def test_a_place_goes_by_its_name_only_to_the_unit(world: World, turning: Any) -> None:
    operator = world.actor("operator")
    door.open_view(operator, of_alarm(turning))
    steering.control(operator, turning.alarm_id, turning.camera, Wish(Turn.PRESET, preset="Gate"))
    [event] = orders()
    assert "Gate" not in str(event.payload)
    sent = pending.order_of(event)
    assert sent is not None
    assert sent.preset == "Gate"
    with pytest.raises(CannotDoThat):
        steering.control(operator, turning.alarm_id, turning.camera, Wish(Turn.PRESET, preset="Elsewhere"))


def test_who_does_not_look_or_does_not_hold_the_alarm_turns_nothing(world: World, turning: Any) -> None:
    with pytest.raises(NotLooking):
        steering.control(world.actor("operator"), turning.alarm_id, turning.camera, LEFT)
    colleague = world.actor("operator2")
    door.open_view(colleague, of_alarm(turning))
    with pytest.raises(Denied) as denied:
        steering.control(colleague, turning.alarm_id, turning.camera, LEFT)
    assert denied.value.decision.missing == ("claim_held",)
    owner = world.actor(world.owner_of(turning.site))
    with pytest.raises(NotLooking):
        steering.control(owner, turning.alarm_id, turning.camera, LEFT)
    assert not orders()


def test_after_the_window_and_in_a_reopened_alarm_no_camera_turns(world: World, turning: Any) -> None:
    operator = world.actor("operator")
    door.open_view(operator, of_alarm(turning))
    alarms.recall(world.actor(world.owner_of(turning.site)), turning.alarm_id)
    with pytest.raises(NotLooking):
        steering.control(operator, turning.alarm_id, turning.camera, LEFT)
    actions.reopen_window(operator, turning.alarm_id, "recalled_yet_real")
    again = ViewRequest(turning.camera, Track.SURVEILLANCE, Purpose.ALARM_FOLLOWUP, turning.alarm_id)
    door.open_view(operator, again)
    with pytest.raises(NotLooking):
        steering.control(operator, turning.alarm_id, turning.camera, LEFT)
    assert not orders()


def test_a_camera_that_can_not_turn_is_not_told_to(world: World, case: Any) -> None:
    operator = world.actor("operator")
    door.open_view(operator, of_alarm(case))
    with pytest.raises(CannotDoThat):
        steering.control(operator, case.alarm_id, case.camera, LEFT)


def test_orders_that_mean_nothing_are_refused() -> None:
    for wrong in ({"pan": 1001}, {"zoom": -1001}, {"pan": 0}, {"pan": 5, "preset": "Gate"}):
        with pytest.raises(BadRange):
            Wish(Turn.MOVE, **wrong)  # type: ignore[arg-type]
    for turn in (Turn.STOP, Turn.HOME, Turn.PRESET):
        with pytest.raises(BadRange):
            Wish(turn, pan=5)
    with pytest.raises(BadRange):
        Wish(Turn.PRESET)


def test_an_order_that_is_two_seconds_old_turns_nothing_any_more(world: World, turning: Any) -> None:
    operator = world.actor("operator")
    with stopped_clock(clock.now()) as time:
        door.open_view(operator, of_alarm(turning))
        steering.control(operator, turning.alarm_id, turning.camera, LEFT)
        time.advance(2.5)
        assert pending.order_of(orders()[0]) is None


def test_over_the_link_the_unit_gets_the_order_and_its_answer_comes_back(
    world: World, turning: SimpleNamespace
) -> None:
    """The two ends of the link around the messages themselves."""
    from zegel.link.messages import Controlled
    from zegel.server.realtime import events, intake

    operator = world.actor("operator")
    door.open_view(operator, of_alarm(turning))
    steering.control(operator, turning.alarm_id, turning.camera, LEFT)
    order = pending.order_of(orders()[0])
    assert order is not None
    intake.answered(turning.actor, order, Controlled(order.id, False, "limit"))
    with tenancy.acting_as(None):
        row = OutboxEvent.objects.get(topic="camera.controlled")
    assert (row.payload["ok"], row.payload["code"]) == (False, "limit")
    event = outbox.Event(row.id, row.topic, row.owner_id, row.payload, row.at)
    assert events.may_hear(operator, event)
    assert not events.may_hear(world.actor("technician"), event)
    alarms.recall(world.actor(world.owner_of(turning.site)), turning.alarm_id)
    assert not events.may_hear(operator, event)
