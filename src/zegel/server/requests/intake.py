# SPDX-License-Identifier: EUPL-1.2
"""How a request comes in: by anybody on the public page, by somebody who is signed in, by letter, phone or at the
counter. Principles:

- It costs nothing and asks for no more than is needed to answer: a name, a way to reach him, what he asks.
- What a form says counts once the letter to its address was answered (or somebody of the office takes it over); until
  then nobody is told of it, and after a week it is gone. The clock runs from the day it came in all the same.
- The deadline comes from dated law (zegel.declare.law), as it is on that day.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, mail, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.actions import pepper
from zegel.server.people.roles import RelationKind
from zegel.server.requests import rules, terms
from zegel.server.requests.errors import BadCase, LinkGone
from zegel.server.requests.models import Case, CaseLink, LinkKind, Step
from zegel.server.requests.rules import AboutWhat, Approval, Channel, How, Identity, Right, State

LANGUAGES = ("nl", "sv", "de", "en")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,24}")
_PHONE = re.compile(r"[0-9+ ()\-./]{6,40}")


@dataclass(frozen=True)
class Said:
    """What a request says. `from_at`, `to_at`: of recordings, when he was there; `look`: how he can be recognised."""

    about: AboutWhat
    rights: tuple[Right, ...]
    language: str
    name: str
    email: str = ""
    phone: str = ""
    postal: str = ""
    text: str = ""
    site_id: UUID | None = None
    from_at: datetime | None = None
    to_at: datetime | None = None
    look: str = ""


@dataclass(frozen=True)
class Confirmed:
    """`code`: what opens the answer, told this once; None when it was confirmed before."""

    number: str
    code: str | None
    due_at: datetime


def checked(said: Said) -> Said:
    """As it is kept. Raises BadCase."""
    name = " ".join(said.name.split())
    if not 2 <= len(name) <= 200:
        raise BadCase(_("A request has a name."), action=_("Write how you are called."), field="name")
    email = said.email.strip()
    if email and not mail.is_address(email):
        raise BadCase(_("This is no e-mail address."), action=_("Write it again."), field="email")
    if said.phone and not _PHONE.fullmatch(said.phone.strip()):
        raise BadCase(_("This is no telephone number."), action=_("Write it again, in figures."), field="phone")
    if not (email or said.phone.strip() or said.postal.strip()):
        raise BadCase(_("The answer must reach you."), action=_("Give an address, of whichever kind."), field="email")
    if not said.rights:
        raise BadCase(_("Say what you ask."), action=_("Choose one or more."), field="rights")
    if said.language not in LANGUAGES:
        raise BadCase(_("Choose one of the four languages."), action=_("Choose again."), field="language")
    _check_when(said)
    return Said(
        said.about, tuple(right for right in Right if right in said.rights), said.language, name, email.lower(),
        said.phone.strip()[:40], said.postal.strip()[:300], said.text.strip()[: rules.LONGEST_TEXT], said.site_id,
        said.from_at, said.to_at, said.look.strip()[:500],
    )  # fmt: skip


def _check_when(said: Said) -> None:
    if said.about is AboutWhat.RECORDS:
        return
    if said.site_id is None or said.from_at is None or said.to_at is None:
        raise BadCase(_("Say where and when you were there."), action=_("A day and a time."), field="from")
    if not said.from_at < said.to_at <= said.from_at + rules.LONGEST_SPAN:
        raise BadCase(
            _("That is more than half a day, or it ends before it begins."),
            action=_("Choose a shorter time."),
            field="to",
        )
    if said.from_at > clock.now():
        raise BadCase(_("That is still to come."), action=_("Choose when you were there."), field="from")


# --- by anybody ---


def submit(owner_id: UUID, said: Said) -> Case:
    """A form from the public page. The letter with its link goes out by a job. Raises BadCase."""
    said = checked(said)
    if not said.email:
        raise BadCase(_("The form needs an e-mail address."), action=_("Or write a letter, or call."), field="email")
    with work.transaction(system(owner_id)) as w:
        case = _new(owner_id, said, Channel.FORM, State.UNCONFIRMED)
        note(w, case, "received", channel=Channel.FORM.value)
        w.publish("request.submitted", owner_id=owner_id, case_id=case.id)
        return case


def confirm(token: str) -> Confirmed:
    """The link in the letter was pressed: the address is his. Again says the same, without the code. Raises
    LinkGone."""
    link = link_of(token, LinkKind.CONFIRM)
    with work.transaction(system(link.owner_id)) as w:
        case = Case.objects.select_for_update().filter(id=link.case_id, owner_id=link.owner_id).first()
        if case is None:
            raise LinkGone("unknown")
        if case.confirmed_at is not None:
            return Confirmed(case.number, None, case.due_at)
        if case.state != State.UNCONFIRMED:
            raise LinkGone("expired")
        code = draw_code(case)
        case.state, case.confirmed_at = State.OPEN.value, clock.now()
        case.save(update_fields=["state", "confirmed_at", "code_mac"])
        note(w, case, "confirmed")
        w.publish("request.opened", owner_id=case.owner_id, case_id=case.id)
        return Confirmed(case.number, rules.shown_code(code), case.due_at)


def drop_unconfirmed(owner_id: UUID) -> int:
    """Forms whose letter nobody answered within a week are gone, with everything in them."""
    with work.transaction(system(owner_id)) as w:
        stale = Case.objects.select_for_update().filter(
            owner_id=owner_id, state=State.UNCONFIRMED.value, received_at__lt=clock.now() - rules.CONFIRM_LASTS
        )
        gone = list(stale)
        for case in gone:
            w.record(Entry(Kind.DATA_REQUEST, owner_id, {"what": "dropped", "case": case.id}, about=case.id))
            CaseLink.objects.filter(case_id=case.id).delete()
            case.delete()
        return len(gone)


# --- by somebody who is signed in ---


def ask_mine(actor: Actor, rights: Collection[Right], text: str) -> tuple[Case, str]:
    """For what his own party keeps about him; it is sure who he is. Returns the code too. Raises Denied, BadCase."""
    assert actor.id is not None
    assert actor.party_id is not None
    require(actor, Action.ASK, Resource(ResourceKind.DATA_REQUEST, None, actor.party_id))
    person = people.person(actor.id)
    said = checked(
        Said(AboutWhat.RECORDS, tuple(rights), person.language, person.display_name, person.email, text=text)
    )
    with work.transaction(actor) as w:
        case = _new(actor.party_id, said, Channel.PORTAL, State.OPEN)
        code = draw_code(case)
        case.person_id, case.confirmed_at = actor.id, clock.now()
        case.identity, case.identity_how = Identity.ESTABLISHED.value, How.SIGNED_IN.value
        case.identity_at, case.subjects = clock.now(), [["person", str(actor.id)]]
        case.save()
        note(w, case, "received", channel=Channel.PORTAL.value)
        note(w, case, "identity", how=How.SIGNED_IN.value)
        w.publish("request.opened", owner_id=case.owner_id, case_id=case.id)
        return case, rules.shown_code(code)


# --- by the office ---


def take_in(actor: Actor, owner_id: UUID, said: Said, channel: Channel, received_at: datetime | None = None) -> Case:
    """A letter, a call, a visit. `received_at`: when it came, at most a year ago. Raises Denied, BadCase."""
    require(actor, Action.ADD, Resource(ResourceKind.DATA_REQUEST, None, owner_id))
    if channel in {Channel.FORM, Channel.PORTAL}:
        raise BadCase(
            _("Say how it came in."), action=_("By letter, phone, e-mail or at the counter."), field="channel"
        )
    said, at = checked(said), received_at or clock.now()
    if not rules.add_months(clock.now(), -12) <= at <= clock.now():
        raise BadCase(_("That day can't be."), action=_("Choose the day on which it came."), field="received")
    with work.transaction(actor) as w:
        case = _new(owner_id, said, channel, State.OPEN, at)
        case.received_by = actor.id
        case.save(update_fields=["received_by"])
        note(w, case, "received", channel=channel.value)
        w.publish("request.opened", owner_id=owner_id, case_id=case.id)
        return case


# --- parts ---


def _new(owner_id: UUID, said: Said, channel: Channel, state: State, at: datetime | None = None) -> Case:
    received = at or clock.now()
    provider = people.serving(owner_id, RelationKind.PROVIDER) or owner_id
    return Case.objects.create(
        id=ids.new(), owner_id=owner_id, provider_id=provider, number=_number(received), about=said.about.value,
        rights=[right.value for right in said.rights], channel=channel.value, language=said.language, name=said.name,
        email=said.email, phone=said.phone, postal=said.postal, text=said.text, site_id=said.site_id,
        from_at=said.from_at, to_at=said.to_at, look=said.look, received_at=received,
        due_at=rules.add_months(received, terms.answer(received).months), state=state.value,
        approval=(Approval.NOT_NEEDED if provider == owner_id else Approval.WANTED).value,
    )  # fmt: skip


def _number(at: datetime) -> str:
    """The year and six letters: it says nothing of how many there are."""
    return f"{at:%y}-" + "".join(secrets.choice(rules.CODE_LETTERS) for _ in range(6))


def draw_code(case: Case) -> str:
    """A new code for the answer; every earlier one is worth nothing. The caller saves `code_mac`."""
    code = rules.new_code()
    case.code_mac = rules.code_mac(pepper(), case.id.bytes, code)
    return code


def draw_link(case: Case, kind: LinkKind, lasts_until: datetime, answer_id: UUID | None = None) -> str:
    """A token for a letter; only its hash is kept, and every earlier one of its kind is over."""
    erasures.delete(CaseLink.objects.filter(case_id=case.id, kind=kind), None)
    token = rules.new_token()
    CaseLink.objects.create(
        token_hash=rules.token_hash(token), kind=kind, case_id=case.id, owner_id=case.owner_id, answer_id=answer_id,
        expires_at=lasts_until,
    )  # fmt: skip
    return token


def link_of(token: str, kind: LinkKind) -> CaseLink:
    """Raises LinkGone."""
    wanted = rules.token_hash(token)
    with tenancy.acting_as(None):
        row = None if wanted is None else CaseLink.objects.filter(token_hash=wanted, kind=kind).first()
    if row is None:
        raise LinkGone("unknown")
    if row.expires_at <= clock.now():
        raise LinkGone("expired")
    return row


def note(w: work.Work, case: Case, what: str, words: str = "", **facts: Fact) -> None:
    """A step in the case's history, and in the ledger: identifiers and codes, never who asks."""
    Step.objects.create(
        owner_id=case.owner_id, provider_id=case.provider_id, case=case, at=clock.now(), by=w.actor.id, what=what,
        words=words[: rules.LONGEST_WORDS],
    )  # fmt: skip
    said: dict[str, Fact] = {"what": what, "case": case.id, "number": case.number, **facts}
    w.record(Entry(Kind.DATA_REQUEST, case.owner_id, said, about=case.id))
