# SPDX-License-Identifier: EUPL-1.2
"""The key tree of an epoch: 4096 one-second slots, each with its own leaf key, under one 32-byte random root.

`child_b(node) = HMAC-SHA256(key=node, "zegel/tree/v1" ‖ b ‖ 0x01)`; the path to a leaf is its slot's 12 bits, most
significant first. A range of slots is given away as its minimal cover: the fewest nodes whose subtrees are exactly
that range. Nodes only lead downward, so a cover opens its range and says nothing about any other slot.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from zegel.seal.errors import FieldWrong, KeyForgotten, KeyRefused, OutOfRange

DEPTH = 12
SLOTS = 1 << DEPTH
NODE_SIZE = 32
MAX_COVER = 2 * (DEPTH - 1)

_LEFT = b"zegel/tree/v1\x00\x01"
_RIGHT = b"zegel/tree/v1\x01\x01"


@dataclass(frozen=True, slots=True)
class Position:
    """A node: `level` steps under the root, the `index`-th from the left there. It covers slots [start, end)."""

    level: int
    index: int

    @property
    def start(self) -> int:
        return self.index << (DEPTH - self.level)

    @property
    def end(self) -> int:
        return (self.index + 1) << (DEPTH - self.level)


def child(node: bytes, bit: int) -> bytes:
    """The left (0) or right (1) child of `node`, 32 bytes."""
    return hmac.digest(node, _RIGHT if bit else _LEFT, "sha256")


def leaf(root: bytes, slot: int) -> bytes:
    """The leaf key of `slot` (0 … 4095) under a root. Raises KeyRefused, OutOfRange."""
    _check_node(root)
    _check_slot(slot)
    return _descend(root, slot, DEPTH)


def cover_positions(start: int, end: int) -> tuple[Position, ...]:
    """The minimal dyadic cover of slots [start, end), left to right: at most 22 positions. Raises OutOfRange."""
    if not 0 <= start < end <= SLOTS:
        raise OutOfRange(f"slots [{start}, {end}) are not a range within 0 … {SLOTS}")
    positions = []
    while start < end:
        size = min(start & -start or SLOTS, 1 << ((end - start).bit_length() - 1))
        height = size.bit_length() - 1
        positions.append(Position(DEPTH - height, start >> height))
        start += size
    return tuple(positions)


def cover(root: bytes, start: int, end: int) -> tuple[bytes, ...]:
    """The nodes at `cover_positions(start, end)`. Raises KeyRefused, OutOfRange."""
    _check_node(root)
    return tuple(_descend(root, at.index, at.level) for at in cover_positions(start, end))


def leaf_from_cover(positions: Sequence[Position], nodes: Sequence[bytes], slot: int) -> bytes:
    """The leaf key of `slot` from a cover that contains it.

    Raises OutOfRange when the cover does not contain the slot, FieldWrong when positions and nodes differ in number.
    """
    if len(positions) != len(nodes):
        raise FieldWrong(f"a cover of {len(positions)} nodes came with {len(nodes)}")
    _check_slot(slot)
    for at, node in zip(positions, nodes, strict=True):
        if at.start <= slot < at.end:
            _check_node(node)
            return _descend(node, slot - at.start, DEPTH - at.level)
    raise OutOfRange(f"slot {slot} lies outside of the range that was given")


@dataclass(frozen=True, slots=True)
class Cover:
    """The keys of slots [start, end): what a release, a grant or a hold carries."""

    start: int
    end: int
    nodes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        wanted = len(cover_positions(self.start, self.end))
        if len(self.nodes) != wanted:
            raise FieldWrong(f"the cover of [{self.start}, {self.end}) has {wanted} nodes, not {len(self.nodes)}")
        for node in self.nodes:
            _check_node(node)

    def __repr__(self) -> str:
        return f"Cover(start={self.start}, end={self.end})"

    def leaf(self, slot: int) -> bytes:
        """The leaf key of a slot in [start, end). Raises OutOfRange."""
        return leaf_from_cover(cover_positions(self.start, self.end), self.nodes, slot)

    def part(self, start: int, end: int) -> Cover:
        """The cover of slots [start, end), which lie in this one. Raises OutOfRange.

        Each node of a smaller cover lies under exactly one of a larger one: those are the largest that fit."""
        mine = list(zip(cover_positions(self.start, self.end), self.nodes, strict=True))
        return Cover(start, end, tuple(_under(mine, at) for at in cover_positions(start, end)))


def _under(nodes: Sequence[tuple[Position, bytes]], wanted: Position) -> bytes:
    for at, node in nodes:
        if at.start <= wanted.start and wanted.end <= at.end:
            steps = wanted.level - at.level
            return _descend(node, wanted.index & ((1 << steps) - 1), steps)
    raise OutOfRange(f"slots [{wanted.start}, {wanted.end}) lie outside of the range that was given")


def cover_of(root: bytes, start: int, end: int) -> Cover:
    """`cover(root, start, end)` as a value that knows its range."""
    return Cover(start, end, cover(root, start, end))


class Frontier:
    """All the future that exists: the nodes (at most 12) from which slots `position` … 4095 can still be derived.

    It only moves forward. What it has passed can't be derived from it by anybody, itself included.
    """

    __slots__ = ("_nodes", "_position")

    def __init__(self, root: bytes) -> None:
        """Take the root of a new epoch; the caller forgets its own copy. Raises KeyRefused."""
        _check_node(root)
        self._nodes: list[tuple[Position, bytes]] = [(Position(0, 0), root)]
        self._position = 0

    def __repr__(self) -> str:
        return f"Frontier(position={self._position})"

    @property
    def position(self) -> int:
        """The first slot that can still be derived; 4096 when the epoch is used up."""
        return self._position

    @property
    def node_count(self) -> int:
        return len(self._nodes)

    def leaf(self, slot: int) -> bytes:
        """The leaf key of a slot that was not passed yet. Raises KeyForgotten, OutOfRange."""
        _check_slot(slot)
        if slot < self._position:
            raise KeyForgotten(f"slot {slot} was passed: the frontier stands at {self._position}")
        for at, node in self._nodes:
            if slot < at.end:
                return _descend(node, slot - at.start, DEPTH - at.level)
        raise KeyForgotten(f"slot {slot} can't be derived any more")  # pragma: no cover - the nodes cover the rest

    def advance(self, slot: int) -> None:
        """Forget every slot before `slot` (0 … 4096). Raises KeyForgotten when asked to go back, OutOfRange."""
        if not 0 <= slot <= SLOTS:
            raise OutOfRange(f"slot {slot} lies outside 0 … {SLOTS}")
        if slot < self._position:
            raise KeyForgotten(f"the frontier stands at {self._position} and can't go back to {slot}")
        kept: list[tuple[Position, bytes]] = []
        for at, node in self._nodes:
            kept.extend(_after(at, node, slot))
        self._nodes = kept
        self._position = slot


def _after(at: Position, node: bytes, slot: int) -> list[tuple[Position, bytes]]:
    """The fewest nodes under `node` that cover its slots from `slot` on."""
    if slot <= at.start:
        return [(at, node)]
    if slot >= at.end:
        return []
    left, right = Position(at.level + 1, at.index * 2), Position(at.level + 1, at.index * 2 + 1)
    if slot >= right.start:
        return _after(right, child(node, 1), slot)
    return [*_after(left, child(node, 0), slot), (right, child(node, 1))]


def _descend(node: bytes, path: int, steps: int) -> bytes:
    for shift in range(steps - 1, -1, -1):
        node = hmac.digest(node, _RIGHT if path >> shift & 1 else _LEFT, "sha256")
    return node


def _check_node(node: bytes) -> None:
    if len(node) != NODE_SIZE:
        raise KeyRefused(f"a tree node has {NODE_SIZE} bytes, not {len(node)}")


def _check_slot(slot: int) -> None:
    if not 0 <= slot < SLOTS:
        raise OutOfRange(f"slot {slot} lies outside 0 … {SLOTS - 1}")
