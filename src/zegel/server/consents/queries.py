# SPDX-License-Identifier: EUPL-1.2
"""Reading consents."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.server.consents import actions
from zegel.server.consents.models import Consent
from zegel.server.gate import Action, require
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor


def mine(actor: Actor) -> Sequence[Consent]:
    """The acting person's at the party that he acts for, the newest first. Raises Denied."""

    require(actor, Action.READ, actions.resource(actor))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = Consent.objects.filter(owner_id=actor.party_id, person_id=actor.id).select_related("text")
        return list(rows.order_by("-given_at")[:100])


def holds(owner_id: UUID, person_id: UUID, purpose: str) -> bool:
    """Within an acting party."""
    found = Consent.objects.filter(owner_id=owner_id, person_id=person_id, purpose=purpose, withdrawn_at=None)
    return found.exists()
