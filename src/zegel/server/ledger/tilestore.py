# SPDX-License-Identifier: EUPL-1.2
"""Where the published log lies: tiles, bundles and checkpoints in object storage, outside the database.

Under `ledger/<origin number>/`: `tile/…` as C2SP tlog-tiles names them when full; the one unfinished tile of each
level as
`….partial`, which only ever grows; `checkpoint`; `history/<size>`, a checkpoint kept for each minute in which there
was one.
Full tiles never change.
"""

from __future__ import annotations

from dataclasses import dataclass

from zegel.seal.merkle import HASH_SIZE, NodeReader
from zegel.seal.tiles import WIDTH, Tile, decode_bundle, encode_bundle, nodes_in_tiles
from zegel.server.kernel import storage
from zegel.server.kernel.storage import NotFound, Store
from zegel.server.ledger.errors import TreeConflict

ENTRY_SIZE = 2 + HASH_SIZE  # a commitment behind its length


@dataclass(frozen=True)
class TileStore:
    """The published log of one origin."""

    store: Store
    number: int

    def key(self, name: str) -> str:
        return f"ledger/{self.number}/{name}"

    def checkpoint(self) -> str | None:
        """The newest published note, as text."""
        try:
            return self.store.get(self.key("checkpoint")).decode()
        except NotFound:
            return None

    def read(self, tile: Tile) -> bytes:
        """Its bytes, cut to its width. Raises NotFound when so much of it was never published."""
        wanted = tile.width * (ENTRY_SIZE if tile.level is None else HASH_SIZE)
        full = self.key(Tile(tile.level, tile.index).path())
        if tile.width < WIDTH:
            data = self._get(f"{full}.partial")
            if data is not None and len(data) >= wanted:
                return data[:wanted]
        data = self._get(full)
        if data is None or len(data) < wanted:
            raise NotFound("There is no such tile.")
        return data[:wanted]

    def _get(self, key: str) -> bytes | None:
        try:
            return self.store.get(key)
        except NotFound:
            return None

    def nodes(self, size: int) -> NodeReader:
        """Reads the tree of that size. Its reader raises NotFound or ProofRefused where tiles are missing or short."""
        return nodes_in_tiles(size, self.read)

    def commitments(self, first: int, past: int) -> list[bytes]:
        """The entries [first, past) from the bundles. Raises TreeConflict when they are not all there."""
        found: list[bytes] = []
        for index in range(first // WIDTH, (past - 1) // WIDTH + 1):
            width = min(WIDTH, past - index * WIDTH)
            try:
                entries = decode_bundle(self.read(Tile(None, index, width)), width)
            except NotFound:
                raise TreeConflict(f"The bundle of entry {index * WIDTH} is missing in the store.") from None
            found += entries[max(0, first - index * WIDTH) :]
        return found

    def objects(self, tiles: dict[Tile, list[bytes]]) -> list[tuple[str, bytes]]:
        """What to store for these tiles and bundles; a partial one under its own name."""
        found = []
        for tile, items in tiles.items():
            name = Tile(tile.level, tile.index).path()
            data = encode_bundle(items) if tile.level is None else b"".join(items)
            found.append((self.key(name if tile.width == WIDTH else f"{name}.partial"), data))
        return found


def of_origin(number: int) -> TileStore:
    """This installation's published log."""
    return TileStore(storage.store(), number)
