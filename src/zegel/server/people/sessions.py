# SPDX-License-Identifier: EUPL-1.2
"""Who is behind a session: the person, and the party he chose to act for.

A session holds identifiers only. What they allow is looked up at every request, so that an ended membership or a
'sign out everywhere' works at once. The key is drawn anew at sign-in and whenever the acting party changes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.middleware.csrf import rotate_token
from django.utils.translation import gettext as _

from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people import admission, queries
from zegel.server.people.errors import NotAMember, SignedOut
from zegel.server.people.models import Person, SignedIn
from zegel.server.people.roles import Role

if TYPE_CHECKING:
    from django.http import HttpRequest

LONGEST = timedelta(hours=12)
HALFWAY = timedelta(minutes=10)  # between the password and the second factor
SEEN_EVERY = timedelta(minutes=1)


def start(request: HttpRequest, person: Person) -> None:
    """A new session for who just signed in; he acts for the first party he belongs to and may act for, until he chooses
    another. Raises NotAMember where he may act for none of his."""
    seat = _first_seat(person.id)
    _forget(request)
    request.session.flush()
    request.session["person"] = str(person.id)
    request.session["epoch"] = person.epoch
    request.session["started_ms"] = clock.now_ms()
    if seat is not None:
        request.session["party"], request.session["role"] = str(seat[0]), seat[1].value
    request.session.save()
    _note(request, person)
    rotate_token(request)


def _first_seat(person_id: UUID) -> tuple[UUID, Role] | None:
    refused: NotAMember | None = None
    for seat in queries.seats(person_id):
        try:
            return seat.party_id, admission.admitted(person_id, seat.party_id, seat.roles)[0]
        except NotAMember as why:
            refused = refused or why
    if refused is not None:
        raise refused
    return None


def begin(request: HttpRequest, person: Person, passkey: Any = None) -> None:
    """The password was right and a second factor is asked for: until then this session is nobody's."""
    _forget(request)
    request.session.flush()
    request.session["halfway"] = str(person.id)
    request.session["halfway_epoch"], request.session["halfway_ms"] = person.epoch, clock.now_ms()
    if passkey is not None:
        request.session["passkey"] = passkey
    rotate_token(request)


def halfway(request: HttpRequest) -> Person:
    """Who gave the right password and still owes a second factor. Raises SignedOut."""
    identifier, begun_ms = request.session.get("halfway"), request.session.get("halfway_ms", 0)
    person = Person.objects.filter(id=UUID(identifier)).first() if identifier else None
    late = clock.now_ms() - begun_ms > HALFWAY.total_seconds() * 1000
    if person is None or late or person.epoch != request.session.get("halfway_epoch"):
        raise _signed_out()
    return person


def _note(request: HttpRequest, person: Person) -> None:
    """So that he sees it among his sessions."""
    now = clock.now()
    SignedIn.objects.create(
        person=person, session_key=str(request.session.session_key), started_at=now, seen_at=now,
        address=_address(request.META.get("REMOTE_ADDR", ""))[:45], agent=request.META.get("HTTP_USER_AGENT", "")[:200],
    )  # fmt: skip


def _forget(request: HttpRequest) -> None:
    if request.session.session_key:
        SignedIn.objects.filter(session_key=request.session.session_key).delete()


def seen(request: HttpRequest) -> None:
    """Kept to the minute: a page was loaded in this session."""
    now = clock.now()
    mine = SignedIn.objects.filter(session_key=request.session.session_key, seen_at__lt=now - SEEN_EVERY)
    mine.update(seen_at=now)


def stay(request: HttpRequest, person: Person) -> None:
    """This session goes on where all others were ended (a new password, for example)."""
    request.session.cycle_key()
    request.session["epoch"] = person.epoch
    request.session.save()
    _note(request, person)


def own(person_id: UUID) -> list[SignedIn]:
    """His sessions that can still be used, the newest first."""
    return list(SignedIn.objects.filter(person_id=person_id, started_at__gt=clock.now() - LONGEST).order_by("-seen_at"))


def end_other(person_id: UUID, signed_in_id: UUID) -> None:
    """One of his sessions ends at once. Again is harmless."""
    row = SignedIn.objects.filter(id=signed_in_id, person_id=person_id).first()
    if row is not None:
        SessionStore(row.session_key).delete()
        row.delete()


def choose_party(request: HttpRequest, party_id: UUID, role: str | None = None) -> Actor:
    """From now on he acts for that party. Raises SignedOut, NotAMember."""
    person = signed_in(request.session)
    chosen = queries.role_in(person.id, party_id, role)
    if role is None:
        chosen = admission.admitted(person.id, party_id, queries.roles_in(person.id, party_id))[0]
    admission.admitted(person.id, party_id, (chosen,))
    before = request.session.session_key
    request.session.cycle_key()
    request.session["party"], request.session["role"] = str(party_id), chosen.value
    SignedIn.objects.filter(session_key=before).update(session_key=request.session.session_key)
    return actor_from_request(request)


def end(request: HttpRequest) -> None:
    _forget(request)
    request.session.flush()


def signed_in(session: Any) -> Person:
    """The person behind a session. Raises SignedOut."""
    person = Person.objects.filter(id=_person_id(session)).first()
    if person is None or person.epoch != session.get("epoch"):
        raise _signed_out()
    return person


def actor_from_request(request: HttpRequest) -> Actor:
    """Who is acting, for whom, from where. Raises SignedOut, NotAMember."""
    return _actor(request.session, request.META.get("REMOTE_ADDR", ""))


def actor_from_session(session_key: str, address: str) -> Actor | None:
    """As actor_from_request, for what has no Django request (event streams); None when nobody is signed in.

    Blocks on the database: call it from a thread.
    """
    try:
        return _actor(SessionStore(session_key), address)
    except (SignedOut, NotAMember):
        return None


def _actor(session: Any, address: str) -> Actor:
    person_id, party = _person_id(session), session.get("party")
    party_id = UUID(party) if party else None
    seat = queries.seat(person_id, party_id)
    if seat is None or seat[0] != session.get("epoch"):
        raise _signed_out()
    roles = seat[1]
    if party_id is None or not roles:
        raise NotAMember(
            _("You don't act for an organisation now."), action=_("Choose one, or ask its owner to add you.")
        )
    roles = admission.admitted(person_id, party_id, roles)
    role = session.get("role")
    return Actor(
        ActorKind.PERSON, person_id, party_id, role=role if role in roles else roles[0].value, address=_address(address)
    )


def _person_id(session: Any) -> UUID:
    identifier, started_ms = session.get("person"), session.get("started_ms", 0)
    if identifier is None or clock.now_ms() - started_ms > LONGEST.total_seconds() * 1000:
        raise _signed_out()
    return UUID(identifier)


def _address(text: str) -> str:
    """Without the zone of a link-local IPv6 address; a Unix socket has none."""
    return text.split("%")[0]


def _signed_out() -> SignedOut:
    return SignedOut(_("You are signed out."), action=_("Sign in."))
