# SPDX-License-Identifier: EUPL-1.2
"""Envelopes: how a signed object travels and is stored.

Signed bytes are `"zegel/<object>/v1" ‖ 0x00 ‖ CBOR(body)`; the object's name in front keeps a signature over one
kind from ever standing for another. An envelope is CBOR [object, body bytes, signer's fingerprint 32, signature 64].
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from zegel.seal import encoding
from zegel.seal.errors import FieldWrong, UnknownSigner, WrongObject
from zegel.seal.suite import FINGERPRINT_SIZE, SIGNATURE_SIZE, SigningKey, sign_fingerprint, verify_signature

MAX_OBJECT_NAME = 32
MAX_BODY = encoding.MAX_SIZE - 1024


def signed_bytes(name: str, body: bytes) -> bytes:
    """What is signed, MACed, or taken as HPKE info, for the object `name` with the encoded `body`."""
    return f"zegel/{name}/v1".encode() + b"\x00" + body


def object_hash(name: str, body: bytes) -> bytes:
    """How other objects refer to this one: SHA-256 of its signed bytes."""
    return hashlib.sha256(signed_bytes(name, body)).digest()


@dataclass(frozen=True, slots=True)
class Envelope:
    """A signed object that nobody has verified yet."""

    name: str
    body: bytes
    signer: bytes
    signature: bytes

    def encode(self) -> bytes:
        return encoding.encode((self.name, self.body, self.signer, self.signature))

    @classmethod
    def decode(cls, data: bytes) -> Envelope:
        """Read an envelope without trusting it. Raises NotCanonical, TooLarge, FieldWrong."""
        fields = encoding.decode(data)
        if not isinstance(fields, tuple) or len(fields) != 4:
            raise FieldWrong("an envelope is an array of four: object, body, signer, signature")
        name, body, signer, signature = fields
        if not isinstance(name, str) or not 1 <= len(name) <= MAX_OBJECT_NAME:
            raise FieldWrong(f"envelope.object: a text of 1 … {MAX_OBJECT_NAME} characters was expected")
        if not isinstance(body, bytes) or not 1 <= len(body) <= MAX_BODY:
            raise FieldWrong(f"envelope.body: 1 … {MAX_BODY} bytes were expected")
        if not isinstance(signer, bytes) or len(signer) != FINGERPRINT_SIZE:
            raise FieldWrong(f"envelope.signer: a fingerprint of {FINGERPRINT_SIZE} bytes was expected")
        if not isinstance(signature, bytes) or len(signature) != SIGNATURE_SIZE:
            raise FieldWrong(f"envelope.signature: {SIGNATURE_SIZE} bytes were expected")
        return cls(name, body, signer, signature)

    @property
    def hash(self) -> bytes:
        """The object's hash (not the envelope's: a second valid signature makes no second object)."""
        return object_hash(self.name, self.body)


def sign(name: str, body: bytes, key: SigningKey) -> bytes:
    """The envelope of an encoded body, signed by `key`."""
    return Envelope(name, body, key.fingerprint, key.sign(signed_bytes(name, body))).encode()


def verify(data: bytes, name: str, keys: Iterable[bytes]) -> bytes:
    """The encoded body of an envelope of kind `name`, signed by one of `keys` (Ed25519 public keys).

    Raises NotCanonical, TooLarge, FieldWrong, WrongObject, UnknownSigner, BadSignature.
    """
    return verify_signer(data, name, keys)[0]


def verify_signer(data: bytes, name: str, keys: Iterable[bytes]) -> tuple[bytes, bytes]:
    """As `verify`, and which public key it was: (body, public key)."""
    envelope = read_unverified(data, name)
    for key in keys:
        if sign_fingerprint(key) == envelope.signer:
            verify_signature(key, envelope.signature, signed_bytes(name, envelope.body))
            return envelope.body, key
    raise UnknownSigner(f"the {name} is signed by {envelope.signer.hex()[:16]}…, which may not sign it")


def read_unverified(data: bytes, name: str) -> Envelope:
    """An envelope of kind `name` that nobody has verified: to find out which key to verify it with, and for nothing
    else.

    Raises NotCanonical, TooLarge, FieldWrong, WrongObject.
    """
    envelope = Envelope.decode(data)
    if envelope.name != name:
        raise WrongObject(f"a {name} was expected, this is a {envelope.name!r}")
    return envelope
