# SPDX-License-Identifier: EUPL-1.2
"""Background work of footage: ending what is due, joining the parts of packs that grow no more."""

from __future__ import annotations

import threading

from zegel.server.footage import actions
from zegel.server.footage.models import Deadline, DeadlineKind
from zegel.server.kernel import clock, locks, log, outbox, services, tenancy
from zegel.server.kernel.actor import system

TICK_S = 0.5
BATCH = 200


@services.service("worker", name="footage.deadlines")
def end_what_is_due(stop: threading.Event) -> None:
    """One worker at a time, twice a second."""
    with locks.only_one("footage.deadlines", stop) as holder:
        while holder is not None and not stop.wait(TICK_S):
            holder.execute("SELECT 1")  # raises when the lock is lost
            run_once()


def run_once() -> int:
    """Ends every window and lease that is due; returns how many it looked at. One that fails stops no other."""
    with tenancy.acting_as(None):
        due = list(Deadline.objects.filter(at__lte=clock.now()).order_by("at")[:BATCH])
    for row in due:
        try:
            if row.kind == DeadlineKind.WINDOW:
                actions.end_overdue_window(row.owner_id, row.id)
            else:
                actions.end_overdue_lease(row.owner_id, row.id)
        except Exception as error:
            log.error("footage.deadline_failed", kind=row.kind, id=row.id, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip
    return len(due)


@outbox.subscribe("epoch.closed", name="footage.compact")
def compact(event: outbox.Event) -> None:
    actions.compact_pack(system(event.owner_id), event.uuid("epoch_id"))
