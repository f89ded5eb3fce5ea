# SPDX-License-Identifier: EUPL-1.2
"""The two suites: which algorithms exist, and how keys are made, named, used.

Suite 1: HPKE (RFC 9180) with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM; Ed25519 (RFC 8032).
Suite 2: the same with X-Wing (HPKE KEM 0x647a, draft-connolly-cfrg-xwing-kem) instead of X25519.

Both suites sign with Ed25519, so a signing key belongs to none of them and its fingerprint carries suite byte 1. An
opening key has one suite and is used in no other: there is no fall-back, anywhere.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
)
from cryptography.hazmat.primitives.hpke import Suite as HpkeSuite

from zegel.seal.errors import BadSignature, CannotOpen, KeyRefused, WrongSuite

_PrivateKey: TypeAlias = X25519PrivateKey | MLKEM768X25519PrivateKey
_PublicKey: TypeAlias = X25519PublicKey | MLKEM768X25519PublicKey

SEED_SIZE = 32
SIGN_PUBLIC_SIZE = 32
SIGNATURE_SIZE = 64
FINGERPRINT_SIZE = 32

_MLKEM_PUBLIC_SIZE = 1184
_MLKEM_SEED_SIZE = 64
_AEAD_TAG_SIZE = 16


class Suite(IntEnum):
    """Which algorithms an opening key uses."""

    CLASSIC = 1
    HYBRID = 2


class KeyKind(IntEnum):
    """What a key is for; part of its fingerprint, so that one can't stand in for the other."""

    SIGNING = 1
    OPENING = 2


OPEN_PUBLIC_SIZE = {Suite.CLASSIC: 32, Suite.HYBRID: _MLKEM_PUBLIC_SIZE + 32}
ENC_SIZE = {Suite.CLASSIC: 32, Suite.HYBRID: 1088 + 32}

_HPKE = {
    Suite.CLASSIC: HpkeSuite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    Suite.HYBRID: HpkeSuite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}

# Ed25519 points of order 1, 2, 4 and 8 by their y coordinate, the non-canonical spellings included (the sign bit is
# masked off before looking). Such a "public key" verifies one signature for many messages.
_P = 2**255 - 19
_ORDER_8_Y = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER_Y = frozenset({0, 1, _P - 1, _P, _P + 1, _ORDER_8_Y, _P - _ORDER_8_Y})


def sealed_size(suite: Suite, plaintext_size: int) -> int:
    """How many bytes `hpke_seal` makes of a plaintext."""
    return ENC_SIZE[suite] + plaintext_size + _AEAD_TAG_SIZE


def fingerprint(kind: KeyKind, suite: Suite, public_key: bytes) -> bytes:
    """What people compare and machines pin: SHA-256("zegel/key/v1" ‖ 0x00 ‖ kind ‖ suite ‖ public key)."""
    return hashlib.sha256(b"zegel/key/v1\x00" + bytes((kind, suite)) + public_key).digest()


@lru_cache(maxsize=1024)
def sign_fingerprint(public_key: bytes) -> bytes:
    """The fingerprint of an Ed25519 public key. Raises KeyRefused."""
    check_sign_public(public_key)
    return fingerprint(KeyKind.SIGNING, Suite.CLASSIC, public_key)


def open_fingerprint(suite: Suite, public_key: bytes) -> bytes:
    """The fingerprint of an opening key. Raises KeyRefused."""
    check_open_public(suite, public_key)
    return fingerprint(KeyKind.OPENING, suite, public_key)


def check_sign_public(public_key: bytes) -> None:
    """Raise KeyRefused unless these are 32 bytes that are no small-order point."""
    if len(public_key) != SIGN_PUBLIC_SIZE:
        raise KeyRefused(f"a signing key's public half has {SIGN_PUBLIC_SIZE} bytes, not {len(public_key)}")
    if int.from_bytes(public_key, "little") & ~(1 << 255) in _SMALL_ORDER_Y:
        raise KeyRefused("the signing key is a point of small order: it would verify forged signatures")


def check_open_public(suite: Suite, public_key: bytes) -> None:
    """Raise KeyRefused unless the length is that of the suite."""
    if len(public_key) != OPEN_PUBLIC_SIZE[suite]:
        wanted = OPEN_PUBLIC_SIZE[suite]
        raise KeyRefused(f"an opening key of suite {suite:d} has {wanted} public bytes, not {len(public_key)}")


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A personal, unit's, ARC's or log's Ed25519 key, by its 32-byte seed."""

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.seed) != SEED_SIZE:
            raise KeyRefused(f"a signing key's seed has {SEED_SIZE} bytes, not {len(self.seed)}")

    @classmethod
    def generate(cls) -> SigningKey:
        return cls(os.urandom(SEED_SIZE))

    @property
    def public_key(self) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> bytes:
        return sign_fingerprint(self.public_key)

    def sign(self, message: bytes) -> bytes:
        """64 bytes of Ed25519 over `message`. Callers sign domain-separated bytes only (see `envelope`, `note`)."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


def verify_signature(public_key: bytes, signature: bytes, message: bytes) -> None:
    """Raise BadSignature (or KeyRefused) unless `signature` is `public_key`'s over `message` (strict RFC 8032)."""
    check_sign_public(public_key)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise BadSignature("the signature does not belong to these bytes and this key") from None


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """A tenant's or person's key pair that opens: X25519 private key, or X-Wing's 32-byte seed."""

    suite: Suite
    private: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.private) != SEED_SIZE:
            raise KeyRefused(f"an opening key has {SEED_SIZE} private bytes, not {len(self.private)}")

    @classmethod
    def generate(cls, suite: Suite) -> OpeningKey:
        return cls(suite, os.urandom(SEED_SIZE))

    @property
    def public_key(self) -> bytes:
        """32 bytes (suite 1), or ML-KEM-768 1184 ‖ X25519 32 bytes (suite 2)."""
        if self.suite is Suite.CLASSIC:
            return X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()
        mlkem, x25519 = _expand(self.private)
        return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> bytes:
        return open_fingerprint(self.suite, self.public_key)


def hpke_seal(suite: Suite, public_key: bytes, info: bytes, plaintext: bytes) -> bytes:
    """HPKE base mode, single shot, no AAD: enc ‖ ciphertext. What must be bound goes into `info`. Raises KeyRefused."""
    check_open_public(suite, public_key)
    try:
        return _HPKE[suite].encrypt(plaintext, _load_public(suite, public_key), info=info)
    except ValueError:
        raise KeyRefused("the opening key is not a valid public key") from None


def hpke_open(key: OpeningKey, suite: Suite, info: bytes, sealed: bytes) -> bytes:
    """The plaintext that `hpke_seal` took. Raises WrongSuite, CannotOpen."""
    if key.suite is not suite:
        raise WrongSuite(f"sealed in suite {suite:d}, but the key is of suite {key.suite:d}")
    if len(sealed) < sealed_size(suite, 0):
        raise CannotOpen(f"{len(sealed)} bytes are too short for anything sealed in suite {suite:d}")
    try:
        return _HPKE[suite].decrypt(sealed, _load_private(key), info=info)
    except (InvalidTag, ValueError):
        raise CannotOpen("the key does not open these bytes in this context") from None


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """X-Wing's key expansion: SHAKE256(seed) → ML-KEM seed (64) ‖ X25519 private key (32)."""
    expanded = hashlib.shake_256(seed).digest(_MLKEM_SEED_SIZE + SEED_SIZE)
    return (
        MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_SIZE]),
        X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_SIZE:]),
    )


def _load_private(key: OpeningKey) -> _PrivateKey:
    if key.suite is Suite.CLASSIC:
        return X25519PrivateKey.from_private_bytes(key.private)
    return MLKEM768X25519PrivateKey(*_expand(key.private))


def _load_public(suite: Suite, public_key: bytes) -> _PublicKey:
    if suite is Suite.CLASSIC:
        return X25519PublicKey.from_public_bytes(public_key)
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(public_key[:_MLKEM_PUBLIC_SIZE]),
        X25519PublicKey.from_public_bytes(public_key[_MLKEM_PUBLIC_SIZE:]),
    )
