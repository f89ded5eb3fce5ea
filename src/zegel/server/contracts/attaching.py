# SPDX-License-Identifier: EUPL-1.2
"""When an agreement is signed, what its text names is attached to it."""

from __future__ import annotations

from uuid import UUID

from zegel.server.contracts import actions
from zegel.server.kernel import outbox
from zegel.server.kernel.actor import system


@outbox.subscribe("agreement.changed", name="contracts.attach")
def attach(event: outbox.Event) -> None:
    if event.owner_id is not None and event.payload.get("what") == "signed":
        agreement_id = UUID(str(event.payload["agreement_id"]))
        actions.attach_terms(system(event.owner_id), event.owner_id, agreement_id)
