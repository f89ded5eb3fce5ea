# SPDX-License-Identifier: EUPL-1.2
"""What visitors write in the contact form: kept to be answered, and for nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, mail, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.website import rules, sites
from zegel.server.website.errors import BadMessage, NotNow, UnknownThing
from zegel.server.website.models import Message, Website
from zegel.server.website.rules import MessageState

_PHONE = re.compile(r"[0-9+ ()\-./]{6,40}")
NEWEST = 200


@dataclass(frozen=True)
class Said:
    name: str
    email: str
    text: str
    language: str
    phone: str = ""


def resource(owner_id: UUID | None) -> Resource:
    return Resource(ResourceKind.SITE_MESSAGE, None, owner_id)


def checked(said: Said) -> Said:
    """As it is kept. Raises BadMessage."""
    name, email, phone = " ".join(said.name.split()), said.email.strip().lower(), " ".join(said.phone.split())
    text = said.text.strip()
    if not 2 <= len(name) <= 120:
        raise BadMessage(_("We don’t know how to address you."), action=_("Write your name."), field="name")
    if len(email) > 254 or not mail.is_address(email):
        raise BadMessage(_("This is not an e-mail address."), action=_("Write it again."), field="email")
    if phone and not _PHONE.fullmatch(phone):
        raise BadMessage(_("This is no telephone number."), action=_("Write it again, in figures."), field="phone")
    if len(text) < 5:
        raise BadMessage(_("There is no message yet."), action=_("Write what you want to know."), field="text")
    if len(text) > rules.LONGEST_MESSAGE:
        raise BadMessage(_("This is too long."), action=_("Write at most 4,000 letters."), field="text")
    return Said(name, email, text, said.language, phone)


def receive(site: Website, said: Said) -> Message:
    """From the public form; the firm is told by a letter that holds only a link. Raises BadMessage."""
    kept = checked(said)
    with work.transaction(system(site.owner_id)) as w:
        row = Message.objects.create(
            id=ids.new(), owner_id=site.owner_id, provider_id=site.provider_id, name=kept.name, email=kept.email,
            phone=kept.phone, text=kept.text, language=kept.language, received_at=clock.now(),
            state=MessageState.NEW.value,
        )  # fmt: skip
        w.publish("website.message", owner_id=site.owner_id, message_id=row.id)
        return row


def answer(actor: Actor, message_id: UUID, text: str) -> Message:
    """By letter, to the address that he gave. Raises Denied, UnknownThing, NotNow, BadMessage."""
    require(actor, Action.ANSWER, resource(actor.party_id))
    said = text.strip()
    if not 2 <= len(said) <= rules.LONGEST_MESSAGE:
        raise BadMessage(_("An answer has words, at most 4,000 letters."), action=_("Write it."), field="answer")
    with work.transaction(actor) as w:
        row = _one(actor, message_id)
        if row.state == MessageState.ANSWERED:
            raise NotNow(_("This message was answered already."))
        row.state, row.answer = MessageState.ANSWERED.value, said
        row.answered_at, row.answered_by = clock.now(), actor.id
        row.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        sites.note(w, row.owner_id, "message_answered", row.id)
        w.publish("website.answered", owner_id=row.owner_id, message_id=row.id)
        return row


def close(actor: Actor, message_id: UUID) -> Message:
    """It needs no answer, or had one by telephone. Raises Denied, UnknownThing."""
    require(actor, Action.CLOSE, resource(actor.party_id))
    with work.transaction(actor) as w:
        row = _one(actor, message_id)
        if row.state == MessageState.NEW:
            row.state, row.answered_at, row.answered_by = MessageState.CLOSED.value, clock.now(), actor.id
            row.save(update_fields=["state", "answered_at", "answered_by"])
            sites.note(w, row.owner_id, "message_closed", row.id)
        return row


def listed(actor: Actor) -> Sequence[Message]:
    """The newest first. Raises Denied."""
    require(actor, Action.LIST, resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(Message.objects.filter(owner_id=actor.party_id).order_by("-received_at")[:NEWEST])


def _one(actor: Actor, message_id: UUID) -> Message:
    assert actor.party_id is not None
    row = Message.objects.select_for_update().filter(id=message_id, owner_id=actor.party_id).first()
    if row is None:
        raise UnknownThing
    return row
