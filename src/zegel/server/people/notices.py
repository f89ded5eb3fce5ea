# SPDX-License-Identifier: EUPL-1.2
"""Letters about an account's safety, to the person himself and to every owner beside him. Nobody's settings silence
them: whoever took a mailbox must not do it unseen."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.kernel import mail
from zegel.server.people import queries
from zegel.server.people.models import Person
from zegel.server.people.roles import Role

RESET = "account.reset"
FACTORS_REMOVED = "account.factors_removed"


def readers(person: Person) -> list[Person]:
    """The person first, then the owners of every party that he acts for."""
    owners = {one.id: one for seat in queries.seats(person.id) for one in queries.members(seat.party_id, [Role.OWNER])}
    return [person, *(one for one in owners.values() if one.id != person.id)]


def send(topic: str, person_id: UUID) -> None:
    """One letter to each. Again is harmless."""
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        return
    for reader in readers(person):
        with override(reader.language):
            subject, what = _words(topic, person.display_name)
            greeting = _("Hello %(name)s,") % {"name": reader.display_name}
            advice = _(
                "Was this not agreed with you? Call each other at once, by a number that you already had, and sign in "
                "to see who acts for your organisation."
            )
        mail.send(mail.Letter(reader.email, subject, "\n\n".join((greeting, what, advice)), str(person.id)))


def _words(topic: str, name: str) -> tuple[str, str]:
    if topic == RESET:
        return _("An account was begun anew on Zegel"), _(
            "The account of %(name)s has new keys, by a letter to its address. They open nothing until another owner "
            "compares the words and lets him in again."
        ) % {"name": name}
    return _("A second factor was taken off on Zegel"), _(
        "Another owner took off the second factors of %(name)s: signing in asks for the password alone now."
    ) % {"name": name}
