# SPDX-License-Identifier: EUPL-1.2
"""Every signed object: what its receiver accepts, and what he refuses: a changed byte, another signer or object."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.seal.examples import DAY, NOW, ORIGIN, Example, World
from tests.unit.seal.wrong_fields import FIELD_CASES

from zegel.seal import encoding
from zegel.seal.alarm import sign_alarm, verify_alarm
from zegel.seal.arckey import sign_arckey, verify_arckey
from zegel.seal.command import Command, sign_command, unverified_person, verify_command
from zegel.seal.envelope import Envelope, sign
from zegel.seal.epoch import open_epoch, seal_epoch, sign_epoch, verify_epoch
from zegel.seal.errors import (
    BadSignature,
    CannotOpen,
    Expired,
    FieldWrong,
    KeyRefused,
    NotAllowed,
    NotYetValid,
    NotYours,
    OutOfRange,
    Replayed,
    SealError,
    UnknownSigner,
    WrongObject,
    WrongSuite,
)
from zegel.seal.fields import Body
from zegel.seal.grant import LIVE_SLOTS, open_grant, seal_grant, sign_grant, verify_grant
from zegel.seal.keyset import Keyset, Signer, sign_keyset, verify_keyset
from zegel.seal.linkauth import LinkAuth, sign_link, verify_link
from zegel.seal.member import (
    Member,
    open_member,
    open_succession,
    sign_member,
    sign_succession,
    verify_member,
    verify_succession,
)
from zegel.seal.policy import (
    CameraRules,
    sign_policy,
    verify_policy,
)
from zegel.seal.promise import Promise, Time, sign_promise, sign_time, verify_promise, verify_time
from zegel.seal.ranges import MAX_RANGES, Range, RangeKeys, keys_from_leaves, keys_from_roots, slot_count
from zegel.seal.release import open_release, seal_release, sign_release, verify_release
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_seal
from zegel.seal.tree import SLOTS, leaf

WORLD = World()
HYBRID = World(Suite.HYBRID)
EXAMPLES = WORLD.envelopes()
ALL = [*EXAMPLES.items(), *((f"{name} in suite 2", example) for name, example in HYBRID.envelopes().items())]


@pytest.mark.parametrize(("name", "example"), ALL, ids=[name for name, _ in ALL])
def test_the_receiver_reads_what_was_signed(name: str, example: Example) -> None:
    read = example.verify(example.envelope)
    assert isinstance(read, Body)
    assert read.encode() == Envelope.decode(example.envelope).body
    assert read.hash == Envelope.decode(example.envelope).hash
    assert type(read).decode(read.encode()) == read


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_flipped_byte_is_refused(name: str) -> None:
    example, data = EXAMPLES[name], bytearray(EXAMPLES[name].envelope)
    for at in range(len(data)):
        for mask in (0x01, 0x80, 0xFF):
            data[at] ^= mask
            with pytest.raises(SealError):
                example.verify(bytes(data))
            data[at] ^= mask


def test_every_flipped_bit_of_a_small_object_is_refused() -> None:
    example, data = EXAMPLES["command"], bytearray(EXAMPLES["command"].envelope)
    for bit in range(8 * len(data)):
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealError):
            example.verify(bytes(data))
        data[bit // 8] ^= 1 << bit % 8


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_truncation_and_any_trailing_byte_is_refused(name: str) -> None:
    example = EXAMPLES[name]
    for end in range(len(example.envelope)):
        with pytest.raises(SealError):
            example.verify(example.envelope[:end])
    with pytest.raises(SealError):
        example.verify(example.envelope + b"\x00")


@pytest.mark.parametrize("name", EXAMPLES)
def test_another_signer_is_refused(name: str) -> None:
    example, envelope = EXAMPLES[name], Envelope.decode(EXAMPLES[name].envelope)
    with pytest.raises(UnknownSigner):
        example.verify(sign(name, envelope.body, WORLD.stranger))
    stranger = Envelope.decode(sign(name, envelope.body, WORLD.stranger))
    forged = Envelope(name, envelope.body, envelope.signer, stranger.signature)
    with pytest.raises(BadSignature):
        example.verify(forged.encode())


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_object_stands_for_another(name: str) -> None:
    envelope = Envelope.decode(EXAMPLES[name].envelope)
    for other, example in EXAMPLES.items():
        if other != name:
            with pytest.raises(WrongObject):
                example.verify(envelope.encode())
            relabelled = Envelope(other, envelope.body, envelope.signer, envelope.signature).encode()
            with pytest.raises(SealError):
                example.verify(relabelled)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_body_with_a_field_more_or_less_or_another_version_is_refused(name: str) -> None:
    example, body = EXAMPLES[name], Envelope.decode(EXAMPLES[name].envelope).body
    fields = encoding.decode(body)
    assert isinstance(fields, tuple)
    for changed in ((*fields, None), (*fields, 1), fields[:-1], (2, *fields[1:]), (0, *fields[1:]), ()):
        with pytest.raises(SealError):
            example.verify(sign(name, encoding.encode(changed), example.signer))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_field_refuses_another_type(name: str) -> None:
    """Signed by the right key, canonically encoded, and still refused: types are checked field by field."""
    example, body = EXAMPLES[name], Envelope.decode(EXAMPLES[name].envelope).body
    fields = encoding.decode(body)
    assert isinstance(fields, tuple)
    odd: tuple[encoding.Value, ...] = (False, "x\ty", b"odd length", ((),), ((1, 2, 3, 4, 5, 6, 7, 8, 9),))
    for at, field in enumerate(fields):
        for value in odd:
            if type(value) is not type(field) or isinstance(value, tuple):
                changed = (*fields[:at], value, *fields[at + 1 :])
                with pytest.raises(SealError):
                    example.verify(sign(name, encoding.encode(changed), example.signer))


@pytest.mark.parametrize(
    ("make", "change"), FIELD_CASES, ids=[f"{m.__name__[5:]}-{'-'.join(c)}" for m, c in FIELD_CASES]
)
def test_a_wrong_field_can_neither_be_written_nor_read(make: Any, change: dict[str, Any]) -> None:
    with pytest.raises(SealError):
        make(**change).encode()
    with pytest.raises(SealError):  # a forger does not check what he writes
        made = make(**change)
        type(made).decode(encoding.encode((1, *made.values())))


@pytest.mark.parametrize(
    "ranges",
    [
        (),
        (Range(WORLD.epoch_id, 5, 5),),
        (Range(WORLD.epoch_id, 6, 5),),
        (Range(WORLD.epoch_id, 0, SLOTS + 1),),
        (Range(bytes(15), 0, 1),),
        (Range(WORLD.epoch_id, 5, 9), Range(WORLD.epoch_id, 8, 10)),
        (Range(WORLD.epoch_id, 8, 10), Range(WORLD.epoch_id, 5, 8)),
        (Range(WORLD.epoch_id, 0, 5), Range(bytes(16), 0, 5), Range(WORLD.epoch_id, 4, 6)),
        tuple(Range(WORLD.epoch_id, at, at + 1) for at in range(MAX_RANGES + 1)),
    ],
)
def test_wrong_ranges_are_refused_in_releases_and_grants(ranges: tuple[Range, ...]) -> None:
    for made in (
        WORLD.make_release(ranges=ranges, sealed=bytes(200)),
        WORLD.make_grant(ranges=ranges, sealed=bytes(200)),
    ):
        with pytest.raises(SealError):
            made.decode(encoding.encode((1, *made.values())))


def test_touching_ranges_and_ranges_of_several_epochs_are_fine() -> None:
    other = os.urandom(16)
    leaves = [(WORLD.epoch_id, 10, bytes(32)), (WORLD.epoch_id, 11, bytes(32)), (other, 0, bytes(32))]
    keys = keys_from_leaves(leaves)
    data = sign_release(WORLD.make_release(keys), keys, WORLD.arc_open.public_key, WORLD.unit)
    assert slot_count(verify_release(data, WORLD.unit.public_key).ranges) == 3


# --- epochs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [WORLD, HYBRID], ids=["suite 1", "suite 2"])
def test_an_epoch_opens_to_its_root_with_the_tenant_key_only(world: World) -> None:
    data = sign_epoch(world.make_epoch(), world.root, world.tenant.public_key, world.unit)
    epoch = verify_epoch(data, world.unit.public_key)
    assert open_epoch(epoch, world.tenant) == world.root
    with pytest.raises(CannotOpen):
        open_epoch(epoch, OpeningKey.generate(world.suite))
    with pytest.raises(WrongSuite):
        open_epoch(epoch, OpeningKey.generate(Suite(3 - world.suite)))


@pytest.mark.parametrize(
    "change",
    [
        {"unit": bytes(16)}, {"camera": bytes(16)}, {"track": Track.PICTURE}, {"epoch": bytes(16)}, {"number": 2},
        {"start_ms": NOW + 1}, {"keyset_hash": bytes(32)}, {"policy_hash": bytes(32)},
    ],
)  # fmt: skip
def test_a_relabelled_epoch_opens_nothing_even_when_the_signer_lies(change: dict[str, Any]) -> None:
    epoch = seal_epoch(WORLD.make_epoch(), WORLD.root, WORLD.tenant.public_key)
    with pytest.raises(CannotOpen):
        open_epoch(replace(epoch, **change), WORLD.tenant)


def test_an_epoch_knows_its_slots_times() -> None:
    epoch = WORLD.make_epoch()
    assert epoch.slot_ms(3) == NOW + 3000
    assert epoch.slot_at(NOW + 3999) == 3
    for outside in (NOW - 1, NOW + SLOTS * 1000):
        with pytest.raises(FieldWrong):
            epoch.slot_at(outside)


def test_a_root_of_another_length_is_not_sealed() -> None:
    with pytest.raises(KeyRefused):
        sign_epoch(WORLD.make_epoch(), bytes(31), WORLD.tenant.public_key, WORLD.unit)


# --- keysets ------------------------------------------------------------------------------------------------------


def successor(**changes: Any) -> Keyset:
    return WORLD.make_keyset(**({"number": 2, "previous": WORLD.keyset.hash} | changes))


def test_a_keyset_follows_when_an_owner_of_the_predecessor_signs_it() -> None:
    only_second = (Signer(WORLD.second_person, WORLD.second_owner.public_key),)
    data = sign_keyset(successor(owners=only_second), WORLD.owner)
    assert verify_keyset(data, WORLD.keyset).owners == only_second


def test_a_new_owner_cannot_sign_himself_in() -> None:
    intruder = (Signer(bytes(16), WORLD.stranger.public_key),)
    with pytest.raises(UnknownSigner):
        verify_keyset(sign_keyset(successor(owners=intruder), WORLD.stranger), WORLD.keyset)


def test_a_removed_owner_signs_no_third_keyset() -> None:
    only_second = (Signer(WORLD.second_person, WORLD.second_owner.public_key),)
    second = verify_keyset(sign_keyset(successor(owners=only_second), WORLD.owner), WORLD.keyset)
    third = WORLD.make_keyset(number=3, previous=second.hash)
    with pytest.raises(UnknownSigner):
        verify_keyset(sign_keyset(third, WORLD.owner), second)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"number": 3}, NotYours),
        ({"previous": bytes(32)}, NotYours),
        ({"unit": bytes(16)}, NotYours),
        ({"pairing": bytes(16)}, NotYours),
        ({"owner_party": bytes(16)}, NotYours),
        ({"issued_ms": NOW - 1}, FieldWrong),
    ],
)
def test_a_keyset_that_does_not_follow_is_refused(change: dict[str, Any], error: type[SealError]) -> None:
    with pytest.raises(error):
        verify_keyset(sign_keyset(successor(**change), WORLD.owner), WORLD.keyset)


def test_a_replayed_or_rolled_back_keyset_is_refused() -> None:
    second = successor()
    for old in (WORLD.keyset, second):
        with pytest.raises(Replayed):
            verify_keyset(sign_keyset(old, WORLD.owner), second)


def test_a_first_keyset_needs_an_owner_in_itself_and_a_later_one_its_predecessor() -> None:
    assert verify_keyset(sign_keyset(WORLD.keyset, WORLD.second_owner)) == WORLD.keyset
    with pytest.raises(UnknownSigner):
        verify_keyset(sign_keyset(WORLD.keyset, WORLD.stranger))
    with pytest.raises(NotYours):
        verify_keyset(sign_keyset(successor(), WORLD.owner))


def test_a_keyset_never_falls_back_to_the_weaker_suite() -> None:
    weaker = HYBRID.make_keyset(
        suite=Suite.CLASSIC, tenant_open_pk=WORLD.tenant.public_key, number=2, previous=HYBRID.keyset.hash
    )
    with pytest.raises(WrongSuite):
        verify_keyset(sign_keyset(weaker, HYBRID.owner), HYBRID.keyset)


def test_a_keyset_counts_between_its_dates() -> None:
    WORLD.keyset.check_current(NOW)
    WORLD.keyset.check_current(NOW - 60_000)
    with pytest.raises(NotYetValid):
        WORLD.keyset.check_current(NOW - 60_001)
    with pytest.raises(Expired):
        WORLD.keyset.check_current(WORLD.keyset.expires_ms)


# --- policies and commands ----------------------------------------------------------------------------------------


def policy_of(world: World = WORLD, key: SigningKey | None = None, **changes: Any) -> bytes:
    return sign_policy(world.make_policy(**changes), key or world.owner)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"unit": bytes(16)}, NotYours),
        ({"pairing": bytes(16)}, NotYours),
        ({"keyset_hash": bytes(32)}, NotYours),
        ({"counter": 4}, Replayed),
        ({"counter": 3}, Replayed),
        ({"issued_ms": NOW - 2, "expires_ms": NOW - 1}, Expired),
        ({"expires_ms": NOW + 1, "issued_ms": NOW - DAY}, None),
        ({"issued_ms": NOW + 60_001}, NotYetValid),
    ],
)
def test_a_policy_for_something_else_or_of_another_time_is_refused(
    change: dict[str, Any], error: type[SealError] | None
) -> None:
    data = policy_of(**({"counter": 5} | change))
    if error is None:
        assert verify_policy(data, WORLD.keyset, last_counter=4, now_ms=NOW).counter == 5
    else:
        with pytest.raises(error):
            verify_policy(data, WORLD.keyset, last_counter=4, now_ms=NOW)


def test_a_policy_not_signed_by_a_pinned_owner_is_refused() -> None:
    for key in (WORLD.stranger, WORLD.arc, WORLD.unit, WORLD.log.key):
        with pytest.raises(UnknownSigner):
            verify_policy(policy_of(key=key), WORLD.keyset, last_counter=0, now_ms=NOW)


def test_an_expired_policy_says_so_and_still_knows_its_rules() -> None:
    assert not WORLD.policy.expired(WORLD.policy.expires_ms - 1)
    assert WORLD.policy.expired(WORLD.policy.expires_ms)
    assert WORLD.policy.camera(WORLD.camera).zones[0].name == "Yard"
    assert WORLD.policy.camera(bytes(16)) == CameraRules(bytes(16))


def check_command(made: Command, key: SigningKey, **how: int) -> Command:
    asked = {"last_counter": 6, "now_ms": NOW} | how
    return verify_command(sign_command(made, key), WORLD.policy, **asked)


def test_a_commander_arms_and_disarms() -> None:
    data = sign_command(WORLD.make_command(), WORLD.owner)
    assert unverified_person(data) == WORLD.person
    assert verify_command(data, WORLD.policy, last_counter=6, now_ms=NOW).action == "disarm"


def test_an_owner_who_is_no_commander_commands_nothing() -> None:
    with pytest.raises(UnknownSigner):
        check_command(WORLD.make_command(person=WORLD.second_person), WORLD.second_owner)


def test_nobody_commands_in_anothers_name() -> None:
    other = Signer(b"\xff" * 16, WORLD.second_owner.public_key)
    policy = WORLD.make_policy(commanders=(Signer(WORLD.person, WORLD.owner.public_key), other))
    data = sign_command(WORLD.make_command(), WORLD.second_owner)
    with pytest.raises(NotAllowed):
        verify_command(data, policy, last_counter=6, now_ms=NOW)


@pytest.mark.parametrize(
    ("change", "how", "error"),
    [
        ({"unit": bytes(16)}, {}, NotYours),
        ({"pairing": bytes(16)}, {}, NotYours),
        ({}, {"last_counter": 7}, Replayed),
        ({}, {"now_ms": NOW + 5 * 60_000}, Expired),
        ({}, {"now_ms": NOW - 60_001}, NotYetValid),
    ],
)
def test_a_command_elsewhere_again_or_late_is_refused(
    change: dict[str, Any], how: dict[str, int], error: type[SealError]
) -> None:
    with pytest.raises(error):
        check_command(WORLD.make_command(**change), WORLD.owner, **how)


# --- the alarm centre's key ---------------------------------------------------------------------------------------


def test_only_the_pinned_alarm_centre_certifies_its_key() -> None:
    with pytest.raises(UnknownSigner):
        verify_arckey(sign_arckey(WORLD.make_arckey(), WORLD.stranger), WORLD.keyset, last_number=0, now_ms=NOW)
    with pytest.raises(NotYours):
        data = sign_arckey(WORLD.make_arckey(arc_party=bytes(16)), WORLD.arc)
        verify_arckey(data, WORLD.keyset, last_number=0, now_ms=NOW)
    with pytest.raises(NotAllowed):
        data = sign_arckey(WORLD.make_arckey(), WORLD.arc)
        verify_arckey(data, WORLD.make_keyset(arc=None), last_number=0, now_ms=NOW)


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"last_number": 2}, Replayed),
        ({"now_ms": NOW + 365 * DAY}, Expired),
        ({"now_ms": NOW - DAY}, NotYetValid),
    ],
)
def test_an_old_or_expired_key_of_the_alarm_centre_is_refused(how: dict[str, int], error: type[SealError]) -> None:
    asked = {"last_number": 1, "now_ms": NOW} | how
    with pytest.raises(error):
        verify_arckey(sign_arckey(WORLD.make_arckey(), WORLD.arc), WORLD.keyset, **asked)


def test_the_alarm_centres_key_must_be_of_the_keysets_suite() -> None:
    key = WORLD.make_arckey(suite=Suite.HYBRID, open_pk=HYBRID.arc_open.public_key)
    with pytest.raises(WrongSuite):
        verify_arckey(sign_arckey(key, WORLD.arc), WORLD.keyset, last_number=0, now_ms=NOW)


# --- releases -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [WORLD, HYBRID], ids=["suite 1", "suite 2"])
def test_a_release_opens_its_slots_and_not_one_before_or_after(world: World) -> None:
    keys = world.release_keys(10, 11, 12)
    data = sign_release(world.make_release(keys), keys, world.arc_open.public_key, world.unit)
    opened = open_release(verify_release(data, world.unit.public_key), world.arc_open)
    for slot in range(SLOTS):
        if slot in (10, 11, 12):
            assert opened.leaf(world.epoch_id, slot) == leaf(world.root, slot)
        else:
            with pytest.raises(OutOfRange):
                opened.leaf(world.epoch_id, slot)


def test_a_release_opens_for_its_recipient_only() -> None:
    release = EXAMPLES["release"].verify(EXAMPLES["release"].envelope)
    with pytest.raises(NotYours):
        open_release(release, WORLD.technician)
    with pytest.raises(CannotOpen):  # though the server writes another recipient into it
        open_release(replace(release, recipient=WORLD.technician.fingerprint), WORLD.technician)
    with pytest.raises(WrongSuite):
        open_release(release, HYBRID.arc_open)


@pytest.mark.parametrize(
    "change",
    [
        {"unit": bytes(16)}, {"alarm": bytes(16)}, {"part": 2}, {"previous": bytes(32)}, {"camera": bytes(16)},
        {"arc_party": bytes(16)}, {"reason": "another"}, {"policy_hash": bytes(32)}, {"issued_ms": NOW}, {"last": True},
        {"window_end_ms": NOW + DAY},
        {"ranges": (Range(WORLD.epoch_id, 20, 21), Range(WORLD.epoch_id, 21, 22), Range(WORLD.epoch_id, 22, 23))},
    ],
)  # fmt: skip
def test_a_release_with_any_field_changed_opens_nothing_even_when_signed_anew(change: dict[str, Any]) -> None:
    release = EXAMPLES["release"].verify(EXAMPLES["release"].envelope)
    with pytest.raises(CannotOpen):
        open_release(replace(release, **change), WORLD.arc_open)


@pytest.mark.parametrize("track", [Track.OVERVIEW, Track.PICTURE, Track.LIVE])
def test_no_release_reaches_another_track(track: Track) -> None:
    keys = WORLD.release_keys()
    with pytest.raises(FieldWrong, match="track"):
        sign_release(WORLD.make_release(keys, track=track), keys, WORLD.arc_open.public_key, WORLD.unit)


def test_a_release_is_made_only_with_the_keys_and_for_the_recipient_that_it_names() -> None:
    keys = WORLD.release_keys()
    with pytest.raises(FieldWrong):
        seal_release(WORLD.make_release(keys), WORLD.release_keys(1), WORLD.arc_open.public_key)
    with pytest.raises(NotYours):
        seal_release(WORLD.make_release(keys), keys, WORLD.technician.public_key)


def test_the_number_of_sealed_nodes_must_be_that_of_the_ranges() -> None:
    """A unit that seals more than it says (or the other way round) is refused before anything is opened."""
    keys, one = WORLD.release_keys(), WORLD.release_keys(10)
    sealed = seal_release(WORLD.make_release(one), one, WORLD.arc_open.public_key).sealed
    with pytest.raises(FieldWrong, match="sealed"):
        WORLD.make_release(keys, sealed=sealed).encode()


def test_sealed_nodes_in_the_wrong_ranges_are_refused() -> None:
    ranges = (Range(WORLD.epoch_id, 0, 3), Range(WORLD.epoch_id, 3, 4))
    for plaintext in (
        ((b"x" * 32,), (b"x" * 32,) * 2),
        ((b"x" * 32,) * 3,),
        ((b"x" * 31,) * 2, (b"x" * 32,)),
        ((), ()),
    ):
        with pytest.raises(SealError):
            RangeKeys.decode(ranges, encoding.encode(plaintext))


def test_parts_of_a_release_follow_each_other() -> None:
    keys = WORLD.release_keys()
    first = verify_release(
        sign_release(WORLD.make_release(keys), keys, WORLD.arc_open.public_key, WORLD.unit), WORLD.unit.public_key
    )
    WORLD.make_release(keys, part=2, previous=first.hash).check_follows(first)
    WORLD.make_release(keys, alarm=bytes(16), previous=first.hash).check_follows(first)
    for change in ({"part": 3}, {"part": 2, "previous": bytes(32)}, {"part": 2, "unit": bytes(16)}):
        with pytest.raises(NotYours):
            WORLD.make_release(keys, **({"previous": first.hash} | change)).check_follows(first)


def test_nothing_follows_the_last_part_of_an_alarm() -> None:
    keys = WORLD.release_keys()
    last = seal_release(WORLD.make_release(keys, last=True), keys, WORLD.arc_open.public_key)
    with pytest.raises(NotYours):
        WORLD.make_release(keys, part=2, previous=last.hash).check_follows(last)


# --- grants -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [WORLD, HYBRID], ids=["suite 1", "suite 2"])
def test_a_grant_opens_its_ranges_and_nothing_else(world: World) -> None:
    keys = world.grant_keys((5, 100), (200, 201))
    data = sign_grant(world.make_grant(keys), keys, world.technician.public_key, world.owner)
    opened = open_grant(verify_grant(data, world.keyset, now_ms=NOW), world.technician)
    inside = {*range(5, 100), 200}
    for slot in range(300):
        if slot in inside:
            assert opened.leaf(world.epoch_id, slot) == leaf(world.root, slot)
        else:
            with pytest.raises(OutOfRange):
                opened.leaf(world.epoch_id, slot)
    with pytest.raises(OutOfRange):
        opened.leaf(bytes(16), 50)


def test_a_grant_counts_when_the_owner_whom_it_names_signs_it_and_until_it_expires() -> None:
    keys = WORLD.grant_keys()
    made = WORLD.make_grant(keys)
    by_other = sign_grant(made, keys, WORLD.technician.public_key, WORLD.second_owner)
    with pytest.raises(NotAllowed):
        verify_grant(by_other, WORLD.keyset, now_ms=NOW)
    data = sign_grant(made, keys, WORLD.technician.public_key, WORLD.owner)
    with pytest.raises(Expired):
        verify_grant(data, WORLD.keyset, now_ms=NOW + 7 * DAY)
    with pytest.raises(NotYetValid):
        verify_grant(data, WORLD.keyset, now_ms=NOW - DAY)
    with pytest.raises(NotYours):
        verify_grant(data, WORLD.make_keyset(owner_party=bytes(16)), now_ms=NOW)


def test_a_grant_opens_for_its_recipient_only() -> None:
    grant = EXAMPLES["grant"].verify(EXAMPLES["grant"].envelope)
    with pytest.raises(NotYours):
        open_grant(grant, WORLD.arc_open)
    with pytest.raises(CannotOpen):
        open_grant(replace(grant, recipient=WORLD.arc_open.fingerprint), WORLD.arc_open)
    with pytest.raises(CannotOpen):
        open_grant(replace(grant, expires_ms=grant.expires_ms + 1), WORLD.technician)


def test_a_live_track_is_granted_for_its_first_fifteen_minutes_only() -> None:
    for ranges, fine in (((0, LIVE_SLOTS),), True), (((0, LIVE_SLOTS + 1),), False), (((4000, 4001),), False):
        keys = WORLD.grant_keys(*ranges)
        made = seal_grant(WORLD.make_grant(keys, track=Track.LIVE), keys, WORLD.technician.public_key)
        if fine:
            assert made.encode()
        else:
            with pytest.raises(FieldWrong):
                made.encode()


def test_keys_of_an_unknown_epoch_cannot_be_derived() -> None:
    with pytest.raises(OutOfRange):
        keys_from_roots([Range(bytes(16), 0, 1)], {WORLD.epoch_id: WORLD.root})


# --- members and successions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("world", [WORLD, HYBRID], ids=["suite 1", "suite 2"])
def test_a_member_gets_the_tenant_key_and_a_stranger_does_not(world: World) -> None:
    data = sign_member(world.party, world.person, world.person_key.public_key, world.tenant, world.owner)
    member = verify_member(data, world.keyset.owner_pks)
    assert open_member(member, world.person_key) == world.tenant
    with pytest.raises(NotYours):
        open_member(member, OpeningKey.generate(world.suite))
    with pytest.raises(CannotOpen):
        open_member(replace(member, party=bytes(16)), world.person_key)


def test_a_tenant_key_that_is_not_the_one_named_is_refused() -> None:
    other = OpeningKey.generate(Suite.CLASSIC)
    lying = Member(
        Suite.CLASSIC, WORLD.party, WORLD.person, WORLD.person_key.fingerprint, other.fingerprint, other.public_key
    )
    sealed = hpke_seal(Suite.CLASSIC, WORLD.person_key.public_key, lying.info(), WORLD.tenant.private)
    with pytest.raises(CannotOpen):
        open_member(replace(lying, sealed=sealed), WORLD.person_key)


def test_a_member_object_with_a_fingerprint_of_another_key_is_refused() -> None:
    member = EXAMPLES["member"].verify(EXAMPLES["member"].envelope)
    with pytest.raises(FieldWrong):
        replace(member, tenant_fingerprint=bytes(32)).encode()


@pytest.mark.parametrize("old_suite", list(Suite))
@pytest.mark.parametrize("new_suite", list(Suite))
def test_an_old_tenant_key_reaches_the_new_one_across_suites(old_suite: Suite, new_suite: Suite) -> None:
    old, new = OpeningKey.generate(old_suite), OpeningKey.generate(new_suite)
    data = sign_succession(WORLD.party, old, new_suite, new.public_key, WORLD.owner)
    succession = verify_succession(data, WORLD.keyset.owner_pks)
    assert open_succession(succession, new) == old
    with pytest.raises(NotYours):
        open_succession(succession, OpeningKey.generate(new_suite))
    with pytest.raises(CannotOpen):
        open_succession(replace(succession, old_fingerprint=bytes(32)), new)


# --- manifests and alarms -----------------------------------------------------------------------------------------


def test_manifests_are_chained_without_gaps() -> None:
    first = WORLD.make_manifest()
    fine: dict[str, Any] = {"previous": first.hash, "first_slot": 60, "entries": ()}
    WORLD.make_manifest(**fine).check_follows(first)
    WORLD.make_manifest(**(fine | {"epoch": bytes(16), "first_slot": 0})).check_follows(first)
    for change in (
        {"previous": bytes(32)},
        {"first_slot": 61},
        {"first_slot": 0},
        {"camera": bytes(16)},
        {"track": Track.LIVE},
        {"unit": bytes(16)},
    ):
        with pytest.raises(NotYours):
            WORLD.make_manifest(**(fine | change)).check_follows(first)


def test_nothing_continues_a_closed_epoch() -> None:
    closed = WORLD.make_manifest(closed=True)
    with pytest.raises(NotYours):
        WORLD.make_manifest(previous=closed.hash, first_slot=60, entries=()).check_follows(closed)


def test_alarms_are_numbered_and_chained() -> None:
    first = WORLD.make_alarm()
    WORLD.make_alarm(number=2, previous=first.hash).check_follows(first)
    for change in ({"number": 3}, {"previous": bytes(32)}, {"unit": bytes(16)}):
        with pytest.raises(NotYours):
            WORLD.make_alarm(**({"number": 2, "previous": first.hash} | change)).check_follows(first)


def test_an_alarm_without_pictures_says_why() -> None:
    alarm = WORLD.make_alarm(images="none:cap_reached")
    assert not alarm.released
    assert verify_alarm(sign_alarm(alarm, WORLD.unit), WORLD.unit.public_key) == alarm


# --- promises, time, link -----------------------------------------------------------------------------------------


def test_a_promise_is_of_the_pinned_log() -> None:
    promise = Promise("other.example/log", 1, bytes(32), NOW)
    with pytest.raises(NotYours):
        verify_promise(sign_promise(promise, WORLD.log.key), WORLD.log.key.public_key, ORIGIN)


def test_the_time_answers_ones_own_nonce() -> None:
    old = sign_time(Time(bytes(16), NOW), WORLD.log.key)
    with pytest.raises(NotYours):
        verify_time(old, WORLD.log.key.public_key, os.urandom(16))


def test_a_link_handshake_is_signed_for_this_server_and_both_nonces() -> None:
    auth = LinkAuth(WORLD.unit_id, os.urandom(32), os.urandom(32), "zegel.example")
    signature = sign_link(auth, WORLD.unit)
    verify_link(auth, signature, WORLD.unit.public_key)
    for change in (
        {"unit": bytes(16)},
        {"server_nonce": bytes(32)},
        {"unit_nonce": bytes(32)},
        {"server_name": "other.example"},
    ):
        with pytest.raises(BadSignature):
            verify_link(replace(auth, **change), signature, WORLD.unit.public_key)  # type: ignore[arg-type]
    with pytest.raises(FieldWrong):
        sign_link(replace(auth, server_nonce=bytes(31)), WORLD.unit)


# --- envelopes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        (),
        ("time", b"x", bytes(32)),
        ("time", b"x", bytes(32), bytes(64), 1),
        (b"time", b"x", bytes(32), bytes(64)),
        ("", b"x", bytes(32), bytes(64)),
        ("x" * 33, b"x", bytes(32), bytes(64)),
        ("time", b"", bytes(32), bytes(64)),
        ("time", "x", bytes(32), bytes(64)),
        ("time", b"x", bytes(31), bytes(64)),
        ("time", b"x", bytes(32), bytes(63)),
        ("time", b"x", None, bytes(64)),
    ],
)
def test_a_misshapen_envelope_is_refused(fields: tuple[encoding.Value, ...]) -> None:
    with pytest.raises(FieldWrong):
        Envelope.decode(encoding.encode(fields))


def test_something_else_than_an_array_is_refused() -> None:
    for value in (1, "keyset", b"x", None):
        with pytest.raises(FieldWrong):
            Envelope.decode(encoding.encode(value))


def test_a_second_signature_makes_no_second_object() -> None:
    """Hashes are of what is signed, so that an owner's second signature over the same keyset changes nothing."""
    by_owner, by_second = (sign_keyset(WORLD.keyset, key) for key in (WORLD.owner, WORLD.second_owner))
    assert by_owner != by_second
    assert Envelope.decode(by_owner).hash == Envelope.decode(by_second).hash == WORLD.keyset.hash


def test_every_error_says_what_to_do() -> None:
    def subclasses(kind: type[SealError]) -> set[type[SealError]]:
        return {kind}.union(*(subclasses(item) for item in kind.__subclasses__()))

    kinds = subclasses(SealError)
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert kind("what").action
        assert kind("what", "do this").action == "do this"
