# SPDX-License-Identifier: EUPL-1.2
"""Text from outside, made safe to keep, show and log: no character that moves a cursor, ends a line or turns the
reading direction survives."""

from __future__ import annotations

MAX_TEXT = 500  # characters; the raw bytes are kept beside it


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """One printable line. Control, format, surrogate and unassigned characters go; any white space becomes a space."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in text[: 4 * limit])
    return text[:limit].strip()


def decoded(raw: bytes) -> str:
    """UTF-8, else Windows-1252 (DC-09 allows both in texts), always a string; not yet cleaned."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
