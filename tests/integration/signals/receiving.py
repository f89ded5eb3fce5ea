# SPDX-License-Identifier: EUPL-1.2
"""A receiver in a thread of the test, on real sockets, and a dialler that says what the test wants it to say."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from zegel.protocols import dc09
from zegel.server.kernel import clock

WITHIN_S = 20.0


class Receiving:
    """`running.run` on sockets of its own. `supervision`: a class, to sweep faster."""

    def __init__(self, *, tls: bool = False, supervision: Any = None) -> None:
        from zegel.server.signals.receivers import sockets

        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.tls = socket.create_server(("127.0.0.1", 0)) if tls else None
        sockets.give("dc09", self.tcp)
        sockets.give("dc09_udp", self.udp)
        sockets._given.pop("dc09_tls", None)
        if self.tls is not None:
            sockets.give("dc09_tls", self.tls)
        self._supervision = supervision
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stop: asyncio.Event | None = None
        self.error: BaseException | None = None

    def __enter__(self) -> Receiving:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for opened in (self.tcp, self.udp, self.tls):
            if opened is not None:
                opened.close()

    def stop(self) -> None:
        if self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(15)

    def _run(self) -> None:
        from zegel.server.signals.receivers import running
        from zegel.server.signals.receivers.supervision import Supervision

        async def main() -> None:
            self._stop = asyncio.Event()
            await running.run(self._stop, self._supervision or Supervision)

        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(main())
        except BaseException as error:
            self.error = error
        finally:
            self._loop.close()

    @property
    def address(self) -> tuple[str, int]:
        return self.tcp.getsockname()

    def dialler(self, **more: Any) -> Dialler:
        return Dialler(socket.create_connection(self.address, timeout=WITHIN_S), **more)

    def tls_dialler(self, authority: str, **more: Any) -> Dialler:
        import ssl

        assert self.tls is not None
        context = ssl.create_default_context(cafile=authority)
        plain = socket.create_connection(self.tls.getsockname(), timeout=WITHIN_S)
        return Dialler(context.wrap_socket(plain, server_hostname="localhost"), **more)

    def datagram(self, data: bytes) -> bytes:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(WITHIN_S)
            sender.sendto(data, self.udp.getsockname())
            return sender.recv(4096)


@dataclass
class Dialler:
    """A panel's mouth and ear."""

    connection: Any
    account: str = "1234"
    key: dc09.Key | None = None
    seq: int = 0
    _framer: dc09.Framer = field(default_factory=dc09.Framer)
    _frames: list[bytes] = field(default_factory=list)

    def frame(self, data: str, *, token: str = "SIA-DCS", seq: int | None = None, **more: Any) -> bytes:
        if seq is None:
            self.seq += 1
        known = {"seq": self.seq if seq is None else seq, "key": self.key, "now_ms": clock.now_ms(), **more}
        return dc09.write(token, self.account, data, **known)

    def event(self, code: str, **more: Any) -> bytes:
        return self.frame(f"#{self.account}|Nri1/{code}", **more)

    def poll(self, **more: Any) -> bytes:
        return self.frame("", token="NULL", **more)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hear(self, within_s: float = WITHIN_S) -> bytes:
        """The next answer; empty when the other side closed. Raises TimeoutError."""
        self.connection.settimeout(within_s)
        while not self._frames:
            data = self.connection.recv(4096)
            if not data:
                return b""
            self._frames += self._framer.feed(data)
        return self._frames.pop(0)

    def say(self, data: bytes) -> str:
        """Sends it and gives the token of the answer: ACK, *ACK, NAK, DUH, or "" when it was closed."""
        self.send(data)
        return token_of(self.hear())

    def close(self) -> None:
        self.connection.close()


def token_of(raw: bytes) -> str:
    if not raw:
        return ""
    head = dc09.header(raw)
    return ("*" if head.encrypted else "") + head.token


def until(holds: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
    deadline = time.monotonic() + within_s
    while True:
        if found := holds():
            return found
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)
