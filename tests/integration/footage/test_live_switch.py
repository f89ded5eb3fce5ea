# SPDX-License-Identifier: EUPL-1.2
"""S8: where the alarm centres' live view is switched off, an operator sees what led to the alarm, and nothing later."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.actors import World
from tests.integration.footage.test_door import of_alarm, slots

from zegel.server.footage import door, live_switch
from zegel.server.footage.live_switch import Switch
from zegel.server.gate import Action, Denied
from zegel.server.kernel import work


def switched(monkeypatch: Any, *, on: bool) -> None:
    rows = (Switch("site-nl", date(2020, 1, 1), on, "a test"),)
    monkeypatch.setattr(live_switch, "switches", lambda: rows)


def test_without_live_the_centre_sees_what_led_to_the_alarm_and_nothing_later(
    world: World, case: Any, monkeypatch: Any
) -> None:
    """The alarm was raised some 40 s into the epoch: released are the slots 10 … 24."""
    switched(monkeypatch, on=False)
    raised = (case.unit.alarms[-1].raised_ms - case.epoch.body.start_ms) // 1000
    last = int(raised) + live_switch.AFTER_S
    view = door.open_view(world.actor("operator"), of_alarm(case))
    assert slots(view) == [slot for slot in range(10, 25) if slot < last]
    monkeypatch.setattr(live_switch, "AFTER_S", 15 - int(raised))
    assert slots(door.open_view(world.actor("operator2"), of_alarm(case)))[-1] <= 15


def test_without_live_no_camera_is_turned(world: World, case: Any, monkeypatch: Any) -> None:
    operator = world.actor("operator", "alarm_verification")
    door.open_view(operator, of_alarm(case))
    for on in (True, False):
        switched(monkeypatch, on=on)
        with work.transaction(operator):
            if on:
                door.for_action(operator, Action.CONTROL, case.alarm_id, case.camera)
                continue
            with pytest.raises(Denied) as denied:
                door.for_action(operator, Action.CONTROL, case.alarm_id, case.camera)
            assert denied.value.decision.missing == ("arc_live_on",)
