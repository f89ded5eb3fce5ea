# SPDX-License-Identifier: EUPL-1.2
"""Requests of data subjects: the office's handling of them, the owner's approval, and asking for one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, decide
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.registers import words as declared
from zegel.server.requests import answering, handling, intake, queries, rules, searching
from zegel.server.requests.models import Case, Done, Step
from zegel.server.requests.rules import (
    ARTICLES,
    GROUND_ARTICLES,
    AboutWhat,
    Channel,
    Deed,
    EraseHow,
    Ground,
    How,
    Outcome,
    Right,
    Verdict,
)
from zegel.server.sites.models import Site
from zegel.server.tasks import scope

router = Router(tags=["requests"])
MOST_LINES = 2000

for _code, _status in (
    ("unknown_case", 404), ("bad_case", 422), ("case_not_now", 409), ("identity_not_established", 409),
    ("not_approved", 409), ("lines_not_reviewed", 409),
):  # fmt: skip
    errors.status(_code, _status)


class Said(Schema):
    about: AboutWhat
    rights: list[Right] = Field(min_length=1, max_length=8)
    language: str = Field(min_length=2, max_length=2)
    name: str = Field(max_length=200)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    postal: str = Field(default="", max_length=300)
    text: str = Field(default="", max_length=rules.LONGEST_TEXT)
    site_id: UUID | None = None
    from_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    to_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    look: str = Field(default="", max_length=500)


class TakenIn(Said):
    """A letter, a call, a visit. `owner_id`: the controller, the acting party itself where none is named."""

    channel: Channel
    owner_id: UUID | None = None
    received_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)


class Mine(Schema):
    rights: list[Right] = Field(min_length=1, max_length=8)
    text: str = Field(default="", max_length=rules.LONGEST_TEXT)


class Words(Schema):
    words: str = Field(default="", max_length=rules.LONGEST_WORDS)


class Sure(Schema):
    how: How
    seen: str = Field(max_length=rules.LONGEST_SEEN)


class Subject(Schema):
    kind: str = Field(max_length=10)
    value: str = Field(max_length=254)


class Subjects(Schema):
    subjects: list[Subject] = Field(max_length=handling.MOST_SUBJECTS)


class Decided(Schema):
    model: str = Field(max_length=80)
    key: str = Field(max_length=64)
    field: str = Field(max_length=60)
    verdict: Verdict
    text: str = Field(default="", max_length=rules.LONGEST_TEXT)


class Review(Schema):
    lines: list[Decided] = Field(min_length=1, max_length=MOST_LINES)


class DidIt(Schema):
    deed: Deed
    words: str = Field(max_length=rules.LONGEST_WORDS)
    count: int = Field(default=1, ge=0, le=1_000_000)
    proof: Bytes | None = None


class Prepared(Schema):
    outcome: Outcome
    ground: Ground | None = None
    words: str = Field(default="", max_length=rules.LONGEST_WORDS)
    erase_how: EraseHow | None = None


class Given(Schema):
    """`proof`: of the list that was shown, where something is erased."""

    proof: Bytes | None = None


Days = Annotated[int, Query(ge=1, le=3660)]


@router.get("/requests")
def listed(request: HttpRequest, ended: bool = False) -> dict[str, Any]:
    """What runs, or what ended; for whom the office works, so that one can be taken in."""
    actor = acting(request)
    rows = queries.cases(actor, ended=ended)
    names = _controllers(actor, rows)
    return {
        "now_ms": clock.now_ms(),
        "requests": [_short(row, names) for row in rows],
        "controllers": _may_be_controllers(actor),
        "rights": [{"right": right.value, "article": ARTICLES[right]} for right in Right],
    }


@router.post("/requests")
def take_in(request: HttpRequest, body: TakenIn) -> dict[str, Any]:
    """A letter, a call, a visit."""
    actor = acting(request)
    assert actor.party_id is not None
    said = _said(body)
    received = clock.moment(body.received_ms)
    case = intake.take_in(actor, body.owner_id or actor.party_id, said, body.channel, received)
    return _whole(actor, case.id)


@router.post("/requests/mine")
def ask_mine(request: HttpRequest, body: Mine) -> dict[str, Any]:
    """For what the acting party keeps about the one who asks; `code` opens the answer and is told this once."""
    case, code = intake.ask_mine(acting(request), body.rights, body.text)
    return {"number": case.number, "code": code, "due_ms": clock.ms(case.due_at)}


@router.get("/requests/figures")
def figures(request: HttpRequest, days: Days = 365) -> dict[str, Any]:
    """Of what came in in so many days."""
    found = queries.figures(acting(request), clock.now() - timedelta(days=days))
    return {
        "count": found.count, "open": found.open, "late": found.late, "days": found.days, "by_right": found.by_right,
        "by_outcome": found.by_outcome, "by_ground": found.by_ground,
    }  # fmt: skip


@router.post("/requests/register")
def register(request: HttpRequest) -> HttpResponse:
    """The register as a spreadsheet; that it was taken is in the log."""
    return exports.answer(queries.register(acting(request)))


@router.get("/requests/{case_id}")
def one(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """All of it, with its history."""
    return _whole(acting(request), case_id)


@router.get("/requests/{case_id}/found")
def found(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """What there is of him, line by line, and what was decided; of recordings, which there are."""
    actor = acting(request)
    seen = searching.of_case(actor, case_id)
    return {
        "left": seen.left, "lines": [_line(one) for one in seen.fields],
        "recordings": [
            {"camera_id": str(one.camera_id), "camera": one.camera, "unit": one.unit, "from_ms": one.from_ms,
             "to_ms": one.to_ms, "seconds": one.seconds}
            for one in seen.recordings
        ],
        "candidates": [
            {"kind": one.kind, "value": one.value, "name": one.name, "beside": one.beside}
            for one in searching.candidates(actor, case_id)
        ],
    }  # fmt: skip


@router.get("/requests/{case_id}/erasing")
def erasing(request: HttpRequest, case_id: UUID, how: EraseHow) -> dict[str, Any]:
    """What an erasure would do, and the proof that one saw it."""
    shown = answering.preview(acting(request), case_id, how)
    return {
        "proof": shown.proof.hex(),
        "lines": [
            {"model": line.model, "fate": line.fate.value, "count": line.count, "basis": line.basis}
            for line in shown.lines
        ],
    }


@router.post("/requests/{case_id}/take-over")
def take_over(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """A form that nobody confirmed."""
    return _whole(acting(request), handling.take_over(acting(request), case_id).id)


@router.post("/requests/{case_id}/ask-identity")
def ask_identity(request: HttpRequest, case_id: UUID, body: Words) -> dict[str, Any]:
    """He is asked, by mail, how it can be made sure."""
    return _whole(acting(request), handling.ask_identity(acting(request), case_id, body.words).id)


@router.post("/requests/{case_id}/establish")
def establish(request: HttpRequest, case_id: UUID, body: Sure) -> dict[str, Any]:
    """It is sure who asks. `code`: to be told to him, this once."""
    case, code = handling.establish(acting(request), case_id, body.how, body.seen)
    return _whole(acting(request), case.id) | {"code": code}


@router.post("/requests/{case_id}/new-code")
def new_code(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """He lost his."""
    return {"code": handling.new_code(acting(request), case_id)}


@router.post("/requests/{case_id}/not-established")
def not_established(request: HttpRequest, case_id: UUID, body: Words) -> dict[str, Any]:
    """It could not be made sure."""
    return _whole(acting(request), handling.not_established(acting(request), case_id, body.words).id)


@router.post("/requests/{case_id}/extend")
def extend(request: HttpRequest, case_id: UUID, body: Words) -> dict[str, Any]:
    """Once, with its reason; he is told at once."""
    return _whole(acting(request), handling.extend(acting(request), case_id, body.words).id)


@router.post("/requests/{case_id}/subjects")
def subjects(request: HttpRequest, case_id: UUID, body: Subjects) -> dict[str, Any]:
    """Under which person, contact or address he is looked for."""
    chosen = [(one.kind, one.value) for one in body.subjects]
    searching.choose(acting(request), case_id, chosen)
    return found(request, case_id)


@router.post("/requests/{case_id}/review")
def review(request: HttpRequest, case_id: UUID, body: Review) -> dict[str, Any]:
    """What a person decided, line by line."""
    lines = [(one.model, one.key, one.field, one.verdict, one.text) for one in body.lines]
    searching.review(acting(request), case_id, lines)
    return found(request, case_id)


@router.post("/requests/{case_id}/did")
def did(request: HttpRequest, case_id: UUID, body: DidIt) -> dict[str, Any]:
    """Something was done about it where it belongs."""
    case = handling.did(acting(request), case_id, body.deed, body.words, body.count, proof=body.proof)
    return _whole(acting(request), case.id)


@router.post("/requests/{case_id}/prepare")
def prepare(request: HttpRequest, case_id: UUID, body: Prepared) -> dict[str, Any]:
    """How it is to end."""
    wanted = handling.Proposal(body.outcome, body.ground, body.words, body.erase_how)
    return _whole(acting(request), handling.prepare(acting(request), case_id, wanted).id)


@router.post("/requests/{case_id}/send-back")
def send_back(request: HttpRequest, case_id: UUID, body: Words) -> dict[str, Any]:
    """Whoever is responsible wants it otherwise."""
    return _whole(acting(request), handling.send_back(acting(request), case_id, body.words).id)


@router.post("/requests/{case_id}/give")
def give(request: HttpRequest, case_id: UUID, body: Given) -> dict[str, Any]:
    """Carried out, made, logged and sent."""
    return _whole(acting(request), answering.give(acting(request), case_id, body.proof).id)


@router.post("/requests/{case_id}/send-again")
def send_again(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    """A new link to the same answer."""
    answering.send_again(acting(request), case_id)
    return _whole(acting(request), case_id)


@router.post("/requests/{case_id}/printed")
def printed(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The letter of who gave no address, to be handed over or posted; that it was taken is in the log."""
    return exports.answer(answering.printed(acting(request), case_id))


@router.post("/requests/{case_id}/withdraw")
def withdraw(request: HttpRequest, case_id: UUID, body: Words) -> dict[str, Any]:
    """The requester asks it no longer."""
    return _whole(acting(request), handling.withdraw(acting(request), case_id, body.words).id)


# --- shapes ---


def _said(body: Said) -> intake.Said:
    return intake.Said(
        body.about, tuple(body.rights), body.language, body.name, body.email, body.phone, body.postal, body.text,
        body.site_id, clock.moment(body.from_ms), clock.moment(body.to_ms), body.look,
    )  # fmt: skip


def _controllers(actor: Actor, rows: Sequence[Case]) -> dict[UUID, str]:
    assert actor.party_id is not None
    return people.party_names({row.owner_id for row in rows}, seen_by=actor.party_id)


def _may_be_controllers(actor: Actor) -> list[dict[str, Any]]:
    """The acting party and whom it provides for, with their sites; nothing for who takes none in."""
    assert actor.party_id is not None
    if not decide(actor, Action.ADD, Resource(ResourceKind.DATA_REQUEST, None, actor.party_id)).allowed:
        return []
    with tenancy.acting_as(actor.party_id, actor.id):
        parties = [actor.party_id, *sorted(scope.customers(actor.party_id))]
        names = people.party_names(parties, seen_by=actor.party_id)
        sites = list(Site.objects.filter(owner_id__in=parties).order_by("name"))
    return [
        {
            "id": str(party), "name": names.get(party, ""), "own": party == actor.party_id,
            "sites": [{"id": str(s.id), "name": s.name, "tz": s.tz} for s in sites if s.owner_id == party],
        }
        for party in parties
    ]  # fmt: skip


def _short(row: Case, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "about": row.about, "rights": row.rights, "channel": row.channel,
        "state": row.state, "identity": row.identity, "approval": row.approval, "outcome": row.outcome,
        "ground": row.ground, "received_ms": clock.ms(row.received_at), "due_ms": clock.ms(row.due_at),
        "extended": row.extended_at is not None, "ended_ms": clock.ms(row.ended_at),
        "controller": {"id": str(row.owner_id), "name": names.get(row.owner_id, "")},
    }  # fmt: skip


def _whole(actor: Actor, case_id: UUID) -> dict[str, Any]:
    whole = queries.case(actor, case_id)
    row = whole.case
    rights = [Right(right) for right in row.rights]
    who = {row.approval_by, row.identity_by, row.ended_by, *(step.by for step in whole.steps)}
    names = people.person_names({one for one in who if one})
    return _short(row, _controllers(actor, [row])) | {
        "now_ms": clock.now_ms(), "name": row.name, "email": row.email, "phone": row.phone, "postal": row.postal,
        "text": row.text, "language": row.language, "look": row.look, "site": _site(actor, row),
        "from_ms": clock.ms(row.from_at), "to_ms": clock.ms(row.to_at), "confirmed_ms": clock.ms(row.confirmed_at),
        "identity_how": row.identity_how, "identity_seen": row.identity_seen,
        "identity_by": names.get(row.identity_by, "") if row.identity_by else "",
        "ways": [how.value for how in handling.ways(row)],
        "grounds": [{"ground": g.value, "article": GROUND_ARTICLES[g]} for g in rules.grounds_for(rights)],
        "articles": {right.value: ARTICLES[right] for right in rights}, "words": row.outcome_words,
        "erase_how": row.erase_how, "subjects": row.subjects, "counts": row.outcome_counts,
        "searched_ms": clock.ms(row.searched_at), "approval_words": row.approval_words,
        "approval_by": names.get(row.approval_by, "") if row.approval_by else "",
        "approval_ms": clock.ms(row.approval_at), "forgotten_ms": clock.ms(row.forgotten_at),
        "ended_by": names.get(row.ended_by, "") if row.ended_by else "",
        "steps": [_step(step, names) for step in whole.steps], "deeds": [_deed(deed) for deed in whole.deeds],
        "own": row.owner_id == actor.party_id, "printable": _printable(actor, row),
        "may": {
            name.value: decide(actor, name, handling.resource(row)).allowed
            for name in (Action.CHANGE, Action.ANSWER, Action.SIGN, Action.RECORD)
        },
    }  # fmt: skip


def _printable(actor: Actor, row: Case) -> bool:
    with tenancy.acting_as(actor.party_id, actor.id):
        return answering.printable(row) is not None


def _site(actor: Actor, row: Case) -> dict[str, Any] | None:
    if row.site_id is None:
        return None
    with tenancy.acting_as(actor.party_id, actor.id):
        site = Site.objects.filter(id=row.site_id).first()
    return None if site is None else {"id": str(site.id), "name": site.name, "tz": site.tz}


def _step(step: Step, names: dict[UUID, str]) -> dict[str, Any]:
    by = names.get(step.by, "") if step.by else ""
    return {"at_ms": clock.ms(step.at), "what": step.what, "by": by, "words": step.words}


def _deed(deed: Done) -> dict[str, Any]:
    proof = None if deed.proof is None else bytes(deed.proof).hex()
    return {"deed": deed.deed, "count": deed.count, "words": deed.words, "at_ms": clock.ms(deed.at), "proof": proof}


def _line(one: searching.Reviewed) -> dict[str, Any]:
    it = one.field
    return {
        "model": it.model, "key": it.key, "field": it.name, "value": it.value, "free": it.free,
        "category": it.declaration.category.value, "purpose": declared.word(it.declaration.purpose),
        "verdict": None if one.verdict is None else one.verdict.value, "text": one.text,
    }  # fmt: skip
