# SPDX-License-Identifier: EUPL-1.2
"""Views: the only addresses from which sealed images leave, all through `footage.door`. And who looked."""

from __future__ import annotations

import struct
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors, looks, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, to_text
from zegel.server.exports.middleware import sealed
from zegel.server.footage import door, queries
from zegel.server.footage.door import View, ViewRequest
from zegel.server.footage.errors import BadRange
from zegel.server.footage.rules import Purpose, SlotRange, Track
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock

router = Router(tags=["views"])

for _code, _status in (
    ("nothing_to_show", 404), ("bad_range", 422), ("window_closed", 403), ("lease_ended", 403), ("grant_refused", 422),
    ("view_not_logged", 503), ("pack_damaged", 500),
):  # fmt: skip
    errors.status(_code, _status)

SEALED = "application/octet-stream"


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
    from_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    to_ms: int | None = Field(default=None, ge=0, le=LATEST_MS)
    confirmed: bool = False


class Wanted(Schema):
    ids: list[str] = Field(min_length=1, max_length=door.MAX_FETCHED_AT_ONCE)


@router.post("/views")
def open_view(request: HttpRequest, body: Wish) -> dict[str, Any]:
    """A lease, logged before anything is served: what it covers, and what opens or proves it besides the ciphertext."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    return _shape(door.open_view(actor, _request(body)))


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
    response = sealed(HttpResponse(data, content_type=SEALED))
    response["Cache-Control"] = "no-store"
    return response


def _request(body: Wish) -> ViewRequest:
    try:
        ranges = tuple(SlotRange(part.epoch, part.from_, part.to) for part in body.ranges)
        return ViewRequest(
            body.camera_id, Track(body.track), Purpose(body.purpose), body.alarm_id, ranges, body.from_ms, body.to_ms,
            body.confirmed,
        )  # fmt: skip
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
        "kept": [left_shape(left) for left in view.kept],
        "grants": [to_text(envelope) for envelope in view.grants],
    }  # fmt: skip


def left_shape(left: queries.Left) -> dict[str, Any]:
    """What stands in place of an epoch of which a part was deleted."""
    return {"kept": to_text(left.kept), "grant": None if left.grant is None else to_text(left.grant)}


# --- who looked ---


@router.get("/who-looked")
def who_looked(
    request: HttpRequest,
    response: HttpResponse,
    camera_id: UUID | None = None,
    days: Annotated[int, Query(ge=1, le=400)] = 30,
    before: Annotated[int | None, Query(ge=0, lt=2**53)] = None,
) -> list[dict[str, Any]]:
    """Every view and release of the acting party's cameras, from the ledger: who, why, what, how long; newest first.

    One line for a whole view and for all that an alarm released. When there is more, the answer's `Link` says where
    (rel="next"): nothing is left out without saying so.
    """
    actor = acting(request)
    assert actor.party_id is not None
    require(actor, Action.WHO_LOOKED, Resource(ResourceKind.CAMERA, camera_id, actor.party_id))
    page = looks.page(actor, clock.now_ms() - days * 86_400_000, camera_id, before)
    if page.before is not None:
        camera = "" if camera_id is None else f"&camera_id={camera_id}"
        response["Link"] = f'<{request.path}?days={days}{camera}&before={page.before}>; rel="next"'
    return list(page.rows)
