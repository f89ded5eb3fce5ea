# SPDX-License-Identifier: EUPL-1.2
"""The promises as who keeps the books sees them, trying them now, and what an auditor takes with him."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.exports import actions as exports
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import witnesses
from zegel.server.promises import pack, queries, running, shipped, statement, words
from zegel.server.promises.catalogue import document, filled, promises
from zegel.server.promises.errors import UnknownPromise
from zegel.server.promises.queries import Line
from zegel.server.promises.rules import Result, State, Why

DRIVEN = "C4"  # what a browser proves better than requests can

router = Router(tags=["promises"])

for _code, _status in (("unknown_promise", 404), ("no_statement", 404)):
    errors.status(_code, _status)


class Wanted(Schema):
    promises: list[str] = Field(default_factory=list, max_length=80)


@router.get("/promises")
def all_of_them(request: HttpRequest) -> dict[str, Any]:
    """Each promise with its state; what of them this provider's profiles name; the witnesses of the log."""
    actor = _reader(request)
    assert actor.party_id is not None
    whose = queries.subject(actor.party_id)
    if whose is None or not whose.is_provider:
        return {"provider": False, "promises": [], "witnesses": [], "may_check": False, "may_export": False}
    used = queries.names_of(whose.profiles)
    lines = queries.lines(actor.party_id, set(promises()), queries.figures_of(whose.profiles))
    thing = Resource(ResourceKind.PROMISE, None, actor.party_id)
    pack_of = Resource(ResourceKind.AUDIT_PACK, None, actor.party_id)
    newest = statement.newest(actor.party_id)
    return {
        "provider": True, "now_ms": clock.now_ms(), "profiles": list(whose.profiles), "of": str(actor.party_id),
        "promises": [_shape(line) | {"used": line.promise.id in used} for line in lines],
        "witnesses": [
            {"name": one.name, "size": one.size, "at_ms": clock.ms(one.at), "refused": one.refused}
            for one in witnesses.standing()
        ],
        "statement": None if newest is None else {"number": newest.number, "made_ms": clock.ms(newest.made_at)},
        "may_check": decide(actor, Action.CHECK, thing).allowed,
        "may_export": decide(actor, Action.EXPORT, pack_of).allowed,
    }  # fmt: skip


@router.post("/promises/check")
def check(request: HttpRequest, body: Wanted) -> dict[str, Any]:
    """Tries these promises now (none named: all that can be)."""
    row = running.run_asked(acting(request), body.promises)
    return {"kept": row.kept, "broken": row.broken, "unproven": row.unproven, "entry": row.index}


@router.get("/promises/{promise}")
def one(request: HttpRequest, promise: str) -> dict[str, Any]:
    """One promise with every attempt of the last days."""
    actor = _reader(request)
    assert actor.party_id is not None
    if promise not in promises():
        raise UnknownPromise
    whose = queries.subject(actor.party_id)
    figures = queries.figures_of(whose.profiles) if whose else {}
    line = queries.lines(actor.party_id, {promise}, figures)[0]
    rows = queries.history(actor.party_id, promise, 60)
    return _shape(line) | {
        "driven": str(words.DRIVEN[shipped.driven().standing]) if promise == DRIVEN else "",
        "tries": [
            {"id": str(row.id), "state": row.state, "word": str(words.STATES[State(row.state)]), "which": row.which,
             "found": words.found(Result(State(row.state), row.tried, row.failed, Why(row.why))),
             "at_ms": clock.ms(row.at), "took_ms": row.took_ms}
            for row in rows
        ]
    }  # fmt: skip


@router.post("/audit-pack")
def audit_pack(request: HttpRequest) -> HttpResponse:
    """The accountability pack, ledgered, as a file."""
    return exports.answer(pack.make(acting(request), (get_language() or "en")[:2]))


@router.get("/statement")
def own_statement(request: HttpRequest) -> dict[str, Any]:
    """Where the acting party's own statement is read, and its versions."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.STATEMENT, None, actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = statement.versions(actor.party_id)
    return {
        "address": f"/statement?of={actor.party_id}", "promises": f"/promises?of={actor.party_id}",
        "versions": [{"number": row.number, "made_ms": clock.ms(row.made_at)} for row in rows],
    }  # fmt: skip


def _reader(request: HttpRequest) -> Actor:
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.PROMISE, None, actor.party_id))
    return actor


def _shape(line: Line) -> dict[str, Any]:
    language = (get_language() or "en")[:2]
    read = document(line.promise)
    why = Why.OLD if line.state is State.STALE else line.result.why
    return {
        "id": line.promise.id, "state": line.state.value, "word": str(words.STATES[line.state]), "why": why.value,
        "text": filled(line.promise.text.get(language, line.promise.text["en"]), line.parameters),
        "how": filled(line.promise.how.get(language, line.promise.how["en"]), line.parameters),
        "found": str(words.REASONS[why]) if why is Why.OLD else words.found(line.result),
        "which": list(line.result.which),
        "at_ms": clock.ms(line.at), "every": str(words.EVERY[line.every]) if line.every else "",
        "document": read.name if read else "", "evidence": str(line.evidence_id or ""),
        "days": [day.value if day else "" for day in line.days],
    }  # fmt: skip


