# SPDX-License-Identifier: EUPL-1.2
"""What a partner does: accept an offer, say what he did, give it back. The principles that keep it safe:

- The acting party stays the partner's. The tenant's step is changed by the server as the tenant, inside the same
  transaction, and only after the gate and the step's own lock said yes.
- The step's row is the lock: of two partners who accept at the same moment one has it, and the other reads so.
- What a phone sends has an identifier that the phone drew: sent again, it is not done again. Nothing is lost and
  nothing is doubled by a line that breaks.
- A sheet holds the permitted fields only (sheets.made), and goes with its step: given back, taken back, forgotten.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.seal import sealedfile
from zegel.seal.errors import SealError
from zegel.server.chain import actions, ordering, queries, removing, rules, sheets, source
from zegel.server.chain.errors import BadAct, NotNow, TakenByAnother, UnknownSheet
from zegel.server.chain.models import Act, Document, Offer, Partner, Sheet, Step
from zegel.server.chain.rules import ActKind, DocumentKind, OfferState, Outcome, State, StepKind
from zegel.server.gate import Action, Denied, Resource, ResourceKind, require
from zegel.server.kernel import clock, ids, tenancy, work
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people


def allow(actor: Actor, action: Action, resource: Resource, kind: str) -> None:
    """The gate, and for a program with its firm's key the same limits: it is judged as somebody of that firm in the
    step's role. Raises Denied."""
    if actor.kind is ActorKind.SYSTEM and actor.party_id is not None:
        role = rules.ROLE_OF[StepKind(kind)].value
        actor = Actor(ActorKind.PERSON, actor.party_id, actor.party_id, role=role, address=actor.address)
    require(actor, action, resource)


def offer_resource(offer: Offer) -> Resource:
    return Resource(ResourceKind.STEP_OFFER, offer.id, offer.owner_id)


def sheet_resource(sheet: Sheet) -> Resource:
    return Resource(ResourceKind.SHEET, sheet.id, sheet.owner_id)


# --- offers ---


def accept(actor: Actor, offer_id: UUID) -> Sheet:
    """The first who accepts has the step; asked again by him it is answered again. Raises Denied, UnknownOffer,
    TakenByAnother, NotNow."""
    with work.transaction(actor) as w:
        offer = _offer(actor, offer_id)
        with tenancy.acting_as(offer.tenant_id):
            step = _locked_step(offer.step_id)
        mine = Sheet.objects.filter(owner_id=actions.party_of(actor), step_id=offer.step_id, withdrawn=False).first()
        if mine is not None:
            return mine
        if State(step.state) is not State.OFFERED:
            raise TakenByAnother if State(step.state) in {State.ACCEPTED, State.DONE} else NotNow
        allow(actor, Action.ACCEPT, offer_resource(offer), offer.kind)
        with tenancy.acting_as(offer.tenant_id):
            partner, told, seal_to = _take(w, actor, step, offer)
        Offer.objects.filter(id=offer.id).update(state=OfferState.MINE.value, answered_at=clock.now())
        sheet = _new_sheet(actor, step, offer, told, seal_to)
        _noted(w, sheet, "accepted", {"partner": partner.id})
        return sheet


def _take(
    w: work.Work, actor: Actor, step: Step, offer: Offer
) -> tuple[Partner, dict[str, Any], dict[str, Any] | None]:
    """Within the tenant: the step is this partner's now, and the others' offers are over."""
    partner = Partner.objects.get(id=offer.partner_id)
    step.partner, step.state = partner, State.ACCEPTED.value
    step.accepted_at, step.accepted_by = clock.now(), actor.id
    ordering.handed_out(w, step)
    step.save(update_fields=["partner", "state", "accepted_at", "accepted_by", "visit_id"])
    actions.end_offers(w, step, OfferState.TAKEN, but=actor.party_id)
    actions.changed(w, step)
    key = people.tenant_open_key(step.owner_id, seen_by=step.owner_id)
    seal_to = None if key is None else {"suite": key[0], "open_pk": _text64(key[1]), "number": key[2]}
    return partner, source.of_step(step), seal_to


def _person(actor: Actor) -> UUID:
    """Who accepted; of a program only its firm is known."""
    return actor.id or actions.party_of(actor)


def _text64(data: bytes) -> str:
    """Base64url without padding, as bytes travel in JSON."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _new_sheet(
    actor: Actor, step: Step, offer: Offer, told: dict[str, Any], seal_to: dict[str, Any] | None
) -> Sheet:  # fmt: skip
    now = clock.now()
    return Sheet.objects.create(
        id=ids.new(), owner_id=actions.party_of(actor), provider_id=step.provider_id, step_id=step.id,
        tenant_id=step.owner_id, tenant_name=offer.tenant_name, customer_id=step.customer_id, kind=step.kind,
        fields=sheets.made(StepKind(step.kind), told), seal_to=seal_to, said={}, accepted_by=_person(actor),
        made_at=now, changed_at=now,
    )  # fmt: skip


def decline(actor: Actor, offer_id: UUID) -> None:
    """He does not want it; the others still may. Raises Denied, UnknownOffer, NotNow."""
    with work.transaction(actor) as w:
        offer = _offer(actor, offer_id)
        allow(actor, Action.CANCEL, offer_resource(offer), offer.kind)
        if offer.state != OfferState.OPEN:
            raise NotNow
        offer.state, offer.answered_at = OfferState.DECLINED.value, clock.now()
        offer.save(update_fields=["state", "answered_at"])
        facts: dict[str, Fact] = {"what": "declined", "step": offer.step_id, "partner": offer.partner_id}
        w.record(Entry(Kind.CHAIN, offer.tenant_id, facts, offer.step_id))
        w.publish("chain.declined", owner_id=offer.tenant_id, step_id=offer.step_id, partner_id=offer.partner_id)


def _offer(actor: Actor, offer_id: UUID) -> Offer:
    return queries.offer(actions.party_of(actor), offer_id)


def _locked_step(step_id: UUID) -> Step:
    step = Step.objects.select_for_update(of=("self",)).select_related("partner").filter(id=step_id).first()
    if step is None:
        raise NotNow
    return step


# --- at work ---


@dataclass(frozen=True)
class Said:
    """One thing that a partner says. `at`: when, by his own clock; `id`: drawn by him."""

    id: UUID
    kind: ActKind
    at: datetime
    text: str = ""
    parts: Sequence[tuple[str, int]] = field(default_factory=tuple)
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Told:
    """What became of it: `done` also when it was done before. `refused`: a code, when it can't be."""

    id: UUID
    done: bool
    refused: str = ""


def record(actor: Actor, sheet_id: UUID, said: Sequence[Said]) -> tuple[Sheet, list[Told]]:
    """In the order given, each once. Raises Denied, UnknownSheet, BadAct (too many at once)."""
    if len(said) > rules.MOST_ACTS:
        raise BadAct(_("This is too much at once."), action=_("Send it in parts."))
    with work.transaction(actor) as w:
        sheet, step = _at_work(actor, sheet_id)
        before = (sheet.ended_at, step.arrived_at)
        told = [_one(sheet, step, one) for one in said]
        _written(w, sheet, step, before)
        return sheet, told


def _at_work(actor: Actor, sheet_id: UUID) -> tuple[Sheet, Step]:
    """Both locked, the step first: as accepting does. Raises Denied, UnknownSheet."""
    party_id = actions.party_of(actor)
    found = queries.sheet(party_id, sheet_id)
    with tenancy.acting_as(found.tenant_id):
        step = _locked_step(found.step_id)
    sheet = Sheet.objects.select_for_update().filter(owner_id=party_id, id=sheet_id).first()
    if sheet is None:
        raise UnknownSheet
    allow(actor, Action.RECORD, sheet_resource(sheet), sheet.kind)
    return sheet, step


def _one(sheet: Sheet, step: Step, said: Said) -> Told:
    if Act.objects.filter(id=said.id, sheet=sheet).exists():
        return Told(said.id, True)
    if sheet.ended_at is not None:
        return Told(said.id, False, "step_not_now")
    try:
        _apply(sheet, step, said)
    except BadAct as wrong:
        return Told(said.id, False, wrong.code)
    _taken_in(sheet, said.id, said.kind, said.at)
    return Told(said.id, True)


def _taken_in(sheet: Sheet, act_id: UUID, kind: ActKind, at: datetime) -> None:
    Act.objects.create(
        id=act_id, owner_id=sheet.owner_id, provider_id=sheet.provider_id, sheet=sheet, kind=kind.value,
        at=_within(sheet, at), received_at=clock.now(),
    )  # fmt: skip


def _within(sheet: Sheet, at: datetime) -> datetime:
    """A phone's clock may be wrong: not before he had the job, not after now."""
    return max(sheet.made_at, min(at, clock.now()))


def _apply(sheet: Sheet, step: Step, said: Said) -> None:
    at, here = _within(sheet, said.at), dict(sheet.said)
    if said.kind is ActKind.ARRIVED:
        step.arrived_at = step.arrived_at or at
        here["arrived_ms"] = clock.ms(step.arrived_at)
    elif said.kind is ActKind.NOTE:
        text = _text(said.text, rules.LONGEST_TEXT)
        step.found = f"{step.found}\n{text}".strip()[:8000]
        here["notes"] = [*here.get("notes", []), {"ms": clock.ms(at), "text": text}][-40:]
    elif said.kind is ActKind.PARTS:
        step.parts = here["parts"] = _parts(said.parts)
    elif said.kind is ActKind.SIGNED:
        step.signed_by = here["signed_by"] = _text(said.text, 120)
    elif said.kind is ActKind.DONE:
        _end(sheet, step, said, at, here)
    else:
        raise BadAct(_("A photo is sent on its own."), action=_("Send it again."))
    sheet.said = here


def _end(sheet: Sheet, step: Step, said: Said, at: datetime, here: dict[str, Any]) -> None:
    if said.outcome is None or said.outcome not in rules.OUTCOMES[StepKind(step.kind)]:
        raise BadAct(_("This is not how such a job ends."), action=_("Choose how it ended."))
    step.state, step.outcome, step.ended_at = State.DONE.value, said.outcome.value, at
    here["outcome"] = said.outcome.value
    days = rules.SHEET_DAYS if step.partner is None else step.partner.sheet_days
    sheet.ended_at, sheet.gone_at = at, rules.gone_at(at, days)


def _text(text: str, most: int) -> str:
    found = text.strip()
    if not 1 <= len(found) <= most or "\x00" in found:
        raise BadAct(_("This text is empty or too long."), action=_("Write it in fewer words."))
    return found


def _parts(parts: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    if len(parts) > rules.MOST_PARTS:
        raise BadAct(_("These are too many parts."), action=_("Write the rest as a note."))
    if any(not 1 <= count <= 999 for _name, count in parts):
        raise BadAct(_("Of a part there are 1 to 999."), action=_("Correct the number."))
    return [{"name": _text(name, rules.LONGEST_LINE), "count": count} for name, count in parts]


def _written(w: work.Work, sheet: Sheet, step: Step, before: tuple[datetime | None, datetime | None]) -> None:
    """`before`: when it was ended and when he was there, as far as that was known."""
    ended = before[0] is None and sheet.ended_at is not None
    sheet.changed_at = clock.now()
    sheet.save(update_fields=["said", "changed_at", "ended_at", "gone_at"])
    with tenancy.acting_as(step.owner_id):
        step.save(update_fields=["arrived_at", "found", "parts", "signed_by", "state", "outcome", "ended_at"])
        if before[1] is None and step.arrived_at is not None:
            ordering.arrived(w, step)
        if ended:
            ordering.done(w, step)
    _noted(w, sheet, "done" if ended else "at_work")
    actions.changed(w, step)


def _noted(w: work.Work, sheet: Sheet, what: str, more: dict[str, Fact] | None = None) -> None:
    """The tenant's entry, made by the partner's person: both find it in their log."""
    facts: dict[str, Fact] = {"what": what, "step": sheet.step_id, "sort": sheet.kind, **(more or {})}
    w.record(Entry(Kind.CHAIN, sheet.tenant_id, facts, sheet.step_id))


def give_back(actor: Actor, sheet_id: UUID) -> None:
    """He can't after all: the sheet goes at once, and the desk offers the step anew. Raises Denied, UnknownSheet,
    NotNow."""
    with work.transaction(actor) as w:
        sheet, step = _at_work(actor, sheet_id)
        allow(actor, Action.GIVE_BACK, sheet_resource(sheet), sheet.kind)
        if sheet.ended_at is not None or State(step.state) is not State.ACCEPTED:
            raise NotNow
        _noted(w, sheet, "given_back")
        removing.sheets(sheet.owner_id, id=sheet.id)
        Offer.objects.filter(owner_id=actions.party_of(actor), step_id=step.id).delete()
        step.state, step.partner, step.accepted_at, step.accepted_by = State.GIVEN_BACK.value, None, None, None
        with tenancy.acting_as(step.owner_id):
            step.save(update_fields=["state", "partner", "accepted_at", "accepted_by"])
            ordering.taken_back(w, step)
        actions.changed(w, step)


# --- photos and signatures ---


@dataclass(frozen=True)
class Sealed:
    """A document as the partner's browser made it: the object (zegel.seal.document) and its ciphertext."""

    kind: DocumentKind
    header: bytes
    ciphertext: bytes


def add_document(actor: Actor, sheet_id: UUID, sealed: Sealed) -> Told:
    """Sealed to the tenant, unreadable here. Once; also for a while after the step ended, when the line came late.
    Raises Denied, UnknownSheet, BadAct, NotNow (more than a step has)."""
    found = _checked(sealed)
    document_id = UUID(bytes=found.file)
    with work.transaction(actor) as w:
        sheet, step = _at_work(actor, sheet_id)
        if Act.objects.filter(id=document_id, sheet=sheet).exists():
            return Told(document_id, True)
        with tenancy.acting_as(step.owner_id):
            _store(step, sheet, found, sealed)
        made = clock.moment(found.made_ms)
        _taken_in(sheet, document_id, ActKind.DOCUMENT, made)
        one = {"id": str(document_id), "kind": sealed.kind.value, "ms": clock.ms(_within(sheet, made))}
        sheet.said = {**sheet.said, "documents": [*sheet.said.get("documents", []), one]}
        sheet.save(update_fields=["said"])
        _noted(w, sheet, sealed.kind.value, {"document": document_id})
        actions.changed(w, step)
    return Told(document_id, True)


def _checked(sealed: Sealed) -> sealedfile.Document:
    if not 1 <= len(sealed.ciphertext) <= rules.LARGEST_DOCUMENT:
        raise BadAct(_("This photo is too large."), action=_("Take it again."))
    try:
        found = sealedfile.Document.decode(sealed.header)
    except SealError:
        raise BadAct(_("This photo is not sealed as it must be."), action=_("Take it again.")) from None
    if hashlib.sha256(sealed.ciphertext).digest() != found.ciphertext_hash:
        raise BadAct(_("This photo did not arrive whole."), action=_("Send it again."))
    return found


def _store(step: Step, sheet: Sheet, found: sealedfile.Document, sealed: Sealed) -> None:
    if found.about != step.id.bytes or found.recipient != step.owner_id.bytes:
        raise BadAct(_("This photo is not of this job."), action=_("Take it again."))
    if Document.objects.filter(step=step).count() >= rules.MOST_DOCUMENTS:
        raise NotNow
    if Document.objects.filter(id=UUID(bytes=found.file)).exists():
        raise BadAct(_("This photo is not of this job."), action=_("Take it again."))
    Document.objects.create(
        id=UUID(bytes=found.file), owner_id=step.owner_id, provider_id=step.provider_id, step=step,
        customer_id=step.customer_id, kind=sealed.kind.value, made_at=_within(sheet, clock.moment(found.made_ms)),
        header=sealed.header, ciphertext=sealed.ciphertext, size=len(sealed.ciphertext), closed_at=step.closed_at,
    )  # fmt: skip


# --- reading ---


def may_read(actor: Actor, sheet: Sheet) -> bool:
    """Whether the gate opens this sheet to him now."""
    try:
        allow(actor, Action.READ, sheet_resource(sheet), sheet.kind)
    except Denied:
        return False
    return True
