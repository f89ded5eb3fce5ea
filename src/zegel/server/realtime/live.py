# SPDX-License-Identifier: EUPL-1.2
"""The live picture to a browser: WebSocket /live/<lease>.

The browser opened a view through the API, which logged it. Here it says the lease's number, with its session's cookie,
from our own pages. Then come, as text, {"epoch": …} before each epoch's first segment, {"renewed": …} each minute,
{"alive": ms} each second, and {"ended": why} at the end; as binary the sealed segments.

- The door is asked each second whether the view may go on: lease, person, permission. It ends within two seconds.
- It is renewed, and so logged, while somebody looks: before the minute is over, never after.
- A viewer that is too slow loses pictures up to the next one that can stand alone; nothing waits for him here.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from zegel.server.footage import door
from zegel.server.footage.door import LiveNow, View
from zegel.server.kernel import clock, log, outbox, services
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.errors import ZegelError
from zegel.server.people.sessions import actor_from_session
from zegel.server.realtime import events, relay

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/live/"
ASK_EVERY_S = 1.0
RENEW_BEFORE_MS = 20_000
BACK_WITHIN_S = 5.0
PER_PERSON = 16
AT_MOST = 1000
CLOSE_NORMAL, CLOSE_REFUSED, CLOSE_TRY_AGAIN = 1000, 4403, 1013
_strangers = Buckets(Rate(per_s=2, burst=60))


def to_text(data: bytes) -> str:
    """As the API writes bytes: base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Over(Exception):
    """The view is over: why, in one word."""


@dataclass(eq=False)
class Viewer:
    """One browser looking at one camera."""

    actor: Actor
    session: str
    now: LiveNow
    send: Send
    backlog: relay.Backlog = field(default_factory=relay.Backlog)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    why: str = ""
    _told: set[bytes] = field(default_factory=set)

    def end(self, why: str) -> None:
        self.why = self.why or why
        self.ended.set()

    async def feed(self) -> None:
        """What comes, each epoch before its segments."""
        while True:
            piece = await self.backlog.take()
            epoch = UUID(bytes=piece.epoch)
            if not self.now.covers(epoch, piece.slot):
                continue
            if piece.epoch not in self._told and not await self._tell_epoch(epoch):
                continue
            await self.send({"type": "websocket.send", "bytes": piece.data})

    async def _tell_epoch(self, epoch: UUID) -> bool:
        try:
            envelope = await services.in_urgent_thread(door.live_epoch, self.actor, self.now.lease_id, epoch)
        except ZegelError:
            return False
        self._told.add(epoch.bytes)
        await self.say({"epoch": to_text(envelope)})
        return True

    async def keep(self) -> None:
        """Asks whether it may go on, and renews in time. Raises Over."""
        while True:
            if await services.wait(self.ended, ASK_EVERY_S):
                raise Over(self.why)
            try:
                self.now = await services.in_thread(self._ask)
                await self.say({"alive": clock.now_ms()})
                if self.now.expires_ms - clock.now_ms() < RENEW_BEFORE_MS:
                    await self._renew()
            except ZegelError as error:
                raise Over(self.why or error.code) from None

    def _ask(self) -> LiveNow:
        """Still signed in, for the same party and in the same role, and the door still says yes."""
        actor = actor_from_session(self.session, self.actor.address)
        if actor is None or (actor.id, actor.party_id, actor.role) != (
            self.actor.id, self.actor.party_id, self.actor.role
        ):  # fmt: skip
            raise Over("signed_out")
        return door.live_now(self.actor, self.now.lease_id)

    async def _renew(self) -> None:
        view: View = await services.in_thread(door.renew, self.actor, self.now.lease_id)
        await self.say({"renewed": {
            "lease_id": str(view.lease_id), "index": view.index, "promise": to_text(view.promise),
            "expires_ms": view.expires_ms,
        }})  # fmt: skip

    async def say(self, what: dict[str, Any]) -> None:
        await self.send({"type": "websocket.send", "text": json.dumps(what, separators=(",", ":"))})


_viewers: set[Viewer] = set()


@services.service("realtime", name="realtime.live_ends")
async def hear(stop: asyncio.Event) -> None:
    """A view that ended elsewhere (the viewer's own tap, the unit's word, a permission) ends here at once."""
    ends = outbox.stream({"live.ended", "view.ended"})
    stopping = asyncio.ensure_future(stop.wait())
    while not stop.is_set():
        upcoming = asyncio.ensure_future(anext(ends))
        await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not upcoming.done():
            upcoming.cancel()
            break
        _end(upcoming.result())
    for viewer in list(_viewers):
        viewer.end("restart")


def _end(event: outbox.Event) -> None:
    for viewer in list(_viewers):
        if str(viewer.now.lease_id) == event.payload.get("lease_id"):
            viewer.end(str(event.payload.get("code", "ended")))


# --- ASGI ---


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the paths below /live/."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 426, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()  # websocket.connect
    viewer = await _admit(scope, send)
    if viewer is None:
        await send({"type": "websocket.close", "code": CLOSE_REFUSED})
        return
    await send({"type": "websocket.accept"})
    _viewers.add(viewer)
    camera = viewer.now.camera_id.bytes
    relay.hub.join(camera, viewer.backlog)
    try:
        await _run(viewer, receive)
    finally:
        relay.hub.leave(camera, viewer.backlog)
        _viewers.discard(viewer)


async def _admit(scope: Scope, send: Send) -> Viewer | None:
    """Who has a running live view of his own, from our own pages; None for anybody else."""
    lease_id = _lease_of(scope["path"])
    session, address = events._session_key(scope), events._address(scope)
    source = source_of(address)
    if lease_id is None or not session or events._header(scope, b"origin") != settings.ORIGIN:
        return None
    if not _strangers.allows(source) or len(_viewers) >= AT_MOST:
        return None
    actor = await services.in_thread(actor_from_session, session, address)
    if actor is None:
        return None
    _strangers.give_back(source)
    if Counter(viewer.actor.id for viewer in _viewers)[actor.id] >= PER_PERSON:
        return None
    try:
        now = await services.in_thread(door.live_now, actor, lease_id)
    except ZegelError as error:
        log.info("live.refused", code=error.code)
        return None
    return Viewer(actor, session, now, send)


def _lease_of(path: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(path.removeprefix(PATH))
    return None


async def _run(viewer: Viewer, receive: Receive) -> None:
    """Until somebody ends it: the viewer by going, the door by its no."""
    gone = asyncio.ensure_future(_until_gone(receive))
    keeping = asyncio.ensure_future(viewer.keep())
    feeding = asyncio.ensure_future(viewer.feed())
    tasks = {gone, keeping, feeding}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(keeping, feeding, gone, return_exceptions=True)
    over = next((result for result in results if isinstance(result, Over)), None)
    if over is not None:
        with suppress(Exception):
            await viewer.say({"ended": str(over)})
            await viewer.send({"type": "websocket.close", "code": CLOSE_NORMAL, "reason": str(over)[:100]})
    elif gone.done() and not gone.cancelled():
        await _leave(viewer)
    else:
        with suppress(Exception):
            await viewer.send({"type": "websocket.close", "code": CLOSE_TRY_AGAIN})


async def _leave(viewer: Viewer) -> None:
    """The browser is gone. When it only lost its line it comes back in a moment; else the view ends here."""
    log.info("live.left", lost=viewer.backlog.lost)
    task = asyncio.ensure_future(_end_unless_back(viewer))
    _leaving.add(task)
    task.add_done_callback(_leaving.discard)


_leaving: set[asyncio.Task[None]] = set()


async def _end_unless_back(viewer: Viewer) -> None:
    await asyncio.sleep(BACK_WITHIN_S)
    lease_id = viewer.now.lease_id
    if any(other.now.lease_id == lease_id for other in _viewers):
        return
    with suppress(ZegelError):
        await services.in_thread(door.end_view, viewer.actor, lease_id)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass
