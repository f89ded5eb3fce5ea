# SPDX-License-Identifier: EUPL-1.2
"""A tenant names whom to ask, and where its statement is. What stood before stays with its days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, mail, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.privacy.errors import BadContact
from zegel.server.privacy.models import LONGEST_STATEMENT, PrivacyContact

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{4,38}")


@dataclass(frozen=True)
class Named:
    """`statement_url` and `statement`: at most one of them; neither: the statement that the system makes."""

    name: str
    email: str
    phone: str
    statement_url: str = ""
    statement: str = ""


def name_contact(actor: Actor, named: Named) -> PrivacyContact:
    """Of the acting party. Raises Denied, BadContact."""
    said = _checked(named)
    require(actor, Action.CHANGE, Resource(ResourceKind.PRIVACY_CONTACT, None, actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    now = clock.now()
    with work.transaction(actor) as w:
        PrivacyContact.objects.filter(owner_id=actor.party_id, valid_to=None).update(valid_to=now)
        row = PrivacyContact.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, name=said.name, email=said.email, phone=said.phone,
            statement_url=said.statement_url, statement=said.statement, valid_from=now, set_by=actor.id,
        )  # fmt: skip
        w.record(Entry(Kind.PRIVACY_CONTACT, actor.party_id, {"what": "named", "contact": row.id}, about=row.id))
        w.publish("privacy.contact", owner_id=actor.party_id)
        return row


def _checked(named: Named) -> Named:
    name, email = " ".join(named.name.split()), named.email.strip()
    phone, url = " ".join(named.phone.split()), named.statement_url.strip()
    if not 2 <= len(name) <= 200:
        raise BadContact(_("A contact has a name."), action=_("Write who answers."), field="name")
    if not mail.is_address(email):
        raise BadContact(_("This is not an e-mail address."), action=_("Write one that is read."), field="email")
    if not _PHONE.fullmatch(phone):
        raise BadContact(
            _("This is not a telephone number."), action=_("Write it with its country: +31 20 123 4567."), field="phone"
        )
    if url and (urlsplit(url).scheme != "https" or not urlsplit(url).hostname or len(url) > 500):
        raise BadContact(
            _("A statement stands at an address that begins with https://."), action=_("Copy it from your browser."),
            field="statement_url",
        )  # fmt: skip
    if url and named.statement.strip():
        raise BadContact(
            _("One statement, not two."), action=_("Give the address or the words."), field="statement_url"
        )
    if len(named.statement) > LONGEST_STATEMENT:
        raise BadContact(_("This statement is too long."), action=_("Give the address instead."), field="statement")
    return Named(name, email, phone, url, named.statement.strip())
