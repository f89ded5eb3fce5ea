# SPDX-License-Identifier: EUPL-1.2
"""Letters and notices of this room, each in a job of its own: a mail server that is away holds nothing else up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from zegel.server.agreements import offers
from zegel.server.kernel import clock, jobs, outbox
from zegel.server.notify import actions as notify
from zegel.server.notify.classes import Occasion
from zegel.server.people import queries as people
from zegel.server.people.roles import Role

NEWS_LASTS = timedelta(hours=24)


@outbox.subscribe("agreement.asked", name="agreements.send_letter")
def asked(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_letter.defer(owner_id=str(event.owner_id), assent_id=str(event.payload["assent_id"]))


@jobs.task(name="agreements.send_letter")
def send_letter(owner_id: str, assent_id: str) -> None:
    offers.send(UUID(owner_id), UUID(assent_id))


@outbox.subscribe("agreement.changed", name="agreements.tell_changed")
def changed(event: outbox.Event) -> None:
    if event.owner_id is None or clock.now() - event.at >= NEWS_LASTS or "agreement_id" not in event.payload:
        return
    by = event.payload.get("person_id")
    tell.defer(
        owner_id=str(event.owner_id), agreement_id=str(event.payload["agreement_id"]), what=str(event.payload["what"]),
        by=None if by is None else str(by),
    )  # fmt: skip


@jobs.task(name="agreements.tell")
def tell(owner_id: str, agreement_id: str, what: str, by: str | None) -> None:
    """To the other owners: one of them signed, or it ended and nothing arms."""
    owner = UUID(owner_id)
    occasion = Occasion.AGREEMENT_ENDED if what == "ended" else Occasion.AGREEMENT
    name = people.party_names([owner], seen_by=owner).get(owner, "")
    notify.tell(owner, occasion, name, agreement_id, (Role.OWNER,), not_to=() if by is None else (UUID(by),))
