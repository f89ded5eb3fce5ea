# SPDX-License-Identifier: EUPL-1.2
"""Telling it on: what happened becomes a delivery in each webhook that asked for it, and the worker carries them.

- A webhook gets its deliveries in order, one at a time; while one fails the later ones wait behind it, so that a
  receiver that is down is asked at its pace and no other waits for it.
- A delivery is tried for about two and a half days, then given up and shown; a webhook that failed for five days
  without one success, or answered 410, is paused, and says so.
- No connection is open inside a transaction of the database.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import close_old_connections, connection

from zegel.server.integrations import hooks, rules, secrets, sending
from zegel.server.integrations.models import Delivery, Due, Webhook
from zegel.server.integrations.rules import Address, Fault, Pause, State
from zegel.server.integrations.topics import TOPICS
from zegel.server.kernel import clock, ids, log, outbox, services, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.ledger import Entry, Kind

AT_ONCE = 4
MOST_IN_A_ROW = 20
LEASE = timedelta(seconds=120)
LOOK_EVERY_S = 1.0


@outbox.subscribe(*TOPICS, name="integrations.webhooks")
def happened(event: outbox.Event) -> None:
    """Once for each event and webhook: the event's number is the delivery's."""
    if event.owner_id is None:
        return
    for row in Webhook.objects.filter(owner_id=event.owner_id, ended_at=None):
        if event.topic not in row.topics:
            continue
        row.deliveries.filter(happened_at__lt=clock.now() - rules.DELIVERIES_KEPT).delete()
        Delivery.objects.get_or_create(
            webhook=row, number=event.id,
            defaults={
                "id": ids.new(), "owner_id": row.owner_id, "provider_id": row.provider_id, "topic": event.topic,
                "body": event.payload, "state": State.WAITING.value, "happened_at": event.at,
            },
        )  # fmt: skip
        _queue(row)


def _queue(row: Webhook) -> None:
    """Says that there is something, and leaves its time as it is: who is being waited for is not asked sooner. The row
    is written in any case, so that a worker that is about to drop it sees this delivery first."""
    if row.paused_at is not None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO integrations_due (webhook_id, owner_id, next_at) VALUES (%s, %s, %s) "
            "ON CONFLICT (webhook_id) DO UPDATE SET next_at = integrations_due.next_at",
            [row.id, row.owner_id, clock.now()],
        )


# --- the worker ---


@services.service("worker", name="integrations.webhooks")
def run(stop: threading.Event) -> None:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="zegel-webhook") as pool:
        while not stop.is_set():
            due = take_due()
            list(pool.map(_tidily, due))
            if not due:
                stop.wait(LOOK_EVERY_S)


def deliver_due() -> int:
    """One round, in this thread; how many webhooks were due."""
    due = take_due()
    for webhook_id, owner_id in due:
        deliver(webhook_id, owner_id)
    return len(due)


def take_due() -> list[tuple[UUID, UUID]]:
    """(webhook, owner) of those that are due, leased: no second worker takes them meanwhile, and one that dies loses
    them."""
    now = clock.now()
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE integrations_due SET next_at = %s WHERE webhook_id IN (SELECT webhook_id FROM integrations_due "
            "WHERE next_at <= %s ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING webhook_id, owner_id",
            [now + LEASE, now, AT_ONCE],
        )
        return [(webhook, owner) for webhook, owner in cursor.fetchall()]


def _tidily(due: tuple[UUID, UUID]) -> None:
    close_old_connections()
    try:
        deliver(*due)
    except Exception as error:
        log.error("webhooks.failed", webhook=str(due[0]), error=type(error).__name__, where=log.place_of(error))
    finally:
        close_old_connections()


@dataclass(frozen=True)
class Parcel:
    delivery_id: UUID
    to: Address | None
    inside: bool
    body: bytes
    headers: dict[str, str]


def deliver(webhook_id: UUID, owner_id: UUID) -> None:
    """What waits, in order, until one fails or enough were carried."""
    for _ in range(MOST_IN_A_ROW):
        parcel = _next(webhook_id, owner_id)
        if parcel is None:
            return
        outcome = sending.Outcome(0, Fault.ADDRESS)
        if parcel.to is not None:
            outcome = sending.send(parcel.to, parcel.body, parcel.headers, inside=parcel.inside)
        if not _settle(webhook_id, owner_id, parcel, outcome):
            return
    with tenancy.acting_as(None):
        Due.objects.filter(webhook_id=webhook_id).update(next_at=clock.now())


def _next(webhook_id: UUID, owner_id: UUID) -> Parcel | None:
    """None when nothing waits: then it is not due any more, decided under its row's lock."""
    with tenancy.acting_as(owner_id):
        Due.objects.select_for_update().filter(webhook_id=webhook_id).first()
        row = Webhook.objects.filter(id=webhook_id, ended_at=None, paused_at=None).first()
        found = None if row is None else row.deliveries.filter(state=State.WAITING.value).order_by("number").first()
        if row is None or found is None:
            Due.objects.filter(webhook_id=webhook_id).delete()
            return None
        return _parcel(row, found)


def _parcel(row: Webhook, found: Delivery) -> Parcel:
    said = {"type": found.topic, "timestamp": found.happened_at.isoformat(), "data": found.body}
    body = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    at = int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/json", "User-Agent": "zegel-webhooks/1", "Content-Length": str(len(body)),
        "webhook-id": str(found.id), "webhook-timestamp": str(at),
        "webhook-signature": rules.signature(_secrets(row), str(found.id), at, body),
    }  # fmt: skip
    to = rules.address(row.url, hooks.testing())
    inside = bool(hooks.testing()) and row.url.startswith(hooks.testing() + "/")
    return Parcel(found.id, to, inside, body, headers)


def _secrets(row: Webhook) -> list[bytes]:
    wrapped = [bytes(row.secret_wrapped)]
    if row.old_secret_wrapped is not None and row.old_secret_until and row.old_secret_until > clock.now():
        wrapped.append(bytes(row.old_secret_wrapped))
    return [secret for one in wrapped if (secret := secrets.unwrap(row.id, one)) is not None]


def _settle(webhook_id: UUID, owner_id: UUID, parcel: Parcel, outcome: sending.Outcome) -> bool:
    """Writes down how it went; whether the next one may be carried at once."""
    now = clock.now()
    with work.transaction(system(owner_id)) as w:
        row = Webhook.objects.select_for_update().filter(id=webhook_id).first()
        found = Delivery.objects.select_for_update().filter(id=parcel.delivery_id).first()
        if row is None or found is None:
            return False
        found.attempts, found.status, found.tried_at = found.attempts + 1, outcome.status, now
        found.fault = "" if outcome.fault is None else outcome.fault.value
        if outcome.fault is None:
            found.state, found.ended_at = State.DELIVERED.value, now
            row.failing_since, row.last_at = None, now
        else:
            _failed(w, row, found, outcome.fault)
        found.save()
        row.save(update_fields=["failing_since", "last_at", "paused_at", "pause_why"])
        w.publish("integration.changed", owner_id=owner_id, webhook_id=row.id)
        return outcome.fault is None


def _failed(w: work.Work, row: Webhook, found: Delivery, fault: Fault) -> None:
    now = clock.now()
    row.failing_since = row.failing_since or now
    wait = rules.wait_after(found.attempts)
    if wait is None:
        found.state, found.ended_at = State.GIVEN_UP.value, now
    if fault is Fault.GONE or now - row.failing_since >= rules.PAUSED_AFTER:
        row.paused_at, row.pause_why = now, Pause.FAILING.value
        Due.objects.filter(webhook_id=row.id).delete()
        w.record(Entry(Kind.INTEGRATION, row.owner_id, {"what": "webhook_paused", "webhook": row.id}, about=row.id))
        return
    Due.objects.filter(webhook_id=row.id).update(next_at=now + (wait or timedelta(seconds=rules.WAITS_S[0])))
