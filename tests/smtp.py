# SPDX-License-Identifier: EUPL-1.2
"""A mail server that keeps what it is given: enough of RFC 5321 for a real client."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any


@dataclass(frozen=True)
class Received:
    to: str
    subject: str
    text: str


class MailServer:
    """`with MailServer() as server:` listens on `server.port`; `server.letters` is what came."""

    def __init__(self) -> None:
        letters: list[Received] = []

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                to = ""
                self.say("220 mail.test")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"RCPT":
                        to = line.decode().partition("<")[2].partition(">")[0]
                    if verb == b"DATA":
                        self.say("354 go on")
                        letters.append(_letter(to, self._data()))
                    self.say("221 bye" if verb == b"QUIT" else "250 fine")
                    if verb == b"QUIT":
                        return

            def say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def _data(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b"..") else line)
                return b"".join(lines)

        self.letters = letters
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()


def _letter(to: str, data: bytes) -> Received:
    message = message_from_bytes(data)
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return Received(to, str(make_header(decode_header(message["Subject"]))), payload.decode())
