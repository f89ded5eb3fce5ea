# SPDX-License-Identifier: EUPL-1.2
"""Pairing: only who read the unit's code pairs with it, and only the unit of the code confirms."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from tests.unit.seal.examples import NOW, World

from zegel.seal.errors import BadSignature, CodeMistyped, KeyRefused, NotYours, SealError, UnknownSigner
from zegel.seal.pairing import PairingCode, pairing_mac, sign_paired, verify_paired, verify_pairing
from zegel.seal.suite import SigningKey

WORLD = World()
SECRET = os.urandom(32)
PAIRING = WORLD.make_pairing()
CODE = PairingCode(WORLD.unit.fingerprint, SECRET)


def test_the_unit_accepts_a_pairing_by_somebody_who_read_its_code() -> None:
    mac = pairing_mac(SECRET, PAIRING)
    assert verify_pairing(PAIRING.encode(), mac, SECRET, unit=WORLD.unit_id) == PAIRING


def test_the_server_cannot_pair_by_itself() -> None:
    with pytest.raises(BadSignature):
        verify_pairing(PAIRING.encode(), pairing_mac(os.urandom(32), PAIRING), SECRET, unit=WORLD.unit_id)


@pytest.mark.parametrize("name", ["unit", "pairing", "keyset_hash", "policy_hash"])
def test_the_server_cannot_change_what_is_paired(name: str) -> None:
    size = len(getattr(PAIRING, name))
    changed = replace(PAIRING, **{name: os.urandom(size)})
    with pytest.raises(BadSignature):
        verify_pairing(changed.encode(), pairing_mac(SECRET, PAIRING), SECRET, unit=WORLD.unit_id)


def test_every_flipped_byte_of_a_pairing_and_its_mac_is_refused() -> None:
    body, mac = bytearray(PAIRING.encode()), bytearray(pairing_mac(SECRET, PAIRING))
    for data in (body, mac):
        for at in range(len(data)):
            data[at] ^= 0x01
            with pytest.raises(SealError):
                verify_pairing(bytes(body), bytes(mac), SECRET, unit=WORLD.unit_id)
            data[at] ^= 0x01


def test_a_pairing_for_another_unit_is_refused() -> None:
    other = replace(PAIRING, unit=bytes(16))
    with pytest.raises(NotYours):
        verify_pairing(other.encode(), pairing_mac(SECRET, other), SECRET, unit=WORLD.unit_id)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(KeyRefused):
        pairing_mac(SECRET[:31], PAIRING)


def test_the_client_accepts_the_confirmation_of_the_units_code_only() -> None:
    paired = sign_paired(PAIRING, NOW, WORLD.unit)
    assert verify_paired(paired, WORLD.unit.public_key, CODE.fingerprint, PAIRING).at_ms == NOW
    another = SigningKey.generate()
    with pytest.raises(NotYours):  # the server shows another unit's key
        verify_paired(sign_paired(PAIRING, NOW, another), another.public_key, CODE.fingerprint, PAIRING)
    with pytest.raises(UnknownSigner):
        verify_paired(sign_paired(PAIRING, NOW, another), WORLD.unit.public_key, CODE.fingerprint, PAIRING)


def test_a_confirmation_of_something_else_is_refused() -> None:
    """A replayed confirmation of an earlier pairing, or one of a keyset that the server slipped in."""
    for change in ({"pairing": bytes(16)}, {"keyset_hash": bytes(32)}, {"policy_hash": bytes(32)}):
        paired = sign_paired(replace(PAIRING, **change), NOW, WORLD.unit)
        with pytest.raises(NotYours):
            verify_paired(paired, WORLD.unit.public_key, CODE.fingerprint, PAIRING)


def test_a_code_is_read_from_the_picture_and_from_typing() -> None:
    assert CODE.text().startswith("ZEGEL1:")
    assert len(CODE.text()) == 7 + 106
    typed = CODE.typed()
    for text in (
        CODE.text(),
        typed,
        typed.lower(),
        typed.replace("-", " "),
        f"  {CODE.text()}\n",
        typed.replace("-", ""),
    ):
        assert PairingCode.parse(text) == CODE


def test_one_wrong_letter_is_found() -> None:
    letters = PairingCode(bytes(range(32)), bytes(range(32))).text().removeprefix("ZEGEL1:")
    for at, right in enumerate(letters):
        for letter in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") - {right}:
            with pytest.raises(CodeMistyped):
                PairingCode.parse(letters[:at] + letter + letters[at + 1 :])


@pytest.mark.parametrize("text", ["", "ZEGEL1:", "hello", "0" * 106, CODE.text()[:-1], CODE.text() + "A", "ä" * 106])
def test_something_else_than_a_code_is_refused(text: str) -> None:
    with pytest.raises(CodeMistyped):
        PairingCode.parse(text)


def test_the_secret_is_not_shown_when_printed() -> None:
    assert repr(SECRET) not in repr(CODE)
