# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import hashlib
import hmac
import json
import multiprocessing
import shutil
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import stopped_clock
from zegel.server.kernel import shred
from zegel.server.kernel.shred import SIZE, BadNumber, Destroyed, ShredStore, StoreDamaged, Tree

NUMBERS = st.one_of(st.integers(0, 40), st.integers(0, SIZE - 1), st.integers(SIZE - 40, SIZE - 1))


@pytest.fixture
def store(tmp_path):
    return ShredStore(tmp_path / "shred")


def by_the_book(root: bytes, number: int) -> bytes:
    node = root
    for depth in range(32):
        bit = number >> (31 - depth) & 1
        node = hmac.new(node, b"zegel/shred/v1" + bytes([bit]) + b"\x01", hashlib.sha256).digest()
    return node


@given(st.lists(NUMBERS, min_size=1, max_size=20))
def test_a_leaf_is_what_the_description_says_in_any_order_of_asking(numbers):
    tree = Tree.new()
    for number in numbers:
        assert tree.leaf(number) == by_the_book(tree.nodes[0].secret, number)


@given(st.sets(NUMBERS, min_size=1, max_size=12), st.sets(NUMBERS, min_size=1, max_size=12))
def test_a_destroyed_leaf_is_gone_and_every_other_one_is_what_it_was(gone, kept):
    tree = Tree.new()
    left = tree.punctured(gone)
    for number in gone:
        with pytest.raises(Destroyed):
            left.leaf(number)
    for number in kept - gone:
        assert left.leaf(number) == tree.leaf(number)


@given(st.sets(NUMBERS, min_size=1, max_size=12))
def test_no_stored_node_lies_above_a_destroyed_leaf(gone):
    left = Tree.new().punctured(gone)
    assert not [node for node in left.nodes for number in gone if node.first <= number < node.end]


@given(st.lists(st.sets(NUMBERS, max_size=5), max_size=5))
def test_destroying_in_steps_and_at_once_leaves_the_same(steps):
    at_once = tree = Tree.new()
    for step in steps:
        tree = tree.punctured(step)
    at_once = at_once.punctured(set().union(*steps)) if steps else at_once
    assert tree.nodes == at_once.nodes
    assert Tree.decode(tree.encode()).nodes == tree.nodes


def test_destroying_neighbours_costs_no_room(store):
    store.destroy("epoch", *range(5000))
    assert len(store._tree("epoch").nodes) < 32


def test_what_is_wrapped_opens_until_its_key_is_destroyed(store):
    wrapped = store.wrap("release", 7, b"sealed release", b"about")
    assert store.unwrap("release", 7, wrapped, b"about") == b"sealed release"
    store.destroy("release", 7)
    with pytest.raises(Destroyed):
        store.unwrap("release", 7, wrapped, b"about")
    assert store.is_destroyed("release", 7)
    assert not store.is_destroyed("release", 8)


@pytest.mark.parametrize(
    ("purpose", "number", "associated"), [("grant", 7, b"a"), ("release", 8, b"a"), ("release", 7, b"b")]
)
def test_a_wrapped_thing_opens_only_as_what_it_was(store, purpose, number, associated):
    wrapped = store.wrap("release", 7, b"sealed", b"a")
    with pytest.raises(StoreDamaged):
        store.unwrap(purpose, number, wrapped, associated)


@pytest.mark.parametrize(("purpose", "number"), [("holiday", 1), ("epoch", -1), ("epoch", SIZE), ("epoch", "1")])
def test_what_is_no_number_or_no_purpose_is_refused(store, purpose, number):
    with pytest.raises(BadNumber):
        store.key(purpose, number)


def test_another_process_sees_a_destruction_at_once(store):
    other = ShredStore(store.folder)
    assert other.key("epoch", 3) == store.key("epoch", 3)
    store.destroy("epoch", 3)
    with pytest.raises(Destroyed):
        other.key("epoch", 3)


def _destroy_some(folder, numbers):
    store = ShredStore(folder)
    for number in numbers:
        store.destroy("epoch", number)


def test_processes_that_destroy_at_once_lose_none_of_each_others(store):
    processes = [
        multiprocessing.Process(target=_destroy_some, args=(store.folder, range(start, 40, 4))) for start in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert all(store.is_destroyed("epoch", number) for number in range(40))
    assert not store.is_destroyed("epoch", 40)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["listed", "written aside"]))
def test_a_crash_in_the_middle_destroys_on_the_next_start_and_loses_nothing_else(tmp_path_factory, where):
    store = ShredStore(tmp_path_factory.mktemp("shred"))
    kept = store.key("epoch", 6)
    crash = pytest.MonkeyPatch()
    with crash.context() as patch:
        patch.setattr(
            shred.os if where == "written aside" else shred,
            "fsync" if where == "written aside" else "_replace",
            _crash_at_second_call() if where == "written aside" else _crash,
        )
        with pytest.raises(RuntimeError, match="power cut"):
            store.destroy("epoch", 5)
    again = ShredStore(store.folder)
    assert again.is_destroyed("epoch", 5)
    assert again.key("epoch", 6) == kept


def _crash(*_):
    raise RuntimeError("power cut")


def _crash_at_second_call():
    calls = iter([lambda *_: None])
    return lambda *args: next(calls, _crash)(*args)


def test_an_old_state_that_is_put_back_revives_nothing(store, tmp_path):
    shutil.copytree(store.folder, tmp_path / "old")
    store.destroy("epoch", 1, 2, 3)
    for name in ("epoch.tree", "epoch.mark"):
        if (tmp_path / "old" / name).exists():
            shutil.copy(tmp_path / "old" / name, store.folder / name)
    restored = ShredStore(store.folder)
    assert all(restored.is_destroyed("epoch", number) for number in (1, 2, 3))


def test_a_line_of_the_list_cut_off_by_a_crash_does_not_swallow_the_next(store):
    store.destroy("epoch", 1)
    with open(store.deletions, "ab") as file:
        file.write(b'{"purpose":"epoch","ran')
    store.destroy("epoch", 2)
    assert store.destroyed("epoch") == [(1, 1), (2, 2)]


def test_old_copies_die_with_the_store_key_seven_days_later(tmp_path):
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        store = ShredStore(tmp_path / "shred")
        key = store.key("epoch", 9)
        old = (store.folder / "epoch.tree").read_bytes()
        store.rotate()
        assert store._decrypt("epoch", old)  # a copy of today opens for a week
        now.advance(7 * 24 * 3600)
        store.rotate()
        with pytest.raises(StoreDamaged):
            store._decrypt("epoch", old)
        assert store.key("epoch", 9) == key


def test_a_changed_or_missing_state_is_refused_and_not_replaced_by_a_new_tree(store):
    store.key("epoch", 1)
    path = store.folder / "epoch.tree"
    raw = bytearray(path.read_bytes())
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(StoreDamaged):
        ShredStore(store.folder).key("epoch", 1)
    path.unlink()
    with pytest.raises(StoreDamaged):
        ShredStore(store.folder)


def test_a_number_is_below_the_high_water_mark_before_its_key_is_used(store):
    assert store.high_water("ledger") == 0
    store.key("ledger", 70_000)
    assert ShredStore(store.folder).high_water("ledger") > 70_000


def test_nothing_in_the_folder_shows_a_key_of_the_tree(store):
    root = store._tree("epoch").nodes[0].secret
    key = store.key("epoch", 0)
    content = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    assert root not in content
    assert key not in content


def test_the_list_of_destructions_names_numbers_and_times_only(store):
    store.destroy("grant", 4, 5, 9)
    line = json.loads(store.deletions.read_text())
    assert line.keys() == {"purpose", "ranges", "at_ms"}
    assert line["ranges"] == [[4, 5], [9, 9]]
