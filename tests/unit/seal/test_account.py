# SPDX-License-Identifier: EUPL-1.2
"""Account keys: what the server sees opens nothing, what the person knows opens his keys, typing mistakes are seen."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.seal.examples import NOW

from zegel.seal.account import (
    AccountKeys,
    Bundle,
    Pin,
    RecoveryCode,
    Wrapper,
    derive_keys,
    normal_email,
    salt,
    unwrap_bundle,
    unwrap_pins,
    wrap_bundle,
    wrap_pins,
)
from zegel.seal.errors import CannotOpen, CodeMistyped, FieldWrong, KeyRefused
from zegel.seal.suite import SigningKey, Suite
from zegel.seal.words import same_words, words

ORIGIN = "https://zegel.example"
PERSON = os.urandom(16)
KEY = os.urandom(32)
BUNDLE = Bundle.generate(PERSON, Suite.CLASSIC)


@pytest.fixture(scope="module")
def derived() -> AccountKeys:
    return derive_keys(ORIGIN, "ada@example.nl", "correct horse battery")


def test_the_same_person_gets_the_same_keys_however_he_spells_himself(derived: AccountKeys) -> None:
    assert derive_keys(ORIGIN, "  ADA@Example.nl ", "correct horse battery") == derived


def test_what_is_sent_says_nothing_about_what_is_kept(derived: AccountKeys) -> None:
    assert derived.auth_key != derived.wrap_key
    assert len(derived.auth_key) == len(derived.wrap_key) == 32
    wrapped = wrap_bundle(BUNDLE, derived.wrap_key, Wrapper.PASSWORD)
    with pytest.raises(CannotOpen):
        unwrap_bundle(wrapped, derived.auth_key, Wrapper.PASSWORD, PERSON, Suite.CLASSIC)


@pytest.mark.parametrize(
    ("origin", "email", "password"),
    [
        ("https://other.example", "ada@example.nl", "correct horse battery"),
        (ORIGIN, "eda@example.nl", "correct horse battery"),
        (ORIGIN, "ada@example.nl", "correct horse batterz"),
    ],
)
def test_another_installation_person_or_password_gives_other_keys(
    derived: AccountKeys, origin: str, email: str, password: str
) -> None:
    assert derive_keys(origin, email, password).auth_key != derived.auth_key


def test_a_password_is_the_same_from_every_keyboard() -> None:
    composed, decomposed = "zw\u00f6lf Zeichen", "zwo\u0308lf Zeichen"
    assert derive_keys(ORIGIN, "a@b.c", composed) == derive_keys(ORIGIN, "a@b.c", decomposed)


def test_a_short_password_is_refused_before_any_work() -> None:
    with pytest.raises(FieldWrong):
        derive_keys(ORIGIN, "a@b.c", "eleven char")


def test_an_address_has_one_spelling() -> None:
    assert normal_email("  \uff21da@Example.NL\n") == "ada@example.nl"
    assert salt(ORIGIN, "ADA@example.nl") == salt(ORIGIN, "ada@example.nl")


@pytest.mark.parametrize("suite", list(Suite))
@pytest.mark.parametrize("wrapper", list(Wrapper))
def test_a_bundle_unwraps_with_its_key_for_its_person_suite_and_wrapper_only(suite: Suite, wrapper: Wrapper) -> None:
    bundle = Bundle.generate(PERSON, suite)
    wrapped = wrap_bundle(bundle, KEY, wrapper)
    assert unwrap_bundle(wrapped, KEY, wrapper, PERSON, suite) == bundle
    other_wrapper = next(item for item in Wrapper if item is not wrapper)
    for asked in (
        (os.urandom(32), wrapper, PERSON, suite),
        (KEY, other_wrapper, PERSON, suite),
        (KEY, wrapper, bytes(16), suite),
        (KEY, wrapper, PERSON, Suite(3 - suite)),
    ):
        with pytest.raises(CannotOpen):
            unwrap_bundle(wrapped, *asked)


def test_every_flipped_byte_of_a_wrapped_bundle_is_refused() -> None:
    wrapped = bytearray(wrap_bundle(BUNDLE, KEY, Wrapper.PASSWORD))
    for at in range(len(wrapped)):
        wrapped[at] ^= 0x01
        with pytest.raises(CannotOpen):
            unwrap_bundle(bytes(wrapped), KEY, Wrapper.PASSWORD, PERSON, Suite.CLASSIC)
        wrapped[at] ^= 0x01


def test_a_truncated_bundle_and_a_short_key_are_refused() -> None:
    wrapped = wrap_bundle(BUNDLE, KEY, Wrapper.PASSWORD)
    for end in range(len(wrapped)):
        with pytest.raises(CannotOpen):
            unwrap_bundle(wrapped[:end], KEY, Wrapper.PASSWORD, PERSON, Suite.CLASSIC)
    with pytest.raises(KeyRefused):
        unwrap_bundle(wrapped, KEY[:16], Wrapper.PASSWORD, PERSON, Suite.CLASSIC)


def test_a_recovery_code_is_typed_back_in_any_shape() -> None:
    code = RecoveryCode.generate()
    text = code.text()
    assert len(text) == 36 + 8
    assert [len(group) for group in text.split("-")] == [4] * 9
    for typed in (text, text.lower(), text.replace("-", " "), f" {text.replace('-', '')}\n"):
        assert RecoveryCode.parse(typed) == code


def test_one_wrong_letter_in_a_recovery_code_is_found() -> None:
    letters = RecoveryCode(bytes(range(20))).text().replace("-", "")
    for at, right in enumerate(letters):
        for letter in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") - {right}:
            with pytest.raises(CodeMistyped):
                RecoveryCode.parse(letters[:at] + letter + letters[at + 1 :])


def test_a_recovery_code_unwraps_the_bundle() -> None:
    code = RecoveryCode.generate()
    wrapped = wrap_bundle(BUNDLE, code.wrap_key(), Wrapper.RECOVERY)
    again = RecoveryCode.parse(code.text()).wrap_key()
    assert unwrap_bundle(wrapped, again, Wrapper.RECOVERY, PERSON, Suite.CLASSIC) == BUNDLE


def test_pins_are_a_persons_own() -> None:
    pins = (
        Pin("unit", os.urandom(16), os.urandom(32), "qr", NOW),
        Pin("arc", os.urandom(16), os.urandom(32), "agreement", NOW),
    )
    wrapped = wrap_pins(pins, PERSON, BUNDLE.signing)
    assert unwrap_pins(wrapped, PERSON, BUNDLE.signing) == pins
    for person, key in ((bytes(16), BUNDLE.signing), (PERSON, SigningKey.generate())):
        with pytest.raises(CannotOpen):
            unwrap_pins(wrapped, person, key)
    with pytest.raises(FieldWrong):
        wrap_pins((replace(pins[0], fingerprint=bytes(31)),), PERSON, BUNDLE.signing)


def test_private_keys_are_not_shown_when_printed(derived: AccountKeys) -> None:
    assert repr(BUNDLE.signing.seed) not in repr(BUNDLE)
    assert repr(BUNDLE.opening.private) not in repr(BUNDLE)
    assert repr(derived.wrap_key) not in repr(derived)


@given(st.binary(min_size=32, max_size=32))
def test_eight_words_tell_the_first_128_bits(fingerprint: bytes) -> None:
    spoken = words(fingerprint)
    assert len(spoken.split("-")) == 8
    assert same_words(fingerprint, spoken.upper().replace("-", "  "))
    changed = bytes((fingerprint[0] ^ 1,)) + fingerprint[1:]
    assert not same_words(changed, spoken)
    assert words(fingerprint[:16] + bytes(16)) == spoken


def test_known_words() -> None:
    """127.0.0.1 and 63.84.220.193, the examples of the article that proposed them."""
    assert words(bytes([127, 0, 0, 1, 63, 84, 220, 193]) + bytes(24)).startswith("lusab-babad-gutih-tugad")


@pytest.mark.parametrize("spoken", ["", "lusab babad", "lusab-" * 8, "lusab babad gutih tugad lusab babad gutih tugaq"])
def test_something_else_than_eight_words_is_refused(spoken: str) -> None:
    with pytest.raises(CodeMistyped):
        same_words(bytes(32), spoken if spoken != "lusab-" * 8 else "lusab-" * 9)


def test_a_short_fingerprint_has_no_words() -> None:
    with pytest.raises(FieldWrong):
        words(bytes(15))
