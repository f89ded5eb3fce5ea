# SPDX-License-Identifier: EUPL-1.2
"""A breach's way: reported, assessed, judged, told, learnt from, closed. Principles:

- Anybody who works here reports; the clocks run from that moment, and stop only by telling or by a reason.
- What must be told is worked out again after each step, from whose processing it was and how great the risk is.
- A letter leaves with its exact words, its paper and the paper's hash kept, and an entry in the ledger; it counts as
  told when the mail server took it.
- Nothing is deleted: what turned out to be no breach stays in the register with the reason (Art. 33(5)).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from zegel.declare import law
from zegel.server.breaches import counting, letters, paper, queries, rules
from zegel.server.breaches.counting import Scope
from zegel.server.breaches.errors import BadBreach, LateWithoutReason, NotYet, UnknownBreach
from zegel.server.breaches.models import Affected, Breach, Duty, Measure, Notice
from zegel.server.breaches.rules import DutyKind, How, Level, Nature, Owed, Risk, Side, State
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, mail, tenancy, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.models import ServiceRelation
from zegel.server.people.roles import Role

STAFF = (
    Role.PRIVACY_OFFICER, Role.ADMIN, Role.PLANNER, Role.TECHNICIAN, Role.SUPERVISOR, Role.OPERATOR,
)  # fmt: skip
AHEAD = timedelta(minutes=5)
OLDEST = timedelta(days=3650)


def report(actor: Actor, what: str, known_at: datetime | None = None) -> Breach:
    """By anybody who works here, in two fields: what happened, and since when it is known. Raises Denied, BadBreach."""
    now = clock.now()
    known = known_at or now
    words = what.strip()
    if not 3 <= len(words) <= rules.LONGEST_WHAT:
        raise BadBreach(_("Say what happened, in a sentence or more."), action=_("Write what you saw."))
    if not now - OLDEST <= known <= now + AHEAD:
        raise BadBreach(_("It can't be known since then."), action=_("Choose a moment that is past."))
    require(actor, Action.REPORT, Resource(ResourceKind.BREACH_REPORT, None, actor.party_id))
    assert actor.party_id is not None
    assert actor.id is not None
    with work.transaction(actor) as w:
        last = Breach.objects.select_for_update().filter(owner_id=actor.party_id).order_by("-number").first()
        row = Breach.objects.create(
            owner_id=actor.party_id, provider_id=actor.party_id, number=1 if last is None else last.number + 1,
            state=State.REPORTED.value, what=words, known_at=min(known, now), reported_at=now, reported_by=actor.id,
        )  # fmt: skip
        _settle(row)
        _said(w, row, "reported")
        return row


@dataclass(frozen=True)
class Assessment:
    """What was touched, and how. `scope`: see counting."""

    scope: Scope
    nature: tuple[Nature, ...]
    cause: str
    began_at: datetime | None
    ended_at: datetime | None


def assess(actor: Actor, breach_id: UUID, said: Assessment) -> Breach:
    """Counts people and records from the declarations, by controller. Again: counts anew; figures that the officer
    wrote himself stay. Raises Denied, UnknownBreach, BadBreach, NotYet."""
    if said.began_at and said.ended_at and said.ended_at < said.began_at:
        raise BadBreach(_("It can't end before it begins."), action=_("Correct the period."))
    if not said.nature or not (said.scope.categories or said.scope.models):
        raise BadBreach(_("Say what happened to which data."), action=_("Choose at least one of each."))
    with work.transaction(actor) as w:
        row = _open(actor, breach_id)
        now = clock.now()
        owners = [row.owner_id, *sorted(served(row.owner_id))]
        _keep(row, counting.count(said.scope, row.owner_id, owners), now)
        row.nature = [one.value for one in said.nature]
        row.cause, row.began_at, row.ended_at = _words(said.cause), said.began_at, said.ended_at
        row.scope, row.assessed_at, row.assessed_by = said.scope.written(), now, actor.id
        if row.state == State.REPORTED.value:
            row.state = State.ASSESSED.value
        row.save()
        _settle(row)
        _said(w, row, "assessed", affected=Affected.objects.filter(breach=row).count())
        return row


def served(party_id: UUID) -> set[UUID]:
    """Whom the acting party serves now, as provider or as alarm centre."""
    rows = ServiceRelation.objects.filter(people.at(clock.now()), party_id=party_id)
    return set(rows.values_list("owner_id", flat=True))


def _keep(row: Breach, numbers: Collection[counting.Numbers], now: datetime) -> None:
    known = {(one.party_id, one.side): one for one in Affected.objects.filter(breach=row)}
    for one in numbers:
        kept = known.pop((one.party_id, one.side.value), None) or Affected(
            owner_id=row.owner_id, provider_id=row.owner_id, breach=row, party_id=one.party_id, side=one.side.value
        )
        kept.counted_people, kept.counted_records, kept.counted_at = one.people, one.records, now
        kept.lines = [line.written() for line in one.lines]
        if kept.said_by is None:
            kept.people, kept.records = one.people, one.records
        kept.save()
    Affected.objects.filter(id__in=[one.id for one in known.values() if one.said_by is None]).delete()


def say_numbers(actor: Actor, affected_id: UUID, people_count: int | None, records: int) -> Affected:
    """The officer knows better than the count. Raises Denied, UnknownBreach, BadBreach."""
    if records < 0 or (people_count or 0) < 0:
        raise BadBreach(_("There can't be fewer than none."), action=_("Write a number of 0 or more."))
    with work.transaction(actor) as w:
        found = Affected.objects.filter(id=affected_id).first()
        if found is None:
            raise UnknownBreach
        row = _open(actor, found.breach_id)
        found.people, found.records, found.said_by = people_count, records, actor.id
        found.save()
        _said(w, row, "numbers")
        return found


@dataclass(frozen=True)
class Judgement:
    """How bad, how likely, and so how great a risk: with the reason, as the register must show it."""

    severity: Level
    likelihood: Level
    risk: Risk
    reason: str
    consequences: str


def judge(actor: Actor, breach_id: UUID, said: Judgement) -> Breach:
    """Raises Denied, UnknownBreach, NotYet, BadBreach."""
    with work.transaction(actor) as w:
        row = _open(actor, breach_id)
        if row.assessed_at is None:
            raise NotYet(_("Nobody has assessed this breach yet."), action=_("Say first which data it touched."))
        reason = _words(said.reason)
        if len(reason) < 10:
            raise BadBreach(_("A judgement has a reason."), action=_("Write why the risk is what you chose."))
        row.severity, row.likelihood, row.risk = said.severity.value, said.likelihood.value, said.risk.value
        row.reason, row.consequences = reason, _words(said.consequences)
        row.judged_at, row.judged_by, row.state = clock.now(), actor.id, State.JUDGED.value
        row.save()
        _settle(row)
        _said(w, row, "judged", risk=row.risk, severity=row.severity, likelihood=row.likelihood)
        return row


def dismiss(actor: Actor, breach_id: UUID, reason: str) -> Breach:
    """It was no breach of personal data. It stays in the register, with the reason. Raises Denied, UnknownBreach,
    BadBreach."""
    words = _words(reason)
    if len(words) < 10:
        raise BadBreach(_("Say why it was no breach."), action=_("Write it in a sentence."))
    with work.transaction(actor) as w:
        row = _open(actor, breach_id)
        if Duty.objects.filter(breach=row, met_at__isnull=False).exists():
            raise NotYet(_("Somebody was told of it already."), action=_("Tell them that it was none, then close it."))
        row.state, row.reason = State.NO_BREACH.value, words
        row.closed_at, row.closed_by = clock.now(), actor.id
        row.save()
        Duty.objects.filter(breach=row, met_at=None, dropped_at=None).update(dropped_at=row.closed_at)
        _said(w, row, "no_breach")
        return row


def reopen(actor: Actor, breach_id: UUID) -> Breach:
    """It goes on after all. Raises Denied, UnknownBreach."""
    with work.transaction(actor) as w:
        row = _locked(actor, breach_id)
        if row.state in queries.ENDED:
            row.state = (State.JUDGED if row.judged_at else State.ASSESSED if row.assessed_at else State.REPORTED).value
            row.closed_at = row.closed_by = None
            row.save()
            _settle(row)
            _said(w, row, "reopened")
        return row


# --- telling ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Telling:
    """One notice. `how` mail: it is sent from here to `to`. Otherwise the officer told it himself, `at`, with the
    `reference` that he was given. `subject` and `body`: the words, as he read them. `final`: no more follows."""

    how: How
    language: str
    to: str
    subject: str
    body: str
    final: bool = True
    late_reason: str = ""
    reference: str = ""
    at: datetime | None = None


def draft(actor: Actor, duty_id: UUID, language: str, *, final: bool = True, late_reason: str = "") -> letters.Text:
    """A letter's words from the facts. Raises Denied, UnknownBreach, NotYet."""
    with work.transaction(actor):
        duty, row = _duty(actor, duty_id)
        return letters.draft(DutyKind(duty.kind), _case(row, duty, final, late_reason), _language(language))


def tell(actor: Actor, duty_id: UUID, said: Telling) -> Notice:
    """Raises Denied, UnknownBreach, BadBreach, NotYet, LateWithoutReason."""
    assert actor.id is not None
    language, subject = _language(said.language), " ".join(said.subject.split())
    to, body = said.to.strip(), said.body.strip()
    if not subject or len(subject) > 200 or not 10 <= len(body) <= rules.LONGEST_LETTER:
        raise BadBreach(_("A notice has a subject and words."), action=_("Write both."))
    if said.how is How.MAIL and not mail.is_address(to):
        raise BadBreach(_("This is not an e-mail address."), action=_("Write one that is read."))
    if not to or len(to) > 254:
        raise BadBreach(_("Say whom you told."), action=_("Write a name or an address."))
    with work.transaction(actor) as w:
        duty, row = _duty(actor, duty_id)
        now = clock.now()
        told_at = None if said.how is How.MAIL else said.at or now
        if told_at is not None and not row.known_at <= told_at <= now + AHEAD:
            raise BadBreach(_("It can't have been told then."), action=_("Choose a moment since it was known."))
        late_reason = _words(said.late_reason) or duty.late_reason
        if duty.met_at is None and duty.due_at is not None and (told_at or now) > duty.due_at and not late_reason:
            raise LateWithoutReason
        phase = (duty.notices.aggregate(last=Max("phase"))["last"] or 0) + 1
        text = letters.Text(subject, body)
        made = _paper(row, duty, text, said, to, late_reason, now, language)
        notice = Notice.objects.create(
            owner_id=row.owner_id, provider_id=row.owner_id, duty=duty, phase=phase, final=said.final,
            how=said.how.value, language=language, to=to, reference=" ".join(said.reference.split())[:200],
            subject=subject, text=body, paper=made, sha256=hashlib.sha256(made).digest(), made_at=now,
            made_by=actor.id, told_at=told_at,
        )  # fmt: skip
        duty.late_reason = late_reason
        if told_at is not None:
            _met(duty, told_at, said.final)
        duty.save()
        _said(w, row, "told" if told_at else "sent", duty=duty.kind, towards=duty.towards, how=said.how.value,
              phase=phase, sha256=hashlib.sha256(made).digest())  # fmt: skip
        if said.how is How.MAIL:
            w.publish("breach.notice", owner_id=row.owner_id, notice=str(notice.id))
        return notice


def _paper(
    row: Breach, duty: Duty, text: letters.Text, said: Telling, to: str, late_reason: str, now: datetime, language: str
) -> bytes:  # fmt: skip
    case = _case(row, duty, said.final, late_reason)
    if duty.kind == DutyKind.AUTHORITY.value:
        return paper.authority_form(case, language)
    return paper.letter(
        text, sender=case.us, to=case.controller or to, at=said.at or now, country=case.country, language=language
    )


def left(notice_id: UUID, party_id: UUID, at: datetime) -> None:
    """The mail server took it."""
    with work.transaction(system(party_id)) as w:
        notice = Notice.objects.select_related("duty__breach").filter(id=notice_id, told_at=None).first()
        if notice is None:
            return
        notice.told_at, notice.fault = at, ""
        notice.save(update_fields=["told_at", "fault"])
        duty = Duty.objects.select_for_update().get(id=notice.duty_id)
        _met(duty, at, notice.final)
        duty.save()
        _said(w, notice.duty.breach, "told", duty=duty.kind, towards=duty.towards, how=How.MAIL.value,
              phase=notice.phase, sha256=bytes(notice.sha256))  # fmt: skip


def _met(duty: Duty, at: datetime, final: bool) -> None:
    duty.met_at = min(duty.met_at, at) if duty.met_at else at
    duty.complete = duty.complete or final


def drop(actor: Actor, duty_id: UUID, reason: str) -> Duty:
    """People concerned are not told, on a ground of Art. 34(3): measures made the data unreadable, the high risk is
    gone, or it would take disproportionate effort. Only that duty can be dropped by hand. Raises Denied,
    UnknownBreach, BadBreach."""
    words = _words(reason)
    with work.transaction(actor) as w:
        duty, row = _duty(actor, duty_id)
        if duty.kind != DutyKind.PEOPLE.value:
            raise BadBreach(
                _("Only telling the people concerned has exceptions."), action=_("Tell it, or judge the risk anew.")
            )
        if len(words) < 10:
            raise BadBreach(_("Say on which ground."), action=_("Article 34(3) has three; write which one and why."))
        duty.dropped_at, duty.late_reason = clock.now(), words
        duty.save()
        _said(w, row, "dropped", duty=duty.kind)
        return duty


def forms(duty: Duty, language: str) -> list[tuple[str, str, bytes]]:
    """The authority's form for the controller of this duty's processing, as files: a document, and data."""
    case = _case(duty.breach, duty, True, "")
    name = f"breach-{case.number}-form"
    data = json.dumps(letters.data(case), ensure_ascii=False, indent=1).encode()
    return [
        (f"{name}.pdf", "application/pdf", paper.authority_form(case, language)),
        (f"{name}.json", "application/json", data),
    ]


# --- measures, evaluation, closing ------------------------------------------------------------------------------------


def measure(actor: Actor, breach_id: UUID, words: str, person_id: UUID, due_at: datetime) -> Measure:
    """Raises Denied, UnknownBreach, BadBreach."""
    said = " ".join(words.split())
    with work.transaction(actor) as w:
        row = _open(actor, breach_id)
        if not 3 <= len(said) <= 500:
            raise BadBreach(_("A measure says what is done."), action=_("Write it in a sentence."))
        if person_id not in {one.id for one in people.members(row.owner_id, STAFF)}:
            raise BadBreach(_("This person does not work here."), action=_("Choose somebody from the list."))
        made = Measure.objects.create(
            owner_id=row.owner_id, provider_id=row.owner_id, breach=row, words=said, person_id=person_id,
            due_at=due_at, made_at=clock.now(),
        )  # fmt: skip
        _said(w, row, "measure", measure=made.id)
        return made


def measure_done(actor: Actor, measure_id: UUID, done: bool) -> Measure:
    """Also after the case was closed; and it can be undone. Raises Denied, UnknownBreach."""
    with work.transaction(actor) as w:
        made = Measure.objects.filter(id=measure_id).first()
        if made is None:
            raise UnknownBreach
        row = _locked(actor, made.breach_id)
        made.done_at, made.done_by = (clock.now(), actor.id) if done else (None, None)
        made.save()
        _said(w, row, "measure_done" if done else "measure_open", measure=made.id)
        return made


def evaluate(actor: Actor, breach_id: UUID, evaluation: str, lessons: str, *, close: bool) -> Breach:
    """What went well and what did not, and what is learnt. `close`: and the case is closed, once it is judged and
    everybody was told. Raises Denied, UnknownBreach, BadBreach, NotYet."""
    with work.transaction(actor) as w:
        row = _open(actor, breach_id)
        row.evaluation, row.lessons = _words(evaluation), _words(lessons)
        row.evaluated_at, row.evaluated_by = clock.now(), actor.id
        if close:
            _may_close(row)
            row.state, row.closed_at, row.closed_by = State.CLOSED.value, clock.now(), actor.id
        row.save()
        _said(w, row, "closed" if close else "evaluated")
        return row


def _may_close(row: Breach) -> None:
    if row.judged_at is None:
        raise NotYet(_("Nobody has judged this breach yet."), action=_("Judge it first."))
    if len(row.evaluation) < 10:
        raise NotYet(_("A case is closed with its evaluation."), action=_("Write what went well and what did not."))
    if Duty.objects.filter(breach=row, dropped_at=None, complete=False).exists():
        raise NotYet(
            _("Somebody has not been told everything yet."), action=_("Send the last word to each, or say why not.")
        )


# --- inside ----------------------------------------------------------------------------------------------------------


def _settle(row: Breach) -> None:
    """Works out anew whom we owe word; a duty that fell away is kept with the day, one that came back runs from where
    it began."""
    sides = None
    if row.assessed_at is not None:
        sides = [(one.party_id, Side(one.side)) for one in Affected.objects.filter(breach=row)]
    wanted = rules.owed(sides, row.owner_id, Risk(row.risk) if row.risk else None)
    known = {Owed(DutyKind(one.kind), one.towards): one for one in Duty.objects.filter(breach=row)}
    now = clock.now()
    for one in wanted - known.keys():
        _duty_row(row, one).save()
    for one, duty in known.items():
        dropped = None if one in wanted else now
        if duty.met_at is None and (duty.dropped_at is None) != (dropped is None) and not duty.late_reason:
            duty.dropped_at = dropped
            duty.save(update_fields=["dropped_at"])


def _duty_row(row: Breach, one: Owed) -> Duty:
    name = rules.LAW.get(one.kind)
    held = None if name is None else law.deadline(name, row.known_at.date())
    return Duty(
        owner_id=row.owner_id, provider_id=row.owner_id, breach=row, kind=one.kind.value, towards=one.towards,
        started_at=row.known_at, due_at=None if held is None else rules.due(held, row.known_at),
        source="Art. 34(1) GDPR: without undue delay" if held is None else held.source,
    )  # fmt: skip


def _case(row: Breach, duty: Duty, final: bool, late_reason: str) -> letters.Case:
    if row.assessed_at is None:
        raise NotYet(_("Nobody has assessed this breach yet."), action=_("Say first which data it touched."))
    phase = (duty.notices.aggregate(last=Max("phase"))["last"] or 0) + 1
    reason = late_reason or duty.late_reason
    return queries.case(queries.whole(row), duty, final=final, late_reason=reason, phase=phase)


def _language(language: str) -> str:
    if language not in letters.LANGUAGES:
        raise BadBreach(_("Letters are written in four languages."), action=_("Choose one of them."))
    return language


def _words(text: str) -> str:
    words = text.strip()
    if len(words) > rules.LONGEST_WORDS:
        raise BadBreach(_("This text is too long."), action=_("Keep it under 4,000 letters."))
    return words


def _locked(actor: Actor, breach_id: UUID) -> Breach:
    row = Breach.objects.select_for_update().filter(id=breach_id, owner_id=tenancy.current_party()).first()
    if row is None:
        raise UnknownBreach
    require(actor, Action.CHANGE, Resource(ResourceKind.BREACH, row.id, row.owner_id))
    return row


def _open(actor: Actor, breach_id: UUID) -> Breach:
    row = _locked(actor, breach_id)
    if row.state in queries.ENDED:
        raise NotYet(_("This case is closed."), action=_("Open it again first."))
    return row


def _duty(actor: Actor, duty_id: UUID) -> tuple[Duty, Breach]:
    duty = Duty.objects.select_for_update().filter(id=duty_id).first()
    if duty is None:
        raise UnknownBreach
    return duty, _open(actor, duty.breach_id)


def _said(w: work.Work, row: Breach, what: str, **facts: Fact) -> None:
    w.record(Entry(Kind.BREACH, row.owner_id, {"what": what, "breach": row.id, **facts}, about=row.id))
    w.publish("breach.changed", owner_id=row.owner_id, breach=str(row.id))
