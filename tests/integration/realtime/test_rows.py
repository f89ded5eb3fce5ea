# SPDX-License-Identifier: EUPL-1.2
"""A console hears each alarm's row, read once for its whole centre, and misses none over a broken line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError
from tests.actors import World

from zegel.demo.world import WORLD
from zegel.server.alarms import shapes
from zegel.server.kernel import outbox, tenancy
from zegel.server.realtime import events, rows

OWNER = WORLD.party(WORLD.site("yard").owner).id


class Told:
    """What one console was told."""

    def __init__(self) -> None:
        self.text = ""
        self.messages: list[rows.Told] = []

    def hear(self, one: rows.Told) -> None:
        self.messages.append(one)
        self.text += one.text.decode()

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for data in self._data("alarms") for row in data["rows"]]

    @property
    def gone(self) -> list[str]:
        return [one for data in self._data("alarms") for one in data["gone"]]

    def _data(self, topic: str) -> list[dict[str, Any]]:
        blocks = [block for block in self.text.split("\n\n") if f"event: {topic}\n" in block]
        return [json.loads(block.split("data: ", 1)[1]) for block in blocks]


@pytest.fixture
def centre(case: Any) -> UUID:
    events._owners.clear()
    return WORLD.party("centrale").id


def happened(alarm_id: UUID, owner_id: UUID, topic: str = "alarm.changed", **more: Any) -> outbox.Event:
    """That event, as the outbox has it."""
    from django.db import connection

    with tenancy.acting_as(None):
        outbox.insert([outbox.NewEvent.of(topic, owner_id, {"alarm_id": alarm_id, **more})])
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, topic, owner_id, payload, at FROM kernel_outboxevent ORDER BY id DESC LIMIT 1")
            return outbox.event_of(cursor.fetchone())


def desk_of(centre: UUID, heard: Callable[[outbox.Event], bool] = lambda event: True) -> rows.Desk:
    return rows.Desk(centre, heard)


def run(desk: rows.Desk, consoles: list[Told], heard: list[outbox.Event], until: Callable[[], bool]) -> None:
    async def story() -> None:
        for console in consoles:
            desk.add(console.hear)
        for event in heard:
            desk.hear(event)
        async with asyncio.timeout(10):
            while not until():
                await asyncio.sleep(0.01)
        for console in consoles:
            desk.remove(console.hear)

    asyncio.run(story())


def test_fifty_consoles_of_a_centre_cost_one_read_and_all_hear_the_row(
    case: Any, world: World, centre: UUID, monkeypatch: Any
) -> None:
    reads: list[int] = []
    real = shapes.rows

    def counted(party_id: UUID, alarm_ids: Any = None, **more: Any) -> Any:
        reads.append(len(alarm_ids))
        return real(party_id, alarm_ids, **more)

    monkeypatch.setattr(shapes, "rows", counted)
    consoles = [Told() for _ in range(50)]
    event = happened(case.alarm_id, OWNER)
    run(desk_of(centre), consoles, [event] * 20, lambda: all(console.rows for console in consoles))
    assert len(reads) <= 2, "twenty changes in a burst are one or two reads"
    for console in consoles:
        assert {row["id"] for row in console.rows} == {str(case.alarm_id)}
        assert console.messages[-1].upto == event.id


def test_the_row_is_what_the_list_says(case: Any, world: World, centre: UUID) -> None:
    world.claim(case)
    told = Told()
    run(desk_of(centre), [told], [happened(case.alarm_id, OWNER)], lambda: bool(told.rows))
    assert told.rows[0] == json.loads(json.dumps(shapes.rows(centre, [case.alarm_id])[0]))
    assert told.rows[0]["state"] == "claimed"


def test_what_the_centre_may_not_see_is_not_among_the_rows(case: Any, centre: UUID) -> None:
    told = Told()
    run(desk_of(centre), [told], [happened(uuid4(), OWNER)], lambda: bool(told.gone))
    assert told.rows == []


def test_who_may_not_hear_of_an_owner_hears_nothing(case: Any, centre: UUID) -> None:
    asked: list[outbox.Event] = []

    def nobody(event: outbox.Event) -> bool:
        asked.append(event)
        return False

    told = Told()
    run(desk_of(centre, nobody), [told], [happened(case.alarm_id, OWNER)], lambda: bool(asked))
    assert told.text == ""


def test_a_technical_report_that_is_in_no_alarm_says_nothing_and_keeps_nobody_from_hearing_what_follows(
    case: Any, centre: UUID
) -> None:
    """As a unit makes it at pairing: such an event once kept every console of a centre from hearing anything."""
    from uuid import uuid4

    report = happened(uuid4(), OWNER, "technical.raised", kind="refused_object")
    alone = replace(report, payload={key: value for key, value in report.payload.items() if key != "alarm_id"})
    assert desk_of(centre).made([alone]) == []
    told = Told()
    run(desk_of(centre), [told], [alone, happened(case.alarm_id, OWNER)], lambda: bool(told.rows))


def test_a_windows_end_is_news_by_itself_and_comes_with_its_row_and_one_number(case: Any, centre: UUID) -> None:
    told = Told()
    ended = happened(case.alarm_id, OWNER, "window.ended", reason="recalled")
    run(desk_of(centre), [told], [ended], lambda: bool(told.rows))
    assert "event: window.ended\ndata: " in told.text
    assert told.text.count("id: ") == 1
    assert told.text.index("window.ended") < told.text.index("event: alarms")


def test_a_database_that_does_not_answer_delays_and_loses_nothing(case: Any, centre: UUID, monkeypatch: Any) -> None:
    monkeypatch.setattr(rows, "PAUSE_AFTER_FAULT_S", 0.01)
    real, failing = shapes.rows, [True, True]

    def flaky(*args: Any, **more: Any) -> Any:
        if failing:
            failing.pop()
            raise OperationalError
        return real(*args, **more)

    monkeypatch.setattr(shapes, "rows", flaky)
    told = Told()
    run(desk_of(centre), [told], [happened(case.alarm_id, OWNER)], lambda: bool(told.rows))
    assert not failing


def test_what_can_never_be_read_makes_consoles_ask_for_the_list_and_stops_nothing_behind_it(
    case: Any, centre: UUID, monkeypatch: Any
) -> None:
    real, wrong = shapes.rows, [True]

    def once_wrong(*args: Any, **more: Any) -> Any:
        if wrong:
            wrong.pop()
            raise KeyError
        return real(*args, **more)

    monkeypatch.setattr(shapes, "rows", once_wrong)
    told, desk = Told(), desk_of(centre)
    first = happened(case.alarm_id, OWNER)
    run(desk, [told], [first], lambda: "event: reload\n" in told.text)
    assert told.messages[-1].upto == first.id
    run(desk, [told], [happened(case.alarm_id, OWNER)], lambda: bool(told.rows))


def listen(session: str, last_id: int, until: str, said: list[bytes]) -> Any:
    """One console's stream, until `until` was said."""
    done = asyncio.Event()

    async def send(message: dict[str, Any]) -> None:
        said.append(message.get("body", b"") or str(message.get("status", "")).encode())
        if until.encode() in said[-1]:
            done.set()

    async def receive() -> dict[str, Any]:
        await done.wait()
        return {"type": "http.disconnect"}

    scope = {
        "type": "http", "method": "GET", "path": "/events", "query_string": f"rows=1&last_id={last_id}".encode(),
        "headers": [(b"cookie", f"zegel={session}".encode())], "client": ("192.0.2.1", 1),
    }  # fmt: skip
    return events.application(scope, receive, send)


def test_a_console_that_comes_back_is_told_each_missed_alarm_once_as_it_is_now(
    case: Any, world: World, centre: UUID, monkeypatch: Any
) -> None:
    operator = world.actor("operator")
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: operator)
    last = happened(case.alarm_id, OWNER).id
    for _ in range(5):
        newest = happened(case.alarm_id, OWNER)
    world.claim(case)
    said: list[bytes] = []
    asyncio.run(asyncio.wait_for(listen("one", last, "event: alarms", said), 20))
    text = b"".join(said).decode()
    assert text.count("event: alarms") == 1
    data = json.loads(text.split("event: alarms\n", 1)[1].split("data: ", 1)[1].split("\n", 1)[0])
    assert [row["state"] for row in data["rows"]] == ["claimed"]
    assert int(text.split("id: ", 1)[1].split("\n", 1)[0]) >= newest.id


def test_who_may_not_list_alarms_gets_no_rows(world: World, monkeypatch: Any) -> None:
    technician = world.actor("technician")
    monkeypatch.setattr(events, "actor_from_session", lambda session, address: technician)
    said: list[bytes] = []
    asyncio.run(asyncio.wait_for(listen("one", 0, "denied", said), 20))
    assert said[0] == b"403"
