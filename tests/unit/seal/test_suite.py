# SPDX-License-Identifier: EUPL-1.2
"""Keys: made, named and refused."""

from __future__ import annotations

import hashlib
import os

import pytest

from zegel.seal.errors import BadSignature, CannotOpen, KeyRefused, SealError, WrongSuite
from zegel.seal.suite import (
    KeyKind,
    OpeningKey,
    SigningKey,
    Suite,
    fingerprint,
    hpke_open,
    hpke_seal,
    open_fingerprint,
    sealed_size,
    sign_fingerprint,
    verify_signature,
)

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P


def root_of(square: int) -> int | None:
    """A square root modulo P (P = 5 mod 8), or None."""
    found = pow(square, (P + 3) // 8, P)
    for candidate in (found, found * pow(2, (P - 1) // 4, P) % P):
        if candidate * candidate % P == square % P:
            return candidate
    return None


def order_8_y() -> list[int]:
    """y of the points whose double has y = 0: d·y⁴ + 2·y² - 1 = 0 on -x² + y² = 1 + d·x²·y² with x² = -y²."""
    inner = root_of(1 + D)
    assert inner is not None
    squares = [(sign * inner - 1) * pow(D, -1, P) % P for sign in (1, -1)]
    roots = [root for root in map(root_of, squares) if root is not None]
    return [y for root in roots for y in (root, P - root)]


def test_a_fingerprint_tells_kind_and_suite_apart() -> None:
    key = bytes(32)
    made = {fingerprint(kind, suite, key) for kind in KeyKind for suite in Suite}
    assert len(made) == 4
    assert hashlib.sha256(b"zegel/key/v1\x00\x02\x01" + key).digest() == fingerprint(
        KeyKind.OPENING, Suite.CLASSIC, key
    )


def test_signatures_verify_and_changed_ones_do_not() -> None:
    key = SigningKey.generate()
    signature = key.sign(b"message")
    verify_signature(key.public_key, signature, b"message")
    for at in range(64):
        changed = bytearray(signature)
        changed[at] ^= 0x10
        with pytest.raises(BadSignature):
            verify_signature(key.public_key, bytes(changed), b"message")
    for other in (b"messagf", b"", b"message "):
        with pytest.raises(BadSignature):
            verify_signature(key.public_key, signature, other)


def test_a_signature_with_an_added_group_order_is_refused() -> None:
    """Malleability (RFC 8032 §5.1.7): S and S + L would both be signatures."""
    order = 2**252 + 27742317777372353535851937790883648493
    key = SigningKey.generate()
    signature = key.sign(b"message")
    second = signature[:32] + (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    with pytest.raises(BadSignature):
        verify_signature(key.public_key, second, b"message")


def test_there_are_two_y_of_order_8() -> None:
    assert len(order_8_y()) == 2


@pytest.mark.parametrize("sign_bit", [0, 0x80])
@pytest.mark.parametrize("y", [0, 1, P - 1, P, P + 1, *order_8_y()])
def test_a_key_of_small_order_is_refused(y: int, sign_bit: int) -> None:
    key = bytearray(y.to_bytes(32, "little"))
    key[31] |= sign_bit
    for act in (lambda: sign_fingerprint(bytes(key)), lambda: verify_signature(bytes(key), bytes(64), b"anything")):
        with pytest.raises(KeyRefused):
            act()


@pytest.mark.parametrize("size", [0, 31, 33])
def test_keys_of_another_length_are_refused(size: int) -> None:
    for act in (
        lambda: SigningKey(bytes(size)),
        lambda: OpeningKey(Suite.CLASSIC, bytes(size)),
        lambda: OpeningKey(Suite.HYBRID, bytes(size)),
        lambda: sign_fingerprint(bytes(size)),
        lambda: open_fingerprint(Suite.CLASSIC, bytes(size)),
        lambda: open_fingerprint(Suite.HYBRID, bytes(size)),
        lambda: hpke_seal(Suite.CLASSIC, bytes(size), b"", b""),
    ):
        with pytest.raises(KeyRefused):
            act()


@pytest.mark.parametrize("suite", list(Suite))
def test_what_is_sealed_opens_with_the_same_key_and_context_only(suite: Suite) -> None:
    key, other = OpeningKey.generate(suite), OpeningKey.generate(suite)
    sealed = hpke_seal(suite, key.public_key, b"context", b"a root of an epoch")
    assert len(sealed) == sealed_size(suite, 18)
    assert hpke_open(key, suite, b"context", sealed) == b"a root of an epoch"
    for wrong_key, info in ((other, b"context"), (key, b"contexu"), (key, b"")):
        with pytest.raises(CannotOpen):
            hpke_open(wrong_key, suite, info, sealed)


@pytest.mark.parametrize("suite", list(Suite))
def test_every_flipped_byte_of_what_is_sealed_is_refused(suite: Suite) -> None:
    key = OpeningKey.generate(suite)
    sealed = bytearray(hpke_seal(suite, key.public_key, b"", os.urandom(32)))
    for at in range(len(sealed)):
        sealed[at] ^= 0x01
        with pytest.raises(SealError):
            hpke_open(key, suite, b"", bytes(sealed))
        sealed[at] ^= 0x01


def test_suites_do_not_mix() -> None:
    for suite in Suite:
        other = Suite(3 - suite)
        with pytest.raises(WrongSuite):
            hpke_open(OpeningKey.generate(other), suite, b"", bytes(2000))
        with pytest.raises(KeyRefused):
            hpke_seal(suite, OpeningKey.generate(other).public_key, b"", b"")


def test_a_low_order_x25519_key_is_never_sealed_to() -> None:
    for point in (bytes(32), b"\x01" + bytes(31), (P - 1).to_bytes(32, "little")):
        with pytest.raises(KeyRefused):
            hpke_seal(Suite.CLASSIC, point, b"", b"a root")


def test_a_malformed_ml_kem_key_is_never_sealed_to() -> None:
    with pytest.raises(KeyRefused):
        hpke_seal(Suite.HYBRID, b"\xff" * 1216, b"", b"a root")


def test_a_short_sealed_text_is_refused() -> None:
    key = OpeningKey.generate(Suite.CLASSIC)
    for size in (0, 31, 32, 47):
        with pytest.raises(CannotOpen):
            hpke_open(key, Suite.CLASSIC, b"", bytes(size))


def test_private_halves_are_not_shown_when_printed() -> None:
    signing, opening = SigningKey(b"s" * 32), OpeningKey(Suite.CLASSIC, b"o" * 32)
    assert "ssss" not in repr(signing)
    assert "oooo" not in repr(opening)
