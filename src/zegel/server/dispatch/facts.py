# SPDX-License-Identifier: EUPL-1.2
"""What the gate wants to know of a guard's errand."""

from __future__ import annotations

from zegel.server.dispatch.models import Dispatch
from zegel.server.dispatch.rules import SEES
from zegel.server.gate import Resource, fact
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor


@fact("errand_runs")
def errand_runs(actor: Actor, resource: Resource) -> bool:
    """The guard accepted this errand of this very alarm, he has not left the site, and his phone offered a key."""
    dispatch_id, alarm_id = resource.of.get("errand"), resource.of.get("alarm")
    if dispatch_id is None or alarm_id is None or resource.owner_id is None:
        return False
    with tenancy.acting_as(actor.party_id, actor.id):
        found = Dispatch.objects.filter(id=dispatch_id, alarm_id=alarm_id, owner_id=resource.owner_id)
        return found.filter(state__in=[state.value for state in SEES], key_pk__isnull=False).exists()
