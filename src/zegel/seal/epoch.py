# SPDX-License-Identifier: EUPL-1.2
"""Epochs: the unit seals a fresh tree's root to the tenant, signs where and when it counts, then deletes it.

The epoch object is durable before the first segment is. It binds unit, camera, track, start, keyset and policy, so
that the server can't relabel one: a client takes times and slots from here, never from the server's index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, FieldWrong, KeyRefused
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_open, hpke_seal, sealed_size
from zegel.seal.tree import NODE_SIZE, SLOTS

SLOT_MS = 1000


@dataclass(frozen=True, slots=True)
class Epoch(SealedBody):
    """One key tree of one track. `number` counts from 1 per track and pairing; slot s covers [start + s s, + 1 s)."""

    NAME = "epoch"

    suite: Suite
    unit: bytes
    camera: bytes
    track: Track
    epoch: bytes
    number: int
    start_ms: int
    keyset_hash: bytes
    policy_hash: bytes
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.unit, self.camera, int(self.track), self.epoch,
            self.number, self.start_ms, self.keyset_hash, self.policy_hash,
        )  # fmt: skip

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        size = sealed_size(suite, NODE_SIZE)
        return cls(
            suite,
            fields.id("unit"),
            fields.id("camera"),
            fields.number("track", Track),
            fields.id("epoch"),
            fields.uint("number", 1),
            fields.ms("start"),
            fields.hash("keyset_hash"),
            fields.hash("policy_hash"),
            fields.blob("sealed", size, size),
        )

    def slot_at(self, wall_ms: int) -> int:
        """The slot in which a wall time lies. Raises FieldWrong outside of the epoch."""
        slot = (wall_ms - self.start_ms) // SLOT_MS
        if not 0 <= slot < SLOTS:
            raise FieldWrong(f"{wall_ms} ms lies outside of the epoch")
        return slot

    def slot_ms(self, slot: int) -> int:
        """The wall time at which a slot starts."""
        return self.start_ms + slot * SLOT_MS


def seal_epoch(header: Epoch, root: bytes, tenant_open_pk: bytes) -> Epoch:
    """The epoch with its root sealed to the tenant. Raises KeyRefused."""
    if len(root) != NODE_SIZE:
        raise KeyRefused(f"a root has {NODE_SIZE} bytes, not {len(root)}")
    return replace(header, sealed=hpke_seal(header.suite, tenant_open_pk, header.info(), root))


def sign_epoch(header: Epoch, root: bytes, tenant_open_pk: bytes, unit: SigningKey) -> bytes:
    """Seal and sign: the envelope that the unit sends. Raises KeyRefused, FieldWrong."""
    return envelope.sign(Epoch.NAME, seal_epoch(header, root, tenant_open_pk).encode(), unit)


def verify_epoch(data: bytes, unit_pk: bytes) -> Epoch:
    """The epoch, signed by the pinned unit. Raises SealError."""
    return Epoch.decode(envelope.verify(data, Epoch.NAME, [unit_pk]))


def open_epoch(epoch: Epoch, tenant: OpeningKey) -> bytes:
    """The root, 32 bytes. Raises WrongSuite, CannotOpen."""
    root = hpke_open(tenant, epoch.suite, epoch.info(), epoch.sealed)
    if len(root) != NODE_SIZE:  # pragma: no cover - the sealed length was checked
        raise CannotOpen("the epoch holds something else than a root")
    return root
