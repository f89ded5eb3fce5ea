# SPDX-License-Identifier: EUPL-1.2
"""The units' door: one WebSocket over TLS for each unit, on a listener where no browser comes.

- Who it is, is proven by the handshake: the unit signs both nonces and the server's name with its own key.
- Every message is limited and decoded by `zegel.link`; one that isn't a message closes the link, an item that can't be
  right is refused by its number. Neither changes anything.
- `Ack` follows the commit, never precedes it. What can't be stored now (database, store or ledger away) is not
  acknowledged: the link closes, and the unit comes back with it.
- Urgent items (alarm, release, status) overtake a backlog that is waiting here. What waits is bounded: beyond it the
  server reads no further, and TCP tells the unit.
- The database is only touched in threads; what is urgent has threads of its own, so that an alarm waits behind nobody's
  recordings.
- Before a unit has proved its key it may send one small frame, and only so many are proving at a time, from one address
  and in all. Afterwards each unit's alarms, statuses, reports and epochs are limited each minute, over all its links.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any

from zegel.link.errors import LinkError
from zegel.link.framing import decode_from_unit, encode_from_server
from zegel.link.messages import (
    MAX_FRAME,
    URGENT,
    Ack,
    AlarmItem,
    Asked,
    Challenge,
    Controlled,
    EpochItem,
    FactsItem,
    FromServer,
    FromUnit,
    Hello,
    LiveSegments,
    NeedProof,
    PairedItem,
    Proof,
    Refused,
    Revoked,
    SegmentsItem,
    SignalItem,
    StartLive,
    StatusItem,
    StopLive,
    TechnicalItem,
    TelemetryItem,
    Unclaimed,
    Up,
    Welcome,
    segments_size,
)
from zegel.seal.errors import SealError
from zegel.seal.linkauth import LinkAuth, verify_link
from zegel.seal.suite import sign_fingerprint
from zegel.server.kernel import clock, log, outbox, services
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.buckets import source_of
from zegel.server.realtime import intake, pending, relay

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HELLO_WITHIN_S = 10.0
WAITING_MESSAGES = 64
WAITING_BYTES = 32 << 20
MESSAGES_PER_S = 300.0
MESSAGES_AT_ONCE = 1500.0
STRANGER_MESSAGES_PER_S = 0.5
STRANGER_MESSAGES_AT_ONCE = 20.0
STRANGER_FRAME = 64 << 10
HELLO_FRAME = 16 << 10
HANDSHAKES_AT_MOST = 200
HANDSHAKES_PER_ADDRESS = 20
STILL_HERE_S = 600.0
ACK_AT_MOST = 200
PROOF_TRIES, PROOF_PAUSE_S = 120, 0.5
LOOK_AGAIN_S = 30.0

CLOSE_NORMAL, CLOSE_POLICY, CLOSE_TRY_AGAIN, CLOSE_REPLACED = 1000, 1008, 1013, 4001

DELIVERED_BY = ("unit.deliver", "unit.central", "unit.revoked", "window.ended", "arc_key.changed", "arc.key_stored")
ASKED_BY = ("unit.control", "unit.live", "unit.picture", "unit.fetch")
ORDERS_AT_MOST = 50  # that the unit has not answered yet
LOOKS_AT_MOST = 1000


# (a second, at once) of what a unit may add rows with. Beyond it the link waits; a report is refused instead, so that
# it holds no alarm up.
LIMITS: dict[type[Any], tuple[float, float]] = {
    AlarmItem: (1.0, 120.0),
    StatusItem: (1.0, 60.0),
    EpochItem: (0.5, 240.0),
    TechnicalItem: (0.5, 60.0),
    SignalItem: (5.0, 600.0),
    FactsItem: (0.1, 20.0),
    TelemetryItem: (2.0, 3000.0),  # two days without a network come in at once
}
UNITS_REMEMBERED = 10_000


class Ended(Exception):
    """The link is over. `code`: the WebSocket's closing code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Bucket:
    """A rate limit that lets bursts through and then slows down."""

    def __init__(self, per_s: float, at_once: float) -> None:
        self._per_s, self._most, self._level, self._at = per_s, at_once, at_once, clock.monotonic()

    def take(self) -> float:
        """Takes one; how many seconds to wait for it."""
        now = clock.monotonic()
        self._level = min(self._most, self._level + (now - self._at) * self._per_s) - 1
        self._at = now
        return max(0.0, -self._level / self._per_s)


class Limits:
    """The buckets of each unit, over all its links; the longest unused are forgotten first."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[bytes, type[Any]], Bucket] = OrderedDict()

    def take(self, unit: bytes, kind: type[Any]) -> float:
        """How many seconds this unit is over its limit for this kind of item."""
        if kind not in LIMITS:
            return 0.0
        bucket = self._buckets.pop((unit, kind), None) or Bucket(*LIMITS[kind])
        self._buckets[unit, kind] = bucket
        if len(self._buckets) > UNITS_REMEMBERED * len(LIMITS):
            self._buckets.popitem(last=False)
        return bucket.take()


limits = Limits()


class Link:
    """One unit's connection. `actor` is None while nobody owns the unit."""

    def __init__(self, receive: Receive, send: Send, address: str, server_name: str) -> None:
        self._receive, self._send = receive, send
        self._address, self._server_name = address, server_name
        self.hello: Hello | None = None
        self.actor: Actor | None = None
        self._urgent: deque[Up] = deque()
        self._normal: deque[Up] = deque()
        self._waiting_bytes = 0
        self._has_work, self._has_room = asyncio.Event(), asyncio.Event()
        self._has_room.set()
        self._sending = asyncio.Lock()
        self._acks: list[int] = []
        self._sent: set[bytes] = set()
        self._look = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._orders: OrderedDict[bytes, Asked] = OrderedDict()
        self._looks: OrderedDict[bytes, StartLive] = OrderedDict()

    @property
    def fingerprint(self) -> bytes:
        return sign_fingerprint(self.hello.sign_pk) if self.hello else b""

    # --- life --------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """From the challenge to the end of the connection. Raises Ended."""
        await self._handshake()
        _replace(self)
        try:
            await self._deliver()
            await self._look_on()
            async with asyncio.TaskGroup() as group:
                for part in (self._read(), self._work(), self._keep_delivering()):
                    group.create_task(part)
        except BaseExceptionGroup as several:
            ended = next((error for error in several.exceptions if isinstance(error, Ended)), None)
            if ended is None:
                raise
            raise ended from None
        finally:
            for task in self._tasks:
                task.cancel()
            for look in list(self._looks):
                self._forget_look(look)
            _forget(self)
            if self.actor is not None:
                with suppress(Exception):
                    await services.in_thread(intake.leave, self.actor)

    async def _handshake(self) -> None:
        with _handshaking(self._address):
            hello = await self._prove_key()
            self.hello = hello
            await self._introduce(hello)

    async def _prove_key(self) -> Hello:
        nonce = secrets.token_bytes(32)
        await self.send(Challenge(nonce, self._server_name))
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                hello = await self._next()
        except TimeoutError:
            raise Ended(CLOSE_POLICY, "no hello") from None
        if not isinstance(hello, Hello):
            raise Ended(CLOSE_POLICY, "not a hello")
        try:
            verify_link(LinkAuth(hello.unit_id, nonce, hello.nonce, self._server_name), hello.signature, hello.sign_pk)
        except SealError as error:
            log.warning("link.bad_signature", source=log.source(self._address), code=error.code)
            raise Ended(CLOSE_POLICY, "bad signature") from None
        return hello

    async def _introduce(self, hello: Hello) -> None:
        greeting = await self._in_thread(intake.greet, hello, self._address)
        if greeting.revoked:
            await self.send(Revoked("this unit's key was revoked"))
            raise Ended(CLOSE_POLICY, "revoked")
        if greeting.refused:
            raise Ended(CLOSE_TRY_AGAIN, greeting.refused)
        self.actor = greeting.actor
        known = self.actor is not None
        await self.send(Welcome(greeting.time, greeting.checkpoint, known) if known else Unclaimed())
        log.info("link.opened", unit=hello.unit_id.hex(), known=self.actor is not None)

    # --- reading -----------------------------------------------------------------------------------------------------

    async def _next(self) -> FromUnit:
        """The next message. Raises Ended for the end of the connection and for what is no message."""
        event = await self._receive()
        if event["type"] == "websocket.disconnect":
            raise Ended(CLOSE_NORMAL, "gone")
        frame = event.get("bytes")
        if frame is None or len(frame) > self._largest():
            raise Ended(CLOSE_POLICY, "not a frame of this link")
        try:
            return decode_from_unit(frame)
        except LinkError as error:
            log.warning("link.bad_frame", code=error.code, source=log.source(self._address))
            raise Ended(CLOSE_POLICY, error.code) from None

    def _largest(self) -> int:
        if self.actor is not None:
            return MAX_FRAME
        return HELLO_FRAME if self.hello is None else STRANGER_FRAME

    async def _read(self) -> None:
        limit = Bucket(MESSAGES_PER_S, MESSAGES_AT_ONCE)
        stranger_limit = Bucket(STRANGER_MESSAGES_PER_S, STRANGER_MESSAGES_AT_ONCE)
        while True:
            await self._has_room.wait()
            message = await self._next()
            pause = (limit if self.actor is not None else stranger_limit).take()
            if pause and self.actor is None:
                raise Ended(CLOSE_POLICY, "too many messages")
            if pause:
                await asyncio.sleep(pause)
            self._sort(message)

    def _sort(self, message: FromUnit) -> None:
        if isinstance(message, NeedProof):
            self._start(self._prove(message.release_hash))
            return
        if isinstance(message, LiveSegments):
            self._relay(message)
            return
        if isinstance(message, Controlled):
            self._start(self._answered(message))
            return
        if not isinstance(message, Up):
            raise Ended(CLOSE_POLICY, "a hello came twice")
        (self._urgent if isinstance(message.item, URGENT) else self._normal).append(message)
        self._waiting_bytes += _size(message)
        if len(self._urgent) + len(self._normal) >= WAITING_MESSAGES or self._waiting_bytes >= WAITING_BYTES:
            self._has_room.clear()
        self._has_work.set()

    def _start(self, work: Any) -> None:
        if len(self._tasks) >= WAITING_MESSAGES:
            work.close()
            raise Ended(CLOSE_POLICY, "too many questions")
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- working -----------------------------------------------------------------------------------------------------

    async def _work(self) -> None:
        while True:
            if not self._urgent and not self._normal:
                await self._flush()
                self._has_work.clear()
                await self._has_work.wait()
            up = (self._urgent or self._normal).popleft()
            self._waiting_bytes -= _size(up)
            if len(self._urgent) + len(self._normal) < WAITING_MESSAGES // 2 and self._waiting_bytes < WAITING_BYTES:
                self._has_room.set()
            await self._take(up)
            if isinstance(up.item, URGENT) or len(self._acks) >= ACK_AT_MOST:
                await self._flush()

    async def _take(self, up: Up) -> None:
        assert self.hello is not None
        over_s = limits.take(self.hello.unit_id, type(up.item)) if self.actor is not None else 0.0
        if over_s and isinstance(up.item, TechnicalItem):
            await self.send(Refused(up.n, "too_many", "this unit reports more than anybody can read"))
            return
        if over_s and isinstance(up.item, TelemetryItem):
            self._acks.append(up.n)  # not stored: nobody waits for a figure, and nothing waits behind it
            return
        if over_s:
            await asyncio.sleep(over_s)
        run = self._in_urgent_thread if isinstance(up.item, URGENT) else self._in_thread
        answer = await run(intake.take, self.actor, self.hello, up.item)
        if answer.revoked:
            await self.send(Revoked("this unit's key was revoked"))
            raise Ended(CLOSE_POLICY, "revoked")
        if answer.try_again:
            raise Ended(CLOSE_TRY_AGAIN, "can't store now")
        if answer.refused is not None:
            code, text = answer.refused
            log.warning("link.refused", unit=self.hello.unit_id.hex(), item=type(up.item).__name__, code=code)
            await self.send(Refused(up.n, code, text[:500]))
            return
        if isinstance(up.item, PairedItem):
            self.actor = answer.actor
            self._look.set()
        self._acks.append(up.n)

    async def _flush(self) -> None:
        if self._acks:
            numbers, self._acks = self._acks, []
            await self.send(Ack(numbers))

    # --- delivering --------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Something for this unit may have come."""
        self._look.set()

    async def _keep_delivering(self) -> None:
        said = clock.monotonic()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._look.wait()
            self._look.clear()
            if self.actor is None and clock.monotonic() - said > STILL_HERE_S:
                said = clock.monotonic()
                await self._in_thread(intake.still_here, self.hello, self._address)
            await self._deliver()

    async def _deliver(self) -> None:
        """What the unit hasn't been sent on this link yet; everything delivered is harmless to get twice."""
        messages = await self._in_urgent_thread(pending.messages_for, self.actor, self.fingerprint)
        for message in pending.unsent(messages, self._sent):
            await self.send(message)
            if isinstance(message, Revoked):
                raise Ended(CLOSE_POLICY, "revoked")

    def ask(self, event: outbox.Event) -> None:
        """Something that a person asks of the unit: at once, or never."""
        if len(self._tasks) < WAITING_MESSAGES:
            self._start(self._ask(event))

    async def _ask(self, event: outbox.Event) -> None:
        asked = await self._in_urgent_thread(pending.asked_of, event)
        if asked is not None and self.actor is not None:
            await self._send_asked(asked)

    async def _send_asked(self, asked: Asked) -> None:
        if isinstance(asked, StartLive):
            self._looks[asked.id] = asked
        elif isinstance(asked, StopLive):
            self._forget_look(asked.id)
        else:
            self._orders[asked.id] = asked
        while len(self._orders) > ORDERS_AT_MOST:
            self._orders.popitem(last=False)
        while len(self._looks) > LOOKS_AT_MOST:
            self._looks.popitem(last=False)
        await self.send(asked)

    async def _look_on(self) -> None:
        """Who looked when the link was lost goes on looking."""
        if self.actor is not None:
            for look in await self._in_urgent_thread(pending.looks_for, self.actor):
                await self._send_asked(look)

    async def _answered(self, answer: Controlled) -> None:
        """Only of what was asked on this link. A look is answered when it begins and when it ends."""
        order = self._orders.pop(answer.id, None)
        if order is None:
            order = self._looks.get(answer.id) if answer.ok else self._forget_look(answer.id)
        if order is not None and self.actor is not None:
            await self._in_urgent_thread(intake.answered, self.actor, order, answer)

    def _forget_look(self, look: bytes) -> StartLive | None:
        """What was relayed last is kept no longer than somebody looks."""
        gone = self._looks.pop(look, None)
        if gone is not None and all(other.camera != gone.camera for other in self._looks.values()):
            relay.publisher.forget(gone.camera)
        return gone

    def _relay(self, message: LiveSegments) -> None:
        """To who looks, if somebody asked for this camera on this link. Whoever opens it checks whose it is."""
        if any(look.camera == message.camera for look in self._looks.values()):
            relay.publisher.publish(message.camera, message.epoch, message.segments)

    async def _prove(self, release_hash: bytes) -> None:
        """The receipt, once a signed checkpoint covers it. A release that isn't in the ledger gets no answer."""
        if self.actor is None:
            return
        for _ in range(PROOF_TRIES):
            receipt = await self._in_thread(pending.receipt_of, self.actor, release_hash)
            if receipt:
                await self.send(Proof(release_hash, receipt))
                return
            await asyncio.sleep(PROOF_PAUSE_S)

    async def send(self, message: FromServer) -> None:
        async with self._sending:
            await self._send({"type": "websocket.send", "bytes": encode_from_server(message)})

    async def _in_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        """Raises Ended when the database is away: the unit tries again."""
        return await self._or_end(services.in_thread(call, *args), call.__name__)

    async def _in_urgent_thread(self, call: Callable[..., Any], *args: Any) -> Any:
        return await self._or_end(services.in_urgent_thread(call, *args), call.__name__)

    async def _or_end(self, work: Awaitable[Any], name: str) -> Any:
        try:
            return await work
        except Exception as error:
            log.error("link.failed", call=name, error=type(error).__name__, where=log.place_of(error))
            raise Ended(CLOSE_TRY_AGAIN, "try again") from None


def _size(up: Up) -> int:
    return segments_size(up.item.segments) if isinstance(up.item, SegmentsItem) else 1024


# --- who is proving his key to this process ---

_handshakes: Counter[str] = Counter()


@contextmanager
def _handshaking(address: str) -> Iterator[None]:
    """Raises Ended when too many are, from this address or in all."""
    address = source_of(address)
    if _handshakes[address] >= HANDSHAKES_PER_ADDRESS or _handshakes.total() >= HANDSHAKES_AT_MOST:
        raise Ended(CLOSE_TRY_AGAIN, "too many handshakes")
    _handshakes[address] += 1
    try:
        yield
    finally:
        _handshakes[address] -= 1
        if not _handshakes[address]:
            del _handshakes[address]


# --- who is connected to this process ---

_links: dict[bytes, Link] = {}


def _replace(link: Link) -> None:
    """One link for each unit: the newest, because the older one may be a connection that is dead already."""
    older = _links.get(link.fingerprint)
    _links[link.fingerprint] = link
    if older is not None:
        older._start(older._send({"type": "websocket.close", "code": CLOSE_REPLACED}))


def _forget(link: Link) -> None:
    if _links.get(link.fingerprint) is link:
        del _links[link.fingerprint]


@services.service("gateway", name="realtime.deliver")
async def hear(stop: asyncio.Event) -> None:
    """Wakes the links for whose units something was published."""
    events = outbox.stream((*DELIVERED_BY, *ASKED_BY))
    stopping = asyncio.ensure_future(stop.wait())
    while not stop.is_set():
        upcoming = asyncio.ensure_future(anext(events))
        await asyncio.wait({upcoming, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not upcoming.done():
            upcoming.cancel()
            break
        _wake(upcoming.result())


def _wake(event: outbox.Event) -> None:
    unit = event.payload.get("unit_id")
    for link in list(_links.values()):
        if unit is None or (link.hello is not None and link.hello.unit_id == event.uuid("unit_id").bytes):
            link.ask(event) if event.topic in ASKED_BY else link.look()


# --- ASGI ---


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application of the path /unit-link."""
    if scope["type"] != "websocket":
        await send({"type": "http.response.start", "status": 426, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
        return
    await receive()  # websocket.connect
    await send({"type": "websocket.accept"})
    link = Link(receive, send, (scope.get("client") or ("", 0))[0], _server_name(scope))
    try:
        await link.run()
    except Ended as ended:
        log.info("link.closed", reason=str(ended), code=ended.code)
        with suppress(Exception):
            await send({"type": "websocket.close", "code": ended.code, "reason": str(ended)[:120]})


def _server_name(scope: Scope) -> str:
    """The name that the unit dialled; it signs it, so a link can't be passed on to another server."""
    for name, value in scope["headers"]:
        if name == b"host":
            text: str = value.decode("ascii", "replace")
            host = text.rpartition(":")[0] if ":" in text and not text.endswith("]") else text
            return host.strip("[]")[:255] or "unknown"
    return "unknown"
