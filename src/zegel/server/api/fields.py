# SPDX-License-Identifier: EUPL-1.2
"""How bytes travel in JSON: base64url without padding, its one spelling only."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


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
