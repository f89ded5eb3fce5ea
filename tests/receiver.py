# SPDX-License-Identifier: EUPL-1.2
"""Another system on this machine that takes webhooks, and checks each signature by the standard's own words."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Got:
    id: str
    headers: dict[str, str]
    raw: bytes

    @property
    def said(self) -> dict[str, Any]:
        return dict(json.loads(self.raw))

    def is_signed_with(self, secret: str) -> bool:
        """Standard Webhooks 1.0: any of the signatures is that of id, time and body."""
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.raw
        wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return wanted in self.headers["webhook-signature"].split(" ")


class Receiver:
    """`answers`: the statuses that the next deliveries get; when they are used up: `answer`."""

    def __init__(self) -> None:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append(Got(headers.get("webhook-id", ""), headers, raw))
                self.send_response(receiver.answers.pop(0) if receiver.answers else receiver.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.answer = 204
        self.answers: list[int] = []
        self.got: list[Got] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
