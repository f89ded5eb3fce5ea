# SPDX-License-Identifier: EUPL-1.2
"""The port to which cameras send mail. It takes mail for cameras' addresses and for nobody else, and sends none.

- TLS first: without it no recipient is taken, unless the camera has a recorded exception or the peer is this machine.
- 250 is said when signal and pictures are stored; otherwise 451, and the camera tries again.
- An address that is nobody's is answered like any other wrong one, and a peer that guesses is soon sent away.
- What a mail says of itself (who it is from, which device) decides nothing.
"""

from __future__ import annotations

import asyncio
import ipaddress
import os
import ssl
from collections import Counter
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from zegel.protocols.mail import MAX_MAIL
from zegel.server.kernel import clock, log, services
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.signals import mailcameras
from zegel.server.signals.receivers import certificate, sockets

MOST_CONNECTIONS, MOST_FROM_ONE = 300, 20
MOST_RECIPIENTS = 5
LONGEST_LINE = 1024 * 1024  # RFC 5321 says 1000 bytes; cameras put whole pictures on one line
WRONG_BEFORE_GOODBYE = 5
QUIET_FOR_S = 60.0
LONGEST_S = 300.0
MAILS_A_MINUTE, BURST = 30, 60
AT_ONCE = 4  # mails that are taken apart at the same time: each may hold its pictures in memory several times over

OK, NO_TLS, NOBODY, TOO_MANY, LATER, BUSY = (
    "250 Stored",
    "530 Must issue a STARTTLS command first",
    "550 No such address",
    "452 Too many recipients",
    "451 Not stored, try again later",
    "450 Too many mails, try again later",
)


@services.service("receivers", name="signals.smtp")
async def receive_mail(stop: asyncio.Event) -> None:
    """Listens on what the supervisor opened; nothing when mail is switched off."""
    listening = sockets.given("smtp")
    if listening is None:
        await stop.wait()
        return
    door = Door()
    server = await asyncio.get_running_loop().create_server(door.protocol, sock=listening, backlog=256)
    log.info("mail.listening", port=listening.getsockname()[1])
    await stop.wait()
    server.close()
    await door.rest()


class Door:
    """Everything that all connections share: how many there are, how often each camera writes."""

    def __init__(self) -> None:
        self._connections: Counter[str] = Counter()
        self._open: set[Connection] = set()
        self._rates = Buckets(Rate(MAILS_A_MINUTE / 60, BURST))
        self._taking = asyncio.Semaphore(AT_ONCE)
        self._tls = certificate.context()

    def protocol(self) -> Connection:
        return Connection(self, self._tls)

    async def rest(self) -> None:
        """Mails that are being stored are answered; then everybody is sent away."""
        for _ in range(AT_ONCE):
            await self._taking.acquire()
        for connection in list(self._open):
            connection.end()

    def arrived(self, connection: Connection, peer: str) -> bool:
        """False for one too many."""
        if len(self._open) >= MOST_CONNECTIONS or self._connections[source_of(peer)] >= MOST_FROM_ONE:
            return False
        self._open.add(connection)
        self._connections[source_of(peer)] += 1
        return True

    def left(self, connection: Connection, peer: str) -> None:
        if connection in self._open:
            self._open.discard(connection)
            self._connections[source_of(peer)] -= 1
            self._connections += Counter()  # those at zero go

    # --- what aiosmtpd asks ---

    async def handle_RCPT(
        self, server: Connection, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        found = await services.in_thread(mailcameras.find, address.rpartition("@")[0] or address)
        if found is None:
            return server.guessed()
        if not (server.is_sealed or server.is_near or _excepted(found)):
            return NO_TLS
        if not self._rates.allows(str(found.camera_id)):
            log.warning("mail.too_many", camera=found.camera_id)
            return BUSY
        envelope.rcpt_tos.append(address)
        server.recipients.append(found)
        return "250 OK"

    async def handle_exception(self, error: Exception) -> str:
        """Whatever went wrong here is no fault of the mail: it comes again. The log has the place, the peer nothing."""
        log.error("mail.failed", error=type(error).__name__, where=log.place_of(error))
        return LATER

    async def handle_DATA(self, server: Connection, session: Session, envelope: Envelope) -> str:
        recipients, server.recipients = list(server.recipients), []
        message = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            async with self._taking:
                for found in dict.fromkeys(recipients):
                    await services.in_thread(mailcameras.take, found, message, server.peer)
        except Exception as error:
            log.error("mail.not_stored", error=type(error).__name__, where=log.place_of(error))
            return LATER
        return OK


class Connection(SMTP):
    """One peer. `recipients`: the cameras of the mail under way."""

    line_length_limit = LONGEST_LINE

    def __init__(self, door: Door, tls: ssl.SSLContext) -> None:
        self._door = door
        self._wrong = 0
        self._until: asyncio.TimerHandle | None = None
        self.peer = ""
        self.recipients: list[mailcameras.Found] = []
        super().__init__(
            door, data_size_limit=MAX_MAIL, enable_SMTPUTF8=False, decode_data=False, hostname="mail", ident="SMTP",
            tls_context=tls, require_starttls=False, timeout=QUIET_FOR_S, command_call_limit=200,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip

    def connection_made(self, transport: Any) -> None:
        if not self.peer:
            self.peer = str((transport.get_extra_info("peername") or ("",))[0])
            if not self._door.arrived(self, self.peer):
                transport.write(b"421 Too many connections\r\n")
                transport.close()
                return
            self._until = asyncio.get_running_loop().call_later(LONGEST_S, self.end)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._until is not None:
            self._until.cancel()
        self._door.left(self, self.peer)
        super().connection_lost(error)

    def end(self) -> None:
        if self.transport is not None:
            self.transport.close()

    @property
    def is_sealed(self) -> bool:
        return self.session is not None and self.session.ssl is not None

    @property
    def is_near(self) -> bool:
        """This machine itself; where a proxy stands before us nobody is."""
        if os.environ.get("ZEGEL_PROXIES", "").strip():
            return False
        try:
            return ipaddress.ip_address(self.peer).is_loopback
        except ValueError:
            return False

    def guessed(self) -> str:
        """What is said to an address that is nobody's; after some of them the peer is sent away."""
        self._wrong += 1
        if self._wrong >= WRONG_BEFORE_GOODBYE:
            log.warning("mail.guessing")
            asyncio.get_running_loop().call_soon(self.end)
        return NOBODY

    def _set_rset_state(self) -> None:
        self.recipients = []
        super()._set_rset_state()  # type: ignore[no-untyped-call]  # aiosmtpd's

    # Commands that a camera never needs, and that would tell or spend something.
    async def smtp_VRFY(self, arg: str) -> None:
        await self.push("252 Send it and see")

    async def smtp_HELP(self, arg: str) -> None:
        await self.push("214 Cameras only")

    async def smtp_EXPN(self, arg: str) -> None:
        await self.push("502 Not here")


def _excepted(found: mailcameras.Found) -> bool:
    return found.plain_until is not None and clock.now() < found.plain_until



