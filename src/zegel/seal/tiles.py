# SPDX-License-Identifier: EUPL-1.2
"""Tiles (C2SP tlog-tiles): the tree and its entries as static files of 256 hashes or entries each.

Level 0 holds leaf hashes, each level above the roots of full tiles below. Only what a tree of some size needs
exists; the last tile of a level is partial and is named with its width.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from zegel.seal.errors import OutOfRange, ProofRefused
from zegel.seal.merkle import HASH_SIZE, NodeReader, node_hash

WIDTH = 256
HEIGHT = 8
MAX_LEVEL = 63
MAX_ENTRY = 65_535
ENTRIES = "entries"

_PATH = re.compile(r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")

ReadTile: TypeAlias = "Callable[[Tile], bytes]"


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile of hashes, or with `level` None a bundle of entries. `width` below 256 means partial."""

    level: int | None
    index: int
    width: int = WIDTH

    def path(self) -> str:
        """Under the log's prefix: `tile/<L>/<N>[.p/<W>]`."""
        level = ENTRIES if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"tile/{level}/{_index_path(self.index)}{partial}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """From such a path, its one spelling only. Raises ProofRefused."""
        found = _PATH.fullmatch(path)
        if not found:
            raise ProofRefused(f"{path[:100]!r} is no tile's path")
        level, high, low, width = found.groups()
        index = int("".join(high.replace("x", "").split("/")) + low)
        tile = cls(None if level == ENTRIES else int(level), index, int(width or WIDTH))
        if tile.path() != path or (tile.level or 0) > MAX_LEVEL:
            raise ProofRefused(f"{path[:100]!r} is not the way this tile's path is written")
        return tile

    def exists(self, size: int) -> bool:
        """Whether a tree of `size` leaves has this tile, full or with at least that width."""
        return (size >> (HEIGHT * (self.level or 0))) - self.index * WIDTH >= self.width


def tile_at(size: int, level: int | None, index: int) -> Tile:
    """The tile with its width in a tree of `size`. Raises OutOfRange when there is none."""
    width = min(WIDTH, (size >> (HEIGHT * (level or 0))) - index * WIDTH)
    if width <= 0:
        raise OutOfRange(f"a tree of {size} leaves has no tile {index} at level {level}")
    return Tile(level, index, width)


def tiles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Every tile of hashes of a tree of `size` that one of `since` leaves doesn't have already, partial ones too."""
    level = 0
    while size >> (HEIGHT * level):
        count, before = size >> (HEIGHT * level), since >> (HEIGHT * level)
        if count > before:
            for index in range(before // WIDTH, (count - 1) // WIDTH + 1):
                yield tile_at(size, level, index)
        level += 1


def bundles_of(size: int, *, since: int = 0) -> Iterator[Tile]:
    """Every bundle of entries of a tree of `size` that one of `since` leaves doesn't have already."""
    if size > since:
        for index in range(since // WIDTH, (size - 1) // WIDTH + 1):
            yield tile_at(size, None, index)


def tile_data(tile: Tile, node: NodeReader) -> bytes:
    """The bytes of a tile of hashes."""
    if tile.level is None:
        raise OutOfRange("a bundle of entries holds no hashes")
    first = tile.index * WIDTH
    return b"".join(node(HEIGHT * tile.level, first + at) for at in range(tile.width))


def nodes_in_tiles(size: int, read: ReadTile, *, cached_tiles: int = 256) -> NodeReader:
    """A NodeReader for a tree of `size` over its tiles. Raises ProofRefused for a tile of the wrong length."""

    @lru_cache(maxsize=cached_tiles)
    def hashes(level: int, index: int) -> tuple[bytes, ...]:
        tile = tile_at(size, level, index)
        data = read(tile)
        if len(data) != tile.width * HASH_SIZE:
            raise ProofRefused(f"{tile.path()} holds {len(data)} bytes, not {tile.width * HASH_SIZE}")
        return tuple(data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE))

    def node(level: int, index: int) -> bytes:
        tile_level, inner = divmod(level, HEIGHT)
        first = index << inner
        start = first % WIDTH
        return _fold(hashes(tile_level, first // WIDTH)[start : start + (1 << inner)])

    return node


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """A bundle: every entry behind its length in two bytes. Raises OutOfRange."""
    if not 1 <= len(entries) <= WIDTH or any(len(entry) > MAX_ENTRY for entry in entries):
        raise OutOfRange(f"a bundle holds 1 … {WIDTH} entries of at most {MAX_ENTRY} bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def decode_bundle(data: bytes, width: int) -> tuple[bytes, ...]:
    """The `width` entries of a bundle. Raises ProofRefused."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ProofRefused("the bundle ends in the middle of an entry")
        entries.append(data[at + 2 : end])
        at = end
    if at != len(data) or len(entries) != width:
        raise ProofRefused(f"the bundle does not hold exactly {width} entries")
    return tuple(entries)


def _fold(hashes: Sequence[bytes]) -> bytes:
    level = list(hashes)
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _index_path(index: int) -> str:
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    return "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
