# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about orders and packages. Asked as the actor's party: what it may not see does not
hold."""

from __future__ import annotations

from uuid import UUID

from zegel.server.evidence.models import Order, Preparation
from zegel.server.evidence.rules import Decision, Scope, approval_runs
from zegel.server.gate import Resource, fact
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor


def scope_of(row: Order) -> Scope:
    cameras = frozenset(UUID(text) for text in row.camera_ids)
    return Scope(cameras, clock.ms(row.from_at), clock.ms(row.to_at))


def _order(actor: Actor, resource: Resource) -> Order | None:
    """The accepted order that is meant, of the same owner, and not over."""
    order_id = resource.of.get("order")
    if order_id is None or resource.owner_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Order.objects.filter(id=order_id, decision=Decision.ACCEPTED.value, ended_at__isnull=True)
        return rows.filter(owner_id=resource.owner_id).first()


@fact("order_accepted")
def order_accepted(actor: Actor, resource: Resource) -> bool:
    """The order was recorded, decided on, accepted, and has not ended."""
    return _order(actor, resource) is not None


@fact("order_covers")
def order_covers(actor: Actor, resource: Resource) -> bool:
    """The same, and it asks for this camera and this time."""
    row = _order(actor, resource)
    camera = resource.of.get("camera", resource.id)
    return row is not None and isinstance(camera, UUID) and scope_of(row).covers(camera, resource.span_ms)


@fact("order_publishes")
def order_publishes(actor: Actor, resource: Resource) -> bool:
    """The order itself says that the images are to be published."""
    row = _order(actor, resource)
    return row is not None and row.publication


@fact("asked_by_another")
def asked_by_another(actor: Actor, resource: Resource) -> bool:
    """Who asked for the package is somebody else than who approves it."""
    row = _preparation(actor, resource)
    return row is not None and actor.id is not None and row.asked_by != actor.id


@fact("package_approved")
def package_approved(actor: Actor, resource: Resource) -> bool:
    """Two persons of the acting alarm centre agreed on a package of this alarm, on this order, an hour ago at most."""
    row = _preparation(actor, resource)
    return row is not None and approval_runs(row.approved_at, row.ended_at, clock.now())


def _preparation(actor: Actor, resource: Resource) -> Preparation | None:
    alarm_id, order_id = resource.of.get("alarm"), resource.of.get("order")
    if alarm_id is None or order_id is None or actor.party_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Preparation.objects.filter(alarm_id=alarm_id, order_id=order_id, arc_party_id=actor.party_id)
        return rows.filter(ended_at__isnull=True).order_by("-asked_at").first()
