# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from tests.clock import stopped_clock
from tests.integration.kernel.tables import add_note, make_tenant_table, notes_of
from zegel.server.kernel import outbox, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.models import OutboxDelivery, OutboxEvent
from zegel.server.kernel.outbox import BadEvent, Deliverer

ANNA = uuid4()


@pytest.fixture(autouse=True)
def _no_other_subscribers(monkeypatch):
    monkeypatch.setattr(outbox, "_subscribers", {})


def publish(*topics: str, **ids) -> None:
    with work.transaction(system(ANNA)) as w:
        for topic in topics:
            w.publish(topic, owner_id=ANNA, **ids)


# --- what may be in an event ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["Anna de Vries", "anna@example.nl", 1.5, b"bytes", {"a": 1}, "x" * 49, [uuid4()] * 101, 2**53, ["a b"]]
)
def test_what_could_be_somebodys_data_is_not_published(db, value):
    with pytest.raises(BadEvent):
        publish("note.added", what=value)


@pytest.mark.parametrize("value", [uuid4(), 7, True, None, "zone-2", [uuid4(), uuid4()]])
def test_identifiers_numbers_and_short_words_are(db, value):
    publish("note.added", what=value)
    assert OutboxEvent.objects.count() == 1


@pytest.mark.parametrize("topic", ["note", "Note.added", "note.added.twice", "note added", ""])
def test_a_topic_is_a_noun_and_a_verb(db, topic):
    with pytest.raises(BadEvent):
        publish(topic)


# --- the durable way --------------------------------------------------------------------------------------------------


def test_a_subscriber_gets_each_event_of_its_topics_once_as_its_owner(db):
    got = []

    @outbox.subscribe("note.added", name="test.reader")
    def read(event):
        got.append((event.topic, tenancy.current_party(), event.uuid("note_id")))

    note = uuid4()
    publish("note.added", "note.removed", note_id=note)
    deliverer = Deliverer()
    assert deliverer.run_once() == 1
    assert deliverer.run_once() == 0
    assert Deliverer().run_once() == 0
    assert got == [("note.added", ANNA, note)]


def test_what_a_failing_subscriber_did_is_undone_and_tried_again_later(db):
    make_tenant_table(db)
    tries = []

    @outbox.subscribe("note.wanted", name="test.clumsy")
    def write(event):
        add_note(ANNA, "half done" if not tries else "done")
        tries.append(event.id)
        if len(tries) == 1:
            raise RuntimeError("clumsy")

    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        publish("note.wanted")
        deliverer = Deliverer()
        assert deliverer.run_once() == 0
        assert notes_of(ANNA) == []
        assert deliverer.run_once() == 0
        now.advance(2)
        assert deliverer.run_once() == 1
    assert notes_of(ANNA) == ["done"]
    assert OutboxDelivery.objects.get().attempts == 2


def test_one_failing_subscriber_holds_up_no_other(db):
    got = []

    @outbox.subscribe("note.added", name="test.broken")
    def broken(event):
        raise RuntimeError

    @outbox.subscribe("note.added", name="test.fine")
    def fine(event):
        got.append(event.id)

    publish("note.added")
    publish("note.added")
    Deliverer().run_once()
    assert len(got) == 2


def test_two_workers_deliver_an_event_once(db):
    got = []
    both = threading.Barrier(2)

    @outbox.subscribe("note.added", name="test.slow")
    def slow(event):
        got.append(event.id)

    for _ in range(20):
        publish("note.added")

    def run():
        both.wait()
        Deliverer().run_once()
        connections.close_all()

    workers = [threading.Thread(target=run) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(got) == sorted(OutboxEvent.objects.values_list("id", flat=True))


def test_an_event_committed_late_is_delivered_though_later_ones_were(db):
    got = []

    @outbox.subscribe("note.added", name="test.reader")
    def read(event):
        got.append(event.id)

    deliverer = Deliverer()
    with psycopg.connect(db.app) as slow:
        slow.execute("INSERT INTO kernel_outboxevent (topic, payload, at) VALUES ('note.added', '{}', '2026-03-01Z')")
        with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
            for _ in range(4):
                publish("note.added")
                deliverer.run_once()
                now.advance(60)
            assert len(got) == 4
            slow.commit()
            deliverer.run_once()
    assert len(got) == 5


def test_an_event_committed_between_reading_and_looking_is_delivered(db, monkeypatch):
    got = []

    @outbox.subscribe("note.added", name="test.reader")
    def reader(event):
        got.append(event.id)

    with psycopg.connect(db.app) as slow, stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        slow.execute("INSERT INTO kernel_outboxevent (topic, payload, at) VALUES ('note.added', '{}', '2026-03-01Z')")
        deliverer = Deliverer()
        publish("note.added")
        deliverer.run_once()  # from here the two events are a candidate for the floor
        now.advance(60)
        read = outbox._due

        def then_commit(*asked):
            answer = read(*asked)
            slow.commit()
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(outbox, "_due", then_commit)
            deliverer.run_once()
        now.advance(60)
        for _ in range(3):
            deliverer.run_once()
            now.advance(60)
    assert sorted(got) == [1, 2]


def test_a_backlog_larger_than_a_batch_is_delivered_whole_though_it_takes_long(db, monkeypatch):
    got = []
    monkeypatch.setattr(outbox, "BATCH", 2)

    @outbox.subscribe("note.added", name="test.reader")
    def read(event):
        got.append(event.id)

    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        publish(*["note.added"] * 7)
        deliverer = Deliverer()
        for _ in range(5):
            deliverer.run_once()
            now.advance(60)
    assert got == [1, 2, 3, 4, 5, 6, 7]


def test_events_are_dropped_after_a_week_when_all_have_had_them(db):
    @outbox.subscribe("note.added", name="test.reader")
    def read(event):
        pass

    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        publish("note.added", "note.unheard")
        now.advance(timedelta(days=6))
        assert outbox.forget_old() == 0
        now.advance(timedelta(days=2))
        assert outbox.forget_old() == 1  # the one that nobody waits for
        Deliverer().run_once()
        assert outbox.forget_old() == 1
    assert OutboxEvent.objects.count() == 0


# --- the live way -----------------------------------------------------------------------------------------------------


async def _collect(count: int, topics=("note.added",), from_id=None, during=None) -> list[int]:
    got: list[int] = []

    async def listen() -> None:
        async for event in outbox.stream(topics, from_id):
            got.append(event.id)
            if len(got) == count:
                return

    listening = asyncio.ensure_future(listen())
    await asyncio.sleep(0.3)
    if during:
        await asyncio.to_thread(_and_close, during)
    await asyncio.wait_for(listening, 15)
    return got


def _and_close(call) -> None:
    try:
        call()
    finally:
        connections.close_all()


def test_a_stream_hears_what_is_committed_from_now_on(db):
    publish("note.added")
    got = asyncio.run(_collect(2, during=lambda: [publish("note.added"), publish("note.other"), publish("note.added")]))
    assert got == [2, 4]


def test_a_stream_resumes_after_the_last_id(db):
    with stopped_clock(datetime(2026, 3, 1, tzinfo=UTC)) as now:
        for _ in range(3):
            publish("note.added")
            now.advance(60)
    assert asyncio.run(_collect(2, from_id=1)) == [2, 3]


def test_a_stream_gets_an_event_that_is_committed_after_later_ones(db):
    def late() -> None:
        with psycopg.connect(db.app) as slow:
            slow.execute(
                "INSERT INTO kernel_outboxevent (topic, payload, at) VALUES ('note.added', '{}', '2026-03-01Z')"
            )
            publish("note.added")
            time.sleep(0.3)  # the stream has had that one now
            slow.execute("SELECT pg_notify('zegel_outbox', '1')")

    assert asyncio.run(_collect(2, during=late)) == [2, 1]


def test_a_stream_loses_nothing_when_the_database_restarts(db, postgres):
    def restart() -> None:
        publish("note.added")
        connections.close_all()
        postgres.stop()
        postgres.start()
        publish("note.added")

    assert asyncio.run(_collect(2, during=restart)) == [1, 2]
