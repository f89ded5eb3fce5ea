# SPDX-License-Identifier: EUPL-1.2
"""A picture that came by mail, readable, and was sealed on arrival: a weaker class than what a unit seals.

The server saw it in memory and could have kept it; this object proves no more than what it did with it. The picture is
encrypted once, under a key drawn for it; that key is sealed to each party that may open it (the customer; the alarm
centre of an alarm that is open), bound to the picture's hash, so that neither can be given another picture. Signed by
the log's key: it says which installation took it in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Self

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, NotYours
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size

KEY_SIZE = 32
MAX_PICTURE = 16 << 20
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp")
_CONTEXT = b"zegel/mailpicture/v1\x00"


@dataclass(frozen=True, slots=True)
class MailPicture(SealedBody):
    """The picture's key, sealed to one party. `ciphertext_hash`: SHA-256 of what is stored; `size`: of the picture."""

    NAME = "mailpicture"

    suite: Suite
    picture: bytes
    camera: bytes
    recipient: bytes
    recipient_fingerprint: bytes
    received_ms: int
    media_type: str
    size: int
    ciphertext_hash: bytes
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.picture, self.camera, self.recipient, self.recipient_fingerprint, self.received_ms,
            self.media_type, self.size, self.ciphertext_hash,
        )  # fmt: skip

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        size = sealed_size(suite, KEY_SIZE)
        found = cls(
            suite,
            fields.id("picture"),
            fields.id("camera"),
            fields.id("recipient"),
            fields.hash("recipient_fingerprint"),
            fields.ms("received"),
            fields.text("media_type", most=20),
            fields.uint("size", 1, MAX_PICTURE),
            fields.hash("ciphertext_hash"),
            fields.blob("sealed", size, size),
        )
        if found.media_type not in MEDIA_TYPES:
            raise fields.wrong("media_type", f"one of {', '.join(MEDIA_TYPES)} was expected")
        return found


def encrypt_picture(picture_id: bytes, key: bytes, picture: bytes) -> bytes:
    """C2SP chunked encryption (Cobblestone-256) under `key`, drawn for this picture and used for nothing else."""
    encryptor = cobblestone.Cobblestone256Encryptor(key, _CONTEXT + picture_id)
    return bytes(encryptor.update(picture)) + bytes(encryptor.finalize())


def decrypt_picture(picture_id: bytes, key: bytes, ciphertext: bytes) -> bytes:
    """Raises CannotOpen."""
    decryptor = cobblestone.Cobblestone256Decryptor(key, _CONTEXT + picture_id)
    try:
        return bytes(decryptor.update(ciphertext)) + bytes(decryptor.finalize())
    except (InvalidTag, ValueError):
        raise CannotOpen("the picture is not what was sealed") from None


def sign_mailpicture(header: MailPicture, key: bytes, recipient_pk: bytes, log: SigningKey) -> bytes:
    """Seal the picture's key to a party and sign it: the envelope. Raises KeyRefused, FieldWrong, NotYours."""
    if open_fingerprint(header.suite, recipient_pk) != header.recipient_fingerprint:
        raise NotYours("the header names another recipient's key")
    sealed = hpke_seal(header.suite, recipient_pk, header.info(), key)
    return envelope.sign(MailPicture.NAME, replace(header, sealed=sealed).encode(), log)


def verify_mailpicture(data: bytes, log_pk: bytes) -> MailPicture:
    """The object, signed by the pinned log. Raises SealError."""
    return MailPicture.decode(envelope.verify(data, MailPicture.NAME, [log_pk]))


def open_mailpicture(found: MailPicture, recipient: OpeningKey, ciphertext: bytes) -> bytes:
    """The picture. Raises NotYours, WrongSuite, CannotOpen."""
    if recipient.suite is found.suite and recipient.fingerprint != found.recipient_fingerprint:
        raise NotYours("the picture is sealed to another key than this one")
    if hashlib.sha256(ciphertext).digest() != found.ciphertext_hash:
        raise CannotOpen("the ciphertext is not the one that the object names")
    key = hpke_open(recipient, found.suite, found.info(), found.sealed)
    picture = decrypt_picture(found.picture, key, ciphertext)
    if len(picture) != found.size:
        raise CannotOpen("the picture is longer or shorter than was signed")
    return picture
