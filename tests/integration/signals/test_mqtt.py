# SPDX-License-Identifier: EUPL-1.2
"""A Frigate box over a real MQTT broker: reviews are alarms once, health is told, and nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiomqtt
import pytest

from tests.actors import World
from tests.broker import Broker
from tests.shared_files import shared
from zegel.demo.world import WORLD
from zegel.server.gate.errors import Denied
from zegel.server.signals import brokers, queries
from zegel.server.signals.brokers import NewBroker
from zegel.server.signals.errors import BadBroker

WITHIN_S = 20.0


class Listening:
    """`mqtt.listen` in a thread, as the receivers' process runs it."""

    def __enter__(self) -> Listening:
        self._loop, self._ready = asyncio.new_event_loop(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._ready.wait(5)
        return self

    def _run(self) -> None:
        from zegel.server.signals.receivers import mqtt

        async def main() -> None:
            self._stop = asyncio.Event()
            self._ready.set()
            await mqtt.listen(self._stop)

        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(main())

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker() as broker:
        yield broker


@pytest.fixture
def known(world: World, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("ZEGEL_BROKERS", "127.0.0.1")
    from zegel.server.signals.receivers import mqtt

    monkeypatch.setattr(mqtt, "LOOK_EVERY_S", 0.2)
    new = NewBroker(
        WORLD.site("yard").id, "Box", "127.0.0.1", broker.port, tls=False, username=broker.user,
        password=broker.password,
    )  # fmt: skip
    return brokers.add(world.actor("technician"), new)


def publish(broker: Broker, topic: str, payload: Any, *, retain: bool = False) -> None:
    async def main() -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port, username=broker.user, password=broker.password) as client:
            text = payload if isinstance(payload, str) else json.dumps(payload)
            await client.publish(topic, text, qos=1, retain=retain)

    asyncio.run(main())


def signals(world: World) -> list[Any]:
    return [row for row in queries.newest(world.actor("owner")) if row.source in {"mqtt", "server"}]


def until(ask: Callable[[], Any]) -> Any:
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come")


def review(of: str, severity: str, kind: str = "update") -> dict[str, Any]:
    sample = json.loads(shared("alarm/frigate_mqtt.json").read_text())["review_update"]
    after = {**sample["after"], "id": of, "severity": severity}
    return {"type": kind, "before": sample["before"], "after": after}


def connected(world: World) -> Any:
    return until(lambda: [row for row in brokers.all_of(world.actor("technician")) if row.connected_at])


def test_a_review_is_one_alarm_at_its_first_alert(world: World, broker: Broker, known: Any) -> None:
    with Listening():
        connected(world)
        publish(broker, "frigate/reviews", review("a-1", "detection", "new"))
        publish(broker, "frigate/reviews", review("a-1", "alert"))
        publish(broker, "frigate/reviews", review("a-1", "alert", "end"))
        publish(broker, "frigate/reviews", review("b-2", "alert", "new"))
        rows = until(lambda: found if len(found := signals(world)) >= 2 and found[-1].times == 2 else None)
    assert [(row.signal_class, row.zone, row.times) for row in rows] == [
        ("video", "front_cam", 1), ("video", "front_cam", 2),
    ]  # fmt: skip


def test_the_boxs_own_health_is_told(world: World, broker: Broker, known: Any) -> None:
    with Listening():
        connected(world)
        publish(broker, "frigate/available", "offline")
        publish(broker, "frigate/yard/status/detect", "offline")
        publish(broker, "frigate/available", "online")
        rows = until(lambda: found if len(found := signals(world)) >= 3 else None)
    assert sorted((row.code, row.phase) for row in rows) == [
        ("frigate", "restore"), ("frigate", "trouble"), ("frigate_camera", "trouble"),
    ]  # fmt: skip


def test_what_came_while_nobody_listened_is_not_lost_and_what_was_stored_is_not_sent_again(
    world: World, broker: Broker, known: Any
) -> None:
    with Listening():
        connected(world)
        publish(broker, "frigate/reviews", review("a-1", "alert"))
        until(lambda: signals(world))
    publish(broker, "frigate/reviews", review("b-2", "alert"))
    with Listening():
        rows = until(lambda: found if len(found := signals(world)) >= 2 else None)
    assert [row.times for row in rows] == [1, 1]


def test_what_cannot_be_stored_is_not_acknowledged(
    world: World, broker: Broker, known: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = brokers.take, []

    def broken(*args: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the database is away")
        return real(*args)

    monkeypatch.setattr(brokers, "take", broken)
    with Listening():
        connected(world)
        publish(broker, "frigate/reviews", review("a-1", "alert"))
        rows = until(lambda: [row for row in signals(world) if row.source == "mqtt"])
    assert rows[0].extra[0] == ["review", "a-1"]
    assert len(tries) >= 2


def test_a_broker_that_is_gone_is_told_once_and_its_return_too(world: World, broker: Broker, known: Any) -> None:
    with Listening():
        connected(world)
        broker.stop()
        until(lambda: signals(world))
        time.sleep(1.5)
        assert [(row.code, row.phase) for row in signals(world)] == [("broker", "trouble")]
        broker.start()
        rows = until(lambda: found if len(found := signals(world)) >= 2 else None)
    assert [row.phase for row in rows] == ["restore", "trouble"]


@pytest.mark.parametrize(
    ("host", "tls"),
    [("127.0.0.1", True), ("localhost", True), ("169.254.169.254", True), ("10.0.0.1", True), ("::1", True),
     ("8.8.8.8", False), ("no such host", True), ("", True)],
)  # fmt: skip
def test_the_server_does_not_connect_to_where_it_must_not(world: World, host: str, tls: bool) -> None:
    with pytest.raises(BadBroker):
        brokers.add(world.actor("technician"), NewBroker(WORLD.site("yard").id, "Box", host, 1883, tls=tls))


@pytest.mark.parametrize("person", ["owner", "operator", "foreman"])
def test_only_who_installs_adds_one(world: World, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZEGEL_BROKERS", "127.0.0.1")
    with pytest.raises(Denied):
        brokers.add(world.actor(person), NewBroker(WORLD.site("yard").id, "Box", "127.0.0.1", 1883, tls=False))


def test_the_password_is_kept_from_everybody(world: World, known: Any, seeded: Any, broker: Broker) -> None:
    import psycopg

    (line,) = brokers.lines()
    assert line.password == broker.password
    assert broker.password not in repr(line)
    with psycopg.connect(seeded._url("zegel_admin", "zegel")) as admin:
        rows = admin.execute("SELECT row_to_json(b)::text FROM signals_broker b").fetchall()
    assert broker.password not in str(rows)
    assert broker.password.encode().hex() not in str(rows)
