# SPDX-License-Identifier: EUPL-1.2
"""What units report becomes malfunctions; what is past its time ends; the owner and the technician are told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from zegel.server.kernel import clock, jobs, log, outbox, tenancy
from zegel.server.maintenance import actions, rules
from zegel.server.maintenance.models import Request
from zegel.server.maintenance.rules import End
from zegel.server.notify import actions as notify
from zegel.server.notify.classes import About, Occasion
from zegel.server.people.roles import Role
from zegel.server.sites import queries as sites
from zegel.server.sites.models import TechnicalEvent

NEWS_LASTS = timedelta(hours=24)


@outbox.subscribe("technical.raised", name="maintenance.technical")
def technical(event: outbox.Event) -> None:
    """A unit's own report: something is the matter, or it is over."""
    if event.owner_id is None or event.payload.get("kind") not in rules.OF_REPORT.keys() | rules.OVER_BY.keys():
        return
    with tenancy.acting_as(event.owner_id):
        row = TechnicalEvent.objects.filter(id=event.uuid("event_id")).first()
    if row is None:
        return
    if row.kind in rules.OVER_BY:
        actions.over(event.owner_id, row.unit_id, row.camera_id, rules.OVER_BY[row.kind])
    else:
        actions.found(event.owner_id, row.unit_id, row.camera_id, row.kind)


@outbox.subscribe("telemetry.raised", name="maintenance.telemetry")
def raised(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.found(event.owner_id, event.uuid("unit_id"), _camera(event), str(event.payload.get("condition", "")))


@outbox.subscribe("telemetry.cleared", name="maintenance.telemetry_over")
def cleared(event: outbox.Event) -> None:
    if event.owner_id is not None:
        actions.over(event.owner_id, event.uuid("unit_id"), _camera(event), str(event.payload.get("condition", "")))


@outbox.subscribe("live.ended", name="maintenance.live_ended")
def live_ended(event: outbox.Event) -> None:
    if event.owner_id is not None and event.payload.get("lease_id"):
        actions.live_ended(event.owner_id, event.uuid("lease_id"), str(event.payload.get("code", "")))


def _camera(event: outbox.Event) -> UUID | None:
    return UUID(event.payload["camera_id"]) if event.payload.get("camera_id") else None


@jobs.periodic("* * * * *", name="maintenance.expire")
def expire(timestamp: int) -> None:
    """Each minute; the keys and the unit's picture ended by themselves before. One owner's fault stops no other's."""
    for owner_id in sites.owners_with_units():
        try:
            actions.expire(owner_id)
        except Exception as error:
            log.error(
                "maintenance.expire_failed", owner=owner_id, error=type(error).__name__, where=log.place_of(error)
            )


# --- telling ---


@outbox.subscribe("maintenance.requested", name="maintenance.letter_requested")
def requested(event: outbox.Event) -> None:
    _later(event, Occasion.MAINTENANCE)


@outbox.subscribe("maintenance.ended", name="maintenance.letter_ended")
def ended(event: outbox.Event) -> None:
    """Of a look that happened, or might have. Who refused, or let it lapse, knows."""
    if event.payload.get("end") in {End.WORKING.value, End.TIME.value, End.STOPPED.value, End.CLOSED.value}:
        _later(event, Occasion.MAINTENANCE_ENDED)


def _later(event: outbox.Event, occasion: Occasion) -> None:
    if event.owner_id is not None and clock.now() - event.at < NEWS_LASTS:
        tell.defer(owner_id=str(event.owner_id), request_id=event.payload["request_id"], occasion=occasion.value)


@jobs.task(name="maintenance.tell")
def tell(owner_id: str, request_id: str, occasion: str) -> None:
    """To the owners: only they consent. The letter names the site, nobody and nothing else."""
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        request = Request.objects.filter(id=request_id).first()
        camera = None if request is None else sites.find_camera(request.camera_id)
    if camera is not None:
        about = About(camera_id=camera.id, site_id=camera.unit.site_id)
        notify.tell(owner, Occasion(occasion), camera.unit.site.name, request_id, (Role.OWNER,), about)
