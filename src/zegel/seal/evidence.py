# SPDX-License-Identifier: EUPL-1.2
"""The signed list of an evidence package: every file in it by its hash, on which order it was made, for whom, and who
had it in hand when.

Who makes a package signs: the owner with his own key, a person of the alarm centre with his (the log says that he acted
for the centre that the owners' keyset names), the provider, who opens nothing, with the log's. The recordings in it
keep their own statements (zegel.seal.exported); this names them and adds none of their facts again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import SigningKey

MAX_FILES, MAX_LINKS = 500, 2000
LONGEST_SCOPE = 2000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}(/[a-z0-9][a-z0-9._-]{0,79})?")


class Maker(StrEnum):
    OWNER = "owner"
    ARC = "arc"
    PROVIDER = "provider"


class Form(StrEnum):
    ORIGINALS = "originals"
    FILM = "film"
    CIPHERTEXT = "ciphertext"


@dataclass(frozen=True, slots=True)
class File:
    """A file of the package: its name inside, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.name, self.size, self.sha256)

    @classmethod
    def read(cls, fields: Fields) -> File:
        name = fields.text("name", 1, 161)
        if not _NAME.fullmatch(name):
            raise fields.wrong("name", "a plain file name was expected, in one folder at most")
        return cls(name, fields.uint("size"), fields.hash("sha256"))


@dataclass(frozen=True, slots=True)
class Custody:
    """A link of the chain of custody: when, what, who, and the entry of the log that says so."""

    at_ms: int
    what: str
    who: str
    index: int | None

    def values(self) -> tuple[Value, ...]:
        return (self.at_ms, self.what, self.who, self.index)

    @classmethod
    def read(cls, fields: Fields) -> Custody:
        return cls(
            fields.ms("at"),
            fields.word("what"),
            fields.text("who", 0),
            fields.optional("index", lambda n: fields.uint(n)),
        )


@dataclass(frozen=True, slots=True)
class Evidence(Body):
    """`order`: the authority's order in the log, when there was one; `second`: who agreed; `log`: the log's verifier
    key."""

    NAME = "evidence"

    package: bytes
    maker: Maker
    form: Form
    signer_pk: bytes
    order: bytes | None
    authority: str
    reference: str
    ground: str
    article: str
    scope: str
    recipient: str
    person: bytes
    party: bytes
    second: bytes | None
    made_ms: int
    log: str
    files: tuple[File, ...] = field(repr=False)
    custody: tuple[Custody, ...] = field(repr=False)

    def values(self) -> tuple[Value, ...]:
        return (
            self.package, self.maker.value, self.form.value, self.signer_pk, self.order, self.authority, self.reference,
            self.ground, self.article, self.scope, self.recipient, self.person, self.party, self.second, self.made_ms,
            self.log, tuple(one.values() for one in self.files), tuple(one.values() for one in self.custody),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        found = cls(
            fields.id("package"), fields.choice("maker", Maker), fields.choice("form", Form),
            fields.sign_key("signer_pk"), fields.optional("order", fields.id), fields.text("authority", 0),
            fields.text("reference", 0), fields.word("ground"), fields.text("article", 0),
            fields.text("scope", 0, LONGEST_SCOPE), fields.text("recipient"), fields.id("person"), fields.id("party"),
            fields.optional("second", fields.id), fields.ms("made"), fields.text("log", 1, 400),
            fields.many("files", File.read, MAX_FILES, 1), fields.many("custody", Custody.read, MAX_LINKS),
        )  # fmt: skip
        fields.rising("files", (one.name for one in found.files))
        if (found.maker is Maker.PROVIDER) is not (found.form is Form.CIPHERTEXT):
            raise fields.wrong("form", "a provider hands over ciphertext, and nobody else does")
        return found


def sign_evidence(evidence: Evidence, key: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong, TooLarge."""
    return envelope.sign(Evidence.NAME, evidence.encode(), key)


def verify_evidence(data: bytes, signers: Iterable[bytes]) -> Evidence:
    """Raises SealError."""
    return Evidence.decode(envelope.verify(data, Evidence.NAME, signers))
