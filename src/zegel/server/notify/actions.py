# SPDX-License-Identifier: EUPL-1.2
"""Telling people, and what they said they want to be told."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from zegel.server.kernel import log, mail, work
from zegel.server.kernel.actor import Actor
from zegel.server.kernel.tenancy import acting_as
from zegel.server.notify.letters import Occasion, write
from zegel.server.notify.models import Preference
from zegel.server.people import queries as people
from zegel.server.people.roles import Role

READERS = (Role.OWNER, Role.MEMBER)


def prefer(actor: Actor, occasion: Occasion, by_mail: bool) -> None:
    """The acting person wants, or does not want, to be told about that by letter."""
    with work.transaction(actor):
        Preference.objects.update_or_create(
            owner_id=actor.party_id, person_id=actor.id, occasion=Occasion(occasion).value,
            defaults={"by_mail": by_mail},
        )  # fmt: skip


def tell(
    owner_id: UUID, occasion: Occasion, site: str, reference: str, readers_of: Sequence[Role] = READERS
) -> int:
    """Writes to the party's people of these roles who want to know, each in his language; returns to how many.

    For a subscriber of an event, which runs it again when the mail server fails: somebody may then get a letter twice,
    and nobody none. `reference`: an identifier for the log.
    """
    with acting_as(owner_id):
        readers = people.members(owner_id, readers_of)
        declined = set(
            Preference.objects.filter(owner_id=owner_id, occasion=occasion.value, by_mail=False).values_list(
                "person_id", flat=True
            )
        )
    told = 0
    for person in readers:
        if person.id in declined:
            continue
        text = write(occasion, site, person.language, settings.ORIGIN)
        try:
            mail.send(mail.Letter(person.email, text.subject, text.body, reference))
        except mail.MailRefused:
            log.warning("notify.address_refused", reference=reference)
            continue
        told += 1
    return told
