# SPDX-License-Identifier: EUPL-1.2
"""What comes by itself: entry times and holds that end, norms that are due, parked alarms that come back, tests that
end, places that should be closed by now.

Everything that is due stands in the database (due.py); one worker at a time takes it. Each is done in a transaction of
its own, with the row that asked for it gone, so that a kill leaves it due; done twice it is harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid5

from zegel.protocols.events import Event, Phase, SignalClass
from zegel.server.alarms import due, openings, parameters, rules
from zegel.server.alarms.actions import central, settings
from zegel.server.alarms.actions.common import changed, step
from zegel.server.alarms.desk import opened
from zegel.server.alarms.models import Alarm, AreaState, Due, DueKind, OpeningPlan, TestWindow
from zegel.server.alarms.rules import State, Verb
from zegel.server.kernel import clock, locks, log, services, work
from zegel.server.kernel.actor import system
from zegel.server.signals import intake
from zegel.server.signals.models import Source
from zegel.server.sites import queries as sites
from zegel.server.sites.errors import UnknownSite

TICK_S = 0.25
BATCH = 500
TRY_AGAIN = timedelta(seconds=10)
_EXCEPTIONS = UUID("0f0c1c1e-54c4-4d1b-9a59-8f2c7f6c2a10")


@services.service("worker", name="alarms.scheduler")
def run(stop: threading.Event) -> None:
    """One worker at a time, four times a second."""
    with locks.only_one("alarms.scheduler", stop) as holder:
        while holder is not None and not stop.wait(TICK_S):
            holder.execute("SELECT 1")  # raises when the lock is lost
            run_once()


def run_once() -> int:
    """Does what is due; returns how much it looked at. One that fails stops no other, and is tried again."""
    waiting = due.now(BATCH)
    for row in waiting:
        try:
            _do(row)
        except Exception as error:
            log.error("alarms.due_failed", kind=row.kind, about=row.about, error=type(error).__name__,
                      where=log.place_of(error))  # fmt: skip
            Due.objects.filter(id=row.id).update(at=clock.now() + TRY_AGAIN)
    return len(waiting)


def _do(row: Due) -> None:
    with work.transaction(system(row.owner_id)) as w:
        mine = Due.objects.select_for_update().filter(id=row.id, at__lte=clock.now()).first()
        if mine is None:
            return  # put off, or done, meanwhile
        mine.delete()
        _DO[DueKind(row.kind)](w, row.about)


def _open(alarm_id: UUID) -> Alarm | None:
    return Alarm.objects.select_for_update().filter(id=alarm_id).exclude(state=State.CLOSED.value).first()


def _queue(w: work.Work, alarm_id: UUID) -> None:
    """The entry time is over and nobody disarmed."""
    alarm = _open(alarm_id)
    if alarm is None or alarm.state != State.NEW:
        return
    alarm.state = rules.after(State.NEW, Verb.QUEUE).value
    alarm.queue_at = None
    alarm.save(update_fields=["state", "queue_at"])
    opened(w, alarm, window=False)


def _look(w: work.Work, alarm_id: UUID) -> None:
    """The hold is over: whoever has the alarm may look."""
    alarm = _open(alarm_id)
    if alarm is not None:
        changed(w, alarm)


def _norm(w: work.Work, alarm_id: UUID) -> None:
    """Nobody acted in time: the room that watches the manning hears of it."""
    alarm = _open(alarm_id)
    if alarm is None or alarm.first_action_at is not None or alarm.folded_into is not None:
        return
    w.publish("alarm.due", owner_id=alarm.owner_id, alarm_id=alarm.id, priority=alarm.priority,
              quiet=alarm.duress)  # fmt: skip
    step(alarm, "norm_missed", None)
    changed(w, alarm)


def _park(w: work.Work, alarm_id: UUID) -> None:
    alarm = _open(alarm_id)
    if alarm is None or alarm.parked_until is None:
        return
    alarm.parked_until = None
    alarm.save(update_fields=["parked_until"])
    step(alarm, "unparked", None)
    changed(w, alarm)


def _test(w: work.Work, window_id: UUID) -> None:
    window = TestWindow.objects.select_for_update().filter(id=window_id).first()
    if window is not None:
        settings.end_window(w, window)


def _opening(w: work.Work, plan_id: UUID) -> None:
    """Some time after an area should have been opened or closed: one that isn't closed is reported, as a signal of the
    server's own."""
    row = OpeningPlan.objects.select_for_update().filter(id=plan_id).first()
    if row is None:
        return
    try:
        site = sites.get_site(row.site_id)
    except UnknownSite:
        return
    late_s, now = parameters.of(row.site_id).late_to_close_s, clock.now()
    plan = openings.parse(site.tz, row.weekly, row.exceptions)
    settings.plan_next(row, plan, late_s, now)
    if openings.is_open(plan, now) or openings.is_open(plan, now - timedelta(seconds=late_s)):
        return
    areas = AreaState.objects.filter(panel_id=row.panel_id)
    if not openings.is_left_open(row.area, [openings.Said(one.area, one.closed, one.changed_ms) for one in areas]):
        return
    event = Event(
        "server", "late_to_close", None, Phase.LATE, SignalClass.OPEN_CLOSE_EXCEPTION, 5,
        "Not closed in time", area=row.area or None,
    )  # fmt: skip
    mark = str(uuid5(_EXCEPTIONS, f"{row.id} {openings.last_closing(plan, now)}"))
    intake.accept(intake.NewSignal(
        source=Source.SERVER, transport="server", owner_id=row.owner_id, provider_id=row.provider_id, event=event,
        site_id=row.site_id, panel_id=row.panel_id, dedupe=(mark,), again_ms=86_400_000,
    ))  # fmt: skip


_DO: dict[DueKind, Callable[[work.Work, UUID], None]] = {
    DueKind.QUEUE: _queue,
    DueKind.LOOK: _look,
    DueKind.RECALL: _look,
    DueKind.NORM: _norm,
    DueKind.PARK: _park,
    DueKind.TEST: _test,
    DueKind.OPENING: _opening,
    DueKind.CENTRAL: central.witnessed,
}
