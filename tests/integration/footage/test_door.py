# SPDX-License-Identifier: EUPL-1.2
"""The door: what an operator and an owner get to see, when, and what is written down about it."""

from __future__ import annotations

import pytest

from tests.actors import World
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.release import open_release, verify_release
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.rules import Purpose, Track


def test_operator_sees_released_seconds(db: object) -> None:
    world = World()
    case = world.burglary()
    view = door.open_view(world.actor("operator"), ViewRequest(case.camera, Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, case.alarm_id))
    assert [s.slot for s in view.segments] == list(range(10, 25))
