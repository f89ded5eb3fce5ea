# SPDX-License-Identifier: EUPL-1.2
"""The wire of a `SimUnit`: the real link over TLS, spoken by a test."""

from __future__ import annotations

import os
import ssl
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.sync.client import connect

from tests.actors import SimUnit
from zegel.link.framing import decode_from_server, encode_from_unit
from zegel.link.messages import Ack, AnyItem, Challenge, FromServer, Hello, Refused, Unclaimed, Up, Welcome
from zegel.seal.linkauth import LinkAuth, sign_link


class UnitLink:
    """`with UnitLink(unit, "127.0.0.1", port, ca) as link`: greeted. `inbox`: what came besides answers."""

    def __init__(self, unit: SimUnit, host: str, port: int, ca: Path, **lies: Any) -> None:
        self.unit, self.inbox = unit, deque[FromServer]()
        self._answers: dict[int, FromServer] = {}
        context = ssl.create_default_context(cafile=str(ca))
        self._socket = connect(
            f"wss://{host}:{port}/unit-link",
            ssl=context,
            max_size=9 << 20,
            open_timeout=20,
            proxy=None,
            compression=None,
        )
        challenge = self._receive(20)
        assert isinstance(challenge, Challenge)
        nonce = os.urandom(32)
        auth = LinkAuth(unit.id.bytes, challenge.nonce, nonce, challenge.server_name)
        hello = Hello(
            unit.id.bytes, unit.signing.public_key, nonce, "test 1", sign_link(auth, unit.signing),
            unit.pairing_id.bytes,
            [(camera.bytes, "Gate") for camera in unit.cameras],
        )  # fmt: skip
        self._n = lies.get("first_n", 0)
        self._socket.send(encode_from_unit(hello))
        self.welcome: Welcome | None = None
        while self.welcome is None:
            message = self._receive(20)
            if isinstance(message, Welcome):
                self.welcome = message
            else:
                self.inbox.append(message)
                break

    def __enter__(self) -> UnitLink:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def _receive(self, timeout_s: float) -> FromServer:
        frame = self._socket.recv(timeout=timeout_s)
        assert isinstance(frame, bytes)
        return decode_from_server(frame)

    def send(self, item: AnyItem) -> int:
        self._n += 1
        self._socket.send(encode_from_unit(Up(self._n, item)))
        return self._n

    def raw(self, frame: bytes | str) -> None:
        self._socket.send(frame)

    def say(self, message: Any) -> None:
        self._socket.send(encode_from_unit(message))

    def answer(self, n: int, timeout_s: float = 20) -> FromServer:
        """The Ack or Refused of message `n`."""
        while n not in self._answers:
            self._sort(self._receive(timeout_s))
        return self._answers[n]

    def accept(self, *items: AnyItem) -> None:
        """Sends them all, then waits: each must be acknowledged."""
        for n in [self.send(item) for item in items]:
            assert isinstance(self.answer(n), Ack), self.answer(n)

    def wait_for(self, kind: type[Any], timeout_s: float = 20) -> Any:
        """The next message of that kind that the server sent on its own."""
        while True:
            for message in self.inbox:
                if isinstance(message, kind):
                    self.inbox.remove(message)
                    return message
            self._sort(self._receive(timeout_s))

    def _sort(self, message: FromServer) -> None:
        if isinstance(message, Ack):
            self._answers |= dict.fromkeys(message.ns, message)
        elif isinstance(message, Refused):
            self._answers[message.n] = message
        elif not isinstance(message, Unclaimed):
            self.inbox.append(message)
