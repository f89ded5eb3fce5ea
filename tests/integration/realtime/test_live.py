# SPDX-License-Identifier: EUPL-1.2
"""The live picture on its way: from a unit's link over the relay to the owner's browser, and to nobody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from tests.actors import MARKER, SimUnit, World
from tests.integration.footage.test_door import logged
from tests.integration.realtime.test_unit_link import Wire

from zegel.link.framing import encode_from_unit
from zegel.link.messages import Controlled, LiveSegments, LiveWhy, StartLive, StopLive
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.segment import Track as SealTrack
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import Lease, Segment
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import clock, services, tenancy
from zegel.server.ledger import Kind
from zegel.server.realtime import live, relay, unit_link


class Browser:
    """The owner's end of /live/<lease>."""

    def __init__(self, lease: UUID, origin: str = "") -> None:
        self._up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.down: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._up.put_nowait({"type": "websocket.connect"})
        headers = [(b"cookie", b"zegel=session"), (b"origin", (origin or settings.ORIGIN).encode())]
        scope = {"type": "websocket", "path": f"/live/{lease}", "headers": headers, "client": ("192.0.2.1", 1)}
        self.task = asyncio.ensure_future(live.application(scope, self._up.get, self.down.put))

    async def next(self) -> dict[str, Any]:
        return await asyncio.wait_for(self.down.get(), 20)

    async def said(self) -> dict[str, Any]:
        """The next text, but that the line is alive."""
        while True:
            event = await self.next()
            assert event["type"] == "websocket.send", event
            told = dict(json.loads(event["text"]))
            if "alive" not in told:
                return told

    async def picture(self) -> bytes:
        while not (event := await self.next()).get("bytes"):
            pass
        return bytes(event["bytes"])

    async def gone(self) -> None:
        await self._up.put({"type": "websocket.disconnect", "code": 1001})
        await asyncio.wait_for(self.task, 20)


@asynccontextmanager
async def relaying(folder: Path, monkeypatch: Any) -> Any:
    """Gateway and viewers, as in two processes."""
    monkeypatch.setattr(settings, "RELAY_LISTEN", f"unix:{folder}/r.sock")
    monkeypatch.setattr(settings, "RELAY", (f"unix:{folder}/r.sock",))
    monkeypatch.setattr(relay, "publisher", relay.Publisher())
    monkeypatch.setattr(relay, "hub", relay.Hub())
    stop = asyncio.Event()
    running = [asyncio.ensure_future(run(stop)) for run in (relay.listen, relay.follow, live.hear, unit_link.hear)]
    while not relay.hub._tellers:
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*running, return_exceptions=True)


def story(told: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(told(), 60))  # type: ignore[arg-type]


@pytest.fixture
def yard(world: World) -> Any:
    from types import SimpleNamespace

    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit, "yard")
    return SimpleNamespace(
        unit=unit, actor=actor, owner=world.actor(world.owner_of("yard")), camera=unit.camera, site="yard"
    )


def look(yard: Any, confirmed: bool = True) -> ViewRequest:
    return ViewRequest(yard.camera, Track.LIVE, Purpose.OWN_USE, confirmed=confirmed)


async def opened(yard: Any) -> Any:
    return await services.in_thread(door.open_view, yard.owner, look(yard))


def test_the_owner_sees_live_what_his_unit_sends_and_nothing_of_it_is_stored(
    world: World, yard: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(live, "actor_from_session", lambda session, address: yard.owner)

    async def told() -> None:
        async with relaying(tmp_path, monkeypatch):
            wire = Wire()
            await wire.greet(yard.unit)
            view = await opened(yard)
            asked = await until(wire, StartLive)
            assert (asked.id, asked.camera, asked.why) == (view.lease_id.bytes, yard.camera.bytes, LiveWhy.OWNER)
            epoch = yard.unit.epoch(track=SealTrack.LIVE)
            await services.in_thread(world.accept, yard.actor, yard.unit, yard.unit.epoch_item(epoch))
            browser = Browser(view.lease_id)
            assert (await browser.next())["type"] == "websocket.accept"
            sealed = [yard.unit.segment(epoch, 0), yard.unit.segment(epoch, 0, random_access=False)]
            await wire.send(encode_from_unit(Controlled(asked.id, True, "done", epoch.id.bytes)))
            await wire.send(encode_from_unit(LiveSegments(yard.camera.bytes, epoch.id.bytes, sealed)))
            envelope = live_epoch((await browser.said())["epoch"], yard.unit)
            root = open_epoch(envelope, world.owner_tenant("yard"))
            for piece in sealed:
                came = await browser.picture()
                assert came == piece
                assert MARKER in open_segment(leaf(root, 0), came)[1]
            await services.in_thread(door.end_view, yard.owner, view.lease_id)
            assert (await browser.said())["ended"] == "ended"
            stop = await until(wire, StopLive)
            assert stop.id == view.lease_id.bytes
            await wire.hang_up()

    story(told)
    with tenancy.acting_as(yard.owner.party_id):
        assert not Segment.objects.exists()
    assert len(logged(world, yard, Kind.VIEW)) == len(logged(world, yard, Kind.VIEW_ENDED)) == 1


def live_epoch(text: str, unit: SimUnit) -> Any:
    import base64

    return verify_epoch(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), unit.signing.public_key)


async def until(wire: Wire, kind: type[Any]) -> Any:
    while True:
        message = await wire.message()
        if isinstance(message, kind):
            return message


def test_what_the_unit_ends_ends_here_and_says_why(world: World, yard: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(live, "actor_from_session", lambda session, address: yard.owner)

    async def told() -> None:
        async with relaying(tmp_path, monkeypatch):
            wire = Wire()
            await wire.greet(yard.unit)
            view = await opened(yard)
            asked = await until(wire, StartLive)
            browser = Browser(view.lease_id)
            await browser.next()
            await wire.send(encode_from_unit(Controlled(asked.id, False, "blocked")))
            assert (await browser.said())["ended"] == "blocked"
            await wire.hang_up()

    story(told)
    with tenancy.acting_as(yard.owner.party_id):
        assert Lease.objects.get().ended_at is not None


def test_only_the_leases_own_person_from_our_own_pages_is_let_in(
    world: World, yard: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    async def told() -> None:
        view = await opened(yard)
        for who, origin in (
            (yard.owner, "https://evil.example"), (world.actor("operator"), ""), (world.actor("technician"), ""),
            (None, ""),
        ):  # fmt: skip
            monkeypatch.setattr(live, "actor_from_session", lambda session, address, who=who: who)
            browser = Browser(view.lease_id, origin)
            assert (await browser.next())["type"] == "websocket.close"
        monkeypatch.setattr(live, "actor_from_session", lambda session, address: yard.owner)
        await services.in_thread(door.end_view, yard.owner, view.lease_id)
        assert (await Browser(view.lease_id).next())["type"] == "websocket.close"

    story(told)


def test_who_signs_out_sees_nothing_more_within_two_seconds(
    world: World, yard: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    signed_in = [True]
    monkeypatch.setattr(live, "actor_from_session", lambda session, address: yard.owner if signed_in[0] else None)

    async def told() -> None:
        async with relaying(tmp_path, monkeypatch):
            view = await opened(yard)
            browser = Browser(view.lease_id)
            await browser.next()
            signed_in[0] = False
            begun = clock.monotonic()
            assert (await browser.said())["ended"] == "signed_out"
            assert clock.monotonic() - begun < 2

    story(told)


def test_a_stranger_on_the_relay_hears_nothing(tmp_path: Path, monkeypatch: Any) -> None:
    async def told() -> None:
        async with relaying(tmp_path, monkeypatch):
            reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/r.sock")
            writer.write(len(bytes(32)).to_bytes(4, "big") + bytes(32))
            writer.write(len(bytes(32)).to_bytes(4, "big") + bytes(32))  # a proof of nothing
            heard = await asyncio.wait_for(reader.read(), 10)
            assert len(heard) <= 2 * 36  # its nonce and its own proof, then the door is shut
            writer.close()

    story(told)


def test_a_slow_viewer_loses_pictures_up_to_the_next_that_stands_alone_and_no_memory() -> None:
    async def told() -> None:
        backlog = relay.Backlog()
        for at in range(2000):
            data = at.to_bytes(4, "big") * 2500
            backlog.offer(relay.Piece(b"c" * 16, b"e" * 16, data, 0, at % 50 == 0))
        assert sum(len(piece.data) for piece in backlog._waiting) <= relay.BACKLOG_BYTES
        assert backlog.lost > 0
        first = await backlog.take()
        assert first.random_access

    asyncio.run(told())
