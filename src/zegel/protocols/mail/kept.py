# SPDX-License-Identifier: EUPL-1.2
"""What of a mail may be kept: everything but its pictures.

A picture is what a mail's part says that it is not text, and also what a broken mail carries as lines of base64 in its
text. Whatever can't be taken apart is kept without its body.
"""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from email.message import Message

_ENCODED = re.compile(rb"^[A-Za-z0-9+/=]{40,}\r?$", re.M)
_RUNS = re.compile(rb"[^\x00-\x7f]{2000,}|[A-Za-z0-9+/=]{200,}")
MAX_KEPT = 64 * 1024
MAX_HEAD = 16 * 1024


def without_pictures(message: bytes) -> bytes:
    """At most 64 KiB: headers, text, and of each other part its type, size and SHA-256. Never raises."""
    try:
        return _kept(message_from_bytes(message))[:MAX_KEPT]
    except Exception:  # the standard library's parser lets many things through for malformed mails
        return _head(message)


def _kept(mail: Message) -> bytes:
    heads = b"".join(f"{name}: {value}\n".encode("utf-8", "replace") for name, value in mail.items())[:MAX_HEAD]
    return heads + b"\n" + b"\n".join(_part(part) for part in mail.walk() if not part.is_multipart())


def _part(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_content_maintype() != "text" or part.get_filename():
        told = f"[{part.get_content_type()[:80]}, {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}]"
        return told.encode("utf-8", "replace")
    return _RUNS.sub(b"[...]", _ENCODED.sub(b"[...]", data))


def _head(message: bytes) -> bytes:
    """Up to the first empty line."""
    ends = [at for at in (message.find(b"\r\n\r\n"), message.find(b"\n\n")) if at >= 0]
    return message[: min([*ends, MAX_HEAD])]
