# SPDX-License-Identifier: EUPL-1.2
"""Pairing: how a unit and its owner come to trust each other without trusting the server between them.

The unit shows a code (QR) with its signing key's fingerprint and a secret. The owner's client MACs (unit, pairing
id, keyset, policy) with the secret; the unit pins both and signs what it pinned. Pairing exists only once the client
has verified that signature against the fingerprint of the code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.envelope import signed_bytes
from zegel.seal.errors import BadSignature, CodeMistyped, KeyRefused, NotYours
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import FINGERPRINT_SIZE, SigningKey, sign_fingerprint

SECRET_SIZE = 32
CODE_PREFIX = "ZEGEL1:"
_CHECKSUM_SIZE = 2
_CODE_SIZE = FINGERPRINT_SIZE + SECRET_SIZE + _CHECKSUM_SIZE
_GROUP = 4


@dataclass(frozen=True, slots=True)
class Pairing(Body):
    """What both sides pin: the unit, this pairing, the first keyset and the first policy."""

    NAME = "pairing"

    unit: bytes
    pairing: bytes
    keyset_hash: bytes
    policy_hash: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.unit, self.pairing, self.keyset_hash, self.policy_hash)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(fields.id("unit"), fields.id("pairing"), fields.hash("keyset_hash"), fields.hash("policy_hash"))


@dataclass(frozen=True, slots=True)
class Paired(Body):
    """The unit's signed acknowledgement of what it pinned, and when."""

    NAME = "paired"

    pairing: Pairing
    at_ms: int

    def values(self) -> tuple[Value, ...]:
        return (*self.pairing.values(), self.at_ms)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(Pairing.read(fields), fields.ms("at"))


def pairing_mac(secret: bytes, pairing: Pairing) -> bytes:
    """32 bytes: the owner's proof that he holds the unit's code. Raises KeyRefused."""
    if len(secret) != SECRET_SIZE:
        raise KeyRefused(f"a pairing secret has {SECRET_SIZE} bytes, not {len(secret)}")
    # HKDF-Expand (RFC 5869 §2.3) of one block is one HMAC.
    key = hmac.digest(secret, b"zegel/pairing/v1\x01", "sha256")
    return hmac.digest(key, signed_bytes(Pairing.NAME, pairing.encode()), "sha256")


def verify_pairing(body: bytes, mac: bytes, secret: bytes, *, unit: bytes) -> Pairing:
    """At the unit: the pairing that whoever read its code asks for. Raises BadSignature, NotYours, FieldWrong.

    The caller then checks that keyset and policy have the hashes named here.
    """
    pairing = Pairing.decode(body)
    if not hmac.compare_digest(pairing_mac(secret, pairing), mac):
        raise BadSignature("the pairing was not made by somebody who read this unit's code")
    if pairing.unit != unit:
        raise NotYours("the pairing names another unit")
    return pairing


def sign_paired(pairing: Pairing, at_ms: int, unit: SigningKey) -> bytes:
    """The unit's envelope."""
    return envelope.sign(Paired.NAME, Paired(pairing, at_ms).encode(), unit)


def verify_paired(data: bytes, unit_pk: bytes, code_fingerprint: bytes, pairing: Pairing) -> Paired:
    """At the owner's client: the unit of the code pinned exactly what was sent. Raises SealError."""
    if not hmac.compare_digest(sign_fingerprint(unit_pk), code_fingerprint):
        raise NotYours("the server showed another unit than the one whose code was read")
    paired = Paired.decode(envelope.verify(data, Paired.NAME, [unit_pk]))
    if paired.pairing != pairing:
        raise NotYours("the unit pinned something else than what was sent to it")
    return paired


@dataclass(frozen=True, slots=True)
class PairingCode:
    """What the unit's QR code says: whom to trust, and the secret that only somebody on the spot can read."""

    fingerprint: bytes
    secret: bytes = field(repr=False)

    def text(self) -> str:
        """For the QR code: `ZEGEL1:` and base32 of fingerprint 32 ‖ secret 32 ‖ checksum 2."""
        data = self.fingerprint + self.secret
        return CODE_PREFIX + _base32(data + _checksum(data))

    def typed(self) -> str:
        """For typing: the same in groups of four."""
        return in_groups(self.text().removeprefix(CODE_PREFIX))

    @classmethod
    def parse(cls, text: str) -> PairingCode:
        """Either form; spaces, dashes and case don't matter. Raises CodeMistyped."""
        data = from_typed(text.strip().upper().removeprefix(CODE_PREFIX), _CODE_SIZE)
        return cls(data[:FINGERPRINT_SIZE], data[FINGERPRINT_SIZE:])


def in_groups(text: str) -> str:
    """Groups of four with dashes between."""
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def with_checksum(data: bytes) -> str:
    """base32 without padding of `data` and the first two bytes of its SHA-256."""
    return _base32(data + _checksum(data))


def from_typed(text: str, size: int) -> bytes:
    """The bytes of a typed code of `size` bytes, checked and without its checksum. Raises CodeMistyped."""
    letters = "".join(text.upper().replace("-", " ").split())
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise CodeMistyped("the code holds a character that can't be in it, or has the wrong length") from None
    body = data[:-_CHECKSUM_SIZE]
    if len(data) != size or data[-_CHECKSUM_SIZE:] != _checksum(body) or _base32(data) != letters:
        raise CodeMistyped("the code's checksum does not match: it was mistyped or is of something else")
    return body


def _checksum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_CHECKSUM_SIZE]


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=")
