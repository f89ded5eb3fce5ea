# SPDX-License-Identifier: EUPL-1.2
"""Who works here: functions with their tasks and the role that goes with them, joining, leaving, learning, and the
contract of who administers (A2, A6, A8, A9).

- Access follows the function: joining gives its role, another function another role, leaving takes it at once.
- Leaving ends the membership and every session that acts for this party; the row stays for its term.
- Nobody records the service contract under which he himself administers, unless nobody else here could.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import actions as people_actions
from zegel.server.people import invitations
from zegel.server.people import queries as people
from zegel.server.people.models import Invitation, InvitationKind, Membership
from zegel.server.people.roles import RelationKind, Role
from zegel.server.tenants import actions, lesson, own_lesson, queries
from zegel.server.tenants.errors import BadTenant, NoTenant, TenantTaken
from zegel.server.tenants.models import Employee, Function, LessonTaken, ServiceContract, SignIn

MOST_TASKS = 20
LONGEST_TASK = 200

TENANT_ROLES = (Role.OWNER, Role.DESK, Role.BOOKKEEPER, Role.ACCOUNTANT, Role.ADMIN, Role.PRIVACY_OFFICER)
PROVIDER_ROLES = (Role.PLANNER, Role.TECHNICIAN, Role.ADMIN, Role.PRIVACY_OFFICER, Role.OPERATOR, Role.SUPERVISOR)
RECORDERS = (Role.OWNER, Role.ADMIN, Role.PRIVACY_OFFICER, Role.PLANNER)
PARTNER_ROLES = (Role.OWNER, Role.MECHANIC, Role.REPAIRER, Role.CARRIER)


def roles_for(owner_id: UUID, acting: Role | None = None) -> tuple[Role, ...]:
    """Which roles a function at this party may give. Only an owner makes another owner."""
    found: tuple[Role, ...] = TENANT_ROLES
    if _is_no_tenant(owner_id):
        found = PROVIDER_ROLES if people.serves_anybody(owner_id) else PARTNER_ROLES
    return found if acting is Role.OWNER else tuple(role for role in found if role is not Role.OWNER)


def invitable(owner_id: UUID, acting: Role) -> frozenset[Role]:
    """Which roles somebody may ask another to take. An owner gives a customer's roles, and those of his office; whoever
    administers gives those of the work, and lets an auditor in."""
    given = frozenset(roles_for(owner_id, acting))
    if acting is Role.OWNER:
        return invitations.CUSTOMER_ROLES | (given - frozenset(PROVIDER_ROLES) if _is_no_tenant(owner_id) else given)
    return given | {Role.AUDITOR}


def _is_no_tenant(owner_id: UUID) -> bool:
    return queries.tenant(owner_id) is None


# --- functions ---


def make_function(actor: Actor, name: str, tasks: list[str], role: Role) -> Function:
    """Raises Denied, BadTenant, TenantTaken."""
    owner_id = _asked(actor, Action.CHANGE)
    said, words = " ".join(name.split()), [" ".join(task.split()) for task in tasks if task.strip()]
    if not 2 <= len(said) <= 80:
        raise BadTenant(_("A function has a name."), action=_("2 to 80 characters."), field="name")
    if not words or len(words) > MOST_TASKS or any(len(task) > LONGEST_TASK for task in words):
        raise BadTenant(
            _("A function has tasks: that is what its access is for."), action=_("Write one a line."), field="tasks"
        )
    _check_role(actor, owner_id, role)
    try:
        with work.transaction(actor) as w:
            row = Function.objects.create(
                owner_id=owner_id, provider_id=_provider(owner_id), name=said, tasks=words, role=role.value,
                made_at=clock.now(),
            )  # fmt: skip
            w.record(_entry(owner_id, "function", function=row.id, role=role.value))
            return row
    except IntegrityError:
        raise TenantTaken(_("There is a function with this name."), action=_("Choose another name.")) from None


def end_function(actor: Actor, function_id: UUID) -> None:
    """Nobody is given it any more. Raises Denied, NoTenant, BadTenant while somebody has it."""
    owner_id = _asked(actor, Action.CHANGE)
    with work.transaction(actor) as w:
        row = _function(owner_id, function_id)
        if Employee.objects.filter(owner_id=owner_id, function=row, left_at=None).exists():
            raise BadTenant(_("Somebody has this function."), action=_("Give him another one first."), field="function")
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        w.record(_entry(owner_id, "function_ended", function=row.id))


# --- joining ---


@dataclass(frozen=True)
class NewEmployee:
    """`email` stays empty where the organisation signs in by login code."""

    name: str
    function_id: UUID
    language: str
    email: str = ""


def employ(actor: Actor, new: NewEmployee) -> tuple[Employee, Invitation]:
    """Asks somebody to work here in a function. With an address a letter goes out; with a login code the link is handed
    over. Raises Denied, NoTenant, BadField, Taken, TooManyUsers."""
    owner_id = _asked(actor, Action.ADD)
    tenant = queries.tenant(owner_id)
    with work.transaction(actor) as w:
        function = _function(owner_id, new.function_id)
        role = Role(function.role)
        _check_role(actor, owner_id, role)
        if role not in queries.COUNTED_OUT:
            actions.refuse_more_users(owner_id)
        by_code = tenant is not None and tenant.sign_in == SignIn.CODE and not new.email.strip()
        email = _code_for(owner_id) if by_code else new.email
        asked = invitations.Asked(email, new.name, role, new.language)
        invitation = invitations.invite(actor, owner_id, _provider(owner_id), asked, InvitationKind.JOIN)
        row = Employee.objects.create(
            owner_id=owner_id, provider_id=_provider(owner_id), function=function, invitation_id=invitation.id,
            name=invitation.name, since=clock.now(), recorded_by=actor.id,
        )  # fmt: skip
        w.record(_entry(owner_id, "employed", employee=row.id, function=function.id))
        return row, invitation


def _code_for(owner_id: UUID) -> str:
    brand = queries.brand(owner_id)
    if brand is None:
        raise actions.no_tenant()
    return invitations.free_code(brand.slug)


def record_present(actor: Actor, person_id: UUID, function_id: UUID) -> Employee:
    """Somebody who works here already gets a function; its role must be his. Raises Denied, NoTenant, BadTenant,
    TenantTaken."""
    owner_id = _asked(actor, Action.ADD)
    with work.transaction(actor) as w:
        function = _function(owner_id, function_id)
        if person_id not in {one.id for one in people.members(owner_id, [Role(function.role)])}:
            raise BadTenant(
                _("He does not have the role of this function."), action=_("Choose the function of his role."),
                field="function",
            )  # fmt: skip
        if Employee.objects.filter(owner_id=owner_id, person_id=person_id, left_at=None).exists():
            raise TenantTaken(_("He has a function here already."))
        row = Employee.objects.create(
            owner_id=owner_id, provider_id=_provider(owner_id), function=function, person_id=person_id,
            name=people.person(person_id).display_name, since=clock.now(), recorded_by=actor.id,
        )  # fmt: skip
        w.record(_entry(owner_id, "employed", row.person_id, employee=row.id, function=function.id))
        return row


def joined(owner_id: UUID, invitation_id: UUID, person_id: UUID) -> None:
    """He accepted: the account is his. Again is harmless."""
    with people.as_party(owner_id):
        rows = Employee.objects.filter(owner_id=owner_id, invitation_id=invitation_id, person_id=None)
        rows.update(person_id=person_id)


def settle(owner_id: UUID) -> None:
    """Whoever accepted since: their accounts are put beside their functions."""
    with people.as_party(owner_id):
        waiting = Employee.objects.filter(owner_id=owner_id, person_id=None, left_at=None).exclude(invitation_id=None)
        ids = dict(waiting.values_list("invitation_id", "id"))
        accepted = Invitation.objects.filter(id__in=[one for one in ids if one]).exclude(person_id=None)
        for invitation_id, person_id in accepted.values_list("id", "person_id"):
            if person_id and not Employee.objects.filter(
                owner_id=owner_id, person_id=person_id, left_at=None
            ).exists():
                joined(owner_id, invitation_id, person_id)


def move(actor: Actor, employee_id: UUID, function_id: UUID) -> Employee:
    """Another function: its role from now on, and no longer the one before. Raises Denied, NoTenant, BadTenant."""
    owner_id = _asked(actor, Action.CHANGE)
    settle(owner_id)
    with work.transaction(actor) as w:
        row, function = _employee(owner_id, employee_id), _function(owner_id, function_id)
        if row.person_id is None:
            raise BadTenant(_("He has no account yet."), action=_("Withdraw the invitation and ask him anew."))
        if row.person_id == actor.id:
            raise BadTenant(_("Nobody gives himself another function."), action=_("Ask a colleague."))
        _check_role(actor, owner_id, Role(function.role))
        before = Role(row.function.role)
        if before.value != function.role:
            people_actions.add_membership(actor, row.person_id, owner_id, Role(function.role))
            _end_roles(actor, owner_id, row.person_id, only=before)
        row.function = function
        row.save(update_fields=["function"])
        w.record(_entry(owner_id, "moved", row.person_id, employee=row.id, function=function.id, role=function.role))
        return row


# --- leaving ---


def leave(actor: Actor, employee_id: UUID, why: str = "") -> Employee:
    """His access ends at once; the row is kept for its term. Raises Denied, NoTenant, BadTenant, LastOwner."""
    owner_id = _asked(actor, Action.END)
    settle(owner_id)
    with work.transaction(actor) as w:
        row = _employee(owner_id, employee_id)
        if row.person_id is not None and row.person_id == actor.id:
            raise BadTenant(_("Nobody ends his own work here."), action=_("Ask a colleague."))
        if row.person_id is not None:
            _end_roles(actor, owner_id, row.person_id)
        elif row.invitation_id is not None:
            for letter in Invitation.objects.filter(id=row.invitation_id, accepted_at=None, withdrawn_at=None):
                letter.withdrawn_at = clock.now()
                letter.save(update_fields=["withdrawn_at"])
                erasures.ended(letter, letter.owner_id, "withdrawn_at")
        row.left_at, row.left_why = clock.now(), why.strip()[:300]
        row.save(update_fields=["left_at", "left_why"])
        w.record(_entry(owner_id, "left", row.person_id, employee=row.id))
        return row


def _end_roles(actor: Actor, owner_id: UUID, person_id: UUID, only: Role | None = None) -> None:
    rows = Membership.objects.filter(people.at(clock.now()), party_id=owner_id, person_id=person_id)
    for row in rows.filter(role=only.value) if only else rows:
        people_actions.end_membership(actor, row.id)


# --- the lesson ---


def take_lesson(actor: Actor, answers: dict[str, bool]) -> tuple[LessonTaken, list[str]]:
    """His answers; passed when all are right. Gives back which were not. Raises Denied."""
    require(actor, Action.ANSWER, Resource(ResourceKind.LESSON, actor.id, actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    whole = own_lesson.of(actor.party_id)
    right, wrong = lesson.mark(answers, whole.questions)
    with work.transaction(actor) as w:
        row = LessonTaken.objects.create(
            owner_id=actor.party_id, provider_id=_provider(actor.party_id), person_id=actor.id, version=whole.version,
            right=right, asked=len(whole.questions), passed=not wrong, at=clock.now(),
        )  # fmt: skip
        if row.passed:
            w.record(_entry(actor.party_id, "lesson", actor.id, version=row.version))
        return row, list(wrong)


# --- the contract of who administers (A8) ---


@dataclass(frozen=True)
class NewContract:
    """`organisation`: with whom it is, where he works for another one."""

    person_id: UUID
    organisation: str
    reference: str
    valid_from: datetime
    valid_to: datetime
    document_hash: bytes | None = None


def record_contract(actor: Actor, new: NewContract) -> ServiceContract:
    """Raises Denied, BadTenant."""
    owner_id = _contracts(actor, Action.RECORD)
    organisation, reference = " ".join(new.organisation.split()), " ".join(new.reference.split())
    if new.person_id == actor.id and not alone(owner_id, new.person_id):
        raise BadTenant(_("Nobody records his own contract."), action=_("Ask the management or the privacy officer."))
    if not 2 <= len(organisation) <= 200 or not 1 <= len(reference) <= 120:
        raise BadTenant(_("Write with whom the contract is, and its reference."), field="reference")
    if new.valid_to <= new.valid_from:
        raise BadTenant(_("It ends after it began."), field="valid_to")
    if new.document_hash is not None and len(new.document_hash) != 32:
        raise BadTenant(_("This is not a SHA-256."), field="document_hash")
    if new.person_id not in {one.id for one in people.members(owner_id, list(Role))}:
        raise NoTenant(_("This person is not one of yours."))
    with work.transaction(actor, party_id=owner_id if actor.kind is ActorKind.SYSTEM else None) as w:
        row = ServiceContract.objects.create(
            owner_id=owner_id, provider_id=_provider(owner_id), person_id=new.person_id, organisation=organisation,
            reference=reference, valid_from=new.valid_from, valid_to=new.valid_to, document_hash=new.document_hash,
            recorded_by=actor.id, recorded_at=clock.now(),
        )  # fmt: skip
        w.record(_entry(owner_id, "service_contract", row.person_id, contract=row.id, until=clock.ms(row.valid_to)))
        return row


def alone(owner_id: UUID, person_id: UUID) -> bool:
    """Whether nobody else here could record his contract: then it is his own to record, and the log says so."""
    return {one.id for one in people.members(owner_id, RECORDERS)} <= {person_id}


def end_contract(actor: Actor, contract_id: UUID) -> None:
    """It ends now; without another one in date he administers no more. Raises Denied, NoTenant."""
    owner_id = _contracts(actor, Action.END)
    with work.transaction(actor) as w:
        row = ServiceContract.objects.select_for_update().filter(owner_id=owner_id, id=contract_id).first()
        if row is None:
            raise NoTenant(_("There is no such contract."))
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            w.record(_entry(owner_id, "service_contract_ended", row.person_id, contract=row.id))


def _contracts(actor: Actor, action: Action) -> UUID:
    assert actor.party_id is not None
    if actor.kind is not ActorKind.SYSTEM:
        require(actor, action, Resource(ResourceKind.SERVICE_CONTRACT, None, actor.party_id))
    return actor.party_id


# --- within ---


def _asked(actor: Actor, action: Action) -> UUID:
    assert actor.party_id is not None
    if actor.kind is not ActorKind.SYSTEM:
        require(actor, action, Resource(ResourceKind.STAFF, None, actor.party_id))
    return actor.party_id


def _check_role(actor: Actor, owner_id: UUID, role: Role) -> None:
    acting = Role.OWNER if actor.kind is ActorKind.SYSTEM or actor.role == Role.OWNER.value else None
    if role not in roles_for(owner_id, acting):
        raise BadTenant(_("This role is not yours to give."), action=_("Choose another role."), field="role")


def _function(owner_id: UUID, function_id: UUID) -> Function:
    row = Function.objects.filter(owner_id=owner_id, id=function_id, ended_at=None).first()
    if row is None:
        raise NoTenant(_("There is no such function."))
    return row


def _employee(owner_id: UUID, employee_id: UUID) -> Employee:
    rows = Employee.objects.select_for_update(of=("self",)).select_related("function")
    row = rows.filter(owner_id=owner_id, id=employee_id, left_at=None).first()
    if row is None:
        raise NoTenant(_("He does not work here."))
    return row


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id


def _entry(owner_id: UUID, what: str, person_id: UUID | None = None, **facts: Fact) -> Entry:
    said: dict[str, Fact] = {"what": what, **facts}
    if person_id is not None:
        said["person"] = person_id
    return Entry(Kind.STAFF, owner_id, said, about=person_id)
