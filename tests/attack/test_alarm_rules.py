# SPDX-License-Identifier: EUPL-1.2
"""Getting at pictures by way of alarms: whatever is signalled, and whatever anybody does to an alarm, no window opens
that the unit's own word did not open, none gets longer, and none that ended opens again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from tests.actors import World
from tests.integration.alarms.hearing import Ears, read_all

from zegel.server.alarms import actions
from zegel.server.footage import queries as footage
from zegel.server.footage.models import Window
from zegel.server.kernel import tenancy
from zegel.server.kernel.errors import ZegelError

EVERYBODY = ("operator", "supervisor", "owner", "technician")


def windows(case: Any) -> dict[Any, tuple[Any, ...]]:
    with tenancy.acting_as(case.actor.party_id):
        return {
            row.alarm_id: (row.deadline, row.policy_max_s, row.arc_party_id, tuple(row.camera_ids), row.look_after)
            for row in Window.objects.all()
        }


def verbs(alarm_id: Any) -> list[Callable[[Any], object]]:
    return [
        lambda who: actions.claim(who, alarm_id),
        lambda who: actions.note_step(who, alarm_id, "", "called"),
        lambda who: actions.hold(who, alarm_id),
        lambda who: actions.park(who, alarm_id, 5),
        lambda who: actions.unpark(who, alarm_id),
        lambda who: actions.claim(who, alarm_id),
        lambda who: actions.release_claim(who, alarm_id),
        lambda who: actions.reopen(who, alarm_id, "police_request"),
        lambda who: actions.reopen(who, alarm_id, "because"),
    ]


def test_nothing_that_is_signalled_or_done_opens_a_window_or_makes_one_longer(world: World, case: Any) -> None:
    before = windows(case)
    ears = Ears.at(world, case.site)
    for code in ("130", "131", "110", "120", "121", "100", "137", "401", "406", "423", "602", "750"):
        ears.say(code, zone="1")
        ears.say(code, "3", zone="1")
    read_all()
    for alarm in ears.alarms():
        for person in EVERYBODY:
            for verb in verbs(alarm.id):
                with suppress(ZegelError):
                    verb(world.actor(person))
    after = windows(case)
    assert set(after) == set(before), "no other window"
    for alarm_id, (deadline, *rest) in after.items():
        assert deadline <= before[alarm_id][0]
        assert tuple(rest) == tuple(before[alarm_id][1:])


@pytest.mark.parametrize("ending", ["recall", "close"])
def test_an_ended_window_stays_ended_whatever_comes_in(world: World, case: Any, ending: str) -> None:
    operator = world.actor("operator")
    actions.claim(operator, case.alarm_id)
    if ending == "recall":
        actions.recall(world.actor("owner"), case.alarm_id)
    else:
        actions.close(operator, case.alarm_id, "genuine")
    ears = Ears.at(world, case.site)
    for code in ("130", "120", "121", "110"):
        ears.hear(code, zone="1")
    for person in EVERYBODY:
        for verb in verbs(case.alarm_id):
            with suppress(ZegelError):
                verb(world.actor(person))
    with tenancy.acting_as(case.actor.party_id):
        window = Window.objects.get(alarm_id=case.alarm_id)
    assert not footage.is_open(window)
