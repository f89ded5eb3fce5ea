# SPDX-License-Identifier: EUPL-1.2
"""Cameras that only give a picture when asked: JPEG by HTTP. Each picture is kept as the camera made it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit

from zegel.unit.source.lost import Garbage, Lost
from zegel.unit.source.media import MAX_EDGE
from zegel.unit.web import Web, WebError

MAX_STILL = 3 << 20
"""Below what a segment may hold, so that each picture fits one."""
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})


@dataclass(frozen=True)
class Still:
    data: bytes
    size: tuple[int, int]


class Stills:
    """`address` may hold user and password; they are only sent when the camera asks for them."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        self._url = urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
        self._web = Web(unquote(parts.username or ""), unquote(parts.password or ""), MAX_STILL)

    def fetch(self) -> Still:
        """Raises Lost, Garbage."""
        try:
            answer = self._web.ask("GET", self._url, headers={"Accept": "image/jpeg", "Connection": "close"})
        except WebError as error:
            raise Lost(error.reason) from None
        if answer.status in (401, 403):
            raise Lost("refused_password")
        if answer.status == 404:
            raise Lost("no_such_stream")
        if answer.status != 200:
            raise Lost("http_error", status=answer.status)
        size = jpeg_size(answer.body)
        if size is None:
            raise Garbage("not_a_picture")
        if not all(16 <= edge <= MAX_EDGE for edge in size):
            raise Garbage("picture_too_large")
        return Still(answer.body, size)


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from a JPEG's frame header (ITU-T T.81, B.2.2); None when it is no whole JPEG."""
    if data[:2] != b"\xff\xd8" or b"\xff\xd9" not in data[-64:]:
        return None
    at = 2
    while at + 9 < len(data):
        if data[at] != 0xFF:
            return None
        kind = data[at + 1]
        if kind == 0xFF:
            at += 1
        elif kind in _BARE:
            at += 2
        elif kind in _SIZES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        else:
            at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return None
