# SPDX-License-Identifier: EUPL-1.2
"""Reads of orders, preparations and the register of disclosures, as the acting party sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zegel.server.evidence.errors import UnknownOrder, UnknownPreparation
from zegel.server.evidence.models import Disclosure, Order, Preparation
from zegel.server.evidence.rules import ASKED_FOR, Decision
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor

NEWEST = 200


def resource_of(row: Order) -> Resource:
    return Resource(ResourceKind.LEGAL_ORDER, row.id, row.owner_id, {"order": row.id, "site": row.site_id})


def orders(actor: Actor) -> Sequence[Order]:
    """Waiting ones first, then the newest. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.LEGAL_ORDER))
    with tenancy.acting_as(actor.party_id, actor.id):
        found = list(Order.objects.order_by("-received_at")[:NEWEST])
    return sorted(found, key=lambda row: row.decision != Decision.WAITING.value)


def order(actor: Actor, order_id: UUID) -> Order:
    """Raises UnknownOrder, Denied."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Order.objects.filter(id=order_id).first()
    if row is None:
        raise UnknownOrder
    require(actor, Action.READ, resource_of(row))
    return row


def preparations(actor: Actor) -> Sequence[Preparation]:
    """Those of the acting alarm centre that are waiting or running, the oldest first."""
    require(actor, Action.LIST, Resource(ResourceKind.LEGAL_ORDER))
    since = clock.now() - ASKED_FOR
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Preparation.objects.filter(
            arc_party_id=tenancy.current_party(), ended_at__isnull=True, asked_at__gt=since
        )
        return list(rows.select_related("order").order_by("asked_at")[:NEWEST])


def preparation(actor: Actor, preparation_id: UUID) -> Preparation:
    """Raises UnknownPreparation."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Preparation.objects.select_related("order").filter(id=preparation_id, ended_at__isnull=True).first()
    if row is None:
        raise UnknownPreparation
    return row


def disclosures(
    actor: Actor, since: datetime | None = None, until: datetime | None = None, limit: int = NEWEST
) -> Sequence[Disclosure]:
    """The register, the newest line first. Raises Denied."""
    require(actor, Action.LIST, Resource(ResourceKind.DISCLOSURE))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Disclosure.objects.all()
        if since is not None:
            rows = rows.filter(made_at__gte=since)
        if until is not None:
            rows = rows.filter(made_at__lt=until)
        return list(rows.select_related("order").order_by("-made_at")[:limit])


def without_ground(owner_id: UUID) -> int:
    """For who proves C5, within an acting party: lines of the register that neither the owner made himself nor rest on
    an order that was accepted. It must be none."""
    rows = Disclosure.objects.filter(owner_id=owner_id).exclude(maker="owner")
    return rows.exclude(order__decision=Decision.ACCEPTED.value).count()
