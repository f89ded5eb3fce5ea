# SPDX-License-Identifier: EUPL-1.2
"""A small HTTP/1.1 client for devices on the site's own network: bounded in size and time, follows nobody elsewhere.

The standard library's client does the protocol; this adds the limits and the two kinds of sign-in that cameras have
(RFC 7617 Basic, RFC 7616 Digest). It runs only in processes that hold no key of the seal.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from zegel.unit import clock

TIMEOUT_S = 5.0
_CHALLENGE = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_HASHES = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


class WebError(Exception):
    """A device can't be asked. `reason` is a code, not a sentence: it may hold nothing of the address."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    status: int
    media_type: str
    body: bytes


@dataclass
class Web:
    """Asks one device. A password is sent only after the device asked for it, and as a digest where it can be."""

    user: str = ""
    password: str = field(default="", repr=False)
    most: int = 1 << 20
    _digest: dict[str, str] = field(default_factory=dict, repr=False)
    _basic: bool = False
    _count: int = 0

    def ask(
        self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None,
        timeout_s: float = TIMEOUT_S,
    ) -> Answer:  # fmt: skip
        """The device's answer, whatever its status. Raises WebError: unreachable, timeout, too_large, not_http."""
        answer, challenges = self._once(method, url, body, dict(headers or {}), timeout_s)
        if answer.status == 401 and self.user and self._learn(challenges):
            answer, _ = self._once(method, url, body, dict(headers or {}), timeout_s)
        return answer

    def _once(
        self, method: str, url: str, body: bytes, headers: dict[str, str], timeout_s: float
    ) -> tuple[Answer, list[str]]:
        parts = urlsplit(url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if sign_in := self._sign_in(method, target):
            headers["Authorization"] = sign_in
        line = _line(url, timeout_s)
        try:
            line.request(method, target, body or None, headers)
            response = line.getresponse()
            data = self._read(response, clock.mono_s() + timeout_s)
        except TimeoutError:
            raise WebError("timeout") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WebError("not_http" if isinstance(error, http.client.HTTPException) else "unreachable") from None
        finally:
            line.close()
        media_type = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
        return Answer(response.status, media_type, data), response.headers.get_all("WWW-Authenticate") or []

    def _read(self, response: http.client.HTTPResponse, until_s: float) -> bytes:
        parts, size = [], 0
        while part := response.read1(1 << 16):
            size += len(part)
            if size > self.most:
                raise WebError("too_large")
            if clock.mono_s() > until_s:
                raise TimeoutError
            parts.append(part)
        return b"".join(parts)

    def _learn(self, challenges: list[str]) -> bool:
        """What the device wants to sign in. A digest is taken where there is one; False when neither is known."""
        for text in challenges:
            kind, _, rest = text.strip().partition(" ")
            told = {name.lower(): quoted or bare for name, quoted, bare in _CHALLENGE.findall(rest)}
            if kind.lower() == "digest" and told.get("algorithm", "MD5").lower() in _HASHES and "nonce" in told:
                self._digest, self._basic, self._count = told, False, 0
                return True
        self._basic = any(text.strip().lower().startswith("basic") for text in challenges)
        return self._basic

    def _sign_in(self, method: str, target: str) -> str:
        if self._digest:
            return self._digested(method, target)
        if self._basic:
            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return ""

    def _digested(self, method: str, target: str) -> str:
        told, self._count = self._digest, self._count + 1
        algorithm = told.get("algorithm", "MD5")
        made = _HASHES[algorithm.lower()]

        def hashed(*parts: str) -> str:
            return made(":".join(parts).encode()).hexdigest()

        realm, nonce, count, own = told.get("realm", ""), told["nonce"], f"{self._count:08x}", os.urandom(8).hex()
        secret, asked = hashed(self.user, realm, self.password), hashed(method, target)
        fields = f'username="{self.user}", realm="{realm}", nonce="{nonce}", uri="{target}", algorithm={algorithm}'
        if "auth" in told.get("qop", "").replace(" ", "").split(","):
            response = hashed(secret, nonce, count, own, "auth", asked)
            fields += f', qop=auth, nc={count}, cnonce="{own}"'
        else:
            response = hashed(secret, nonce, asked)
        opaque = f', opaque="{told["opaque"]}"' if "opaque" in told else ""
        return f'Digest {fields}, response="{response}"{opaque}'


def _line(url: str, timeout_s: float) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WebError("not_http")
    try:
        port = parts.port
    except ValueError:
        raise WebError("not_http") from None
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.hostname, port, timeout=timeout_s)
    context = ssl.create_default_context()
    context.check_hostname = False  # cameras sign their own certificates: this keeps out listeners, not impostors
    context.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection(parts.hostname, port, timeout=timeout_s, context=context)
