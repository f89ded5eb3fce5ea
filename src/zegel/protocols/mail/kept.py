# SPDX-License-Identifier: EUPL-1.2
"""What of a camera's mail may be kept beside its pictures, which are sealed: little, and named one by one.

Not "everything but the pictures": a broken mail hides one in its text, in a header, or in an encoding that nobody
thought of. So a few headers, at most 2 KiB of the words that the reader itself found, without anything that looks
encoded, and of each picture its type, size and SHA-256.
"""

from __future__ import annotations

import hashlib
import re

from zegel.protocols.errors import BadMessage
from zegel.protocols.mail.mime import opened
from zegel.protocols.text import clean

MAX_WORDS, MAX_LINE = 2048, 200
_ENCODED = re.compile(r"\S{32,}")


def without_pictures(message: bytes) -> bytes:
    """At most 4 KiB. Never raises."""
    try:
        mail = opened(message)
    except BadMessage as problem:
        return f"[unreadable, {len(message)} bytes: {clean(str(problem))}]".encode()
    told = [f"Subject: {_plain(mail.subject)}", f"X-Mailer: {_plain(mail.mailer)}", ""]
    told += _lines(mail.words[: 4 * MAX_WORDS])
    words = "\n".join(told)[:MAX_WORDS]
    pictures = [_told(kind, data) for _, kind, data in mail.pictures]
    return "\n".join([words, *pictures])[: 2 * MAX_WORDS].encode("utf-8", "replace")


def _lines(words: str) -> list[str]:
    """Lines of words. Of lines that are one word each, two in a row at most: more is something encoded."""
    kept: list[str] = []
    alone = 0
    for line in filter(None, map(_plain, words.splitlines())):
        alone = 0 if " " in line else alone + 1
        if alone <= 2:
            kept.append(line)
    return kept


def _told(kind: str, data: bytes) -> str:
    return f"[{kind}, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}]"


def _plain(line: str) -> str:
    """A line of words: what looks encoded is left out, and a line that is no words at all goes."""
    text = _ENCODED.sub("[...]", clean(line, MAX_LINE)).strip()
    strange = sum(not (letter.isalnum() or letter in " :./,;()'\"!?#+=&@-_[]<>") for letter in text)
    return text if 8 * strange <= len(text) else "[...]"
