# SPDX-License-Identifier: EUPL-1.2
"""Where a tenant's systems want to be told: made, changed, paused, tried, ended; and a delivery sent once more."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from zegel.server import gate
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.integrations import rules, secrets
from zegel.server.integrations.errors import AddressRefused, BadSettings, UnknownWebhook
from zegel.server.integrations.keys import party_of, provider_of
from zegel.server.integrations.models import Delivery, Due, Webhook
from zegel.server.integrations.rules import Pause, State
from zegel.server.integrations.topics import PING, TOPICS
from zegel.server.kernel import clock, erasures, ids, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.tenants import leaving


@dataclass(frozen=True)
class NewWebhook:
    name: str
    url: str
    topics: Sequence[str]


def make(actor: Actor, new: NewWebhook) -> tuple[Webhook, str]:
    """The webhook and its secret, told now and never again. Raises Denied, BadSettings, AddressRefused."""
    owner = party_of(actor)
    with work.transaction(actor) as w:
        webhook_id, secret = ids.new(), os.urandom(rules.SECRET_BYTES)
        gate.require(actor, Action.ADD, Resource(ResourceKind.WEBHOOK, webhook_id, owner))
        if Webhook.objects.filter(owner_id=owner, ended_at=None).count() >= rules.MOST_WEBHOOKS:
            raise BadSettings(_("There are too many webhooks."), _("End those that nobody uses."))
        _check(new)
        row = Webhook.objects.create(
            id=webhook_id, owner_id=owner, provider_id=provider_of(owner), name=new.name.strip()[:120], url=new.url,
            topics=sorted(set(new.topics)), secret_wrapped=secrets.wrap(webhook_id, secret), made_by=actor.id,
            made_at=clock.now(),
        )  # fmt: skip
        _note(w, row, "webhook_made")
        return row, rules.secret_text(secret)


def _check(new: NewWebhook) -> None:
    if not new.name.strip():
        raise BadSettings(_("A webhook has a name."), _("Name the system that is told."), "name")
    if not new.topics or not set(new.topics) <= set(TOPICS):
        raise BadSettings(_("A webhook is told of something."), _("Choose of what."), "topics")
    if rules.address(new.url, testing()) is None:
        raise AddressRefused(_("This server does not call that address."))


def testing() -> str:
    """The installation's own test endpoint (an origin), or empty."""
    return str(settings.WEBHOOK_TEST_ENDPOINT)


def change(actor: Actor, webhook_id: UUID, new: NewWebhook) -> Webhook:
    """Raises Denied, UnknownWebhook, BadSettings, AddressRefused."""
    with work.transaction(actor) as w:
        row = _mine(actor, webhook_id, Action.CHANGE)
        _check(new)
        row.name, row.url, row.topics = new.name.strip()[:120], new.url, sorted(set(new.topics))
        row.save(update_fields=["name", "url", "topics"])
        _note(w, row, "webhook_changed")
        return row


def new_secret(actor: Actor, webhook_id: UUID) -> tuple[Webhook, str]:
    """Both sign for a day, so that its receiver can change over. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        row, secret = _mine(actor, webhook_id, Action.CHANGE), os.urandom(rules.SECRET_BYTES)
        row.old_secret_wrapped, row.old_secret_until = row.secret_wrapped, clock.now() + rules.OLD_SECRET_LASTS
        row.secret_wrapped = secrets.wrap(row.id, secret)
        row.save(update_fields=["secret_wrapped", "old_secret_wrapped", "old_secret_until"])
        _note(w, row, "webhook_secret")
        return row, rules.secret_text(secret)


def pause(actor: Actor, webhook_id: UUID) -> Webhook:
    """Nothing is delivered, what happens is kept for thirty days. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        row = _mine(actor, webhook_id, Action.CHANGE)
        if row.paused_at is None:
            row.paused_at, row.pause_why = clock.now(), Pause.BY_HAND.value
            row.save(update_fields=["paused_at", "pause_why"])
            Due.objects.filter(webhook_id=row.id).delete()
            _note(w, row, "webhook_paused")
        return row


def resume(actor: Actor, webhook_id: UUID) -> Webhook:
    """What waited goes out, the oldest first. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        row = _mine(actor, webhook_id, Action.CHANGE)
        row.paused_at, row.pause_why, row.failing_since = None, "", None
        row.save(update_fields=["paused_at", "pause_why", "failing_since"])
        row.deliveries.filter(state=State.WAITING.value).update(attempts=0)
        wake(row)
        _note(w, row, "webhook_resumed")
        return row


def end(actor: Actor, webhook_id: UUID) -> Webhook:
    """Its address, secret and deliveries go. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        row = _mine(actor, webhook_id, Action.END)
        row.ended_at, row.url, row.secret_wrapped, row.old_secret_wrapped = clock.now(), "", b"", None
        row.save(update_fields=["ended_at", "url", "secret_wrapped", "old_secret_wrapped"])
        erasures.ended(row, row.owner_id, "ended_at", "url")
        row.deliveries.all().delete()
        Due.objects.filter(webhook_id=row.id).delete()
        _note(w, row, "webhook_ended")
        return row


def ping(actor: Actor, webhook_id: UUID) -> Delivery:
    """Something to try it with. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        row = _mine(actor, webhook_id, Action.CHANGE)
        made = Delivery.objects.create(
            id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, webhook=row, number=-clock.now_ms(),
            topic=PING, body={"webhook_id": str(row.id)}, state=State.WAITING.value, happened_at=clock.now(),
        )  # fmt: skip
        wake(row)
        w.publish("integration.changed", owner_id=row.owner_id, webhook_id=row.id)
        return made


def send_again(actor: Actor, delivery_id: UUID) -> Delivery:
    """Under the same identifier, so that its receiver knows it again. Raises Denied, UnknownWebhook."""
    with work.transaction(actor) as w:
        mine = Delivery.objects.select_for_update(of=("self",)).filter(owner_id=party_of(actor))
        found = mine.filter(id=delivery_id).first()
        if found is None:
            raise UnknownWebhook
        row = _mine(actor, found.webhook_id, Action.CHANGE)
        found.state, found.attempts, found.ended_at = State.WAITING.value, 0, None
        found.save(update_fields=["state", "attempts", "ended_at"])
        wake(row)
        w.publish("integration.changed", owner_id=row.owner_id, webhook_id=row.id)
        return found


def wake(row: Webhook) -> None:
    """The worker looks at it at once. Within the transaction that gave it something to tell."""
    if row.paused_at is None and row.ended_at is None:
        Due.objects.update_or_create(webhook_id=row.id, defaults={"owner_id": row.owner_id, "next_at": clock.now()})


def _mine(actor: Actor, webhook_id: UUID, action: Action) -> Webhook:
    row = Webhook.objects.select_for_update().filter(id=webhook_id, owner_id=party_of(actor), ended_at=None).first()
    if row is None:
        raise UnknownWebhook
    gate.require(actor, action, Resource(ResourceKind.WEBHOOK, row.id, row.owner_id))
    return row


def _note(w: work.Work, row: Webhook, what: str) -> None:
    facts: dict[str, Fact] = {"what": what, "webhook": row.id, "topics": " ".join(row.topics)[:400]}
    w.record(Entry(Kind.INTEGRATION, row.owner_id, facts, about=row.id))
    w.publish("integration.changed", owner_id=row.owner_id, webhook_id=row.id)


@leaving.removes("webhooks that wait")
def forget_due(owner_id: UUID) -> int:
    """A tenant that is removed whole: when its webhooks are due is read before a party is known, and so is no row of
    its own."""
    with tenancy.acting_as(None):
        return Due.objects.filter(owner_id=owner_id).delete()[0]
