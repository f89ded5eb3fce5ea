# SPDX-License-Identifier: EUPL-1.2
"""TLS whose handshakes count as connections: who only begins them takes places like everybody else, and no more."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import sslproto
from typing import Any

from zegel.server.signals.receivers.dc09 import Stream

HANDSHAKE_WITHIN_S = 10


class Sealed(sslproto.SSLProtocol):
    """A TLS connection around a stream, which is admitted before the handshake begins."""

    def __init__(self, stream: Stream, context: ssl.SSLContext) -> None:
        nobody_waits: Any = None  # a server has nobody who awaits the handshake; the stubs know only the client's side
        super().__init__(
            asyncio.get_running_loop(), stream, context, nobody_waits, server_side=True,
            ssl_handshake_timeout=HANDSHAKE_WITHIN_S,
        )  # fmt: skip
        self._stream = stream

    def connection_made(self, transport: Any) -> None:
        self._stream.greet(transport)
        super().connection_made(transport)

    def connection_lost(self, error: BaseException | None) -> None:
        super().connection_lost(error)
        self._stream.gone()
