# SPDX-License-Identifier: EUPL-1.2
"""What an operator's screen must know about an alarm's pictures: which cameras, who looks, until when nobody may."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from zegel.server.alarms.testing import zone_key
from zegel.server.footage import queries
from zegel.server.footage.models import Reopening, Window
from zegel.server.footage.queries import Viewer
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people
from zegel.server.signals import queries as signals
from zegel.server.sites import capabilities
from zegel.server.sites.models import Camera, Unit

NEIGHBOURS_AT_MOST = 30


def image_facts(actor: Actor, alarm_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """For each of these alarms; four queries, however many they are."""
    with tenancy.acting_as(actor.party_id, actor.id):
        windows = {window.alarm_id: window for window in Window.objects.filter(alarm_id__in=alarm_ids)}
        wanted = {camera for window in windows.values() for camera in window.camera_ids}
        cameras = {camera.id: camera for camera in Camera.objects.filter(id__in=wanted)}
        viewers, reopened = queries.viewers(alarm_ids), queries.reopenings(alarm_ids)
    looking = {viewer.person_id for row in viewers.values() for viewer in row}
    names = people.person_names(looking | {row.person_id for row in reopened.values()})
    return {
        alarm_id: {
            **_window(windows.get(alarm_id), cameras),
            "viewers": [_viewer(viewer, names) for viewer in viewers.get(alarm_id, ())],
            "reopened": _reopened(reopened.get(alarm_id), names),
        }
        for alarm_id in alarm_ids
    }


def neighbours(actor: Actor, alarm_id: UUID, site_id: UUID) -> list[dict[str, Any]]:
    """Cameras of the same site that the acting party may look at now, each through an alarm of its own."""
    with tenancy.acting_as(actor.party_id, actor.id):
        units = list(Unit.objects.filter(site_id=site_id).values_list("id", flat=True))
        rows = queries.open_windows_of_units(units)
        others = [row for row in rows if row.alarm_id != alarm_id and row.arc_party_id == actor.party_id]
        wanted = {camera for window in others for camera in window.camera_ids}
        cameras = {camera.id: camera for camera in Camera.objects.filter(id__in=wanted)}
    shown = [
        {"camera": camera_shape(cameras[camera]), "alarm_id": str(window.alarm_id), "window": _times(window)}
        for window in others
        for camera in window.camera_ids
        if camera in cameras
    ]
    return shown[:NEIGHBOURS_AT_MOST]


def zone_cameras(actor: Actor, panel_id: UUID, zones: Collection[str]) -> list[dict[str, str]]:
    """The cameras that look at these zones of a panel, by name: that they are there, and nothing that they see. Images
    come only from an alarm of their unit."""
    wanted = {zone_key(zone) for zone in zones if zone}
    with tenancy.acting_as(actor.party_id, actor.id):
        named = {UUID(one) for row in signals.zones(panel_id) if zone_key(row.zone) in wanted for one in row.camera_ids}
        cameras = Camera.objects.filter(id__in=named).order_by("name", "id")[:NEIGHBOURS_AT_MOST]
        return [{"id": str(camera.id), "name": camera.name, "state": camera.state} for camera in cameras]


def camera_shape(camera: Camera) -> dict[str, Any]:
    """`capabilities` say what a screen offers."""
    return {
        "id": str(camera.id), "name": camera.name, "kind": camera.kind, "state": camera.state,
        "capabilities": list(capabilities.of(camera)), "presets": list(capabilities.presets(camera)),
    }  # fmt: skip


def _window(window: Window | None, cameras: dict[UUID, Camera]) -> dict[str, Any]:
    if window is None:
        return {"look_after_ms": None, "max_viewers": 0, "cameras": []}
    found = [camera_shape(cameras[camera]) for camera in window.camera_ids if camera in cameras]
    return {
        "look_after_ms": None if window.look_after is None else clock.ms(window.look_after),
        "max_viewers": window.max_viewers, "cameras": found,
    }  # fmt: skip


def _times(window: Window) -> dict[str, Any]:
    held = window.look_after if queries.is_held(window) else None
    return {"until_ms": clock.ms(window.deadline), "look_after_ms": None if held is None else clock.ms(held)}


def _viewer(viewer: Viewer, names: dict[UUID, str]) -> dict[str, Any]:
    return {
        "id": str(viewer.person_id), "name": names.get(viewer.person_id, ""), "since_ms": clock.ms(viewer.since)
    }  # fmt: skip


def _reopened(row: Reopening | None, names: dict[UUID, str]) -> dict[str, Any] | None:
    if row is None:
        return None
    running = row.ended_at is None and row.deadline > clock.now()
    return {
        "reason": row.reason, "by": names.get(row.person_id, ""), "at_ms": clock.ms(row.opened_at),
        "until_ms": clock.ms(row.ended_at or row.deadline), "open": running,
    }  # fmt: skip
