# SPDX-License-Identifier: EUPL-1.2
"""A person's own account: second factors, password, recovery code, sessions; and the ways back in.

What is for anybody answers the same whether an account exists or not, and counts as an attempt to sign in.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import segno
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.auth import describe, remember_device
from zegel.server.api.base import acting, anybody, known
from zegel.server.api.fields import Bytes, to_text
from zegel.server.api.onboarding import Account
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.ledger import actions as ledger
from zegel.server.people import actions, jobs, recovery, second_factor, sessions
from zegel.server.people.errors import FactorRefused
from zegel.server.people.models import Person, SignedIn

router = Router(tags=["account"])

for _code, _status in (("factor_refused", 401), ("recovery_refused", 401)):
    errors.status(_code, _status)


class Address(Schema):
    email: str = Field(max_length=320)


class Recovered(Schema):
    email: str = Field(max_length=320)
    question: Bytes
    signature: Bytes
    auth_key: Bytes
    bundle: Bytes


class NewPassword(Schema):
    old_auth_key: Bytes
    auth_key: Bytes
    bundle: Bytes


class NewCode(Schema):
    auth_key: Bytes
    bundle: Bytes


class Proof(Schema):
    auth_key: Bytes


class Code(Schema):
    id: UUID
    code: str = Field(max_length=20)
    name: str = Field(max_length=80)


class Passkey(Schema):
    name: str = Field(default="", max_length=80)
    answer: dict[str, Any]


class Factor(Schema):
    """One of these three."""

    code: str | None = Field(default=None, max_length=20)
    passkey: dict[str, Any] | None = None
    question: Bytes | None = None
    signature: Bytes | None = None


class Reset(Account):
    factor: Factor | None = None


# --- the second half of signing in ---


@router.post("/sign-in/second-factor", auth=anybody)
def give_factor(request: HttpRequest, response: HttpResponse, body: Factor) -> dict[str, Any]:
    """After the right password: a code, a passkey's answer, or the recovery code's proof. Then as sign-in answers."""
    person = sessions.halfway(request)
    actions.count_own(person)
    _demand(request, person, body)
    actions.forgive_own(person)
    sessions.start(request, person)
    remember_device(request, response, person)
    return describe(request, person)


def _demand(request: HttpRequest, person: Person, body: Factor) -> None:
    """Raises FactorRefused; that is written down. Count the attempt first."""
    if not _given(request, person, body):
        actor = Actor(ActorKind.SYSTEM, None, None, role="system", address=_address(request))
        facts: dict[str, Fact] = {"person": person.id, "address": _address(request), "what": "second_factor"}
        ledger.append(Entry(Kind.SIGN_IN_FAILED, None, facts, about=person.id), actor)
        raise FactorRefused(
            _("This is not the right second factor, or it was used before."),
            action=_("Try again, or use your recovery code."),
        )


def _given(request: HttpRequest, person: Person, body: Factor) -> bool:
    if body.code is not None:
        with transaction.atomic():
            return second_factor.check_code(person, body.code)
    if body.passkey is not None:
        state = request.session.pop("passkey", None)
        return state is not None and second_factor.check_passkey(person, state, body.passkey)
    if body.question is not None and body.signature is not None:
        return recovery.proved(person, body.question, b"second factor", body.signature)
    return False


@router.get("/sign-in/recovery", auth=anybody)
def factor_lost(request: HttpRequest) -> dict[str, Any]:
    """After the right password, for who lost his second factor: what the recovery code opens, and what to sign."""
    person = sessions.halfway(request)
    return _question(recovery.question_for(person, person.email))


# --- ways back in ---


@router.post("/recovery", auth=anybody)
def ask(request: HttpRequest, body: Address) -> dict[str, Any]:
    """What the recovery code of that account opens, and what to sign. Of an unknown account the same, which nothing
    opens."""
    return _question(recovery.ask(body.email, _address(request)))


@router.post("/recovery/password", auth=anybody)
def recover(request: HttpRequest, body: Recovered) -> dict[str, Any]:
    """A new password, by who has the code. Every session of the account ends."""
    new = recovery.NewPassword(body.auth_key, body.bundle)
    recovery.recover(body.email, _address(request), body.question, body.signature, new)
    return {"changed": True}


@router.post("/recovery/letter", auth=anybody)
def letter(request: HttpRequest, body: Address) -> dict[str, Any]:
    """Neither password nor code: a letter to the account's address, if there is one."""
    normal, person = actions.account(body.email)
    actions.count_attempt(normal, _address(request))
    if person is not None:
        jobs.send_reset.defer(person_id=str(person.id))
    return {"sent": True}


@router.post("/recovery/by-letter/{token}", auth=anybody)
def letter_of(request: HttpRequest, token: str) -> dict[str, Any]:
    """Whose letter it is, to who has it; and which second factors must be given with the new keys."""
    person = _of_letter(token)
    return {
        "second_factor": _asked(request, person),
        "person_id": str(person.id),
        "email": person.email,
        "name": person.display_name,
        "language": person.language,
    }


@router.post("/recovery/by-letter/{token}/reset", auth=anybody)
def reset(request: HttpRequest, token: str, body: Reset) -> dict[str, Any]:
    """New keys for the account; they open nothing of before. Second factors stay, and one must be given: a mailbox
    alone takes no account."""
    person, given = _of_letter(token), False
    if body.factor is not None and second_factor.needed(person):
        actions.count_own(person)
        _demand(request, person, body.factor)
        given = True
    person = recovery.reset(bytes.fromhex(token), _address(request), body.new(), factor_given=given)
    if given:
        actions.forgive_own(person)
    sessions.start(request, person)
    return describe(request, person)


def _asked(request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """As at sign-in, with what the recovery code opens in a factor's place; None where there is none."""
    if not second_factor.needed(person):
        return None
    options, state = second_factor.ask_passkey(person) or (None, None)
    request.session["passkey"] = state
    kinds = sorted({row.kind for row in second_factor.factors(person)})
    question = _question(recovery.question_for(person, person.email))
    return {"kinds": kinds, "passkey": options, "recovery": question}


def _of_letter(token: str) -> Person:
    try:
        return recovery.of_letter(bytes.fromhex(token))
    except ValueError:
        return recovery.of_letter(b"")


# --- one's own account ---


@router.get("/me/security", auth=known)
def security(request: HttpRequest) -> dict[str, Any]:
    """Second factors and sessions."""
    person = sessions.signed_in(request.session)
    sessions.seen(request)
    return {
        "factors": [
            {"id": str(row.id), "kind": row.kind, "name": row.name, "created_ms": clock.ms(row.created_at),
             "used_ms": None if row.used_at is None else clock.ms(row.used_at)}
            for row in second_factor.factors(person)
        ],
        "sessions": [_session(row, request) for row in sessions.own(person.id)],
    }  # fmt: skip


@router.post("/me/sessions/{signed_in_id}/end", auth=known)
def end_session(request: HttpRequest, signed_in_id: UUID) -> dict[str, Any]:
    """One of one's own sessions ends."""
    sessions.end_other(sessions.signed_in(request.session).id, signed_in_id)
    return {"ended": True}


@router.put("/me/password", auth=known)
def change_password(request: HttpRequest, response: HttpResponse, body: NewPassword) -> dict[str, Any]:
    """By who knows the old one. Every other session ends."""
    person = sessions.signed_in(request.session)
    new = recovery.NewPassword(body.auth_key, body.bundle)
    changed = recovery.change_password(_actor(request, person), person, body.old_auth_key, new)
    sessions.stay(request, changed)
    remember_device(request, response, changed)
    return {"changed": True}


@router.put("/me/recovery", auth=known)
def renew_code(request: HttpRequest, body: NewCode) -> dict[str, Any]:
    """A new recovery code; the old one opens nothing from now on."""
    person = sessions.signed_in(request.session)
    recovery.renew_code(_actor(request, person), person, body.auth_key, body.bundle)
    return {"renewed": True}


@router.post("/me/totp", auth=known)
def begin_totp(request: HttpRequest) -> dict[str, Any]:
    """A new code generator: its secret as text and as a picture, told once."""
    person = sessions.signed_in(request.session)
    drawn = second_factor.begin_totp(_actor(request, person), person)
    picture = segno.make(drawn.uri, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    return {"id": str(drawn.id), "secret": drawn.secret, "uri": drawn.uri, "picture": picture}


@router.post("/me/totp/confirm", auth=known)
def confirm_totp(request: HttpRequest, body: Code) -> dict[str, Any]:
    """A first code of it was typed: from now on it is asked for."""
    person = sessions.signed_in(request.session)
    row = second_factor.confirm_totp(_actor(request, person), person, body.id, body.code, body.name)
    return {"id": str(row.id)}


@router.post("/me/passkeys/begin", auth=known)
def begin_passkey(request: HttpRequest) -> dict[str, Any]:
    """What the browser needs to make a passkey for us."""
    options, state = second_factor.begin_passkey(sessions.signed_in(request.session))
    request.session["new_passkey"] = state
    return options


@router.post("/me/passkeys", auth=known)
def add_passkey(request: HttpRequest, body: Passkey) -> dict[str, Any]:
    """The browser made one."""
    person = sessions.signed_in(request.session)
    state = request.session.pop("new_passkey", None)
    if state is None:
        raise FactorRefused(_("This passkey could not be added."), action=_("Try again."))
    row = second_factor.add_passkey(_actor(request, person), person, state, body.answer, body.name)
    return {"id": str(row.id)}


@router.post("/me/factors/{factor_id}/remove", auth=known)
def remove_factor(request: HttpRequest, factor_id: UUID, body: Proof) -> dict[str, Any]:
    """By who knows the password."""
    person = sessions.signed_in(request.session)
    second_factor.remove(_actor(request, person), person, factor_id, body.auth_key)
    return {"removed": True}


@router.post("/members/{person_id}/factors/remove")
def take_off_factors(request: HttpRequest, person_id: UUID, body: Proof) -> dict[str, Any]:
    """Another owner of the party, with his own password, for who lost his second factor and his code."""
    actor = acting(request)
    require(actor, Action.END, Resource(ResourceKind.MEMBERSHIP, None, actor.party_id))
    second_factor.take_off(actor, sessions.signed_in(request.session), person_id, body.auth_key)
    return {"removed": True}


# --- helpers ---


def _question(asked: recovery.Question) -> dict[str, Any]:
    return {
        "person_id": str(asked.person_id), "suite": asked.suite, "bundle": to_text(asked.bundle),
        "question": to_text(asked.question),
    }  # fmt: skip


def _session(row: SignedIn, request: HttpRequest) -> dict[str, Any]:
    return {
        "id": str(row.id), "started_ms": clock.ms(row.started_at), "seen_ms": clock.ms(row.seen_at),
        "address": row.address,
        "agent": row.agent, "this": row.session_key == request.session.session_key,
    }  # fmt: skip


def _actor(request: HttpRequest, person: Person) -> Actor:
    """The person himself, of whichever party or none."""
    party = request.session.get("party")
    role = request.session.get("role") or "person"
    return Actor(ActorKind.PERSON, person.id, UUID(party) if party else None, role=role, address=_address(request))


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", "")).split("%")[0]
