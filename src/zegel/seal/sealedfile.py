# SPDX-License-Identifier: EUPL-1.2
"""A file whose key is sealed to a party: encrypted once, under a key drawn for it and used for nothing else; that key
is sealed to each party that may open it, bound to all that is said of the file and to the ciphertext's hash, so that
none of them can be given another file.

Three kinds, of the same fields and of names of their own (what is of one kind opens as no other):
- `Document`: a photo or a signature that somebody without a share in a party's key made for that party (a partner in
  the chain), in his browser. Not signed: his phone holds no signing key while it works without a line. It says who made
  it nowhere; the server knows which account handed it in.
- `MailPicture`: a picture that came by mail, readable, and was sealed on arrival: a weaker class than what a unit
  seals. The server saw it in memory and could have kept it; the object proves no more than what it did with it. Signed
  by the log's key: it says which installation took it in.
- `GuardPicture`: a still of an alarm that an operator, who has the alarm's keys, gave to the guard whom he sent,
  sealed in his browser to the key that the guard's phone made for this errand. Not signed: the phone pins nobody's
  key. Whether the key is that phone's, the guard's voice tells: he reads its words to the operator.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import ClassVar, Self, TypeVar

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, NotYours
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size

KEY_SIZE = 32


@dataclass(frozen=True, slots=True)
class SealedFile(SealedBody):
    """The file's key, sealed to one party. `about`: what it belongs to; `made_ms`: when it was made, or came in;
    `ciphertext_hash`: SHA-256 of what is stored; `size`: of the file."""

    LARGEST: ClassVar[int]
    MEDIA_TYPES: ClassVar[tuple[str, ...]]

    suite: Suite
    file: bytes
    about: bytes
    recipient: bytes
    recipient_fingerprint: bytes
    made_ms: int
    media_type: str
    size: int
    ciphertext_hash: bytes
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.file, self.about, self.recipient, self.recipient_fingerprint, self.made_ms,
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
            fields.id("file"),
            fields.id("about"),
            fields.id("recipient"),
            fields.hash("recipient_fingerprint"),
            fields.ms("made"),
            fields.text("media_type", most=20),
            fields.uint("size", 1, cls.LARGEST),
            fields.hash("ciphertext_hash"),
            fields.blob("sealed", size, size),
        )
        if found.media_type not in cls.MEDIA_TYPES:
            raise fields.wrong("media_type", f"one of {', '.join(cls.MEDIA_TYPES)} was expected")
        return found


@dataclass(frozen=True, slots=True)
class Document(SealedFile):
    """`about`: a step of the chain."""

    NAME = "document"
    LARGEST = 1 << 20
    MEDIA_TYPES = ("image/jpeg", "image/png")


@dataclass(frozen=True, slots=True)
class MailPicture(SealedFile):
    """`about`: the camera."""

    NAME = "mailpicture"
    LARGEST = 16 << 20
    MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp")


@dataclass(frozen=True, slots=True)
class GuardPicture(SealedFile):
    """`about`: the camera; `recipient`: the guard's errand."""

    NAME = "guardpicture"
    LARGEST = 1 << 19
    MEDIA_TYPES = ("image/jpeg",)


_F = TypeVar("_F", bound=SealedFile)


def encrypt_file(kind: type[SealedFile], file_id: bytes, key: bytes, content: bytes) -> bytes:
    """C2SP chunked encryption (Cobblestone-256) under `key`, drawn for this file and used for nothing else."""
    encryptor = cobblestone.Cobblestone256Encryptor(key, _context(kind, file_id))
    return bytes(encryptor.update(content)) + bytes(encryptor.finalize())


def seal_file(header: _F, key: bytes, recipient_pk: bytes) -> _F:
    """The object with the file's key sealed to a party. Raises KeyRefused, NotYours."""
    if open_fingerprint(header.suite, recipient_pk) != header.recipient_fingerprint:
        raise NotYours("the header names another recipient's key")
    return replace(header, sealed=hpke_seal(header.suite, recipient_pk, header.info(), key))


def open_file(found: SealedFile, recipient: OpeningKey, ciphertext: bytes) -> bytes:
    """The file. Raises NotYours, WrongSuite, CannotOpen."""
    if recipient.suite is found.suite and recipient.fingerprint != found.recipient_fingerprint:
        raise NotYours(f"the {found.NAME} is sealed to another key than this one")
    if hashlib.sha256(ciphertext).digest() != found.ciphertext_hash:
        raise CannotOpen("the ciphertext is not the one that the object names")
    key = hpke_open(recipient, found.suite, found.info(), found.sealed)
    try:
        decryptor = cobblestone.Cobblestone256Decryptor(key, _context(type(found), found.file))
        content = bytes(decryptor.update(ciphertext)) + bytes(decryptor.finalize())
    except (InvalidTag, ValueError):
        raise CannotOpen(f"the {found.NAME} is not what was sealed") from None
    if len(content) != found.size:
        raise CannotOpen(f"the {found.NAME} is longer or shorter than was said")
    return content


def sign_mailpicture(header: MailPicture, key: bytes, recipient_pk: bytes, log: SigningKey) -> bytes:
    """The envelope of one that is sealed to a party. Raises KeyRefused, FieldWrong, NotYours."""
    return envelope.sign(MailPicture.NAME, seal_file(header, key, recipient_pk).encode(), log)


def verify_mailpicture(data: bytes, log_pk: bytes) -> MailPicture:
    """The object, signed by the pinned log. Raises SealError."""
    return MailPicture.decode(envelope.verify(data, MailPicture.NAME, [log_pk]))


def _context(kind: type[SealedFile], file_id: bytes) -> bytes:
    return f"zegel/{kind.NAME}/v1\0".encode() + file_id
