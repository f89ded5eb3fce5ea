# SPDX-License-Identifier: EUPL-1.2
"""Appending: numbered without gaps, durable when it returns, and nobody can change it afterwards."""

from __future__ import annotations

import contextlib
import threading

import psycopg
import pytest
from django.db import connection

from zegel.server.kernel import ids, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind, actions
from zegel.server.ledger.errors import EntryRefused
from zegel.server.ledger.models import Body, EntryRow, Head
from zegel.server.ledger.writer import writer


def entries() -> list[tuple[int, bytes]]:
    return [(row.index, bytes(row.leaf_hash)) for row in EntryRow.objects.order_by("index")]


def test_an_entry_gets_the_next_number_and_is_there_when_append_returns(db):
    first = actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system())
    second = actions.append(Entry(Kind.SOFTWARE, None, {"version": "2"}), system())
    assert [first.index, second.index] == [0, 1]
    assert entries() == [(0, first.leaf_hash), (1, second.leaf_hash)]
    assert first.origin == "localhost:8000/ledger"


def test_many_threads_append_without_gap_or_double(db):
    receipts = []

    def write() -> None:
        for _ in range(20):
            receipts.append(actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system()))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(r.index for r in receipts) == list(range(160))
    assert dict(entries()) == {r.index: r.leaf_hash for r in receipts}


def test_entries_of_a_unit_of_work_share_its_fate(db):
    owner = ids.new()
    with work.transaction(system(owner)) as w:
        w.record(Entry(Kind.AGREEMENT, owner, {"what": "signed"}))
        w.record(Entry(Kind.ARMING, owner, {"on": True}))
    assert [r.index for r in w.receipts] == [0, 1]
    with pytest.raises(RuntimeError), work.transaction(system(owner)) as w:
        w.record(Entry(Kind.ARMING, owner, {"on": False}))
        raise RuntimeError("the work failed")
    assert len(entries()) == 2
    assert Head.objects.get().size == 2


def test_an_entry_that_cannot_be_written_undoes_the_work(db):
    owner = ids.new()
    with pytest.raises(EntryRefused), work.transaction(system(owner)) as w:
        w.record(Entry(Kind.ARMING, owner, {"score": 0.5}))
    assert entries() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET commitment = '\\x00'",
        "DELETE FROM ledger_entry",
        "INSERT INTO ledger_entry VALUES (7, '\\x00', '\\x00')",
        "UPDATE ledger_head SET size = 0",
        "UPDATE ledger_published SET size = 0",
        "DELETE FROM ledger_body",
        "UPDATE ledger_body SET sealed = NULL",
        "INSERT INTO ledger_body (index, kind, at_ms) VALUES (7, 'view', 0)",
        "TRUNCATE ledger_entry",
    ],
)
def test_the_application_cannot_change_the_log(db, statement):
    actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system())
    before = entries()
    with psycopg.connect(db.app, autocommit=True) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute(statement)
    assert entries() == before


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET commitment = '\\x00'", "DELETE FROM ledger_entry"])
def test_even_the_owner_of_the_tables_cannot_change_a_leaf_by_a_statement(db, statement):
    actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system())
    before = entries()
    refused = contextlib.suppress(psycopg.errors.InsufficientPrivilege)
    with psycopg.connect(db.owner, autocommit=True) as owner, refused:
        owner.execute(statement)  # row-level security shows it no row to change, or the trigger refuses
    with psycopg.connect(db.admin, autocommit=True) as admin, pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute(statement)
    assert entries() == before


def test_a_body_is_seen_by_its_owner_and_by_who_did_it_and_by_nobody_else(db):
    from zegel.server.kernel import tenancy

    owner, stranger = ids.new(), ids.new()
    actions.append(Entry(Kind.VIEW, owner, {"seconds": 3}), system())
    seen = {}
    for name, party in (("owner", owner), ("stranger", stranger), ("nobody", None)):
        with tenancy.acting_as(party):
            seen[name] = Body.objects.count()
    assert seen == {"owner": 1, "stranger": 0, "nobody": 0}


def test_an_append_over_a_connection_that_died_after_the_commit_is_stored_once(db):
    actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system())
    real = writer()._execute

    def dies_after_commit(batch, *, again):
        answer = real(batch, again=again)
        if again:
            return answer
        raise psycopg.OperationalError("the connection is gone")

    writer()._execute = dies_after_commit
    try:
        receipt = actions.append(Entry(Kind.SOFTWARE, None, {"version": "2"}), system())
    finally:
        del writer()._execute
    assert receipt.index == 1
    assert [index for index, _ in entries()] == [0, 1]
    assert Head.objects.get().size == 2


def test_an_append_survives_a_database_that_dropped_its_connections(db):
    actions.append(Entry(Kind.SOFTWARE, None, {"version": "1"}), system())
    with psycopg.connect(db.admin, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    connection.close()
    assert actions.append(Entry(Kind.SOFTWARE, None, {"version": "2"}), system()).index == 1
