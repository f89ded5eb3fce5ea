# SPDX-License-Identifier: EUPL-1.2
"""Where the published log lies: tiles, bundles and checkpoints in object storage, outside the database.

Under `ledger/<origin number>/`: `tile/…`, the full tiles and bundles as C2SP tlog-tiles names them, which never change;
`heads/<size>`, one object with the checkpoint of that size and what does not fill a tile yet; `history/<size>`, a
checkpoint kept for each minute in which there was one. One object for a head, because a checkpoint and the edge of its
tree belong together, and because each durable write holds up the database's own on the same disk.

A head is never written over: the largest counts, and a few before it are kept. So a sequencer that was paused between
its note in the database and its head here, and wakes when another one has gone on, adds an old head that nobody reads
(the same bytes as the other one's, because the tree of a size is a function of the database).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zegel.seal import encoding
from zegel.seal.merkle import HASH_SIZE, NodeReader
from zegel.seal.tiles import WIDTH, Tile, decode_bundle, encode_bundle, nodes_in_tiles
from zegel.server.kernel import storage
from zegel.server.kernel.storage import NotFound, Store
from zegel.server.ledger.errors import TreeConflict

ENTRY_SIZE = 2 + HASH_SIZE  # a commitment behind its length
VERSION = 1
HEADS_KEPT = 8  # a reader that found a name still finds the object
TRIES = 4


@dataclass(frozen=True)
class Head:
    """The newest checkpoint (a note), and the unfinished tiles of its tree: joined entries, joined hashes by level."""

    note: str
    size: int
    bundle: bytes
    levels: tuple[bytes, ...]

    def encode(self) -> bytes:
        return encoding.encode((VERSION, self.note, self.size, self.bundle, self.levels))

    @classmethod
    def decode(cls, data: bytes) -> Head:
        """Raises TreeConflict."""
        try:
            fields: Any = encoding.decode(data)
            version, note, size, bundle, levels = fields
        except (ValueError, TypeError):
            raise TreeConflict("The stored head of the log can't be read.") from None
        if version != VERSION or not isinstance(note, str) or not isinstance(size, int):
            raise TreeConflict("The stored head of the log is of another version.")
        return cls(note, size, bundle, tuple(levels))

    def partial(self, tile: Tile) -> bytes:
        """What there is of an unfinished tile or bundle; nothing of any other."""
        level = tile.level or 0
        if tile.index != self.size >> 8 * (level + 1):
            return b""
        if tile.level is None:
            return self.bundle
        return self.levels[level] if level < len(self.levels) else b""


@dataclass(frozen=True)
class TileStore:
    """The published log of one origin."""

    store: Store
    number: int

    def key(self, name: str) -> str:
        return f"ledger/{self.number}/{name}"

    def head(self) -> Head | None:
        """The largest; None before anything was published. Raises TreeConflict when it can't be read."""
        for _ in range(TRIES):
            names = self._heads()
            if not names:
                return None
            try:
                return Head.decode(self.store.get(names[-1]))
            except NotFound:  # tidied away since: there are newer ones
                continue
        raise TreeConflict("The stored head of the log can't be read.")

    def _heads(self) -> list[str]:
        """By size, because their numbers are padded."""
        return sorted(self.store.list(self.key("heads")))

    def checkpoint(self) -> str | None:
        """The newest published note, as text."""
        head = self.head()
        return head.note if head else None

    def read(self, tile: Tile, head: Head | None = None) -> bytes:
        """Its bytes, cut to its width. Raises NotFound when so much of it was never published.

        `head`: one that was read already. The full tile is looked for when the head has moved past it meanwhile.
        """
        wanted = tile.width * (ENTRY_SIZE if tile.level is None else HASH_SIZE)
        if tile.width < WIDTH:
            head = head or self.head()
            data = head.partial(tile) if head else b""
            if len(data) >= wanted:
                return data[:wanted]
        data = self.store.get(self.key(Tile(tile.level, tile.index).path()))
        if len(data) < wanted:
            raise NotFound("There is no such tile.")
        return data[:wanted]

    def nodes(self, size: int, head: Head | None = None) -> NodeReader:
        """Reads the tree of that size. Its reader raises NotFound or ProofRefused where tiles are missing or short."""
        return nodes_in_tiles(size, lambda tile: self.read(tile, head))

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

    def put_full(self, tiles: dict[Tile, list[bytes]]) -> None:
        """Stores full tiles and bundles, durably."""
        if tiles:
            self.store.put_many((self.key(tile.path()), tile_bytes(tile, items)) for tile, items in tiles.items())

    def put_head(self, head: Head) -> None:
        self.store.put(self.key(f"heads/{head.size:016d}"), head.encode())

    def tidy_heads(self) -> None:
        """Drops what the newest few made superfluous."""
        self.store.delete_many(self._heads()[:-HEADS_KEPT])

    def keep(self, head: Head) -> None:
        """Its checkpoint, for the history."""
        self.store.put(self.key(f"history/{head.size:016d}"), head.note.encode())


def tile_bytes(tile: Tile, items: list[bytes]) -> bytes:
    return encode_bundle(items) if tile.level is None else b"".join(items)


def of_origin(number: int) -> TileStore:
    """This installation's published log."""
    return TileStore(storage.store(), number)
