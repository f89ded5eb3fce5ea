# SPDX-License-Identifier: EUPL-1.2
"""The one outbound connection. The unit listens on no port; whatever comes in comes over this, and is only carried.

Reconnects with jittered back-off. What is urgent goes first (the spool decides), at most a few megabytes are on the way
at once. After a link-up, parts of releases that were made offline wait until the server has said which alarms were
recalled meanwhile: it says so before it acknowledges the status that the unit sends first.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import NoReturn

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from zegel.link.errors import LinkError
from zegel.link.framing import decode_from_server, encode_from_unit, expect
from zegel.link.messages import (
    MAX_FRAME,
    PING_S,
    Ack,
    CentralAlarm,
    Challenge,
    Control,
    Controlled,
    Deliver,
    EndWindow,
    FetchLocal,
    FromServer,
    Hello,
    NeedProof,
    Proof,
    Refused,
    Revoked,
    StartLive,
    StatusItem,
    StopLive,
    TakePicture,
    Unclaimed,
    Up,
    Welcome,
)
from zegel.seal.allowances import OverBudget
from zegel.seal.linkauth import LinkAuth, sign_link
from zegel.unit import clock
from zegel.unit.config import Config, Home, Server
from zegel.unit.engine import SOFTWARE, Engine
from zegel.unit.errors import Revoked as RevokedError
from zegel.unit.pin import context
from zegel.unit.spool import Kind
from zegel.unit.walltime import Instant

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
STEADY_S = 30.0
STATUS_EVERY_S = 30.0
ANSWER_WITHIN_S = 15.0
LEAST_WINDOW, MOST_WINDOW = 256 << 10, 8 << 20
WINDOW_ITEMS = 128
MAX_ANSWERS = 64
SOON_S, LATE_S = 0.4, 1.0

log = logging.getLogger("zegel.unit.uplink")


def read_clock() -> Instant:
    return Instant(clock.mono_s(), clock.wall_ms(), clock.synchronised())


@dataclass(slots=True)
class Uplink:
    """`wake` is set when there is something to send; `changed` is called after the server said something.

    `control` is called when it asks to turn a camera, `asked` when it asks for pictures, `lost` when the link is lost.
    """

    home: Home
    config: Config
    engine: Engine
    changed: Callable[[], None]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    status_due: asyncio.Event = field(default_factory=asyncio.Event)
    up: bool = False
    claimed: bool = False
    last_error: str = ""
    control: Callable[[Control], None] | None = None
    asked: Callable[[StartLive | StopLive | TakePicture | FetchLocal], None] | None = None
    lost: Callable[[], None] | None = None
    _answers: deque[Controlled] = field(default_factory=lambda: deque(maxlen=MAX_ANSWERS))
    _answer_due: asyncio.Event = field(default_factory=asyncio.Event)
    _live_due: asyncio.Event = field(default_factory=asyncio.Event)
    _in_flight: dict[int, tuple[int, float]] = field(default_factory=dict)  # n → (bytes, when sent)
    _window: int = LEAST_WINDOW
    _status_n: int = -1
    _welcomed: bool = False

    def __post_init__(self) -> None:
        self.engine.hold_releases()
        self.engine.live.out.wake = self._live_due.set

    async def run(self) -> None:
        """Until cancelled. Raises errors.Revoked when the server ended this unit's service."""
        wait_s = FIRST_WAIT_S
        while True:
            if self.engine.file.state.revoked:
                raise RevokedError(self.engine.file.state.revoked)
            began = clock.mono_s()
            try:
                await self._session()
                self.last_error = "the server closed the connection"
            except (OSError, WebSocketException, InvalidHandshake, LinkError, TimeoutError) as error:
                self.last_error = f"{type(error).__name__}: {error}"[:200]
            finally:
                self._down()
            if clock.mono_s() - began > STEADY_S:
                wait_s = FIRST_WAIT_S
            log.info("link_down reason=%r wait_s=%.1f", self.last_error, wait_s)
            await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _down(self) -> None:
        self.up = self.claimed = self._welcomed = False
        self._in_flight.clear()
        self._answers.clear()
        if self.lost is not None:
            self.lost()
        self.engine.link_lost(read_clock())
        self._window = LEAST_WINDOW
        self.engine.outbox.spool.forget_sent()
        self.engine.hold_releases()
        self.engine.proofs.link_down(clock.mono_s())
        self.changed()

    async def _session(self) -> None:
        async with connect(
            Server.parse(self.config.server).uri,
            ssl=context(self.home.ca),
            max_size=MAX_FRAME,
            compression=None,
            open_timeout=ANSWER_WITHIN_S,
            ping_interval=PING_S,
            ping_timeout=2 * PING_S,
            close_timeout=2,
            proxy=None,
            user_agent_header=None,
        ) as connection:
            await self._shake_hands(connection)
            await self._talk(connection)

    async def _shake_hands(self, connection: ClientConnection) -> None:
        challenge = expect(decode_from_server(await self._receive(connection)), Challenge)
        engine, nonce = self.engine, os.urandom(32)
        auth = LinkAuth(engine.identity.unit, challenge.nonce, nonce, challenge.server_name)
        hello = Hello(
            engine.identity.unit,
            engine.identity.key.public_key,
            nonce,
            SOFTWARE,
            sign_link(auth, engine.identity.key),
            engine.file.state.pairing or engine.identity.pairing,
            [(camera, desk.name) for camera, desk in engine.desks.items()],
        )
        await connection.send(encode_from_unit(hello))
        answer = decode_from_server(await self._receive(connection))
        if isinstance(answer, Unclaimed):
            self._link_up(welcomed=False)
            return
        if isinstance(answer, Revoked):
            self._revoked(answer)
        self._on_welcome(expect(answer, Welcome), nonce)

    async def _receive(self, connection: ClientConnection) -> bytes:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            return _binary(await connection.recv())

    def _revoked(self, message: Revoked) -> NoReturn:
        """For good: the unit goes on guarding, and connects no more."""
        self.engine.revoke(message.reason, read_clock())
        raise RevokedError(message.reason or "revoked")

    def _on_welcome(self, welcome: Welcome, nonce: bytes) -> None:
        now = read_clock()
        self.engine.server_time(welcome.time, nonce[:16], now)
        self.engine.checkpoint(welcome.checkpoint, now)
        self._link_up(welcomed=True)

    def _link_up(self, *, welcomed: bool) -> None:
        self.up, self.claimed, self._welcomed = True, welcomed, welcomed
        self.engine.proofs.link_up(clock.mono_s())  # also for a server that says it does not know us
        self.last_error = ""
        self._status_n = -1
        self.status_due.set()
        log.info("link_up claimed=%s", welcomed)
        self.changed()

    async def _talk(self, connection: ClientConnection) -> None:
        tasks = [asyncio.create_task(work(connection)) for work in (*self._up(), self._read)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # -- unit → server

    async def _send(self, connection: ClientConnection, frame: bytes) -> None:
        self.engine.spend(len(frame))
        await connection.send(frame)

    def _up(self) -> tuple[Callable[[ClientConnection], Coroutine[None, None, None]], ...]:
        return self._send_spool, self._send_status, self._ask, self._send_answers, self._send_live

    async def _send_spool(self, connection: ClientConnection) -> None:
        """What is urgent may always go; media only as much as comes through in about a second."""
        while True:
            found = self._next()
            if found is None:
                self.wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self.wake.wait()
                continue
            n, frame = found
            self._in_flight[n] = (len(frame), clock.mono_s())
            self.engine.on_sent(n, frame, read_clock())
            await self._send(connection, frame)

    def _next(self) -> tuple[int, bytes] | None:
        """Nothing goes to a server that does not know us yet, except after the pairing was pinned."""
        if not self._welcomed and not self.engine.trust.paired:
            return None
        full = len(self._in_flight) >= WINDOW_ITEMS or sum(b for b, _ in self._in_flight.values()) >= self._window
        over = self.engine.over_budget
        return self.engine.outbox.spool.next(
            urgent_only=full or over is OverBudget.STOP, alarms_only=over is OverBudget.ALARMS
        )

    def _landed(self, n: int) -> None:
        """An item was answered: widen the window while answers come soon, narrow it when they come late.

        So an alarm never waits behind more than about a second of backlog, however thin the line is.
        """
        size, sent_s = self._in_flight.pop(n, (0, 0.0))
        took_s = clock.mono_s() - sent_s
        if size > 0 and took_s < SOON_S:
            self._window = min(MOST_WINDOW, self._window + size)
        elif size > 0 and took_s > LATE_S:
            self._window = max(LEAST_WINDOW, self._window // 2)

    async def _send_status(self, connection: ClientConnection) -> None:
        while True:
            self.status_due.clear()
            if self._welcomed or self.engine.trust.paired:
                n = self.engine.outbox.number()
                self._status_n = n if self._status_n < 0 else self._status_n
                await self._send(connection, encode_from_unit(Up(n, StatusItem(self.engine.status()))))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STATUS_EVERY_S):
                    await self.status_due.wait()

    def answer(self, told: Controlled) -> None:
        """What became of what was asked; nobody waits for it over a link that is gone."""
        if self.up:
            self._answers.append(told)
            self._answer_due.set()

    async def _send_answers(self, connection: ClientConnection) -> None:
        while True:
            await self._answer_due.wait()
            self._answer_due.clear()
            while self._answers:
                await self._send(connection, encode_from_unit(self._answers.popleft()))

    async def _send_live(self, connection: ClientConnection) -> None:
        """As fast as the line takes it; what it does not take is left out (`unit.live.Outgoing`)."""
        while True:
            await self._live_due.wait()
            self._live_due.clear()
            while (message := self.engine.live.out.take()) is not None:
                await connection.send(encode_from_unit(message))

    async def _ask(self, connection: ClientConnection) -> None:
        """Demand the proof of every release that the server took."""
        while True:
            for release in self.engine.proofs.due(clock.mono_s()):
                await self._send(connection, encode_from_unit(NeedProof(release)))
            await asyncio.sleep(1.0)

    # -- server → unit

    async def _read(self, connection: ClientConnection) -> None:
        async for frame in connection:
            self.engine.spend(len(frame))
            if self._handle(decode_from_server(_binary(frame))):
                return

    def _handle(self, message: FromServer) -> bool:
        """True when this session is over and a new one should start."""
        now = read_clock()
        match message:
            case Ack(ns=ns):
                return self._acked(ns, now)
            case Refused(n=n, code=code, text=text):
                self._landed(n)
                self.engine.on_refused(n, code, text, now)
                self._status_answered(n)
            case Deliver(kind=kind, envelope=envelope, extra=extra):
                self.engine.deliver(kind.value, envelope, extra, now)
            case EndWindow(alarm_id=alarm, reason=reason):
                self.engine.end_window(alarm, reason, now)
            case Control() if self.control is not None:
                self.control(message)
            case Control():
                self.answer(Controlled(message.id, False, "no_ptz"))
            case StartLive() | StopLive() | TakePicture() | FetchLocal() if self.asked is not None:
                self.asked(message)
            case StartLive() | TakePicture() | FetchLocal():
                self.answer(Controlled(message.id, False, "no_camera"))
            case StopLive():
                pass
            case CentralAlarm():
                self.engine.central_alarm(message, now)
            case Proof(release_hash=release, tlog_proof=text):
                self.engine.on_proof(release, text, now)
            case Revoked():
                self._revoked(message)
            case _:
                raise LinkError(f"the server said {type(message).__name__}, which has no place here")
        self.wake.set()
        self.changed()
        return False

    def _acked(self, ns: list[int], now: Instant) -> bool:
        over = False
        for n in ns:
            over = over or (not self._welcomed and self.engine.outbox.spool.kind_of(n) is Kind.PAIRED)
            self._landed(n)
            self._status_answered(n)
            self.engine.on_ack(n, now)
        self.wake.set()
        return over

    def _status_answered(self, n: int) -> None:
        if n == self._status_n:
            self.engine.let_releases_go()


def _binary(frame: str | bytes) -> bytes:
    if isinstance(frame, str):
        raise LinkError("the server sent text, where only binary frames have a place")
    return frame
