# SPDX-License-Identifier: EUPL-1.2
"""Signing in and out, who one is, and for whom one acts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Field, Router, Schema

from zegel.server.api.base import acting, anybody, known
from zegel.server.api.fields import Bytes, from_text, to_text
from zegel.server.ledger import queries as ledger
from zegel.server.people import actions, queries, rules, second_factor, sessions
from zegel.server.people.models import Person
from zegel.server.tenants import queries as tenants

LONGEST_DEVICE = 100
router = Router(tags=["people"])


class SignIn(Schema):
    email: str = Field(max_length=320)
    auth_key: Bytes


class PartyChoice(Schema):
    party_id: UUID
    role: str | None = Field(default=None, max_length=20)


class Pins(Schema):
    pins: Bytes


@router.get("/csrf", auth=anybody)
def csrf(request: HttpRequest) -> dict[str, str]:
    """Sets the CSRF cookie; its value goes back in the header X-CSRFToken."""
    return {"csrf": get_token(request)}


@router.post("/sign-in", auth=anybody)
def sign_in(request: HttpRequest, response: HttpResponse, body: SignIn) -> dict[str, Any]:
    """A session, and what the browser needs to open its keys. 401 says nothing about whether the account exists."""
    device = _device(request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""))
    person = actions.sign_in(body.email, body.auth_key, request.META.get("REMOTE_ADDR", ""), device)
    if second_factor.needed(person):
        return _halfway(request, person)
    sessions.start(request, person)
    remember_device(request, response, person)
    return describe(request, person)


def _halfway(request: HttpRequest, person: Person) -> dict[str, Any]:
    """The password was right: which second factors there are, and nothing of his keys."""
    kinds = sorted({row.kind for row in second_factor.factors(person)})
    options, state = second_factor.ask_passkey(person) or (None, None)
    sessions.begin(request, person, state)
    return {"second_factor": {"kinds": kinds, "passkey": options}}


def remember_device(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """This browser was signed in to from here: strangers who guess elsewhere can't keep him out (OWASP, device
    cookies)."""
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, to_text(actions.device_for(person)), max_age=rules.DEVICE_LASTS,
        path="/api/v1/sign-in", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Strict",
    )  # fmt: skip


def _device(text: str) -> bytes:
    """What the browser kept of an earlier success; nothing when it is not even the right letters."""
    try:
        return from_text(text) if len(text) <= LONGEST_DEVICE else b""
    except ValueError:
        return b""


@router.post("/sign-out", auth=anybody)
def sign_out(request: HttpRequest) -> dict[str, bool]:
    """Ends this session; harmless when there is none."""
    sessions.end(request)
    return {"signed_out": True}


@router.post("/sign-out-everywhere")
def sign_out_everywhere(request: HttpRequest) -> dict[str, bool]:
    """Ends every session of the person, this one included."""
    actions.sign_out_everywhere(acting(request))
    sessions.end(request)
    return {"signed_out": True}


@router.get("/me", auth=known)
def me(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    """As sign-in answered, for a page that was loaded anew."""
    return describe(request, sessions.signed_in(request.session))


@router.put("/me/pins")
def store_pins(request: HttpRequest, body: Pins) -> dict[str, bool]:
    """Keeps the person's pinned fingerprints, which his browser encrypted."""
    actions.store_pins(acting(request), body.pins)
    return {"stored": True}


@router.post("/acting-party", auth=known)
def acting_party(request: HttpRequest, body: PartyChoice) -> dict[str, Any]:
    """From now on this session acts for that party."""
    sessions.choose_party(request, body.party_id, body.role)
    return describe(request, sessions.signed_in(request.session))


def describe(request: HttpRequest, person: Person) -> dict[str, Any]:
    """The person, his wrapped keys, and the parties he may act for with their keys sealed to him."""
    return {
        "person": {
            "id": str(person.id),
            "name": person.display_name,
            "email": person.email,
            "language": person.language,
            "suite": person.suite,
            "sign_pk": to_text(bytes(person.sign_pk)),
            "open_pk": to_text(bytes(person.open_pk)),
        },
        "bundle": to_text(queries.bundle(person)),
        "pins": to_text(bytes(person.pins)) if person.pins is not None else None,
        "parties": [_seat(person, seat) for seat in queries.seats(person.id)],
        "acting": {"party_id": request.session.get("party"), "role": request.session.get("role")},
        "log": {"key": ledger.verifier_key()},
    }


def _seat(person: Person, seat: queries.Seat) -> dict[str, Any]:
    keys = queries.keys_of(seat.party_id, person.id)
    return {
        "id": str(seat.party_id),
        "name": seat.name,
        "kind": seat.kind,
        "role": seat.roles[0].value,
        "roles": [role.value for role in seat.roles],
        "tenant": tenants.brand(seat.party_id) is not None,
        "suite": keys.suite if keys else None,
        "open_pk": to_text(keys.open_pk) if keys else None,
        "sealed_tenant_key": to_text(keys.sealed) if keys and keys.sealed else None,
        "successions": [to_text(one) for one in queries.successions(seat.party_id, person.id)],
        "older_keys": [
            {"number": number, "open_pk": to_text(public), "sealed_tenant_key": to_text(sealed) if sealed else None}
            for number, public, sealed in (keys.older if keys else ())
        ],
    }
