# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import shutil
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.clock import stopped_clock
from zegel.server import fsck
from zegel.server.kernel import checks, clock, invariants, shred, storage, work
from zegel.server.kernel.actor import system


def faults() -> dict[str, tuple[str, ...]]:
    return {answer.name: answer.faults for answer in invariants.ask_all() if answer.faults}


def test_a_new_installation_holds(db):
    assert faults() == {}


def test_an_unprotected_table_is_named(db):
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE test_open (id int)")
    assert faults() == {
        "kernel.every_table_has_row_level_security": ("table test_open has none and is not listed",),
        "kernel.every_column_is_known": ("table test_open is no model's: nobody declared what it holds",),
    }


def test_a_column_that_the_product_was_not_told_about_is_named(db):
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute("ALTER TABLE tasks_task ADD COLUMN telephone text")
    assert faults() == {
        "kernel.every_column_is_known": (
            "column tasks_task.telephone is no model's field: nobody declared what it holds",
        )
    }


def test_a_field_that_nobody_declared_is_named(db, monkeypatch):
    real = checks.fields_by_model
    told = real() | {"tasks.Task": [*real()["tasks.Task"], "telephone"]}
    monkeypatch.setattr(checks, "fields_by_model", lambda: told)
    (fault,) = faults()["kernel.every_field_is_declared"]
    assert fault.startswith("tasks.Task.telephone is neither declared")


def test_a_store_key_that_outlived_its_week_is_named(db):
    with stopped_clock(clock.now()) as now:
        shred.store().rotate()
        now.advance(timedelta(days=8, minutes=1))
        (fault,) = faults()["kernel.old_store_keys_are_destroyed"]
        assert "is still there" in fault
        shred.store().rotate()
        assert faults() == {}


def test_an_object_that_a_health_check_left_is_named(db):
    storage.store().put("health/left", b"x")
    assert faults() == {"kernel.the_store_answers": ("a health check left health/left",)}


def test_nothing_can_be_written_while_it_is_asked(db, tmp_path):
    environment = fsck.read_only({"DATABASE_URL": db.app}, str(tmp_path))
    with psycopg.connect(environment["DATABASE_URL"]) as app, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        app.execute("DELETE FROM tasks_task")
    below = storage.FolderStore(tmp_path / "below")
    below.put("a", b"1")
    seen = storage.OverlayStore(below, storage.FolderStore(tmp_path / "aside"))
    seen.put("b", b"2")
    seen.put("a", b"3")
    seen.delete("b")
    assert (seen.get("a"), list(seen.list())) == (b"3", ["a"])
    seen.delete("a")
    with pytest.raises(storage.NotFound):
        seen.get("a")
    assert below.get("a") == b"1"
    assert list(below.list()) == ["a"]


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
    said = capsys.readouterr()
    assert "everything holds" in said.out
    total = len(invariants.names())
    assert f"[{total}/{total}]" in said.err, "what was asked, of how many"
    assert fsck.ask("kernel.every") == 0
    assert "ledger" not in capsys.readouterr().out
    shred.key("epoch", 500_000)
    assert fsck.ask() == 1
    assert "WRONG  kernel.no_shred_number_is_given_twice" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--data", "/nowhere/at/all"]])
def test_what_is_no_installation_is_refused(words, capsys):
    assert fsck.main(words) == 78
    assert "not the folder of an installation" in capsys.readouterr().err
