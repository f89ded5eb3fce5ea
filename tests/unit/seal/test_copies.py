# SPDX-License-Identifier: EUPL-1.2
"""A back-up copy opens for those it was sealed to, whole and in order, and for nobody else."""

from __future__ import annotations

import os
from hashlib import sha256

import pytest

from zegel.seal import copies, envelope
from zegel.seal.copies import AdministratorKey, Manifest, Part
from zegel.seal.errors import BadSignature, CannotOpen, CodeMistyped, FieldWrong, UnknownSigner
from zegel.seal.suite import OpeningKey, SigningKey

COPY, KEY = bytes(range(16)), bytes(range(32))
ADMINISTRATOR = OpeningKey.generate(copies.SUITE)


def manifest(*recipients: OpeningKey) -> Manifest:
    sealed = tuple(copies.seal_key(one.public_key, COPY, KEY) for one in recipients)
    return Manifest(
        COPY, 1_800_000_000_000, "localhost", "0.1.0", 1, 7, bytes(32), sealed, (Part("database", 3, (bytes(32),)),)
    )


@pytest.mark.parametrize("size", [0, 1, (16 << 10) - 1, 16 << 10, (16 << 10) + 1, 100_000])
def test_a_piece_opens_as_what_it_was(size: int) -> None:
    data = os.urandom(size)
    sealed = copies.seal_piece(KEY, COPY, "database", 3, True, data)
    assert copies.open_piece(KEY, COPY, "database", 3, True, sealed) == data


@pytest.mark.parametrize(
    ("copy", "part", "number", "last"),
    [
        (bytes(16), "database", 3, True),
        (COPY, "secrets", 3, True),
        (COPY, "database", 4, True),
        (COPY, "database", 3, False),
    ],
)
def test_a_piece_opens_in_no_other_place(copy: bytes, part: str, number: int, last: bool) -> None:
    sealed = copies.seal_piece(KEY, COPY, "database", 3, True, b"data")
    with pytest.raises(CannotOpen):
        copies.open_piece(KEY, copy, part, number, last, sealed)


@pytest.mark.parametrize("at", [0, 30, 60, -1])
def test_a_piece_that_was_changed_opens_nothing(at: int) -> None:
    sealed = bytearray(copies.seal_piece(KEY, COPY, "database", 0, True, b"data"))
    sealed[at] ^= 1
    with pytest.raises(CannotOpen):
        copies.open_piece(KEY, COPY, "database", 0, True, bytes(sealed))
    with pytest.raises(CannotOpen):
        copies.open_piece(KEY, COPY, "database", 0, True, bytes(sealed[:20]))


def test_a_piece_too_large_is_not_made() -> None:
    with pytest.raises(FieldWrong):
        copies.seal_piece(KEY, COPY, "database", 0, True, bytes(copies.PIECE_SIZE + 1))


def test_a_copy_opens_for_its_recipients_and_for_nobody_else() -> None:
    night = OpeningKey.generate(copies.SUITE)
    found = Manifest.decode(manifest(ADMINISTRATOR, night).encode())
    assert found.key_of(ADMINISTRATOR) == found.key_of(night) == KEY
    with pytest.raises(CannotOpen, match="not sealed to this key"):
        found.key_of(OpeningKey.generate(copies.SUITE))


def test_a_copys_key_sealed_for_one_copy_opens_no_other() -> None:
    other = copies.seal_key(ADMINISTRATOR.public_key, bytes(16), KEY)
    found = manifest(ADMINISTRATOR)
    moved = Manifest(**{name: getattr(found, name) for name in Manifest.__slots__ if name != "recipients"},
                     recipients=(other,))  # fmt: skip
    with pytest.raises(CannotOpen):
        moved.key_of(ADMINISTRATOR)


def test_what_the_installation_did_not_sign_is_nobodys_copy() -> None:
    installation, stranger = SigningKey.generate(), SigningKey.generate()
    body = manifest(ADMINISTRATOR).encode()
    assert envelope.verify(envelope.sign("copy", body, installation), "copy", [installation.public_key]) == body
    with pytest.raises(UnknownSigner):
        envelope.verify(envelope.sign("copy", body, stranger), "copy", [installation.public_key])
    forged = bytearray(envelope.sign("copy", body, installation))
    forged[-1] ^= 1
    with pytest.raises(BadSignature):
        envelope.verify(bytes(forged), "copy", [installation.public_key])


def test_a_copy_names_its_parts() -> None:
    found = manifest(ADMINISTRATOR)
    assert found.part("database").size == 3
    with pytest.raises(FieldWrong, match="no part 'media'"):
        found.part("media")


def test_the_administrators_key_is_written_down_and_typed_back() -> None:
    held = AdministratorKey(ADMINISTRATOR, sha256(b"public").digest())
    text = held.text("alarm.example")
    assert AdministratorKey.read(text) == held
    assert "alarm.example" in text


@pytest.mark.parametrize("wrong", ["", "private: AAAA\ninstallation: AAAA", "private: 1"])
def test_what_is_no_back_up_key_is_refused(wrong: str) -> None:
    with pytest.raises(CodeMistyped):
        AdministratorKey.read(wrong)


def test_a_mistyped_letter_is_noticed() -> None:
    text = AdministratorKey(ADMINISTRATOR, bytes(32)).text("x")
    at = text.index("private: ") + 12
    changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
    with pytest.raises(CodeMistyped):
        AdministratorKey.read(changed)
