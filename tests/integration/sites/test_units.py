# SPDX-License-Identifier: EUPL-1.2
"""Units: what becomes known of one, what the owner's signed objects do, what its status writes down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from tests.actors import SimUnit, World

from zegel.link.messages import Deliver, TechnicalItem, TechnicalKind
from zegel.seal.command import Action
from zegel.seal.status import CameraState, CameraStatus, State
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.realtime import intake, pending
from zegel.server.sites import actions, queries
from zegel.server.sites.models import Camera, ObjectKind, TechnicalEvent, UnitObject


def in_ledger(world: World, case: Any, kind: Kind) -> list[dict[str, Any]]:
    owner = world.actor(world.owner_of(case.site))
    with tenancy.acting_as(owner.party_id, owner.id):
        rows = ledger.entries([kind], owner.party_id, since_ms=0)
    return [row.said.facts for row in rows if row.said is not None]


def delivered(case: Any) -> list[str]:
    messages = pending.messages_for(case.actor, case.unit.signing.fingerprint)
    return [message.kind.value for message in messages if isinstance(message, Deliver)]


def test_a_paired_unit_has_its_cameras_and_its_signed_objects_and_an_entry(world: World, case: Any) -> None:
    owner = world.actor(world.owner_of(case.site))
    assert [unit.id for unit in queries.units(owner)] == [case.unit.id]
    assert [camera.id for camera in queries.cameras(owner)] == [case.camera]
    trust = queries.trust(owner, case.unit.id)
    assert trust["status"] is None
    assert all(trust[kind] for kind in ("keyset", "policy", "paired"))
    assert in_ledger(world, case, Kind.ENROLMENT)[0]["fingerprint"] == case.unit.signing.fingerprint


def test_a_unit_gets_what_it_has_not_pinned_and_no_more(world: World, case: Any) -> None:
    assert delivered(case) == ["keyset", "policy", "arckey"]
    world.accept(case.actor, case.unit, case.unit.status())
    assert delivered(case) == ["arckey"]


def test_keysets_that_a_unit_missed_come_in_their_order(world: World, case: Any) -> None:
    name, unit = world.owner_of(case.site), case.unit
    world.accept(case.actor, unit, unit.status())
    second = replace(unit.keyset, number=2, previous=unit.keyset.hash)
    third = replace(second, number=3, previous=second.hash)
    for keyset in (second, third):
        actions.accept_keyset(world.actor(name), unit.id, world.sign_keyset(keyset, name))
    messages = pending.messages_for(case.actor, unit.signing.fingerprint)
    sent = [m.envelope for m in messages if isinstance(m, Deliver) and m.kind.value == "keyset"]
    assert sent == [world.sign_keyset(keyset, name) for keyset in (second, third)]


def test_a_command_waits_for_the_unit_five_minutes_and_is_logged(world: World, case: Any) -> None:
    from tests.clock import stopped_clock

    name = world.owner_of(case.site)
    actions.accept_command(world.actor(name), case.unit.id, world.sign_command(case.unit, name, 1, Action.DISARM))
    assert "command" in delivered(case)
    assert in_ledger(world, case, Kind.COMMAND)[0]["action"] == "disarm"
    with stopped_clock(clock.now()) as time:
        time.advance(301)
        assert "command" not in delivered(case)


def test_arming_is_written_down_when_the_unit_itself_says_so_and_once(world: World, case: Any) -> None:
    unit = case.unit
    for state in (State.ARMED, State.ARMED, State.DISARMED):
        unit.now_ms += 1000
        world.accept(case.actor, unit, unit.status(state))
    assert [facts["state"] for facts in in_ledger(world, case, Kind.ARMING)] == ["disarmed", "armed"]
    with tenancy.acting_as(case.actor.party_id):
        assert UnitObject.objects.filter(kind=ObjectKind.STATUS).count() == 2, "history keeps what differs"


def test_an_older_status_does_not_replace_a_newer_one(world: World, case: Any) -> None:
    unit = case.unit
    unit.now_ms += 10_000
    world.accept(case.actor, unit, unit.status(State.DISARMED))
    unit.now_ms -= 5_000
    world.accept(case.actor, unit, unit.status(State.ARMED))
    with tenancy.acting_as(case.actor.party_id):
        status = queries.newest_status(queries.get_unit(unit.id))
    assert status is not None
    assert status.state is State.DISARMED


def test_a_cameras_state_follows_the_units_signed_status(world: World, case: Any) -> None:
    lost = (CameraStatus(case.camera.bytes, CameraState.LOST),)
    world.accept(case.actor, case.unit, case.unit.status(cameras=lost))
    with tenancy.acting_as(case.actor.party_id):
        assert Camera.objects.get(id=case.camera).state == "lost"


def test_a_technical_event_is_kept_once_and_one_about_another_units_camera_is_refused(world: World, case: Any) -> None:
    item = TechnicalItem(
        uuid4().bytes, TechnicalKind.TIME_JUMP, case.camera.bytes, clock.now_ms(), "jump", {"ms": 4000}
    )
    world.accept(case.actor, case.unit, item, item)
    strange = TechnicalItem(uuid4().bytes, TechnicalKind.TIME_JUMP, uuid4().bytes, clock.now_ms(), "jump")
    assert world.take(case.actor, case.unit, strange).refused is not None
    with tenancy.acting_as(case.actor.party_id):
        assert TechnicalEvent.objects.filter(kind="time_jump").count() == 1


def test_a_wiped_unit_is_a_stranger_again_under_its_old_key_and_its_owner_may_pair_it_anew(
    world: World, case: Any
) -> None:
    wiped = SimUnit(clock.now_ms(), cameras=case.unit.cameras, id=case.unit.id, signing=case.unit.signing)
    assert intake.greet(wiped.hello(), "127.0.0.1").actor is None
    assert world.pair(wiped, case.site) is not None
    assert intake.greet(wiped.hello(), "127.0.0.1").actor is not None
    assert intake.greet(case.unit.hello(), "127.0.0.1").actor is None, "the old pairing is over"


def test_another_customer_can_not_take_a_unit_that_is_paired(world: World, case: Any) -> None:
    import pytest

    from zegel.demo.world import WORLD
    from zegel.server.sites.errors import UnitTaken

    wiped = SimUnit(clock.now_ms(), id=case.unit.id, signing=case.unit.signing)
    intake.greet(wiped.hello(), "127.0.0.1")
    with pytest.raises(UnitTaken):
        actions.start_pairing(world.actor("household"), wiped.signing.fingerprint, WORLD.site("villa").id, "mine now")
