# SPDX-License-Identifier: EUPL-1.2
"""Views: the only addresses from which sealed images leave, all through `footage.door`. And who looked."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.alarms.models import Alarm
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import to_text
from zegel.server.footage import door
from zegel.server.footage.door import View, ViewRequest
from zegel.server.footage.errors import BadRange
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.queries import Logged
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites

router = Router(tags=["views"])

for _code, _status in (
    ("nothing_to_show", 404), ("bad_range", 422), ("window_closed", 403), ("lease_ended", 403),
    ("view_not_logged", 503), ("pack_damaged", 500),
):  # fmt: skip
    errors.status(_code, _status)

SEALED = "application/octet-stream"
LOOKED = (Kind.VIEW, Kind.VIEW_ENDED, Kind.RELEASE, Kind.RELEASE_HANDED, Kind.GRANT)


class Range(Schema):
    epoch: UUID
    from_: int = Field(alias="from", ge=0, lt=4096)
    to: int = Field(gt=0, le=4096)


class Wish(Schema):
    camera_id: UUID
    track: int = Field(default=1, ge=1, le=4)
    purpose: str = Field(max_length=40)
    alarm_id: UUID | None = None
    ranges: list[Range] = Field(default_factory=list, max_length=door.MAX_RANGES)
    from_ms: int | None = Field(default=None, ge=0, lt=2**53)
    to_ms: int | None = Field(default=None, ge=0, lt=2**53)


class Wanted(Schema):
    ids: list[str] = Field(min_length=1, max_length=door.MAX_FETCHED_AT_ONCE)


@router.post("/views")
def open_view(request: HttpRequest, body: Wish) -> dict[str, Any]:
    """A lease, logged before anything is served: what it covers, and what opens or proves it besides the ciphertext."""
    return _shape(door.open_view(acting(request), _request(body)))


@router.post("/views/{lease_id}/renew")
def renew(request: HttpRequest, lease_id: UUID) -> dict[str, Any]:
    """What came since, or the next minute of what was asked for; logged again."""
    return _shape(door.renew(acting(request), lease_id))


@router.post("/views/{lease_id}/end")
def end(request: HttpRequest, lease_id: UUID) -> dict[str, bool]:
    """The viewer is done; how long he looked is logged."""
    door.end_view(acting(request), lease_id)
    return {"ended": True}


@router.get("/views/{lease_id}/segments/{segment_id}")
def segment(request: HttpRequest, lease_id: UUID, segment_id: str) -> HttpResponse:
    """One sealed segment that the lease covers."""
    return _sealed(door.fetch(acting(request), lease_id, [segment_id])[0])


@router.post("/views/{lease_id}/segments")
def segments(request: HttpRequest, lease_id: UUID, body: Wanted) -> HttpResponse:
    """Several, in the order asked: each as its length (32 bits, big-endian) and its bytes; as many as fit 8 MiB."""
    found = door.fetch(acting(request), lease_id, body.ids)
    return _sealed(b"".join(struct.pack(">I", len(piece)) + piece for piece in found))


def _sealed(data: bytes) -> HttpResponse:
    response = HttpResponse(data, content_type=SEALED)
    response["Cache-Control"] = "no-store"
    return response


def _request(body: Wish) -> ViewRequest:
    try:
        ranges = tuple(SlotRange(part.epoch, part.from_, part.to) for part in body.ranges)
        return ViewRequest(
            body.camera_id, Track(body.track), Purpose(body.purpose), body.alarm_id, ranges, body.from_ms, body.to_ms
        )
    except ValueError:
        raise BadRange from None


def _shape(view: View) -> dict[str, Any]:
    return {
        "lease_id": str(view.lease_id), "index": view.index, "promise": to_text(view.promise),
        "expires_ms": view.expires_ms, "epochs": [to_text(envelope) for envelope in view.epochs],
        "segments": [
            {"id": row.id, "epoch": str(row.epoch), "slot": row.slot, "seq": row.seq, "ra": row.random_access,
             "size": row.size, "sha256": to_text(row.sha256)}
            for row in view.segments
        ],
        "releases": [to_text(envelope) for envelope in view.releases],
        "manifests": [to_text(envelope) for envelope in view.manifests], "more": view.more,
    }  # fmt: skip


# --- who looked ---


@router.get("/who-looked")
def who_looked(
    request: HttpRequest, camera_id: UUID | None = None, days: Annotated[int, Query(ge=1, le=400)] = 30
) -> list[dict[str, Any]]:
    """Every view and release of the acting party's cameras, from the ledger: who, why, what, how long; newest first."""
    actor = acting(request)
    assert actor.party_id is not None
    resource = Resource(ResourceKind.CAMERA, camera_id, actor.party_id)
    require(actor, Action.WHO_LOOKED, resource)
    since_ms = clock.now_ms() - days * 86_400_000
    with tenancy.acting_as(actor.party_id, actor.id):
        logged = ledger.entries(LOOKED, actor.party_id, since_ms=since_ms, about=camera_id)
        cameras = {row.id: row.name for row in sites.cameras(actor)}
        numbers = dict(Alarm.objects.filter(id__in=_ids(logged, "alarm")).values_list("id", "number"))
    names = people.person_names(row.said.actor_id for row in logged if row.said and row.said.actor_id)
    parties = people.party_names(
        {row.said.actor_party_id for row in logged if row.said and row.said.actor_party_id}, seen_by=actor.party_id
    )
    ended = {_id(row, "lease"): row.said.facts for row in logged if row.kind is Kind.VIEW_ENDED and row.said}
    return [_looked(row, ended, cameras, numbers, names, parties) for row in _first_of_each_view(logged)]


def _first_of_each_view(logged: Sequence[Logged]) -> list[Logged]:
    """A view's renewals are one look: its first entry stands for it, with the time that all of them cover."""
    shown: dict[Any, Logged] = {}
    for row in reversed(logged):  # oldest first
        if row.said is None:
            shown[row.index] = row
        elif row.kind is Kind.VIEW:
            key = _id(row, "lease")
            first = shown.setdefault(key, row)
            if first is not row and first.said is not None:
                _widen(first.said.facts, row.said.facts)
        elif row.kind is not Kind.VIEW_ENDED:
            shown[row.index] = row
    return sorted(shown.values(), key=lambda row: -row.index)


def _widen(first: dict[str, Any], later: dict[str, Any]) -> None:
    for key, choose in (("from_ms", min), ("to_ms", max)):
        known = [value for value in (first.get(key), later.get(key)) if isinstance(value, int)]
        first[key] = choose(known) if known else None
    first["slots"] = int(first.get("slots") or 0) + int(later.get("slots") or 0)


def _looked(
    row: Logged, ended: dict[Any, dict[str, Any]], cameras: dict[UUID, str], numbers: dict[UUID, int | None],
    names: dict[UUID, str], parties: dict[UUID, str],
) -> dict[str, Any]:  # fmt: skip
    base = {"index": row.index, "kind": _kind(row.kind), "at_ms": row.at_ms, "receipt": row.said is not None}
    if row.said is None:
        return base | {"forgotten": True}
    said, facts = row.said, row.said.facts
    camera, alarm = _id(row, "camera"), _id(row, "alarm")
    end = ended.get(_id(row, "lease")) if row.kind is Kind.VIEW else None
    who = names.get(said.actor_id, "") if said.actor_id else ""
    party = parties.get(said.actor_party_id, "") if said.actor_party_id else ""
    return base | {
        "who": {"name": who, "role": facts.get("role") or said.actor_kind, "party": party},
        "why": facts.get("purpose") or facts.get("reason") or "", "camera_id": None if camera is None else str(camera),
        "camera_name": cameras.get(camera, "") if camera else "", "alarm_id": None if alarm is None else str(alarm),
        "alarm_number": numbers.get(alarm) if alarm else None, "from_ms": facts.get("from_ms"),
        "to_ms": facts.get("to_ms"), "slots": facts.get("slots"),
        "seconds": None if end is None else end.get("seconds"),
        "ended": row.kind is not Kind.VIEW or end is not None, "forgotten": False,
    }  # fmt: skip


def _kind(kind: Kind) -> str:
    return {Kind.VIEW: "view", Kind.GRANT: "grant"}.get(kind, "release" if kind is Kind.RELEASE else "release_handed")


def _id(row: Logged, key: str) -> UUID | None:
    raw = None if row.said is None else row.said.facts.get(key)
    return UUID(bytes=raw) if isinstance(raw, bytes) and len(raw) == 16 else None


def _ids(logged: Sequence[Logged], key: str) -> set[UUID]:
    return {found for row in logged if (found := _id(row, key)) is not None}
