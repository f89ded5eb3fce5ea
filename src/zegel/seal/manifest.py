# SPDX-License-Identifier: EUPL-1.2
"""Manifests: which segments exist. Per 60 slots of a track, empty ones too, chained across epochs.

A client compares every segment's SHA-256 with the manifest and shows gaps; it never papers them over. The newest
checkpoint that the unit verified rides along, so that a log that shows two faces is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import NotYours
from zegel.seal.fields import Body, Fields
from zegel.seal.segment import Track
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS

MAX_SLOTS = 60
MAX_ENTRIES = 4096


@dataclass(frozen=True, slots=True)
class Entry:
    """One segment: its slot, its number in the epoch, and the SHA-256 of all its bytes."""

    slot: int
    sequence: int
    sha256: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.slot, self.sequence, self.sha256)

    @classmethod
    def read(cls, fields: Fields) -> Entry:
        return cls(fields.uint("slot", 0, SLOTS - 1), fields.uint("sequence", 0, 2**32 - 1), fields.hash("sha256"))


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root of the ledger, as a checkpoint that was verified states them."""

    size: int
    root: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.size, self.root)

    @classmethod
    def read(cls, fields: Fields) -> TreeHead:
        return cls(fields.uint("size"), fields.hash("root"))


@dataclass(frozen=True, slots=True)
class Manifest(Body):
    """The segments of slots [first, first + count) of an epoch. `closed` marks the epoch's last manifest."""

    NAME = "manifest"

    unit: bytes
    camera: bytes
    track: Track
    epoch: bytes
    first_slot: int
    slot_count: int
    previous: bytes | None
    entries: tuple[Entry, ...]
    release_head: bytes | None
    checkpoint: TreeHead | None
    made_ms: int
    closed: bool

    def values(self) -> tuple[Value, ...]:
        return (
            self.unit, self.camera, int(self.track), self.epoch, self.first_slot, self.slot_count, self.previous,
            tuple(entry.values() for entry in self.entries),
            self.release_head,
            None if self.checkpoint is None else self.checkpoint.values(),
            self.made_ms, self.closed,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        manifest = cls(
            fields.id("unit"),
            fields.id("camera"),
            fields.number("track", Track),
            fields.id("epoch"),
            fields.uint("first_slot", 0, SLOTS - 1),
            fields.uint("slot_count", 1, MAX_SLOTS),
            fields.optional("previous", fields.hash),
            fields.many("entries", Entry.read, most=MAX_ENTRIES),
            fields.optional("release_head", fields.hash),
            fields.maybe("checkpoint", TreeHead.read),
            fields.ms("made"),
            fields.flag("closed"),
        )
        manifest._check(fields)
        return manifest

    def _check(self, fields: Fields) -> None:
        if self.end_slot > SLOTS:
            raise fields.wrong("slot_count", "it reaches beyond the epoch")
        fields.rising("entries", (entry.sequence for entry in self.entries))
        slots = [entry.slot for entry in self.entries]
        if slots != sorted(slots) or any(not self.first_slot <= slot < self.end_slot for slot in slots):
            raise fields.wrong("entries", "slots must ascend within those of the manifest")

    @property
    def end_slot(self) -> int:
        return self.first_slot + self.slot_count

    def check_follows(self, before: Manifest) -> None:
        """Raise NotYours unless this is the very next manifest of the track after `before`."""
        if (self.unit, self.camera, self.track) != (before.unit, before.camera, before.track):
            raise NotYours("the manifest is of another track")
        if self.previous != before.hash:
            raise NotYours("the manifest does not follow the last one: one is missing or was exchanged")
        if self.epoch == before.epoch and (before.closed or self.first_slot != before.end_slot):
            raise NotYours("the manifest leaves slots out, repeats them, or continues a closed epoch")


def sign_manifest(manifest: Manifest, unit: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Manifest.NAME, manifest.encode(), unit)


def verify_manifest(data: bytes, unit_pk: bytes) -> Manifest:
    """The manifest, signed by the pinned unit. Raises SealError."""
    return Manifest.decode(envelope.verify(data, Manifest.NAME, [unit_pk]))
