# SPDX-License-Identifier: EUPL-1.2
"""An organisation's people and their keys. The server says who is there and carries what browsers sealed to each other;
whose key is whose, the browsers decide for themselves (eight words, compared)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import actions, invitations, queries, second_factor
from zegel.server.people.errors import BadField, NotAMember
from zegel.server.people.models import Invitation, InvitationKind, Membership, Person, SealedTenantKey, TenantKey
from zegel.server.people.roles import RelationKind, Role
from zegel.server.tenants import actions as tenant_actions
from zegel.server.tenants import queries as tenants
from zegel.server.tenants import staff

router = Router(tags=["people"])

errors.status("last_owner", 409)


class NewMember(Schema):
    email: str = Field(max_length=320)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)
    language: str = Field(max_length=2)


class Sealed(Schema):
    number: int
    envelope: Bytes


class SealedTo(Schema):
    person_id: UUID
    envelope: Bytes


class NewKey(Schema):
    suite: int
    open_pk: Bytes
    sealed: list[SealedTo] = Field(max_length=64)
    succession: Bytes | None = None


@router.get("/members")
def members(request: HttpRequest) -> dict[str, Any]:
    """Who acts for the party, with the keys that the server knows of each (to be compared, never believed), and the
    invitations that are open."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.LIST, Resource(ResourceKind.MEMBERSHIP, None, party))
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = list(Membership.objects.filter(queries.at(clock.now()), party_id=party).order_by("valid_from", "id"))
        newest = TenantKey.objects.filter(party_id=party).order_by("-number").first()
        number = newest.number if newest else 0
        held = set(SealedTenantKey.objects.filter(party_id=party, number=number).values_list("person_id", flat=True))
        open_ones = Invitation.objects.filter(Q(accepted_at=None), Q(withdrawn_at=None), owner_id=party).order_by(
            "-created_at"
        )
        people = {one.id: one for one in Person.objects.filter(id__in=[row.person_id for row in rows])}
        guarded = second_factor.guarded(people) if actor.role == Role.OWNER.value else set()
        successions = TenantKey.objects.filter(party_id=party).exclude(succession=None).order_by("-number")
        return {
            "key_number": number,
            "members": [
                _member(row, people[row.person_id], row.person_id in held, row.person_id in guarded) for row in rows
            ],
            "invitations": [_invitation(row) for row in open_ones[:50]],
            "successions": [to_text(bytes(key.succession)) for key in successions if key.succession is not None],
        }


@router.post("/invitations")
def invite(request: HttpRequest, body: NewMember) -> dict[str, Any]:
    """Asks somebody to join the acting party. A letter goes out."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.ADD, Resource(ResourceKind.MEMBERSHIP, None, party))
    asked = invitations.Asked(body.email, body.name, _role(actor, body.role), body.language)
    provider = queries.serving(party, RelationKind.PROVIDER) or party
    return _invitation(invitations.invite(actor, party, provider, asked, InvitationKind.JOIN))


@router.post("/invitations/{invitation_id}/send-again")
def send_again(request: HttpRequest, invitation_id: UUID) -> dict[str, Any]:
    """The letter once more, and a new week."""
    actor = acting(request)
    require(actor, Action.ADD, Resource(ResourceKind.MEMBERSHIP, None, _party(actor)))
    _supervisors_own(actor, Invitation.objects.filter(id=invitation_id))
    return _invitation(invitations.send_again(actor, invitation_id))


@router.post("/invitations/{invitation_id}/withdraw")
def withdraw(request: HttpRequest, invitation_id: UUID) -> dict[str, Any]:
    """Its link works no longer."""
    actor = acting(request)
    require(actor, Action.ADD, Resource(ResourceKind.MEMBERSHIP, None, _party(actor)))
    _supervisors_own(actor, Invitation.objects.filter(id=invitation_id))
    invitations.withdraw(actor, invitation_id)
    return {"withdrawn": True}


@router.post("/members/{membership_id}/end")
def end(request: HttpRequest, membership_id: UUID) -> dict[str, Any]:
    """He acts for the party no longer. What he could open he can still open until there is a new key: his browser's
    successor makes one first."""
    actor = acting(request)
    require(actor, Action.END, Resource(ResourceKind.MEMBERSHIP, None, _party(actor)))
    _supervisors_own(actor, Membership.objects.filter(id=membership_id))
    actions.end_membership(actor, membership_id)
    return {"ended": True}


@router.post("/members/{person_id}/key")
def share(request: HttpRequest, person_id: UUID, body: Sealed) -> dict[str, Any]:
    """The party's key, sealed to another member in the browser of one who compared his words."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.ADD, Resource(ResourceKind.TENANT_KEY, None, party))
    _members_only(actor, {person_id})
    actions.share_tenant_key(actor, party, person_id, body.number, body.envelope)
    return {"shared": True}


@router.post("/tenant-keys")
def tenant_key(request: HttpRequest, body: NewKey) -> dict[str, Any]:
    """The party's next key: its public half, and the private one sealed to each member."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.ADD, Resource(ResourceKind.TENANT_KEY, None, party))
    sealed = {one.person_id: one.envelope for one in body.sealed}
    if actor.id not in sealed:
        raise BadField(_("The new key must be sealed to you as well."), action=_("Open this page again."))
    _members_only(actor, set(sealed))
    key = actions.store_tenant_key(actor, party, body.suite, body.open_pk, sealed, body.succession)
    return {"number": key.number}


def _members_only(actor: Actor, people: set[UUID]) -> None:
    """Only to somebody of the party who may open what is sealed to it. Raises NotAMember."""
    party = _party(actor)
    with tenancy.acting_as(actor.party_id, actor.id):
        there = Membership.objects.filter(queries.at(clock.now()), party_id=party, person_id__in=people)
        there = there.exclude(role=Role.AUDITOR.value)  # he reads books and proofs, and opens nothing (S6)
        if set(there.values_list("person_id", flat=True)) != people:
            raise NotAMember(_("This person is not one of yours."), action=_("Open this page again."))


def _supervisors_own(actor: Actor, rows: QuerySet[Any]) -> None:
    """A supervisor lets operators in and out, and nobody else. Raises BadField."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = rows.values_list("role", flat=True).first()
    if actor.role == Role.SUPERVISOR.value and found != Role.OPERATOR.value:
        raise BadField(_("This role is not yours to give."), action=_("Choose another role."))


def _role(actor: Actor, text: str) -> Role:
    """A customer's owner gives a customer's roles, and a tenant's those of its office too; a provider's or centre's
    administrator gives those of the work."""
    allowed = staff.invitable(_party(actor), Role(actor.role or "member"))
    if actor.role == Role.SUPERVISOR.value:
        allowed &= {Role.OPERATOR}
    if text not in {role.value for role in allowed}:
        raise BadField(_("This role is not yours to give."), action=_("Choose another role."))
    if Role(text) not in tenants.COUNTED_OUT:
        tenant_actions.refuse_more_users(_party(actor))
    return Role(text)


def _member(row: Membership, person: Person, holds_key: bool, guarded: bool) -> dict[str, Any]:
    return {
        "membership_id": str(row.id), "person_id": str(person.id), "name": person.display_name, "email": person.email,
        "role": row.role, "since_ms": clock.ms(row.valid_from), "suite": person.suite, "holds_key": holds_key,
        "sign_pk": to_text(bytes(person.sign_pk)), "open_pk": to_text(bytes(person.open_pk)), "second_factor": guarded,
    }  # fmt: skip


def _invitation(row: Invitation) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "email": row.email, "role": row.role,
        "expires_ms": clock.ms(row.expires_at),
        "expired": row.expires_at <= clock.now(), "sent_ms": None if row.sent_at is None else clock.ms(row.sent_at),
        "letters": row.letters,
    }  # fmt: skip


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id
