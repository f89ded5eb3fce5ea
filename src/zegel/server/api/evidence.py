# SPDX-License-Identifier: EUPL-1.2
"""Orders of authorities, packages, the register of disclosures (C5). No recording passes here: who holds the key makes
the package; a provider, who holds none, gets ciphertext through the door."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes, to_text
from zegel.server.evidence import actions, authority, handing, queries, report, sealed
from zegel.server.evidence.actions import OrderSaid, PackageSaid
from zegel.server.evidence.errors import UnknownOrder
from zegel.server.evidence.handing import FilmSaid
from zegel.server.evidence.models import Disclosure, Handed, Order, Preparation
from zegel.server.evidence.report import FileSaid, Link
from zegel.server.evidence.rules import APPROVED_FOR, Form, Ground
from zegel.server.exports import actions as exports
from zegel.server.exports import use_log
from zegel.server.exports.actions import FileKind
from zegel.server.exports.use_log import plain_cell
from zegel.server.gate import Action, decide
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.lifecycle import incidents
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites

router = Router(tags=["evidence"])

for _code, _status in (
    ("unknown_order", 404), ("unknown_preparation", 404), ("bad_order", 422), ("order_decided", 409),
    ("package_asked", 409), ("nothing_sealed", 404), ("not_listed_yet", 409),
    ("too_much_sealed", 422), ("bad_film", 422), ("film_gone", 404),
):  # fmt: skip
    errors.status(_code, _status)

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
Line = Annotated[str, Field(max_length=200)]
Language = Literal["nl", "sv", "de", "en"]


class NewOrder(Schema):
    site_id: UUID
    authority: Line
    officer: Line = ""
    reference: str = Field(max_length=120)
    ground: Ground
    article: Line = ""
    scope: str = Field(max_length=2000)
    camera_ids: list[UUID] = Field(max_length=64)
    from_ms: Moment
    to_ms: Moment
    received_ms: Moment
    publication: bool = False
    incident_id: UUID | None = None
    paper: Bytes | None = None


class Decided(Schema):
    accepted: bool
    words: str = Field(default="", max_length=1000)


class Asked(Schema):
    order_id: UUID
    alarm_id: UUID


class RecordingSaid(Schema):
    name: str = Field(max_length=160)
    camera: Line
    from_ms: Moment
    to_ms: Moment
    segments: int = Field(ge=0, le=100_000)
    sha256: Bytes
    statement: Bytes
    index: int | None = Field(default=None, ge=0)


class CustodySaid(Schema):
    at_ms: Moment
    what: str = Field(max_length=32, pattern=r"^[a-z_]+$")
    who: Line = ""
    index: int | None = Field(default=None, ge=0)


class ReportWish(Schema):
    package_id: UUID
    order_id: UUID | None = None
    alarm_id: UUID | None = None
    camera_ids: list[UUID] = Field(min_length=1, max_length=64)
    from_ms: Moment
    to_ms: Moment
    recipient: Line
    recordings: list[RecordingSaid] = Field(max_length=300)
    custody: list[CustodySaid] = Field(max_length=2000)
    language: Language = "en"


class NewPackage(Schema):
    package_id: UUID
    form: Literal["originals", "film"]
    order_id: UUID | None = None
    alarm_id: UUID | None = None
    camera_ids: list[UUID] = Field(min_length=1, max_length=64)
    from_ms: Moment
    to_ms: Moment
    purpose: Literal["police", "court", "insurer", "own_record"] = "police"
    recipient: Line
    evidence: Bytes
    signer: Bytes
    size: int = Field(ge=0, lt=2**53)


class KeyShown(Schema):
    public_key: Bytes


class FilmOffered(Schema):
    index: int = Field(ge=0)
    pieces: int = Field(ge=1, le=handing.MOST_PIECES)
    size: int = Field(ge=1, lt=2**31)
    name: str = Field(max_length=120)
    case_id: UUID | None = None


class SealedWish(Schema):
    order_id: UUID
    camera_id: UUID
    from_ms: Moment
    to_ms: Moment
    language: Language = "en"


# --- orders ---


@router.get("/evidence/orders")
def orders(request: HttpRequest) -> dict[str, Any]:
    """Of every owner that the acting party serves, or its own; waiting ones first."""
    actor = acting(request)
    return {"orders": _orders(actor, queries.orders(actor))}


@router.get("/evidence/orders/{order_id}")
def order(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    actor = acting(request)
    return _orders(actor, [queries.order(actor, order_id)])[0]


@router.post("/evidence/orders")
def record(request: HttpRequest, body: NewOrder) -> dict[str, Any]:
    """An authority asks for recordings: who, on what ground, of which cameras and time. Nothing leaves by it yet."""
    actor = acting(request)
    said = OrderSaid(
        body.site_id, body.authority, body.officer, body.reference, body.ground, body.article, body.scope,
        tuple(dict.fromkeys(body.camera_ids)), clock.moment(body.from_ms), clock.moment(body.to_ms),
        clock.moment(body.received_ms), body.publication, body.incident_id, body.paper,
    )  # fmt: skip
    return _orders(actor, [actions.record_order(actor, said)])[0]


@router.post("/evidence/orders/{order_id}/decide")
def decide_order(request: HttpRequest, order_id: UUID, body: Decided) -> dict[str, Any]:
    """It compels us, or it is refused, with the reason."""
    actor = acting(request)
    return _orders(actor, [actions.decide_order(actor, order_id, body.accepted, body.words)])[0]


@router.post("/evidence/orders/{order_id}/end")
def end_order(request: HttpRequest, order_id: UUID) -> dict[str, Any]:
    """Carried out or withdrawn: nothing leaves by it any more."""
    actor = acting(request)
    return _orders(actor, [actions.end_order(actor, order_id)])[0]


# --- two persons at the alarm centre ---


@router.get("/evidence/preparations")
def preparations(request: HttpRequest) -> dict[str, Any]:
    """Packages that the acting alarm centre's people asked for and that are not made yet."""
    actor = acting(request)
    return {"preparations": _preparations(actor, queries.preparations(actor))}


@router.post("/evidence/preparations")
def ask(request: HttpRequest, body: Asked) -> dict[str, Any]:
    """Somebody asks for a package of an alarm's released window, on an accepted order."""
    actor = acting(request)
    return _preparations(actor, [actions.ask_package(actor, body.order_id, body.alarm_id)])[0]


@router.post("/evidence/preparations/{preparation_id}/approve")
def approve(request: HttpRequest, preparation_id: UUID) -> dict[str, Any]:
    """A supervisor, somebody else, agrees: for an hour the package may be made."""
    actor = acting(request)
    return _preparations(actor, [actions.approve_package(actor, preparation_id)])[0]


@router.post("/evidence/preparations/{preparation_id}/end")
def end(request: HttpRequest, preparation_id: UUID) -> dict[str, Any]:
    actions.end_package(acting(request), preparation_id)
    return {"ended": True}


# --- packages ---


@router.post("/evidence/report")
def readable(request: HttpRequest, body: ReportWish) -> HttpResponse:
    """The readable part of a package that is being made: a PDF. What is said of the files, their maker signs."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    said = _wished(body)
    with tenancy.acting_as(actor.party_id, actor.id):
        owner_id = _owner(body.camera_ids[0])
        of = _report_of(actor, body)
        resource = actions.package_resource(owner_id, body.camera_ids[0], said)
    content = report.pdf(of, body.language)
    name = f"report-{body.package_id.hex[:12]}.pdf"
    sent = exports.send(
        actor, FileKind.EVIDENCE_REPORT, name, content, purpose="evidence", resource=resource, owner_id=owner_id
    )
    return exports.answer(sent)


@router.post("/evidence/packages")
def package(request: HttpRequest, body: NewPackage) -> dict[str, Any]:
    """Written down, with its line in the register, before its maker offers the file."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    said = PackageSaid(
        body.package_id, Form(body.form), tuple(dict.fromkeys(body.camera_ids)), body.from_ms, body.to_ms, body.purpose,
        body.recipient, body.evidence, body.signer, body.size, body.order_id, body.alarm_id,
    )  # fmt: skip
    index, promise = actions.declare_package(actor, said)
    return {"package_id": str(body.package_id), "index": index, "promise": to_text(promise)}


@router.post("/evidence/c2pa-certificate")
def c2pa_certificate(request: HttpRequest, body: KeyShown) -> dict[str, Any]:
    """For a key that the asker drew to sign the C2PA manifests of his films with; the films stay with him."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    return {"chain": authority.certify(actor, body.public_key)}


@router.post("/evidence/sealed")
def sealed_file(request: HttpRequest, body: SealedWish) -> HttpResponse:
    """By the provider, on an order: ciphertext, lists and proofs. Nobody here can open it."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    wish = sealed.Wish(body.order_id, body.camera_id, body.from_ms, body.to_ms, body.language)
    return exports.answer(sealed.hand_over(actor, wish))


# --- a redacted film for who asked, behind a link whose key no server gets ---


@router.get("/evidence/films")
def films(request: HttpRequest) -> dict[str, Any]:
    """Those that wait behind links, and those that did; the newest first."""
    return {"films": [_film(row) for row in handing.of(acting(request))]}


@router.post("/evidence/films")
def offer_film(request: HttpRequest, body: FilmOffered) -> dict[str, Any]:
    """Of a redacted export that is in the log. The link's token is told once; its key the browser draws for itself."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    row, token = handing.begin(actor, FilmSaid(body.index, body.pieces, body.size, body.name, body.case_id))
    return _film(row) | {"path": f"/film/{token}"}


@router.post("/evidence/films/{film_id}/pieces/{number}")
def film_piece(request: HttpRequest, film_id: UUID, number: int) -> dict[str, Any]:
    """A piece of ciphertext, as the request's body."""
    handing.put_piece(acting(request), film_id, number, request.body)
    return {"taken": number}


@router.post("/evidence/films/{film_id}/ready")
def film_ready(request: HttpRequest, film_id: UUID) -> dict[str, Any]:
    """All of it is there: the link opens from now on."""
    return _film(handing.ready(acting(request), film_id))


@router.post("/evidence/films/{film_id}/end")
def end_film(request: HttpRequest, film_id: UUID) -> dict[str, Any]:
    """The link opens nothing any more, and what lay behind it goes."""
    return _film(handing.end(acting(request), film_id))


def _film(row: Handed) -> dict[str, Any]:
    return {
        "id": str(row.id), "name": row.name, "recipient": row.recipient, "index": row.export_index, "size": row.size,
        "case_id": None if row.case_id is None else str(row.case_id), "made_ms": clock.ms(row.made_at),
        "ready_ms": clock.ms(row.ready_at), "expires_ms": clock.ms(row.expires_at),
        "opened_ms": clock.ms(row.opened_at), "fetched_ms": clock.ms(row.fetched_at),
        "ended_ms": clock.ms(row.ended_at),
    }  # fmt: skip


# --- the register ---


@router.get("/evidence/disclosures")
def disclosures(
    request: HttpRequest, since_ms: Annotated[int, Query(ge=0, le=LATEST_MS)] = 0,
    until_ms: Annotated[int, Query(ge=0, le=LATEST_MS)] = LATEST_MS,
) -> dict[str, Any]:  # fmt: skip
    """What was handed over, to whom, on which ground; the newest first."""
    actor = acting(request)
    rows = queries.disclosures(actor, clock.moment(since_ms), clock.moment(until_ms))
    return {"disclosures": _disclosures(actor, rows)}


@router.post("/evidence/disclosures/file")
def disclosures_file(request: HttpRequest) -> HttpResponse:
    """The register as a CSV file. That it was taken is itself logged."""
    actor = acting(request)
    rows = _disclosures(actor, queries.disclosures(actor, limit=100_000))
    day = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).strftime("%Y-%m-%d")
    sent = exports.send(
        actor, FileKind.DISCLOSURES, f"disclosures-{day}.csv", _csv(rows), purpose="accountability",
        resource=use_log.resource(actor.party_id), count=len(rows),
    )  # fmt: skip
    return exports.answer(sent)


_COLUMNS = (
    "id", "made_ms", "owner", "maker", "form", "purpose", "authority", "reference", "ground", "article", "scope",
    "recipient", "by", "second", "from_ms", "to_ms", "cameras", "incident", "package_hash", "size",
)  # fmt: skip


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(_COLUMNS)
    for row in rows:
        cells = [", ".join(row["cameras"]) if name == "cameras" else row[name] for name in _COLUMNS]
        write.writerow([plain_cell(cell) for cell in cells])
    return out.getvalue().encode("utf-8-sig")


# --- shapes ---


def _orders(actor: Actor, rows: Sequence[Order]) -> list[dict[str, Any]]:
    assert actor.party_id is not None
    who = {one for row in rows for one in (row.received_by, row.decided_by) if one is not None}
    names = people.person_names(who)
    parties = people.party_names(
        {one for row in rows for one in (row.owner_id, row.received_party_id)}, seen_by=actor.party_id
    )
    with tenancy.acting_as(actor.party_id, actor.id):
        places = {row.site_id: sites.get_site(row.site_id).name for row in rows}
        known = incidents.titles(row.incident_id for row in rows if row.incident_id is not None)
    return [_order(actor, row, names, parties, places) | _incident(row, known) for row in rows]


def _incident(row: Order | None, known: dict[UUID, str]) -> dict[str, Any]:
    """To which incident an order belongs; without a name when it is none of those that the asker may see."""
    if row is None or row.incident_id is None:
        return {"incident_id": None, "incident": ""}
    return {"incident_id": str(row.incident_id), "incident": known.get(row.incident_id, "")}


def _order(
    actor: Actor, row: Order, names: dict[UUID, str], parties: dict[UUID, str], places: dict[UUID, str]
) -> dict[str, Any]:  # fmt: skip
    resource = queries.resource_of(row)
    return {
        "id": str(row.id), "owner_id": str(row.owner_id), "owner": parties.get(row.owner_id, ""),
        "site_id": str(row.site_id), "site": places.get(row.site_id, ""), "authority": row.authority,
        "officer": row.officer, "reference": row.reference, "ground": row.ground, "article": row.article,
        "scope": row.scope, "camera_ids": row.camera_ids, "from_ms": clock.ms(row.from_at),
        "to_ms": clock.ms(row.to_at), "publication": row.publication,
        "received_ms": clock.ms(row.received_at), "received_by": names.get(row.received_by, ""),
        "received_party": parties.get(row.received_party_id, ""), "decision": row.decision,
        "decided_ms": clock.ms(row.decided_at), "decided_by": names.get(row.decided_by, "") if row.decided_by else "",
        "decision_note": row.decision_note, "ended_ms": clock.ms(row.ended_at),
        "may": {
            "decide": decide(actor, Action.DECIDE, resource).allowed, "end": decide(actor, Action.END, resource).allowed
        },
    }  # fmt: skip


def _preparations(actor: Actor, rows: Sequence[Preparation]) -> list[dict[str, Any]]:
    names = people.person_names({one for row in rows for one in (row.asked_by, row.approved_by) if one is not None})
    return [
        {
            "id": str(row.id), "order_id": str(row.order_id), "alarm_id": str(row.alarm_id),
            "authority": row.order.authority, "reference": row.order.reference, "asked_ms": clock.ms(row.asked_at),
            "asked_by": names.get(row.asked_by, ""), "mine": row.asked_by == actor.id,
            "second_id": _other(actor, row),
            "approved_ms": clock.ms(row.approved_at),
            "approved_by": names.get(row.approved_by, "") if row.approved_by else "",
            "until_ms": None if row.approved_at is None else clock.ms(row.approved_at + APPROVED_FOR),
        }
        for row in rows
    ]  # fmt: skip


def _other(actor: Actor, row: Preparation) -> str | None:
    """Who of the two the acting person is not, once both agreed."""
    if row.approved_by is None:
        return None
    return str(row.asked_by if row.approved_by == actor.id else row.approved_by)


def _disclosures(actor: Actor, rows: Sequence[Disclosure]) -> list[dict[str, Any]]:
    assert actor.party_id is not None
    names = people.person_names({one for row in rows for one in (row.made_by, row.second_id) if one is not None})
    parties = people.party_names({one for row in rows for one in (row.owner_id, row.party_id)}, seen_by=actor.party_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        cameras = {
            text: camera.name for row in rows for text in row.camera_ids if (camera := sites.find_camera(UUID(text)))
        }
        known = incidents.titles(
            row.order.incident_id for row in rows if row.order is not None and row.order.incident_id is not None
        )
    return [
        {
            "id": str(row.id), "order_id": None if row.order_id is None else str(row.order_id), "maker": row.maker,
            "form": row.form, "purpose": row.purpose, "authority": row.authority, "reference": row.reference,
            "ground": row.ground, "article": row.article, "scope": row.scope, "recipient": row.recipient,
            "owner": parties.get(row.owner_id, ""), "party": parties.get(row.party_id, ""),
            "by": names.get(row.made_by, ""), "second": names.get(row.second_id, "") if row.second_id else "",
            "from_ms": clock.ms(row.from_at), "to_ms": clock.ms(row.to_at), "made_ms": clock.ms(row.made_at),
            "cameras": [cameras.get(text, text) for text in row.camera_ids],
            "package_hash": bytes(row.package_hash).hex(), "size": row.size, **_incident(row.order, known),
        }
        for row in rows
    ]  # fmt: skip


def _owner(camera_id: UUID) -> UUID:
    """Within an acting party."""
    camera = sites.find_camera(camera_id)
    if camera is None:
        raise UnknownOrder
    return camera.owner_id


def _wished(body: ReportWish) -> PackageSaid:
    return PackageSaid(
        body.package_id, Form.ORIGINALS, tuple(body.camera_ids), body.from_ms, body.to_ms, "police", body.recipient,
        b"", b"", 0, body.order_id, body.alarm_id,
    )  # fmt: skip


def _report_of(actor: Actor, body: ReportWish) -> report.Report:
    files = [
        FileSaid(one.name, one.camera, one.from_ms, one.to_ms, one.segments, one.sha256, one.statement, one.index)
        for one in body.recordings
    ]
    custody = [Link(one.at_ms, one.what, one.who, one.index) for one in body.custody]
    of = sealed.of_order(actor, queries.order(actor, body.order_id), body.package_id) if body.order_id else (
        sealed.of_owner(actor, body.camera_ids[0], body.package_id)
    )  # fmt: skip
    second = _second(actor, body)
    return replace(of, recipient=body.recipient, second=second, files=files, custody=custody)


def _second(actor: Actor, body: ReportWish) -> str:
    """Who else agreed, where two must. The second is whoever of the two does not make it."""
    if body.alarm_id is None or body.order_id is None or actor.party_id == _owner(body.camera_ids[0]):
        return ""
    found = [
        row for row in queries.preparations(actor) if (row.alarm_id, row.order_id) == (body.alarm_id, body.order_id)
    ]
    others = {one for row in found for one in (row.asked_by, row.approved_by) if one is not None and one != actor.id}
    return ", ".join(people.person_names(others).values())
