# SPDX-License-Identifier: EUPL-1.2
"""Units: what becomes known of one, what the owner's signed objects do, what its status writes down."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from tests.actors import SimUnit, World

from zegel.demo.world import WORLD
from zegel.link.messages import Deliver, TechnicalItem, TechnicalKind
from zegel.seal.command import Action
from zegel.seal.status import CameraState, CameraStatus, State
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.realtime import intake, pending
from zegel.server.sites import actions, queries
from zegel.server.sites.errors import UnitTaken
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


def test_another_units_camera_is_not_taken_over_by_pairing(world: World, case: Any) -> None:
    import pytest

    from zegel.server.sites.errors import UnitTaken

    thief = SimUnit(clock.now_ms(), cameras=case.unit.cameras)
    with pytest.raises(UnitTaken):
        world.pair(thief, case.site)
    with tenancy.acting_as(case.actor.party_id):
        assert Camera.objects.get(id=case.camera).unit_id == case.unit.id


def test_a_policy_that_names_another_units_camera_pairs_nothing(world: World, case: Any) -> None:
    from zegel.seal.policy import CameraRules

    thief = SimUnit(clock.now_ms())
    real = world.policy

    def with_the_other(unit: SimUnit, keyset: Any, **lies: Any) -> Any:
        return real(unit, keyset, cameras=(CameraRules(case.camera.bytes),), **lies)

    world.policy = with_the_other  # type: ignore[method-assign]
    assert world.pair(thief, case.site) is None
    assert intake.greet(thief.hello(), "127.0.0.1").actor is None
    with tenancy.acting_as(case.actor.party_id):
        assert Camera.objects.get(id=case.camera).unit_id == case.unit.id


def test_who_only_knows_a_units_fingerprint_does_not_keep_its_owner_from_pairing_it(world: World) -> None:
    from zegel.demo.world import WORLD
    from zegel.seal.pairing import Pairing, pairing_mac
    from zegel.server.realtime import pending as waiting

    unit = SimUnit(clock.now_ms())
    intake.greet(unit.hello(), "192.0.2.1")
    bodies = {}
    for person, site in (("owner", "yard"), ("household", "villa")):
        person = world.owner_of(site)
        actions.start_pairing(world.actor(person), unit.signing.fingerprint, WORLD.site(site).id, "mine")
        keyset = world.keyset(unit, site)
        policy = world.policy(unit, keyset)
        body = Pairing(unit.id.bytes, unit.pairing_id.bytes, keyset.hash, policy.hash)
        secret = unit.secret if site == "yard" else bytes(32)
        actions.complete_pairing(
            world.actor(person), unit.pairing_id, body.encode(), pairing_mac(secret, body),
            world.sign_keyset(keyset, person), world.sign_policy(policy, person),
        )  # fmt: skip
        bodies[site] = (keyset, policy, body)
    sent = waiting.unsent(waiting.messages_for(None, unit.signing.fingerprint), set())
    offered = [message.envelope for message in sent if isinstance(message, Deliver) and message.kind.value == "pairing"]
    assert offered == [bodies["yard"][2].encode(), bodies["villa"][2].encode()]
    actor = world.take(None, unit, unit.pin(*bodies["yard"][:2])).actor
    assert actor.party_id == WORLD.party(WORLD.site("yard").owner).id


def test_each_pairing_goes_out_with_its_own_keyset_and_policy() -> None:
    from zegel.link.messages import DeliverKind
    from zegel.server.realtime import pending as waiting

    def offer(keyset: bytes, policy: bytes) -> list[Any]:
        return [
            Deliver(DeliverKind.KEYSET, keyset), Deliver(DeliverKind.POLICY, policy),
            Deliver(DeliverKind.PAIRING, keyset + policy, b"mac"),
        ]  # fmt: skip

    sent: set[bytes] = set()
    assert waiting.unsent(offer(b"k", b"p"), sent) == offer(b"k", b"p")
    assert waiting.unsent(offer(b"k", b"p"), sent) == []
    assert waiting.unsent(offer(b"k", b"q"), sent) == [offer(b"k", b"q")[n] for n in (1, 0, 2)]


def test_an_owner_pairs_several_units_and_one_that_takes_anothers_pairing_id_is_refused(world: World) -> None:
    units = [SimUnit(clock.now_ms()) for _ in range(2)]
    for unit in units:
        world.pair(unit)
    assert {unit.id for unit in queries.units(world.actor("owner"))} >= {unit.id for unit in units}
    liar = SimUnit(clock.now_ms())
    liar.pairing_id = units[0].pairing_id
    intake.greet(liar.hello(), "192.0.2.1")
    with pytest.raises(UnitTaken):
        actions.start_pairing(world.actor("owner"), liar.signing.fingerprint, WORLD.site("yard").id, "Another")


def test_a_stranger_that_drew_no_pairing_id_is_told_to_update(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    greeting = intake.greet(msgspec.structs.replace(unit.hello(), pairing_id=None), "192.0.2.1")
    assert "pairing id" in greeting.refused
    assert queries.appearance(unit.signing.fingerprint) is None


def test_a_unit_that_stays_on_the_link_can_be_paired_after_hours(world: World) -> None:
    from tests.clock import stopped_clock

    unit = SimUnit(clock.now_ms())
    with stopped_clock(clock.now()) as time:
        intake.greet(unit.hello(), "192.0.2.1")
        for _ in range(12):
            time.advance(600)
            intake.still_here(unit.hello(), "192.0.2.1")
        assert queries.appearance(unit.signing.fingerprint) is not None
        time.advance(3700)
        assert queries.appearance(unit.signing.fingerprint) is None


def test_of_two_owners_who_post_a_policy_at_once_one_was_first(world: World, case: Any, monkeypatch: Any) -> None:
    import threading

    from zegel.server.sites.errors import ObjectRefused

    name, unit = world.owner_of(case.site), case.unit
    envelopes = [world.sign_policy(replace(unit.policy, counter=2, issued_ms=unit.now_ms - n), name) for n in (1, 2)]
    both, keep, said = threading.Barrier(2), actions._keep, []

    def slow(*args: Any, **kwargs: Any) -> Any:
        threading.Event().wait(0.4)
        return keep(*args, **kwargs)

    monkeypatch.setattr(actions, "_keep", slow)

    def post(envelope: bytes) -> None:
        from django.db import connections

        both.wait()
        try:
            actions.accept_policy(world.actor(name), unit.id, envelope)
            said.append("first")
        except ObjectRefused as error:
            said.append(error.why)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=post, args=(envelope,)) for envelope in envelopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == sorted(["first", next(why for why in said if why != "first")])
    with tenancy.acting_as(case.actor.party_id):
        assert UnitObject.objects.filter(kind=ObjectKind.POLICY, counter=2).count() == 1


def test_what_is_dated_in_the_future_is_refused(world: World, case: Any) -> None:
    ahead = clock.now_ms() + 3_600_000
    status = world.take(case.actor, case.unit, case.unit.status(at_ms=ahead))
    report = TechnicalItem(uuid4().bytes, TechnicalKind.TIME_JUMP, case.camera.bytes, ahead, "jump")
    assert status.refused is not None
    assert status.refused[0] == "not_yet_valid"
    refused = world.take(case.actor, case.unit, report).refused
    assert refused is not None
    assert refused[0] == "not_yet_valid"
