# SPDX-License-Identifier: EUPL-1.2
"""A browser that comes back hears what it missed, of what is its party's to hear, or is told to ask anew."""

from __future__ import annotations

import asyncio
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.kernel import outbox, tenancy
from zegel.server.realtime import events


def published(owner_id: UUID, count: int = 1, topic: str = "alarm.changed") -> int:
    """That many events of that owner; returns the newest one's number."""
    with tenancy.acting_as(None):
        outbox.insert([outbox.NewEvent.of(topic, owner_id, {"alarm_id": uuid4()}) for _ in range(count)])
    return highest()


def highest() -> int:
    from django.db import connection

    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM kernel_outboxevent")
        return int(cursor.fetchone()[0])


@pytest.fixture
def owner(world: World) -> Any:
    events._owners.clear()
    published(WORLD.party(WORLD.site("yard").owner).id)
    return world.actor(world.owner_of("yard"))


def test_what_others_did_meanwhile_crowds_out_nothing(owner: Any) -> None:
    last = highest()
    published(uuid4(), events.RESUMED_AT_MOST + 100)
    mine = published(owner.party_id)
    missed = events._missed(owner, last)
    assert missed.upto is None
    assert mine in {event.id for event in missed.events}
    assert {event.owner_id for event in missed.events} == {owner.party_id}


def test_who_missed_too_much_is_told_to_ask_for_everything_anew(owner: Any) -> None:
    last = highest()
    newest = published(owner.party_id, events.RESUMED_AT_MOST + 1)
    assert events._missed(owner, last) == events.Missed(upto=newest)
    assert events._missed(owner, newest + 1_000_000).upto == newest, "a number of another database"


def test_an_event_that_was_committed_late_is_not_missed(owner: Any) -> None:
    taken, go_on, late = threading.Event(), threading.Event(), []

    def slowly() -> None:
        from django.db import connections

        with tenancy.acting_as(None):
            outbox.insert([outbox.NewEvent.of("alarm.opened", owner.party_id, {"alarm_id": uuid4()})])
            late.append(True)
            taken.set()
            go_on.wait(10)
        connections.close_all()

    thread = threading.Thread(target=slowly)
    thread.start()
    taken.wait(10)
    last = published(owner.party_id)  # a higher number, committed and told first
    go_on.set()
    thread.join()
    missed = events._missed(owner, last)
    assert "alarm.opened" in {event.topic for event in missed.events}
    assert min(event.id for event in missed.events if event.topic == "alarm.opened") < last


def listen(session: str, last_id: int, until: str, said: list[bytes]) -> Any:
    """One stream, until `until` was said."""
    done = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        said.append(message.get("body", b"") or str(message.get("status", "")).encode())
        if until.encode() in said[-1]:
            done.set()

    async def receive() -> dict[str, Any]:
        await done.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http", "method": "GET", "path": "/events", "query_string": f"last_id={last_id}".encode(),
        "headers": [(b"cookie", f"zegel={session}".encode())], "client": ("192.0.2.1", 1),
    }  # fmt: skip
    return events.application(scope, receive, send)


def test_the_stream_says_reload_with_the_number_to_go_on_from(owner: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: owner)
    said: list[bytes] = []
    newest = highest()
    asyncio.run(asyncio.wait_for(listen("one", newest + 9, "reload", said), 20))
    assert f"event: reload\nid: {newest}\ndata: {{}}\n\n".encode() in said


def test_one_session_has_six_streams_and_no_more(owner: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: owner)

    async def story() -> None:
        open_ones = [asyncio.ensure_future(listen("one", 0, "never", [])) for _ in range(events.STREAMS_PER_SESSION)]
        await asyncio.sleep(0.5)
        seventh: list[bytes] = []
        await listen("one", 0, "429", seventh)
        assert b"429" in seventh
        another: list[bytes] = []
        other = asyncio.ensure_future(listen("two", 0, "never", another))
        await asyncio.sleep(0.5)
        assert b"200" in another
        for task in [*open_ones, other]:
            task.cancel()
        await asyncio.gather(*open_ones, other, return_exceptions=True)

    asyncio.run(asyncio.wait_for(story(), 20))
    assert not events._streams
