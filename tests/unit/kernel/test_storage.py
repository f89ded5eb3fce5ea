# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.server.kernel import storage
from zegel.server.kernel.errors import Misconfigured
from zegel.server.kernel.storage import BadKey, FolderStore, NotFound, OutOfRange, TooLarge, Unavailable, open_store


@pytest.fixture
def store(tmp_path):
    return FolderStore(tmp_path / "storage")


def test_what_is_put_is_got_whole_or_in_part(store):
    store.put("packs/a/b.pack", b"0123456789")
    assert store.get("packs/a/b.pack") == b"0123456789"
    assert store.get_range("packs/a/b.pack", 3, 4) == b"3456"
    assert store.size("packs/a/b.pack") == 10


def test_putting_again_replaces_and_leaves_nothing_aside(store):
    store.put("a", b"old")
    store.put("a", b"new")
    assert store.get("a") == b"new"
    assert [path.name for path in store.root.iterdir()] == ["a"]


def test_many_are_listed_in_order_under_their_folder(store):
    store.put_many([("t/2", b"2"), ("t/1", b"1"), ("tt", b"3")])
    assert list(store.list("t")) == ["t/1", "t/2"]
    assert list(store.list()) == ["t/1", "t/2", "tt"]


def test_a_folder_goes_at_once(store):
    store.put_many([(f"pack/{n}", b"x") for n in range(5)])
    assert store.delete_prefix("pack") == 5
    assert list(store.list()) == []


def test_deleting_what_is_not_there_is_done_already(store):
    store.delete("nothing")


@pytest.mark.parametrize(
    "action", [lambda s: s.get("x"), lambda s: s.get_range("x", 0, 1), lambda s: s.size("x"), lambda s: s.get("x/y")]
)
def test_what_is_not_there_is_not_found(store, action):
    with pytest.raises(NotFound):
        action(store)


@pytest.mark.parametrize(("start", "length"), [(0, 4), (3, 1), (-1, 1), (0, -1), (10**12, 1)])
def test_a_range_outside_the_object_is_refused(store, start, length):
    store.put("x", b"abc")
    with pytest.raises(OutOfRange):
        store.get_range("x", start, length)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.hidden",
        "A",
        "a b",
        "a\x00",
        "é",
        "a" * 401,
        "-x",
    ],
)
def test_what_is_no_key_never_reaches_the_disk(store, key):
    with pytest.raises(BadKey):
        store.put(key, b"x")
    assert list(store.root.rglob("*")) == []


@given(st.text(max_size=30))
def test_any_text_is_either_a_key_inside_the_store_or_refused(text):
    try:
        storage.check_key(text)
    except BadKey:
        return
    assert not text.startswith("/")
    assert not {"", ".", ".."} & set(text.split("/"))


def test_an_object_has_a_largest_size(store, monkeypatch):
    monkeypatch.setattr(storage, "LARGEST", 10)
    with pytest.raises(TooLarge):
        store.put("x", b"x" * 11)


def test_a_write_that_fails_leaves_the_old_object(store, monkeypatch):
    store.put("x", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "fsync", full)
    with pytest.raises(Unavailable, match="No space"):
        store.put("x", b"new")
    monkeypatch.undo()
    assert store.get("x") == b"old"
    assert [path.name for path in store.root.iterdir()] == ["x"]


@pytest.mark.parametrize("url", ["", "storage", "http://x", "s3://", "file://relative", "s3://bucket?endpont=http://x"])
def test_a_half_written_address_is_refused_with_what_to_write(url):
    with pytest.raises(Misconfigured):
        open_store(url)
