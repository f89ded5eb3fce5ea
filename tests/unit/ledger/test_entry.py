# SPDX-License-Identifier: EUPL-1.2
"""What an entry says is encoded in its one form, as everybody else reads it."""

from __future__ import annotations

import hashlib
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zegel.seal import entry as seal_entry
from zegel.seal.promise import verify_promise, verify_time
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.ledger import origin, promises
from zegel.server.ledger.entry import (
    Entry,
    Kind,
    body_of,
    commitment_of,
    leaf_hash_of,
    pack_ranges,
    read_body,
    unpack_ranges,
)
from zegel.server.ledger.errors import EntryRefused

PERSON = Actor(ActorKind.PERSON, uuid4(), uuid4(), role="owner", address="192.0.2.1")
keys = st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True)
values = st.one_of(
    st.integers(0, 2**53 - 1), st.binary(max_size=64), st.booleans(), st.none(), st.uuids(),
    st.text(st.characters(codec="utf-8"), max_size=40),
)  # fmt: skip


@given(st.dictionaries(keys, values, max_size=8), st.sampled_from(list(Kind)), st.integers(0, 2**45))
def test_the_body_is_what_the_seal_encodes(facts, kind, at_ms):
    owner = uuid4()
    body = body_of(Entry(kind, owner, facts), PERSON, at_ms)
    read = seal_entry.Entry.decode(body)
    assert read.encode() == body
    assert (read.kind, read.at_ms, read.owner_party, read.actor) == (kind.value, at_ms, owner.bytes, PERSON.id.bytes)
    assert set(dict(read.facts)) == set(facts)
    said = read_body(body)
    assert (said.kind, said.owner_id, said.actor_id, said.actor_party_id) == (kind, owner, PERSON.id, PERSON.party_id)


@pytest.mark.parametrize("value", [-1, 2**53, 0.5, [1], {"a": 1}, "\ud800"])
def test_a_fact_that_cannot_be_signed_is_refused(value):
    with pytest.raises(EntryRefused):
        body_of(Entry(Kind.VIEW, None, {"fact": value}), system(), 0)


@pytest.mark.parametrize("key", ["", "Fact", "fact name", "é", "x" * 33])
def test_a_fact_has_a_plain_name(key):
    with pytest.raises(EntryRefused):
        body_of(Entry(Kind.VIEW, None, {key: 1}), system(), 0)


def test_an_entry_is_short():
    with pytest.raises(EntryRefused):
        body_of(Entry(Kind.VIEW, None, {"text": "x" * 20_000}), system(), 0)
    with pytest.raises(EntryRefused):
        body_of(Entry(Kind.VIEW, None, {f"fact{n}": n for n in range(33)}), system(), 0)


def test_the_same_letter_in_two_spellings_is_one():
    bodies = {body_of(Entry(Kind.VIEW, None, {"name": text}), system(), 0) for text in ("\u00e9", "e\u0301")}
    assert len(bodies) == 1


def test_commitment_and_leaf_are_those_of_the_seal():
    salt, body = bytes(range(32)), b"body"
    assert commitment_of(salt, body) == seal_entry.commitment(salt, body)
    assert leaf_hash_of(commitment_of(salt, body)) == seal_entry.entry_leaf_hash(salt, body)
    assert leaf_hash_of(b"x") == hashlib.sha256(b"\x00x").digest()


@given(st.sets(st.integers(0, 2000), min_size=1, max_size=200))
def test_a_deletion_names_exactly_its_entries(indices):
    ranges = unpack_ranges(pack_ranges(sorted(indices)))
    assert {index for first, past in ranges for index in range(first, past)} == indices


@pytest.mark.parametrize(
    "packed", [b"", b"\x80", b"\x81\x82\x05\x05", b"\x81\x82\x05\x04", b"\x82\x82\x00\x05\x82\x04\x09", "x"]
)
def test_a_deletion_that_names_nothing_or_not_in_order_is_refused(packed):
    with pytest.raises(EntryRefused):
        unpack_ranges(packed)


def test_promises_and_the_time_verify_under_the_logs_key():
    public = origin.key().public_key
    promise = verify_promise(promises.promise("example.test/ledger", 7, bytes(32), 1234), public, "example.test/ledger")
    assert (promise.index, promise.leaf_hash, promise.at_ms) == (7, bytes(32), 1234)
    told = verify_time(promises.time(bytes(16), 99), public, bytes(16))
    assert told.at_ms == 99
    with pytest.raises(EntryRefused):
        promises.time(bytes(15), 99)


def test_identifiers_are_their_sixteen_bytes():
    identifier = UUID(int=5)
    said = read_body(body_of(Entry(Kind.VIEW, None, {"camera": identifier}), system(), 0))
    assert said.facts["camera"] == identifier.bytes
