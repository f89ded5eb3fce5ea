# SPDX-License-Identifier: EUPL-1.2
"""The log of use (I5): reading it, handing it over, and what a browser prints or keeps being written in it first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.exports import actions as exports
from zegel.server.exports import use_log
from zegel.server.exports.actions import FileKind, Way
from zegel.server.exports.use_log import Filter, Use
from zegel.server.people import queries as people

router = Router(tags=["log of use"])

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Word = Annotated[str, Field(max_length=40, pattern=r"^[a-z_]*$")]


class Noted(Schema):
    """`what`: a short code of what it is; `count`: how many rows, pictures or pages of it."""

    what: str = Field(max_length=40, pattern=r"^[a-z][a-z_]*$")
    count: int = Field(default=0, ge=0, lt=2**31)
    about: UUID | None = None


class Kept(Noted):
    name: str = Field(max_length=120)
    size: int = Field(default=0, ge=0, lt=2**53)


class Wanted(Schema):
    since_ms: Moment = 0
    until_ms: Moment | None = None
    person_id: UUID | None = None
    what: Word = ""

    def filter(self) -> Filter:
        return Filter(self.since_ms, self.until_ms, self.person_id, self.what)


@router.post("/exports/printed")
def printed(request: HttpRequest, body: Noted) -> dict[str, Any]:
    """Before the browser's print dialog opens: who prints what."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    return {"index": exports.note(actor, Way.PRINT, body.what, count=body.count, about=body.about)}


@router.post("/exports/kept")
def kept(request: HttpRequest, body: Kept) -> dict[str, Any]:
    """Before the browser keeps a file that it made of what its person sees."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    index = exports.note(
        actor, Way.MADE, body.what, name=body.name, count=body.count, size=body.size, about=body.about
    )  # fmt: skip
    return {"index": index}


@router.get("/use-log")
def log(
    request: HttpRequest, wanted: Query[Wanted], before: Annotated[int | None, Query(ge=0, lt=2**53)] = None
) -> dict[str, Any]:  # fmt: skip
    """Prints and exports of the acting party's matters and people, the newest first."""
    actor = acting(request)
    rows, more = use_log.page(actor, wanted.filter(), before)
    assert actor.party_id is not None
    names = people.person_names(use_log.people_in(rows))
    parties = people.party_names({row.party_id for row in rows if row.party_id}, seen_by=actor.party_id)
    return {"uses": [_use(row, names, parties) for row in rows], "more": more}


@router.post("/use-log/file")
def file(request: HttpRequest, body: Wanted) -> HttpResponse:
    """The same as a file, to be handed over on request. That it was taken is in the next one."""
    actor = acting(request)
    content, count = use_log.csv_file(actor, body.filter())
    day = datetime.fromtimestamp(body.since_ms / 1000, UTC).strftime("%Y-%m-%d")
    sent = exports.send(
        actor, FileKind.USE_LOG, f"log-of-use-{day}.csv", content, purpose="accountability",
        resource=use_log.resource(actor.party_id), count=count,
    )  # fmt: skip
    return exports.answer(sent)


def _use(row: Use, names: dict[UUID, str], parties: dict[UUID, str]) -> dict[str, Any]:
    return {
        "index": row.index, "at_ms": row.at_ms, "address": row.address, "role": row.role,
        "person_id": None if row.person_id is None else str(row.person_id),
        "who": names.get(row.person_id, "") if row.person_id else "",
        "party": parties.get(row.party_id, "") if row.party_id else "",
        "what": row.what, "how": row.how, "purpose": row.purpose, "recipient": row.recipient, "file": row.name,
        "size": row.size, "count": row.count, "from_ms": row.from_ms, "to_ms": row.to_ms, "forgotten": row.forgotten,
    }  # fmt: skip
