# SPDX-License-Identifier: EUPL-1.2
"""Cameras that only know e-mail, and the pictures that came with their mails. Every answer says what they are: a weaker
class, because the server saw the pictures before it sealed them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from zegel.server.alarms import parameters
from zegel.server.alarms import queries as alarms
from zegel.server.alarms.actions import resource_of
from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, to_text
from zegel.server.exports.middleware import sealed
from zegel.server.footage import door, mailpictures
from zegel.server.footage.models import MailPicture
from zegel.server.footage.rules import Purpose
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.signals import mailcameras
from zegel.server.signals.models import MailCamera

router = Router(tags=["mail cameras"])

for _code, _status in (("unknown_mail_camera", 404), ("mail_camera_refused", 409)):
    errors.status(_code, _status)

PROTECTION = "seen_by_server"  # what a unit's camera has is "sealed_at_source"
SEALED = "application/octet-stream"


class NewCamera(Schema):
    site_id: UUID
    name: str = Field(min_length=1, max_length=200)


class Name(Schema):
    name: str = Field(min_length=1, max_length=200)


class PlainException(Schema):
    """`until_ms` null ends it."""

    reason: str = Field(default="", max_length=300)
    until_ms: Annotated[int, Field(ge=0, le=LATEST_MS)] | None = None


class Wish(Schema):
    purpose: Literal["own_use", "alarm_verification"]
    alarm_id: UUID | None = None


# --- cameras ---


@router.get("/mail-cameras")
def cameras(request: HttpRequest, site_id: UUID | None = None) -> dict[str, Any]:
    """Those that the acting party may know of."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.MAIL_CAMERA))
    found = mailcameras.all_of(actor, site_id)
    mine = [row for row in found if decide(actor, Action.READ, mailcameras.resource_of(row)).allowed]
    return {"cameras": [camera_shape(row) for row in mine]}


@router.post("/mail-cameras")
def add(request: HttpRequest, body: NewCamera) -> dict[str, Any]:
    """A camera and its address, which is told here and never again."""
    row, local = mailcameras.add(acting(request), body.site_id, body.name)
    return {"camera": camera_shape(row), "address": f"{local}@{_host()}"}


@router.post("/mail-cameras/{camera_id}/address")
def new_address(request: HttpRequest, camera_id: UUID) -> dict[str, Any]:
    """Another address; the old one ends now."""
    actor = acting(request)
    local = mailcameras.new_address(actor, camera_id)
    return {"camera": camera_shape(mailcameras.get(actor, camera_id)), "address": f"{local}@{_host()}"}


@router.post("/mail-cameras/{camera_id}/rename")
def rename(request: HttpRequest, camera_id: UUID, body: Name) -> dict[str, Any]:
    return camera_shape(mailcameras.rename(acting(request), camera_id, body.name))


@router.post("/mail-cameras/{camera_id}/exception")
def exception(request: HttpRequest, camera_id: UUID, body: PlainException) -> dict[str, Any]:
    """Its mails are taken without TLS until then: whoever says so answers for it."""
    until = None if body.until_ms is None else datetime.fromtimestamp(body.until_ms / 1000, UTC)
    row = mailcameras.put_under_exception(acting(request), camera_id, reason=body.reason, until=until)
    return camera_shape(row)


@router.post("/mail-cameras/{camera_id}/retire")
def retire(request: HttpRequest, camera_id: UUID) -> dict[str, bool]:
    """Its address is nobody's any more."""
    mailcameras.retire(acting(request), camera_id)
    return {"retired": True}


# --- pictures ---


@router.get("/mail-cameras/{camera_id}/pictures")
def pictures_of_camera(request: HttpRequest, camera_id: UUID) -> dict[str, Any]:
    """What there is, the newest first; not what is in it."""
    actor = acting(request)
    require(actor, Action.READ, mailcameras.resource_of(mailcameras.get(actor, camera_id)))
    return {"pictures": picture_shapes(mailpictures.of_camera(actor, camera_id))}


@router.get("/alarms/{alarm_id}/mail-pictures")
def pictures_of_alarm(request: HttpRequest, alarm_id: UUID) -> dict[str, Any]:
    """What came with the mails of this alarm."""
    actor = acting(request)
    require(actor, Action.READ, resource_of(alarms.get(actor, alarm_id)))
    return {"pictures": picture_shapes(mailpictures.of_alarm(actor, alarm_id))}


@router.post("/mail-pictures/{picture_id}/open")
def open_picture(request: HttpRequest, picture_id: UUID, body: Wish) -> HttpResponse:
    """The sealed picture, logged before it leaves: four bytes length (big-endian), the envelope, the ciphertext. The
    entry's number and the log's promise stand in the headers."""
    actor = acting(request)
    throttle.views.take(str(actor.id))
    found = door.open_mail_picture(
        actor, picture_id, Purpose(body.purpose), body.alarm_id, max_viewers=_max_viewers(actor, picture_id)
    )
    answer = sealed(
        HttpResponse(struct.pack(">I", len(found.envelope)) + found.envelope + found.ciphertext, content_type=SEALED)
    )
    answer["Cache-Control"] = "no-store"
    answer["Zegel-View"], answer["Zegel-Index"] = str(found.view_id), str(found.index)
    answer["Zegel-Promise"] = to_text(found.promise)
    return answer


def _max_viewers(actor: Actor, picture_id: UUID) -> int:
    """How many may look at one alarm of that site at the same time."""
    with tenancy.acting_as(actor.party_id, actor.id):
        site_id = MailPicture.objects.filter(id=picture_id).values_list("site_id", flat=True).first()
        return (parameters.DEFAULTS if site_id is None else parameters.of(site_id)).max_viewers


# --- shapes ---


def _host() -> str:
    return urlsplit(settings.ORIGIN).hostname or "localhost"


def camera_shape(row: MailCamera) -> dict[str, Any]:
    return {
        "id": str(row.id), "site_id": str(row.site_id), "name": row.name, "state": row.state,
        "protection": PROTECTION, "capabilities": ["stills"], "added_ms": clock.ms(row.added_at),
        "verified_ms": clock.ms(row.verified_at), "last_ms": clock.ms(row.last_at),
        "plain_until_ms": clock.ms(row.plain_until),
        "plain_reason": row.plain_reason,
    }  # fmt: skip


def picture_shapes(rows: Sequence[MailPicture]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(row.id), "camera_id": str(row.camera_id), "at_ms": row.received_ms, "size": row.size,
            "media_type": row.media_type, "protection": PROTECTION,
            "alarm_id": None if row.alarm_id is None else str(row.alarm_id),
        }
        for row in rows
    ]  # fmt: skip
