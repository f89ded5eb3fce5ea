# SPDX-License-Identifier: EUPL-1.2
"""Who works here: functions, joining, leaving, what each still owes (statement, policy, lesson), service contracts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.agreements import queries as agreements
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.contracts import queries as contracts
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock
from zegel.server.kernel.actor import Actor
from zegel.server.people import invitations
from zegel.server.people import queries as people
from zegel.server.people.models import Invitation, Membership
from zegel.server.people.roles import Role
from zegel.server.people.rules import is_login_code
from zegel.server.tenants import own_lesson, queries, staff
from zegel.server.tenants.models import Employee, Function, LessonTaken, ServiceContract

router = Router(tags=["staff"])

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Line = Annotated[str, Field(max_length=200)]


class NewFunction(Schema):
    name: str = Field(max_length=80)
    tasks: list[Line] = Field(max_length=20)
    role: str = Field(max_length=20)


class NewEmployee(Schema):
    name: Line
    function_id: UUID
    language: Literal["nl", "sv", "de", "en"]
    email: str = Field(default="", max_length=320)


class Present(Schema):
    person_id: UUID
    function_id: UUID


class OtherFunction(Schema):
    function_id: UUID


class Leaving(Schema):
    why: str = Field(default="", max_length=300)


class Answers(Schema):
    answers: dict[Annotated[str, Field(max_length=40)], bool]


Language = Literal["nl", "sv", "de", "en"]
Texts = dict[Language, Annotated[str, Field(max_length=own_lesson.LONGEST_WORDS)]]


class OwnCase(Schema):
    what: Texts
    why: Texts
    breach: bool


class OwnWords(Schema):
    """What an organisation adds to the lesson: words and cases, by language."""

    words: Texts = {}
    cases: list[OwnCase] = Field(default=[], max_length=20)


class NewContract(Schema):
    person_id: UUID
    organisation: Line
    reference: str = Field(max_length=120)
    valid_from_ms: Moment
    valid_to_ms: Moment
    document_hash: Bytes | None = None


@router.get("/staff")
def listed(request: HttpRequest) -> dict[str, Any]:
    """Who works here in which function and what he still owes; who is here without a function; who left."""
    actor = acting(request)
    party = _party(actor)
    require(actor, Action.LIST, Resource(ResourceKind.STAFF, None, party))
    staff.settle(party)
    rows = queries.employees(party)
    owes = _Owes(party)
    tenant = queries.tenant(party)
    return {
        "now_ms": clock.now_ms(), "sign_in": "email" if tenant is None else tenant.sign_in,
        "may_change": decide(actor, Action.CHANGE, Resource(ResourceKind.STAFF, None, party)).allowed,
        "may_record": decide(actor, Action.RECORD, Resource(ResourceKind.SERVICE_CONTRACT, None, party)).allowed,
        "alone": actor.id is not None and staff.alone(party, actor.id),
        "roles": [role.value for role in staff.roles_for(party, Role(actor.role or "member"))],
        "functions": [_function(row) for row in queries.functions(party)],
        "employees": [_employee(row, owes) for row in rows],
        "others": _others(party, {row.person_id for row in rows if row.left_at is None and row.person_id}),
        "contracts": [_contract(row, owes) for row in queries.contracts(party)],
        "administrators": [
            {"person_id": str(one.id), "name": one.display_name, "in_date": queries.may_administer(one.id, party)}
            for one in people.members(party, [Role.ADMIN])
        ],
        "policy": owes.policy_title,
    }  # fmt: skip


@router.post("/staff/functions")
def make_function(request: HttpRequest, body: NewFunction) -> dict[str, Any]:
    """A function with its tasks, and the role that opens what it needs."""
    role = next((one for one in Role if one.value == body.role), None)
    return _function(staff.make_function(acting(request), body.name, list(body.tasks), role or Role.MEMBER))


@router.post("/staff/functions/{function_id}/end")
def end_function(request: HttpRequest, function_id: UUID) -> dict[str, bool]:
    """Nobody is given it any more."""
    staff.end_function(acting(request), function_id)
    return {"ended": True}


@router.post("/staff")
def employ(request: HttpRequest, body: NewEmployee) -> dict[str, Any]:
    """Asks somebody to work here. With a login code the answer holds it and the link, to be handed over; both are shown
    this once."""
    new = staff.NewEmployee(body.name, body.function_id, body.language, body.email)
    row, invitation = staff.employ(acting(request), new)
    by_code = is_login_code(invitation.email)
    return {
        "id": str(row.id), "login_code": invitation.email if by_code else None,
        "link": invitations.link_of(invitation) if by_code else None,
        "expires_ms": clock.ms(invitation.expires_at),
    }  # fmt: skip


@router.post("/staff/present")
def present(request: HttpRequest, body: Present) -> dict[str, str]:
    """Somebody who is here already gets a function."""
    return {"id": str(staff.record_present(acting(request), body.person_id, body.function_id).id)}


@router.post("/staff/{employee_id}/function")
def move(request: HttpRequest, employee_id: UUID, body: OtherFunction) -> dict[str, bool]:
    """Another function, and its role instead of the one before."""
    staff.move(acting(request), employee_id, body.function_id)
    return {"moved": True}


@router.post("/staff/{employee_id}/leave")
def leave(request: HttpRequest, employee_id: UUID, body: Leaving) -> dict[str, bool]:
    """His access ends at once."""
    staff.leave(acting(request), employee_id, body.why)
    return {"left": True}


# --- the lesson ---


@router.get("/lesson")
def lesson_text(request: HttpRequest) -> dict[str, Any]:
    """The lesson on recognising a breach, without its answers, and when the acting person passed it last."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.LESSON, actor.id, actor.party_id))
    assert actor.id is not None
    party = _party(actor)
    mine, whole = queries.lessons(party).get(actor.id), own_lesson.of(party)
    may_write = decide(actor, Action.CHANGE, Resource(ResourceKind.TENANT, None, party)).allowed
    own = own_lesson.newest(party) if may_write else None
    return {
        "version": whole.version, "text": list(whole.text),
        "questions": [{"id": one.id, "what": str(one.what)} for one in whole.questions],
        "passed_ms": None if mine is None or mine.version != whole.version else clock.ms(mine.at),
        "may_write": may_write and queries.tenant(party) is not None,
        "own": None if own is None else {"version": own.version, "words": own.words, "cases": own.cases},
    }  # fmt: skip


@router.put("/lesson/own")
def write_lesson(request: HttpRequest, body: OwnWords) -> dict[str, Any]:
    """What the organisation adds to the lesson: a new version, for everybody who works there to take."""
    cases = [own_lesson.Case(_plain(one.what), _plain(one.why), one.breach) for one in body.cases]
    own_lesson.write(acting(request), _plain(body.words), cases)
    return lesson_text(request)


def _plain(texts: Texts) -> dict[str, str]:
    return {str(language): said for language, said in texts.items()}


@router.post("/lesson")
def take_lesson(request: HttpRequest, body: Answers) -> dict[str, Any]:
    """His answers: which were right, and why each is as it is."""
    actor = acting(request)
    whole = own_lesson.of(_party(actor))
    row, wrong = staff.take_lesson(actor, dict(body.answers))
    return {
        "passed": row.passed, "right": row.right, "asked": row.asked,
        "questions": [
            {"id": one.id, "right": one.id not in wrong, "breach": one.breach, "why": str(one.why)}
            for one in whole.questions
        ],
    }  # fmt: skip


# --- service contracts ---


@router.post("/staff/contracts")
def record_contract(request: HttpRequest, body: NewContract) -> dict[str, str]:
    """Under which contract somebody administers, and until when."""
    new = staff.NewContract(
        body.person_id, body.organisation, body.reference, clock.moment(body.valid_from_ms),
        clock.moment(body.valid_to_ms), body.document_hash,
    )  # fmt: skip
    return {"id": str(staff.record_contract(acting(request), new).id)}


@router.post("/staff/contracts/{contract_id}/end")
def end_contract(request: HttpRequest, contract_id: UUID) -> dict[str, bool]:
    """It ends now."""
    staff.end_contract(acting(request), contract_id)
    return {"ended": True}


# --- as JSON ---


class _Owes:
    """What everybody here signed, acknowledged and learnt, read once."""

    def __init__(self, party_id: UUID) -> None:
        policy = contracts.policy_in_force(party_id)
        with people.as_party(party_id):
            self.statements = agreements.statements(party_id)
            self.acknowledged = {} if policy is None else contracts.acknowledged(policy)
            self.invited = {row.id: row for row in Invitation.objects.filter(owner_id=party_id, accepted_at=None)}
        self.lessons, self.version = queries.lessons(party_id), own_lesson.version(party_id)
        self.policy_title = None if policy is None else f"{policy.title} {policy.version}"
        self.names: dict[UUID, str] = {}

    def lesson(self, person_id: UUID | None) -> LessonTaken | None:
        row = self.lessons.get(person_id) if person_id else None
        return row if row is not None and row.version == self.version else None


def _employee(row: Employee, owes: _Owes) -> dict[str, Any]:
    invitation = owes.invited.get(row.invitation_id) if row.invitation_id else None
    taken = owes.lesson(row.person_id)
    until = owes.statements.get(row.person_id) if row.person_id else None
    acknowledged = owes.acknowledged.get(row.person_id) if row.person_id else None
    return {
        "id": str(row.id), "name": row.name, "person_id": str(row.person_id) if row.person_id else None,
        "function": _function(row.function), "since_ms": clock.ms(row.since), "left_ms": _ms(row.left_at),
        "left_why": row.left_why, "invited": row.person_id is None and invitation is not None,
        "invitation_ends_ms": None if invitation is None else clock.ms(invitation.expires_at),
        "login_code": invitation.email if invitation is not None and is_login_code(invitation.email) else None,
        "statement_until_ms": _ms(until), "policy_ms": _ms(acknowledged),
        "lesson_ms": None if taken is None else clock.ms(taken.at),
    }  # fmt: skip


def _others(party_id: UUID, known: set[UUID]) -> list[dict[str, str]]:
    """Who has a role here and no function."""
    with people.as_party(party_id):
        rows = list(
            Membership.objects.filter(people.at(clock.now()), party_id=party_id).exclude(person_id__in=known)[:500]
        )
    names = people.person_names([row.person_id for row in rows])
    found = [{"person_id": str(row.person_id), "name": names.get(row.person_id, ""), "role": row.role} for row in rows]
    return sorted(found, key=lambda one: one["name"])


def _function(row: Function) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "tasks": row.tasks, "role": row.role}


def _contract(row: ServiceContract, owes: _Owes) -> dict[str, Any]:
    if row.person_id not in owes.names:
        owes.names |= people.person_names([row.person_id])
    return {
        "id": str(row.id), "person_id": str(row.person_id), "name": owes.names.get(row.person_id, ""),
        "organisation": row.organisation, "reference": row.reference, "valid_from_ms": clock.ms(row.valid_from),
        "valid_to_ms": clock.ms(row.valid_to), "ended_ms": _ms(row.ended_at),
    }  # fmt: skip


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else clock.ms(moment)


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id
