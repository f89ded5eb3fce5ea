# SPDX-License-Identifier: EUPL-1.2
"""What every verb does: lock the alarm, ask the gate, write the step, tell."""

from __future__ import annotations

from uuid import UUID

from zegel.server import gate
from zegel.server.alarms import due, rules
from zegel.server.alarms.errors import NotAllowedNow, NotYours, UnknownAlarm
from zegel.server.alarms.models import Alarm, AlarmStep, DueKind
from zegel.server.alarms.rules import State
from zegel.server.footage import actions as footage
from zegel.server.footage.rules import WindowEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor

LONGEST_NOTE = 2000


def locked(alarm_id: UUID) -> Alarm:
    """Until the transaction ends. Raises UnknownAlarm."""
    alarm = Alarm.objects.select_for_update().filter(id=alarm_id).first()
    if alarm is None:
        raise UnknownAlarm
    return alarm


def require(actor: Actor, action: Action, alarm: Alarm) -> None:
    """Raises Denied; to the alarm's own people NotAllowedNow for one that is closed."""
    if alarm.state == State.CLOSED and alarm.owner_id == actor.party_id:
        raise NotAllowedNow(alarm.state, action.value)
    gate.require(actor, action, resource_of(alarm))


def resource_of(alarm: Alarm) -> Resource:
    """The alarm, as the gate asks about it."""
    of = {"alarm": alarm.id, "unit": alarm.unit_id, "site": alarm.site_id}
    return Resource(
        ResourceKind.ALARM, alarm.id, alarm.owner_id, {name: found for name, found in of.items() if found is not None}
    )


def mine(actor: Actor, alarm_id: UUID, action: Action) -> Alarm:
    """An alarm that the actor has in hand. Raises UnknownAlarm, Denied, NotYours."""
    alarm = locked(alarm_id)
    require(actor, action, alarm)
    if alarm.claimed_by != actor.id:
        raise NotYours
    return alarm


def step(
    alarm: Alarm, kind: str, actor: Actor | None, note: str = "", *, no: int | None = None, outcome: str = ""
) -> None:
    """One line of the alarm's story."""
    AlarmStep.objects.create(
        owner_id=alarm.owner_id, provider_id=alarm.provider_id, alarm=alarm, at=clock.now(), kind=kind,
        person_id=None if actor is None else actor.id, note=note[:LONGEST_NOTE], step_no=no, outcome=outcome,
    )  # fmt: skip


def acted(alarm: Alarm) -> list[str]:
    """An operator did something: the norm's clock stops with the first time. The names of the fields to save."""
    if alarm.first_action_at is not None:
        return []
    alarm.first_action_at = clock.now()
    due.drop(DueKind.NORM, alarm.id)
    return ["first_action_at"]


def end(actor: Actor, w: work.Work, alarm: Alarm, code: str, note: str, reason: WindowEnd) -> None:
    """Closes an alarm (its state is set already), what is handled as a part of it, their windows, what was still to
    come."""
    _end_one(actor, w, alarm, code, note, reason)
    for part in Alarm.objects.select_for_update().filter(folded_into=alarm.id).exclude(state=State.CLOSED.value):
        part.state = State.CLOSED.value
        _end_one(actor, w, part, code, "", reason)


def _end_one(actor: Actor, w: work.Work, alarm: Alarm, code: str, note: str, reason: WindowEnd) -> None:
    alarm.closed_at, alarm.closed_by, alarm.closed_code = clock.now(), actor.id, code
    alarm.closed_note, alarm.parked_until = note[:LONGEST_NOTE], None
    alarm.save(update_fields=["state", "closed_at", "closed_by", "closed_code", "closed_note", "parked_until"])
    step(alarm, "recalled" if reason is WindowEnd.RECALLED else "closed", actor, note)
    due.drop_all(alarm.id)
    footage.end_window(actor, alarm.id, reason)


def changed(w: work.Work, alarm: Alarm) -> Alarm:
    """Tells who watches that the alarm's row is another."""
    w.publish("alarm.changed", owner_id=alarm.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
              state=alarm.state, quiet=is_quiet(alarm))  # fmt: skip
    return alarm


def is_quiet(alarm: Alarm) -> bool:
    """Under duress and not over: the owner's own screens say nothing of it."""
    return alarm.duress and alarm.state != State.CLOSED


def reprioritise(alarm: Alarm) -> list[str]:
    """Its place in the queue, by what is known now; never a later one. The names of the fields to save."""
    known = rules.priority(alarm.signal_class, alarm.alarm_class, alarm.confirmed, alarm.duress)
    alarm.priority = min(alarm.priority, known)
    return ["priority"]
