# SPDX-License-Identifier: EUPL-1.2
"""What goes when, and why; incidents and what they keep; the owner's covers of what is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.agreements import grounds
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes, to_text
from zegel.server.api.views import left_shape
from zegel.server.footage import queries as footage
from zegel.server.footage.deleting import Keeping
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.lifecycle import covers, incidents, planner, queries, verifying
from zegel.server.lifecycle.incidents import HoldTold, Wanted
from zegel.server.lifecycle.models import Incident
from zegel.server.people import queries as people

router = Router(tags=["retention"])

for _code, _status in (
    ("unknown_incident", 404), ("incident_closed", 409), ("reason_missing", 422), ("bad_span", 422),
    ("same_person", 409), ("owner_missing", 409), ("not_kept_here", 409), ("too_late_to_keep", 409),
    ("cover_refused", 422), ("on_hold", 409),
):  # fmt: skip
    errors.status(_code, _status)

Ms = Annotated[int, Field(ge=0, le=LATEST_MS)]


class HoldAsked(Schema):
    camera_id: UUID
    track: int = Field(default=1, ge=1, le=3)
    from_ms: Ms
    to_ms: Ms

    def wanted(self) -> Wanted:
        return Wanted(self.camera_id, self.track, self.from_ms, self.to_ms)


class Opening(Schema):
    site_id: UUID
    title: str = Field(max_length=200)
    reason: str = Field(max_length=1000)
    holds: list[HoldAsked] = Field(default=[], max_length=20)


class Closing(Schema):
    outcome: str = Field(max_length=1000)


class Kept(Schema):
    kept: Bytes
    grant: Bytes


class Covering(Schema):
    camera_id: UUID
    keeping: list[Kept] = Field(min_length=1, max_length=covers.MOST_AT_ONCE)


# --- what goes when ---


@router.get("/retention")
def retention(request: HttpRequest, owner_id: Annotated[UUID | None, Query()] = None) -> dict[str, Any]:
    """Of one owner (default: the acting party): each thing that has a term, what was done lately, and what is left
    over. `owners`: whose plans the asker may read."""
    actor = acting(request)
    assert actor.party_id is not None
    wanted = owner_id or actor.party_id
    require(actor, Action.READ, Resource(ResourceKind.RETENTION, None, wanted))
    with tenancy.acting_as(actor.party_id, actor.id):
        return {
            "now_ms": clock.now_ms(), "owner_id": str(wanted), "owners": queries.owners(actor.party_id),
            "sites": queries.site_names(wanted), "lines": [_line(line) for line in planner.plan(wanted)],
            "turns": queries.turns(wanted), "leftovers": [_leftover(row) for row in verifying.leftovers(wanted)],
        }  # fmt: skip


def _line(line: planner.Line) -> dict[str, Any]:
    return {
        "what": line.what, "site_id": None if line.site_id is None else str(line.site_id), "term": line.term.value,
        "starts": line.starts.value, "days": line.days, "source": grounds.said(line.source), "how": line.how,
        "count": line.count, "oldest_ms": line.oldest_ms, "next_ms": line.next_ms, "held": line.held,
    }  # fmt: skip


def _leftover(row: Any) -> dict[str, Any]:
    return {"kind": row.kind, "what": row.what, "count": row.count, "found_ms": clock.ms(row.found_at)}


@router.get("/retention/leftovers")
def leftovers(request: HttpRequest) -> dict[str, Any]:
    """Of everybody whose plan the asker may read: how much should be gone and isn't."""
    actor = acting(request)
    assert actor.party_id is not None
    require(actor, Action.READ, Resource(ResourceKind.RETENTION, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        counts = Counter(row.owner_id for row in verifying.leftovers())
        named = [one for one in queries.owners(actor.party_id) if UUID(one["id"]) in counts]
        return {"owners": [{**one, "count": counts[UUID(one["id"])]} for one in named]}


# --- incidents ---


@router.get("/incidents")
def list_incidents(request: HttpRequest) -> dict[str, Any]:
    """Newest first, and the sites where one can be opened, with their cameras."""
    actor = acting(request)
    rows = incidents.of(actor)
    with tenancy.acting_as(actor.party_id, actor.id):
        return {
            "now_ms": clock.now_ms(), "sites": queries.places(), "incidents": [_incident(actor, row) for row in rows],
            "waiting": [str(incident) for incident in queries.waiting()],
        }  # fmt: skip


@router.post("/incidents")
def open_incident(request: HttpRequest, body: Opening) -> dict[str, Any]:
    actor = acting(request)
    wanted = [one.wanted() for one in body.holds]
    return _one(actor, incidents.open_incident(actor, body.site_id, body.title, body.reason, wanted))


@router.get("/incidents/{incident_id}")
def incident(request: HttpRequest, incident_id: UUID) -> dict[str, Any]:
    return _one(acting(request), incident_id)


@router.post("/incidents/{incident_id}/holds")
def ask(request: HttpRequest, incident_id: UUID, body: HoldAsked) -> dict[str, Any]:
    """The first of two signatures."""
    actor = acting(request)
    incidents.ask(actor, incident_id, body.wanted())
    return _one(actor, incident_id)


@router.post("/incidents/{incident_id}/close")
def close(request: HttpRequest, incident_id: UUID, body: Closing) -> dict[str, Any]:
    """Its holds end, and what is over its term is gone when this answers."""
    actor = acting(request)
    incidents.close(actor, incident_id, body.outcome)
    return _one(actor, incident_id)


@router.post("/holds/{hold_id}/sign")
def sign(request: HttpRequest, hold_id: UUID) -> dict[str, Any]:
    """The second signature, by somebody else."""
    incidents.sign(acting(request), hold_id)
    return {}


@router.post("/holds/{hold_id}/release")
def release(request: HttpRequest, hold_id: UUID) -> dict[str, Any]:
    incidents.release(acting(request), hold_id)
    return {}


def _one(actor: Actor, incident_id: UUID) -> dict[str, Any]:
    row, told = incidents.told(actor, incident_id)
    with tenancy.acting_as(actor.party_id, actor.id):
        return {**_incident(actor, row), "now_ms": clock.now_ms(), "holds": _holds(actor, row, told)}


def _incident(actor: Actor, row: Incident) -> dict[str, Any]:
    names = people.person_names([one for one in (row.opened_by, row.closed_by) if one is not None])
    return {
        "id": str(row.id), "site": queries.site(row.site_id), "title": row.title, "reason": row.reason,
        "opened_ms": clock.ms(row.opened_at), "opened_by": names.get(row.opened_by, ""),
        "closed_ms": clock.ms(row.closed_at), "closed_by": names.get(row.closed_by, "") if row.closed_by else "",
        "outcome": row.outcome, "owner_id": str(row.owner_id),
    }  # fmt: skip


def _holds(actor: Actor, row: Incident, told: Sequence[HoldTold]) -> list[dict[str, Any]]:
    cameras = queries.camera_names([one.row.camera_id for one in told])
    signers = [one for each in told for one in (each.row.asked_by, each.row.signed_by) if one is not None]
    names = people.person_names(signers)
    return [
        {
            "id": str(one.row.id), "camera_id": str(one.row.camera_id),
            "camera": cameras.get(one.row.camera_id, ""), "track": one.row.track, "from_ms": one.row.from_ms,
            "to_ms": one.row.to_ms, "asked_ms": clock.ms(one.row.asked_at),
            "asked_by": names.get(one.row.asked_by, ""), "mine": one.row.asked_by == actor.id,
            "signed_ms": clock.ms(one.row.signed_at),
            "signed_by": names.get(one.row.signed_by, "") if one.row.signed_by else "",
            "released_ms": clock.ms(one.row.released_at), "over_ms": one.over_ms, "epochs": one.left,
            "sealed": one.sealed,
        }
        for one in told
    ]  # fmt: skip


# --- the owner's covers ---


@router.get("/holds/{hold_id}/covers")
def wanted_covers(request: HttpRequest, hold_id: UUID) -> dict[str, Any]:
    """What the owner's client should seal to himself: the epochs as their unit signed them, or as he kept them, with
    the slots that are held."""
    actor = acting(request)
    found = covers.wanted(actor, hold_id)
    touched = [one.row.id for one in found]
    with tenancy.acting_as(actor.party_id, actor.id):
        return {
            "parts": [{"epoch": str(one.row.id), "ranges": [list(each) for each in one.ranges]} for one in found],
            "camera_id": str(found[0].row.camera_id) if found else None,
            "unit_id": str(found[0].row.unit_id) if found else None,
            "epochs": [to_text(envelope) for envelope in footage.epoch_envelopes(touched)],
            "kept": [left_shape(left) for left in footage.remainders(touched, with_keys=True)],
        }  # fmt: skip


@router.post("/holds/covers")
def take_covers(request: HttpRequest, body: Covering) -> dict[str, Any]:
    """Each signed by the owner, over just what is held."""
    keeping = [Keeping(one.kept, one.grant) for one in body.keeping]
    return {"taken": covers.take(acting(request), body.camera_id, keeping)}
