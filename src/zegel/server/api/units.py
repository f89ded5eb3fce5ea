# SPDX-License-Identifier: EUPL-1.2
"""Units, pairings, cameras and what was recorded: what a client needs to pair, steer and judge a unit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from zegel.server.alarms import queries as alarms
from zegel.server.api import errors
from zegel.server.api.base import acting
from zegel.server.api.fields import LATEST_MS, Bytes, to_text
from zegel.server.footage import queries as footage
from zegel.server.footage.rules import SlotRange, Track
from zegel.server.gate import Action, Resource, ResourceKind, decide, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import queries as ledger
from zegel.server.people import queries as people
from zegel.server.sites import actions, capabilities, queries
from zegel.server.sites.errors import UnknownUnit
from zegel.server.sites.models import Camera, Pairing, Site, Unit, UnitObject

router = Router(tags=["units"])

for _code, _status in (
    ("unknown_unit", 404), ("unknown_site", 404), ("unknown_pairing", 404), ("unit_not_seen", 404), ("unit_taken", 409),
    ("unit_revoked", 409), ("object_refused", 422),
):  # fmt: skip
    errors.status(_code, _status)

LONGEST_TIMELINE_MS = 31 * 86_400_000
NAMED_WITHIN_MS = 25 * 3_600_000  # the longest day
MOST_CAMERAS = 1000
MOST_UNITS = 100
Moment = Annotated[int, Query(ge=0, le=LATEST_MS)]


class Start(Schema):
    fingerprint: Bytes
    site_id: UUID
    name: str = Field(min_length=1, max_length=200)


class Completion(Schema):
    pairing: Bytes
    mac: Bytes
    keyset: Bytes
    policy: Bytes


class Signed(Schema):
    envelope: Bytes


# --- lists ---


@router.get("/sites")
def sites(request: HttpRequest) -> dict[str, Any]:
    """Sites that the acting party may know of."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.UNIT))
    return {"sites": [site_shape(site) for site in queries.sites(actor)]}


@router.get("/units")
def units(request: HttpRequest) -> dict[str, Any]:
    """Units that the acting party may know of."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.UNIT))
    return {"units": [unit_shape(unit) for unit in queries.units(actor)]}


@router.get("/cameras")
def cameras(
    request: HttpRequest, site_id: UUID | None = None, camera_id: UUID | None = None,
    limit: Annotated[int | None, Query(ge=1, le=MOST_CAMERAS)] = None, after: UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Cameras that the acting party may know of; knowing of one shows nothing of it. All of them, or those of a site,
    or one; `limit` at a time, and from which one on to ask again (`next`, null at the end)."""
    actor = acting(request)
    require(actor, Action.LIST, Resource(ResourceKind.CAMERA))
    asked = None if limit is None else limit + 1
    found = queries.cameras(actor, queries.Narrowed(None, site_id, camera_id, asked, after))
    page = found if limit is None else found[:limit]
    return {
        "cameras": [camera_shape(camera) for camera in page],
        "next": str(page[-1].id) if len(page) < len(found) else None,
    }


@router.get("/health")
def health(request: HttpRequest) -> dict[str, Any]:
    """Whether the acting party's units are in contact, and how fresh the ledger's checkpoint is."""
    actor = acting(request)
    here, total = queries.contact(actor)
    log = ledger.state()
    return {
        "units": {"in_contact": here, "total": total},
        "tree_size": log.published,
        "pending": log.size - log.published,
        "checkpoint_age_ms": max(0, clock.now_ms() - log.checkpoint_ms) if log.published else None,
        "now_ms": clock.now_ms(),
    }


# --- trust ---


@router.get("/units/{unit_id}/trust")
def trust(request: HttpRequest, unit_id: UUID) -> dict[str, Any]:
    """The signed objects by which a client judges a unit for itself, beginning from what it has pinned."""
    actor = acting(request)
    unit = _unit(actor, unit_id, Action.READ)
    return _trust(queries.Trusted(unit, queries.trust(actor, unit_id), queries.keyset_history(actor, unit_id)))


@router.get("/trust")
def trust_of_many(
    request: HttpRequest, unit: Annotated[list[UUID], Query(min_length=1, max_length=MOST_UNITS)]
) -> dict[str, Any]:
    """The same of many units at once (`unit=` for each). What the acting party may not read is left out."""
    actor = acting(request)
    found = queries.trust_of(actor, unit)
    return {"units": [_trust(one) for one in found if decide(actor, Action.READ, _resource(one.unit)).allowed]}


@router.post("/units/{unit_id}/keyset")
def keyset(request: HttpRequest, unit_id: UUID, body: Signed) -> dict[str, Any]:
    """The next keyset, signed by an owner of the one before it."""
    return _stored(actions.accept_keyset(acting(request), unit_id, body.envelope))


@router.post("/units/{unit_id}/policy")
def policy(request: HttpRequest, unit_id: UUID, body: Signed) -> dict[str, Any]:
    """A newer policy, signed by an owner. It holds when the unit's status says so."""
    return _stored(actions.accept_policy(acting(request), unit_id, body.envelope))


@router.post("/units/{unit_id}/command")
def command(request: HttpRequest, unit_id: UUID, body: Signed) -> dict[str, Any]:
    """Arm or disarm. It holds when the unit's status says so."""
    return _stored(actions.accept_command(acting(request), unit_id, body.envelope))


@router.post("/units/{unit_id}/revoke")
def revoke(request: HttpRequest, unit_id: UUID) -> dict[str, Any]:
    """A stolen unit: cut off within seconds, for ever."""
    return unit_shape(actions.revoke_unit(acting(request), unit_id))


@router.get("/units/{unit_id}/technical")
def technical(request: HttpRequest, unit_id: UUID) -> dict[str, Any]:
    """What the unit reported of its own condition, the newest first."""
    actor = acting(request)
    _unit(actor, unit_id, Action.READ)
    rows = queries.technical_events(actor, unit_id)
    return {
        "events": [
            {
                "id": str(row.id), "kind": row.kind, "code": row.code, "at_ms": clock.ms(row.at), "detail": row.detail,
                "camera_id": None if row.camera_id is None else str(row.camera_id),
            }
            for row in rows
        ]
    }  # fmt: skip


# --- pairing ---


@router.post("/pairings")
def start_pairing(request: HttpRequest, body: Start) -> dict[str, Any]:
    """Finds the unit whose code was read, if it is on the link now. `arc`: the alarm centre's signing key, for the
    client to compare with the words in the agreement before it names it in a keyset."""
    pairing = actions.start_pairing(acting(request), body.fingerprint, body.site_id, body.name)
    arc = people.arc_signing_key(pairing.owner_id)
    shown = {"party_id": str(arc[0]), "sign_pk": to_text(arc[1])} if arc else None
    return {**_pairing_shape(pairing), "arc": shown}


@router.post("/pairings/{pairing_id}")
def complete_pairing(request: HttpRequest, pairing_id: UUID, body: Completion) -> dict[str, Any]:
    """Keyset and policy on their way to the unit, under the MAC that only its code's reader can make."""
    actor = acting(request)
    return _pairing_shape(actions.complete_pairing(actor, pairing_id, body.pairing, body.mac, body.keyset, body.policy))


@router.get("/pairings/{pairing_id}")
def pairing_state(request: HttpRequest, pairing_id: UUID) -> dict[str, Any]:
    """`state`: started, sent, paired; with the unit's signed answer, which the client verifies against the code."""
    actor = acting(request)
    with tenancy.acting_as(actor.party_id, actor.id):
        pairing = queries.find_pairing(pairing_id)
        of = {"site": pairing.site_id}
        require(actor, Action.PAIR, Resource(ResourceKind.UNIT, pairing.unit_id, pairing.owner_id, of))
    return _pairing_shape(pairing)


# --- what was recorded ---


@router.get("/cameras/{camera_id}/timeline")
def timeline(
    request: HttpRequest, camera_id: UUID, from_ms: Moment, to_ms: Moment, track: Annotated[int, Query(ge=1, le=4)] = 1
) -> dict[str, Any]:
    """When something was recorded, with the signed epochs that say where their slots lie in time, and the alarms.

    `named`: what the unit signed as recorded and is not here: on its own storage, on its way, or lost; a day at most.
    `next_ms`: from where to ask again when that is not all of it; null when it is.
    """
    actor = acting(request)
    to_ms = min(to_ms, from_ms + LONGEST_TIMELINE_MS)
    with tenancy.acting_as(actor.party_id, actor.id):
        camera = queries.find_camera(camera_id)
        if camera is None:
            raise UnknownUnit
        require(actor, Action.TIMELINE, Resource(ResourceKind.CAMERA, camera.id, camera.owner_id))
        epochs = footage.epochs_between(camera.id, int(Track(track)), from_ms, to_ms)
        ranges, next_ms = footage.recorded_ranges(epochs, from_ms, to_ms)
        until_ms = min(next_ms or to_ms, from_ms + NAMED_WITHIN_MS)
        return {
            "next_ms": next_ms,
            "epochs": [to_text(envelope) for envelope in footage.epoch_envelopes([part.epoch for part in ranges])],
            "ranges": [{"epoch": str(part.epoch), "from": part.from_slot, "to": part.to_slot} for part in ranges],
            "kept": [to_text(left.kept) for left in _left(ranges)],
            "named": [list(span) for span in footage.named_only(epochs, ranges, (from_ms, until_ms))],
            "deleted": [list(span) for span in footage.deleted_between(camera.id, track, from_ms, to_ms)],
            "deletions": [to_text(said) for said in footage.deletion_words(camera.id, track, from_ms, to_ms)],
            "alarms": [
                {"id": str(row.id), "number": row.number, "class": row.alarm_class, "raised_ms": row.raised_ms,
                 "state": row.state, "images": row.images}
                for row in alarms.of_camera(camera.id, from_ms, to_ms)
            ],
        }  # fmt: skip


def _left(ranges: Sequence[SlotRange]) -> Sequence[footage.Left]:
    return footage.remainders({part.epoch for part in ranges}, with_keys=False)


# --- shapes ---


def _unit(actor: Actor, unit_id: UUID, action: Action) -> Unit:
    with tenancy.acting_as(actor.party_id, actor.id):
        unit = queries.get_unit(unit_id)
    require(actor, action, _resource(unit))
    return unit


def _resource(unit: Unit) -> Resource:
    return Resource(ResourceKind.UNIT, unit.id, unit.owner_id, {"site": unit.site_id})


def _trust(of: queries.Trusted) -> dict[str, Any]:
    unit = of.unit
    return {
        "unit": {
            "id": str(unit.id), "name": unit.name, "sign_pk": to_text(bytes(unit.sign_pk)),
            "fingerprint": to_text(bytes(unit.fingerprint)), "state": unit.state, "pairing_id": str(unit.pairing_id),
        },
        "owner_id": str(unit.owner_id),
        "keysets": [to_text(envelope) for envelope in of.keysets],
        **{kind: None if envelope is None else to_text(envelope) for kind, envelope in of.newest.items()},
    }  # fmt: skip


def _stored(row: UnitObject) -> dict[str, Any]:
    return {"hash": to_text(bytes(row.hash)), "counter": row.counter, "kind": row.kind}


def site_shape(site: Site) -> dict[str, Any]:
    return {
        "id": str(site.id), "name": site.name, "address": site.address, "tz": site.tz, "profile": site.profile,
        "owner_id": str(site.owner_id),
    }  # fmt: skip


def unit_shape(unit: Unit) -> dict[str, Any]:
    return {
        "id": str(unit.id), "name": unit.name, "site": site_shape(unit.site), "owner_id": str(unit.owner_id),
        "fingerprint": to_text(bytes(unit.fingerprint)), "state": unit.state, "software": unit.software,
        "last_seen_ms": None if unit.last_seen_at is None else clock.ms(unit.last_seen_at),
        "in_contact": queries.in_contact(unit),
    }  # fmt: skip


def camera_shape(camera: Camera) -> dict[str, Any]:
    return {
        "id": str(camera.id), "name": camera.name, "unit": {"id": str(camera.unit_id), "name": camera.unit.name},
        "site": site_shape(camera.unit.site), "owner_id": str(camera.owner_id), "kind": camera.kind,
        "capabilities": list(capabilities.of(camera)), "presets": list(capabilities.presets(camera)),
        "state": camera.state,
    }  # fmt: skip


def _pairing_shape(pairing: Pairing) -> dict[str, Any]:
    state = "paired" if pairing.paired is not None else ("sent" if pairing.body is not None else "started")
    return {
        "unit_id": str(pairing.unit_id), "pairing_id": str(pairing.pairing_id), "state": state,
        "sign_pk": to_text(bytes(pairing.sign_pk)), "software": pairing.software,
        "cameras": [{"id": camera, "name": name} for camera, name in pairing.cameras],
        "paired": None if pairing.paired is None else to_text(bytes(pairing.paired)),
    }  # fmt: skip
