# SPDX-License-Identifier: EUPL-1.2
"""Asking somebody to join. The link's secret is derived from the installation's pepper and the invitation's number,
so it
stands nowhere: not in the database, not in the queue of jobs. It is sent by e-mail, works once, and ends after a week.

An invitation gives a role, never a key: what opens is sealed by an owner's browser, after the words were compared.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.kernel import clock, erasures, ids, mail, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import actions, queries, recovery, rules
from zegel.server.people.errors import BadField, InvitationGone, Taken
from zegel.server.people.models import Invitation, InvitationKind, Party, Person
from zegel.server.people.roles import Role

LASTS = timedelta(days=7)
MOST_LETTERS = 5
MOST_OPEN = 50
CUSTOMER_ROLES = frozenset({Role.OWNER, Role.MEMBER})


@dataclass(frozen=True)
class Asked:
    """Whom, for what. `name` may be what he is called by the one who invites; he can correct it."""

    email: str
    name: str
    role: Role
    language: str


def invite(actor: Actor, owner_id: UUID, provider_id: UUID, asked: Asked, kind: InvitationKind) -> Invitation:
    """The letter goes out by a job; who is asked by a login code has no address, and gets his link by hand. Raises
    BadField, Taken."""
    email, name = rules.normalised_identifier(asked.email), rules.checked_name(asked.name)
    language = rules.checked_language(asked.language)
    with work.transaction(actor, party_id=owner_id if actor.kind is ActorKind.SYSTEM else None) as w:
        running = [row for row in Invitation.objects.filter(owner_id=owner_id, accepted_at=None) if holds(row)]
        if any(row.email == email and row.role == asked.role.value for row in running):
            raise Taken(_("This person was invited already."), action=_("Send the letter again, or withdraw it."))
        if len(running) >= MOST_OPEN:
            raise BadField(_("There are fifty open invitations."), action=_("Withdraw those that nobody will accept."))
        row = Invitation.objects.create(
            id=ids.new(), owner_id=owner_id, provider_id=provider_id, kind=kind, email=email, name=name,
            language=language, role=asked.role.value, invited_by=actor.id, created_at=clock.now(),
            expires_at=clock.now() + LASTS, letters=0 if rules.is_login_code(email) else 1,
        )  # fmt: skip
        w.record(_entry(row, "invited"))
        w.publish("member.invited", owner_id=owner_id, invitation_id=row.id)
        return row


def send_again(actor: Actor, invitation_id: UUID) -> Invitation:
    """A new week, and the letter once more. Raises InvitationGone, BadField."""
    with work.transaction(actor) as w:
        row = _locked(actor, invitation_id)
        if row is None or row.accepted_at is not None or row.withdrawn_at is not None:
            raise gone()
        return _once_more(w, row)


def _once_more(w: work.Work, row: Invitation) -> Invitation:
    if row.letters >= MOST_LETTERS:
        raise BadField(_("Five letters went out already."), action=_("Ask the person in another way."))
    row.letters, row.expires_at = row.letters + 1, clock.now() + LASTS
    row.save(update_fields=["letters", "expires_at"])
    w.publish("member.invited", owner_id=row.owner_id, invitation_id=row.id)
    return row


def first_again(actor: Actor, owner_id: UUID, provider_id: UUID, asked: Asked) -> Invitation:
    """The letter to a customer's first owner: once more where it was lost or is too old, to another address where the
    first was wrong; that one's link works no longer then. Raises BadField, Taken where there is an owner."""
    if queries.members(owner_id, [Role.OWNER]):
        raise Taken(_("This customer has an owner: he invites the others."))
    email = rules.normalised_email(asked.email)
    with work.transaction(actor) as w:
        left = Invitation.objects.select_for_update().filter(
            owner_id=owner_id, kind=InvitationKind.FIRST, accepted_at=None, withdrawn_at=None
        )
        rows = list(left.order_by("-created_at"))
        same = next((row for row in rows if row.email == email), None)
        for row in rows:
            if row is not same:
                _end(w, row)
        if same is None:
            return invite(actor, owner_id, provider_id, asked, InvitationKind.FIRST)
        return _once_more(w, same)


def withdraw(actor: Actor, invitation_id: UUID) -> None:
    """Its link works no longer. Again is harmless. Raises InvitationGone."""
    with work.transaction(actor) as w:
        row = _locked(actor, invitation_id)
        if row is None or row.accepted_at is not None:
            raise gone()
        if row.withdrawn_at is None:
            _end(w, row)


def _end(w: work.Work, row: Invitation) -> None:
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    erasures.ended(row, row.owner_id, "withdrawn_at")
    w.record(_entry(row, "invitation_withdrawn"))
    w.publish("member.changed", owner_id=row.owner_id)


def _locked(actor: Actor, invitation_id: UUID) -> Invitation | None:
    """The acting party's own; whoever serves an owner sees his rows too, and has nothing to do with his people."""
    rows = Invitation.objects.select_for_update().filter(id=invitation_id, owner_id__in=[actor.party_id])
    return rows.first()


def holds(row: Invitation) -> bool:
    return row.accepted_at is None and row.withdrawn_at is None and clock.now() < row.expires_at


# --- the link -------------------------------------------------------------------------------------------------------


def token_of(row: Invitation) -> str:
    """What the link carries: the invitation's number and a MAC over it, in 64 hex digits."""
    return row.id.hex + _mac(row.id)


def _mac(invitation_id: UUID) -> str:
    return hmac.digest(actions.pepper(), b"zegel/invitation/v1\x00" + invitation_id.bytes, hashlib.sha256)[:16].hex()


def link_of(row: Invitation) -> str:
    return f"{settings.ORIGIN}/invitation/{token_of(row)}"


def free_code(slug: str) -> str:
    """A login code that nobody has and nobody was asked with."""
    while True:
        code = rules.login_code(slug, "".join(randomness.choice(rules.CODE_LETTERS) for _place in range(6)))
        if not Person.objects.filter(email=code).exists():
            return code


def by_token(token: str, address: str) -> Invitation:
    """The open invitation of this link. Each wrong one counts against its address. Raises InvitationGone,
    TooManyAttempts."""
    row = _found(token)
    if row is None:
        actions.count_attempt("no-such-invitation", address)
        raise gone()
    return row


def _found(token: str) -> Invitation | None:
    try:
        invitation_id = UUID(hex=token[:32])
    except ValueError:
        return None
    if len(token) != 64 or not hmac.compare_digest(token[32:], _mac(invitation_id)):
        return None
    with connection.cursor() as cursor:  # whose it is is not known yet: one row, by its number (a function says it)
        cursor.execute("SELECT people_invited(%s)", [invitation_id])
        owner_id = cursor.fetchone()[0]
    if owner_id is None:
        return None
    with queries.as_party(owner_id):
        row = Invitation.objects.filter(id=invitation_id).first()
    return row if row is not None and holds(row) else None


def has_account(row: Invitation) -> bool:
    return Person.objects.filter(email=row.email).exists()


def inviter(row: Invitation) -> str:
    """Who invited, by name; the organisation when it was not a person."""
    names = queries.person_names([row.invited_by]) if row.invited_by else {}
    return names.get(row.invited_by, "") if row.invited_by else ""


def accept(token: str, address: str, account: actions.NewAccount, person_id: UUID) -> Person:
    """A new account, and its role. Raises InvitationGone, BadField, Taken."""
    row = by_token(token, address)
    if rules.normalised_identifier(account.email) != row.email:
        raise BadField(_("This invitation is for another address."), action=_("Use the address it was sent to."))
    actor = Actor(ActorKind.SYSTEM, None, row.owner_id, role="system", address=address)
    with work.transaction(actor, party_id=row.owner_id):
        taken = Invitation.objects.select_for_update().get(id=row.id)
        if not holds(taken):
            raise gone()
        person = actions.add_person(actor, account, person_id=person_id)
        _use(actor, taken, person)
    return person


def join(token: str, address: str, person: Person) -> None:
    """Somebody who has an account takes the role. Raises InvitationGone, BadField, Taken."""
    row = by_token(token, address)
    if person.email != row.email:
        raise BadField(
            _("This invitation is for another address."), action=_("Sign in with the address it was sent to.")
        )
    actor = Actor(ActorKind.SYSTEM, None, row.owner_id, role="system", address=address)
    with work.transaction(actor, party_id=row.owner_id):
        taken = Invitation.objects.select_for_update().get(id=row.id)
        if not holds(taken):
            raise gone()
        _use(actor, taken, person)


def _use(actor: Actor, row: Invitation, person: Person) -> None:
    if row.kind == InvitationKind.FIRST and queries.members(row.owner_id, [Role.OWNER]):
        raise gone()  # the provider asks the first owner only: who owns it invites the others
    actions.add_membership(actor, person.id, row.owner_id, Role(row.role))
    row.accepted_at, row.person_id = clock.now(), person.id
    row.save(update_fields=["accepted_at", "person_id"])
    erasures.ended(row, row.owner_id, "accepted_at", "person_id")
    with work.transaction(actor) as w:
        w.record(_entry(row, "accepted"))


def gone() -> InvitationGone:
    return InvitationGone(_("This invitation was used, withdrawn, or is too old."), action=_("Ask for a new one."))


def _entry(row: Invitation, what: str) -> Entry:
    facts: dict[str, Fact] = {"what": what, "invitation": row.id, "role": row.role}
    if row.person_id is not None:
        facts["person"] = row.person_id
    return Entry(Kind.MEMBERSHIP, row.owner_id, facts, about=row.person_id)


# --- letters --------------------------------------------------------------------------------------------------------


def send(owner_id: UUID, invitation_id: UUID) -> None:
    """The letter. Harmless for one that was used or withdrawn meanwhile."""
    with queries.as_party(owner_id):
        row = Invitation.objects.filter(id=invitation_id).first()
        party = Party.objects.filter(id=owner_id).first()
    if row is None or party is None or not holds(row) or rules.is_login_code(row.email):
        return
    with override(row.language):
        subject = _("You are invited to %(party)s on Zegel") % {"party": party.name}
        text = "\n\n".join(
            (
                _("Hello %(name)s,") % {"name": row.name},
                _("%(who)s invites you to %(party)s on Zegel.")
                % {"who": inviter(row) or party.name, "party": party.name},
                _("Open this link to choose your password; it works once, until %(day)s:")
                % {"day": row.expires_at.date().isoformat()},
                link_of(row),
                _("You did not expect this? Then do nothing: without you the link does nothing."),
            )
        )
    mail.send(mail.Letter(row.email, subject, text, str(row.id)))
    with work.transaction(Actor(ActorKind.SYSTEM, None, owner_id, role="system"), party_id=owner_id):
        Invitation.objects.filter(id=row.id).update(sent_at=clock.now())


def send_reset(person_id: UUID) -> None:
    """The letter that begins a reset, to the account's own address."""
    person = Person.objects.filter(id=person_id).first()
    if person is None or rules.is_login_code(person.email):
        return
    link = f"{settings.ORIGIN}/recovery#{recovery.letter_token(person).hex()}"
    with override(person.language):
        subject = _("Begin anew on Zegel")
        text = "\n\n".join(
            (
                _("Hello %(name)s,") % {"name": person.display_name},
                _(
                    "Somebody, probably you, asked to begin anew without password and recovery code. This link works "
                    "once, for an hour:"
                ),
                link,
                _("You get new keys. They open nothing of before, until another owner lets you in again."),
                _("You did not ask for this? Then do nothing."),
            )
        )
    mail.send(mail.Letter(person.email, subject, text, str(person.id)))
