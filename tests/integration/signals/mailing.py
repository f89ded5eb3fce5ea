# SPDX-License-Identifier: EUPL-1.2
"""The mail receiver in a thread of the test, on a real socket and certificate, and a camera that writes to it."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from email.message import EmailMessage
from pathlib import Path
from typing import Any

PICTURE = b"\xff\xd8\xff\xe0" + b"A PERSON AT THE GATE " * 4000 + b"\xff\xd9"


class Mailing:
    """`smtp.receive_mail` as the receivers' process runs it. `near=False`: every peer counts as far away."""

    def __init__(self, *, near: bool = True) -> None:
        from django.conf import settings

        from zegel.server.kernel.tls import ensure
        from zegel.server.signals.receivers import smtp, sockets

        self.authority = ensure(Path(settings.DATA) / "tls", ["localhost"]).authority
        self.socket = socket.create_server(("127.0.0.1", 0))
        sockets.give("smtp", self.socket)
        self._near = smtp.Connection.is_near
        if not near:
            smtp.Connection.is_near = property(lambda _self: False)  # type: ignore[assignment]
        self._loop = asyncio.new_event_loop()
        self._stop: asyncio.Event | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        from zegel.server.signals.receivers.smtp import receive_mail

        async def main() -> None:
            self._stop = asyncio.Event()
            self._ready.set()
            await receive_mail(self._stop)

        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(main())

    def __enter__(self) -> Mailing:
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        from zegel.server.signals.receivers import smtp, sockets

        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        smtp.Connection.is_near = self._near  # type: ignore[method-assign]
        sockets._given.pop("smtp", None)
        self.socket.close()

    def client(self, *, tls: bool = True) -> smtplib.SMTP:
        """A real client, of the standard library."""
        client = smtplib.SMTP("127.0.0.1", self.socket.getsockname()[1], timeout=10)
        if tls:
            context = ssl.create_default_context(cafile=str(self.authority))
            context.check_hostname = False
            client.starttls(context=context)
        return client

    def send(self, address: str, message: bytes, *, tls: bool = True) -> None:
        with self.client(tls=tls) as client:
            client.sendmail("camera@site.example", [f"{address}@alarm.example"], message.replace(b"\n", b"\r\n"))


def a_mail(body: str, *, subject: str = "Alarm", picture: bytes | None = PICTURE, **headers: Any) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "camera@site.example", "whoever@alarm.example"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(body)
    if picture is not None:
        message.add_attachment(picture, maintype="image", subtype="jpeg", filename="snap.jpg")
    return message.as_bytes()
