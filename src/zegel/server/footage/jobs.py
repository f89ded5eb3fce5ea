# SPDX-License-Identifier: EUPL-1.2
"""Background work of footage: ending what is due, joining the parts of packs that grow no more."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

from zegel.server.footage import actions, grants, guardpictures, live
from zegel.server.footage.models import Deadline, DeadlineKind
from zegel.server.kernel import clock, jobs, locks, log, outbox, services, tenancy
from zegel.server.kernel.actor import system
from zegel.server.notify import actions as notify
from zegel.server.notify.classes import About
from zegel.server.notify.letters import Occasion
from zegel.server.people.roles import Role
from zegel.server.sites import queries as sites

TICK_S = 0.5
BATCH = 200
_END = {
    DeadlineKind.WINDOW: actions.end_overdue_window,
    DeadlineKind.LEASE: actions.end_overdue_lease,
    DeadlineKind.REOPENING: actions.end_overdue_reopening,
    DeadlineKind.GRANT: grants.end_overdue_grant,
    DeadlineKind.GUARD: guardpictures.end_overdue,
}


@services.service("worker", name="footage.deadlines")
def end_what_is_due(stop: threading.Event) -> None:
    """One worker at a time, twice a second."""
    with locks.only_one("footage.deadlines", stop) as holder:
        while holder is not None and not stop.wait(TICK_S):
            holder.execute("SELECT 1")  # raises when the lock is lost
            run_once()


def run_once() -> int:
    """Ends every window, reopening, lease, grant and guard's picture that is due; returns how many it looked at. One
    that fails stops no other."""
    with tenancy.acting_as(None):
        due = list(Deadline.objects.filter(at__lte=clock.now()).order_by("at")[:BATCH])
    for row in due:
        try:
            _END[DeadlineKind(row.kind)](row.owner_id, row.id)
        except Exception as error:
            log.error("footage.deadline_failed", kind=row.kind, id=row.id, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip
    return len(due)


@outbox.subscribe("epoch.closed", name="footage.compact")
def compact(event: outbox.Event) -> None:
    actions.compact_pack(system(event.owner_id), event.uuid("epoch_id"))


@outbox.subscribe("live.ended", name="footage.live_over")
def live_over(event: outbox.Event) -> None:
    """A look ended. Again is harmless."""
    if event.owner_id is not None:
        live.forget_roots(event.owner_id, event.uuid("camera_id"), event.at)


# --- telling the customer, and the alarm centre's supervisor ---

NEWS_LASTS = timedelta(hours=24)


@outbox.subscribe("window.reopened", name="footage.letter_reopened")
def reopened(event: outbox.Event) -> None:
    _later(event, Occasion.REOPENED, None)


@outbox.subscribe("view.after_recall", name="footage.letter_after_recall")
def looked_after_recall(event: outbox.Event) -> None:
    """The owner, and the supervisors of whoever looked: a recalled alarm is the one that is looked at for no reason."""
    _later(event, Occasion.AFTER_RECALL, None)
    _later(event, Occasion.AFTER_RECALL_ARC, event.payload["arc_id"])


@outbox.subscribe("live.opened", name="footage.letter_live")
def live_opened(event: outbox.Event) -> None:
    """Somebody opened the live view: the owner's people hear of it at once, but who did it."""
    _later(event, Occasion.LIVE, None)


def _later(event: outbox.Event, occasion: Occasion, to: str | None) -> None:
    if event.owner_id is not None and clock.now() - event.at < NEWS_LASTS:
        tell.defer(
            owner_id=str(event.owner_id), to=to or str(event.owner_id), camera_id=event.payload["camera_id"],
            alarm_id=event.payload.get("alarm_id") or "", occasion=occasion.value, event_id=event.id,
            by=event.payload.get("person_id") or "",
        )  # fmt: skip


@jobs.task(name="footage.tell")
def tell(
    owner_id: str, to: str, camera_id: str, alarm_id: str, occasion: str, event_id: int = 0, by: str = ""
) -> None:
    """To the owner's people but `by` whom it was done, or to the supervisors of the alarm centre `to`."""
    with tenancy.acting_as(UUID(owner_id)):
        camera = sites.find_camera(UUID(camera_id))
        site = "" if camera is None else camera.unit.site.name
    readers = notify.READERS if to == owner_id else (Role.SUPERVISOR,)
    site_id = None if camera is None else camera.unit.site_id
    about = About(UUID(alarm_id) if alarm_id else None, UUID(camera_id), site_id)
    notify.tell(
        UUID(to), Occasion(occasion), site, f"{alarm_id or camera_id}:{event_id}", readers, about,
        [UUID(by)] if by else (),
    )  # fmt: skip
