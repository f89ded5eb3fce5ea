# SPDX-License-Identifier: EUPL-1.2
"""Keys, webhooks and what became of deliveries, for who may see them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Count, Q

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.integrations.errors import UnknownWebhook
from zegel.server.integrations.keys import party_of
from zegel.server.integrations.models import ApiKey, Delivery, Webhook
from zegel.server.integrations.rules import State
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor

MOST = 200


def keys(actor: Actor) -> Sequence[ApiKey]:
    """Those that hold first. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.API_KEY, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(ApiKey.objects.filter(owner_id=party_of(actor)).order_by("-ended_at", "-made_at")[:MOST])


def webhooks(actor: Actor) -> Sequence[Webhook]:
    """With `waiting` and `given_up`, how many deliveries are. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.WEBHOOK, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        counted = Webhook.objects.filter(owner_id=party_of(actor), ended_at=None).annotate(
            waiting=Count("deliveries", filter=Q(deliveries__state=State.WAITING.value)),
            given_up=Count("deliveries", filter=Q(deliveries__state=State.GIVEN_UP.value)),
        )
        return list(counted.order_by("-made_at")[:MOST])


def deliveries(actor: Actor, webhook_id: UUID, limit: int = 50) -> Sequence[Delivery]:
    """The newest first. Raises Denied, UnknownWebhook."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Webhook.objects.filter(id=webhook_id, owner_id=party_of(actor), ended_at=None).first()
        if row is None:
            raise UnknownWebhook
        require(actor, Action.READ, Resource(ResourceKind.WEBHOOK, row.id, row.owner_id))
        return list(Delivery.objects.filter(webhook=row).order_by("-happened_at")[:limit])
