# SPDX-License-Identifier: EUPL-1.2
"""Panels on site, by SIA DC-09 over TCP and UDP.

Principles that keep it safe:
- The port is open only while the owner's signed policy names a panel's account, and only on the site's own network.
- An account with a key is never believed in clear; keys stay in this process and go into no answer and no message.
- ACK means that the unit has it on disk. Whatever can't be read is never acknowledged; the installer is told.
- What nobody's account says, what can't be read and what another key sealed goes up too, so many an hour, as a signal
  of an unknown class: a person judges whether a mistyped account hides a hold-up.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter, deque
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from zegel.link.messages import SignalSource, Told
from zegel.protocols import dc09
from zegel.protocols.errors import BadCrc, NotAFrame, PlainForEncrypted, ProtocolError, StaleTimestamp, WrongKey
from zegel.protocols.events import UNKNOWN_PRIORITY, Event, Phase, SignalClass
from zegel.protocols.raised import (
    UNKNOWN_ENCRYPTED_NAME,
    UNKNOWN_REPORTS_NAME,
    UNREADABLE_RAISED_NAME,
    WRONG_KEY_NAME,
)
from zegel.unit import clock
from zegel.unit.errors import ConfigError
from zegel.unit.site.hub import Hub, TooMuch, digest_of, told_of
from zegel.unit.site.messages import InputKind
from zegel.unit.site.settings import Dc09, Listen, PanelKey, check_listen

MAX_CONNECTIONS = 64
MAX_DATAGRAMS = 64
MAX_OF_ONE_SOURCE = 4
FIRST_FRAME_WITHIN_S = 15.0  # who said nothing that is ours by then makes room for a panel
IDLE_S = 900.0
REPLAYED_WITHIN_S = 90.0  # longer than a recording's time can pass
LOOK_S = 2.0
TRIES = 3
PASSED, PASSED_IN_S = 40, 3600.0  # messages that we don't take and that go up all the same, in so long
SAME_S = 60.0  # what a sender may still be repeating; our own complaints are the same for PASSED_IN_S

log = logging.getLogger("zegel.unit.site.panels")


class Panels:
    """Listens for the accounts that it is told; `listen_for(())` closes the port."""

    def __init__(self, hub: Hub, place: Dc09) -> None:
        self._hub, self._place = hub, place
        self._accounts: frozenset[str] = frozenset()
        self._panels: dict[str, PanelKey] = {}
        self._keys: dict[str, dc09.Key | None] = {}
        self._heard_s: dict[str, float] = {}
        self._silent: set[str] = set()
        self._server: asyncio.Server | None = None
        self._datagrams: asyncio.DatagramTransport | None = None
        self._passed: deque[float] = deque()
        self._same: dict[bytes, float] = {}
        self._talks: set[asyncio.Task[None]] = set()
        self._sources: Counter[str] = Counter()
        self._inside: dict[object, tuple[tuple[str | None, ...], float]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen_for(self, accounts: frozenset[str]) -> None:
        """These accounts, as far as the installer set them up too. Raises ConfigError, OSError when it can't listen."""
        self._panels = {panel.account: panel for panel in self._hub.settings.panels if panel.account in accounts}
        self._keys = {name: dc09.Key(panel.key) if panel.key else None for name, panel in self._panels.items()}
        self._accounts = frozenset(self._panels)
        self._heard_s = {name: self._heard_s.get(name, clock.mono_s()) for name in self._panels}
        if self._accounts and self._server is None:
            await self._open(check_listen(self._place))
        elif not self._accounts:
            await self.close()

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def _open(self, place: Listen) -> None:
        loop = asyncio.get_running_loop()
        stream = _bound(place, socket.SOCK_STREAM)
        try:
            datagram = _bound(place, socket.SOCK_DGRAM)
        except OSError:
            stream.close()
            raise
        self._server = await asyncio.start_server(self._talk, sock=stream, limit=1 << 16)
        self._datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self._on_datagram), sock=datagram)
        log.info("listening host=%s port=%d accounts=%d", place.host, place.port, len(self._accounts))

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        if self._datagrams is not None:
            self._datagrams.close()
        for talk in [*self._talks, *self._tasks]:
            talk.cancel()
        await asyncio.gather(*self._talks, *self._tasks, return_exceptions=True)
        self._server = self._datagrams = None

    async def keep_watch(self) -> None:
        """Tells when a panel that promised to be heard is silent, and when it is back."""
        while True:
            await asyncio.sleep(LOOK_S)
            for name, panel in self._panels.items():
                late = panel.poll_s and clock.mono_s() - self._heard_s[name] > panel.poll_s + panel.grace_s
                if late and name not in self._silent:
                    self._silent.add(name)
                    self._hub.trouble(InputKind.LOST, "panel_silent", name, account=name)
                    self._start(self._tell_path(name, "path_lost", "trouble", "technical", "A panel does not report"))

    # -- TCP and UDP

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        peer = _host(writer.get_extra_info("peername"))
        if len(self._talks) >= MAX_CONNECTIONS or self._sources[peer] >= MAX_OF_ONE_SOURCE:
            writer.close()
            return
        self._talks.add(task)
        self._sources[peer] += 1
        try:
            await self._read(reader, writer, peer)
        except (OSError, TimeoutError, asyncio.CancelledError):
            pass
        finally:
            self._talks.discard(task)
            self._sources[peer] -= 1
            self._sources += Counter()  # those at zero go
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str) -> None:
        framer = dc09.Framer()
        until = clock.mono_s() + FIRST_FRAME_WITHIN_S
        while True:
            async with asyncio.timeout(max(0.0, until - clock.mono_s())):
                data = await reader.read(4096)
            for raw in framer.feed(data) if data else framer.flush():
                answer = await self.take(raw, "dc09_tcp", peer)
                if b'ACK"' in answer[:24]:  # one of ours: it may be silent for as long as panels are
                    until = clock.mono_s() + IDLE_S
                if answer:
                    writer.write(answer)
                    await writer.drain()
            if not data:
                return

    def _on_datagram(self, data: bytes, address: tuple[object, ...]) -> None:
        if len(self._tasks) >= MAX_DATAGRAMS:
            return  # the panel sends it again
        self._start(self._answer(data, address))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, data: bytes, address: tuple[object, ...]) -> None:
        framer = dc09.Framer()
        for raw in [*framer.feed(data), *framer.flush()]:
            answer = await self.take(raw, "dc09_udp", _host(address))
            if answer and self._datagrams is not None:
                self._datagrams.sendto(answer, address)

    # -- frames

    async def take(self, raw: bytes, transport: str, peer: str) -> bytes:
        """One frame; the answer to it, b"" for none."""
        now_ms = clock.wall_ms()
        try:
            head = dc09.header(raw)
        except NotAFrame:
            await self._refused(_raised("unreadable", UNREADABLE_RAISED_NAME), raw, raw, "", transport, peer)
            return dc09.nak(now_ms)
        account = head.account.upper()
        if account not in self._accounts:
            self._hub.trouble(InputKind.LOST, "unknown_account", account, account=account[:16], peer=peer)
            return await self._of_nobody(head, transport, peer)
        try:
            frame = dc09.read(head, self._keys[account], now_ms=now_ms)
            frame.check()
        except (BadCrc, StaleTimestamp):
            return dc09.nak(now_ms, head.form)
        except ProtocolError as error:
            self._hub.trouble(InputKind.LOST, error.code, account, account=account, peer=peer)
            if not isinstance(error, WrongKey):
                return b"" if isinstance(error, PlainForEncrypted) else dc09.duh(head)
            told = _raised("wrong_key", WRONG_KEY_NAME)
            await self._refused(told, head.raw[head.begin : head.end], raw, account, transport, peer, head.token)
            return dc09.nak(now_ms, head.form)
        return await self._confirmed(frame, account, transport, peer)

    async def _of_nobody(self, head: dc09.Header, transport: str, peer: str) -> bytes:
        """An account that isn't one here, mistyped perhaps. ACK only for a readable event that is on disk."""
        account, sealed = head.account.upper()[:16], head.raw[head.begin : head.end]
        if head.encrypted:
            told = _raised("unknown_account", UNKNOWN_ENCRYPTED_NAME)
            await self._refused(told, sealed, head.raw, account, transport, peer, head.token)
            return dc09.duh(head)
        try:
            frame = dc09.read(head, None, now_ms=clock.wall_ms())
            frame.check()
        except ProtocolError:
            told = _raised("unreadable", UNREADABLE_RAISED_NAME)
            await self._refused(told, sealed, head.raw, account, transport, peer)
            return dc09.nak(clock.wall_ms(), head.form)
        if frame.is_supervision:
            told = _raised("unknown_account", UNKNOWN_REPORTS_NAME)
            await self._refused(told, b"", head.raw, account, transport, peer, head.token)
            return dc09.duh(head)
        said = [await self._refused(
            _of_unknown(event), f"{at} {frame.seq} {frame.data}".encode(), head.raw, account, transport, peer
        ) for at, event in enumerate(dc09.events(frame))]  # fmt: skip
        return dc09.ack(frame, None, clock.wall_ms()) if said and all(said) else b""

    async def _refused(
        self, told: Told, said: bytes, raw: bytes, account: str, transport: str, peer: str, token: str = ""
    ) -> bool:  # fmt: skip
        """Passes on what we don't take, the same once, so many an hour in all; polls are all the same. Whether the unit
        has it."""
        digest = digest_of(told.code, account, b"" if token in dc09.SUPERVISION else said)
        now_s = clock.mono_s()
        while self._passed and now_s - self._passed[0] >= PASSED_IN_S:
            self._passed.popleft()
        self._same = {one: until for one, until in self._same.items() if until > now_s}
        if digest in self._same:
            return True
        if len(self._passed) >= PASSED:
            return False
        self._passed.append(now_s)
        self._same[digest] = now_s + (PASSED_IN_S if told.protocol == "server" else SAME_S)
        try:
            await self._hub.hear(
                digest_of(digest, clock.wall_ms()), SignalSource.PANEL, transport, account, told, peer=peer, raw=raw
            )
        except (TimeoutError, TooMuch):
            self._same.pop(digest, None)
            return False
        return True

    async def _confirmed(self, frame: dc09.Frame, account: str, transport: str, peer: str) -> bytes:
        self._alive(account)
        if frame.token in dc09.REPLIES:
            return b""
        if not frame.is_supervision:
            try:
                await self._pass_on(frame, account, transport, peer)
            except (TimeoutError, TooMuch):
                return b""
        return dc09.ack(frame, self._keys[account], clock.wall_ms())

    def _alive(self, account: str) -> None:
        self._heard_s[account] = clock.mono_s()
        if account in self._silent:
            self._silent.discard(account)
            self._hub.trouble(InputKind.BACK, "panel_heard", account, account=account)
            self._start(self._tell_path(account, "path_back", "restore", "technical", "A panel reports again"))

    async def _tell_path(self, account: str, code: str, phase: str, cls: str, name: str) -> None:
        """To the alarm centre too: a silent panel is what a burglar leaves behind."""
        told = Told("server", code, "", phase, cls, 5, name, known=True)
        for _ in range(TRIES):
            with contextlib.suppress(TimeoutError, TooMuch):
                digest = digest_of(code, account, clock.wall_ms())
                await self._hub.hear(digest, SignalSource.PANEL, "supervision", account, told)
                return

    async def _pass_on(self, frame: dc09.Frame, account: str, transport: str, peer: str) -> None:
        """Each event of the message. What came encrypted goes up encrypted: its key is nobody's but the site's."""
        sequence = int(frame.seq) if frame.seq.isascii() and frame.seq.isdigit() else None
        identity = self._identity_of(frame, account)
        said = [
            self._hub.hear(
                digest_of("dc09", at, *identity), SignalSource.PANEL, transport, account, told_of(event),
                peer=peer, raw=frame.raw, sequence=sequence, encrypted=frame.encrypted,
            )
            for at, event in enumerate(dc09.events(frame))
        ]  # fmt: skip
        await asyncio.gather(*said)


    def _identity_of(self, frame: dc09.Frame, account: str) -> tuple[str | None, ...]:
        """Of an encrypted message played back with another number around it: that of the first with the same inside."""
        if not frame.encrypted:
            return frame.identity
        now_s, inside = clock.mono_s(), (account, frame.timestamp_ms, frame.data, frame.xdata)
        for old in [one for one, (_, at_s) in self._inside.items() if now_s - at_s > REPLAYED_WITHIN_S]:
            del self._inside[old]
        return self._inside.setdefault(inside, (frame.identity, now_s))[0]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[object, ...]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, address: tuple[object, ...]) -> None:
        if len(data) <= dc09.MAX_FRAME:
            self._take(data, address)


def _raised(code: str, name: str) -> Told:
    """What we say ourselves of a message that we don't take. Its phase is none that the unit makes an alarm of."""
    return Told("server", code, "", Phase.UNKNOWN, SignalClass.UNKNOWN, UNKNOWN_PRIORITY, name)


def _of_unknown(event: Event) -> Told:
    """Nobody knows whose it is: the code is kept, its meaning is for a person. No provider's own table reads it."""
    priority, name = min(event.priority, UNKNOWN_PRIORITY), event.name if event.known else UNKNOWN_REPORTS_NAME
    return told_of(
        msgspec.structs.replace(
            event, phase=Phase.UNKNOWN, signal_class=SignalClass.UNKNOWN, priority=priority, name=name, known=False
        )
    )


def _bound(place: Listen, kind: socket.SocketKind) -> socket.socket:
    made = socket.socket(place.family, kind)
    try:
        if kind is socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if place.interface:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, place.interface.encode())
        made.bind((place.host, place.port))
        made.setblocking(False)
    except OSError as error:
        made.close()
        if isinstance(error, PermissionError):
            raise ConfigError(f"this user may not listen at {place.host}:{place.port}") from None
        raise
    return made


def _host(address: object) -> str:
    with contextlib.suppress(TypeError, IndexError):
        return str(address[0])  # type: ignore[index]
    return ""
