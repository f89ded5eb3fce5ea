# SPDX-License-Identifier: EUPL-1.2
"""Turns committed entries into a published tree, and never into another one than was published before.

What keeps it from forking:
- Entries are numbered under one lock and never change, so the tree of a size is a function of the database.
- At start, before anything is published, stored tiles must be a prefix of the database and lead to the stored
checkpoint; a
  database that is shorter than what was published is refused (TreeShrunk), whoever restored it.
- The database remembers what was published too: a lost or old store is rebuilt from it and must come to the same root.
- Tiles first, then the note in the database (compare and set, so a sequencer that lost its lock publishes nothing),
then the
  checkpoint. A kill between any two leaves tiles that are ahead, which the next start finds right or refuses.
- A checkpoint is stored under its size and never written over; the largest is served. A sequencer that sleeps between
  the last two while another one goes on can therefore not put an older checkpoint in a newer one's place.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from zegel.seal.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from zegel.seal.errors import SealError
from zegel.seal.merkle import EMPTY_ROOT, HASH_SIZE, leaf_hash, node_hash, root
from zegel.seal.note import NoteSigner
from zegel.seal.tiles import HEIGHT, WIDTH, Tile, decode_bundle, encode_bundle
from zegel.server.kernel import clock
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger.errors import TreeConflict, TreeShrunk
from zegel.server.ledger.tilestore import Head, TileStore

STEP = 32 * 1024  # entries hashed before a checkpoint, so that one never waits for a long backlog
VERIFY_TILES = 512
KEEP_EVERY_MS = 60_000
TIDY_EVERY = 16  # heads


@dataclass(frozen=True)
class Published:
    size: int
    root: bytes


class Source(Protocol):
    """The database, as far as the sequencer needs it."""

    def size(self) -> int: ...

    def commitments(self, first: int, limit: int) -> Sequence[bytes]: ...

    def leaf_tiles(self, first_tile: int, count: int) -> Sequence[bytes]:
        """Leaf hashes, joined, of each of these 256 entries (the last may be fewer)."""

    def published(self) -> Published: ...

    def publish(self, old_size: int, new: Published) -> bool: ...


@dataclass
class Edge:
    """The unfinished tiles: for each level the hashes that don't fill one yet, and the entries of the open bundle."""

    size: int = 0
    bundle: list[bytes] = field(default_factory=list)
    levels: list[list[bytes]] = field(default_factory=list)

    def append(self, commitment: bytes) -> list[tuple[Tile, list[bytes]]]:
        """Adds an entry; what it fills: full tiles and bundles."""
        filled: list[tuple[Tile, list[bytes]]] = []
        self.bundle.append(commitment)
        if len(self.bundle) == WIDTH:
            filled.append((Tile(None, self.size // WIDTH), self.bundle))
            self.bundle = []
        self._add(0, leaf_hash(commitment), filled)
        self.size += 1
        return filled

    def _add(self, level: int, found: bytes, filled: list[tuple[Tile, list[bytes]]]) -> None:
        if level == len(self.levels):
            self.levels.append([])
        hashes = self.levels[level]
        hashes.append(found)
        if len(hashes) == WIDTH:
            filled.append((Tile(level, (self.size >> HEIGHT * (level + 1))), hashes))
            self.levels[level] = []
            self._add(level + 1, _fold(hashes), filled)

    def head(self, note: str) -> Head:
        """What is stored with the checkpoint of this tree: the unfinished bundle and tiles."""
        bundle = encode_bundle(self.bundle) if self.bundle else b""
        return Head(note, self.size, bundle, tuple(b"".join(hashes) for hashes in self.levels))

    @classmethod
    def of(cls, head: Head) -> Edge:
        """To go on from a stored head."""
        width = head.size % WIDTH
        bundle = list(decode_bundle(head.bundle, width)) if width else []
        levels = [[data[at : at + HASH_SIZE] for at in range(0, len(data), HASH_SIZE)] for data in head.levels]
        return cls(head.size, bundle, levels)

    def root(self) -> bytes:
        """The tree's root: its perfect subtrees folded from the right (RFC 6962 §2.1)."""
        peaks = [peak for hashes in reversed(self.levels) for peak in _peaks(hashes)]
        if not peaks:
            return EMPTY_ROOT
        found = peaks.pop()
        while peaks:
            found = node_hash(peaks.pop(), found)
        return found


def _fold(hashes: Sequence[bytes]) -> bytes:
    level = hashes
    while len(level) > 1:
        level = [node_hash(level[at], level[at + 1]) for at in range(0, len(level), 2)]
    return level[0]


def _peaks(hashes: Sequence[bytes]) -> list[bytes]:
    """The perfect subtrees over these nodes, left to right."""
    peaks, start = [], 0
    for bit in range(HEIGHT - 1, -1, -1):
        if len(hashes) >> bit & 1:
            peaks.append(_fold(hashes[start : start + (1 << bit)]))
            start += 1 << bit
    return peaks


class Sequencer:
    """One at a time (the caller holds the lock). `start` once, then `step` again and again."""

    def __init__(self, source: Source, tiles: TileStore, signer: NoteSigner) -> None:
        self._source = source
        self._tiles = tiles
        self._signer = signer
        self._edge = Edge()
        self._kept_ms = 0
        self._untidy = 0

    @property
    def size(self) -> int:
        return self._edge.size

    def start(self) -> None:
        """Finds out what was published and that it is a prefix of the database. Raises TreeShrunk, TreeConflict."""
        head, noted = self._tiles.head(), self._source.published()
        stored = self._signed(head)
        self._refuse_smaller(max(stored.size, noted.size))
        self._verify_stored(stored, head)
        self._edge = Edge.of(head) if head else Edge()
        if stored.size > noted.size and not self._source.publish(noted.size, stored):
            raise TreeConflict("Another sequencer is at work.")
        while self._edge.size < noted.size:
            self._catch_up(noted)
        if head is None or stored.size < noted.size:
            self._sign(noted)

    def step(self) -> Published | None:
        """Publishes what was committed since; None when there was nothing."""
        commitments = self._source.commitments(self._edge.size, STEP)
        if not commitments:
            return None
        old_size = self._edge.size
        self._grow(commitments)
        new = Published(self._edge.size, self._edge.root())
        if not self._source.publish(old_size, new):
            raise TreeConflict("Another sequencer published first.")
        self._sign(new)
        return new

    # --- publishing -----------------------------------------------------------------------------------------------

    def _grow(self, commitments: Sequence[bytes]) -> None:
        """Adds the entries, and stores every tile and bundle that they fill."""
        full: dict[Tile, list[bytes]] = {}
        append = self._edge.append
        for commitment in commitments:
            filled = append(commitment)
            if filled:
                full.update(filled)
        self._tiles.put_full(full)

    def _sign(self, published: Published) -> None:
        checkpoint = Checkpoint(self._signer.name, published.size, published.root)
        head = self._edge.head(str(sign_checkpoint(checkpoint, self._signer)))
        if clock.now_ms() - self._kept_ms >= KEEP_EVERY_MS:
            self._kept_ms = clock.now_ms()
            self._tiles.keep(head)
        self._tiles.put_head(head)
        self._untidy += 1
        if self._untidy >= TIDY_EVERY:
            self._untidy = 0
            self._tiles.tidy_heads()

    # --- starting -------------------------------------------------------------------------------------------------

    def _signed(self, head: Head | None) -> Published:
        """The stored checkpoint, by our own key. Raises TreeConflict when it is not ours."""
        if head is None:
            return Published(0, EMPTY_ROOT)
        try:
            found = verify_checkpoint(head.note, self._signer.verifier)
        except SealError as problem:
            raise TreeConflict(f"The stored checkpoint is not of this log's key: {problem}.") from None
        if found.size != head.size:
            raise TreeConflict("The stored checkpoint and the edge beside it are of different trees.", action=_RESTORE)
        return Published(found.size, found.root)

    def _refuse_smaller(self, published: int) -> None:
        size = self._source.size()
        if size < published:
            raise TreeShrunk(
                f"{published} entries were published and the database holds {size}: an older copy was restored.",
                action="Run 'zegel manage ledger continue' to take the published ones over, "
                "or 'zegel manage ledger restart' for a new origin.",
            )

    def _verify_stored(self, stored: Published, head: Head | None) -> None:
        """Tiles lead to the checkpoint, and hold what the database holds."""
        try:
            found = root(stored.size, self._tiles.nodes(stored.size, head))
        except (NotFound, SealError) as problem:
            raise TreeConflict(f"Published tiles are missing or damaged: {problem}.", action=_RESTORE) from None
        if not hmac.compare_digest(found, stored.root):
            raise TreeConflict("The published tiles do not lead to the published checkpoint.", action=_RESTORE)
        count = -(-stored.size // WIDTH)
        for first in range(0, count, VERIFY_TILES):
            for place, held in enumerate(self._source.leaf_tiles(first, min(VERIFY_TILES, count - first))):
                self._verify_tile(first + place, held, stored.size)
        if head and head.bundle and head.bundle != self._held_bundle(stored.size):
            raise TreeConflict("The newest entries are not what was published.", action=_RESTORE)

    def _held_bundle(self, size: int) -> bytes:
        """The unfinished bundle of a tree of that size, from the database."""
        return encode_bundle(list(self._source.commitments(size - size % WIDTH, size % WIDTH)))

    def _verify_tile(self, index: int, held: bytes, size: int) -> None:
        width = min(WIDTH, size - index * WIDTH)
        try:
            published = self._tiles.read(Tile(0, index, width))
        except NotFound:
            raise TreeConflict(f"The tile of entry {index * WIDTH} is missing in the store.", action=_RESTORE) from None
        if published != held[: width * HASH_SIZE]:
            raise TreeConflict(f"Entries from {index * WIDTH} on are not what was published.", action=_RESTORE)

    def _catch_up(self, noted: Published) -> None:
        """The store is behind what the database says was published: the same tree must come out."""
        self._grow(self._source.commitments(self._edge.size, min(STEP, noted.size - self._edge.size)))
        if self._edge.size == noted.size and not hmac.compare_digest(self._edge.root(), noted.root):
            raise TreeConflict("The database does not lead to the root that it says was published.", action=_RESTORE)


_RESTORE = "Nothing is published until this is understood: compare with the store's and the database's copies."
