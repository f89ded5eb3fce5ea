# SPDX-License-Identifier: EUPL-1.2
"""Moving out: equipment is handed over, never images. A unit that left comes back wiped, as another one; the next
customer
sees nothing of before, and the one before nothing of what comes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.actors import SimUnit, World

from zegel.demo.world import WORLD
from zegel.seal.status import State
from zegel.server.footage import queries as footage
from zegel.server.kernel import clock, tenancy
from zegel.server.realtime import intake
from zegel.server.sites import actions, ground, queries
from zegel.server.sites.errors import UnitNotSeen, UnitTaken
from zegel.server.sites.models import Unit, UnitObject


def switched_off(world: World, case: Any) -> None:
    """As its own signed word says."""
    case.unit.now_ms += 1000
    world.accept(case.actor, case.unit, case.unit.status(State.DISARMED))


def test_the_next_customer_sees_nothing_of_before_and_the_one_before_nothing_of_what_comes(
    world: World, case: Any
) -> None:
    before, after = world.actor(world.owner_of(case.site)), world.actor("household")
    switched_off(world, case)
    with tenancy.acting_as(before.party_id):
        epochs = list(footage.epochs_between(case.camera, 1, 0, clock.now_ms() + 1_000_000))
    ground.remove_unit(before, case.unit.id)
    assert intake.greet(case.unit.hello(), "127.0.0.1").revoked, "the old key still speaks"

    wiped = SimUnit(clock.now_ms())  # `zegel unit wipe`, then enrolled anew: new identity, new cameras, new code
    assert world.pair(wiped, "villa") is not None
    assert [unit.id for unit in queries.units(after)] == [wiped.id]
    assert {camera.unit_id for camera in queries.cameras(after)} == {wiped.id}
    with tenancy.acting_as(after.party_id):
        assert list(footage.epochs_between(case.camera, 1, 0, clock.now_ms() + 1_000_000)) == []
        assert not Unit.objects.filter(id=case.unit.id).exists()
        assert not UnitObject.objects.filter(unit_id=case.unit.id).exists()
    assert wiped.id not in {unit.id for unit in queries.units(before)}
    assert case.camera in {camera.id for camera in queries.cameras(before)}, "his recordings stay his"
    with tenancy.acting_as(before.party_id):
        assert len(list(footage.epochs_between(case.camera, 1, 0, clock.now_ms() + 1_000_000))) == len(epochs)


def test_a_unit_that_left_but_was_not_wiped_is_nobodys_to_pair(world: World, case: Any) -> None:
    before = world.actor(world.owner_of(case.site))
    switched_off(world, case)
    ground.remove_unit(before, case.unit.id)
    kept = SimUnit(clock.now_ms(), id=case.unit.id, signing=case.unit.signing)
    intake.greet(kept.hello(), "127.0.0.1")
    for who, site in (("household", "villa"), ("owner", "yard")):
        with pytest.raises((UnitTaken, UnitNotSeen)):
            actions.start_pairing(world.actor(who), kept.signing.fingerprint, WORLD.site(site).id, "mine now")
