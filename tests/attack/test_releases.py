# SPDX-License-Identifier: EUPL-1.2
"""Attacks on what a unit sends and an owner signs: change it, replay it, roll it back, date it wrongly, sign it as
another."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

import pytest
from tests.actors import SimUnit, World

from zegel.demo.world import WORLD
from zegel.link.messages import AlarmItem, EpochItem, ReleaseItem
from zegel.seal.alarm import Alarm, Cause, sign_alarm
from zegel.seal.command import Action
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Signer
from zegel.seal.ranges import Range
from zegel.seal.release import Release
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.server.footage.models import Release as ReleaseRow
from zegel.server.footage.models import Segment
from zegel.server.kernel import clock, tenancy
from zegel.server.sites import actions as sites
from zegel.server.sites import queries
from zegel.server.sites.errors import ObjectRefused
from zegel.server.sites.models import ObjectKind


def stored_releases(case: Any) -> int:
    with tenancy.acting_as(case.actor.party_id):
        return ReleaseRow.objects.count()


def refused(world: World, case: Any, item: Any) -> str:
    answer = world.take(case.actor, case.unit, item)
    assert answer.refused is not None, "it was accepted"
    return str(answer.refused[0])


# --- releases ---


def test_every_bit_of_a_release_counts(world: World, case: Any) -> None:
    """One flipped bit anywhere in the envelope, sampled densely, is refused and stores nothing."""
    good = case.unit.release(case.alarm_id, case.epoch, [(25, 26)], world.arc_tenant(case.site), keep=False).envelope
    before = stored_releases(case)
    for place in range(0, len(good), 7):
        changed = bytearray(good)
        changed[place] ^= 1 << (place % 8)
        refused(world, case, ReleaseItem(bytes(changed)))
    assert stored_releases(case) == before


def other_values(world: World, case: Any) -> dict[str, Any]:
    """For each field of a release a value that is well-formed and wrong."""
    now = case.unit.now_ms
    return {
        "suite": Suite.HYBRID,
        "unit": uuid4().bytes,
        "alarm": uuid4().bytes,
        "part": 1,
        "previous": None,
        "camera": uuid4().bytes,
        "ranges": (Range(uuid4().bytes, 0, 5),),
        "arc_party": WORLD.party("waak").id.bytes,
        "recipient": os.urandom(32),
        "policy_hash": os.urandom(32),
        "issued_ms": now + 3_600_000,
        "window_end_ms": now + 24 * 3_600_000,
    }


NOT_THE_SERVERS = {
    "reason",
    "last",
    "sealed",
    "track",
}  # words for people; the recipient's own check; no other value exists


def test_a_release_with_any_field_wrong_is_refused_even_when_the_unit_itself_signed_it(world: World, case: Any) -> None:
    wrong = other_values(world, case)
    assert {f.name for f in fields(Release)} - NOT_THE_SERVERS == set(wrong), "a field is not attacked"
    before = stored_releases(case)
    for name, value in wrong.items():
        item = lying_release(world, case, name, value)
        refused(world, case, item)
    assert stored_releases(case) == before


def lying_release(world: World, case: Any, name: str, value: Any) -> ReleaseItem:
    """Signed by the real unit; sealed to whatever it names."""
    from zegel.seal import envelope

    unit = case.unit
    good = unit.release(case.alarm_id, case.epoch, [(25, 26)], world.arc_tenant(case.site), keep=False)
    body = replace(Release.decode(Envelope.decode(good.envelope).body), **{name: value})
    if name == "issued_ms":
        body = replace(body, window_end_ms=value)
    if name == "suite":
        body = replace(body, sealed=body.sealed + bytes(1088))
    if name == "ranges":
        body = replace(body, sealed=os.urandom(len(body.sealed) + 34))
        size = len(body.sealed)
        for extra in range(-80, 160):
            try:
                Release.decode(replace(body, sealed=bytes(size + extra)).encode())
            except ValueError:
                continue
            body = replace(body, sealed=bytes(size + extra))
            break
    return ReleaseItem(envelope.sign(Release.NAME, body.encode(), unit.signing))


def test_a_release_signed_by_another_unit_or_by_the_alarm_centre_is_refused(world: World, case: Any) -> None:
    arc = world.arc_tenant(case.site)
    for key in (SigningKey.generate(), world.keys.parties["centrale"].signing):
        item = case.unit.release(case.alarm_id, case.epoch, [(25, 26)], arc, keep=False, signing=key)
        assert refused(world, case, item) == "unknown_signer"


def test_a_release_to_a_key_that_the_alarm_centre_did_not_certify_is_refused(world: World, case: Any) -> None:
    thief = OpeningKey.generate(Suite.CLASSIC)
    item = case.unit.release(case.alarm_id, case.epoch, [(25, 26)], thief, keep=False)
    assert refused(world, case, item) == "wrong_recipient"


def test_a_release_of_no_alarm_or_of_an_alarm_without_images_is_refused(world: World, case: Any) -> None:
    arc = world.arc_tenant(case.site)
    assert refused(world, case, case.unit.release(uuid4(), case.epoch, [(25, 26)], arc, keep=False)) == "no_alarm"
    alarm_id, alarm = case.unit.alarm(images="none:class", class_name="animal")
    world.accept(case.actor, case.unit, alarm)
    assert refused(world, case, case.unit.release(alarm_id, case.epoch, [(25, 26)], arc, keep=False)) == "no_alarm"


def test_an_alarm_whose_class_the_owner_did_not_let_release_opens_no_window(world: World, case: Any) -> None:
    """The unit says 'released' for an animal; the owner's policy releases persons only."""
    alarm_id, alarm = case.unit.alarm(class_name="animal")
    world.accept(case.actor, case.unit, alarm)
    item = case.unit.release(alarm_id, case.epoch, [(25, 26)], world.arc_tenant(case.site), keep=False)
    assert refused(world, case, item) == "no_alarm"


def test_a_release_that_comes_after_the_recall_is_dropped_not_stored(world: World, case: Any) -> None:
    from zegel.server.alarms import actions as alarms

    alarms.recall(world.actor(world.owner_of(case.site)), case.alarm_id)
    late = case.unit.release(case.alarm_id, case.epoch, [(25, 30)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, late)
    with tenancy.acting_as(case.actor.party_id):
        row = ReleaseRow.objects.get(hash=case.unit.releases[-1].hash)
        assert row.wrapped is None
        assert not ReleaseRow.objects.filter(wrapped=late.envelope).exists()


def test_a_release_that_reaches_another_cameras_epoch_is_refused(world: World) -> None:
    unit = SimUnit(clock.now_ms(), cameras=(uuid4(), uuid4()))
    case = world.burglary(unit=unit)
    other = unit.epoch(unit.cameras[1])
    world.accept(case.actor, unit, EpochItem(other.envelope))
    item = unit.release(
        case.alarm_id, other, [(0, 5)], world.arc_tenant(case.site), keep=False, camera=case.camera.bytes
    )
    assert refused(world, case, item) == "wrong_binding"


def test_a_release_that_reaches_another_track_is_refused(world: World, case: Any) -> None:
    pictures = case.unit.epoch(track=Track.PICTURE)
    world.accept(case.actor, case.unit, EpochItem(pictures.envelope))
    item = case.unit.release(case.alarm_id, pictures, [(0, 5)], world.arc_tenant(case.site), keep=False)
    assert refused(world, case, item) == "wrong_binding"


def test_two_releases_on_one_place_in_the_chain_are_a_fork(world: World, case: Any) -> None:
    arc = world.arc_tenant(case.site)
    first = case.unit.release(case.alarm_id, case.epoch, [(25, 26)], arc, keep=False)
    second = case.unit.release(case.alarm_id, case.epoch, [(26, 27)], arc, keep=False)
    world.accept(case.actor, case.unit, first)
    assert refused(world, case, second) == "chain_conflict"


def test_the_same_release_again_is_harmless(world: World, case: Any) -> None:
    item = case.unit.release(case.alarm_id, case.epoch, [(25, 26)], world.arc_tenant(case.site))
    world.accept(case.actor, case.unit, item, item, item)
    assert stored_releases(case) == 2


def test_a_unit_can_not_release_for_another_units_alarm(world: World, case: Any) -> None:
    other = SimUnit(clock.now_ms())
    actor = world.pair(other)
    epoch = other.epoch()
    world.accept(actor, other, EpochItem(epoch.envelope))
    item = other.release(case.alarm_id, epoch, [(0, 5)], world.arc_tenant(case.site))
    answer = world.take(actor, other, item)
    assert answer.refused is not None
    assert answer.refused[0] == "no_alarm"


# --- alarms, epochs, segments ---


def test_an_alarm_with_a_number_or_identifier_used_before_is_refused(world: World, case: Any) -> None:
    unit = case.unit
    same_number = Alarm(
        unit.id.bytes, uuid4().bytes, 1, None, Cause.MOTION, "person", case.camera.bytes, "", 900, unit.now_ms,
        unit.now_ms,
        None, None, unit.policy.hash, "released",
    )  # fmt: skip
    assert refused(world, case, AlarmItem(sign_alarm(same_number, unit.signing))) == "bad_alarm"
    same_id = replace(same_number, alarm=case.alarm_id.bytes, number=2, previous=unit.alarms[-1].hash)
    assert refused(world, case, AlarmItem(sign_alarm(same_id, unit.signing))) == "bad_alarm"


def test_an_alarm_that_does_not_follow_the_last_one_or_is_of_the_future_is_refused(world: World, case: Any) -> None:
    _, forked = case.unit.alarm(previous=os.urandom(32), keep=False)
    assert refused(world, case, forked) == "bad_alarm"
    ahead = case.unit.now_ms + 3_600_000
    _, early = case.unit.alarm(first_seen_ms=ahead, raised_ms=ahead, keep=False)
    assert refused(world, case, early) == "bad_alarm"


def test_an_alarm_of_a_stranger_is_refused(world: World, case: Any) -> None:
    _, alarm = case.unit.alarm(keep=False)
    body = Alarm.decode(Envelope.decode(alarm.envelope).body)
    assert refused(world, case, AlarmItem(sign_alarm(body, SigningKey.generate()))) == "bad_alarm"


def test_an_epoch_under_a_keyset_that_nobody_signed_is_refused(world: World, case: Any) -> None:
    assert refused(world, case, EpochItem(case.unit.epoch(keyset_hash=os.urandom(32)).envelope)) == "unknown_keyset"


def test_an_epoch_of_another_unit_or_camera_is_refused(world: World, case: Any) -> None:
    for lie in ({"unit": uuid4().bytes}, {"camera": uuid4().bytes}):
        assert refused(world, case, EpochItem(case.unit.epoch(**lie).envelope)) == "wrong_binding"


def test_a_segment_relabelled_to_another_epoch_slot_or_number_is_refused(world: World, case: Any) -> None:
    unit, epoch = case.unit, case.epoch
    with tenancy.acting_as(case.actor.party_id):
        before = Segment.objects.count()
    lies: list[dict[str, Any]] = [
        {"camera": uuid4().bytes}, {"epoch": uuid4().bytes}, {"track": Track.PICTURE}, {"suite": Suite.HYBRID},
        {"sequence": 3},
    ]  # fmt: skip
    for lie in lies:
        refused(world, case, unit.segments_item(epoch, [unit.segment(epoch, 41, **lie)]))
    refused(world, case, unit.segments_item(epoch, [unit.segment(epoch, 41)[:-1]]))
    refused(world, case, unit.segments_item(epoch, [os.urandom(500)]))
    with tenancy.acting_as(case.actor.party_id):
        assert Segment.objects.count() == before


# --- what owners sign ---


def owner_of(world: World, case: Any) -> str:
    return world.owner_of(case.site)


def newest_policy(case: Any) -> Any:
    with tenancy.acting_as(case.actor.party_id):
        return queries.newest(queries.get_unit(case.unit.id), ObjectKind.POLICY)


def test_a_policy_that_no_pinned_owner_signed_is_refused(world: World, case: Any) -> None:
    owner = world.actor(owner_of(world, case))
    policy = replace(case.unit.policy, counter=2)
    for person in ("operator", "foreman", "household", "admin"):
        with pytest.raises(ObjectRefused) as error:
            sites.accept_policy(owner, case.unit.id, world.sign_policy(policy, person))
        assert error.value.why == "unknown_signer"
    assert newest_policy(case).counter == 1


def test_a_policy_that_is_replayed_rolled_back_expired_or_of_the_future_is_refused(world: World, case: Any) -> None:
    name, unit = owner_of(world, case), case.unit
    owner, now = world.actor(name), clock.now_ms()
    sites.accept_policy(owner, unit.id, world.sign_policy(replace(unit.policy, counter=5), name))
    wrong = {
        "replayed": replace(unit.policy, counter=5, issued_ms=now - 5),
        "expired": replace(unit.policy, counter=6, issued_ms=now - 2000, expires_ms=now - 1000),
        "not_yet_valid": replace(unit.policy, counter=6, issued_ms=now + 3_600_000),
        "wrong_binding": replace(unit.policy, counter=6, pairing=uuid4().bytes),
    }
    wrong["rolled back"] = replace(unit.policy, counter=1, issued_ms=now - 7)
    for why, policy in wrong.items():
        with pytest.raises(ObjectRefused) as error:
            sites.accept_policy(owner, unit.id, world.sign_policy(policy, name))
        assert error.value.why == ("replayed" if why == "rolled back" else why)
    assert newest_policy(case).counter == 5


def test_a_keyset_of_a_stranger_a_skipped_number_or_a_weaker_chain_is_refused(world: World, case: Any) -> None:
    name, unit = owner_of(world, case), case.unit
    owner, thief = world.actor(name), SigningKey.generate()
    following = replace(unit.keyset, number=2, previous=unit.keyset.hash)
    stolen = replace(following, owners=(Signer(unit.keyset.owners[0].id, thief.public_key),))
    from zegel.seal.keyset import sign_keyset

    with pytest.raises(ObjectRefused):
        sites.accept_keyset(owner, unit.id, sign_keyset(stolen, thief))
    with pytest.raises(ObjectRefused):
        sites.accept_keyset(owner, unit.id, world.sign_keyset(replace(following, number=3), name))
    with pytest.raises(ObjectRefused):
        sites.accept_keyset(owner, unit.id, world.sign_keyset(replace(following, previous=os.urandom(32)), name))
    sites.accept_keyset(owner, unit.id, world.sign_keyset(following, name))


def test_a_command_that_is_replayed_old_or_of_somebody_the_policy_does_not_list_is_refused(
    world: World, case: Any
) -> None:
    name, unit = owner_of(world, case), case.unit
    owner = world.actor(name)
    good = world.sign_command(unit, name, 1, Action.DISARM)
    sites.accept_command(owner, unit.id, good)
    for envelope in (
        good,
        world.sign_command(unit, name, 1, Action.ARM, issued_ms=clock.now_ms()),
        world.sign_command(unit, name, 2, Action.ARM, issued_ms=clock.now_ms() - 6 * 60_000),
        world.sign_command(unit, name, 2, Action.ARM, issued_ms=clock.now_ms() + 10 * 60_000),
        world.sign_command(unit, "foreman", 2, Action.DISARM),
        world.sign_command(unit, "operator", 2, Action.DISARM),
    ):
        with pytest.raises(ObjectRefused):
            sites.accept_command(owner, unit.id, envelope)


def test_nothing_arms_without_the_sign_at_the_site(world: World) -> None:
    from zegel.server.agreements.models import Sign
    from zegel.server.gate import Denied

    with tenancy.acting_as(WORLD.party("dehaan").id):
        Sign.objects.all().delete()
    with pytest.raises(Denied) as denied:
        world.pair(SimUnit(clock.now_ms()))
    assert "sign_hung" in denied.value.decision.missing


# --- pairing and revocation ---


def test_a_pairing_exists_only_after_the_units_own_signature_over_what_the_owner_sent(world: World) -> None:
    from zegel.link.messages import PairedItem
    from zegel.seal.pairing import Pairing, pairing_mac, sign_paired
    from zegel.server.realtime import intake

    unit, owner = SimUnit(clock.now_ms()), world.actor("owner")
    intake.greet(unit.hello(), "127.0.0.1")
    sites.start_pairing(owner, unit.signing.fingerprint, WORLD.site("yard").id, "x")
    keyset = world.keyset(unit, "yard")
    policy = world.policy(unit, keyset)
    body = Pairing(unit.id.bytes, unit.pairing_id.bytes, keyset.hash, policy.hash)
    early = world.take(None, unit, PairedItem(sign_paired(body, unit.now_ms, unit.signing)))
    assert early.refused is not None, "paired before the owner sent anything"
    sites.complete_pairing(
        owner, unit.pairing_id, body.encode(), pairing_mac(unit.secret, body), world.sign_keyset(keyset, "owner"),
        world.sign_policy(policy, "owner"),
    )  # fmt: skip
    other = Pairing(unit.id.bytes, unit.pairing_id.bytes, keyset.hash, os.urandom(32))
    for item in (
        PairedItem(sign_paired(body, unit.now_ms, SigningKey.generate())),
        PairedItem(sign_paired(other, unit.now_ms, unit.signing)),
    ):
        assert world.take(None, unit, item).refused is not None
    assert queries.known_unit(unit.signing.fingerprint) is None
    assert world.take(None, unit, unit.pin(keyset, policy)).refused is None
    assert queries.known_unit(unit.signing.fingerprint) is not None


def test_a_unit_is_invisible_to_who_does_not_name_its_whole_fingerprint_and_to_everyone_after_an_hour(
    world: World,
) -> None:
    from tests.clock import stopped_clock

    from zegel.server.realtime import intake
    from zegel.server.sites.errors import UnitNotSeen

    unit, owner = SimUnit(clock.now_ms()), world.actor("owner")
    intake.greet(unit.hello(), "127.0.0.1")
    fingerprint = unit.signing.fingerprint
    for wrong in (fingerprint[:31], fingerprint[:31] + bytes([fingerprint[31] ^ 1]), b"", os.urandom(32)):
        with pytest.raises(UnitNotSeen):
            sites.start_pairing(owner, wrong, WORLD.site("yard").id, "x")
    with stopped_clock(clock.now()) as time:
        time.advance(3601)
        with pytest.raises(UnitNotSeen):
            sites.start_pairing(owner, fingerprint, WORLD.site("yard").id, "x")


def test_a_stolen_unit_is_refused_everything_and_can_not_come_back(world: World, case: Any) -> None:
    from zegel.server.realtime import intake, pending

    unit = case.unit
    sites.revoke_unit(world.actor(owner_of(world, case)), unit.id)
    _, alarm = unit.alarm(keep=False)
    assert world.take(case.actor, unit, alarm).revoked
    assert intake.greet(unit.hello(), "127.0.0.1").revoked
    assert [type(message).__name__ for message in pending.messages_for(case.actor, unit.signing.fingerprint)] == [
        "Revoked"
    ]
    again = replace(unit, pairing_id=uuid4())
    assert intake.greet(again.hello(), "127.0.0.1").revoked, "the same key under a new pairing"
