# SPDX-License-Identifier: EUPL-1.2
"""Epochs of one track: a fresh tree, its root sealed to the owner and forgotten, and the clock that counts its slots.

After `start` only the frontier exists, which derives the future and never the past. The signed epoch object is put into
the spool before any segment of it; the spool writes it first.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

from zegel.seal.epoch import Epoch, sign_epoch
from zegel.seal.segment import Track
from zegel.seal.suite import SigningKey, Suite
from zegel.seal.tree import NODE_SIZE, SLOTS, Frontier


@dataclass(frozen=True, slots=True)
class Binding:
    """What every epoch names: whose it is and under which rules it was made."""

    unit: bytes
    camera: bytes
    suite: Suite
    tenant_open_pk: bytes
    keyset_hash: bytes
    policy_hash: bytes


class EpochRun:
    """A running epoch: `id`, where it starts on the monotonic clock, and the keys of what is still to come."""

    __slots__ = ("_frontier", "envelope", "id", "number", "sequence", "start_mono_s", "start_ms")

    def __init__(
        self, binding: Binding, number: int, start_mono_s: float, start_ms: int, unit: SigningKey,
        track: Track = Track.SURVEILLANCE,
    ) -> None:  # fmt: skip
        self.id = os.urandom(16)
        self.number = number
        self.start_mono_s = start_mono_s
        self.start_ms = start_ms
        self.sequence = 0
        header = Epoch(
            binding.suite, binding.unit, binding.camera, track, self.id, number, start_ms,
            binding.keyset_hash, binding.policy_hash,
        )  # fmt: skip
        root = os.urandom(NODE_SIZE)
        self.envelope = sign_epoch(header, root, binding.tenant_open_pk, unit)
        self._frontier = Frontier(root)
        self._frontier.advance(0)

    @property
    def end_mono_s(self) -> float:
        return self.start_mono_s + SLOTS

    def slot_at(self, mono_s: float) -> int:
        """The slot in which an instant lies; negative before the epoch, 4096 or more after it."""
        return math.floor(mono_s - self.start_mono_s)

    def slot_start_s(self, slot: int) -> float:
        return self.start_mono_s + slot

    def leaf(self, slot: int) -> bytes:
        """The key of `slot`; afterwards it and everything before can't be derived here any more."""
        leaf = self._frontier.leaf(slot)
        self.forget_through(slot)
        return leaf

    def forget_through(self, slot: int) -> None:
        if slot + 1 > self._frontier.position:
            self._frontier.advance(slot + 1)

    def forget_all(self) -> None:
        """The epoch is over: nothing of it can be derived any more."""
        self._frontier.advance(SLOTS)
