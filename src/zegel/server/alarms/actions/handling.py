# SPDX-License-Identifier: EUPL-1.2
"""The operator's verbs."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from zegel.server.alarms import due, rules
from zegel.server.alarms.actions.common import acted, changed, end, locked, mine, require, step
from zegel.server.alarms.avs import SEEN_OUTCOMES
from zegel.server.alarms.errors import (
    AlreadyClaimed,
    BadTime,
    NotAllowedNow,
    NotParkable,
    UnknownCode,
    UnknownStep,
)
from zegel.server.alarms.models import Alarm, DueKind
from zegel.server.alarms.rules import State, Verb
from zegel.server.alarms.scoring import rescore
from zegel.server.footage import actions as footage
from zegel.server.footage.rules import WindowEnd
from zegel.server.gate import Action
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.ledger import Entry, Kind
from zegel.server.people import queries as people
from zegel.server.plans import queries as plans
from zegel.server.plans import rules as plan_rules
from zegel.server.plans.errors import UnknownPlan
from zegel.server.sites import queries as sites

NOTES = frozenset({"note", "called", "guard_sent", "arrived", "police_called"})
OF_GUARDS = frozenset({
    "guard_accepted", "guard_on_the_way", "arrived", "guard_left", "guard_report", "guard_declined",
    "guard_cancelled",
})  # fmt: skip
LONGEST_PARK = timedelta(hours=12)  # a shift: what is parked longer should be a technician's order


def claim(actor: Actor, alarm_id: UUID) -> Alarm:
    """The first operator has it; everyone else is told. Claiming one's own again changes nothing; claiming a parked one
    takes it back.

    Raises Denied, UnknownAlarm, AlreadyClaimed, NotAllowedNow.
    """
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        require(actor, Action.CLAIM, alarm)
        if alarm.claimed_by is not None:
            if alarm.claimed_by == actor.id:
                return alarm
            raise _claimed_already(alarm)
        alarm.state = rules.after(State(alarm.state), Verb.CLAIM).value
        alarm.claimed_by, alarm.claimed_by_party, alarm.claimed_at = actor.id, actor.party_id, clock.now()
        fields = ["state", "claimed_by", "claimed_by_party", "claimed_at", *_unparked(alarm), *acted(alarm)]
        alarm.save(update_fields=fields)
        step(alarm, "claimed", actor)
        w.record(Entry(Kind.ALARM_CLAIMED, alarm.owner_id, {"alarm": alarm.id}, alarm.camera_id or alarm.id))
        return changed(w, alarm)


def _claimed_already(alarm: Alarm) -> AlreadyClaimed:
    if alarm.claimed_by is None or alarm.claimed_at is None:
        return AlreadyClaimed()
    name = people.person_names([alarm.claimed_by]).get(alarm.claimed_by, "")
    return AlreadyClaimed(name, f"{alarm.claimed_at:%H:%M:%S}")


def release_claim(actor: Actor, alarm_id: UUID) -> Alarm:
    """Back into the queue, for a colleague. Raises Denied, UnknownAlarm, NotYours, NotAllowedNow."""
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.RELEASE_CLAIM)
        alarm.state = rules.after(State(alarm.state), Verb.RELEASE_CLAIM).value
        alarm.save(update_fields=["state", *_unclaimed(alarm)])
        step(alarm, "released", actor)
        return changed(w, alarm)


def put_back(actor: Actor, alarm_id: UUID, held_by: UUID, why: str) -> Alarm:
    """Whoever held it can't go on (his seat is empty, he is suspended): back into the queue, unless others have it by
    now. For the server's own work. Raises UnknownAlarm, NotAllowedNow."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowedNow("any", "put_back")
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        if alarm.claimed_by != held_by or alarm.state == State.CLOSED:
            return alarm
        alarm.state = rules.after(State(alarm.state), Verb.RELEASE_CLAIM).value
        alarm.save(update_fields=["state", *_unclaimed(alarm)])
        step(alarm, "released", None, outcome=why)
        return changed(w, alarm)


def _unclaimed(alarm: Alarm) -> list[str]:
    alarm.claimed_by = alarm.claimed_by_party = alarm.claimed_at = None
    return ["claimed_by", "claimed_by_party", "claimed_at"]


def note_step(actor: Actor, alarm_id: UUID, note: str, kind: str = "note") -> Alarm:
    """What the operator did. `kind`: one of NOTES. Raises UnknownCode, Denied, NotYours, NotAllowedNow."""
    if kind not in NOTES:
        raise UnknownCode
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.STEP)
        _goes_on(alarm)
        step(alarm, kind, actor, note)
        _end_live(actor, alarm, kind)
        return changed(w, alarm)


def do_step(actor: Actor, alarm_id: UUID, step_no: int, outcome: str, note: str = "") -> Alarm:
    """A step of the alarm's own plan (the version that was pinned to it), and what came of it.

    What was seen changes the alarm's score. Raises Denied, NotYours, NotAllowedNow, UnknownStep.
    """
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.STEP)
        kind = _plan_step(alarm, step_no)
        if outcome not in plan_rules.outcomes_of(kind) or (outcome == plan_rules.SKIPPED and not note.strip()):
            raise UnknownStep
        _goes_on(alarm)
        step(alarm, "plan", actor, note, no=step_no, outcome=outcome)
        if outcome in SEEN_OUTCOMES:
            alarm.save(update_fields=rescore(alarm))
        if kind == plan_rules.StepKind.SEND_GUARD and outcome == "sent":
            _end_live(actor, alarm, "guard_sent")
        return changed(w, alarm)


def _plan_step(alarm: Alarm, step_no: int) -> plan_rules.StepKind:
    if alarm.plan_version_id is None:
        raise UnknownStep
    try:
        return plans.step_of(alarm.plan_version_id, step_no).kind
    except UnknownPlan:
        raise UnknownStep from None


def _goes_on(alarm: Alarm) -> None:
    """Whoever does something about an alarm that waited, works on it again."""
    if alarm.state == State.ON_HOLD:
        alarm.state = rules.after(State.ON_HOLD, Verb.RESUME).value
    alarm.state = rules.after(State(alarm.state), Verb.STEP).value
    alarm.save(update_fields=["state", *acted(alarm)])


def guard_step(alarm_id: UUID, owner_id: UUID, kind: str, note: str = "", *, by: Actor | None = None) -> None:
    """What a guard did or said: on his own page, or to an operator (`by`, whom `dispatch` asked the gate about).
    Nobody's claim is asked for; after the alarm's end it is only written down. Raises UnknownCode, UnknownAlarm."""
    if kind not in OF_GUARDS:
        raise UnknownCode
    actor = by or system(owner_id)
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        step(alarm, kind, by, note)
        if alarm.state != State.CLOSED:
            _end_live(actor, alarm, kind)
            changed(w, alarm)


def _end_live(actor: Actor, alarm: Alarm, kind: str) -> None:
    """The owner chose when the alarm centre's view ends: with the guard sent, with his arrival, or with the closing."""
    if kind not in {"guard_sent", "arrived"} or alarm.policy_hash is None or alarm.unit_id is None:
        return
    unit = sites.get_unit(alarm.unit_id)
    policy = sites.policy_by_hash(unit, bytes(alarm.policy_hash))
    if policy is not None and str(policy.window.live_end) == kind:
        footage.end_window(actor, alarm.id, WindowEnd.CLOSED)


def hold(actor: Actor, alarm_id: UUID, note: str = "") -> Alarm:
    """It waits for something outside. Raises Denied, NotYours, NotAllowedNow."""
    return _move(actor, alarm_id, Verb.HOLD, "on_hold", note)


def resume(actor: Actor, alarm_id: UUID, note: str = "") -> Alarm:
    """It goes on. Raises Denied, NotYours, NotAllowedNow."""
    return _move(actor, alarm_id, Verb.RESUME, "resumed", note)


def _move(actor: Actor, alarm_id: UUID, verb: Verb, kind: str, note: str) -> Alarm:
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.STEP)
        alarm.state = rules.after(State(alarm.state), verb).value
        alarm.save(update_fields=["state"])
        step(alarm, kind, actor, note)
        return changed(w, alarm)


def park(actor: Actor, alarm_id: UUID, minutes: int, note: str = "") -> Alarm:
    """Set aside for a while; it comes back by itself, into the queue, and earlier when something new happens.

    Raises BadTime, Denied, NotYours, NotParkable (danger to people), NotAllowedNow.
    """
    length = timedelta(minutes=minutes)
    if not timedelta(minutes=1) <= length <= LONGEST_PARK:
        raise BadTime(f"1 … {LONGEST_PARK // timedelta(minutes=1)} min")
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        require(actor, Action.PARK, alarm)
        if rules.is_life_safety(alarm.signal_class) or alarm.duress:
            raise NotParkable
        if alarm.claimed_by != actor.id and alarm.claimed_by is not None:
            raise _claimed_already(alarm)
        alarm.state = rules.after(State(alarm.state), Verb.PARK).value
        alarm.parked_until = clock.now() + length
        alarm.save(update_fields=["state", "parked_until", *_unclaimed(alarm), *acted(alarm)])
        due.put(due.New(DueKind.PARK, alarm.id, alarm.owner_id, alarm.parked_until))
        step(alarm, "parked", actor, note, outcome=str(minutes))
        return changed(w, alarm)


def unpark(actor: Actor, alarm_id: UUID) -> Alarm:
    """Back into the queue before its time. Unparking one that isn't parked changes nothing. Raises Denied."""
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        require(actor, Action.PARK, alarm)
        fields = _unparked(alarm)
        if not fields:
            return alarm
        alarm.save(update_fields=fields)
        step(alarm, "unparked", actor)
        return changed(w, alarm)


def _unparked(alarm: Alarm) -> list[str]:
    if alarm.parked_until is None:
        return []
    alarm.parked_until = None
    due.drop(DueKind.PARK, alarm.id)
    return ["parked_until"]


def close(actor: Actor, alarm_id: UUID, code: str, note: str = "") -> Alarm:
    """Handled. Its window ends with it. Raises Denied, UnknownAlarm, UnknownCode, NotYours, NotAllowedNow."""
    try:
        chosen = rules.closing_code(code)
    except ValueError:
        raise UnknownCode from None
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.CLOSE)
        alarm.state = rules.after(State(alarm.state), Verb.CLOSE).value
        end(actor, w, alarm, chosen.value, note, WindowEnd.CLOSED)
        facts = {"alarm": alarm.id, "code": chosen.value}
        w.record(Entry(Kind.ALARM_CLOSED, alarm.owner_id, facts, alarm.camera_id or alarm.id))
        return changed(w, alarm)


def mark_escalated(actor: Actor, alarm_id: UUID) -> Alarm:
    """Nobody took it in time: whoever watches the manning says that somebody else was called. Once for an alarm; for
    the server's own work. Raises UnknownAlarm, NotAllowedNow."""
    if actor.kind is not ActorKind.SYSTEM:
        raise NotAllowedNow("any", "escalate")
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        if alarm.state == State.CLOSED:
            raise NotAllowedNow(alarm.state, "escalate")
        if alarm.escalated_at is not None:
            return alarm
        alarm.escalated_at = clock.now()
        alarm.save(update_fields=["escalated_at"])
        step(alarm, "escalated", None)
        w.publish("alarm.escalated", owner_id=alarm.owner_id, alarm_id=alarm.id, priority=alarm.priority,
                  quiet=alarm.duress)  # fmt: skip
        return changed(w, alarm)
