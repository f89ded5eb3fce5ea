# SPDX-License-Identifier: EUPL-1.2
"""Reads of alarms, as the acting party sees them."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.server.alarms import rules
from zegel.server.alarms.errors import UnknownAlarm
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.alarms.rules import State
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor, ActorKind
from zegel.server.people.roles import Role

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
