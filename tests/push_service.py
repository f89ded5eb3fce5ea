# SPDX-License-Identifier: EUPL-1.2
"""A push service on this machine, and the browsers behind it: what they open is opened by another implementation of
RFC 8188 and 8291 than ours (Mozilla's http_ece)."""

from __future__ import annotations

import base64
import json
import os
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class Browser:
    """One subscription: its keys, its address, what came."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    secret: bytes = field(default_factory=lambda: os.urandom(16))
    got: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def subscription(self, name: str = "A phone") -> dict[str, str]:
        """As the page sends it, with the consent to its words in English."""
        from zegel.server.consents import purposes

        agreed = purposes.hash_of(purposes.words_of(purposes.PUSH, "en"))
        return {
            "endpoint": self.endpoint, "p256dh": to_text(self.point), "auth": to_text(self.secret), "name": name,
            "consent": to_text(agreed), "language": "en",
        }  # fmt: skip

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        self.got.append(json.loads(http_ece.decrypt(body, private_key=self.key, auth_secret=self.secret)))
        self.headers.append(headers)


class PushService:
    """`answer`: the status that the next messages get."""

    def __init__(self) -> None:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                service.bodies.append(body)
                if service.answer < 300:
                    service.browsers[self.path].take(body, dict(self.headers.items()))
                self.send_response(service.answer)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.answer = 201
        self.browsers: dict[str, Browser] = {}
        self.bodies: list[bytes] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def browser(self) -> Browser:
        path = f"/push/{len(self.browsers) + 1}"
        self.browsers[path] = Browser(self.origin + path)
        return self.browsers[path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
