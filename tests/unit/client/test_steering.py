# SPDX-License-Identifier: EUPL-1.2
"""The owner's next policy: exactly what he asked for more than before, signed only over what he pinned."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from tests.unit.unit.actors import NOON_MS, Owner

from zegel.client.person import NotAsShown, b64
from zegel.client.steering import FREE, Steered, Wishes, WrongWish, changed, steered
from zegel.seal.account import Pin
from zegel.seal.errors import SealError
from zegel.seal.keyset import sign_keyset
from zegel.seal.policy import PanTilt, sign_policy
from zegel.seal.suite import SigningKey, sign_fingerprint
from zegel.seal.words import words

OWNER, UNIT = Owner(), os.urandom(16)
KEYSET = OWNER.keyset(UNIT, os.urandom(16), NOON_MS)
NOW = Steered(KEYSET, OWNER.policy(KEYSET, NOON_MS))
CAMERAS = {"yard": os.urandom(16), "gate": os.urandom(16)}
KEYPAD = SigningKey.generate()


def next_policy(**wishes: Any) -> Any:
    policy = changed(NOW, Wishes(**wishes), CAMERAS, NOON_MS + 1000)
    sign_policy(policy, OWNER.key)
    return policy


def test_a_zone_is_listened_to_and_alarms_but_releases_only_when_asked() -> None:
    policy = next_policy(zones=("1234AB/7=burglary:yard,gate", "onvif/yard/in1=fire"), listen=("5678",))
    accounts = {account.account: account for account in policy.local}
    assert list(accounts) == ["1234AB", "5678", "onvif"]
    assert accounts["1234AB"].zone("7").cameras == tuple(sorted(CAMERAS.values()))
    assert accounts["onvif"].zone("yard/in1").cameras == ()
    assert {"burglary", "fire"} <= set(policy.alarm_classes)
    assert policy.release_classes == ("person",)
    assert "burglary" in next_policy(release=("burglary",)).release_classes
    assert (policy.counter, policy.local is None) == (2, False)
    assert changed(Steered(KEYSET, policy), Wishes(deaf=True), CAMERAS, NOON_MS).local is None


def test_a_camera_is_turned_as_far_as_the_owner_says() -> None:
    rules = {rule.camera: rule.pan_tilt for rule in next_policy(turn=("yard=1:2,3:4", "gate=free")).cameras}
    assert rules == {CAMERAS["yard"]: PanTilt(1, 2, 3, 4), CAMERAS["gate"]: FREE}
    assert next_policy(turn=("yard=no",)).cameras[0].pan_tilt is None


def test_a_keypad_counts_by_its_words_and_goes_again() -> None:
    person, key = os.urandom(16), KEYPAD.public_key
    spoken = words(sign_fingerprint(key))
    policy = next_policy(keypads=((person.hex(), key.hex(), spoken),))
    assert policy.commander_pk(person) == key
    gone = changed(Steered(KEYSET, policy), Wishes(no_keypads=True), CAMERAS, NOON_MS)
    assert [who.id for who in gone.commanders] == [OWNER.id]
    with pytest.raises(WrongWish):
        next_policy(keypads=((person.hex(), key.hex(), words(sign_fingerprint(OWNER.key.public_key))),))


@pytest.mark.parametrize(
    "wish",
    [
        {"zones": ("1234AB=burglary",)}, {"zones": ("1234AB/7=Burglary",)}, {"zones": ("1234AB/7=fire:cellar",)},
        {"turn": ("yard=left",)}, {"turn": ("cellar=free",)}, {"keypads": (("x", "y", "z"),)},
    ],
    ids=str,
)  # fmt: skip
def test_what_can_not_be_meant_is_not_signed(wish: dict[str, Any]) -> None:
    with pytest.raises(WrongWish):
        next_policy(**wish)


def shown(
    keyset: Any = KEYSET, policy: Any = NOW.policy, signer: SigningKey = OWNER.key, pinned: bytes = b""
) -> Steered:
    """What a server shows, to an owner who pinned KEYSET."""
    said = {"keysets": [b64(sign_keyset(keyset, signer))], "policy": b64(sign_policy(policy, signer))}
    client = SimpleNamespace(
        pins=(Pin("keyset", UNIT, pinned or KEYSET.hash, "qr", NOON_MS),), http=SimpleNamespace(get=lambda path: said)
    )
    return steered(client, UUID(bytes=UNIT), NOON_MS)  # type: ignore[arg-type]


def test_only_what_was_pinned_is_built_on() -> None:
    assert shown() == NOW
    thief = Owner()
    other = thief.keyset(UNIT, KEYSET.pairing, NOON_MS)
    with pytest.raises(NotAsShown):
        shown(other, thief.policy(other, NOON_MS), thief.key)
    with pytest.raises(NotAsShown):
        shown(pinned=os.urandom(32))
    with pytest.raises(SealError):
        shown(policy=thief.policy(other, NOON_MS))
