# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection

from tests.integration.kernel.tables import add_note, make_tenant_table, notes, notes_of
from zegel.server.kernel import tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind, BadActor, system
from zegel.server.kernel.models import OutboxEvent
from zegel.server.kernel.work import AnotherActor, NoRecorder, NotCommitted

ANNA = uuid4()
ACTOR = Actor(ActorKind.PERSON, uuid4(), ANNA, role="owner", purpose="own_use", address="192.0.2.7")


@pytest.fixture
def table(db):
    make_tenant_table(db)


@pytest.fixture
def written(monkeypatch):
    """A ledger that keeps what it was given, and how many events were in the outbox by then."""
    entries = []

    def recorder(new, actor):
        entries.extend((entry, actor, OutboxEvent.objects.count()) for entry in new)
        return [f"receipt of {entry}" for entry in new]

    monkeypatch.setattr(work, "_recorder", recorder)
    return entries


def test_row_event_and_entry_come_together(table, written):
    with work.transaction(ACTOR) as w:
        note = add_note(ANNA)
        w.publish("note.added", owner_id=ANNA, note_id=note)
        w.record("note added")
        with pytest.raises(NotCommitted):
            _ = w.receipts
    event = OutboxEvent.objects.get()
    assert (event.topic, event.owner_id, event.payload) == ("note.added", ANNA, {"note_id": str(note)})
    assert w.receipts == ["receipt of note added"]
    assert notes_of(ANNA) == ["a note"]


def test_the_ledger_comes_last(table, written):
    with work.transaction(ACTOR) as w:
        w.record("first asked")
        w.publish("note.added", owner_id=ANNA)
    assert written == [("first asked", ACTOR, 1)]


def test_nothing_stays_of_work_that_fails(table, written):
    with pytest.raises(RuntimeError), work.transaction(ACTOR) as w:
        add_note(ANNA)
        w.publish("note.added", owner_id=ANNA)
        w.record("note added")
        raise RuntimeError
    assert notes_of(ANNA) == []
    assert OutboxEvent.objects.count() == 0
    assert written == []


def test_what_can_not_be_written_down_is_not_done(table, monkeypatch):
    monkeypatch.setattr(work, "_recorder", None)
    with pytest.raises(NoRecorder), work.transaction(ACTOR) as w:
        add_note(ANNA)
        w.record("note added")
    assert notes_of(ANNA) == []


def test_what_the_ledger_refuses_is_not_done(table, monkeypatch):
    def full(entries, actor):
        raise OSError("the disk is full")

    monkeypatch.setattr(work, "_recorder", full)
    with pytest.raises(OSError, match="full"), work.transaction(ACTOR) as w:
        add_note(ANNA)
        w.publish("note.added", owner_id=ANNA)
        w.record("note added")
    assert notes_of(ANNA) == []
    assert OutboxEvent.objects.count() == 0


def test_an_action_inside_another_one_of_the_same_actor_joins_it(table, written):
    with work.transaction(ACTOR) as outer:
        outer.record("one")
        with work.transaction(ACTOR) as inner:
            assert inner is outer
            inner.record("two")
        assert written == []
    assert [entry for entry, _, _ in written] == ["one", "two"]


def test_an_action_inside_that_of_somebody_else_is_refused(table):
    with pytest.raises(AnotherActor), work.transaction(ACTOR), work.transaction(system(ANNA)):
        pass


def test_work_runs_as_its_actors_party_and_person(table):
    with work.transaction(ACTOR), connection.cursor() as cursor:
        assert tenancy.current_party() == ANNA
        cursor.execute("SELECT zegel_party(), zegel_person()")
        assert cursor.fetchone() == (ANNA, ACTOR.id)
    assert notes() == []


def test_after_commit_runs_after_it_and_only_then(table):
    called = []
    with work.transaction(ACTOR) as w:
        w.after_commit(lambda: called.append("committed"))
        assert called == []
    with pytest.raises(RuntimeError), work.transaction(ACTOR) as w:
        w.after_commit(lambda: called.append("never"))
        raise RuntimeError
    assert called == ["committed"]


@pytest.mark.parametrize(
    "words",
    [
        {"kind": ActorKind.PERSON, "id": None, "party_id": ANNA},
        {"kind": ActorKind.UNIT, "id": uuid4(), "party_id": None},
        {"kind": ActorKind.SYSTEM, "id": uuid4(), "party_id": None},
        {"kind": ActorKind.PERSON, "id": uuid4(), "party_id": ANNA, "address": "anna's phone"},
    ],
)
def test_an_actor_that_can_not_exist_is_refused(words):
    with pytest.raises(BadActor):
        Actor(**words)
