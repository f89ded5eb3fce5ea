# SPDX-License-Identifier: EUPL-1.2
"""Attempts to make the log lie, and to read what it forgot. Each must fail, or be seen by somebody outside."""

from __future__ import annotations

import json

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from tests.integration.ledger.publishing import add, publish, served
from tests.integration.people.world import make_world

from zegel.ledgercli import REFUSED, VERIFIED, main
from zegel.seal.note import VerifierKey
from zegel.seal.proof import TlogProof, verify_receipt
from zegel.server.kernel import ids, shred, storage, tenancy
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind, actions, queries
from zegel.server.ledger.errors import LedgerUnavailable
from zegel.server.ledger.models import Body


def rewrite_history(db, without: int) -> None:
    """Whoever runs the server, with the database, the store and the log's key: a view that never was."""
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ALL")
        admin.execute("UPDATE ledger_entry SET commitment = sha256('nothing') WHERE index = %s", [without])
        admin.execute("UPDATE ledger_entry SET leaf_hash = sha256('\\x00'::bytea || commitment)")
        admin.execute("UPDATE ledger_published SET size = 0, root = sha256('')")
    storage.store().delete_prefix("ledger")
    publish(db)


def test_a_customer_with_one_receipt_catches_a_server_that_rewrote_the_log(db, tmp_path):
    owner = ids.new()
    add(5)
    view = actions.append(Entry(Kind.VIEW, owner, {"seconds": 9}), system(owner))
    add(300)
    publish(db)
    with tenancy.acting_as(owner):
        receipt = queries.receipt(view.index)
    key = queries.verifier_key()
    rewrite_history(db, view.index)
    assert verify_receipt(receipt, VerifierKey.parse(key)).index == view.index  # the proof outlives the log
    seen = tmp_path / "seen"
    seen.write_text(str(TlogProof.parse(receipt).checkpoint))
    with served() as url:
        assert main(["verify", url, "--key", key]) == VERIFIED  # in itself it is well made
        assert main(["verify", url, "--key", key, "--since", str(seen)]) == REFUSED


def test_a_shortened_log_is_caught_by_who_saw_the_longer_one(db, tmp_path):
    store = storage.store()
    add(10)
    publish(db)
    short = set(store.list("ledger/1/heads"))
    add(10)
    publish(db)
    seen = tmp_path / "seen"
    seen.write_text(queries.latest_checkpoint())
    for key in set(store.list("ledger/1/heads")) - short:
        store.delete(key)
    with served() as url:
        assert main(["verify", url, "--key", queries.verifier_key()]) == VERIFIED
        assert main(["verify", url, "--key", queries.verifier_key(), "--since", str(seen)]) == REFUSED


def test_what_was_forgotten_does_not_open_with_a_copy_of_the_database_and_every_secret(db):
    owner = ids.new()
    gone = add(1, owner, who="Anna de Vries")[0]
    with tenancy.acting_as(owner):
        row = Body.objects.get(index=gone.index)
    copy = (row.shred_id, bytes(row.sealed))
    assert b"Anna" in shred.unwrap("ledger", *copy)
    actions.forget([gone.index], "request", system())
    with pytest.raises(shred.Destroyed):
        shred.unwrap("ledger", *copy)
    left = shred.store()._tree("ledger").nodes
    assert all(not node.first <= copy[0] < node.end for node in left)
    for node in left:  # nothing that is left is its key either
        with pytest.raises(InvalidTag):
            AESGCM(node.secret).decrypt(copy[1][:12], copy[1][12:], b"")


def test_no_name_stands_readable_in_the_database_or_the_store(db, tmp_path):
    owner = ids.new()
    add(3, owner, who="Anna de Vries")
    publish(db)
    with psycopg.connect(db.admin) as admin:
        rows = (
            admin.execute("SELECT * FROM ledger_body").fetchall()
            + admin.execute("SELECT * FROM ledger_entry").fetchall()
        )
    assert "Anna" not in json.dumps(
        rows, default=lambda raw: bytes(raw).decode("latin-1") if isinstance(raw, bytes) else ""
    )
    stored = b"".join(storage.store().get(key) for key in storage.store().list("ledger"))
    assert b"Anna" not in stored


def test_another_tenant_gets_no_receipt_and_no_entry_whatever_it_asks(db):
    world = make_world()
    view = actions.append(Entry(Kind.VIEW, world.owner, {"seconds": 9}), world.actor("operator"))
    publish(db)
    stranger = world.actor("stranger")
    assert not queries.concerns(stranger, view.index)
    with tenancy.acting_as(stranger.party_id, stranger.id):
        assert queries.entries(list(Kind), world.owner, since_ms=0) == []
        assert {logged.said.owner_id for logged in queries.by_index(range(100)).values()} == {world.stranger}


def test_when_the_log_cannot_be_written_nothing_that_needs_it_happens(db):
    from zegel.server.people import actions as people
    from zegel.server.people.models import ServiceRelation
    from zegel.server.people.roles import RelationKind

    world = make_world()
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("ALTER FUNCTION ledger_append RENAME TO ledger_append_gone")
    with pytest.raises(LedgerUnavailable):
        actions.append(Entry(Kind.VIEW, world.owner, {}), world.actor("operator"))
    with pytest.raises(Exception, match="ledger_append"):
        people.relate(system(), world.stranger, world.arc, RelationKind.ARC)
    with tenancy.acting_as(world.stranger):
        assert not ServiceRelation.objects.exists()
