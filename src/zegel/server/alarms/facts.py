# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about alarms."""

from __future__ import annotations

from uuid import UUID

from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import CloseCode, State
from zegel.server.gate import Resource, ResourceKind, fact
from zegel.server.kernel import clock, tenancy
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


@fact("alarm_recalled")
def alarm_recalled(actor: Actor, resource: Resource) -> bool:
    """The alarm exists for the acting party, is the owner's, and was closed by a recall."""
    if not isinstance(resource.id, UUID) or resource.owner_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Alarm.objects.filter(id=resource.id, owner_id=resource.owner_id, state=State.CLOSED.value)
        return found.filter(closed_code=CloseCode.RECALLED.value).exists()


@fact("alarm_claimed")
def alarm_claimed(actor: Actor, resource: Resource) -> bool:
    """Somebody of the acting party has the alarm in hand, or another open one of the same place (it is one incident,
    and its cameras stand beside each other): the pictures of waiting alarms are nobody's to browse."""
    return any(party == actor.party_id for _, party in _claims(actor, resource))


@fact("claim_held")
def claim_held(actor: Actor, resource: Resource) -> bool:
    """The acting person himself has the alarm in hand; or nobody has, and he has another open one of the same place."""
    claims = _claims(actor, resource)
    return (actor.id, actor.party_id) in claims[:1] or (claims[:1] == [NOBODY] and (actor.id, actor.party_id) in claims)


@fact("look_not_held")
def look_not_held(actor: Actor, resource: Resource) -> bool:
    """The time in which the customer can recall before anybody looks is over, or there was none; and he did not."""
    alarm_id = resource.of.get("alarm")
    if alarm_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        alarm = Alarm.objects.filter(id=alarm_id, recalled_at=None).first()
    return alarm is not None and (alarm.look_after is None or alarm.look_after <= clock.now())


@fact("provides_for")
def provides_for(actor: Actor, resource: Resource) -> bool:
    """The thing is the acting party's own, or it serves the owner as its provider, now."""
    if resource.owner_id is None or actor.party_id is None:
        return False
    if resource.owner_id == actor.party_id:
        return True
    return people.serves(actor.party_id, resource.owner_id, RelationKind.PROVIDER)


Claim = tuple[UUID | None, UUID | None]
NOBODY: Claim = (None, None)


def _claims(actor: Actor, resource: Resource) -> list[Claim]:
    """(person, party) who claimed the alarm (or the one that it is handled with), NOBODY if nobody did; then those who
    claimed other open alarms of its site."""
    alarm_id = resource.id if resource.kind == ResourceKind.ALARM else resource.of.get("alarm")
    if not isinstance(alarm_id, UUID) or resource.owner_id is None:
        return []
    with tenancy.acting_as(actor.party_id, actor.id):
        mine = Alarm.objects.filter(owner_id=resource.owner_id)
        alarm = mine.filter(id=alarm_id).first()
        if alarm is None:
            return []
        parent = mine.filter(id=alarm.folded_into).first() if alarm.folded_into else None
        of_place = mine.filter(site_id=alarm.site_id, claimed_by__isnull=False).exclude(state=State.CLOSED.value)
        others = of_place.exclude(id__in=[alarm.id]) if alarm.site_id is not None else Alarm.objects.none()
        own = alarm if parent is None or alarm.claimed_by is not None else parent
        return [(own.claimed_by, own.claimed_by_party), *others.values_list("claimed_by", "claimed_by_party")]
