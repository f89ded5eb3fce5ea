# SPDX-License-Identifier: EUPL-1.2
"""The unit obeys the owner whom it pinned, his newest word, and nobody else (seal.md, test 1, at the unit)."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.unit.actors import DAY_MS, Owner, Rig, releases_of, segments_of

from zegel.link.messages import AlarmItem, TechnicalItem
from zegel.seal.alarm import verify_alarm
from zegel.seal.command import Action, Command, sign_command
from zegel.seal.envelope import Envelope
from zegel.seal.keyset import Signer, sign_keyset
from zegel.seal.pairing import Pairing, pairing_mac
from zegel.seal.policy import Caps, sign_policy
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.unit.errors import StateError
from zegel.unit.guard import Posture


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    rig = Rig(tmp_path)
    rig.pair()
    rig.step(1)
    return rig


def in_force(rig: Rig) -> tuple[bytes, bytes, Posture]:
    return rig.engine.trust.keyset_hash, rig.engine.trust.policy_hash, rig.engine.posture


def refusals(rig: Rig) -> list[str]:
    return [item.code for item in rig.items(TechnicalItem) if item.kind.value == "refused_object"]


def refuses(rig: Rig, kind: str, data: bytes, code: str, extra: bytes | None = None) -> None:
    """It changes nothing, is reported, and is still not in force after a restart."""
    before, known = in_force(rig), len(refusals(rig))
    rig.deliver(kind, data, extra)
    assert in_force(rig) == before
    assert refusals(rig)[known:] == [code]
    rig.restart()
    assert in_force(rig)[:2] == before[:2]


# -- pairing


def test_nobody_pairs_a_unit_whose_code_he_has_not_read(tmp_path: Path) -> None:
    rig, thief = Rig(tmp_path), Owner()
    keyset = thief.keyset(rig.identity.unit, os.urandom(16), rig.wall_ms)
    policy = thief.policy(keyset, rig.wall_ms)
    asked = Pairing(rig.identity.unit, keyset.pairing, keyset.hash, policy.hash)
    rig.deliver("keyset", sign_keyset(keyset, thief.key))
    rig.deliver("policy", sign_policy(policy, thief.key))
    rig.deliver("pairing", asked.encode(), pairing_mac(os.urandom(32), asked))
    rig.deliver("pairing", asked.encode(), b"")
    assert rig.engine.posture is Posture.UNPAIRED
    assert rig.engine.file.state.pairing is None


def test_the_server_cannot_swap_the_keyset_or_policy_in_a_pairing(tmp_path: Path) -> None:
    rig, thief = Rig(tmp_path), Owner()
    pairing = rig.identity.pairing
    keyset = rig.owner.keyset(rig.identity.unit, pairing, rig.wall_ms)
    policy = rig.owner.policy(keyset, rig.wall_ms)
    other_keyset = thief.keyset(rig.identity.unit, pairing, rig.wall_ms)
    asked = Pairing(rig.identity.unit, pairing, keyset.hash, policy.hash)
    assert rig.secret is not None
    rig.deliver("keyset", sign_keyset(other_keyset, thief.key))
    rig.deliver("policy", sign_policy(thief.policy(other_keyset, rig.wall_ms), thief.key))
    rig.deliver("pairing", asked.encode(), pairing_mac(rig.secret, asked))
    assert rig.engine.posture is Posture.UNPAIRED
    rig.deliver("keyset", sign_keyset(keyset, rig.owner.key))
    rig.deliver("policy", sign_policy(policy, rig.owner.key))
    assert rig.engine.trust.keyset_hash == keyset.hash


def test_a_pairing_of_another_id_than_the_unit_drew_is_refused_even_with_its_code(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    keyset = rig.owner.keyset(rig.identity.unit, os.urandom(16), rig.wall_ms)
    policy = rig.owner.policy(keyset, rig.wall_ms)
    asked = Pairing(rig.identity.unit, keyset.pairing, keyset.hash, policy.hash)
    assert rig.secret is not None
    rig.deliver("keyset", sign_keyset(keyset, rig.owner.key))
    rig.deliver("policy", sign_policy(policy, rig.owner.key))
    refuses(rig, "pairing", asked.encode(), "wrong_binding", pairing_mac(rig.secret, asked))
    assert rig.engine.posture is Posture.UNPAIRED


def test_a_paired_unit_is_not_paired_again_even_with_its_code(rig: Rig) -> None:
    thief = Owner()
    keyset = thief.keyset(rig.identity.unit, os.urandom(16), rig.wall_ms)
    policy = thief.policy(keyset, rig.wall_ms)
    asked = Pairing(rig.identity.unit, keyset.pairing, keyset.hash, policy.hash)
    assert rig.secret is not None
    refuses(rig, "pairing", asked.encode(), "already_paired", pairing_mac(rig.secret, asked))


def test_a_pairing_that_is_delivered_again_is_no_attack(rig: Rig) -> None:
    assert rig.keyset is not None
    assert rig.policy is not None
    asked = Pairing(rig.identity.unit, rig.keyset.pairing, rig.keyset.hash, rig.policy.hash)
    rig.deliver("pairing", asked.encode(), b"whatever")
    rig.deliver("keyset", sign_keyset(rig.keyset, rig.owner.key))
    rig.deliver("policy", sign_policy(rig.policy, rig.owner.key))
    assert refusals(rig) == []


def test_the_code_is_worth_nothing_once_the_unit_is_paired(rig: Rig) -> None:
    assert rig.secret is not None
    assert rig.engine.identity.pairing_secret is None
    assert rig.secret not in (rig.directory / "identity").read_bytes()


# -- policies


def test_a_policy_of_anybody_but_the_pinned_owner_is_refused(rig: Rig) -> None:
    assert rig.policy is not None
    wider = replace(rig.policy, counter=2, caps=Caps(9999, 99999), issued_ms=rig.wall_ms)
    refuses(rig, "policy", sign_policy(wider, SigningKey.generate()), "unknown_signer")
    forged = Envelope("policy", wider.encode(), rig.owner.key.fingerprint, os.urandom(64)).encode()
    refuses(rig, "policy", forged, "bad_signature")


def test_an_older_equal_or_expired_policy_is_refused(rig: Rig) -> None:
    assert rig.policy is not None
    first = sign_policy(rig.policy, rig.owner.key)
    rig.new_policy(armed=False)
    rig.step(1)
    assert rig.policy is not None
    assert rig.engine.posture is Posture.OFF
    refuses(rig, "policy", first, "replayed")
    refuses(rig, "policy", sign_policy(replace(rig.policy, armed=True), rig.owner.key), "replayed")
    late = replace(rig.policy, counter=9, issued_ms=rig.wall_ms - 2 * DAY_MS, expires_ms=rig.wall_ms - DAY_MS)
    refuses(rig, "policy", sign_policy(late, rig.owner.key), "expired")
    early = replace(rig.policy, counter=9, issued_ms=rig.wall_ms + DAY_MS, expires_ms=rig.wall_ms + 2 * DAY_MS)
    refuses(rig, "policy", sign_policy(early, rig.owner.key), "not_yet_valid")


def test_a_policy_of_another_pairing_unit_or_keyset_is_refused(rig: Rig) -> None:
    assert rig.policy is not None
    for change in ({"pairing": os.urandom(16)}, {"unit": os.urandom(16)}, {"keyset_hash": os.urandom(32)}):
        other = replace(rig.policy, counter=5, **change)  # type: ignore[arg-type]
        refuses(rig, "policy", sign_policy(other, rig.owner.key), "wrong_binding")


def test_every_flipped_byte_of_a_policy_is_refused(rig: Rig) -> None:
    assert rig.policy is not None
    good = sign_policy(replace(rig.policy, counter=2, armed=False), rig.owner.key)
    before = in_force(rig)
    for at in range(len(good)):
        rig.deliver("policy", good[:at] + bytes((good[at] ^ 0x20,)) + good[at + 1 :])
        assert in_force(rig) == before
    assert len(refusals(rig)) == len(good)


# -- keysets


def test_a_keyset_must_follow_the_pinned_one(rig: Rig) -> None:
    assert rig.keyset is not None
    thief = SigningKey.generate()
    following = replace(
        rig.keyset, number=2, previous=rig.keyset.hash, issued_ms=rig.wall_ms,
        owners=(Signer(os.urandom(16), thief.public_key),),
    )  # fmt: skip
    refuses(rig, "keyset", sign_keyset(following, thief), "unknown_signer")
    refuses(rig, "keyset", sign_keyset(replace(following, number=3), rig.owner.key), "wrong_binding")
    refuses(rig, "keyset", sign_keyset(replace(following, previous=os.urandom(32)), rig.owner.key), "wrong_binding")
    expired = replace(following, issued_ms=rig.keyset.issued_ms, expires_ms=rig.wall_ms)
    refuses(rig, "keyset", sign_keyset(expired, rig.owner.key), "expired")


def test_a_weaker_suite_is_refused(tmp_path: Path) -> None:
    rig = Rig(tmp_path, Owner(Suite.HYBRID))
    rig.pair()
    assert rig.keyset is not None
    tenant = OpeningKey.generate(Suite.CLASSIC)
    weaker = replace(
        rig.keyset, suite=Suite.CLASSIC, number=2, previous=rig.keyset.hash, tenant_open_pk=tenant.public_key
    )
    refuses(rig, "keyset", sign_keyset(weaker, rig.owner.key), "wrong_suite")


def test_a_removed_owner_signs_nothing_any_more(rig: Rig) -> None:
    assert rig.keyset is not None
    assert rig.policy is not None
    heir = SigningKey.generate()
    second = replace(
        rig.keyset, number=2, previous=rig.keyset.hash, issued_ms=rig.wall_ms,
        owners=(Signer(os.urandom(16), heir.public_key),),
    )  # fmt: skip
    rig.deliver("keyset", sign_keyset(second, rig.owner.key))
    assert rig.engine.trust.keyset_hash == second.hash
    third = replace(second, number=3, previous=second.hash)
    refuses(rig, "keyset", sign_keyset(third, rig.owner.key), "unknown_signer")
    policy = replace(rig.policy, counter=2, keyset_hash=second.hash, issued_ms=rig.wall_ms)
    refuses(rig, "policy", sign_policy(policy, rig.owner.key), "unknown_signer")
    refuses(rig, "keyset", sign_keyset(rig.keyset, rig.owner.key), "unknown_signer")
    rig.deliver("policy", sign_policy(policy, heir))
    assert rig.engine.trust.policy_hash == policy.hash


def test_until_an_owner_signs_a_policy_for_the_new_keyset_nothing_is_released(rig: Rig) -> None:
    assert rig.keyset is not None
    second = replace(rig.keyset, number=2, previous=rig.keyset.hash, issued_ms=rig.wall_ms)
    rig.deliver("keyset", sign_keyset(second, rig.owner.key))
    rig.play(15)
    rig.see()
    rig.play(5)
    assert [a.images for a in alarms(rig)] == ["none:policy_of_older_keyset"]
    assert not releases_of(rig)
    assert segments_of(rig), "it goes on sealing to the owner"


# -- commands


def test_only_a_listed_person_arms_and_disarms(rig: Rig) -> None:
    assert rig.policy is not None
    stranger = SigningKey.generate()
    unit, pairing = rig.policy.unit, rig.policy.pairing
    foreign = Command(unit, pairing, 1, rig.owner.id, Action.DISARM, rig.wall_ms, None)
    refuses(rig, "command", sign_command(foreign, stranger), "unknown_signer")
    misnamed = replace(foreign, person=os.urandom(16))
    refuses(rig, "command", sign_command(misnamed, rig.owner.key), "not_allowed")
    elsewhere = replace(foreign, pairing=os.urandom(16))
    refuses(rig, "command", sign_command(elsewhere, rig.owner.key), "wrong_binding")


def test_a_command_works_once_and_only_fresh(rig: Rig) -> None:
    assert rig.policy is not None
    disarm = rig.owner.command(rig.policy, Action.DISARM, rig.wall_ms, 1)
    rig.deliver("command", disarm)
    assert rig.engine.posture is Posture.DISARMED
    rig.step(1)
    rig.order(Action.ARM, 2)
    refuses(rig, "command", disarm, "replayed")
    assert rig.engine.posture is Posture.ARMED
    refuses(rig, "command", rig.owner.command(rig.policy, Action.DISARM, rig.wall_ms - 301_000, 3), "expired")
    refuses(rig, "command", rig.owner.command(rig.policy, Action.DISARM, rig.wall_ms + 61_000, 3), "not_yet_valid")


def test_a_replayed_command_stays_refused_after_a_restart(rig: Rig) -> None:
    assert rig.policy is not None
    disarm = rig.owner.command(rig.policy, Action.DISARM, rig.wall_ms, 7)
    rig.deliver("command", disarm)
    rig.order(Action.ARM, 8)
    rig.restart()
    refuses(rig, "command", disarm, "replayed")
    assert rig.engine.posture is Posture.ARMED


# -- releases


def alarms(rig: Rig) -> list:  # type: ignore[type-arg]
    return [verify_alarm(item.envelope, rig.identity.key.public_key) for item in rig.items(AlarmItem)]


def alarm_once(rig: Rig) -> str:
    rig.play(12)
    rig.see()
    rig.play(4)
    assert len(alarms(rig)) == 1
    return str(alarms(rig)[0].images)


def test_the_arcs_key_must_be_certified_by_the_arc_that_the_owner_chose(tmp_path: Path) -> None:
    rig, false_arc = Rig(tmp_path), Owner()
    rig.owner.arc_key, real = false_arc.arc_key, rig.owner.arc_key
    impostor = rig.owner.arckey(rig.wall_ms)
    rig.owner.arc_key = real
    rig.pair()
    rig.deliver("arckey", impostor)
    assert refusals(rig) == ["unknown_signer"]
    rig.play(12)
    rig.see()
    rig.play(3)
    assert {part.recipient for part in releases_of(rig)} == {rig.owner.arc.fingerprint}


def test_after_the_owner_chose_another_centre_the_unit_releases_to_that_one_only_and_nobody_visited_it(
    tmp_path: Path,
) -> None:
    """In the midst of an alarm: what comes after the next keyset is the new centre's, of alarms raised after it."""
    rig, new = Rig(tmp_path), Owner()
    rig.pair()
    assert alarm_once(rig) == "released"
    old = {part.recipient for part in releases_of(rig)}
    before = len(releases_of(rig))
    assert rig.keyset is not None
    signer = Signer(new.arc_party, new.arc_key.public_key)
    stale = rig.owner.arckey(rig.wall_ms, 2)
    rig.keyset = replace(
        rig.keyset, number=2, previous=rig.keyset.hash, arc=signer, issued_ms=rig.wall_ms
    )  # fmt: skip
    rig.deliver("keyset", sign_keyset(rig.keyset, rig.owner.key))
    rig.new_policy(keyset_hash=rig.keyset.hash)
    rig.play(4)
    rig.deliver("arckey", stale)
    assert "unknown_signer" in refusals(rig), "the old centre certifies nothing any more"
    rig.deliver("arckey", new.arckey(rig.wall_ms))
    rig.play(70)
    rig.see()
    rig.play(4)
    fresh = releases_of(rig)[before:]
    assert alarms(rig)[-1].images == "released"
    assert {part.recipient for part in fresh} == {new.arc.fingerprint}
    assert {part.arc_party for part in fresh} == {new.arc_party}
    assert {part.alarm for part in fresh} == {alarms(rig)[-1].alarm}, "no part of the alarm before it"
    assert old == {rig.owner.arc.fingerprint}


def test_an_expired_policy_guards_and_seals_but_releases_nothing(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(expires_ms=rig.wall_ms + 8_000)
    assert alarm_once(rig) == "none:policy_expired"
    assert not releases_of(rig)
    assert segments_of(rig)


def test_the_cap_holds_over_restarts_and_a_clock_that_is_set(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(caps=Caps(2, 600))
    images = []
    for wall_step_ms in (0, 0, 0, -3 * 3_600_000):
        rig.wall_ms += wall_step_ms
        rig.play(70)
        rig.see()
        rig.play(3)
        images.append(alarms(rig)[-1].images)
        rig.restart()
    assert images[:3] == ["released", "released", "none:cap"]
    assert images[3] != "released"
    assert "cap_reached" in rig.technical()


def test_seconds_past_the_cap_are_not_released(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.pair(caps=Caps(5, 14))
    rig.play(20)
    rig.see()
    rig.play(10)
    released = [r for part in releases_of(rig) for r in part.ranges]
    assert sum(r.end - r.start for r in released) == 14
    assert releases_of(rig)[-1].last


def test_seconds_are_spent_on_disk_before_they_are_sealed(tmp_path: Path) -> None:
    """kill -9 right after the first part: what was paid ahead stays spent."""
    rig = Rig(tmp_path)
    rig.pair(caps=Caps(5, 100))
    rig.play(20)
    rig.see()
    used = sum(r.end - r.start for part in releases_of(rig) for r in part.ranges)
    rig.restart()
    assert sum(item.seconds for item in rig.engine.file.state.spent) >= used > 0


def test_a_class_that_does_not_release_alarms_without_pictures(rig: Rig) -> None:
    rig.play(12)
    rig.see("vehicle")
    rig.play(3)
    assert [a.images for a in alarms(rig)] == ["none:class"]
    rig.see("animal")
    assert len(alarms(rig)) == 1
    assert not releases_of(rig)


def test_a_person_who_follows_a_car_is_released_all_the_same(rig: Rig) -> None:
    rig.play(12)
    rig.see("vehicle")
    rig.play(2)
    rig.see()
    rig.play(2)
    rig.see("vehicle")
    rig.play(2)
    assert [a.images for a in alarms(rig)] == ["none:class", "released"]
    assert {part.alarm for part in releases_of(rig)} == {alarms(rig)[1].alarm}


def test_the_server_can_neither_open_nor_extend_a_window(rig: Rig) -> None:
    """There is no message for it; ending one that never was, or again, changes nothing."""
    rig.play(12)
    rig.engine.end_window(os.urandom(16), "recall", rig.now)
    assert not releases_of(rig)
    rig.see()
    rig.play(2)
    rig.engine.end_window(alarms(rig)[0].alarm, "closed", rig.now)
    parts = len(releases_of(rig))
    rig.engine.end_window(alarms(rig)[0].alarm, "reopened", rig.now)
    rig.play(10)
    assert len(releases_of(rig)) == parts


def test_a_damaged_or_foreign_state_file_stops_the_unit(rig: Rig) -> None:
    path = rig.directory / "state"
    good = path.read_bytes()
    path.write_bytes(good[:-1] + bytes((good[-1] ^ 1,)))
    with pytest.raises(StateError, match="damaged"):
        rig.restart()
