# SPDX-License-Identifier: EUPL-1.2
"""How an outsider's tools read a server over HTTP: one connection, limits, patience, and no trust in what comes."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from time import sleep
from urllib.parse import urlsplit

TIMEOUT_S = 30
LARGEST_ANSWER = 64 << 20
TOO_MANY, PATIENCE, PAUSE_S = 429, 30, 1.0  # a server may ask a reader to go slower
PLAIN = {"Accept-Encoding": "identity"}


class CannotFetch(Exception):
    """What was asked for could not be read; nothing is known about it."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    data: bytes


class Server:
    """A server at an address. `prefix`: the address's own path, without a slash at its end."""

    def __init__(self, url: str, example: str) -> None:
        parts = urlsplit(url.rstrip("/"))
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise CannotFetch(f"{url!r} is no address; write {example}.")
        self.prefix = parts.path
        self._connection = (
            http.client.HTTPSConnection(parts.netloc, timeout=TIMEOUT_S, context=ssl.create_default_context())
            if parts.scheme == "https"
            else http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_S)
        )

    def get(self, path: str, headers: Mapping[str, str] = PLAIN) -> Answer:
        """Redirections are answers like others. Raises CannotFetch."""
        answer = self._ask(path, headers)
        for _ in range(PATIENCE):
            if answer.status != TOO_MANY:
                break
            sleep(PAUSE_S)
            answer = self._ask(path, headers)
        return answer

    def close(self) -> None:
        self._connection.close()

    def _ask(self, path: str, headers: Mapping[str, str]) -> Answer:
        for attempt in (1, 2):  # a kept connection may have been closed meanwhile
            try:
                self._connection.request("GET", path, headers=dict(headers))
                answer = self._connection.getresponse()
                data = answer.read(LARGEST_ANSWER + 1)
            except (OSError, http.client.HTTPException) as problem:
                self._connection.close()
                if attempt == 2:
                    raise CannotFetch(f"the server can't be reached ({problem})") from None
                continue
            if len(data) > LARGEST_ANSWER:
                raise CannotFetch(f"{path} is larger than {LARGEST_ANSWER} bytes")
            return Answer(answer.status, answer.msg, data)
        raise AssertionError
