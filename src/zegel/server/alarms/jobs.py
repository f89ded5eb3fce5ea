# SPDX-License-Identifier: EUPL-1.2
"""Technical reports of units that somebody must look at become alarms."""

from __future__ import annotations

from zegel.server.alarms import actions
from zegel.server.kernel import outbox


@outbox.subscribe("technical.raised", name="alarms.technical")
def raise_technical(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.raise_technical(event.uuid("event_id"), event.owner_id)
