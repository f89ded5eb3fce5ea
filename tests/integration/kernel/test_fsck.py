# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import shutil
from uuid import uuid4

import psycopg
import pytest

from zegel.server import fsck
from zegel.server.kernel import invariants, shred, work
from zegel.server.kernel.actor import system


def faults() -> dict[str, tuple[str, ...]]:
    return {answer.name: answer.faults for answer in invariants.ask_all() if answer.faults}


def test_a_new_installation_holds(db):
    assert faults() == {}


def test_an_unprotected_table_is_named(db):
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE test_open (id int)")
    assert faults() == {"kernel.every_table_has_row_level_security": ("table test_open has none and is not listed",)}


def test_a_destroyed_key_that_is_back_is_named(db, monkeypatch, tmp_path):
    store = shred.store()
    shutil.copy(store.folder / "epoch.tree", tmp_path / "old")
    store.destroy("epoch", 5)
    shutil.copy(tmp_path / "old", store.folder / "epoch.tree")  # put back under a running server
    assert faults() == {
        "kernel.what_was_destroyed_is_gone": ("key 5 of 'epoch' is listed as destroyed and can be derived",)
    }


def test_a_sequence_that_fell_back_is_named(db):
    shred.key("epoch", 500_000)
    assert list(faults()) == ["kernel.no_shred_number_is_given_twice"]


def test_an_event_that_nobody_can_take_is_named(db):
    with work.transaction(system(uuid4())) as w:
        w.publish("note.added", owner_id=w.actor.party_id)
    with psycopg.connect(db.app, autocommit=True) as app:
        app.execute(
            "INSERT INTO kernel_outboxdelivery (event_id, subscriber, done, attempts, next_at) "
            "SELECT id, 'test.broken', false, 12, '2031-01-01Z' FROM kernel_outboxevent"
        )
    assert [fault.endswith("failed 12 times at test.broken") for fault in faults()["kernel.events_are_delivered"]] == [
        True
    ]


def test_one_that_can_not_be_asked_is_a_fault(db, monkeypatch):
    def broken():
        raise OSError("anna@example.nl")
        yield

    monkeypatch.setitem(invariants._invariants, "test.broken", broken)
    assert faults() == {"test.broken": ("could not be asked: OSError",)}


def test_the_command_says_so_and_ends_accordingly(db, capsys):
    assert fsck.ask() == 0
    assert "everything holds" in capsys.readouterr().out
    shred.key("epoch", 500_000)
    assert fsck.ask() == 1
    assert "WRONG  kernel.no_shred_number_is_given_twice" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--data", "/nowhere/at/all"]])
def test_what_is_no_installation_is_refused(words, capsys):
    assert fsck.main(words) == 78
    assert "not the folder of an installation" in capsys.readouterr().err
