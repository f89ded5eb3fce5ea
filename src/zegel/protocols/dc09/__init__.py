# SPDX-License-Identifier: EUPL-1.2
"""SIA DC-09: alarms over IP, as the standard says and as panels do. `Framer` → `header` → `read` → `events`, and an
answer: `ack`, `nak` or `duh`. Each module opens with its own rules."""

from __future__ import annotations

from zegel.protocols.dc09.content import contact_id, events
from zegel.protocols.dc09.crypto import Key, KeyFormat
from zegel.protocols.dc09.frames import REPLIES, SUPERVISION, Form, Frame, Header, header, read
from zegel.protocols.dc09.framing import MAX_FRAME, Framer
from zegel.protocols.dc09.times import time_ms, written
from zegel.protocols.dc09.writing import ack, duh, nak, write

__all__ = [
    "MAX_FRAME",
    "REPLIES",
    "SUPERVISION",
    "Form",
    "Frame",
    "Framer",
    "Header",
    "Key",
    "KeyFormat",
    "ack",
    "contact_id",
    "duh",
    "events",
    "header",
    "nak",
    "read",
    "time_ms",
    "write",
    "written",
]
