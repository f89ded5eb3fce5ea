# SPDX-License-Identifier: EUPL-1.2
"""Taking a list of customers over from a file: up, said what its columns hold, looked at, written, reported."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import unquote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.customers.rules import Standing
from zegel.server.exports import actions as exports
from zegel.server.imports import actions, mapping, queries, reading
from zegel.server.imports.mapping import Choices, Taken, Target
from zegel.server.imports.models import Import
from zegel.server.kernel import clock

router = Router(tags=["imports"])

for _code, _status in (
    ("unknown_import", 404), ("bad_file", 422), ("bad_mapping", 422), ("import_not_now", 409),
):  # fmt: skip
    errors.status(_code, _status)

LONGEST_NAME = 400
Targets = Literal[
    "name", "first_name", "infix", "last_name", "company", "street", "street_number", "house_number", "addition",
    "postcode", "city", "postcode_city", "country", "email", "phone", "mobile", "language", "registration_no", "vat_no",
    "consent_until", "brand", "type", "serial", "purchased_on", "plate", "vin", "mileage",
]  # fmt: skip


class Checked(Schema):
    """`columns`: the place of a column (from 0) and what it holds; what is not there is not taken over."""

    columns: dict[Annotated[str, Field(pattern=r"^\d{1,3}$")], Targets] = Field(max_length=200)
    country: str = Field("NL", max_length=2)
    language: Literal["nl", "sv", "de", "en"] = "nl"
    standing: Literal["customer", "prospect"] = "customer"
    consent_until: date | None = None
    things: bool = False


class ReadAnew(Schema):
    encoding: Literal["utf-8", "utf-16-le", "utf-16-be", "cp1252", "cp850", "iso8859-15", "mac-roman"]
    separator: str = Field(min_length=1, max_length=1)
    skip: int = Field(0, ge=0, le=100)


@router.get("/service/imports")
def listed(request: HttpRequest) -> dict[str, Any]:
    return {"imports": [_line(row) for row in queries.listed(acting(request))]}


@router.post("/service/imports")
def upload(request: HttpRequest) -> dict[str, Any]:
    """The bare bytes of the file as the body; its name in the header X-File-Name, percent-encoded."""
    name = unquote(request.headers.get("X-File-Name", ""))[:LONGEST_NAME]
    row = actions.upload(acting(request), name, request.read(reading.LARGEST + 1))
    return one(request, row.id)


@router.get("/service/imports/{import_id}")
def one(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    found = queries.look(acting(request), import_id)
    row = found.row
    return _line(row) | {
        "header": row.header, "habits": row.habits, "columns": row.columns, "choices": row.choices,
        "targets": [target.value for target in Target], "of_thing": sorted(one.value for one in mapping.OF_THING),
        "sample": [_sample(line, cells, taken) for line, cells, taken in found.sample],
        "remarks": [{"line": one.line, "what": one.what, "refused": one.refused} for one in found.remarks],
    }  # fmt: skip


@router.post("/service/imports/{import_id}/habits")
def read_anew(request: HttpRequest, import_id: UUID, body: ReadAnew) -> dict[str, Any]:
    """How the file is written, where it was guessed wrong."""
    actions.read_anew(acting(request), import_id, body.encoding, body.separator, body.skip)
    return one(request, import_id)


@router.post("/service/imports/{import_id}/check")
def check(request: HttpRequest, import_id: UUID, body: Checked) -> dict[str, Any]:
    """Reads every line and writes nothing; the figures follow."""
    columns = {int(place): Target(target) for place, target in body.columns.items()}
    by = Choices(columns, body.country.upper(), body.language, Standing(body.standing), body.consent_until, body.things)
    actions.check(acting(request), import_id, columns, by)
    return one(request, import_id)


@router.post("/service/imports/{import_id}/run")
def run(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    return _line(actions.run(acting(request), import_id))


@router.post("/service/imports/{import_id}/pause")
def pause(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    return _line(actions.pause(acting(request), import_id))


@router.post("/service/imports/{import_id}/resume")
def resume(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    return _line(actions.resume(acting(request), import_id))


@router.post("/service/imports/{import_id}/discard")
def discard(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    """The file goes at once; what was taken over of it stays."""
    return _line(actions.discard(acting(request), import_id))


@router.post("/service/imports/{import_id}/report")
def report(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Lines that were refused or taken over without something, as CSV; written in the log of use."""
    return exports.answer(queries.report(acting(request), import_id))


def _line(row: Import) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "state": row.state, "size": row.size, "rows": row.rows,
        "dealt": row.dealt, "added": row.added, "matched": row.matched, "refused": row.refused, "things": row.things,
        "made_ms": clock.ms(row.made_at), "ended_ms": clock.ms(row.ended_at), "expires_ms": clock.ms(row.expires_at),
        "there": row.shred is not None,
    }  # fmt: skip


def _sample(line: int, cells: tuple[str, ...], taken: Taken) -> dict[str, Any]:
    said = taken.details
    shown = None if said is None else {
        "name": said.name, "kind": said.kind.value, "city": said.city, "email": said.email, "phone": said.phone,
        "place": " ".join(part for part in (said.street, said.house_number, said.postcode) if part),
    }  # fmt: skip
    return {"line": line, "cells": list(cells), "taken": shown, "fault": taken.fault, "left_out": list(taken.left_out)}
