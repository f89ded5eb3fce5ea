# SPDX-License-Identifier: EUPL-1.2
"""One of its kind: session-level advisory locks, held on a connection of their own, gone when the holder dies."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings


def number_of(name: str) -> int:
    """Any name as the 64-bit number that PostgreSQL wants."""
    return int.from_bytes(hashlib.sha256(b"zegel/lock/" + name.encode()).digest()[:8], "big", signed=True)


@contextmanager
def only_one(
    name: str, stop: threading.Event, *, url: str | None = None, every_s: float = 1.0
) -> Iterator[psycopg.Connection[Any] | None]:
    """Waits until nobody else holds `name`, and yields the connection that holds it; None when told to stop first.

    The lock is as alive as that connection: long work should use it (or ask it `SELECT 1`) now and then, and end when
    it raises, because somebody else has the lock then.
    """
    with psycopg.connect(url or settings.APP_DATABASE_URL, autocommit=True, connect_timeout=5) as holder:
        while True:
            row = holder.execute("SELECT pg_try_advisory_lock(%s)", [number_of(name)]).fetchone()
            if row and row[0]:
                yield holder
                return
            if stop.wait(every_s):
                yield None
                return
