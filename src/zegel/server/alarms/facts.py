# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about alarms."""

from __future__ import annotations

from uuid import UUID

from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import State
from zegel.server.gate import Resource, ResourceKind, fact
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind


@fact("alarm_open")
def alarm_open(actor: Actor, resource: Resource) -> bool:
    """The alarm exists for the acting party, is the owner's, and is not closed."""
    alarm_id = resource.id if resource.kind == ResourceKind.ALARM else resource.of.get("alarm")
    if not isinstance(alarm_id, UUID) or resource.owner_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Alarm.objects.filter(id=alarm_id, owner_id=resource.owner_id).exclude(state=State.CLOSED.value)
        return found.exists()


@fact("alarm_claimed")
def alarm_claimed(actor: Actor, resource: Resource) -> bool:
    """Somebody of the acting party has the alarm in hand: the pictures of waiting alarms are nobody's to browse."""
    claim = _claim(actor, resource)
    return claim is not None and claim[1] == actor.party_id


@fact("claim_held")
def claim_held(actor: Actor, resource: Resource) -> bool:
    """The acting person himself has the alarm in hand."""
    claim = _claim(actor, resource)
    return claim is not None and claim == (actor.id, actor.party_id)


@fact("provides_for")
def provides_for(actor: Actor, resource: Resource) -> bool:
    """The thing is the acting party's own, or it serves the owner as its provider, now."""
    if resource.owner_id is None or actor.party_id is None:
        return False
    if resource.owner_id == actor.party_id:
        return True
    return people.serves(actor.party_id, resource.owner_id, RelationKind.PROVIDER)


def _claim(actor: Actor, resource: Resource) -> tuple[UUID, UUID] | None:
    """(person, party) who claimed the alarm."""
    alarm_id = resource.id if resource.kind == ResourceKind.ALARM else resource.of.get("alarm")
    if not isinstance(alarm_id, UUID) or resource.owner_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Alarm.objects.filter(id=alarm_id, owner_id=resource.owner_id, claimed_by__isnull=False)
        return rows.values_list("claimed_by", "claimed_by_party").first()
