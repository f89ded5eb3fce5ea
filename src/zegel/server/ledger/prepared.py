# SPDX-License-Identifier: EUPL-1.2
"""Entries on their way into the database: encoded, salted, committed, encrypted; and the one statement that stores
them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.server.kernel import clock
from zegel.server.ledger import origin, promises
from zegel.server.ledger.entry import SALT_LENGTH, Entry, body_of, commitment_of, leaf_hash_of
from zegel.server.ledger.sealing import seal_bodies

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

APPEND = (
    "SELECT ledger_append(%s::text[], %s::bigint[], %s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], "
    "%s::text[], %s::bigint[], %s::text[], %s), (SELECT origin_number FROM ledger_published WHERE id = 1)"
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """An entry that has its body, salt and commitment, and no number yet."""

    entry: Entry
    actor_id: UUID | None
    party_id: UUID | None
    at_ms: int
    salt: bytes
    body: bytes
    commitment: bytes


@dataclass(frozen=True)
class Receipt:
    """What the writer of an entry gets: its number, its leaf, and the log's promise to publish it."""

    index: int
    leaf_hash: bytes
    at_ms: int
    origin: str

    @cached_property
    def promise(self) -> bytes:
        """The signed promise of inclusion (an envelope); signed when first asked for."""
        return promises.promise(self.origin, self.index, self.leaf_hash, self.at_ms)


def prepare(entry: Entry, actor: Actor) -> Prepared:
    """Raises EntryRefused."""
    at_ms = clock.now_ms()
    body = body_of(entry, actor, at_ms)
    salt = os.urandom(SALT_LENGTH)
    return Prepared(entry, actor.id, actor.party_id, at_ms, salt, body, commitment_of(salt, body))


def columns(batch: Sequence[Prepared], numbers: Sequence[int]) -> list[str]:
    """The arguments of APPEND but the last, as array literals: an array as text is written and read in C, and
    adapting each
    item in Python would cost more than all the rest. `numbers`: for each entry the number of its shred key.

    Nothing in them needs quoting: hexadecimal, digits, identifiers and the words of Kind.
    """
    sealed = seal_bodies(numbers, [p.salt + p.body for p in batch])
    return [
        _literal([p.commitment.hex() for p in batch]),
        _literal(map(str, numbers)),
        _literal([_uuid(p.entry.owner_id) for p in batch]),
        _literal([_uuid(p.actor_id) for p in batch]),
        _literal([_uuid(p.party_id) for p in batch]),
        _literal([_uuid(p.entry.about) for p in batch]),
        _literal([p.entry.kind.value for p in batch]),
        _literal([str(p.at_ms) for p in batch]),
        _literal([data.hex() for data in sealed]),
    ]


def _literal(items: Iterable[str]) -> str:
    return "{" + ",".join(items) + "}"


def _uuid(identifier: UUID | None) -> str:
    return "NULL" if identifier is None else identifier.hex


def receipts(batch: Sequence[Prepared], first: int, origin_number: int) -> list[Receipt]:
    """The receipts of a stored batch, from what APPEND answered: the first entry's number, and which origin the log
    has."""
    origin_name = origin.name(origin_number)
    return [Receipt(first + n, leaf_hash_of(p.commitment), p.at_ms, origin_name) for n, p in enumerate(batch)]
