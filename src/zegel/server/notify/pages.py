# SPDX-License-Identifier: EUPL-1.2
"""Letters to an alarm centre's own people: something waits that somebody must act on. Numbers only, nobody's names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from zegel.server.kernel import log, mail
from zegel.server.kernel.tenancy import acting_as
from zegel.server.people import queries as people
from zegel.server.people.roles import Role


class Page(StrEnum):
    """What a centre's people can be told."""

    UNMANNED = "unmanned"
    OVERDUE = "overdue"
    STAND_IN = "stand_in"
    CERTIFICATE_ENDS = "certificate_ends"
    CERTIFICATE_ENDED = "certificate_ended"
    KEY_ENDS = "key_ends"
    KEY_ENDED = "key_ended"


# page -> (subject, what is the matter, what to do)
_WORDS: dict[Page, tuple[Promise, Promise, Promise]] = {
    Page.UNMANNED: (
        _("Alarms wait and nobody is there (%(waiting)s)"),
        _("%(waiting)s alarms wait and no operator is signed in and on duty."),
        _("Sign in and take them, or send somebody. You are told again until somebody acts."),
    ),
    Page.OVERDUE: (
        _("Alarms wait past the norm (%(overdue)s)"),
        _("%(overdue)s of %(waiting)s waiting alarms are past the norm for a first action."),
        _("Take them, or send somebody. You are told again until somebody acts."),
    ),
    Page.STAND_IN: (
        _("Another alarm centre needs you to step in (%(waiting)s)"),
        _("%(waiting)s alarms wait at a centre for which you are the second one, and nobody there acts."),
        _("Sign in and take them. You see the alarms, not the images: these are sealed to the first centre."),
    ),
    Page.CERTIFICATE_ENDS: (
        _("A certificate ends in %(days)s days"),
        _("A certificate of your alarm centre or of one of its people ends in %(days)s days."),
        _("Record the renewed one under Certificates. Without it no images are released from that day on."),
    ),
    Page.CERTIFICATE_ENDED: (
        _("A certificate has ended"),
        _("A certificate of your alarm centre or of one of its people has ended."),
        _("Images that ask for it are not released any more. Record the renewed one under Certificates."),
    ),
    Page.KEY_ENDS: (
        _("Your opening key must be certified within %(days)s days"),
        _("The certificate of your alarm centre’s opening key ends in %(days)s days. Then units release no images."),
        _("Take the certifying key from the safe and run zegel certify on your own machine."),
    ),
    Page.KEY_ENDED: (
        _("Units release no images to you any more"),
        _("The certificate of your alarm centre’s opening key has ended."),
        _("Take the certifying key from the safe and run zegel certify on your own machine."),
    ),
}


@dataclass(frozen=True)
class Reader:
    address: str
    language: str


def readers(party_id: UUID, roles: Sequence[Role], addresses: Sequence[str] = ()) -> list[Reader]:
    """These addresses, in the party's language; where there are none, everybody with one of the roles."""
    if addresses:
        with acting_as(party_id):
            party = people.party(party_id, seen_by=party_id)
        return [Reader(address, party.language if party else "en") for address in addresses]
    return [Reader(person.email, person.language) for person in people.members(party_id, roles)]


def write(page: Page, values: Mapping[str, int], language: str, origin: str) -> tuple[str, str]:
    """(subject, text) in that language."""
    with override(language):
        subject, matter, to_do = (str(words) % dict(values) for words in _WORDS[page])
    return subject, f"{matter}\n\n{to_do}\n{origin}/centre/\n"


def send(to: Sequence[Reader], page: Page, values: Mapping[str, int], reference: str) -> int:
    """Returns how many were told. A mail server that is away raises (try again): somebody may then get it twice, and
    nobody none."""
    told = 0
    for reader in to:
        subject, text = write(page, values, reader.language, settings.ORIGIN)
        try:
            mail.send(mail.Letter(reader.address, subject, text, reference))
        except mail.MailRefused:
            log.warning("notify.address_refused", reference=reference)
            continue
        told += 1
    return told
