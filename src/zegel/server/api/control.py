# SPDX-License-Identifier: EUPL-1.2
"""What an operator does while he looks: asks to see clearly, turns the camera, ends a reopening. The owner: another
alarm centre."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes, to_text
from zegel.server.footage import actions, centre_change, door, steering
from zegel.server.footage.centre_change import Signed
from zegel.server.kernel import clock

router = Router(tags=["images"])

for _code, _status in (
    ("hold_before_look", 403), ("too_many_viewers", 409), ("not_looking", 403), ("camera_cannot", 422),
    ("unknown_reopen_reason", 422), ("not_reopened", 409), ("reopened_already", 409), ("unknown_centre", 404),
    ("centre_not_named", 422),
):  # fmt: skip
    errors.status(_code, _status)


class Verifying(Schema):
    camera_id: UUID


class Steering(Schema):
    """Speeds from −1 to 1: parts of the camera's full speed."""

    camera_id: UUID
    action: steering.Turn
    pan: float = Field(default=0, ge=-1, le=1)
    tilt: float = Field(default=0, ge=-1, le=1)
    zoom: float = Field(default=0, ge=-1, le=1)
    preset: str | None = Field(default=None, max_length=64)


class SignedFor(Schema):
    unit_id: UUID
    keyset: Bytes
    policy: Bytes


class Successor(Schema):
    arc_party_id: UUID
    units: list[SignedFor] = Field(max_length=1000)


@router.post("/alarms/{alarm_id}/verify")
def verify(request: HttpRequest, alarm_id: UUID, body: Verifying) -> dict[str, int]:
    """The operator wants to see more than a blur; the act is logged before the viewer shows it."""
    index, at_ms = door.verify(acting(request), alarm_id, body.camera_id)
    return {"index": index, "at_ms": at_ms}


@router.post("/alarms/{alarm_id}/control")
def control(request: HttpRequest, alarm_id: UUID, body: Steering) -> dict[str, Any]:
    """Turn, zoom, stop, or go to a place: logged, and on its way. The answer comes as the event `camera.controlled`."""
    actor = acting(request)
    throttle.orders.take(str(actor.id))
    pan, tilt, zoom = (round(speed * steering.FULL) for speed in (body.pan, body.tilt, body.zoom))
    wish = steering.Wish(body.action, pan, tilt, zoom, body.preset)
    order, index = steering.control(actor, alarm_id, body.camera_id, wish)
    return {"id": str(order), "index": index}


@router.post("/alarms/{alarm_id}/end-reopening")
def end_reopening(request: HttpRequest, alarm_id: UUID) -> dict[str, bool]:
    """Before its time; by who looked, or by the customer."""
    actions.end_reopening(acting(request), alarm_id)
    return {"ended": True}


# --- another alarm centre ---


@router.get("/arc")
def own_arc(request: HttpRequest) -> dict[str, Any]:
    """The owner's alarm centre as the server knows it (his units' keysets say which one they follow), and the others
    with which his provider works."""
    actor = acting(request)
    now = centre_change.current(actor)
    shown = None if now is None else {
        "party_id": str(now.party_id), "name": now.name, "since_ms": clock.ms(now.since),
        "sign_pk": None if now.sign_pk is None else to_text(now.sign_pk),
    }  # fmt: skip
    others = [{"party_id": str(one.party_id), "name": one.name} for one in centre_change.choices(actor)]
    return {"current": shown, "choices": others}


@router.get("/arc/{uuid:party_id}")
def arc(request: HttpRequest, party_id: UUID) -> dict[str, str]:
    """An alarm centre's name and signing key, for an owner to compare with his agreement before he names it."""
    card = centre_change.card(acting(request), party_id)
    return {"party_id": str(party_id), "name": card.name, "sign_pk": to_text(card.sign_pk)}


@router.post("/arc/replace")
def replace_arc(request: HttpRequest, body: Successor) -> dict[str, Any]:
    """Every unit's next keyset and policy, which name the new centre, signed by the owner; nobody visits a unit. From
    now on the old centre gets nothing more."""
    signed = [Signed(one.unit_id, one.keyset, one.policy) for one in body.units]
    return {"units": centre_change.replace(acting(request), body.arc_party_id, signed)}
