# SPDX-License-Identifier: EUPL-1.2
"""The sequencer publishes the tree of RFC 6962, goes on after a kill at any point, and never publishes another tree."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zegel.seal import merkle
from zegel.seal.checkpoint import verify_checkpoint
from zegel.seal.note import NoteSigner
from zegel.seal.suite import SigningKey
from zegel.seal.tiles import Tile, bundles_of, tile_data, tiles_of
from zegel.server.kernel.storage import FolderStore
from zegel.server.ledger.errors import TreeConflict, TreeShrunk
from zegel.server.ledger.sequencer import TIDY_EVERY, Edge, Published, Sequencer
from zegel.server.ledger.tilestore import HEADS_KEPT, TileStore

SIGNER = NoteSigner("example.test/ledger", SigningKey(bytes(range(32))))


def commitment(index: int) -> bytes:
    return hashlib.sha256(index.to_bytes(8, "big")).digest()


class FakeDatabase:
    """Entries in memory, and the note of what was published."""

    def __init__(self, size: int) -> None:
        self.entries = [commitment(index) for index in range(size)]
        self.noted = Published(0, merkle.EMPTY_ROOT)

    def size(self) -> int:
        return len(self.entries)

    def commitments(self, first: int, limit: int) -> Sequence[bytes]:
        return self.entries[first : first + limit]

    def leaf_tiles(self, first_tile: int, count: int) -> Sequence[bytes]:
        leaves = [merkle.leaf_hash(entry) for entry in self.entries]
        starts = range(first_tile * 256, min((first_tile + count) * 256, len(leaves)), 256)
        return [b"".join(leaves[start : start + 256]) for start in starts]

    def published(self) -> Published:
        return self.noted

    def publish(self, old_size: int, new: Published) -> bool:
        if self.noted.size != old_size:
            return False
        self.noted = new
        return True

    def grow(self, size: int) -> None:
        self.entries += [commitment(index) for index in range(len(self.entries), size)]


def started(database: FakeDatabase, folder: Path) -> Sequencer:
    sequencer = Sequencer(database, TileStore(FolderStore(folder), 1), SIGNER)
    sequencer.start()
    return sequencer


def head(folder: Path) -> Published:
    note = TileStore(FolderStore(folder), 1).checkpoint()
    assert note is not None
    found = verify_checkpoint(note, SIGNER.verifier)
    return Published(found.size, found.root)


def true_root(size: int) -> bytes:
    return merkle.root(size, merkle.nodes_of([merkle.leaf_hash(commitment(index)) for index in range(size)]))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_the_edge_has_the_root_of_rfc_6962_at_every_size(steps):
    edge = Edge()
    for step in steps:
        for _ in range(step):
            edge.append(commitment(edge.size))
        assert edge.root() == true_root(edge.size)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 65_535, 65_536, 65_537, 66_000])
def test_every_tile_and_bundle_of_the_published_tree_can_be_read(tmp_path, size):
    database = FakeDatabase(size)
    sequencer = started(database, tmp_path)
    while sequencer.step():
        pass
    store = TileStore(FolderStore(tmp_path), 1)
    nodes = merkle.nodes_of([merkle.leaf_hash(entry) for entry in database.entries])
    assert head(tmp_path) == Published(size, merkle.root(size, nodes))
    assert all(store.read(tile) == tile_data(tile, nodes) for tile in tiles_of(size))
    read = b"".join(store.read(bundle) for bundle in bundles_of(size))
    assert read == b"".join(b"\x00\x20" + entry for entry in database.entries)


@pytest.mark.parametrize("sizes", [[1, 2, 300], [256, 512], [255, 256, 257, 70_000, 70_001], [0, 5]])
def test_it_goes_on_from_what_was_published(tmp_path, sizes):
    database = FakeDatabase(0)
    for size in sizes:
        database.grow(size)
        sequencer = started(database, tmp_path)
        while sequencer.step():
            pass
        assert head(tmp_path) == Published(size, true_root(size))


class Killed(Exception):
    """The process ends here."""


def killed_after(folder: Path, puts: int) -> TileStore:
    class Dying(FolderStore):
        left = puts

        def put_many(self, objects):
            for item in objects:
                if Dying.left == 0:
                    raise Killed
                Dying.left -= 1
                super().put_many([item])  # put is put_many of one

    return TileStore(Dying(folder), 1)


@pytest.mark.parametrize("puts", range(12))
def test_a_kill_between_any_two_writes_forks_nothing(tmp_path, puts):
    database = FakeDatabase(300)
    while started(database, tmp_path).step():
        pass
    database.grow(900)
    dying = Sequencer(database, killed_after(tmp_path, puts), SIGNER)
    with pytest.raises(Killed):
        dying.start()
        dying.step()
        dying.step()
        raise Killed
    before = head(tmp_path)
    assert before in (Published(300, true_root(300)), Published(900, true_root(900)))
    sequencer = started(database, tmp_path)
    while sequencer.step():
        pass
    assert head(tmp_path) == Published(900, true_root(900))


def published_world(folder: Path, size: int = 600) -> FakeDatabase:
    database = FakeDatabase(size)
    sequencer = started(database, folder)
    while sequencer.step():
        pass
    return database


def test_a_shorter_database_is_refused(tmp_path):
    database = published_world(tmp_path)
    database.entries = database.entries[:599]
    database.noted = Published(599, true_root(599))
    with pytest.raises(TreeShrunk):
        started(database, tmp_path)
    assert head(tmp_path).size == 600


@pytest.mark.parametrize("index", [0, 255, 256, 599])
def test_a_changed_entry_is_refused(tmp_path, index):
    database = published_world(tmp_path)
    database.entries[index] = bytes(32)
    with pytest.raises(TreeConflict):
        started(database, tmp_path)


@pytest.mark.parametrize("name", ["tile/0/000", "tile/0/001", "heads/0000000000000600"])
def test_a_damaged_tile_is_refused(tmp_path, name):
    database = published_world(tmp_path)
    path = tmp_path / "ledger/1" / name
    path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1]))
    with pytest.raises(TreeConflict):
        started(database, tmp_path)


def test_a_checkpoint_of_another_key_is_refused(tmp_path):
    database = published_world(tmp_path)
    stranger = NoteSigner(SIGNER.name, SigningKey(bytes(32)))
    with pytest.raises(TreeConflict):
        Sequencer(database, TileStore(FolderStore(tmp_path), 1), stranger).start()


def test_a_lost_store_is_rebuilt_to_the_same_root(tmp_path):
    database = published_world(tmp_path / "first")
    started(database, tmp_path / "second")
    assert head(tmp_path / "second") == head(tmp_path / "first")


def test_a_lost_store_and_a_changed_database_are_refused(tmp_path):
    database = published_world(tmp_path / "first")
    database.entries[7] = bytes(32)
    with pytest.raises(TreeConflict):
        started(database, tmp_path / "second")


def test_a_sequencer_that_lost_its_lock_publishes_nothing(tmp_path):
    database = FakeDatabase(10)
    first, second = started(database, tmp_path), started(database, tmp_path)
    first.step()
    with pytest.raises(TreeConflict):
        second.step()
    assert head(tmp_path) == Published(10, true_root(10))


def test_a_sequencer_that_slept_before_its_last_write_does_not_take_a_newer_checkpoint_away(tmp_path):
    """Paused after its note in the database, taken over, and woken when the log has grown."""

    class Sleepy(TileStore):
        def put_head(self, head):
            other = started(database, tmp_path)  # somebody has the lock now
            database.grow(40)
            other.step()
            super().put_head(head)

    database = FakeDatabase(10)
    first = Sequencer(database, TileStore(FolderStore(tmp_path), 1), SIGNER)
    first.start()
    first._tiles = Sleepy(FolderStore(tmp_path), 1)
    first.step()
    assert head(tmp_path) == Published(40, true_root(40))
    assert TileStore(FolderStore(tmp_path), 1).read(Tile(0, 0, 40))
    with pytest.raises(TreeConflict):
        database.grow(50)
        first.step()


def test_heads_are_tidied_and_a_reader_never_finds_none(tmp_path):
    database = FakeDatabase(1)
    sequencer = started(database, tmp_path)
    for size in range(2, 100):
        sequencer.step()
        database.grow(size)
        assert head(tmp_path).size == size - 1
    assert len(list((tmp_path / "ledger/1/heads").iterdir())) <= TIDY_EVERY + HEADS_KEPT
