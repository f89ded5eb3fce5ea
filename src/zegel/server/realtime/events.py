# SPDX-License-Identifier: EUPL-1.2
"""Server-sent events to browsers: what happened, as identifiers; the page asks the API for the rest.

GET /events?last_id=N → `event: <topic>`, `id: <number>`, `data: {ids}`. (HTML Living Standard, 9.2.)
GET /events?rows=1 → the same for a console, with `event: alarms`, `data: {rows, gone}` in place of what happened to
alarms: see `realtime.rows`. Asks the gate as the list of alarms does.

- A stream is a signed-in person's, for the party he acts for; whether he still is, is asked again twice a minute.
- It carries events of owners that row-level security shows that party, and of those only what concerns it: that
  something
  was recorded or looked at is the owner's to know; an alarm centre hears of it only within an open window.
- One outbox listener for the process; a browser that does not keep up is closed, and resumes from its last id. When too
  much happened since, it is told to ask for its lists anew (`event: reload`).
"""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http.cookies import CookieError, SimpleCookie
from types import FrameType
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q

from zegel.server.centre import actions as seats
from zegel.server.footage import queries as footage
from zegel.server.footage.models import Window
from zegel.server.gate import Action, Resource, ResourceKind, decide
from zegel.server.kernel import clock, log, outbox, services, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.people.sessions import actor_from_session
from zegel.server.realtime import rows

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

OPEN_TOPICS = frozenset({
    "centre.changed",
    "alarm.opened", "alarm.changed", "alarm.recalled", "alarm.reopened", "alarm.escalated", "alarm.due", "alarm.asked",
    "window.opened", "window.ended", "release.stored", "unit.status", "unit.linked",
    "unit.unlinked", "unit.paired", "unit.revoked", "technical.raised", "window.reopened", "reopening.ended",
    "view.after_recall",
    "malfunction.opened", "malfunction.closed", "maintenance.requested", "maintenance.allowed", "maintenance.granted",
    "maintenance.changed", "maintenance.still", "maintenance.ended",
    "hold.signed", "hold.released", "incident.closed",
})  # fmt: skip
OWNERS_TOPICS = frozenset({
    "task.changed", "stock.changed", "view.logged", "view.ended", "footage.deleted", "epoch.stored", "manifest.stored",
    "breach.changed", "audit.changed", "privacy.contact", "integration.changed", "agreement.changed",
    "invoice.changed", "offer.changed", "payment.changed",
    "chain.step", "chain.offered", "chain.sheet", "chain.taken_back", "chain.declined",
})  # fmt: skip
WINDOW_TOPICS = frozenset({"segments.stored", "camera.controlled"})
TOPICS = OPEN_TOPICS | OWNERS_TOPICS | WINDOW_TOPICS

STREAMS_PER_SESSION = 6
STREAMS_AT_MOST = 2000
WAITING_AT_MOST = 500
HEARTBEAT_S = 15.0
STILL_SIGNED_IN_S = 30.0
SEEN_LASTS_S = 2.0
RESUMED_AT_MOST = 2000
QUIET = object()
# Cookies that are nobody's cost a look-up each: so many from one place. Who is signed in is not counted.
_strangers = Buckets(Rate(per_s=2, burst=60))


@dataclass(eq=False)
class Stream:
    """One browser's. `console`: which hears from its party's desk."""

    actor: Actor
    session: str
    console: bool = False
    queue: asyncio.Queue[outbox.Event | rows.Told | None] = field(
        default_factory=lambda: asyncio.Queue(WAITING_AT_MOST)
    )

    def offer(self, event: outbox.Event | rows.Told) -> None:
        """A stream that is too slow is ended; the browser comes back with its last id."""
        try:
            self.queue.put_nowait(event)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


_streams: set[Stream] = set()
_desks: dict[UUID, rows.Desk] = {}


@services.service("realtime", name="realtime.events")
async def hear(stop: asyncio.Event) -> None:
    """Hands every event to the streams of this process."""
    _end_streams_at_sigterm(asyncio.get_running_loop())
    events = outbox.stream(TOPICS)
    stopping = asyncio.ensure_future(stop.wait())
    while not stop.is_set():
        upcoming = asyncio.ensure_future(anext(events))
        await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not upcoming.done():
            upcoming.cancel()
            break
        _hand_on(upcoming.result())
    _end_streams()


def _hand_on(event: outbox.Event) -> None:
    for stream in list(_streams):
        if not stream.console:
            stream.offer(event)
    for desk in list(_desks.values()):
        desk.hear(event)


def _sit_down(stream: Stream) -> None:
    party_id = stream.actor.party_id
    if not stream.console or party_id is None:
        return
    desk = _desks.get(party_id)
    if desk is None:
        desk = _desks[party_id] = rows.Desk(party_id, partial(may_hear, stream.actor))
    desk.add(stream.offer)


def _stand_up(stream: Stream) -> None:
    party_id = stream.actor.party_id
    if stream.console and party_id in _desks and _desks[party_id].remove(stream.offer):
        del _desks[party_id]


def _end_streams() -> None:
    for stream in list(_streams):
        stream.end()


def _end_streams_at_sigterm(loop: asyncio.AbstractEventLoop) -> None:
    """A stream never ends by itself, and the listener waits for its requests to end before it lets the services go: so
    the streams end with the signal itself, and the browsers come back to whoever is next."""
    before = signal.getsignal(signal.SIGTERM)

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(_end_streams)
        if callable(before):
            before(number, frame)

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, handle)


# --- what a party may hear ---

_owners: dict[UUID, tuple[float, frozenset[UUID]]] = {}


def _visible_owners(party_id: UUID) -> frozenset[UUID]:
    """As row-level security has it now, at most two seconds old."""
    known, now = _owners.get(party_id), clock.monotonic()
    if known is not None and known[0] > now:
        return known[1]
    with tenancy.acting_as(party_id), connection.cursor() as cursor:
        cursor.execute("SELECT zegel_visible_owners()")
        found = frozenset(cursor.fetchone()[0])
    if len(_owners) > 10_000:
        _owners.clear()
    _owners[party_id] = (now + SEEN_LASTS_S, found)
    return found


def may_hear(actor: Actor, event: outbox.Event) -> bool:
    """Whether the acting party may know of this event. Reads the database."""
    if actor.party_id is None or event.owner_id is None or event.topic not in TOPICS:
        return False
    if event.owner_id == actor.party_id:
        return _may_be_told(actor, event)
    if event.topic in OWNERS_TOPICS or event.owner_id not in _visible_owners(actor.party_id):
        return False
    return event.topic in OPEN_TOPICS or _in_window(actor.party_id, event)


def _may_be_told(actor: Actor, event: outbox.Event) -> bool:
    """Of an alarm under duress the owner's people hear nothing while it lasts: somebody may be reading along."""
    return not event.payload.get("quiet") or actor.role in {"operator", "supervisor"}


def _in_window(party_id: UUID, event: outbox.Event) -> bool:
    with tenancy.acting_as(party_id):
        camera = event.uuid("camera_id")
        running = Window.objects.filter(arc_party_id=party_id, ended_at__isnull=True)
        found = running.filter(Q(camera_id=camera) | Q(cameras__contains=[str(camera)]))
        return any(footage.is_open(window) and not footage.is_held(window) for window in found)


@dataclass(frozen=True)
class Missed:
    """What a browser that comes back may have missed. `upto`: it can't be told one by one any more: the page asks for
    its lists anew, and goes on from there."""

    events: Sequence[outbox.Event] = ()
    upto: int | None = None


# From a little before the last id: a transaction may commit a lower number after a higher one was told. What is told
# twice is harmless, what is missed is not.
_SINCE = """
SELECT id, topic, owner_id, payload, at FROM kernel_outboxevent
WHERE id > %(last)s - %(back)s AND id <> %(last)s AND topic = ANY (%(topics)s)
  AND (owner_id = %(own)s OR (owner_id = ANY (%(owners)s) AND topic = ANY (%(open)s)))
  AND (id > %(last)s OR at >= (SELECT max(at) - make_interval(secs => %(late)s) FROM kernel_outboxevent
                               WHERE id <= %(last)s))
ORDER BY id LIMIT %(most)s
"""
_EDGES = "SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM kernel_outboxevent"
LATE_IDS, LATE_S = 1000, 10


def _missed(actor: Actor, last_id: int) -> Missed:
    if actor.party_id is None:
        return Missed()
    said: dict[str, Any] = {
        "last": last_id, "back": LATE_IDS, "topics": list(TOPICS), "own": actor.party_id, "late": LATE_S,
        "owners": list(_visible_owners(actor.party_id)), "open": list(OPEN_TOPICS | WINDOW_TOPICS),
        "most": RESUMED_AT_MOST + 1,
    }  # fmt: skip
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(_EDGES)
        lowest, highest = cursor.fetchone()
        if not lowest - 1 <= last_id <= highest:
            return Missed(upto=highest)  # forgotten since, or of another database's numbering
        cursor.execute(_SINCE, said)
        rows = cursor.fetchall()
    if len(rows) > RESUMED_AT_MOST:
        return Missed(upto=highest)
    return Missed([event for event in map(outbox.event_of, rows) if may_hear(actor, event)])


# --- ASGI ---


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the path /events."""
    if scope["type"] != "http" or scope["method"] != "GET":
        await _refuse(send, 405, "not_allowed")
        return
    session, source = _session_key(scope), source_of(_address(scope))
    if not _strangers.allows(source):
        await _refuse(send, 429, "too_many_requests")
        return
    actor = await services.in_thread(actor_from_session, session, _address(scope)) if session else None
    if actor is None:
        await _refuse(send, 401, "signed_out")
        return
    _strangers.give_back(source)
    last_id = _last_id(scope)
    if last_id is None:
        await _refuse(send, 400, "bad_last_id")
        return
    if len(_streams) >= STREAMS_AT_MOST or Counter(s.session for s in _streams)[session] >= STREAMS_PER_SESSION:
        await _refuse(send, 429, "too_many_streams")
        return
    stream = Stream(actor, session, _wants_rows(scope))
    if stream.console and not await services.in_thread(_may_list, actor):
        await _refuse(send, 403, "denied")
        return
    _streams.add(stream)
    _sit_down(stream)
    try:
        await _seat(seats.seat_seen, actor)
        await _run(stream, last_id, receive, send)
    finally:
        _streams.discard(stream)
        _stand_up(stream)
        if not any((s.actor.id, s.actor.party_id) == (actor.id, actor.party_id) for s in _streams):
            await _seat(seats.seat_gone, actor)


async def _seat(tell: Callable[[Actor], object], actor: Actor) -> None:
    """An operator's stream keeps his seat at the centre (C12). What goes wrong there ends nobody's stream."""
    try:
        await services.in_thread(tell, actor)
    except Exception as error:
        log.error("events.seat_failed", error=type(error).__name__, where=log.place_of(error))


async def _run(stream: Stream, last_id: int, receive: Receive, send: Send) -> None:
    headers = [
        (b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"),
        (b"x-accel-buffering", b"no"), (b"x-content-type-options", b"nosniff"),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"retry: 1000\n\n", "more_body": True})
    gone = asyncio.ensure_future(_until_gone(receive))
    telling = asyncio.ensure_future(_tell(stream, last_id, send))
    try:
        await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (gone, telling):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
    with suppress(Exception):
        await send({"type": "http.response.body", "body": b""})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _tell(stream: Stream, last_id: int, send: Send) -> None:
    had: set[int] = set()
    if last_id:
        missed = await services.in_thread(_missed, stream.actor, last_id)
        if missed.upto is not None:
            await _say(send, "reload", missed.upto, {})
        if stream.console:
            await _tell_rows(stream, missed.events, send)
        else:
            had = {event.id for event in missed.events}
            for event in missed.events:
                await _write(send, event)
    checked = clock.monotonic()
    while True:
        upcoming = await _upcoming(stream)
        if upcoming is QUIET or clock.monotonic() - checked > STILL_SIGNED_IN_S:
            if not await _still(stream):
                return
            checked = clock.monotonic()
        if upcoming is QUIET:
            await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
        elif isinstance(upcoming, rows.Told):
            await send({"type": "http.response.body", "body": upcoming.text, "more_body": True})
        elif not isinstance(upcoming, outbox.Event):
            return
        elif upcoming.id not in had and await _hears(stream.actor, upcoming):
            await _write(send, upcoming)


async def _tell_rows(stream: Stream, events: Sequence[outbox.Event], send: Send) -> None:
    """What a console missed: each alarm once, as it is now. What came since waits in its queue."""
    assert stream.actor.party_id is not None
    desk = rows.Desk(stream.actor.party_id, lambda event: True)  # they were asked about when they were found
    for start in range(0, len(events), rows.BATCH):
        for told in await services.in_thread(desk.made, list(events[start : start + rows.BATCH])):
            await send({"type": "http.response.body", "body": told.text, "more_body": True})


async def _upcoming(stream: Stream) -> outbox.Event | object | None:
    """The next event; QUIET when there was none for a while; None when the stream is to end."""
    try:
        async with asyncio.timeout(HEARTBEAT_S):
            return await stream.queue.get()
    except TimeoutError:
        return QUIET


async def _hears(actor: Actor, event: outbox.Event) -> bool:
    """The owner's own events need no database; the rest is asked."""
    if event.owner_id == actor.party_id:
        return _may_be_told(actor, event)
    try:
        return await services.in_thread(may_hear, actor, event)
    except Exception as error:
        log.error("events.filter_failed", error=type(error).__name__, where=log.place_of(error))
        return False


async def _still(stream: Stream) -> bool:
    actor = await services.in_thread(actor_from_session, stream.session, stream.actor.address)
    if actor != stream.actor or (stream.console and not await services.in_thread(_may_list, stream.actor)):
        return False
    await _seat(seats.seat_seen, stream.actor)
    return True


def _may_list(actor: Actor) -> bool:
    """Rows say what the list of alarms says, so the same is asked."""
    return decide(actor, Action.LIST, Resource(ResourceKind.ALARM)).allowed


async def _write(send: Send, event: outbox.Event) -> None:
    await _say(send, event.topic, event.id, {**event.payload, "at_ms": round(event.at.timestamp() * 1000)})


async def _say(send: Send, topic: str, number: int, payload: dict[str, Any]) -> None:
    data = json.dumps(payload, separators=(",", ":"))
    text = f"event: {topic}\nid: {number}\ndata: {data}\n\n"
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _refuse(send: Send, status: int, code: str) -> None:
    body = json.dumps({"error": {"code": code, "message": code}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
               (b"cache-control", b"no-store")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _header(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def _session_key(scope: Scope) -> str:
    try:
        cookies: SimpleCookie = SimpleCookie(_header(scope, b"cookie"))
    except CookieError:
        return ""
    morsel = cookies.get(settings.SESSION_COOKIE_NAME)
    return morsel.value if morsel is not None else ""


def _last_id(scope: Scope) -> int | None:
    """From the browser's own header at a reconnect, else from the address; 0 for "from now on"; None for nonsense."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    text = _header(scope, b"last-event-id") or query.get("last_id", ["0"])[0] or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


def _wants_rows(scope: Scope) -> bool:
    return parse_qs(scope["query_string"].decode("latin-1")).get("rows") == ["1"]


def _address(scope: Scope) -> str:
    return (scope.get("client") or ("", 0))[0]
