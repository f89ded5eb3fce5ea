# SPDX-License-Identifier: EUPL-1.2
"""What leaves a customer's hands: his signed statement about a film, or about sealed originals.

It says which seconds of which camera, why and for whom, and names every segment by its hash; the unit's own signed
lists go with it, so that whoever holds the file sees what was recorded, what was left out, and that nothing was put in.
Originals stay sealed: their keys lie here under a code of 160 bits, which travels another way than the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zegel.seal import encoding, envelope
from zegel.seal.account import RecoveryCode
from zegel.seal.encoding import Value
from zegel.seal.envelope import signed_bytes
from zegel.seal.errors import CannotOpen, FieldWrong
from zegel.seal.fields import Body, Fields
from zegel.seal.ranges import Range, RangeKeys, keys_size, read_ranges
from zegel.seal.segment import Track
from zegel.seal.suite import SigningKey

MAX_SEGMENTS = 8000
MAX_ENVELOPE = 1 << 18
LONGEST_MS = 3_600_000
_NONCE, _TAG = 12, 16
MAX_KEYSETS, MAX_EPOCHS, MAX_MANIFESTS = 64, 64, 1500


class Form(StrEnum):
    """What the statement is about."""

    FILM = "film"
    ORIGINALS = "originals"


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment of the unit, by the hash of all its sealed bytes."""

    epoch: bytes
    sequence: int
    sha256: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.epoch, self.sequence, self.sha256)

    @classmethod
    def read(cls, fields: Fields) -> Piece:
        return cls(fields.id("epoch"), fields.uint("sequence", 0, 2**32 - 1), fields.hash("sha256"))


@dataclass(frozen=True, slots=True)
class Exported(Body):
    """`keysets`, `epochs` (or what was kept of them) and `manifests` are the envelopes as they were signed.

    `film`: SHA-256 of the MP4 before its last box; `keys`: nonce 12 ‖ AES-256-GCM of the ranges' covers. One of them.
    """

    NAME = "exported"

    export: bytes
    form: Form
    unit: bytes
    unit_pk: bytes
    camera: bytes
    track: Track
    camera_name: str
    site_name: str
    zone: str
    from_ms: int
    to_ms: int
    ranges: tuple[Range, ...]
    person: bytes
    purpose: str
    recipient: str
    made_ms: int
    keysets: tuple[bytes, ...] = field(repr=False)
    epochs: tuple[bytes, ...] = field(repr=False)
    manifests: tuple[bytes, ...] = field(repr=False)
    segments: tuple[Piece, ...] = field(repr=False)
    film: bytes | None = None
    keys: bytes | None = field(default=None, repr=False)

    def header(self) -> tuple[Value, ...]:
        return (
            self.export, self.form.value, self.unit, self.unit_pk, self.camera, int(self.track), self.camera_name,
            self.site_name, self.zone, self.from_ms, self.to_ms, tuple(item.values() for item in self.ranges),
            self.person, self.purpose, self.recipient, self.made_ms, self.keysets, self.epochs, self.manifests,
            tuple(piece.values() for piece in self.segments), self.film,
        )  # fmt: skip

    def values(self) -> tuple[Value, ...]:
        return (*self.header(), self.keys)

    def context(self) -> bytes:
        """What the sealed keys are bound to."""
        return signed_bytes(self.NAME, encoding.encode((self.VERSION, *self.header())))

    @classmethod
    def read(cls, fields: Fields) -> Self:
        start = (
            fields.id("export"), fields.choice("form", Form), fields.id("unit"), fields.sign_key("unit_pk"),
            fields.id("camera"), fields.number("track", Track), fields.text("camera_name", 0),
            fields.text("site_name", 0), fields.text("zone", 1, 64), fields.ms("from"), fields.ms("to"),
        )  # fmt: skip
        ranges = read_ranges(fields)
        size = _NONCE + keys_size(ranges) + _TAG
        found = cls(
            *start, ranges, fields.id("person"), fields.word("purpose"), fields.text("recipient"), fields.ms("made"),
            fields.each("keysets", _read_envelope, MAX_KEYSETS, 1),
            fields.each("epochs", _read_envelope, MAX_EPOCHS, 1),
            fields.each("manifests", _read_envelope, MAX_MANIFESTS),
            fields.many("segments", Piece.read, MAX_SEGMENTS, 1),
            fields.optional("film", fields.hash), fields.optional("keys", lambda name: fields.blob(name, size, size)),
        )  # fmt: skip
        found._check(fields)
        return found

    def _check(self, fields: Fields) -> None:
        if not 0 < self.to_ms - self.from_ms <= LONGEST_MS:
            raise fields.wrong("to", f"it must lie after `from`, at most {LONGEST_MS} ms")
        if (self.film is None) is (self.form is Form.FILM) or (self.keys is None) is (self.form is Form.ORIGINALS):
            raise fields.wrong("form", "a film has the hash of its file, originals have their sealed keys")


def seal_keys(header: Exported, keys: RangeKeys, code: RecoveryCode) -> Exported:
    """The statement with the keys of its ranges under the code. Raises FieldWrong."""
    if keys.ranges != header.ranges:
        raise FieldWrong("exported.ranges: they differ from those of the keys")
    nonce = os.urandom(_NONCE)
    return replace(header, keys=nonce + AESGCM(_key(code)).encrypt(nonce, keys.encode(), header.context()))


def open_keys(exported: Exported, code: RecoveryCode) -> RangeKeys:
    """Raises CannotOpen, FieldWrong."""
    sealed = exported.keys or b""
    try:
        opened = AESGCM(_key(code)).decrypt(sealed[:_NONCE], sealed[_NONCE:], exported.context())
    except (InvalidTag, ValueError):
        raise CannotOpen(
            "the code does not open this package", "Type the code that belongs to this file; its name is in its file."
        ) from None
    return RangeKeys.decode(exported.ranges, opened)


def sign_exported(exported: Exported, person: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong, TooLarge."""
    return envelope.sign(Exported.NAME, exported.encode(), person)


def verify_exported(data: bytes, signers: Iterable[bytes]) -> tuple[Exported, bytes]:
    """The statement and the public key that signed it, one of `signers`. Raises SealError."""
    body, signer = envelope.verify_signer(data, Exported.NAME, signers)
    return Exported.decode(body), signer


def _read_envelope(fields: Fields, name: str) -> bytes:
    return fields.blob(name, 1, MAX_ENVELOPE)


def _key(code: RecoveryCode) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"zegel/exported/v1").derive(code.secret)
