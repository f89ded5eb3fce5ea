# SPDX-License-Identifier: EUPL-1.2
"""Log lines: one JSON object each, an event name and fields. Never personal data, never a secret.

Fields are identifiers, numbers and short words. What libraries log comes through as its logger's name and level only,
with the message when it is free of values (warnings and errors of our own dependencies), never with an exception's
text: a database error quotes the row.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from zegel.server.kernel.buckets import source_of

_logger = logging.getLogger("zegel")
_EVENT = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_LONGEST = 200
_source_key = os.urandom(32)


def info(event: str, **fields: Any) -> None:
    _write(logging.INFO, event, fields)


def warning(event: str, **fields: Any) -> None:
    _write(logging.WARNING, event, fields)


def error(event: str, **fields: Any) -> None:
    _write(logging.ERROR, event, fields)


def _write(level: int, event: str, fields: dict[str, Any]) -> None:
    if not _EVENT.fullmatch(event):
        raise ValueError(f"not an event's name: {event!r}")
    _logger.log(level, event, extra={"fields": {key: _plain(value) for key, value in fields.items()}})


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)[:_LONGEST] if isinstance(value, str | UUID) else type(value).__name__


def source(address: str) -> str:
    """A word for where something came from: the same for the same address while this process lives, and nobody's
    afterwards. An IP address is personal data and does not belong in a log."""
    return hmac.digest(_source_key, source_of(address).encode(), hashlib.sha256).hex()[:12]


def place_of(error: BaseException) -> str:
    """Where it was raised, as file:line of the innermost frame of ours: says enough to find it, and nothing of
    anybody."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/zegel/" in frame.filename] or frames
    return f"{ours[-1].filename.rpartition('/zegel/')[2]}:{ours[-1].lineno}" if ours else ""


class JsonLines(logging.Formatter):
    """One line per record. A foreign record keeps its logger and message template, not the values put into it."""

    def __init__(self, role: str) -> None:
        super().__init__()
        self._role = role

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "role": self._role,
        }
        if record.name == "zegel":
            line |= {"event": record.msg, **getattr(record, "fields", {})}
        else:
            line |= {"event": f"library.{record.name}", "message": _first_line(record.msg)}
        if record.exc_info and record.exc_info[1]:
            line |= {"error": type(record.exc_info[1]).__name__, "where": place_of(record.exc_info[1])}
        return json.dumps(line, ensure_ascii=False)


def _first_line(message: object) -> str:
    """The rest of it may quote an exception (asyncio does), and that may quote a row."""
    return str(message).partition("\n")[0][:_LONGEST]


def set_up(role: str = "server") -> None:
    """Called once per process, by whatever starts it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(role))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _logger.setLevel(logging.INFO)
