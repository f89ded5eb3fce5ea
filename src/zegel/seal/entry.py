# SPDX-License-Identifier: EUPL-1.2
"""Ledger entries: who did what to whose data, when. The log holds a commitment only, so it proves and still forgets.

commitment = SHA-256(32-byte salt ‖ body); leaf hash = SHA-256(0x00 ‖ commitment). Salt and body lie in a table that
can be erased: without the salt, nobody can find out a body by trying.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong
from zegel.seal.fields import Body, Fields
from zegel.seal.merkle import leaf_hash

SALT_SIZE = 32
COMMITMENT_SIZE = 32
MAX_FACTS = 32


class ActorKind(StrEnum):
    PERSON = "person"
    UNIT = "unit"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Entry(Body):
    """One act. `facts` are (key, value), sorted by key; values are what the encoding allows."""

    NAME = "entry"

    kind: str
    at_ms: int
    owner_party: bytes | None
    actor_kind: ActorKind
    actor: bytes | None
    actor_party: bytes | None
    facts: tuple[tuple[str, Value], ...] = ()

    @classmethod
    def make(
        cls,
        kind: str,
        at_ms: int,
        owner_party: bytes | None,
        actor_kind: ActorKind,
        actor: bytes | None,
        actor_party: bytes | None,
        facts: Mapping[str, Value],
    ) -> Self:
        """An entry from facts in any order."""
        return cls(kind, at_ms, owner_party, actor_kind, actor, actor_party, tuple(sorted(facts.items())))

    def values(self) -> tuple[Value, ...]:
        return (
            self.kind, self.at_ms, self.owner_party, self.actor_kind.value, self.actor, self.actor_party, self.facts,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        entry = cls(
            fields.word("kind"),
            fields.ms("at"),
            fields.optional("owner_party", fields.id),
            fields.choice("actor_kind", ActorKind),
            fields.optional("actor", fields.id),
            fields.optional("actor_party", fields.id),
            fields.many("facts", _read_fact, most=MAX_FACTS),
        )
        fields.rising("facts", (key for key, _ in entry.facts))
        return entry

    def fact(self, key: str) -> Value:
        """The value of a fact, None when there is none."""
        return next((value for name, value in self.facts if name == key), None)


def commitment(salt: bytes, body: bytes) -> bytes:
    """What the log's bundle holds for an encoded body, 32 bytes. Raises FieldWrong unless the salt has 32."""
    if len(salt) != SALT_SIZE:
        raise FieldWrong(f"entry: a salt has {SALT_SIZE} bytes, not {len(salt)}")
    return hashlib.sha256(salt + body).digest()


def entry_leaf_hash(salt: bytes, body: bytes) -> bytes:
    """The leaf hash of an encoded body with its salt."""
    return leaf_hash(commitment(salt, body))


def _read_fact(fields: Fields) -> tuple[str, Value]:
    return fields.word("key"), fields.value("value")
