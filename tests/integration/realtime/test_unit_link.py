# SPDX-License-Identifier: EUPL-1.2
"""The units' door: what a strange, broken or hostile unit can do (nothing), and what a good one gets.

Driven as the ASGI application that it is, with a real database behind it; TLS and processes:
tests/integration/test_roles_s3.py.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any

from tests.actors import SimUnit, World

from zegel.link.framing import decode_from_server, encode_from_unit
from zegel.link.messages import (
    Ack,
    AlarmItem,
    Challenge,
    Deliver,
    EpochItem,
    FromServer,
    Hello,
    Refused,
    Revoked,
    Unclaimed,
    Up,
    Welcome,
)
from zegel.seal.linkauth import LinkAuth, sign_link
from zegel.seal.suite import SigningKey
from zegel.server.kernel import clock, tenancy
from zegel.server.realtime import unit_link


class Wire:
    """The unit's end of the WebSocket."""

    def __init__(self) -> None:
        self._up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._down: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._up.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket",
            "path": "/unit-link",
            "headers": [(b"host", b"alarm.test:8443")],
            "client": ("192.0.2.7", 1),
        }
        self.task = asyncio.ensure_future(unit_link.application(scope, self._up.get, self._down.put))

    async def send(self, frame: bytes) -> None:
        await self._up.put({"type": "websocket.receive", "bytes": frame})

    async def event(self) -> dict[str, Any]:
        return await asyncio.wait_for(self._down.get(), 20)

    async def message(self) -> FromServer:
        event = await self.event()
        while event["type"] == "websocket.accept":
            event = await self.event()
        assert event["type"] == "websocket.send", event
        return decode_from_server(event["bytes"])

    async def closed(self) -> int:
        event = await self.event()
        while event["type"] != "websocket.close":
            event = await self.event()
        await self.task
        return int(event["code"])

    async def hang_up(self) -> None:
        await self._up.put({"type": "websocket.disconnect", "code": 1000})
        await asyncio.wait_for(self.task, 20)

    async def greet(self, unit: SimUnit, key: SigningKey | None = None, name: str | None = None) -> list[FromServer]:
        challenge = await self.message()
        assert isinstance(challenge, Challenge)
        assert challenge.server_name == "alarm.test"
        nonce = os.urandom(32)
        auth = LinkAuth(unit.id.bytes, challenge.nonce, nonce, name or challenge.server_name)
        signature = sign_link(auth, key or unit.signing)
        hello = Hello(unit.id.bytes, unit.signing.public_key, nonce, "t", signature, unit.pairing_id.bytes)
        await self.send(encode_from_unit(hello))
        event = await self.event()
        if event["type"] == "websocket.close":
            await self.task
            return []
        return [decode_from_server(event["bytes"])]


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 60))  # type: ignore[arg-type]


def test_a_stranger_is_welcomed_as_unclaimed_and_can_store_nothing(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    unit.keyset, unit.policy = world.keyset(unit, "yard"), world.policy(unit, world.keyset(unit, "yard"))
    _, alarm = unit.alarm()

    async def story() -> None:
        wire = Wire()
        (unclaimed,) = await wire.greet(unit)
        assert isinstance(unclaimed, Unclaimed)
        await wire.send(encode_from_unit(Up(1, alarm)))
        refused = await wire.message()
        assert isinstance(refused, Refused)
        assert refused.code == "not_paired"
        await wire.hang_up()

    run(story)


def test_who_does_not_hold_the_units_key_or_answered_another_server_is_sent_away(world: World, case: Any) -> None:
    async def story() -> None:
        for key, name in ((SigningKey.generate(), None), (None, "evil.test")):
            assert await Wire().greet(case.unit, key, name) == []

    run(story)


def test_what_is_no_message_ends_the_link_and_changes_nothing(world: World, case: Any) -> None:
    from zegel.server.alarms.models import Alarm

    async def story() -> None:
        for junk in (b"", b"\x00", os.urandom(400), b"\x81\xa4type\xa2up", b"x" * (9 << 20)):
            wire = Wire()
            (welcome,) = await wire.greet(case.unit)
            assert isinstance(welcome, Welcome)
            await wire.send(junk)
            assert await wire.closed() == unit_link.CLOSE_POLICY

    run(story)
    with tenancy.acting_as(case.actor.party_id):
        assert Alarm.objects.count() == 1


def test_each_item_is_answered_by_its_own_number_and_a_refusal_does_not_end_the_link(world: World, case: Any) -> None:
    unit = case.unit
    epoch = unit.epoch()
    good = [EpochItem(epoch.envelope), *unit.record(epoch, 0, 3)]

    async def story() -> None:
        wire = Wire()
        await wire.greet(unit)
        await wire.send(encode_from_unit(Up(7, AlarmItem(os.urandom(100)))))
        for n, item in enumerate(good, 8):
            await wire.send(encode_from_unit(Up(n, item)))
        acked: set[int] = set()
        refused: dict[int, str] = {}
        while len(acked) < len(good) or not refused:
            message = await wire.message()
            if isinstance(message, Ack):
                acked |= set(message.ns)
            if isinstance(message, Refused):
                refused[message.n] = message.code
        assert (acked, set(refused)) == ({8, 9, 10, 11}, {7})
        await wire.hang_up()

    run(story)


def test_what_can_not_be_stored_now_is_not_acknowledged_and_the_unit_is_told_to_come_back(
    world: World, case: Any, monkeypatch: Any
) -> None:
    from zegel.server.footage import pack_writer
    from zegel.server.kernel import storage

    def full(*_: Any) -> None:
        raise storage.Unavailable("The disk is full.")

    item = case.unit.record(case.epoch, 40, 41)[0]
    monkeypatch.setattr(pack_writer, "append", full)

    async def story() -> None:
        wire = Wire()
        await wire.greet(case.unit)
        await wire.send(encode_from_unit(Up(1, item)))
        assert await wire.closed() == unit_link.CLOSE_TRY_AGAIN

    run(story)


def test_a_revoked_unit_is_told_so_and_cut_off_within_a_second_and_never_let_in_again(world: World, case: Any) -> None:
    from zegel.server.kernel import services
    from zegel.server.sites import actions

    async def story() -> None:
        stop = asyncio.Event()
        hearing = asyncio.ensure_future(unit_link.hear(stop))
        await asyncio.sleep(0.5)
        wire = Wire()
        await wire.greet(case.unit)
        await services.in_thread(actions.revoke_unit, world.actor(world.owner_of(case.site)), case.unit.id)
        before = clock.monotonic()
        message = await wire.message()
        while not isinstance(message, Revoked):
            message = await wire.message()
        assert clock.monotonic() - before < 2
        assert await wire.closed() == unit_link.CLOSE_POLICY
        again = Wire()
        assert [type(m) for m in await again.greet(case.unit)] == [Revoked]
        stop.set()
        await hearing

    run(story)


def test_a_policy_reaches_a_connected_unit_within_a_second(world: World, case: Any) -> None:
    from dataclasses import replace

    from zegel.server.kernel import services
    from zegel.server.sites import actions

    name = world.owner_of(case.site)
    envelope = world.sign_policy(replace(case.unit.policy, counter=2), name)

    async def story() -> None:
        stop = asyncio.Event()
        hearing = asyncio.ensure_future(unit_link.hear(stop))
        await asyncio.sleep(2.0)
        wire = Wire()
        await wire.greet(case.unit)
        await services.in_thread(actions.accept_policy, world.actor(name), case.unit.id, envelope)
        before = clock.monotonic()
        message = await wire.message()
        while not (isinstance(message, Deliver) and message.envelope == envelope):
            message = await wire.message()
        assert clock.monotonic() - before < 2
        stop.set()
        await hearing
        await wire.hang_up()

    run(story)


def test_a_newer_link_of_the_same_unit_replaces_the_older_one(world: World, case: Any) -> None:
    async def story() -> None:
        first, second = Wire(), Wire()
        await first.greet(case.unit)
        await second.greet(case.unit)
        assert await first_close(first) == unit_link.CLOSE_REPLACED
        await second.hang_up()
        await first.hang_up()

    async def first_close(wire: Wire) -> int:
        event = await wire.event()
        while event["type"] != "websocket.close":
            event = await wire.event()
        return int(event["code"])

    run(story)


def test_strangers_from_one_address_are_limited(world: World) -> None:
    from zegel.server.realtime import intake

    for _ in range(20):
        assert intake.greet(SimUnit(clock.now_ms()).hello(), "192.0.2.9").refused == ""
    assert intake.greet(SimUnit(clock.now_ms()).hello(), "192.0.2.9").refused
    assert intake.greet(SimUnit(clock.now_ms()).hello(), "192.0.2.10").refused == ""


def test_only_so_many_prove_their_key_at_once_from_one_address(world: World, case: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(unit_link, "HANDSHAKES_PER_ADDRESS", 3)

    async def story() -> None:
        waiting = [Wire() for _ in range(3)]
        for wire in waiting:
            assert isinstance(await wire.message(), Challenge)
        assert await Wire().closed() == unit_link.CLOSE_TRY_AGAIN
        for wire in waiting:
            await wire.hang_up()
        assert not unit_link._handshakes
        good = Wire()
        assert [type(m) for m in await good.greet(case.unit)] == [Welcome]
        assert not unit_link._handshakes, "who is in counts no more"
        await good.hang_up()

    run(story)


def test_before_the_key_is_proved_a_frame_is_small(world: World) -> None:
    async def story() -> None:
        wire = Wire()
        await wire.message()
        await wire.send(b"x" * (unit_link.HELLO_FRAME + 1))
        assert await wire.closed() == unit_link.CLOSE_POLICY

    run(story)


def test_a_unit_that_reports_without_end_is_told_so_and_holds_up_no_alarm(
    world: World, case: Any, monkeypatch: Any
) -> None:
    from uuid import uuid4

    from zegel.link.messages import TechnicalItem, TechnicalKind

    monkeypatch.setattr(unit_link, "limits", unit_link.Limits())
    monkeypatch.setitem(unit_link.LIMITS, TechnicalItem, (0.001, 3.0))
    _, alarm = case.unit.alarm()

    async def story() -> None:
        wire = Wire()
        await wire.greet(case.unit)
        for n in range(1, 7):
            report = TechnicalItem(uuid4().bytes, TechnicalKind.TIME_JUMP, case.camera.bytes, clock.now_ms(), "jump")
            await wire.send(encode_from_unit(Up(n, report)))
        await wire.send(encode_from_unit(Up(7, alarm)))
        refused: dict[int, str] = {}
        acked: set[int] = set()
        while 7 not in acked or len(refused) + len(acked) < 7:
            message = await wire.message()
            if isinstance(message, Ack):
                acked |= set(message.ns)
            if isinstance(message, Refused):
                refused[message.n] = message.code
        assert refused == dict.fromkeys((4, 5, 6), "too_many")
        await wire.hang_up()

    run(story)


def test_a_units_limits_hold_over_its_links() -> None:
    limits = unit_link.Limits()
    for _ in range(60):
        assert limits.take(b"unit", unit_link.StatusItem) == 0
    assert limits.take(b"unit", unit_link.StatusItem) > 0
    assert limits.take(b"another", unit_link.StatusItem) == 0


def test_an_alarm_is_stored_while_every_other_thread_waits_for_the_store(world: World, case: Any) -> None:
    import threading

    from zegel.server.kernel import services

    _, alarm = case.unit.alarm()
    slow = threading.Event()

    async def story() -> None:
        wire = Wire()
        await wire.greet(case.unit)
        stuck = [asyncio.ensure_future(services.in_thread(slow.wait, 30)) for _ in range(64)]
        await asyncio.sleep(0.2)
        try:
            await wire.send(encode_from_unit(Up(1, alarm)))
            message = await wire.message()
            while not isinstance(message, Ack):
                message = await wire.message()
            assert message.ns == [1]
        finally:
            slow.set()
        await asyncio.gather(*stuck)
        await wire.hang_up()

    run(story)
