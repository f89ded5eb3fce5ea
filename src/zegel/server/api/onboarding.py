# SPDX-License-Identifier: EUPL-1.2
"""Beginning: an invitation's link, what is still missing before anything arms, and the agreement.

Who has a link is nobody yet: those operations are for anybody, count by address, and say the same of every wrong link.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.seal.suite import Suite, open_fingerprint, sign_fingerprint
from zegel.seal.words import words
from zegel.server.agreements import actions as agreements
from zegel.server.agreements import offers, texts
from zegel.server.agreements import queries as agreed
from zegel.server.agreements.models import Agreement, Assent, Document, Purpose
from zegel.server.api import errors
from zegel.server.api.auth import describe
from zegel.server.api.base import acting, anybody, known
from zegel.server.api.fields import Bytes, to_text
from zegel.server.contracts import annexes
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import queries as ledger
from zegel.server.people import actions, invitations, queries, rules, second_factor, sessions
from zegel.server.people.roles import RelationKind, Role
from zegel.server.sites import actions as site_actions
from zegel.server.sites import queries as sites
from zegel.server.sites.models import UnitState

router = Router(tags=["onboarding"])

for _code, _status in (("invitation_gone", 410), ("no_agreement", 404), ("bad_agreement", 422)):
    errors.status(_code, _status)


class Account(Schema):
    person_id: UUID
    email: str = Field(max_length=320)
    name: str = Field(max_length=200)
    language: str = Field(max_length=2)
    suite: int
    auth_key: Bytes
    sign_pk: Bytes
    open_pk: Bytes
    bundle_password: Bytes
    bundle_recovery: Bytes

    def new(self) -> actions.NewAccount:
        return actions.NewAccount(
            self.email, self.name, self.language, self.auth_key, self.bundle_password, self.bundle_recovery,
            self.suite, self.sign_pk, self.open_pk,
        )  # fmt: skip


# --- an invitation's link ---


@router.get("/invitations/by-link/{token}", auth=anybody)
def invitation(request: HttpRequest, token: str) -> dict[str, Any]:
    """What the link is for, to who has it."""
    row = invitations.by_token(token, _address(request))
    names = queries.party_names([row.owner_id], seen_by=row.owner_id)
    return {
        "email": row.email, "name": row.name, "language": row.language, "role": row.role,
        "party": names.get(row.owner_id, ""), "invited_by": invitations.inviter(row),
        "expires_ms": clock.ms(row.expires_at), "has_account": invitations.has_account(row),
    }  # fmt: skip


@router.post("/invitations/by-link/{token}/accept", auth=anybody)
def accept(request: HttpRequest, response: HttpResponse, token: str, body: Account) -> dict[str, Any]:
    """A new account and its role; signed in from then on. Nothing in it opens anything here."""
    person = invitations.accept(token, _address(request), body.new(), body.person_id)
    sessions.start(request, person)
    return describe(request, person)


@router.post("/invitations/by-link/{token}/join", auth=known)
def join(request: HttpRequest, token: str) -> dict[str, Any]:
    """Who has an account takes the role with it."""
    person = sessions.signed_in(request.session)
    invitations.join(token, _address(request), person)
    return describe(request, person)


# --- a provider's new customer ---


class FirstOwner(Schema):
    email: str = Field(max_length=320)
    name: str = Field(max_length=200)
    language: str = Field(max_length=2)


@router.post("/customers/{owner_id}/invitations")
def invite_first(request: HttpRequest, owner_id: UUID, body: FirstOwner) -> dict[str, Any]:
    """The provider asks a customer's first owner, again where the letter was lost or is too old; not where there is an
    owner, who invites the others himself."""
    actor = acting(request)
    require(actor, Action.ASK, Resource(ResourceKind.INVITATION, None, owner_id))
    asked = invitations.Asked(body.email, body.name, Role.OWNER, body.language)
    assert actor.party_id is not None
    row = invitations.first_again(actor, owner_id, actor.party_id, asked)
    return {"id": str(row.id), "email": row.email, "expires_ms": clock.ms(row.expires_at)}


# --- a site of one's own ---


class NewSite(Schema):
    name: str = Field(min_length=1, max_length=200)
    address: str = Field(min_length=1, max_length=300)
    tz: str = Field(max_length=64)
    profile: str = Field(default="site-nl", max_length=40)


@router.post("/getting-started/site")
def add_site(request: HttpRequest, body: NewSite) -> dict[str, Any]:
    """An owner adds a site where his provider did not."""
    actor = acting(request)
    party = _party(actor)
    provider = queries.serving(party, RelationKind.PROVIDER) or party
    row = site_actions.add_site(
        actor, owner_id=party, provider_id=provider, name=body.name.strip(), address=body.address.strip(), tz=body.tz,
        profile=body.profile if texts.known_profile(body.profile) else "site-nl", site_id=ids.new(),
    )  # fmt: skip
    return {"id": str(row.id), "name": row.name}


# --- what is missing ---


@router.get("/getting-started")
def getting_started(request: HttpRequest) -> dict[str, Any]:
    """What stands and what is missing, of the acting party. Of hours and masks the browser knows by the signed
    policy."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.UNIT))
    party = _party(actor)
    person = queries.person(_person(actor))
    found_sites, found_units = sites.sites(actor, party), sites.units(actor, party)
    found_cameras = sites.cameras(actor, sites.Narrowed(owner_id=party))
    keys = queries.keys_of(party, person.id)
    with tenancy.acting_as(party, actor.id):
        running = agreed.agreement_of(party)
        hanging = agreed.sites_with_sign([site.id for site in found_sites])
        purposeful = agreed.cameras_with_purpose(party, [camera.id for camera in found_cameras])
        return {
            "second_factor": second_factor.needed(person),
            "owners": len(queries.members(party, [Role.OWNER])),
            "tenant_key": keys is not None, "key_held": keys is not None and keys.sealed is not None,
            "provider": _provider_name(party),
            "agreement": None if running is None else {
                "since_ms": clock.ms(running.valid_from), "how": running.signed_how,
            },
            "sites": [
                {"id": str(site.id), "name": site.name, "sign_hung": site.id in hanging}
                for site in found_sites
            ],
            "units": [
                {"id": str(unit.id), "name": unit.name, "site_id": str(unit.site_id), "state": unit.state}
                for unit in found_units if unit.state == UnitState.PAIRED
            ],
            "cameras": [
                {"id": str(camera.id), "name": camera.name, "unit_id": str(camera.unit_id),
                 "site_id": str(camera.unit.site_id), "purpose": camera.id in purposeful}
                for camera in found_cameras if camera.unit.state == UnitState.PAIRED
            ],
            "purposes": {code: str(said) for code, said in texts.PURPOSES.items()},
        }  # fmt: skip


def _provider_name(party: UUID) -> str:
    provider = queries.serving(party, RelationKind.PROVIDER)
    return queries.party_names([provider], seen_by=party).get(provider, "") if provider else ""


# --- the agreement ---


class Language(Schema):
    language: str = Field(max_length=2)


class Signature(Schema):
    document_id: UUID
    envelope: Bytes


class NewPurpose(Schema):
    camera_id: UUID | None = None
    code: str = Field(max_length=40)
    text: str = Field(max_length=500)


@router.get("/agreements")
def agreement_list(request: HttpRequest) -> dict[str, Any]:
    """What was agreed, with its evidence, and what is being asked by letter; the newest first."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.LIST, Resource(ResourceKind.AGREEMENT, None, party))
    with tenancy.acting_as(party, actor.id):
        rows = Agreement.objects.filter(owner_id=party).select_related("assent__document").order_by("-valid_from")
        asked = Assent.objects.filter(owner_id=party, given_at=None).select_related("document").order_by("-asked_at")
        running = agreed.agreement_of(party)
        purposes = Purpose.objects.filter(Q(agreement=running), owner_id=party).order_by("recorded_at")
        return {
            "agreements": [_agreement(row) for row in rows[:50]],
            "asked": [_assent(row) for row in asked[:5]],
            "purposes": [
                {"camera_id": None if row.camera_id is None else str(row.camera_id), "code": row.code,
                 "text": row.text, "at_ms": clock.ms(row.recorded_at)}
                for row in purposes
            ],
        }  # fmt: skip


@router.post("/agreements/documents")
def draw_up(request: HttpRequest, body: Language) -> dict[str, Any]:
    """The text that is to be read, in that language, of today's facts."""
    actor, party = acting(request), _party(acting(request))
    require(actor, Action.SIGN, Resource(ResourceKind.AGREEMENT, None, party))
    return document_shape(_document(actor, party, rules.checked_language(body.language)))


@router.get("/agreements/documents/{document_id}")
def document(request: HttpRequest, document_id: UUID) -> dict[str, Any]:
    """The exact text again, with its hash."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.AGREEMENT, None, _party(actor)))
    return document_shape(_own_document(actor, document_id))


@router.post("/agreements/sign")
def sign(request: HttpRequest, body: Signature) -> dict[str, Any]:
    """Online: the person's own key signed the hash of the text that he read."""
    actor = acting(request)
    require(actor, Action.SIGN, Resource(ResourceKind.AGREEMENT, None, _party(actor)))
    who = offers.Signing(queries.person(_person(actor)), actor.address, request.META.get("HTTP_USER_AGENT", ""))
    return _agreement(offers.sign_online(actor, _own_document(actor, body.document_id), body.envelope, who))


@router.post("/agreements/letter")
def letter(request: HttpRequest, body: Language) -> dict[str, Any]:
    """By e-mail: the text goes to the person's own address, with a link to agree by."""
    actor, party = acting(request), _party(acting(request))
    require(actor, Action.SIGN, Resource(ResourceKind.AGREEMENT, None, party))
    drawn = _document(actor, party, rules.checked_language(body.language))
    return _assent(offers.ask_by_mail(actor, drawn, queries.person(_person(actor))))


@router.post("/agreements/end")
def end(request: HttpRequest) -> dict[str, Any]:
    """It ends now; nothing arms from then on."""
    actor, party = acting(request), _party(acting(request))
    require(actor, Action.END, Resource(ResourceKind.AGREEMENT, None, party))
    agreements.end_agreement(actor, party)
    return {"ended": True}


@router.post("/purposes")
def record_purpose(request: HttpRequest, body: NewPurpose) -> dict[str, Any]:
    """Why that camera watches (none named: all of them), under the agreement in force."""
    actor, party = acting(request), _party(acting(request))
    require(actor, Action.RECORD, Resource(ResourceKind.PURPOSE, body.camera_id, party))
    row = agreements.record_purpose(actor, party, body.code, body.text, body.camera_id)
    return {"id": str(row.id), "code": row.code, "text": row.text}


@router.get("/agreements/by-link/{token}", auth=anybody)
def asked(request: HttpRequest, token: str) -> dict[str, Any]:
    """What a letter's link asks, to who has the letter."""
    row = offers.by_token(token)
    return {**_assent(row), "text": bytes(row.document.content).decode(), "name": row.name}


@router.post("/agreements/by-link/{token}", auth=anybody)
def agree(request: HttpRequest, token: str) -> dict[str, Any]:
    """He read the same text once more, and agrees."""
    row = offers.give_by_mail(token, _address(request), request.META.get("HTTP_USER_AGENT", ""))
    return _assent(row)


def _document(actor: Actor, party: UUID, language: str) -> Document:
    provider = queries.serving(party, RelationKind.PROVIDER)
    if provider is None:
        from zegel.server.agreements.errors import NoAgreement

        raise NoAgreement("Nobody provides for you yet.", action="Ask your provider.")
    arc = queries.serving(party, RelationKind.ARC)
    names = queries.party_names([one for one in (party, provider, arc) if one], seen_by=party)
    own = sites.sites(actor, party)
    facts = texts.Facts(
        names.get(party, ""), names.get(provider, ""), names.get(arc, "") if arc else "",
        own[0].profile if own else "site-nl", sorted(f"{site.name}, {site.address}" for site in own),
        offers.sub_processors(provider), *_key_words(party), annexes.text(party, provider, language),
        _opening_words(party, provider),
    )  # fmt: skip
    return offers.draw_up(actor, party, provider, facts, language)


def _key_words(party: UUID) -> tuple[str, str]:
    """Of the alarm centre's signing key and of the log's: what the owner compares when he pairs a unit."""
    arc = queries.arc_signing_key(party)
    log = hashlib.sha256(str(ledger.verifier_key()).encode()).digest()
    return ("" if arc is None else words(sign_fingerprint(arc[1])), words(log))


def _opening_words(party: UUID, provider: UUID) -> str:
    """Of the provider's key to which an owner's device seals a grant: what he compares before the first one."""
    key = queries.tenant_open_key(provider, seen_by=party)
    return "" if key is None else words(open_fingerprint(Suite(key[0]), key[1]))


def _own_document(actor: Actor, document_id: UUID) -> Document:
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Document.objects.filter(id=document_id, owner_id=_party(actor)).first()
    if row is None:
        from zegel.server.agreements.errors import NoAgreement

        raise NoAgreement("There is no such document.", action="Open the agreement again.")
    return row


# --- shapes ---


def document_shape(row: Document) -> dict[str, Any]:
    return {
        "id": str(row.id), "language": row.language, "version": row.version, "hash": bytes(row.hash).hex(),
        "text": bytes(row.content).decode(), "made_ms": clock.ms(row.made_at), "provider_id": str(row.provider_id),
    }  # fmt: skip


def _agreement(row: Agreement) -> dict[str, Any]:
    evidence = None if row.assent is None else _assent(row.assent)
    return {
        "id": str(row.id), "hash": bytes(row.document_hash).hex(), "how": row.signed_how,
        "since_ms": clock.ms(row.valid_from), "until_ms": None if row.valid_to is None else clock.ms(row.valid_to),
        "evidence": evidence,
    }  # fmt: skip


def _assent(row: Assent) -> dict[str, Any]:
    return {
        "document_id": str(row.document_id), "hash": bytes(row.document.hash).hex(), "how": row.how,
        "name": row.name, "email": row.email, "asked_ms": clock.ms(row.asked_at),
        "sent_ms": None if row.sent_at is None else clock.ms(row.sent_at),
        "given_ms": None if row.given_at is None else clock.ms(row.given_at), "address": row.address,
        "envelope": None if row.envelope is None else to_text(bytes(row.envelope)),
    }  # fmt: skip


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


def _person(actor: Actor) -> UUID:
    assert actor.id is not None
    return actor.id


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", "")).split("%")[0]
