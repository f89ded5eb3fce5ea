# SPDX-License-Identifier: EUPL-1.2
"""The customer's recordings: which moments to preview, what he deletes, what leaves his hands, who can see them now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.alarms.models import Alarm
from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes, to_text
from zegel.server.api.views import left_shape
from zegel.server.dispatch.models import Guard
from zegel.server.exports import declared
from zegel.server.exports.declared import Declared, ExportPurpose, Form, Redaction
from zegel.server.footage import deleting, queries
from zegel.server.footage.deleting import Keeping, Part
from zegel.server.footage.errors import NothingToShow
from zegel.server.footage.models import Grant, Lease, Reopening, Window
from zegel.server.footage.rules import Track
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import ids, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera

router = Router(tags=["recordings"])

for _code, _status in (
    ("kept_refused", 409), ("still_needed", 409), ("bad_export", 422), ("not_for_publication", 422),
    ("not_redacted", 422), ("not_reviewed", 422),
):  # fmt: skip
    errors.status(_code, _status)

Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
PREVIEWS_AT_MOST = 60  # one lease


class Stretch(Schema):
    camera_id: UUID
    track: int = Field(default=1, ge=1, le=3)
    from_ms: Moment
    to_ms: Moment


class Kept(Schema):
    """`grant`: none where nothing of the epoch is left."""

    kept: Bytes
    grant: Bytes | None = None


class Deleting(Stretch):
    keeping: list[Kept] = Field(default_factory=list, max_length=deleting.EPOCHS_AT_ONCE)


class Redacting(Schema):
    """Counts of a redacted film: all that the server ever learns of how it was made."""

    frames: int = Field(ge=0, le=declared.MOST_FRAMES)
    reviewed: int = Field(ge=0, le=declared.MOST_FRAMES)
    kept: int = Field(ge=0, le=100)


class Exporting(Stretch):
    export_id: UUID | None = None
    form: Form
    purpose: ExportPurpose
    recipient: str = Field(max_length=200)
    statement: Bytes
    size: int = Field(ge=0, lt=2**53)
    redaction: Redacting | None = None
    order_id: UUID | None = None
    alarm_id: UUID | None = None

    def resource(self, camera: Camera) -> Resource:
        """The camera, with the authority's order and the alarm that the export is of."""
        said = {"order": self.order_id, "alarm": self.alarm_id}
        of = _resource(camera).of | {name: found for name, found in said.items() if found is not None}
        return Resource(ResourceKind.CAMERA, camera.id, camera.owner_id, of, (self.from_ms, self.to_ms))


def _camera(actor: Actor, camera_id: UUID) -> Camera:
    with tenancy.acting_as(actor.party_id, actor.id):
        camera = sites.find_camera(camera_id)
    if camera is None:
        raise NothingToShow
    return camera


def _resource(camera: Camera) -> Resource:
    return Resource(
        ResourceKind.CAMERA, camera.id, camera.owner_id, {"unit": camera.unit_id, "site": camera.unit.site_id}
    )


# --- previews ---


@router.get("/cameras/{camera_id}/moments")
def moments(
    request: HttpRequest, camera_id: UUID, from_ms: Annotated[int, Query(ge=0, le=LATEST_MS)],
    to_ms: Annotated[int, Query(ge=0, le=LATEST_MS)], count: Annotated[int, Query(ge=1, le=PREVIEWS_AT_MOST)] = 12,
    track: Annotated[int, Query(ge=1, le=3)] = 1,
) -> dict[str, Any]:  # fmt: skip
    """Slots that can be shown by themselves, spread over a time: to ask for a view of just these."""
    actor = acting(request)
    camera = _camera(actor, camera_id)
    require(actor, Action.TIMELINE, _resource(camera))
    if from_ms >= to_ms:
        return {"slots": []}
    with tenancy.acting_as(actor.party_id, actor.id):
        found = queries.moments(camera.id, int(Track(track)), from_ms, to_ms, count)
    return {"slots": [{"epoch": str(epoch), "slot": slot} for epoch, slot in found]}


# --- deleting ---


@router.post("/recordings/plan")
def plan(request: HttpRequest, body: Stretch) -> dict[str, Any]:
    """What a deletion of this time would take, and what the owner's client needs to sign it and to keep the rest:
    nothing changes."""
    actor = acting(request)
    found = deleting.plan(actor, body.camera_id, Track(body.track), body.from_ms, body.to_ms)
    touched = [part.epoch.id for part in found.parts]
    with tenancy.acting_as(actor.party_id, actor.id):
        return {
            "parts": [_part(part) for part in found.parts], "seconds": found.seconds, "bytes": found.size,
            "releases": found.releases, "next_ms": found.next_ms,
            "epochs": [to_text(envelope) for envelope in queries.epoch_envelopes(touched)],
            "kept": [left_shape(left) for left in queries.remainders(touched, with_keys=True)],
        }  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {
        "epoch": str(part.epoch.id), "from": part.from_slot, "to": part.to_slot, "whole": part.whole,
        "gone": [list(slots) for slots in queries.gone_slots(part.epoch.id)],
    }  # fmt: skip


@router.post("/recordings/delete")
def delete(request: HttpRequest, body: Deleting) -> dict[str, Any]:
    """For ever, and at once. `keeping`: for each epoch the owner's word; where something is left, his
    grant too."""
    actor = acting(request)
    keeping = [Keeping(one.kept, one.grant) for one in body.keeping]
    deletion_id = deleting.delete(actor, body.camera_id, Track(body.track), body.from_ms, body.to_ms, keeping)
    return _progress(actor, deletion_id)


@router.get("/recordings/deletions/{deletion_id}")
def deletion(request: HttpRequest, deletion_id: UUID) -> dict[str, Any]:
    """How far it is: after a server was killed in the midst, the worker goes on."""
    return _progress(acting(request), deletion_id)


def _progress(actor: Actor, deletion_id: UUID) -> dict[str, Any]:
    done, of = deleting.progress(actor, deletion_id)
    return {"deletion_id": str(deletion_id), "done": done, "of": of}


# --- exporting ---


@router.post("/exports")
def export(request: HttpRequest, body: Exporting) -> dict[str, Any]:
    """An export made in the browser: written down, with its purpose and recipient, before its maker offers it."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    camera = _camera(actor, body.camera_id)
    said = body.redaction
    what = Declared(
        body.export_id or ids.new(), body.form, body.track, body.from_ms, body.to_ms, body.purpose, body.recipient,
        body.statement, body.size, None if said is None else Redaction(said.frames, said.reviewed, said.kept),
    )  # fmt: skip
    index, promise = declared.declare(actor, body.resource(camera), what)
    return {"export_id": str(what.export_id), "index": index, "promise": to_text(promise)}


# --- who can see this right now ---


@router.get("/who-can-see")
def who_can_see(request: HttpRequest) -> dict[str, Any]:
    """Of each camera of the acting party: what lets somebody see it now, until when, and who is looking."""
    actor = acting(request)
    assert actor.party_id is not None
    require(actor, Action.WHO_LOOKED, Resource(ResourceKind.CAMERA, None, actor.party_id))
    with tenancy.acting_as(actor.party_id, actor.id):
        found = queries.sight(actor.party_id)
        windows = [row for row in found.windows if not _is_quiet(row.alarm_id)]
        alarms = {row.alarm_id for row in found.windows} | {row.alarm_id for row in found.reopenings}
        numbers = dict(Alarm.objects.filter(id__in=alarms).values_list("id", "number"))
        shown = {row.alarm_id: _cameras_of(row.alarm_id) for row in found.reopenings}
        guards = _guards(found, windows)
    names = people.person_names({row.person_id for row in found.leases} | {row.person_id for row in found.reopenings})
    parties = people.party_names(_parties(found), seen_by=actor.party_id)
    return {
        "windows": [_window(row, numbers, parties) for row in windows],
        "reopenings": [_reopening(row, numbers, parties, names, shown[row.alarm_id]) for row in found.reopenings],
        "grants": [_grant(row, parties) for row in found.grants],
        "guards": guards,
        "looking": [_looking(row, actor, names, parties) for row in found.leases if not _hidden(row, windows)],
    }  # fmt: skip


def _guards(found: queries.Sight, windows: Sequence[Window]) -> list[dict[str, Any]]:
    """Within an acting party: the sites at which a guard who is sent may be shown pictures, and what one has now."""
    cameras: dict[UUID, list[str]] = {}
    for site_id, camera_id in Camera.objects.filter(
        unit__site_id__in=[row.site_id for row in found.guard_sights]
    ).values_list("unit__site_id", "id"):
        cameras.setdefault(site_id, []).append(str(camera_id))
    told = {row.alarm_id for row in windows}
    names = dict(Guard.objects.filter(id__in={row.guard_id for row in found.guard_pictures}).values_list("id", "name"))
    return [
        {
            "site_id": str(sight.site_id), "cameras": cameras.get(sight.site_id, []), "since_ms": _ms(sight, "since"),
            "has": [
                {"camera_id": str(row.camera_id), "guard": names.get(row.guard_id, ""), "seen": row.seen,
                 "until_ms": _ms(row, "expires_at")}
                for row in found.guard_pictures
                if row.site_id == sight.site_id and row.alarm_id in told
            ],
        }
        for sight in found.guard_sights
    ]  # fmt: skip


def _is_quiet(alarm_id: UUID) -> bool:
    """Of an alarm under duress nothing is said while it is open: somebody may be reading along."""
    return Alarm.objects.filter(id=alarm_id, duress=True).exclude(state="closed").exists()


def _hidden(row: Lease, windows: Sequence[Window]) -> bool:
    return row.alarm_id is not None and row.reopening_id is None and row.alarm_id not in {w.alarm_id for w in windows}


def _cameras_of(alarm_id: UUID) -> list[str]:
    window = queries.window_of(alarm_id)
    return [] if window is None else [str(camera) for camera in window.camera_ids]


def _parties(found: queries.Sight) -> set[UUID]:
    of_alarms = {row.arc_party_id for row in found.windows} | {row.arc_party_id for row in found.reopenings}
    return of_alarms | {row.recipient_party_id for row in found.grants} | {row.party_id for row in found.leases}


def _ms(row: Any, name: str) -> int | None:
    at = getattr(row, name)
    return None if at is None else round(at.timestamp() * 1000)


def _window(row: Window, numbers: dict[UUID, int | None], parties: dict[UUID, str]) -> dict[str, Any]:
    return {
        "alarm_id": str(row.alarm_id), "number": numbers.get(row.alarm_id), "party": parties.get(row.arc_party_id, ""),
        "cameras": [str(camera) for camera in row.camera_ids], "until_ms": _ms(row, "deadline"),
        "look_after_ms": _ms(row, "look_after"),
    }  # fmt: skip


def _reopening(
    row: Reopening, numbers: dict[UUID, int | None], parties: dict[UUID, str], names: dict[UUID, str],
    cameras: Sequence[str],
) -> dict[str, Any]:  # fmt: skip
    return {
        "alarm_id": str(row.alarm_id), "number": numbers.get(row.alarm_id), "party": parties.get(row.arc_party_id, ""),
        "who": names.get(row.person_id, ""), "reason": row.reason, "until_ms": _ms(row, "deadline"),
        "cameras": list(cameras),
    }  # fmt: skip


def _grant(row: Grant, parties: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(row.id), "camera_id": str(row.camera_id), "party": parties.get(row.recipient_party_id, ""),
        "purpose": row.purpose, "until_ms": _ms(row, "expires_at"),
    }  # fmt: skip


def _looking(row: Lease, actor: Actor, names: dict[UUID, str], parties: dict[UUID, str]) -> dict[str, Any]:
    return {
        "lease_id": str(row.id), "camera_id": str(row.camera_id), "track": row.track, "purpose": row.purpose,
        "who": names.get(row.person_id, ""), "role": row.role, "party": parties.get(row.party_id, ""),
        "own": row.party_id == actor.party_id, "me": row.person_id == actor.id, "since_ms": _ms(row, "opened_at"),
        "alarm_id": None if row.alarm_id is None else str(row.alarm_id),
    }  # fmt: skip
