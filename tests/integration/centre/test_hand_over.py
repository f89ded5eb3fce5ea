# SPDX-License-Identifier: EUPL-1.2
"""From one shift to the next: what stood open is kept as it was, and somebody else takes it over."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actors import World
from tests.integration.centre.parts import CENTRE
from zegel.server.alarms import actions as alarms
from zegel.server.centre import actions, queries
from zegel.server.centre.errors import AlreadyDone, BadValue, NotThere
from zegel.server.gate import Denied
from zegel.server.kernel import ids, tenancy


def test_the_note_keeps_what_stood_open_when_it_was_written(world: World, case: Any) -> None:
    first, next_shift = world.actor("operator"), world.actor("operator2")
    row = actions.write_hand_over(first, "  The guard is on his way to the yard.  ")
    assert row.note == "The guard is on his way to the yard."
    assert [alarm["id"] for alarm in row.state["alarms"]] == [str(case.alarm_id)]
    alarms.claim(first, case.alarm_id)
    alarms.close(first, case.alarm_id, "genuine")
    taken = actions.accept_hand_over(next_shift, row.id, "Read.")
    assert taken.accepted_by == next_shift.id
    with tenancy.acting_as(CENTRE):
        (kept,) = queries.hand_overs(CENTRE)
        assert [alarm["id"] for alarm in kept.state["alarms"]] == [str(case.alarm_id)]
        assert queries.standing(CENTRE)["alarms"] == []


def test_nobody_takes_over_from_himself_nor_twice_nor_nothing(world: World) -> None:
    first, second = world.actor("operator"), world.actor("operator2")
    row = actions.write_hand_over(first, "Quiet.")
    with pytest.raises(BadValue):
        actions.accept_hand_over(first, row.id)
    actions.accept_hand_over(second, row.id)
    with pytest.raises(AlreadyDone):
        actions.accept_hand_over(world.actor("supervisor"), row.id)
    with pytest.raises(NotThere):
        actions.accept_hand_over(second, ids.new())
    with pytest.raises(BadValue):
        actions.write_hand_over(first, "   ")


def test_another_centre_and_a_customer_know_nothing_of_it(world: World) -> None:
    row = actions.write_hand_over(world.actor("operator"), "Quiet.")
    with pytest.raises(NotThere):
        actions.accept_hand_over(world.actor("standby"), row.id)
    with pytest.raises(Denied):
        actions.write_hand_over(world.actor("owner"), "I am no operator.")
