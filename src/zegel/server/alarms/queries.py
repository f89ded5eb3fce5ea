# SPDX-License-Identifier: EUPL-1.2
"""Reads of alarms, as the acting party sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from zegel.server.alarms import parameters, rules
from zegel.server.alarms.errors import UnknownAlarm
from zegel.server.alarms.models import Alarm, AlarmSignal, AlarmStep, OpeningPlan, ParameterSet, TestWindow
from zegel.server.alarms.parameters import Parameters
from zegel.server.alarms.rules import State
from zegel.server.gate import Resource, ResourceKind
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people.roles import Role
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Site

NEWEST = 200


def queue(actor: Actor) -> Sequence[Alarm]:
    """Every open alarm, the most urgent first."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = list(Alarm.objects.exclude(state__in=[State.CLOSED.value, State.NEW.value]).filter(folded_into=None))
    return sorted(found, key=lambda row: rules.queue_key(rules.Queued(row.priority, row.raised_ms, row.number or 0)))


def newest(actor: Actor, limit: int = NEWEST) -> Sequence[Alarm]:
    """Open and closed, the newest first."""
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(Alarm.objects.order_by("-raised_ms")[: min(limit, NEWEST)])


def get(actor: Actor, alarm_id: UUID) -> Alarm:
    """Raises UnknownAlarm."""
    with tenancy.acting_as(actor.party_id, actor.id):
        alarm = Alarm.objects.filter(id=alarm_id).first()
    if alarm is None or _is_kept_from(actor, alarm):
        raise UnknownAlarm
    return alarm


def _is_kept_from(actor: Actor, alarm: Alarm) -> bool:
    """The owner's own people are not told of an alarm under duress while it is open: somebody may be reading along."""
    is_owner = actor.kind is ActorKind.PERSON and actor.party_id == alarm.owner_id
    by_role = actor.role not in {Role.OPERATOR, Role.SUPERVISOR}
    return alarm.duress and alarm.state != State.CLOSED and is_owner and by_role


def steps(actor: Actor, alarm_id: UUID) -> Sequence[AlarmStep]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return list(AlarmStep.objects.filter(alarm_id=alarm_id).order_by("at", "id"))


def of_camera(camera_id: UUID, from_ms: int, to_ms: int) -> Sequence[Alarm]:
    """Within an acting party: alarms of one camera between two times."""
    found = Alarm.objects.filter(camera_id=camera_id, raised_ms__gte=from_ms, raised_ms__lt=to_ms)
    return list(found.order_by("raised_ms")[:1000])


def log_of(actor: Actor, site_id: UUID, before: int | None = None, limit: int = 100) -> Sequence[AlarmSignal]:
    """What came in about a site and what was made of it, the newest first: openings and closings, tests, alarms.
    `before`: a row's id, to read on."""
    with tenancy.acting_as(actor.party_id, actor.id):
        found = AlarmSignal.objects.filter(site_id=site_id)
        if before is not None:
            found = found.filter(id__lt=before)
        return list(found.order_by("-id")[: min(limit, NEWEST)])


def site_resource(actor: Actor, site_id: UUID) -> Resource:
    """Raises UnknownSite."""
    with tenancy.acting_as(actor.party_id, actor.id):
        site = sites.get_site(site_id)
    return Resource(ResourceKind.SITE, site.id, site.owner_id, {"site": site.id})


# --- settings ---


@dataclass(frozen=True)
class Settings:
    """What holds at a site. `own`: the figures that were set for it. `tests`, `plans`: as they are shown."""

    site: Site
    figures: Parameters
    own: dict[str, int]
    tests: list[dict[str, Any]]
    plans: list[dict[str, Any]]


def settings(actor: Actor, site_id: UUID) -> Settings:
    """Raises UnknownSite. Ask the gate whether the actor may read them."""
    with tenancy.acting_as(actor.party_id, actor.id):
        site = sites.get_site(site_id)
        own = ParameterSet.objects.filter(provider_id=site.provider_id, site_id=site_id).first()
        plans = OpeningPlan.objects.filter(site_id=site_id).order_by("panel_id", "area")
        return Settings(
            site, parameters.of_sites([site])[site.id], {} if own is None else dict(own.values), tests_of(site_id),
            [plan_shape(row) for row in plans],
        )  # fmt: skip


def figures_of(actor: Actor) -> dict[str, int]:
    """Those that the acting party set for all its sites. Ask the gate whether the actor may read them."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = ParameterSet.objects.filter(provider_id__in=[actor.party_id], site_id=None).first()
        return {} if row is None else dict(row.values)


def tests_of(site_id: UUID) -> list[dict[str, Any]]:
    """Within an acting party: the tests that run at a site now."""
    rows = TestWindow.objects.filter(site_id=site_id, ended_at=None, ends_at__gt=clock.now())
    return [test_shape(row) for row in rows.order_by("ends_at")]


def test_shape(row: TestWindow) -> dict[str, Any]:
    return {
        "id": str(row.id), "site_id": str(row.site_id), "panel_id": None if row.panel_id is None else str(row.panel_id),
        "zones": row.zones, "fire": row.fire, "from_ms": rules.ms_of(row.starts_at),
        "until_ms": rules.ms_of(row.ended_at or row.ends_at), "ended": row.ended_at is not None, "reason": row.reason,
    }  # fmt: skip


def plan_shape(row: OpeningPlan) -> dict[str, Any]:
    return {
        "panel_id": str(row.panel_id), "area": row.area, "weekly": row.weekly, "exceptions": row.exceptions,
        "changed_ms": rules.ms_of(row.changed_at),
    }  # fmt: skip
