# SPDX-License-Identifier: EUPL-1.2
"""Pictures for a guard who was sent: whether the owner allows them at a site, and an operator who sends one. What
leaves for the guard leaves by his own page (public.guard), through the door."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema

from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import Bytes
from zegel.server.dispatch import pictures
from zegel.server.footage import guardpictures
from zegel.server.footage.sharing import Still
from zegel.server.gate import Action, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.sites import queries as sites

router = Router(tags=["guard pictures"])

for _code, _status in (
    ("no_guard_key", 409), ("no_pictures", 403), ("guard_picture_refused", 422), ("key_not_compared", 422),
):  # fmt: skip
    errors.status(_code, _status)


class Decided(Schema):
    on: bool


class Sent(Schema):
    dispatch_id: UUID
    camera_id: UUID
    object: Bytes
    ciphertext: Bytes
    compared: bool = False


@router.get("/sites/{site_id}/guard-pictures")
def allowed(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Whether a guard who is sent to this site may be shown pictures of the alarm, since when, and who said so."""
    return _shape(acting(request), site_id)


@router.post("/sites/{site_id}/guard-pictures")
def allow(request: HttpRequest, site_id: UUID, body: Decided) -> dict[str, Any]:
    """The owner's decision. Turned off, what guards still have ends at once."""
    actor = acting(request)
    guardpictures.allow(actor, site_id, body.on)
    return _shape(actor, site_id)


@router.post("/alarms/{alarm_id}/guard-pictures")
def send(request: HttpRequest, alarm_id: UUID, body: Sent) -> dict[str, Any]:
    """A still of what the operator sees, sealed in his browser to the key of the guard's phone. Once for its number."""
    actor = acting(request)
    throttle.pictures.take(str(actor.id))
    still = Still(body.camera_id, body.object, body.ciphertext, body.compared)
    row = pictures.send(actor, alarm_id, body.dispatch_id, still)
    with tenancy.acting_as(actor.party_id, actor.id):
        left = guardpictures.left(body.dispatch_id)
    return {"id": str(row.id), "until_ms": clock.ms(row.expires_at), "left": left}


def _shape(actor: Actor, site_id: UUID) -> dict[str, Any]:
    with tenancy.acting_as(actor.party_id, actor.id):
        site = sites.get_site(site_id)
    require(actor, Action.READ, guardpictures.resource(site))
    with tenancy.acting_as(actor.party_id, actor.id):
        found = guardpictures.sight_of(site_id)
    by = None if found is None else found.person_id
    return {
        "on": found is not None, "since_ms": None if found is None else clock.ms(found.since),
        "by": "" if by is None else people.person_names([by]).get(by, ""), "most": guardpictures.MOST,
        "minutes": round(guardpictures.LASTS.total_seconds() / 60),
        "change": decide(actor, Action.CHANGE, guardpictures.resource(site)).allowed,
    }  # fmt: skip
