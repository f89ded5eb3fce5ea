# SPDX-License-Identifier: EUPL-1.2
"""Sites and what stands there: facts, the map, units that come, move and go, their commissioning."""

from __future__ import annotations

from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Field, Router, Schema

from zegel.seal.status import Status
from zegel.server.agreements import queries as agreements
from zegel.server.alarms import queries as alarms
from zegel.server.api import errors, throttle
from zegel.server.api.base import acting
from zegel.server.api.fields import to_text
from zegel.server.api.units import camera_shape, site_shape, unit_shape
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.sites import floorplan, ground, queries
from zegel.server.sites.commissioning import Known, Tick
from zegel.server.sites.errors import UnknownSite
from zegel.server.sites.floorplan import Place
from zegel.server.sites.ground import SiteFacts
from zegel.server.sites.models import Camera, Site, Unit, UnitHealth, UnitKind, UnitLeft, UnitState

router = Router(tags=["sites"])

for _code, _status in (
    ("bad_site", 422), ("unit_guards", 409), ("wrong_site", 409), ("bad_plan_picture", 422), ("no_floor_plan", 404),
    ("bad_place", 422),
):  # fmt: skip
    errors.status(_code, _status)

CAMERAS_AT_MOST = 500
_opening = BoundedSemaphore(2)


class SiteSaid(Schema):
    name: str = Field(max_length=400)
    address: str = Field(default="", max_length=600)
    tz: str = Field(max_length=64)
    controller: str = Field(default="", max_length=400)
    contact_email: str = Field(default="", max_length=400)
    contact_phone: str = Field(default="", max_length=100)
    country: str = Field(default="", max_length=2)
    languages: list[str] = Field(default=[], max_length=4)

    def facts(self) -> SiteFacts:
        return SiteFacts(
            self.name, self.address, self.tz, self.controller, self.contact_email, self.contact_phone, self.country,
            tuple(self.languages),
        )  # fmt: skip


class UnitSaid(Schema):
    name: str = Field(max_length=400)
    kind: UnitKind


class Move(Schema):
    site_id: UUID


class Ticks(Schema):
    ticks: list[Tick] = Field(max_length=20)
    done: bool = False


class PlaceSaid(Schema):
    camera_id: UUID
    x: float = Field(ge=0, le=1)
    y: float = Field(ge=0, le=1)
    bearing: int = Field(ge=0, lt=360)
    angle: int = Field(default=80, ge=5, le=360)


class Places(Schema):
    places: list[PlaceSaid] = Field(max_length=CAMERAS_AT_MOST)


# --- a site ---


@router.get("/sites/{site_id}")
def site(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """Everything of one site: its facts, its units with their condition in a word, those that left, and the map."""
    actor = acting(request)
    row = _site(actor, site_id)
    require(actor, Action.READ, _site_resource(row))
    with tenancy.acting_as(actor.party_id, actor.id):
        units = list(Unit.objects.select_related("site").filter(site=row).order_by("name"))
        cameras = list(Camera.objects.select_related("unit", "unit__site").filter(unit__site=row).order_by("name"))
        conditions = dict(UnitHealth.objects.filter(unit__site=row).values_list("unit_id", "conditions"))
        left = list(UnitLeft.objects.select_related("unit").filter(site=row).order_by("-left_at")[:50])
        last = queries.last_unit_left(row.id)
    return {
        "site": full_shape(row),
        "units": [{**_unit_shape(one), "conditions": _conditions(conditions.get(one.id, {}))} for one in units],
        "cameras": [camera_shape(one) for one in cameras],
        "left": [
            {"unit": {"id": str(one.unit_id), "name": one.unit.name}, "why": one.why, "at_ms": clock.ms(one.left_at)}
            for one in left
        ],
        "last_unit_left_ms": None if last is None else clock.ms(last),
        "may": {
            "change": decide(actor, Action.CHANGE, _site_resource(row)).allowed,
            "map": decide(actor, Action.CHANGE, floorplan.resource(row)).allowed,
            "units": decide(actor, Action.MOVE, _of_unit(row)).allowed,
            "revoke": decide(actor, Action.REVOKE, _of_unit(row)).allowed,
        },
    }  # fmt: skip


@router.put("/sites/{site_id}")
def change_site(request: HttpRequest, site_id: UUID, body: SiteSaid) -> dict[str, Any]:
    """The site's facts, as a whole."""
    return full_shape(ground.change_site(acting(request), site_id, body.facts()))


# --- the map ---


@router.get("/sites/{site_id}/map")
def site_map(request: HttpRequest, site_id: UUID, alarm_id: UUID | None = None) -> dict[str, Any]:
    """Whether there is a map, and where cameras stand on it. An alarm centre names the alarm that it has in hand."""
    actor = acting(request)
    row = _site(actor, site_id)
    plan, places = floorplan.plan_of(actor, row, _alarm_of(actor, row, alarm_id))
    return {
        "map": None if plan is None else {
            "id": str(plan.id), "width": plan.width, "height": plan.height, "uploaded_ms": clock.ms(plan.uploaded_at),
        },
        "places": [
            {"camera_id": str(one.camera_id), "x": one.x, "y": one.y, "bearing": one.bearing, "angle": one.angle}
            for one in places
        ],
    }  # fmt: skip


@router.get("/sites/{site_id}/map/picture")
def map_picture(request: HttpRequest, site_id: UUID, alarm_id: UUID | None = None) -> HttpResponse:
    """The map itself: a PNG or JPEG that was made here."""
    actor = acting(request)
    row = _site(actor, site_id)
    picture = floorplan.picture_of(actor, row, _alarm_of(actor, row, alarm_id))
    response = HttpResponse(picture.data, content_type=picture.media_type)
    response["Content-Disposition"] = "inline"
    response["Cache-Control"] = "no-store"
    return response


@router.put("/sites/{site_id}/map/picture")
def upload_map(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """A new map: the bare bytes of a PNG or JPEG of at most 8 MB as the body, whatever it says it is."""
    actor = acting(request)
    if not _opening.acquire(blocking=False):  # each may take a lot of memory
        raise throttle.TooManyRequests(_("Too many requests."), action=_("Wait a moment."))
    try:
        plan = floorplan.upload(actor, site_id, request.read(floorplan.LARGEST_UPLOAD + 1))
    finally:
        _opening.release()
    return {"id": str(plan.id), "width": plan.width, "height": plan.height, "uploaded_ms": clock.ms(plan.uploaded_at)}


@router.delete("/sites/{site_id}/map/picture")
def remove_map(request: HttpRequest, site_id: UUID) -> dict[str, Any]:
    """The map is destroyed, with the cameras' places on it."""
    floorplan.take_away(acting(request), site_id)
    return {}


@router.put("/sites/{site_id}/map/places")
def put_places(request: HttpRequest, site_id: UUID, body: Places) -> dict[str, Any]:
    """Where the cameras stand, all of them anew."""
    wanted = [Place(one.camera_id, one.x, one.y, one.bearing, one.angle) for one in body.places]
    floorplan.put_places(acting(request), site_id, wanted)
    return {}


def _alarm_of(actor: Actor, site: Site, alarm_id: UUID | None) -> UUID | None:
    """The alarm, if it is one of this very site that the acting party may know of. Raises UnknownSite."""
    if alarm_id is None:
        return None
    if alarms.get(actor, alarm_id).site_id != site.id:
        raise UnknownSite
    return alarm_id


# --- units ---


@router.get("/units/{unit_id}")
def unit(request: HttpRequest, unit_id: UUID) -> dict[str, Any]:
    """One unit: what it is, which software and configuration it runs, its cameras, its commissioning."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        row = queries.get_unit(unit_id)
    require(actor, Action.READ, _resource(row))
    with tenancy.acting_as(actor.party_id, actor.id):
        cameras = list(Camera.objects.select_related("unit", "unit__site").filter(unit=row).order_by("name"))
        status, policy = queries.newest_status(row), queries.newest_policy(row)
        known = _known(row, cameras, status)
        names = people.person_names([row.commissioned_by] if row.commissioned_by else [])
    return {
        "unit": _unit_shape(row),
        "cameras": [camera_shape(one) for one in cameras],
        "configuration": {
            "policy": None if policy is None else policy.counter,
            "confirmed": policy is not None and status is not None and status.policy_hash == policy.hash,
            "fingerprint": to_text(bytes(row.fingerprint)), "paired_ms": clock.ms(row.paired_at),
        },
        "commissioning": {
            "known": known, "ticks": [tick for tick in row.ticks if tick in set(Tick)],
            "wanted": [tick.value for tick in Tick],
            "done_ms": None if row.commissioned_at is None else clock.ms(row.commissioned_at),
            "by": names.get(row.commissioned_by, "") if row.commissioned_by else "",
        },
        "may": {word: decide(actor, action, _resource(row)).allowed for word, action in _VERBS.items()},
    }  # fmt: skip


_VERBS = {
    "change": Action.CHANGE, "move": Action.MOVE, "remove": Action.REMOVE, "commission": Action.COMMISSION,
    "revoke": Action.REVOKE,
}  # fmt: skip


def _known(unit: Unit, cameras: list[Camera], status: Status | None) -> dict[str, bool]:
    """What the server finds out by itself; within an acting party."""
    policy = queries.newest_policy(unit)
    return {
        Known.AGREEMENT.value: agreements.agreement_of(unit.owner_id) is not None,
        Known.PURPOSE.value: bool(cameras) and agreements.all_have_purpose(unit.owner_id, [one.id for one in cameras]),
        Known.SIGN.value: agreements.sign_hangs(unit.site_id),
        Known.CONTACT.value: queries.in_contact(unit),
        Known.CAMERAS.value: bool(cameras) and all(one.state == "ok" for one in cameras),
        Known.POLICY.value: policy is not None and status is not None and status.policy_hash == policy.hash,
    }


@router.put("/units/{unit_id}")
def change_unit(request: HttpRequest, unit_id: UUID, body: UnitSaid) -> dict[str, Any]:
    """Its name and what sort of thing it is."""
    return _unit_shape(ground.rename_unit(acting(request), unit_id, body.name, body.kind))


@router.post("/units/{unit_id}/move")
def move_unit(request: HttpRequest, unit_id: UUID, body: Move) -> dict[str, Any]:
    """To another site of the same owner; not while it guards."""
    return _unit_shape(ground.move_unit(acting(request), unit_id, body.site_id))


@router.post("/units/{unit_id}/remove")
def remove_unit(request: HttpRequest, unit_id: UUID) -> dict[str, Any]:
    """It was taken away: its key counts for nothing any more. It comes back only wiped, as another unit."""
    return _unit_shape(ground.remove_unit(acting(request), unit_id))


@router.put("/units/{unit_id}/commissioning")
def commission(request: HttpRequest, unit_id: UUID, body: Ticks) -> dict[str, Any]:
    """What was looked at on site; `done` when all of it was and the unit goes into service."""
    return _unit_shape(ground.commission(acting(request), unit_id, body.ticks, body.done))


# --- shapes ---


def _site(actor: Actor, site_id: UUID) -> Site:
    with tenancy.acting_as(actor.party_id, actor.id):
        return queries.get_site(site_id)


def _site_resource(site: Site) -> Resource:
    return Resource(ResourceKind.SITE, site.id, site.owner_id)


def _of_unit(site: Site) -> Resource:
    return Resource(ResourceKind.UNIT, None, site.owner_id, of={"site": site.id})


def _resource(unit: Unit) -> Resource:
    return Resource(ResourceKind.UNIT, unit.id, unit.owner_id, of={"site": unit.site_id})


def full_shape(site: Site) -> dict[str, Any]:
    return {
        **site_shape(site), "controller": site.controller, "contact_email": site.contact_email,
        "contact_phone": site.contact_phone, "country": site.country, "languages": site.languages,
    }  # fmt: skip


def _unit_shape(unit: Unit) -> dict[str, Any]:
    return {
        **unit_shape(unit), "kind": unit.kind, "guardable": unit.state == UnitState.PAIRED,
        "commissioned_ms": None if unit.commissioned_at is None else clock.ms(unit.commissioned_at),
        "removed_ms": None if unit.removed_at is None else clock.ms(unit.removed_at),
        "revoked_ms": None if unit.revoked_at is None else clock.ms(unit.revoked_at),
    }  # fmt: skip


def _conditions(found: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for key, since in sorted(found.items(), key=lambda item: item[1]):
        word, _colon, camera = key.partition(":")
        rows.append({"what": word, "camera_id": str(UUID(hex=camera)) if camera else None, "since_ms": since})
    return rows


conditions_shape = _conditions
