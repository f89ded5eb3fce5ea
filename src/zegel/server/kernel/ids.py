# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: UUIDv4 in the database and in URLs, the same 16 bytes on the wire and in signed objects."""

from __future__ import annotations

from uuid import UUID, uuid4

from zegel.server.kernel.errors import ZegelError

WIRE_LENGTH = 16


class BadIdentifier(ZegelError):
    """Not the 16 bytes, or not the text, of an identifier."""

    code = "bad_identifier"


def new() -> UUID:
    return uuid4()


def to_wire(identifier: UUID) -> bytes:
    return identifier.bytes


def from_wire(raw: bytes) -> UUID:
    """Raises BadIdentifier unless `raw` is exactly 16 bytes. Any 16 bytes are taken: units draw their own."""
    if len(raw) != WIRE_LENGTH:
        raise BadIdentifier(f"An identifier is 16 bytes; this one has {len(raw)}.")
    return UUID(bytes=bytes(raw))


def from_text(text: str) -> UUID:
    """The canonical form only (36 characters, lower case): one identifier has one spelling."""
    try:
        identifier = UUID(text)
    except (ValueError, AttributeError, TypeError):
        raise BadIdentifier("This is not an identifier.", action="Use the UUID form, as the server gave it.") from None
    if str(identifier) != text:
        raise BadIdentifier("This identifier is not in its canonical form.", action="Use 36 characters, lower case.")
    return identifier
