# SPDX-License-Identifier: EUPL-1.2
"""The worker's part of the outbox: hears the notices and delivers, for as long as the process lives."""

from __future__ import annotations

import threading

import psycopg
from django.conf import settings

from zegel.server.kernel import outbox, services

LOOK_EVERY_S = 1.0  # failed deliveries come due without a notice


@services.service("worker", name="kernel.outbox")
def deliver(stop: threading.Event) -> None:
    deliverer = outbox.Deliverer()
    with psycopg.connect(settings.APP_DATABASE_URL, autocommit=True, connect_timeout=5) as listening:
        listening.execute(f"LISTEN {outbox.CHANNEL}")
        while not stop.is_set():
            while deliverer.run_once() and not stop.is_set():
                pass
            for _ in listening.notifies(timeout=LOOK_EVERY_S, stop_after=1):
                pass
