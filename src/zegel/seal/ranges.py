# SPDX-License-Identifier: EUPL-1.2
"""Ranges: the unit of access. A list of (epoch, slots), and the keys that open exactly those slots.

What releases and grants seal is CBOR [[node, …] per range]: the minimal cover of each range, left to right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zegel.seal import encoding
from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong, OutOfRange
from zegel.seal.fields import Fields
from zegel.seal.tree import MAX_COVER, NODE_SIZE, SLOTS, Cover, cover_of, cover_positions

MAX_RANGES = 64


@dataclass(frozen=True, slots=True)
class Range:
    """Slots [start, end) of one epoch."""

    epoch: bytes
    start: int
    end: int

    def values(self) -> tuple[Value, ...]:
        return (self.epoch, self.start, self.end)

    @classmethod
    def read(cls, fields: Fields) -> Range:
        found = cls(fields.id("epoch"), fields.uint("from", 0, SLOTS - 1), fields.uint("to", 1, SLOTS))
        if found.start >= found.end:
            raise fields.wrong("to", "a range ends after it starts")
        return found


def read_ranges(fields: Fields, name: str = "ranges", least: int = 1) -> tuple[Range, ...]:
    """`least` … 64 ranges; those of one epoch ascend and don't overlap. Raises FieldWrong."""
    ranges = fields.many(name, Range.read, most=MAX_RANGES, least=least)
    ends: dict[bytes, int] = {}
    for item in ranges:
        if item.start < ends.get(item.epoch, 0):
            raise fields.wrong(name, "the ranges of an epoch must ascend and not overlap")
        ends[item.epoch] = item.end
    return ranges


def slot_count(ranges: Sequence[Range]) -> int:
    """How many slots, so seconds, the ranges hold."""
    return sum(item.end - item.start for item in ranges)


@dataclass(frozen=True, slots=True)
class RangeKeys:
    """The keys of some ranges: opens their slots and nothing else."""

    ranges: tuple[Range, ...]
    covers: tuple[Cover, ...]

    def __post_init__(self) -> None:
        if len(self.ranges) != len(self.covers):
            raise FieldWrong(f"{len(self.ranges)} ranges came with {len(self.covers)} covers")
        for item, cover in zip(self.ranges, self.covers, strict=True):
            if (item.start, item.end) != (cover.start, cover.end):
                raise FieldWrong(f"the cover of [{cover.start}, {cover.end}) is not that of its range")

    def leaf(self, epoch: bytes, slot: int) -> bytes:
        """The leaf key of a slot that one of the ranges holds. Raises OutOfRange."""
        for item, cover in zip(self.ranges, self.covers, strict=True):
            if item.epoch == epoch and item.start <= slot < item.end:
                return cover.leaf(slot)
        raise OutOfRange(f"slot {slot} of that epoch lies outside of the ranges that were given")

    def within(self, ranges: Sequence[Range]) -> RangeKeys:
        """The keys of a part of these ranges. Raises OutOfRange."""
        return RangeKeys(tuple(ranges), tuple(self._part(item) for item in ranges))

    def _part(self, wanted: Range) -> Cover:
        for item, cover in zip(self.ranges, self.covers, strict=True):
            if item.epoch == wanted.epoch and item.start <= wanted.start and wanted.end <= item.end:
                return cover.part(wanted.start, wanted.end)
        raise OutOfRange(f"slots [{wanted.start}, {wanted.end}) lie outside of the ranges that were given")

    def encode(self) -> bytes:
        """The plaintext that releases and grants seal."""
        return encoding.encode(tuple(cover.nodes for cover in self.covers))

    @classmethod
    def decode(cls, ranges: tuple[Range, ...], data: bytes) -> RangeKeys:
        """The keys of `ranges` from the sealed plaintext. Raises NotCanonical, FieldWrong."""
        fields = Fields("keys", (encoding.decode(data),))
        nodes = fields.many("ranges", _read_nodes, most=MAX_RANGES, least=1)
        if len(nodes) != len(ranges):
            raise FieldWrong(f"{len(ranges)} ranges came with {len(nodes)} covers")
        covers = tuple(Cover(item.start, item.end, found) for item, found in zip(ranges, nodes, strict=True))
        return cls(ranges, covers)


def keys_from_roots(ranges: Sequence[Range], roots: Mapping[bytes, bytes]) -> RangeKeys:
    """The keys of ranges for the one who holds the epochs' roots (epoch id → root). Raises OutOfRange."""
    for item in ranges:
        if item.epoch not in roots:
            raise OutOfRange(f"the root of epoch {item.epoch.hex()} is not at hand")
    return RangeKeys(tuple(ranges), tuple(cover_of(roots[item.epoch], item.start, item.end) for item in ranges))


def keys_from_leaves(leaves: Sequence[tuple[bytes, int, bytes]]) -> RangeKeys:
    """Single-slot ranges from (epoch, slot, leaf key): what the pre-alarm ring and the current slot give."""
    ranges = tuple(Range(epoch, slot, slot + 1) for epoch, slot, _ in leaves)
    return RangeKeys(ranges, tuple(Cover(slot, slot + 1, (leaf,)) for _, slot, leaf in leaves))


def keys_size(ranges: Sequence[Range]) -> int:
    """The exact length of the plaintext for these ranges: a sealed one of another length is refused unopened."""
    node = bytes(NODE_SIZE)
    return len(encoding.encode(tuple((node,) * len(cover_positions(item.start, item.end)) for item in ranges)))


def _read_nodes(fields: Fields) -> tuple[bytes, ...]:
    nodes = []
    while fields.more():
        nodes.append(fields.hash("node"))
    if not 1 <= len(nodes) <= MAX_COVER:
        raise fields.wrong("nodes", f"1 … {MAX_COVER} nodes were expected")
    return tuple(nodes)
