# SPDX-License-Identifier: EUPL-1.2
"""A mail server that keeps what it is given: enough of RFC 5321 for a real client, with STARTTLS (RFC 3207) or TLS from
the first byte where it has a certificate (tests/certificates.py)."""

from __future__ import annotations

import socketserver
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Any, Literal


@dataclass(frozen=True)
class Received:
    """`text`: its plain part. `raw`: as it came. `sealed`: it came over TLS; `back`: the address of the envelope."""

    to: str
    subject: str
    text: str
    raw: bytes = b""
    sealed: bool = False
    back: str = ""
    options: str = ""
    message: Message = field(default_factory=Message)


class MailServer:
    """`with MailServer() as server:` listens on `server.port`; `server.letters` is what came, `server.heard` every
    command with whether it came over TLS. `refuse`: address → the answer to it ("550 5.1.1 No such user")."""

    def __init__(
        self,
        tls: ssl.SSLContext | None = None,
        *,
        mode: Literal["starttls", "implicit"] = "starttls",
        refuse: Mapping[str, str] | None = None,
        offers: tuple[str, ...] = (),
    ) -> None:
        letters: list[Received] = []
        heard: list[tuple[str, bool]] = []
        refused = refuse if refuse is not None else {}

        class Conversation(socketserver.StreamRequestHandler):
            sealed = False

            def setup(self) -> None:
                if tls is not None and mode == "implicit":
                    self._seal()
                super().setup()

            def handle(self) -> None:
                to = back = options = ""
                self.say("220 mail.test")
                while line := self._line():
                    verb = line[:8].split()[0].upper() if line.split() else b""
                    heard.append((verb.decode("ascii", "replace"), self.sealed))
                    if verb == b"EHLO":
                        self._greet()
                        continue
                    if verb == b"STARTTLS" and tls is not None:
                        self.say("220 go ahead")
                        if not self._start_tls():
                            return
                        continue
                    if verb == b"MAIL":
                        back = line.decode().partition("<")[2].partition(">")[0]
                        options = line.decode().partition(">")[2].strip()
                    if verb == b"RCPT":
                        to = line.decode().partition("<")[2].partition(">")[0]
                        if to in refused:
                            self.say(refused[to])
                            continue
                    if verb == b"DATA":
                        self.say("354 go on")
                        letters.append(_letter(to, self._data(), self.sealed, back, options))
                    self.say("221 bye" if verb == b"QUIT" else "250 fine")
                    if verb == b"QUIT":
                        return

            def _line(self) -> bytes:
                try:
                    return self.rfile.readline()
                except (OSError, ValueError):
                    return b""

            def _greet(self) -> None:
                more = [*offers, *(["STARTTLS"] if tls is not None and not self.sealed else [])]
                lines = ["mail.test", *more]
                for number, one in enumerate(lines, start=1):
                    self.say(f"250{' ' if number == len(lines) else '-'}{one}")

            def _start_tls(self) -> bool:
                try:
                    self._seal()
                except (OSError, ssl.SSLError):
                    return False
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
                return True

            def _seal(self) -> None:
                assert tls is not None
                self.connection = self.request = tls.wrap_socket(self.request, server_side=True)
                self.sealed = True

            def say(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

            def _data(self) -> bytes:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b"..") else line)
                return b"".join(lines)

        self.letters = letters
        self.heard = heard
        self._server = _Quiet(("127.0.0.1", 0), Conversation)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> MailServer:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust our certificate hangs up: that is what is tested."""


def _letter(to: str, data: bytes, sealed: bool, back: str, options: str) -> Received:
    message = message_from_bytes(data)
    plain = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    payload = plain.get_payload(decode=True)
    assert isinstance(payload, bytes)
    subject = str(make_header(decode_header(message["Subject"])))
    return Received(to, subject, payload.decode().replace("\r\n", "\n"), data, sealed, back, options, message)


REPORT = """From: MAILER-DAEMON@mx.example
To: b+x@zegel.example
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sun, 22 Nov 2026 20:00:00 +0000

Final-Recipient: rfc822; gone@example.org
Action: failed
Status: 5.1.1 (bad destination mailbox address)
Diagnostic-Code: smtp; 550 5.1.1 unknown

--b--
"""
"""A mail server's report that a letter did not arrive (RFC 3464)."""
