# SPDX-License-Identifier: EUPL-1.2
"""The registers of Art. 30, the table that they are made from, and who judges their lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Field, Router, Schema

from zegel.declare import BodyDeclaration, Declaration, Purpose, TrackDeclaration, not_personal_marks
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.registers import actions, exporting, making, queries, table, telling, words
from zegel.server.registers.models import LineReview, RegisterVersion, Risk
from zegel.server.registers.rules import Article

router = Router(tags=["registers"])

errors.status("unknown_register", 404)
errors.status("bad_review", 422)


class Judged(Schema):
    article: Article
    line: str = Field(max_length=40)
    risk: Risk
    why: str = Field(max_length=2000)
    measures: str = Field(default="", max_length=2000)
    assessment: str = Field(default="", max_length=300)
    next_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)


@router.get("/declarations")
def declared(request: HttpRequest) -> dict[str, Any]:
    """What is held of whom, what for, how long, and how it is erased; grouped, in the reader's language."""
    require(acting(request), Action.READ, Resource(ResourceKind.DECLARATIONS))
    every = making.everything()
    return {
        "rows": table.rows(every, words.word),
        "counts": {
            "fields": sum(isinstance(one, Declaration) for one in every),
            "tracks": sum(isinstance(one, TrackDeclaration) for one in every),
            "kinds": sum(isinstance(one, BodyDeclaration) for one in every),
            "not_personal": len(not_personal_marks()),
        },
    }


@router.get("/registers")
def registers(request: HttpRequest) -> dict[str, Any]:
    """The acting party's registers as they hold now, and the lines that somebody must judge, the nearest first."""
    actor = _reader(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        assert actor.party_id is not None
        rows, due = queries.current(actor.party_id), queries.due(actor.party_id)
    return {
        "now_ms": clock.now_ms(),
        "registers": [{**_version(row), "lines": len(row.content["lines"])} for row in rows],
        "due": [
            {"article": one.article.value, "line": one.line, "words": _purpose(one.line), "at_ms": clock.ms(one.at)}
            for one in due
        ],
        "may": {"judge": decide(actor, Action.JUDGE, _resource(actor)).allowed},
    }


@router.post("/registers/renew")
def renew(request: HttpRequest) -> dict[str, Any]:
    """Makes them anew at once; each night it happens by itself. How many changed."""
    actor = _reader(request)
    require(actor, Action.JUDGE, _resource(actor))
    assert actor.party_id is not None
    return {"changed": actions.refresh(actor.party_id)}


@router.post("/registers/judge")
def judge(request: HttpRequest, body: Judged) -> dict[str, Any]:
    """Somebody judged a line."""
    actor = acting(request)
    assert actor.party_id is not None
    row = actions.judge(
        actor, actor.party_id, body.article, body.line, risk=body.risk, why=body.why, measures=body.measures,
        assessment=body.assessment, next_at=clock.moment(body.next_ms),
    )  # fmt: skip
    return {"judged": _judged(row, people.person_names({row.reviewed_by} if row.reviewed_by else set()))}


@router.get("/registers/{version_id}")
def register(request: HttpRequest, version_id: UUID) -> dict[str, Any]:
    """One version, in the reader's language, with every other version of it."""
    actor = _reader(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        assert actor.party_id is not None
        row = queries.version(actor.party_id, version_id)
        found, judged = telling.told(row), queries.reviews(actor.party_id, row.article, row.superseded_at)
        names = people.person_names({one.reviewed_by for one in judged.values() if one.reviewed_by})
        history = queries.history(row)
        due = {one.line: one.at for one in queries.due(actor.party_id) if one.article == row.article}
    return {
        **_version(row), "title": found.title, "facts": [list(pair) for pair in found.facts], "now_ms": clock.now_ms(),
        "lines": [
            {"key": line["key"], "words": _purpose(line["key"]),
             "facts": [list(pair) for pair in telling.line_told(line)[1:]], "sources": line["sources"],
             "judged": _judged(judged.get(line["key"]), names), "due_ms": _ms(due.get(line["key"]))}
            for line in row.content["lines"]
        ],
        "history": [_times(one) for one in history],
        "forms": list(exporting.FORMS),
        "may": {
            "judge": row.superseded_at is None and decide(actor, Action.JUDGE, _resource(actor)).allowed,
            "export": decide(actor, Action.EXPORT, _resource(actor)).allowed,
        },
    }  # fmt: skip


@router.post("/registers/{version_id}/file")
def file(request: HttpRequest, version_id: UUID, form: Literal["pdf", "xlsx", "jsonld"]) -> HttpResponse:
    """The register to keep; that it was taken is in the log."""
    actor = _reader(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        assert actor.party_id is not None
        row = queries.version(actor.party_id, version_id)
    return exports.answer(exporting.send(actor, row, form, (get_language() or "en")[:2]))


# --- shapes ---


def _resource(actor: Actor) -> Resource:
    return Resource(ResourceKind.REGISTER, None, actor.party_id)


def _reader(request: HttpRequest) -> Actor:
    actor = acting(request)
    require(actor, Action.READ, _resource(actor))
    return actor


def _version(row: RegisterVersion) -> dict[str, Any]:
    controller = row.content["controller"]
    return {
        **_times(row), "article": row.article, "controller": {"id": controller["id"], "name": controller["name"]},
        "own": row.controller_id == row.owner_id,
    }  # fmt: skip


def _times(row: RegisterVersion) -> dict[str, Any]:
    return {
        "id": str(row.id), "number": row.number, "from_ms": clock.ms(row.valid_from), "to_ms": _ms(row.superseded_at),
        "hash": bytes(row.hash).hex(),
    }  # fmt: skip


def _judged(row: LineReview | None, names: dict[UUID, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "risk": row.risk, "words": words.word(Risk(row.risk)), "why": row.why, "measures": row.measures,
        "assessment": row.assessment, "by": names.get(row.reviewed_by, "") if row.reviewed_by else "",
        "at_ms": clock.ms(row.reviewed_at), "next_ms": clock.ms(row.next_at),
    }  # fmt: skip


def _purpose(key: str) -> str:
    return words.word(Purpose(key)) if key in {one.value for one in Purpose} else key


def _ms(moment: datetime | None) -> int | None:
    return clock.ms(moment)
