# SPDX-License-Identifier: EUPL-1.2
"""The centre's background work: watching every queue, paging, dealing views to be judged, and certificates that end.

Pages go through jobs: a mail server that is slow or away holds up neither the watch nor anybody's alarms, and is tried
again.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

from zegel.server.agreements import actions as agreements
from zegel.server.alarms import asked
from zegel.server.centre import actions, queries, review_actions, scope
from zegel.server.centre.models import Escalation
from zegel.server.kernel import clock, jobs, locks, log, outbox, services, tenancy
from zegel.server.notify import pages
from zegel.server.notify.pages import Page
from zegel.server.people import arc_keys
from zegel.server.people.roles import Role

TICK_S = 1.0


@services.service("worker", name="centre.watch")
def watch_queues(stop: threading.Event) -> None:
    """One worker at a time, once a second. What is due is in the database."""
    with locks.only_one("centre.watch", stop) as holder:
        while holder is not None and not stop.wait(TICK_S):
            holder.execute("SELECT 1")  # raises when the lock is lost
            watch_once()


def watch_once() -> None:
    """Looks at every centre's queue. One that fails stops no other."""
    for party_id in scope.centres():
        try:
            actions.watch(party_id)
            actions.end_stand_ins(party_id)
            actions.put_back_abandoned(party_id)
        except Exception as error:
            log.error("centre.watch_failed", party=party_id, error=type(error).__name__, where=log.place_of(error))


@outbox.subscribe("centre.page", name="centre.page")
def page_due(event: outbox.Event) -> None:
    if event.owner_id is not None:
        page.defer(party_id=str(event.owner_id), escalation_id=event.payload["escalation_id"])


@jobs.task(name="centre.page", queue="default")
def page(party_id: str, escalation_id: str) -> None:
    """To the pagers, or the supervisors, while it is still open."""
    party = UUID(party_id)
    with tenancy.acting_as(party):
        held = Escalation.objects.filter(id=escalation_id, resolved_at=None).first()
        if held is None:
            return
        values = {"waiting": held.waiting, "overdue": held.overdue}
        addresses = queries.settings_of(party).pagers
    readers = pages.readers(party, (Role.SUPERVISOR,), addresses)
    actions.note_told(party, UUID(escalation_id), pages.send(readers, Page(held.cause), values, escalation_id))


# --- certificates ---


@jobs.periodic("7 * * * *", name="centre.certificates")
def warn_of_certificates(timestamp: int) -> None:
    """Every hour: each stage (60, 30, 7 days, and the end) of each certificate is told once."""
    for party_id in scope.centres():
        for due in agreements.due_warnings(party_id):
            tell_certificate.defer(party_id=str(party_id), certificate_id=str(due.certificate_id), days=due.days)


@jobs.task(name="centre.tell_certificate")
def tell_certificate(party_id: str, certificate_id: str, days: int) -> None:
    kind = Page.CERTIFICATE_ENDED if days <= 0 else Page.CERTIFICATE_ENDS
    readers = pages.readers(UUID(party_id), (Role.SUPERVISOR, Role.ADMIN))
    pages.send(readers, kind, {"days": days}, certificate_id)


KEY_TOLD = frozenset({60, 30, 14, *range(8)})
"""Days before the end of the opening key's certificate on which its people are told."""
DAY_MS = 86_400_000


@jobs.periodic("13 7 * * *", name="centre.opening_keys")
def warn_of_opening_keys(timestamp: int) -> None:
    """Each morning: without a certified opening key no unit releases anything to the centre."""
    for party_id in scope.centres():
        ends_ms = arc_keys.ends_ms(party_id)
        if ends_ms is None:
            continue
        days = max(0, -(-(ends_ms - clock.now_ms()) // DAY_MS))
        if days in KEY_TOLD:
            tell_opening_key.defer(party_id=str(party_id), days=days)


@jobs.task(name="centre.tell_opening_key")
def tell_opening_key(party_id: str, days: int) -> None:
    readers = pages.readers(UUID(party_id), (Role.SUPERVISOR, Role.ADMIN))
    pages.send(readers, Page.KEY_ENDS if days else Page.KEY_ENDED, {"days": days}, f"{party_id}:opening-key")


@outbox.subscribe("person.suspended", name="centre.take_from")
def take_from_suspended(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.take_from(event.owner_id, event.uuid("person_id"))


@outbox.subscribe("arc.replaced", name="centre.take_from_centre")
def take_from_replaced(event: outbox.Event) -> None:
    """No alarm stays with people who no longer see it."""
    if event.owner_id is not None:
        actions.take_from_centre(event.owner_id, event.uuid("before_id"))


# --- reviews ---


@outbox.subscribe("view.ended", name="centre.review")
def view_ended(event: outbox.Event) -> None:
    _consider(event, over=True)


@outbox.subscribe("view.after_recall", name="centre.after_recall")
def view_after_recall(event: outbox.Event) -> None:
    """It is on the review desk while it still goes on. (The letters about it are the room footage's.)"""
    _consider(event, over=False)


def _consider(event: outbox.Event, *, over: bool) -> None:
    if event.owner_id is not None:
        review_actions.consider(event.owner_id, event.uuid("lease_id"), over=over)


@jobs.periodic("*/10 * * * *", name="centre.deal")
def deal(timestamp: int) -> None:
    """What nobody could judge when it was made (there was no other supervisor) is dealt once there is somebody."""
    for party_id in scope.centres():
        review_actions.deal_waiting(party_id)


@jobs.periodic("29 * * * *", name="centre.forget_asked")
def forget_asked(timestamp: int) -> None:
    """Notes of requests that were carried out: of every party whose operators wrote any, also one that serves nobody
    any more."""
    for party_id in {*scope.centres(), *scope.centres(clock.now() - asked.KEPT - timedelta(days=1))}:
        asked.forget_old(party_id)
