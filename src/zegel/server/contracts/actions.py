# SPDX-License-Identifier: EUPL-1.2
"""Recording versions, acknowledgements, instructions, statements. Each is in the ledger with the hash of its text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from zegel.server.agreements.models import Agreement
from zegel.server.contracts import queries
from zegel.server.contracts.errors import AlreadyAnswered, BadText, Unknown, VersionTaken
from zegel.server.contracts.models import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    LONGEST_VERSION,
    LONGEST_WORDS,
    Acknowledgement,
    Answer,
    Attached,
    Cooperation,
    Instruction,
    JointController,
    Outsider,
    TextKind,
    TextVersion,
)
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind

LONGEST_STATEMENT = timedelta(days=3 * 366)


@dataclass(frozen=True)
class NewText:
    """A version to be recorded. `holds_from`: now or later, never earlier."""

    kind: TextKind
    title: str
    version: str
    language: str
    text: str
    holds_from: datetime


def record_text(actor: Actor, new: NewText) -> TextVersion:
    """A version of the acting party's terms or policy. Raises Denied, BadText, VersionTaken."""
    party_id = _party(actor)
    require(actor, Action.RECORD, Resource(ResourceKind.TERMS_VERSION, None, party_id))
    title, version, text = _said(new.title, LONGEST_TITLE), _said(new.version, LONGEST_VERSION), new.text.strip()
    if not 1 <= len(text) <= LONGEST_TEXT:
        raise BadText(_("This text is empty or too long."), action=_("Paste the whole text, at most 60,000 letters."))
    digest = hashlib.sha256(text.encode()).digest()
    with work.transaction(actor) as w:
        if TextVersion.objects.filter(
            owner_id=party_id, kind=new.kind, version=version, language=new.language
        ).exists():
            raise VersionTaken(
                _("There is a version of that name."), action=_("A version is written once: give it another.")
            )
        facts: dict[str, Fact] = {"what": "text", "kind": new.kind.value, "version": version, "document": digest}
        w.record(Entry(Kind.AGREEMENT, party_id, facts, about=party_id))
        return TextVersion.objects.create(
            id=ids.new(), owner_id=party_id, provider_id=party_id, kind=new.kind, title=title, version=version,
            language=new.language, text=text, hash=digest, holds_from=max(new.holds_from, clock.now()),
            recorded_by=actor.id,
        )  # fmt: skip


def attach_terms(actor: Actor, owner_id: UUID, agreement_id: UUID) -> list[Attached]:
    """The versions of the provider's terms that the agreed text names by their hashes belong to the agreement (I13).
    Harmless again."""
    with work.transaction(actor, party_id=owner_id) as w:
        agreement = Agreement.objects.select_related("assent__document").filter(id=agreement_id).first()
        if agreement is None or agreement.assent is None:
            return []
        agreed, found = bytes(agreement.assent.document.content).decode(), []
        for row in queries.versions(agreement.provider_id):
            named = row.kind in queries.TERMS and bytes(row.hash).hex() in agreed
            if not named or Attached.objects.filter(
                agreement=agreement, kind=row.kind, hash=bytes(row.hash)
            ).exists():
                continue
            facts: dict[str, Fact] = {
                "what": "terms_attached", "kind": row.kind, "version": row.version, "document": bytes(row.hash)
            }  # fmt: skip
            w.record(Entry(Kind.AGREEMENT, agreement.owner_id, facts, about=agreement.owner_id))
            found.append(
                Attached.objects.create(
                    id=ids.new(), owner_id=agreement.owner_id, provider_id=agreement.provider_id, agreement=agreement,
                    kind=row.kind, title=row.title, version=row.version, hash=bytes(row.hash), text=row.text,
                    attached_at=clock.now(),
                )
            )
        if found:  # whoever signed it looks at a page that was there before them
            w.publish("agreement.changed", owner_id=agreement.owner_id, what="attached", attached_to=agreement.id)
        return found


def record_cooperation(actor: Actor, agreement_id: UUID, reference: str, signed_on: date) -> Cooperation:
    """Which cooperation agreement this goes with (I12). Raises Denied, BadText, Unknown."""
    with work.transaction(actor) as w:
        agreement = Agreement.objects.filter(id=agreement_id).first()
        if agreement is None:
            raise _unknown()
        require(actor, Action.RECORD, Resource(ResourceKind.AGREEMENT, agreement.id, agreement.owner_id))
        said = _said(reference, 120)
        facts: dict[str, Fact] = {"what": "cooperation", "document": bytes(agreement.document_hash)}
        w.record(Entry(Kind.AGREEMENT, agreement.owner_id, facts, about=agreement.owner_id))
        return Cooperation.objects.create(
            id=ids.new(), owner_id=agreement.owner_id, provider_id=agreement.provider_id, agreement=agreement,
            reference=said, signed_on=signed_on, recorded_at=clock.now(), recorded_by=actor.id,
        )  # fmt: skip


def acknowledge(actor: Actor, policy_id: UUID) -> Acknowledgement:
    """The acting person read this version of his party's policy and keeps to it (A2). Again is harmless. Raises Denied,
    Unknown."""
    party_id = _party(actor)
    require(actor, Action.ACKNOWLEDGE, Resource(ResourceKind.TERMS_VERSION, policy_id, party_id))
    assert actor.id is not None, "the gate lets persons through"
    with work.transaction(actor) as w:
        policy = TextVersion.objects.filter(id=policy_id, owner_id=party_id, kind=TextKind.POLICY).first()
        if policy is None:
            raise _unknown()
        held = Acknowledgement.objects.filter(policy=policy, person_id=actor.id).first()
        if held is not None:
            return held
        facts: dict[str, Fact] = {
            "what": "policy_acknowledged", "person": actor.id, "version": policy.version, "document": bytes(policy.hash)
        }  # fmt: skip
        w.record(Entry(Kind.AGREEMENT, party_id, facts, about=actor.id))
        return Acknowledgement.objects.create(
            id=ids.new(), owner_id=party_id, provider_id=party_id, policy=policy, person_id=actor.id, at=clock.now(),
            address=actor.address,
        )  # fmt: skip


# --- instructions ---------------------------------------------------------------------------------------------------


def instruct(
    actor: Actor, words: str, *, owner_id: UUID | None = None, given_by: str = "", how: str = "portal"
) -> Instruction:
    """The controller's instruction: his own in the portal, or what he said or wrote, recorded by his processor
    (`owner_id`, `given_by`, `how`). Raises Denied, BadText."""
    party_id = _party(actor)
    owner = owner_id or party_id
    require(actor, Action.ADD, Resource(ResourceKind.INSTRUCTION, None, owner))
    said = _said(words, LONGEST_WORDS)
    name = _said(given_by or (people.person(actor.id).display_name if actor.id else ""), 200)
    with work.transaction(actor) as w:
        last = Instruction.objects.filter(owner_id=owner).aggregate(last=Max("number"))["last"] or 0
        facts: dict[str, Fact] = {"what": "instruction", "number": last + 1, "document": _hash(said)}
        w.record(Entry(Kind.AGREEMENT, owner, facts, about=owner))
        return Instruction.objects.create(
            id=ids.new(), owner_id=owner, provider_id=people.serving(owner, RelationKind.PROVIDER) or party_id,
            number=last + 1, words=said, how=how, given_by=name, given_at=clock.now(), recorded_by=actor.id,
        )  # fmt: skip


def answer(actor: Actor, instruction_id: UUID, said: Answer, words: str) -> Instruction:
    """What the processor did with it; `unlawful` needs its reason (Art. 28(3), last sentence). Raises Denied, Unknown,
    AlreadyAnswered, BadText."""
    with work.transaction(actor) as w:
        row = Instruction.objects.select_for_update().filter(id=instruction_id).first()
        if row is None:
            raise _unknown()
        require(actor, Action.ANSWER, Resource(ResourceKind.INSTRUCTION, row.id, row.owner_id))
        if row.answer:
            raise AlreadyAnswered(_("This instruction is answered."), action=_("Ask for a new one."))
        row.answer, row.answered_by, row.answered_at = said.value, actor.id, clock.now()
        row.answer_words = _said(words, LONGEST_WORDS) if words.strip() or said is not Answer.CARRIED_OUT else ""
        row.save(update_fields=["answer", "answer_words", "answered_by", "answered_at"])
        facts: dict[str, Fact] = {"what": "instruction_answered", "number": row.number, "answer": said.value}
        w.record(Entry(Kind.AGREEMENT, row.owner_id, facts, about=row.owner_id))
        w.publish("agreement.changed", owner_id=row.owner_id, what="instruction", instruction_id=row.id)
        return row


# --- statements of outsiders, joint controllers ---------------------------------------------------------------------


@dataclass(frozen=True)
class NewOutsider:
    """As it stands on paper. `document_hash`: SHA-256 of the scan, if there is one."""

    name: str
    organisation: str
    task: str
    signed_at: datetime
    expires_at: datetime
    sub_processor_id: UUID | None = None
    person_id: UUID | None = None
    document_hash: bytes | None = None


def record_outsider(actor: Actor, new: NewOutsider) -> Outsider:
    """Raises Denied, BadText."""
    party_id = _party(actor)
    require(actor, Action.RECORD, Resource(ResourceKind.OUTSIDER, None, party_id))
    if not timedelta(0) < new.expires_at - new.signed_at <= LONGEST_STATEMENT:
        raise BadText(_("A confidentiality statement lasts at most three years."), action=_("Check its dates."))
    with work.transaction(actor) as w:
        facts: dict[str, Fact] = {
            "what": "confidentiality", "person": new.person_id, "document": new.document_hash,
            "until_ms": clock.ms(new.expires_at),
        }  # fmt: skip
        w.record(Entry(Kind.AGREEMENT, party_id, facts, about=new.person_id or party_id))
        return Outsider.objects.create(
            id=ids.new(), owner_id=party_id, provider_id=party_id, name=_said(new.name, 200),
            organisation=_said(new.organisation, 200), task=_said(new.task, 200),
            sub_processor_id=new.sub_processor_id, person_id=new.person_id, document_hash=new.document_hash,
            signed_at=new.signed_at, expires_at=new.expires_at, recorded_by=actor.id,
        )  # fmt: skip


def end_outsider(actor: Actor, outsider_id: UUID) -> Outsider:
    """He works for us no longer. Again is harmless. Raises Denied, Unknown."""
    party_id = _party(actor)
    require(actor, Action.END, Resource(ResourceKind.OUTSIDER, outsider_id, party_id))
    with work.transaction(actor) as w:
        row = Outsider.objects.select_for_update().filter(id=outsider_id, owner_id=party_id).first()
        if row is None:
            raise _unknown()
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            facts: dict[str, Fact] = {"what": "confidentiality_ended", "person": row.person_id}
            w.record(Entry(Kind.AGREEMENT, party_id, facts, about=row.person_id or party_id))
        return row


def record_joint(actor: Actor, name: str, contact: str, arrangement: str, first_contact: str) -> JointController:
    """Who else decides on purposes and means (Art. 26). Raises Denied, BadText."""
    owner = _party(actor)
    require(actor, Action.RECORD, Resource(ResourceKind.JOINT_CONTROLLER, None, owner))
    with work.transaction(actor) as w:
        facts: dict[str, Fact] = {"what": "joint_controller", "document": _hash(arrangement)}
        w.record(Entry(Kind.AGREEMENT, owner, facts, about=owner))
        return JointController.objects.create(
            id=ids.new(), owner_id=owner, provider_id=people.serving(owner, RelationKind.PROVIDER) or owner,
            name=_said(name, 200), contact=_said(contact, 254), arrangement=_said(arrangement, LONGEST_WORDS),
            first_contact=_said(first_contact, 200), since=clock.now(), recorded_by=actor.id,
        )  # fmt: skip


def end_joint(actor: Actor, joint_id: UUID) -> JointController:
    """Raises Denied, Unknown."""
    owner = _party(actor)
    require(actor, Action.END, Resource(ResourceKind.JOINT_CONTROLLER, joint_id, owner))
    with work.transaction(actor) as w:
        row = JointController.objects.select_for_update().filter(id=joint_id, owner_id=owner).first()
        if row is None:
            raise _unknown()
        if row.ended_at is None:
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            w.record(Entry(Kind.AGREEMENT, owner, {"what": "joint_controller_ended"}, about=owner))
        return row


# --- small parts ----------------------------------------------------------------------------------------------------


def _party(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise _unknown()
    return actor.party_id


def _said(text: str, longest: int) -> str:
    said = " ".join(text.split()) if longest <= 300 else text.strip()
    if not 1 <= len(said) <= longest:
        raise BadText(
            _("Something is missing here, or longer than %(letters)d letters.") % {"letters": longest},
            action=_("Fill in every line."),
        )
    return said


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.strip().encode()).digest()


def _unknown() -> Unknown:
    return Unknown(_("There is no such thing here."), action=_("Go back to the list."))
