# SPDX-License-Identifier: EUPL-1.2
"""A photo or a signature that somebody without a share in a party's key made for that party: a partner in the chain.

Encrypted once in his browser, under a key drawn for it; that key is sealed to the party's opening key, bound to all
that is said of the document and to the ciphertext's hash. Not signed: a partner's phone holds no signing key while it
works without a line. It says who made it nowhere; the server knows which account handed it in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Self

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag

from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, NotYours
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.suite import OpeningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size

KEY_SIZE = 32
MAX_DOCUMENT = 1 << 20
MEDIA_TYPES = ("image/jpeg", "image/png")
_CONTEXT = b"zegel/document/v1\x00"


@dataclass(frozen=True, slots=True)
class Document(SealedBody):
    """The document's key, sealed to one party. `about`: what it belongs to (a step); `ciphertext_hash`: SHA-256 of what
    is stored; `size`: of the document."""

    NAME = "document"

    suite: Suite
    document: bytes
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
            int(self.suite), self.document, self.about, self.recipient, self.recipient_fingerprint, self.made_ms,
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
            fields.id("document"),
            fields.id("about"),
            fields.id("recipient"),
            fields.hash("recipient_fingerprint"),
            fields.ms("made"),
            fields.text("media_type", most=20),
            fields.uint("size", 1, MAX_DOCUMENT),
            fields.hash("ciphertext_hash"),
            fields.blob("sealed", size, size),
        )
        if found.media_type not in MEDIA_TYPES:
            raise fields.wrong("media_type", f"one of {', '.join(MEDIA_TYPES)} was expected")
        return found


def encrypt_document(document_id: bytes, key: bytes, content: bytes) -> bytes:
    """C2SP chunked encryption (Cobblestone-256) under `key`, drawn for this document and used for nothing else."""
    encryptor = cobblestone.Cobblestone256Encryptor(key, _CONTEXT + document_id)
    return bytes(encryptor.update(content)) + bytes(encryptor.finalize())


def seal_document(header: Document, key: bytes, recipient_pk: bytes) -> bytes:
    """The object with the document's key sealed to a party. Raises KeyRefused, FieldWrong, NotYours."""
    if open_fingerprint(header.suite, recipient_pk) != header.recipient_fingerprint:
        raise NotYours("the header names another recipient's key")
    return replace(header, sealed=hpke_seal(header.suite, recipient_pk, header.info(), key)).encode()


def open_document(found: Document, recipient: OpeningKey, ciphertext: bytes) -> bytes:
    """The document. Raises NotYours, WrongSuite, CannotOpen."""
    if recipient.suite is found.suite and recipient.fingerprint != found.recipient_fingerprint:
        raise NotYours("the document is sealed to another key than this one")
    if hashlib.sha256(ciphertext).digest() != found.ciphertext_hash:
        raise CannotOpen("the ciphertext is not the one that the object names")
    key = hpke_open(recipient, found.suite, found.info(), found.sealed)
    try:
        decryptor = cobblestone.Cobblestone256Decryptor(key, _CONTEXT + found.document)
        content = bytes(decryptor.update(ciphertext)) + bytes(decryptor.finalize())
    except (InvalidTag, ValueError):
        raise CannotOpen("the document is not what was sealed") from None
    if len(content) != found.size:
        raise CannotOpen("the document is longer or shorter than was said")
    return content
