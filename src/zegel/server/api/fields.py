# SPDX-License-Identifier: EUPL-1.2
"""How bytes travel in JSON (base64url without padding, its one spelling only), the latest moment that there is, and
what no text of ours may hold."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.errors import HttpError
from ninja.parser import Parser
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

LATEST_MS = 253_402_300_799_000  # the end of the year 9999, the last that Python and PostgreSQL both know


def to_text(data: bytes) -> str:
    """Base64url without padding (RFC 4648 §5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The reverse. Raises ValueError for anything but the canonical form."""
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64url") from None
    if to_text(data) != text:
        raise ValueError("not canonical base64url without padding")
    return data


def _read(value: Any) -> bytes:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    if not isinstance(value, str):
        raise ValueError("bytes are base64url text")
    return from_text(value)


Bytes = Annotated[
    bytes,
    BeforeValidator(_read),
    PlainSerializer(to_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "base64url"}),
]


class NoNul(Parser):
    """PostgreSQL keeps no NUL in a text, so none is taken: refused here, in one place, as the caller's fault."""

    def parse_body(self, request: HttpRequest) -> Any:
        return _without_nul(super().parse_body(request))

    def parse_querydict(self, data: MultiValueDict[Any, Any], list_fields: list[str], request: HttpRequest) -> Any:
        return _without_nul(super().parse_querydict(data, list_fields, request))


def _without_nul(said: Any) -> Any:
    waiting = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and "\x00" in one:
            raise HttpError(400, "A text can't hold the character NUL.")
    return said
