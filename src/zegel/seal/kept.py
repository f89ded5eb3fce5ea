# SPDX-License-Identifier: EUPL-1.2
"""What an owner kept of an epoch that he deleted, or of which he deleted a part.

The epoch's root dies with the deletion, and with it the unit's own signed epoch, which held it sealed. So the owner's
client says, before that, what it had verified: where the epoch stands in time, under which keyset, and which slots it
keeps. The keys of those slots lie in the grant that is named here, sealed to the tenant key. A slot of the epoch that
is not kept was deleted by an owner: that too is his signed word, not the server's. Where nothing was recorded outside
of what he deletes there are no keys to keep: then no grant is named, and the word is his signature alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.fields import Body, Fields
from zegel.seal.ranges import Range, read_ranges
from zegel.seal.segment import Track
from zegel.seal.suite import SigningKey, Suite
from zegel.seal.tree import SLOTS

PURPOSE = "kept"
"""The purpose of the grant by which an owner keeps what he did not delete."""

NO_GRANT = bytes(16)
"""Named where no keys are kept: no recording of the epoch is left."""


@dataclass(frozen=True, slots=True)
class Kept(Body):
    """An epoch of a unit, as an owner verified it, without its root; and what of it is left."""

    NAME = "kept"

    owner_party: bytes
    person: bytes
    grant: bytes
    suite: Suite
    unit: bytes
    camera: bytes
    track: Track
    epoch: bytes
    number: int
    start_ms: int
    keyset_hash: bytes
    policy_hash: bytes
    ranges: tuple[Range, ...]
    made_ms: int

    def values(self) -> tuple[Value, ...]:
        return (
            self.owner_party, self.person, self.grant, int(self.suite), self.unit, self.camera, int(self.track),
            self.epoch, self.number, self.start_ms, self.keyset_hash, self.policy_hash,
            tuple(item.values() for item in self.ranges), self.made_ms,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        found = cls(
            fields.id("owner_party"), fields.id("person"), fields.id("grant"), fields.suite("suite"),
            fields.id("unit"), fields.id("camera"), fields.number("track", Track), fields.id("epoch"),
            fields.uint("number", 1), fields.ms("start"), fields.hash("keyset_hash"), fields.hash("policy_hash"),
            read_ranges(fields, least=0), fields.ms("made"),
        )  # fmt: skip
        if any(item.epoch != found.epoch for item in found.ranges):
            raise fields.wrong("ranges", "what is kept lies in the epoch that it is kept of")
        if not found.ranges and found.grant != NO_GRANT:
            raise fields.wrong("grant", "where nothing is kept there is no grant")
        return found


def complement(gone: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The slots of an epoch, the future ones too, that are in none of the ranges [from, to)."""
    left, at = [], 0
    for start, end in sorted(gone):
        if start > at:
            left.append((at, start))
        at = max(at, end)
    return (*left, (at, SLOTS)) if at < SLOTS else tuple(left)


def sign_kept(kept: Kept, owner: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Kept.NAME, kept.encode(), owner)


def verify_kept(data: bytes, owner_pks: Iterable[bytes]) -> Kept:
    """Signed by one of the owners that the unit's keysets name. Raises SealError."""
    return Kept.decode(envelope.verify(data, Kept.NAME, owner_pks))
