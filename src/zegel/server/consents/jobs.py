# SPDX-License-Identifier: EUPL-1.2
"""A receipt goes by mail to whoever gave a consent or took one back."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.consents import links, receipts
from zegel.server.consents.models import Consent
from zegel.server.consents.purposes import PURPOSES, UNREACHABLE
from zegel.server.exports import actions as exports
from zegel.server.kernel import jobs, mail, outbox, tenancy
from zegel.server.people import queries as people
from zegel.server.people.errors import NoSuchPerson


@outbox.subscribe("consent.changed", name="consents.receipt")
def changed(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_receipt.defer(owner_id=str(event.owner_id), consent_id=event.payload["consent_id"])


@jobs.task(name="consents.send_receipt")
def send_receipt(owner_id: str, consent_id: str) -> None:
    """As it is now; who is gone meanwhile gets none."""
    with tenancy.acting_as(UUID(owner_id)):
        row = Consent.objects.select_related("text").filter(id=consent_id).first()
        if row is None or row.withdrawn_place == UNREACHABLE:
            return
        content = receipts.receipt(row)
    to, language = _reader(row)
    if not to:
        return
    with override(language):
        title = str(PURPOSES[row.purpose].title)
        subject = _("Receipt: you consented") if row.withdrawn_at is None else _("Receipt: you withdrew your consent")
        what = _("%(title)s. The exact words:") % {"title": title}
        text = "\n\n".join([_("Good day,"), what, row.text.words, *_how(row), _("The receipt goes with this e-mail.")])
    file = (receipts.name_of(row.id), "application/ld+json", content)
    letter = mail.Letter(to, subject, text + "\n", str(row.id), (file,), owner=row.owner_id)
    exports.post(row.owner_id, exports.FileKind.CONSENT_RECEIPT, letter, row.id)


def _how(row: Consent) -> tuple[str, ...]:
    """To take it back: somebody without an account by his own link."""
    if row.person_id is not None:
        return (_("You can take it back at any time, on the page where you gave it, with one press."),)
    if row.withdrawn_at is not None:
        return ()
    return (_("You can take it back at any time, here, with one press:"), f"{settings.ORIGIN}{links.path_of(row)}")


def _reader(row: Consent) -> tuple[str, str]:
    if row.person_id is None:
        return row.email, row.text.language
    try:
        person = people.person(row.person_id)
    except NoSuchPerson:
        return "", "en"
    return ("" if person.email.endswith(".invalid") else person.email), person.language
