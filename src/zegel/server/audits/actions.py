# SPDX-License-Identifier: EUPL-1.2
"""Reviews are planned, held and followed up; tenants ask for audits and get an answer in time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.declare import law
from zegel.server.audits import rules
from zegel.server.audits.errors import BadAudit, UnknownAudit
from zegel.server.audits.models import Audit, AuditRequest, Finding
from zegel.server.audits.rules import AuditKind, Outcome, Weight
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind, Role

STAFF = (
    Role.PRIVACY_OFFICER, Role.ADMIN, Role.PLANNER, Role.TECHNICIAN, Role.SUPERVISOR, Role.OPERATOR,
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A review to come. `by`: who reviews; `every_months` None: once."""

    kind: AuditKind
    title: str
    scope: str
    by: str
    due_at: datetime
    every_months: int | None


def plan(actor: Actor, said: Planned) -> Audit:
    """Raises Denied, BadAudit."""
    title, by = " ".join(said.title.split()), " ".join(said.by.split())
    if not 3 <= len(title) <= rules.LONGEST_TITLE or not 2 <= len(by) <= 200:
        raise BadAudit(_("Say what is reviewed and by whom."), action=_("Write both."))
    if said.every_months is not None and not 1 <= said.every_months <= rules.LONGEST_EVERY:
        raise BadAudit(_("A review comes again within five years."), action=_("Choose 1 to 60 months."))
    party = _keeper(actor)
    assert actor.id is not None
    with work.transaction(actor) as w:
        row = Audit.objects.create(
            owner_id=party, provider_id=party, kind=said.kind.value, title=title, scope=_words(said.scope), by=by,
            due_at=said.due_at, every_months=said.every_months, made_at=clock.now(), made_by=actor.id,
        )  # fmt: skip
        _said(w, party, row.id, "planned")
        return row


@dataclass(frozen=True)
class Found:
    """A finding, and who follows it up by when."""

    weight: Weight
    words: str
    person_id: UUID
    due_at: datetime


def hold(
    actor: Actor, audit_id: UUID, held_at: datetime, conclusion: str, findings: tuple[Found, ...] = ()
) -> Audit:  # fmt: skip
    """It was held, with its conclusion; one that comes again is planned anew. Raises Denied, UnknownAudit, BadAudit."""
    party = _keeper(actor)
    if len(_words(conclusion)) < 3:
        raise BadAudit(_("A review has a conclusion."), action=_("Write what it came to."))
    if held_at > clock.now() + timedelta(minutes=5):
        raise BadAudit(_("It can't have been held then."), action=_("Choose a moment that is past."))
    assert actor.id is not None
    with work.transaction(actor) as w:
        row = _locked(party, audit_id)
        if row.held_at is not None or row.cancelled_at is not None:
            raise BadAudit(_("This review is over."), action=_("Plan another one."))
        row.held_at, row.held_by, row.conclusion = held_at, actor.id, _words(conclusion)
        row.save()
        for one in findings:
            _add(row, one)
        if row.every_months is not None:
            Audit.objects.create(
                owner_id=party, provider_id=party, kind=row.kind, title=row.title, scope=row.scope, by=row.by,
                due_at=rules.next_due(row.due_at, held_at, row.every_months), every_months=row.every_months,
                made_at=clock.now(), made_by=actor.id,
            )  # fmt: skip
        _said(w, party, row.id, "held", findings=len(findings))
        return row


def add_finding(actor: Actor, audit_id: UUID, found: Found) -> Finding:
    """Raises Denied, UnknownAudit, BadAudit."""
    party = _keeper(actor)
    with work.transaction(actor) as w:
        row = _locked(party, audit_id)
        made = _add(row, found)
        _said(w, party, row.id, "finding", weight=found.weight.value)
        return made


def follow_up(actor: Actor, finding_id: UUID, words: str | None) -> Finding:
    """What was done about it; None: nothing was, after all. Raises Denied, UnknownAudit, BadAudit."""
    party = _keeper(actor)
    if words is not None and len(_words(words)) < 3:
        raise BadAudit(_("Say what was done."), action=_("Write it in a sentence."))
    with work.transaction(actor) as w:
        row = Finding.objects.select_for_update().filter(id=finding_id, owner_id=party).first()
        if row is None:
            raise UnknownAudit
        row.follow_up = "" if words is None else _words(words)[:2000]
        row.done_at, row.done_by = (None, None) if words is None else (clock.now(), actor.id)
        row.save()
        _said(w, party, row.audit_id, "reopened" if words is None else "followed_up", finding=row.id)
        return row


def cancel(actor: Actor, audit_id: UUID, why: str) -> Audit:
    """It is not held; the calendar keeps it with the reason. Raises Denied, UnknownAudit, BadAudit."""
    party = _keeper(actor)
    if len(why.strip()) < 3:
        raise BadAudit(_("Say why it is not held."), action=_("Write it in a sentence."))
    with work.transaction(actor) as w:
        row = _locked(party, audit_id)
        if row.held_at is not None:
            raise BadAudit(_("This review is over."), action=_("Plan another one."))
        row.cancelled_at, row.cancelled_why = clock.now(), why.strip()[:1000]
        row.save()
        _said(w, party, row.id, "cancelled")
        return row


# --- what a tenant asks ----------------------------------------------------------------------------------------------


def ask(actor: Actor, scope: str) -> AuditRequest:
    """A tenant asks his provider for an audit, or for proof. Raises Denied, BadAudit."""
    words = _words(scope)
    if len(words) < 10:
        raise BadAudit(_("Say what you want to see."), action=_("Write it in a sentence or more."))
    require(actor, Action.ADD, Resource(ResourceKind.AUDIT_REQUEST, None, actor.party_id))
    assert actor.party_id is not None
    provider = people.serving(actor.party_id, RelationKind.PROVIDER)
    if provider is None:
        raise BadAudit(_("Nobody processes for you now."), action=_("Ask who did."))
    return _request(actor, actor.party_id, provider, words)


def record_request(actor: Actor, owner_id: UUID, scope: str) -> AuditRequest:
    """The provider writes down what a tenant asked by letter or telephone. Raises Denied, BadAudit."""
    words = _words(scope)
    require(actor, Action.ADD, Resource(ResourceKind.AUDIT_REQUEST, None, owner_id))
    if len(words) < 10:
        raise BadAudit(_("Say what you want to see."), action=_("Write it in a sentence or more."))
    assert actor.party_id is not None
    return _request(actor, owner_id, actor.party_id, words)


def _request(actor: Actor, owner_id: UUID, provider_id: UUID, words: str) -> AuditRequest:
    now = clock.now()
    held = law.deadline("audit.answer", now.date())
    assert actor.id is not None
    with work.transaction(actor) as w:
        row = AuditRequest.objects.create(
            owner_id=owner_id, provider_id=provider_id, scope=words, asked_at=now, asked_by=actor.id,
            due_at=now + timedelta(days=held.days, hours=held.hours), source=held.source,
        )  # fmt: skip
        _said(w, owner_id, row.id, "asked")
        return row


def answer(actor: Actor, request_id: UUID, outcome: Outcome, words: str) -> AuditRequest:
    """Raises Denied, UnknownAudit, BadAudit."""
    said = _words(words)
    if len(said) < 10:
        raise BadAudit(_("An answer says something."), action=_("Write it in a sentence or more."))
    with work.transaction(actor) as w:
        row = AuditRequest.objects.select_for_update().filter(id=request_id).first()
        if row is None:
            raise UnknownAudit
        require(actor, Action.ANSWER, Resource(ResourceKind.AUDIT_REQUEST, row.id, row.owner_id))
        row.outcome, row.answer, row.answered_at, row.answered_by = outcome.value, said, clock.now(), actor.id
        row.save()
        _said(w, row.owner_id, row.id, "answered", outcome=outcome.value)
        return row


def withdraw(actor: Actor, request_id: UUID) -> AuditRequest:
    """Raises Denied, UnknownAudit."""
    with work.transaction(actor) as w:
        row = AuditRequest.objects.select_for_update().filter(id=request_id, owner_id=tenancy.current_party()).first()
        if row is None:
            raise UnknownAudit
        require(actor, Action.END, Resource(ResourceKind.AUDIT_REQUEST, row.id, row.owner_id))
        row.withdrawn_at = row.withdrawn_at or clock.now()
        row.save(update_fields=["withdrawn_at"])
        _said(w, row.owner_id, row.id, "withdrawn")
        return row


# --- inside ----------------------------------------------------------------------------------------------------------


def _keeper(actor: Actor) -> UUID:
    require(actor, Action.CHANGE, Resource(ResourceKind.AUDIT, None, actor.party_id))
    assert actor.party_id is not None
    return actor.party_id


def _locked(party: UUID, audit_id: UUID) -> Audit:
    row = Audit.objects.select_for_update().filter(id=audit_id, owner_id=party).first()
    if row is None:
        raise UnknownAudit
    return row


def _add(row: Audit, found: Found) -> Finding:
    words = _words(found.words)
    if not 3 <= len(words) <= 2000:
        raise BadAudit(_("A finding says what was found."), action=_("Write it in a sentence."))
    if found.person_id not in {one.id for one in people.members(row.owner_id, STAFF)}:
        raise BadAudit(_("This person does not work here."), action=_("Choose somebody from the list."))
    return Finding.objects.create(
        owner_id=row.owner_id, provider_id=row.owner_id, audit=row, weight=found.weight.value, words=words,
        person_id=found.person_id, due_at=found.due_at, made_at=clock.now(),
    )  # fmt: skip


def _words(text: str) -> str:
    words = text.strip()
    if len(words) > rules.LONGEST_WORDS:
        raise BadAudit(_("This text is too long."), action=_("Keep it under 4,000 letters."))
    return words


def _said(w: work.Work, owner_id: UUID, audit_id: UUID, what: str, **facts: Fact) -> None:
    w.record(Entry(Kind.AUDIT, owner_id, {"what": what, "audit": audit_id, **facts}, about=audit_id))
    w.publish("audit.changed", owner_id=owner_id)
