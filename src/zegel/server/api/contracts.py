# SPDX-License-Identifier: EUPL-1.2
"""Agreements as files, versions of terms and policies, instructions, statements of outsiders, joint controllers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.agreements.models import Agreement
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.contracts import actions, document, queries, signing
from zegel.server.contracts.actions import NewOutsider, NewText
from zegel.server.contracts.models import (
    Answer,
    Attached,
    Instruction,
    JointController,
    Outsider,
    TextKind,
    TextVersion,
)
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.tasks.causes import STAFF

router = Router(tags=["contracts"])

for _code, _status in (("bad_text", 422), ("version_taken", 409), ("unknown_contract", 404), ("already_answered", 409)):
    errors.status(_code, _status)

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Line = Annotated[str, Field(max_length=200)]
Words = Annotated[str, Field(max_length=2000)]


class NewVersion(Schema):
    kind: Literal["general_terms", "industry_terms", "policy"]
    title: Line
    version: str = Field(max_length=20)
    language: Literal["nl", "sv", "de", "en"]
    text: str = Field(max_length=60_000)
    holds_from_ms: Moment | None = None


class NewCooperation(Schema):
    reference: str = Field(max_length=120)
    signed_on: date


class NewInstruction(Schema):
    words: Words
    owner_id: UUID | None = None
    given_by: Line = ""
    how: Literal["portal", "letter", "spoken"] = "portal"


class Answered(Schema):
    answer: Literal["carried_out", "declined", "unlawful"]
    words: Words = ""


class NewStatement(Schema):
    name: Line
    organisation: Line
    task: Line
    signed_ms: Moment
    expires_ms: Moment
    sub_processor_id: UUID | None = None
    person_id: UUID | None = None
    document_hash: Bytes | None = None


class NewJoint(Schema):
    name: Line
    contact: str = Field(max_length=254)
    arrangement: Words
    first_contact: Line


# --- the agreement ---


@router.get("/contracts")
def mine(request: HttpRequest) -> dict[str, Any]:
    """The acting owner's agreements with what is attached, his instructions and joint controllers; the terms and the
    policy of whoever acts."""
    actor = acting(request)
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        of = Resource(ResourceKind.AGREEMENT, None, party)
        own = queries.agreements(party) if decide(actor, Action.LIST, of).allowed else []
        found = {
            "agreements": [_agreement(row) for row in own],
            "instructions": [_instruction(row) for row in queries.instructions(party)] if own else [],
            "joint": [_joint(row) for row in queries.joint_controllers(party)],
        }
    return found | {"policy": _bound(actor, party), "certificate": signing.fingerprint() if own else None}


@router.post("/contracts/agreements/{agreement_id}/file")
def file(request: HttpRequest, agreement_id: UUID) -> HttpResponse:
    """The agreement as a signed PDF (PAdES); logged."""
    return exports.answer(document.send(acting(request), agreement_id))


@router.get("/contracts/attached/{attached_id}")
def attached(request: HttpRequest, attached_id: UUID) -> dict[str, Any]:
    """The whole text of terms that go with an agreement."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Attached.objects.filter(id=attached_id).first()
    if row is None:
        raise actions._unknown()
    return _attached(row) | {"text": row.text}


@router.post("/contracts/agreements/{agreement_id}/cooperation")
def cooperation(request: HttpRequest, agreement_id: UUID, body: NewCooperation) -> dict[str, Any]:
    row = actions.record_cooperation(acting(request), agreement_id, body.reference, body.signed_on)
    return {"reference": row.reference, "signed_on": row.signed_on.isoformat()}


# --- the provider's side ---


@router.get("/contracts/office")
def office(request: HttpRequest) -> dict[str, Any]:
    """Versions of terms and policies with who acknowledged them, statements of outsiders, every customer's agreement
    and instructions."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.READ, Resource(ResourceKind.OUTSIDER, None, party))
    with tenancy.acting_as(party, actor.id):
        rows = Agreement.objects.select_related("assent").filter(provider_id=party).exclude(owner_id=party)
        customers = list(rows.order_by("-valid_from")[:500])
        told = queries.instructions()
        names = people.party_names(
            {row.owner_id for row in customers} | {row.owner_id for row in told}, seen_by=party
        )
        texts = [_version(row) for row in queries.versions(party)]
        outsiders = [_outsider(row) for row in queries.outsiders(party)]
    return {
        "texts": texts, "readers": _readers(party), "outsiders": outsiders,
        "agreements": [_agreement(row) | {"customer": names.get(row.owner_id, "")} for row in customers],
        "instructions": [_instruction(row) | {"customer": names.get(row.owner_id, "")} for row in told],
        "certificate": signing.fingerprint(),
    }  # fmt: skip


@router.post("/contracts/texts")
def record_text(request: HttpRequest, body: NewVersion) -> dict[str, Any]:
    """A version of terms or of the policy; written once."""
    holds = clock.moment(body.holds_from_ms) if body.holds_from_ms is not None else clock.now()
    new = NewText(TextKind(body.kind), body.title, body.version, body.language, body.text, holds)
    return _version(actions.record_text(acting(request), new))


@router.get("/contracts/texts/{text_id}")
def text(request: HttpRequest, text_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.TERMS_VERSION, text_id, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        row = TextVersion.objects.filter(id=text_id, owner_id=_party(actor)).first()
    if row is None:
        raise actions._unknown()
    return _version(row) | {"text": row.text}


@router.post("/contracts/texts/{text_id}/acknowledge")
def acknowledge(request: HttpRequest, text_id: UUID) -> dict[str, Any]:
    """The acting person read this version of the policy and keeps to it."""
    row = actions.acknowledge(acting(request), text_id)
    return {"at_ms": clock.ms(row.at)}


@router.post("/contracts/instructions")
def instruct(request: HttpRequest, body: NewInstruction) -> dict[str, Any]:
    """The controller's own, or what he said or wrote, recorded by his processor."""
    actor = acting(request)
    row = actions.instruct(actor, body.words, owner_id=body.owner_id, given_by=body.given_by, how=body.how)
    return _instruction(row)


@router.post("/contracts/instructions/{instruction_id}/answer")
def answer(request: HttpRequest, instruction_id: UUID, body: Answered) -> dict[str, Any]:
    return _instruction(actions.answer(acting(request), instruction_id, Answer(body.answer), body.words))


@router.post("/contracts/outsiders")
def record_outsider(request: HttpRequest, body: NewStatement) -> dict[str, Any]:
    """The confidentiality statement of somebody from outside."""
    new = NewOutsider(
        body.name, body.organisation, body.task, _at(body.signed_ms), _at(body.expires_ms), body.sub_processor_id,
        body.person_id, body.document_hash,
    )  # fmt: skip
    return _outsider(actions.record_outsider(acting(request), new))


@router.post("/contracts/outsiders/{outsider_id}/end")
def end_outsider(request: HttpRequest, outsider_id: UUID) -> dict[str, Any]:
    return _outsider(actions.end_outsider(acting(request), outsider_id))


@router.post("/contracts/joint")
def record_joint(request: HttpRequest, body: NewJoint) -> dict[str, Any]:
    """Who decides with the owner on purposes and means (Art. 26)."""
    row = actions.record_joint(acting(request), body.name, body.contact, body.arrangement, body.first_contact)
    return _joint(row)


@router.post("/contracts/joint/{joint_id}/end")
def end_joint(request: HttpRequest, joint_id: UUID) -> dict[str, Any]:
    return _joint(actions.end_joint(acting(request), joint_id))


# --- shapes ---


def _party(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise actions._unknown()
    return actor.party_id


def _at(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _agreement(row: Agreement) -> dict[str, Any]:
    """Within a party that sees it."""
    held = queries.cooperation(row.id)
    return {
        "id": str(row.id), "hash": bytes(row.document_hash).hex(), "how": row.signed_how,
        "from_ms": clock.ms(row.valid_from), "to_ms": clock.ms(row.valid_to), "file": row.assent_id is not None,
        "by": row.assent.name if row.assent else "", "attached": [_attached(one) for one in queries.attached(row.id)],
        "cooperation": None if held is None else {
            "reference": held.reference, "signed_on": held.signed_on.isoformat()
        },
    }  # fmt: skip


def _attached(row: Attached) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "title": row.title, "version": row.version,
        "hash": bytes(row.hash).hex(),
    }  # fmt: skip


def _version(row: TextVersion) -> dict[str, Any]:
    return {
        "id": str(row.id), "kind": row.kind, "title": row.title, "version": row.version, "language": row.language,
        "hash": bytes(row.hash).hex(), "holds_from_ms": clock.ms(row.holds_from), "ended_ms": clock.ms(row.ended_at),
    }  # fmt: skip


def _readers(party: UUID) -> list[dict[str, Any]]:
    """The party's own people, and since when each keeps to the policy that holds today."""
    if queries.policy_in_force(party) is None:
        return []
    with as_party(party):
        staff = people.members(party, STAFF)
    found = []
    for person in staff:
        bound = queries.bound_by(party, person.id)
        at = None if bound is None else bound[1]
        found.append({"id": str(person.id), "name": person.display_name, "at_ms": clock.ms(at)})
    return found


def _bound(actor: Actor, party: UUID) -> dict[str, Any] | None:
    found = queries.bound_by(party, actor.id) if actor.id else None
    return None if found is None else _version(found[0]) | {"acknowledged_ms": clock.ms(found[1])}


def _instruction(row: Instruction) -> dict[str, Any]:
    return {
        "id": str(row.id), "owner_id": str(row.owner_id), "number": row.number, "words": row.words, "how": row.how,
        "given_by": row.given_by, "given_ms": clock.ms(row.given_at), "answer": row.answer,
        "answer_words": row.answer_words, "answered_ms": clock.ms(row.answered_at),
    }  # fmt: skip


def _outsider(row: Outsider) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "organisation": row.organisation, "task": row.task,
        "signed_ms": clock.ms(row.signed_at), "expires_ms": clock.ms(row.expires_at),
        "ended_ms": clock.ms(row.ended_at), "account": row.person_id is not None,
    }  # fmt: skip


def _joint(row: JointController) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "contact": row.contact, "arrangement": row.arrangement,
        "first_contact": row.first_contact, "since_ms": clock.ms(row.since), "ended_ms": clock.ms(row.ended_at),
    }  # fmt: skip
