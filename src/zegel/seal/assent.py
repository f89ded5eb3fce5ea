# SPDX-License-Identifier: EUPL-1.2
"""An owner's signature under an agreement: his personal key over the hash of the exact document (Art. 28(9) GDPR)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey


@dataclass(frozen=True, slots=True)
class Assent(Body):
    """`document`: SHA-256 of the text as it was shown. `owner` and `provider` are the parties, `person` who signs."""

    NAME = "assent"

    owner: bytes
    provider: bytes
    person: bytes
    document: bytes
    signed_ms: int

    def values(self) -> tuple[Value, ...]:
        return (self.owner, self.provider, self.person, self.document, self.signed_ms)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("owner"), fields.id("provider"), fields.id("person"), fields.hash("document"), fields.ms("signed")
        )


def sign_assent(assent: Assent, person: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Assent.NAME, assent.encode(), person)


def verify_assent(data: bytes, sign_pk: bytes, wanted: Assent) -> Assent:
    """The assent, signed by that key, to exactly what is wanted (its time is its own). Raises SealError."""
    assent = Assent.decode(envelope.verify(data, Assent.NAME, (sign_pk,)))
    said = (assent.owner, assent.provider, assent.person, assent.document)
    if said != (wanted.owner, wanted.provider, wanted.person, wanted.document):
        raise NotYours("the signature is under another document, or for another party or person")
    return assent
