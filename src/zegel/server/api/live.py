# SPDX-License-Identifier: EUPL-1.2
"""What the owner asks of his unit: pictures (S9), what it keeps itself (D8), and to turn a camera while he looks live.

The live picture itself is a view (POST /views, track 4) and comes over the WebSocket /live/<lease>.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import BoundedSemaphore
from time import sleep
from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS
from zegel.server.footage import steering, taking
from zegel.server.footage.errors import NoAnswer
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock

router = Router(tags=["live"])

for _code, _status in (("purpose_not_confirmed", 422), ("unit_no_answer", 504), ("unit_refuses", 409)):
    errors.status(_code, _status)

PICTURE_WITHIN_S = 12.0
FETCH_WITHIN_S = 5.0
LOOK_EVERY_S = 0.1
Moment = Annotated[int, Field(ge=0, le=LATEST_MS)]
T = TypeVar("T")
_places = BoundedSemaphore(6)


class Turning(Schema):
    """Speeds from −1 to 1: parts of the camera's full speed."""

    action: steering.Turn
    pan: float = Field(default=0, ge=-1, le=1)
    tilt: float = Field(default=0, ge=-1, le=1)
    zoom: float = Field(default=0, ge=-1, le=1)
    preset: str | None = Field(default=None, max_length=64)


class Fetching(Schema):
    from_ms: Moment
    to_ms: Moment


@router.post("/cameras/{uuid:camera_id}/control")
def control(request: HttpRequest, camera_id: UUID, body: Turning) -> dict[str, Any]:
    """Turn, zoom, stop, or go to a place, while one looks live: logged, and on its way. The answer comes as the event
    `camera.controlled`."""
    actor = acting(request)
    throttle.orders.take(str(actor.id))
    pan, tilt, zoom = (round(speed * steering.FULL) for speed in (body.pan, body.tilt, body.zoom))
    wish = steering.Wish(body.action, pan, tilt, zoom, body.preset)
    order, index = steering.control(actor, None, camera_id, wish)
    return {"id": str(order), "index": index}


@router.post("/cameras/{uuid:camera_id}/picture")
def picture(request: HttpRequest, camera_id: UUID) -> dict[str, Any]:
    """One picture now, sealed to the customer alone. Answers when it is stored; fetch it as a view of track 3."""
    actor = acting(request)
    throttle.pictures.take(str(actor.id))
    asked = taking.ask_picture(actor, camera_id)
    return _shape(_wait(lambda: taking.picture_of(actor, asked), PICTURE_WITHIN_S))


@router.get("/pictures")
def pictures(
    request: HttpRequest,
    camera_id: UUID | None = None,
    before_ms: Annotated[int | None, Query(ge=0, le=LATEST_MS)] = None,
) -> list[dict[str, Any]]:
    """The customer's pictures, newest first, at most 200: when and of which camera."""
    actor = acting(request)
    assert actor.party_id is not None
    require(actor, Action.TIMELINE, Resource(ResourceKind.CAMERA, camera_id, actor.party_id))
    return [_shape(taken) for taken in taking.pictures(actor, camera_id, before_ms)]


@router.post("/cameras/{uuid:camera_id}/fetch")
def fetch(request: HttpRequest, camera_id: UUID, body: Fetching) -> dict[str, int]:
    """The unit sends what lies on its own storage of this time; it appears on the timeline as it comes."""
    actor = acting(request)
    throttle.pictures.take(str(actor.id))
    asked = taking.ask_fetch(actor, camera_id, body.from_ms, body.to_ms)
    return {"seconds": _wait(lambda: taking.fetched(actor, asked), FETCH_WITHIN_S)}


def _wait(look: Callable[[], T | None], seconds: float) -> T:
    """Looks until there is something. Raises NoAnswer, or TooManyRequests when as many wait as others can spare."""
    if not _places.acquire(blocking=False):
        raise throttle.TooManyRequests(_("Too many people wait for their units."), action=_("Wait a moment."))
    try:
        until = clock.monotonic() + seconds
        while (found := look()) is None:
            if clock.monotonic() > until:
                raise NoAnswer
            sleep(LOOK_EVERY_S)
        return found
    finally:
        _places.release()


def _shape(taken: taking.Taken) -> dict[str, Any]:
    return {
        "epoch": str(taken.epoch_id), "camera_id": str(taken.camera_id), "at_ms": taken.at_ms, "size": taken.size
    }  # fmt: skip
