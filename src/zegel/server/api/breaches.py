# SPDX-License-Identifier: EUPL-1.2
"""Breaches of personal data: anybody who works here reports; the officers judge, tell and learn."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.declare import Category
from zegel.server.agreements import grounds
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.breaches import actions, counting, queries, words
from zegel.server.breaches.errors import UnknownBreach
from zegel.server.breaches.models import Affected, Breach, Duty, Measure, Notice
from zegel.server.breaches.rules import DutyKind, How, Level, Nature, Risk, suggested
from zegel.server.exports import actions as exports
from zegel.server.exports.actions import FileKind
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.sites.models import Camera, Site

router = Router(tags=["breaches"])
for _code, _status in (
    ("unknown_breach", 404), ("bad_breach", 422), ("breach_not_yet", 409), ("breach_late", 409),
):  # fmt: skip
    errors.status(_code, _status)

Moment = Field(default=None, ge=0, le=LATEST_MS)
Lang = Literal["nl", "sv", "de", "en"]


class Report(Schema):
    """Two fields: what happened, and since when it is known (empty: now)."""

    what: str = Field(max_length=5000)
    known_ms: int | None = Moment


class Assessment(Schema):
    categories: list[Category] = Field(default_factory=list, max_length=20)
    models: list[str] = Field(default_factory=list, max_length=200)
    owners: list[UUID] = Field(default_factory=list, max_length=5000)
    sites: list[UUID] = Field(default_factory=list, max_length=5000)
    cameras: list[UUID] = Field(default_factory=list, max_length=5000)
    nature: list[Nature] = Field(max_length=3)
    cause: str = Field(default="", max_length=5000)
    began_ms: int | None = Moment
    ended_ms: int | None = Moment


class Numbers(Schema):
    people: int | None = Field(default=None, ge=0, le=10**12)
    records: int = Field(ge=0, le=10**12)


class Judgement(Schema):
    severity: Level
    likelihood: Level
    risk: Risk
    reason: str = Field(max_length=5000)
    consequences: str = Field(default="", max_length=5000)


class Reason(Schema):
    reason: str = Field(max_length=5000)


class Notified(Schema):
    how: How
    language: Lang
    to: str = Field(max_length=300)
    subject: str = Field(max_length=300)
    body: str = Field(max_length=25_000)
    final: bool = True
    late_reason: str = Field(default="", max_length=5000)
    reference: str = Field(default="", max_length=300)
    at_ms: int | None = Moment


class NewMeasure(Schema):
    words: str = Field(max_length=1000)
    person_id: UUID
    due_ms: int = Field(ge=0, le=LATEST_MS)


class Done(Schema):
    done: bool


class Evaluation(Schema):
    evaluation: str = Field(max_length=5000)
    lessons: str = Field(default="", max_length=5000)
    close: bool = False


@router.post("/breaches")
def report(request: HttpRequest, body: Report) -> dict[str, Any]:
    """By anybody who works here. The clocks run from when it is known."""
    row = actions.report(acting(request), body.what, clock.moment(body.known_ms))
    return _mine(row)


@router.get("/breaches/mine")
def mine(request: HttpRequest) -> dict[str, Any]:
    """What the acting person reported himself, and how far it is."""
    actor = acting(request)
    require(actor, Action.REPORT, Resource(ResourceKind.BREACH_REPORT, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        assert actor.id is not None
        own = Breach.objects.filter(owner_id=_party(actor), reported_by=actor.id)
        rows = own.order_by("-number")[:50]
        return {"now_ms": clock.now_ms(), "breaches": [_mine(row) for row in rows]}


@router.get("/breaches")
def register(request: HttpRequest) -> dict[str, Any]:
    """The register of all breaches, also of what was none; each with its clocks."""
    actor = _officer(request, Action.LIST)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.register(_party(actor))
        duties = queries.duties_of([row.id for row in rows])
        names = _names(rows, [duty for found in duties.values() for duty in found])
        shapes = [_brief(row, duties.get(row.id, ()), names) for row in rows]
    return {"now_ms": clock.now_ms(), "breaches": shapes}


@router.get("/breaches/choices")
def choices(request: HttpRequest) -> dict[str, Any]:
    """What an assessment chooses from: categories, declared models, customers, sites, cameras, and who may be given a
    measure."""
    actor = _officer(request, Action.LIST)
    party = _party(actor)
    with tenancy.acting_as(party, actor.id):
        owners = actions.served(party) | {party}
        names = people.party_names(owners, seen_by=party)
        sites = list(Site.objects.filter(owner_id__in=owners).order_by("name", "id")[:2000])
        cameras = list(Camera.objects.filter(owner_id__in=owners).select_related("unit").order_by("name", "id")[:2000])
        staff = people.members(party, actions.STAFF)
    return {
        "categories": [{"category": one.value, "name": str(name)} for one, name in words.CATEGORIES.items()],
        "models": [{"model": name, "categories": list(found)} for name, found in counting.known_models().items()],
        "parties": [
            {"id": str(one), "name": name, "ours": one == party}
            for one, name in sorted(names.items(), key=lambda row: row[1])
        ],
        "sites": [{"id": str(one.id), "name": one.name, "owner_id": str(one.owner_id)} for one in sites],
        "cameras": [{"id": str(one.id), "name": one.name, "site_id": str(one.unit.site_id)} for one in cameras],
        "people": [{"id": str(one.id), "name": one.display_name} for one in staff],
    }  # fmt: skip


@router.get("/breaches/register")
def register_file(request: HttpRequest) -> HttpResponse:
    """The register as a file."""
    actor = _officer(request, Action.READ)
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = queries.register(_party(actor))
        duties = queries.duties_of([row.id for row in rows])
        names = _names(rows, [duty for found in duties.values() for duty in found])
        content = _register_csv(rows, duties, names)
    name = f"breaches-{clock.now().date().isoformat()}.csv"
    return _file(actor, FileKind.BREACH_REGISTER, name, content, None)


@router.get("/breaches/{breach_id}")
def one(request: HttpRequest, breach_id: UUID) -> dict[str, Any]:
    """A case with everything that hangs on it."""
    return _case(_officer(request, Action.READ), breach_id)


@router.post("/breaches/{breach_id}/assess")
def assess(request: HttpRequest, breach_id: UUID, body: Assessment) -> dict[str, Any]:
    """Counts people and records in what was touched, and works out whom we owe word."""
    actor = acting(request)
    began, ended = clock.moment(body.began_ms), clock.moment(body.ended_ms)
    scope = counting.Scope(
        tuple(body.categories), tuple(body.models), tuple(body.owners), tuple(body.sites), tuple(body.cameras), began,
        ended,
    )  # fmt: skip
    actions.assess(actor, breach_id, actions.Assessment(scope, tuple(body.nature), body.cause, began, ended))
    return _case(actor, breach_id)


@router.get("/breaches/{breach_id}/suggested")
def suggestion(request: HttpRequest, breach_id: UUID, severity: Level, likelihood: Level) -> dict[str, str]:
    """What the two levels make of the risk."""
    _officer(request, Action.READ)
    return {"risk": suggested(severity, likelihood).value}


@router.post("/breaches/{breach_id}/judge")
def judge(request: HttpRequest, breach_id: UUID, body: Judgement) -> dict[str, Any]:
    actor = acting(request)
    said = actions.Judgement(body.severity, body.likelihood, body.risk, body.reason, body.consequences)
    actions.judge(actor, breach_id, said)
    return _case(actor, breach_id)


@router.post("/breaches/{breach_id}/dismiss")
def dismiss(request: HttpRequest, breach_id: UUID, body: Reason) -> dict[str, Any]:
    """It was no breach; the register keeps it with the reason."""
    actor = acting(request)
    actions.dismiss(actor, breach_id, body.reason)
    return _case(actor, breach_id)


@router.post("/breaches/{breach_id}/reopen")
def reopen(request: HttpRequest, breach_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    actions.reopen(actor, breach_id)
    return _case(actor, breach_id)


@router.post("/breaches/{breach_id}/measures")
def measure(request: HttpRequest, breach_id: UUID, body: NewMeasure) -> dict[str, Any]:
    actor = acting(request)
    due = clock.moment(body.due_ms)
    assert due is not None
    actions.measure(actor, breach_id, body.words, body.person_id, due)
    return _case(actor, breach_id)


@router.post("/breaches/{breach_id}/evaluate")
def evaluate(request: HttpRequest, breach_id: UUID, body: Evaluation) -> dict[str, Any]:
    actor = acting(request)
    actions.evaluate(actor, breach_id, body.evaluation, body.lessons, close=body.close)
    return _case(actor, breach_id)


@router.post("/breach-affected/{affected_id}")
def numbers(request: HttpRequest, affected_id: UUID, body: Numbers) -> dict[str, Any]:
    """The officer's own figures."""
    actor = acting(request)
    return _case(actor, actions.say_numbers(actor, affected_id, body.people, body.records).breach_id)


@router.post("/breach-measures/{measure_id}")
def measure_done(request: HttpRequest, measure_id: UUID, body: Done) -> dict[str, Any]:
    actor = acting(request)
    return _case(actor, actions.measure_done(actor, measure_id, body.done).breach_id)


@router.get("/breach-duties/{duty_id}/draft")
def draft(request: HttpRequest, duty_id: UUID, language: Lang = "en", final: bool = True) -> dict[str, str]:
    """A letter's words from the facts, and where it would go."""
    actor = _officer(request, Action.READ)
    text = actions.draft(actor, duty_id, language, final=final)
    with tenancy.acting_as(actor.party_id, actor.id):
        duty = _duty(duty_id)
        customer = duty.towards if duty.kind == DutyKind.CUSTOMER.value else None
        name, email = ("", "") if customer is None else queries.addressee(customer)
    return {"subject": text.subject, "body": text.body, "name": name, "to": email}


@router.post("/breach-duties/{duty_id}/tell")
def tell(request: HttpRequest, duty_id: UUID, body: Notified) -> dict[str, Any]:
    """Sends a letter, or writes down what the officer told himself. Late without a reason is refused."""
    actor = acting(request)
    said = actions.Telling(
        body.how, body.language, body.to, body.subject, body.body, body.final, body.late_reason, body.reference,
        clock.moment(body.at_ms),
    )  # fmt: skip
    return _case(actor, actions.tell(actor, duty_id, said).duty.breach_id)


@router.post("/breach-duties/{duty_id}/drop")
def drop(request: HttpRequest, duty_id: UUID, body: Reason) -> dict[str, Any]:
    """People concerned are not told, on a ground of Art. 34(3)."""
    actor = acting(request)
    return _case(actor, actions.drop(actor, duty_id, body.reason).breach_id)


@router.get("/breach-duties/{duty_id}/form")
def form(
    request: HttpRequest, duty_id: UUID, language: Lang = "en", shape: Literal["pdf", "json"] = "pdf"
) -> HttpResponse:  # fmt: skip
    """The authority's form for the controller of that processing: filled, as a document or as data."""
    actor = _officer(request, Action.READ)
    with tenancy.acting_as(actor.party_id, actor.id):
        duty = _duty(duty_id)
        found = {name.rpartition(".")[2]: (name, content) for name, _type, content in actions.forms(duty, language)}
    name, content = found[shape]
    kind = FileKind.BREACH_FORM if shape == "pdf" else FileKind.BREACH_DATA
    return _file(actor, kind, name, content, duty.breach_id)


@router.get("/breach-notices/{notice_id}/paper")
def notice_paper(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """The paper as it left."""
    actor = _officer(request, Action.READ)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Notice.objects.select_related("duty__breach").filter(id=notice_id, owner_id=_party(actor)).first()
    if row is None:
        raise UnknownBreach
    name = f"breach-{row.duty.breach.number}-{row.duty.kind}-{row.phase}.pdf"
    return _file(actor, FileKind.BREACH_LETTER, name, bytes(row.paper), row.duty.breach_id)


# --- inside ----------------------------------------------------------------------------------------------------------


def _officer(request: HttpRequest, action: Action) -> Actor:
    actor = acting(request)
    require(actor, action, Resource(ResourceKind.BREACH, None, actor.party_id))
    return actor


def _party(actor: Actor) -> UUID:
    assert actor.party_id is not None
    return actor.party_id


def _file(actor: Actor, kind: FileKind, name: str, content: bytes, breach_id: UUID | None) -> HttpResponse:
    resource = Resource(ResourceKind.BREACH, breach_id, actor.party_id)
    return exports.answer(exports.send(actor, kind, name, content, purpose="breach_handling", resource=resource))


def _duty(duty_id: UUID) -> Duty:
    row = Duty.objects.select_related("breach").filter(id=duty_id, owner_id=tenancy.current_party()).first()
    if row is None:
        raise UnknownBreach
    return row


def _names(rows: Sequence[Breach], duties: Collection[Duty]) -> dict[UUID, str]:
    parties = people.party_names({one.towards for one in duties if one.towards}, seen_by=tenancy.current_party())
    return parties | people.person_names({row.reported_by for row in rows})


def _mine(row: Breach) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "state": row.state, "what": row.what,
        "known_ms": clock.ms(row.known_at), "reported_ms": clock.ms(row.reported_at),
    }  # fmt: skip


def _brief(row: Breach, duties: Sequence[Duty], names: dict[UUID, str]) -> dict[str, Any]:
    return {
        **_mine(row), "reported_by": names.get(row.reported_by, ""), "risk": row.risk, "reason": row.reason,
        "closed_ms": clock.ms(row.closed_at), "duties": [_duty_shape(one, names) for one in duties],
    }  # fmt: skip


def _duty_shape(one: Duty, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "kind": one.kind, "towards": None if one.towards is None else str(one.towards),
        "name": names.get(one.towards, "") if one.towards else "", "started_ms": clock.ms(one.started_at),
        "due_ms": clock.ms(one.due_at), "source": grounds.said(one.source),
        "met_ms": clock.ms(one.met_at),
        "complete": one.complete, "late_reason": one.late_reason, "dropped_ms": clock.ms(one.dropped_at),
    }  # fmt: skip


def _case(actor: Actor, breach_id: UUID) -> dict[str, Any]:
    require(actor, Action.READ, Resource(ResourceKind.BREACH, breach_id, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        row = Breach.objects.filter(id=breach_id, owner_id=_party(actor)).first()
        if row is None:
            raise UnknownBreach
        found = queries.whole(row)
        names = _all_names(found)
        return {
            **_brief(row, found.duties, names), "now_ms": clock.now_ms(),
            "began_ms": clock.ms(row.began_at), "ended_ms": clock.ms(row.ended_at), "nature": row.nature,
            "cause": row.cause, "scope": row.scope, "assessed": _by(row.assessed_by, row.assessed_at, names),
            "severity": row.severity, "likelihood": row.likelihood, "consequences": row.consequences,
            "judged": _by(row.judged_by, row.judged_at, names), "evaluation": row.evaluation, "lessons": row.lessons,
            "evaluated": _by(row.evaluated_by, row.evaluated_at, names),
            "closed": _by(row.closed_by, row.closed_at, names),
            "affected": [_affected(one, names) for one in found.affected],
            "notices": [_notice(one, names) for one in found.notices],
            "measures": [_measure(one, names) for one in found.measures],
            "people": [
                {"id": str(one.id), "name": one.display_name} for one in people.members(row.owner_id, actions.STAFF)
            ],
        }  # fmt: skip


def _all_names(found: queries.Whole) -> dict[UUID, str]:
    row = found.row
    persons = {row.assessed_by, row.judged_by, row.evaluated_by, row.closed_by, row.reported_by}
    persons |= {one.made_by for one in found.notices} | {one.person_id for one in found.measures}
    persons |= {one.done_by for one in found.measures}
    parties = {one.party_id for one in found.affected} | {one.towards for one in found.duties if one.towards}
    names = people.party_names(parties, seen_by=row.owner_id)
    return names | people.person_names({one for one in persons if one})


def _by(person_id: UUID | None, at: Any, names: dict[UUID, str]) -> dict[str, Any] | None:
    return None if at is None else {"name": names.get(person_id, "") if person_id else "", "at_ms": clock.ms(at)}


def _affected(one: Affected, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "party_id": str(one.party_id), "name": names.get(one.party_id, ""), "side": one.side,
        "people": one.people, "records": one.records, "counted_people": one.counted_people,
        "counted_records": one.counted_records, "said": one.said_by is not None, "lines": one.lines,
        "counted_ms": clock.ms(one.counted_at),
    }  # fmt: skip


def _notice(one: Notice, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "duty_id": str(one.duty_id), "phase": one.phase, "final": one.final, "how": one.how,
        "language": one.language, "to": one.to, "reference": one.reference, "subject": one.subject, "text": one.text,
        "sha256": bytes(one.sha256).hex(), "made_ms": clock.ms(one.made_at), "by": names.get(one.made_by, ""),
        "told_ms": clock.ms(one.told_at), "fault": one.fault,
    }  # fmt: skip


def _measure(one: Measure, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(one.id), "words": one.words, "person_id": str(one.person_id), "name": names.get(one.person_id, ""),
        "due_ms": clock.ms(one.due_at), "done_ms": clock.ms(one.done_at),
        "done_by": names.get(one.done_by, "") if one.done_by else "",
    }  # fmt: skip


_COLUMNS = (
    "number", "state", "known_at", "reported_at", "began_at", "ended_at", "what", "nature", "cause", "severity",
    "likelihood", "risk", "reason", "consequences", "told", "not_told", "measures", "evaluation", "lessons",
    "closed_at",
)  # fmt: skip


def _register_csv(rows: Sequence[Breach], duties: dict[UUID, list[Duty]], names: dict[UUID, str]) -> bytes:
    """Facts, effects and what was done about each (Art. 33(5)). A cell that a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    measures: dict[UUID, list[Measure]] = {}
    for made in Measure.objects.filter(breach__in=[row.id for row in rows]).order_by("due_at"):
        measures.setdefault(made.breach_id, []).append(made)
    for row in rows:
        owed = duties.get(row.id, [])
        writer.writerow([
            _cell(value) for value in (
                row.number, row.state, row.known_at, row.reported_at, row.began_at, row.ended_at, row.what,
                " ".join(row.nature), row.cause, row.severity, row.likelihood, row.risk, row.reason, row.consequences,
                "; ".join(_told(one, names) for one in owed if one.met_at),
                "; ".join(
                    f"{one.kind}: {one.late_reason or row.reason}" for one in owed if one.dropped_at and not one.met_at
                ),
                "; ".join(f"{one.words} ({_iso(one.done_at) or 'open'})" for one in measures.get(row.id, [])),
                row.evaluation, row.lessons, row.closed_at,
            )
        ])  # fmt: skip
    return out.getvalue().encode()


def _told(one: Duty, names: dict[UUID, str]) -> str:
    name = names.get(one.towards, "") if one.towards else ""
    return " ".join(part for part in (one.kind, name, _iso(one.met_at)) if part)


def _iso(at: Any) -> str:
    return "" if at is None else at.isoformat()


def _cell(value: Any) -> str:
    text = _iso(value) if hasattr(value, "isoformat") else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text


