# SPDX-License-Identifier: EUPL-1.2
"""The object store over a real S3 server."""

from __future__ import annotations

import pytest

from zegel.server.kernel.storage import BadKey, NotFound, OutOfRange, Unavailable, open_store


@pytest.fixture(scope="module")
def store(s3):
    return open_store(s3.url("kernel"))


def test_what_is_put_is_got_whole_or_in_part(store):
    store.put("packs/a/b.pack", b"0123456789")
    assert store.get("packs/a/b.pack") == b"0123456789"
    assert store.get_range("packs/a/b.pack", 3, 4) == b"3456"
    assert store.get_range("packs/a/b.pack", 3, 0) == b""
    assert store.size("packs/a/b.pack") == 10


def test_a_large_object_comes_back_whole(store):
    data = bytes(range(256)) * 4096 * 20
    store.put("large", data)
    assert store.get("large") == data


def test_many_are_listed_in_order_and_dropped_at_once(store):
    store.put_many([(f"pack/{n}", b"x") for n in range(5)])
    store.put("packet", b"y")
    assert list(store.list("pack")) == [f"pack/{n}" for n in range(5)]
    assert store.delete_prefix("pack") == 5
    assert list(store.list("pack")) == []
    assert store.get("packet") == b"y"


def test_deleting_what_is_not_there_is_done_already(store):
    store.delete("nothing")


@pytest.mark.parametrize("action", [lambda s: s.get("x"), lambda s: s.get_range("x", 0, 1), lambda s: s.size("x")])
def test_what_is_not_there_is_not_found(store, action):
    with pytest.raises(NotFound):
        action(store)


@pytest.mark.parametrize(("start", "length"), [(0, 4), (3, 1), (-1, 1), (10**12, 1)])
def test_a_range_outside_the_object_is_refused(store, start, length):
    store.put("short", b"abc")
    with pytest.raises(OutOfRange):
        store.get_range("short", start, length)


def test_what_is_no_key_is_never_asked_for(store):
    with pytest.raises(BadKey):
        store.put("../x", b"x")


def test_a_store_that_does_not_answer_is_unavailable_and_not_empty():
    nowhere = open_store("s3://b?endpoint=http://127.0.0.1:9&key=a&secret=b&allow_http=1&timeout_s=1")
    with pytest.raises(Unavailable):
        nowhere.get("x")
