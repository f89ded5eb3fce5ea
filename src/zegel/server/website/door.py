# SPDX-License-Identifier: EUPL-1.2
"""The port to which letters come back that could not be delivered. It takes mail for the return addresses that this
server wrote (rules.return_path) and for nobody else, keeps nothing of it and sends none."""

from __future__ import annotations

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from zegel.server.kernel import log, services
from zegel.server.kernel.buckets import Buckets, Rate, source_of
from zegel.server.kernel.errors import Misconfigured
from zegel.server.website import bouncing, newsletters, rules

MOST_CONNECTIONS = 50
QUIET_FOR_S = 60.0


class Door:
    """What aiosmtpd asks. An address that is nobody's is answered alike for all."""

    def __init__(self) -> None:
        self._rates = Buckets(Rate(per_s=5, burst=200))

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        peer = session.peer[0] if session.peer else ""
        if not self._rates.allows(source_of(str(peer))):
            return "450 Too many mails, try again later"
        if rules.read_return_path(newsletters.secret(), address.partition("@")[0]) is None:
            return "550 5.1.1 No such address"
        if envelope.rcpt_tos:
            return "452 One at a time"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = envelope.content if isinstance(envelope.content, bytes) else b""
        try:
            await services.in_thread(bouncing.came_back, envelope.rcpt_tos[0], raw)
        except Exception as error:
            log.error("bounce.not_taken", error=type(error).__name__, where=log.place_of(error))
            return "451 Try again later"
        return "250 Taken"


def listens_on(text: str) -> tuple[str, int]:
    """HOST:PORT of ZEGEL_BOUNCES. Raises Misconfigured."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise Misconfigured("ZEGEL_BOUNCES is no address to listen on.", action="Write 127.0.0.1:2526.")
    return host.strip("[]"), int(port)


@services.service("receivers", name="website.bounces")
async def receive(stop: asyncio.Event) -> None:
    """Listens where ZEGEL_BOUNCES says; nothing when it says nothing."""
    if not settings.BOUNCES_LISTEN:
        await stop.wait()
        return
    server = await opened(settings.BOUNCES_LISTEN)
    await stop.wait()
    server.close()


async def opened(address: str) -> Any:
    """The listening server."""
    host, port = listens_on(address)
    loop, door, held = asyncio.get_running_loop(), Door(), Held()

    def connection() -> SMTP:
        return Connection(
            held, door, data_size_limit=bouncing.LARGEST, enable_SMTPUTF8=False, decode_data=False, hostname="mail",
            ident="SMTP", timeout=QUIET_FOR_S, command_call_limit=50, loop=loop,
        )  # fmt: skip

    server = await loop.create_server(connection, host, port, backlog=64)
    log.info("bounces.listening", port=server.sockets[0].getsockname()[1])
    return server


class Held:
    """How many connections are open."""

    count = 0


class Connection(SMTP):
    """One of at most so many at once."""

    def __init__(self, held: Held, *args: Any, **options: Any) -> None:
        self._held = held
        self._counted = False
        super().__init__(*args, **options)

    def connection_made(self, transport: Any) -> None:
        if not self._counted and self._held.count >= MOST_CONNECTIONS:
            transport.write(b"421 Too many connections\r\n")
            transport.close()
            return
        if not self._counted:
            self._counted, self._held.count = True, self._held.count + 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._counted:
            self._counted, self._held.count = False, self._held.count - 1
        super().connection_lost(error)
