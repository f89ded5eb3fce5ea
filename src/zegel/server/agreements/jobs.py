# SPDX-License-Identifier: EUPL-1.2
"""Letters of this room, each in a job of its own: a mail server that is away holds nothing else up."""

from __future__ import annotations

from uuid import UUID

from zegel.server.agreements import offers
from zegel.server.kernel import jobs, outbox


@outbox.subscribe("agreement.asked", name="agreements.send_letter")
def asked(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_letter.defer(owner_id=str(event.owner_id), assent_id=str(event.payload["assent_id"]))


@jobs.task(name="agreements.send_letter")
def send_letter(owner_id: str, assent_id: str) -> None:
    offers.send(UUID(owner_id), UUID(assent_id))
