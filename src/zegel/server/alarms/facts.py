# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know about alarms."""

from __future__ import annotations

from uuid import UUID

from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import State
from zegel.server.gate import Resource, ResourceKind, fact
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor


@fact("alarm_open")
def alarm_open(actor: Actor, resource: Resource) -> bool:
    """The alarm exists for the acting party, is the owner's, and is not closed."""
    alarm_id = resource.id if resource.kind == ResourceKind.ALARM else resource.of.get("alarm")
    if not isinstance(alarm_id, UUID) or resource.owner_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Alarm.objects.filter(id=alarm_id, owner_id=resource.owner_id).exclude(state=State.CLOSED.value)
        return found.exists()
