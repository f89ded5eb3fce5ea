# SPDX-License-Identifier: EUPL-1.2
"""S6: an auditor reads books and proofs. Nobody can seal him the key that opens what is sealed to the party."""

from __future__ import annotations

import pytest
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.api.members import _members_only
from zegel.server.people.errors import NotAMember


def test_the_partys_key_goes_to_its_people_and_to_no_auditor(world: World) -> None:
    admin = world.actor("admin")
    _members_only(admin, {WORLD.person("planner").id})
    with pytest.raises(NotAMember):
        _members_only(admin, {WORLD.person("auditor").id})
    with pytest.raises(NotAMember):
        _members_only(admin, {WORLD.person("planner").id, WORLD.person("auditor").id})
