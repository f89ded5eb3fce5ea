# SPDX-License-Identifier: EUPL-1.2
"""What happens to an alarm. Each verb checks the gate, moves the alarm by the rules, and is written down.

- An alarm is the unit's signed word: verified, in its chain, stored once. Nothing here can make a window: only an
  alarm whose
  unit says that it released images opens one, and only for the alarm centre that the owner's keyset names.
- Recalling and closing end the window in the same transaction: from the commit on nothing is handed out.
"""

from __future__ import annotations

from uuid import UUID

from zegel.seal.alarm import Alarm as AlarmBody
from zegel.seal.alarm import verify_alarm
from zegel.seal.errors import SealError
from zegel.server import gate
from zegel.server.alarms import rules
from zegel.server.alarms.errors import AlreadyClaimed, BadAlarm, NotAllowedNow, NotYours, UnknownAlarm, UnknownCode
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.alarms.rules import State, Verb
from zegel.server.footage import actions as footage
from zegel.server.footage.rules import WindowEnd
from zegel.server.gate import Action, Resource, ResourceKind
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, TechnicalEvent, Unit
from zegel.server.sites.unit_actions import MAX_CLOCK_AHEAD_MS, locked_unit, note_technical

# Technical events that somebody must look at; the others are only listed. A lost view and a missing proof are not among
# them: for these the unit signs a tamper alarm of its own, and nobody should be rung twice for one thing.
RAISING = frozenset({"camera_lost", "clock_disagrees", "spool_full", "detector_lost"})
TAMPER_LIKE = frozenset({"clock_disagrees"})
ALL_IS_WELL = frozenset({"clock_agrees"})
LONGEST_NOTE = 2000


# --- raising ---


def raise_alarm(actor: Actor, envelope: bytes) -> UUID:
    """The unit's signed alarm; queued, its window open when its images were released. Raises BadAlarm."""
    with work.transaction(actor) as w:
        unit = locked_unit(actor)
        body = _verified(unit, envelope)
        alarm_id = ids.from_wire(body.alarm)
        known = Alarm.objects.filter(id=alarm_id).first()
        if known is not None:
            if known.hash is None or bytes(known.hash) != body.hash:
                raise BadAlarm("another alarm has this identifier")
            return alarm_id
        _check_chain(w, unit, body)
        alarm = _store(unit, body, envelope)
        window = _open_window(actor, unit, body)
        facts = {
            "alarm": alarm.id, "unit": unit.id, "camera": alarm.camera_id, "class": alarm.alarm_class,
            "cause": alarm.cause, "number": alarm.number, "hash": body.hash, "images": alarm.images[:40],
        }  # fmt: skip
        w.record(Entry(Kind.ALARM, unit.owner_id, facts, alarm.camera_id or alarm.id))
        w.publish("alarm.opened", owner_id=unit.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
                  priority=alarm.priority, window=window)  # fmt: skip
        return alarm_id


def _verified(unit: Unit, envelope: bytes) -> AlarmBody:
    try:
        body = verify_alarm(envelope, bytes(unit.sign_pk))
    except SealError as error:
        raise BadAlarm(f"{error.code}: {error}") from None
    if body.unit != unit.id.bytes:
        raise BadAlarm("it is of another unit")
    if body.camera is not None and not Camera.objects.filter(id=ids.from_wire(body.camera), unit=unit).exists():
        raise BadAlarm("its camera is not one of the unit")
    if body.raised_ms > clock.now_ms() + MAX_CLOCK_AHEAD_MS:
        raise BadAlarm("it is dated in the future")
    return body


def _check_chain(w: work.Work, unit: Unit, body: AlarmBody) -> None:
    """The same number twice is a fork, and refused. A hole is reported: an alarm may have been lost with a disk."""
    mine = Alarm.objects.filter(unit_id=unit.id, number__isnull=False, received_ms__gte=_ms_of(unit))
    if mine.filter(number=body.number).exists():
        raise BadAlarm("another alarm has this number")
    before = mine.filter(number__lt=body.number).order_by("-number").first()
    if before is None or before.number is None:
        gap = body.number != 1
    elif before.number == body.number - 1:
        if before.hash is None or bytes(before.hash) != body.previous:
            raise BadAlarm("it does not follow the alarm before it")
        gap = False
    else:
        gap = True
    if gap:
        note_technical(w, unit, "alarm_gap", None, str(body.number))


def _ms_of(unit: Unit) -> int:
    return round(unit.paired_at.timestamp() * 1000)


def _store(unit: Unit, body: AlarmBody, envelope: bytes) -> Alarm:
    now_ms = clock.now_ms()
    alarm = Alarm.objects.create(
        id=ids.from_wire(body.alarm), owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id,
        site_id=unit.site_id, camera_id=None if body.camera is None else ids.from_wire(body.camera),
        number=body.number, hash=body.hash, previous=body.previous, envelope=envelope,
        state=rules.after(State.NEW, Verb.QUEUE).value, cause=str(body.cause), alarm_class=body.class_name,
        zone=body.zone, score=body.score, priority=rules.priority(str(body.cause), body.class_name),
        images=body.images, first_seen_ms=body.first_seen_ms, raised_ms=body.raised_ms, received_ms=now_ms,
        policy_hash=body.policy_hash,
    )  # fmt: skip
    _step(alarm, "raised", None)
    if rules.is_late(body.raised_ms, now_ms):
        _step(alarm, "late", None, str(rules.lateness_ms(body.raised_ms, now_ms) // 1000))
    return alarm


def _open_window(actor: Actor, unit: Unit, body: AlarmBody) -> bool:
    """Only for images that the unit released, under a policy and to an alarm centre that the owner signed for."""
    if not body.released or body.camera is None or body.policy_hash is None:
        return False
    policy, keyset = sites.policy_by_hash(unit, body.policy_hash), sites.newest_keyset(unit)
    if policy is None or keyset is None or keyset.arc is None or body.class_name not in policy.release_classes:
        return False
    new = footage.NewWindow(
        alarm_id=ids.from_wire(body.alarm), unit=unit, camera_id=ids.from_wire(body.camera),
        arc_party_id=ids.from_wire(keyset.arc.id), raised_ms=body.raised_ms, policy_max_s=policy.window.max_s,
    )  # fmt: skip
    footage.open_window(actor, new)
    return True


def raise_technical(event_id: UUID, owner_id: UUID) -> UUID | None:
    """An alarm without images, from a unit's technical report that somebody must look at. Again is harmless.

    While such an alarm is open, the same report about the same camera is counted in it: one that comes and goes fills
    no queue.
    """
    with work.transaction(system(owner_id)) as w:
        event = TechnicalEvent.objects.filter(id=event_id).first()
        if event is None or event.kind not in RAISING or event.code in ALL_IS_WELL:
            return None
        unit = sites.lock_unit(event.unit_id)  # of two reports at once, one raises and one counts
        event.refresh_from_db(fields=["alarm_id"])
        if event.alarm_id is not None:
            return event.alarm_id
        alarm = _open_technical(event) or _new_technical(w, unit, event)
        TechnicalEvent.objects.filter(id=event.id).update(alarm_id=alarm.id)
        return alarm.id


def _open_technical(event: TechnicalEvent) -> Alarm | None:
    same = Alarm.objects.filter(
        unit_id=event.unit_id, camera_id=event.camera_id, alarm_class=event.kind, number__isnull=True
    )
    alarm = same.exclude(state=State.CLOSED.value).order_by("raised_ms").select_for_update().first()
    if alarm is not None:
        alarm.times += 1
        alarm.save(update_fields=["times"])
    return alarm


def _new_technical(w: work.Work, unit: Unit, event: TechnicalEvent) -> Alarm:
    at_ms = round(event.at.timestamp() * 1000)
    cause = "tamper" if event.kind in TAMPER_LIKE else "technical"
    alarm = Alarm.objects.create(
        id=event.id, owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id, site_id=unit.site_id,
        camera_id=event.camera_id, state=State.QUEUED.value, cause=cause, alarm_class=event.kind, zone="", score=0,
        priority=rules.priority(cause, cause), images="none:technical", first_seen_ms=at_ms, raised_ms=at_ms,
        received_ms=clock.now_ms(),
    )  # fmt: skip
    _step(alarm, "raised", None)
    facts = {"alarm": alarm.id, "unit": unit.id, "camera": alarm.camera_id, "class": event.kind, "cause": cause}
    w.record(Entry(Kind.ALARM, unit.owner_id, facts, alarm.camera_id or alarm.id))
    w.publish("alarm.opened", owner_id=unit.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id,
              priority=alarm.priority, window=False)  # fmt: skip
    return alarm


# --- the operator ---


def claim(actor: Actor, alarm_id: UUID) -> Alarm:
    """The first operator has it; everyone else is told. Claiming one's own again changes nothing.

    Raises Denied, UnknownAlarm, AlreadyClaimed, NotAllowedNow.
    """
    with work.transaction(actor) as w:
        alarm = _locked(alarm_id)
        _require(actor, Action.CLAIM, alarm)
        if alarm.claimed_by is not None:
            if alarm.claimed_by == actor.id:
                return alarm
            raise AlreadyClaimed
        alarm.state = rules.after(State(alarm.state), Verb.CLAIM).value
        alarm.claimed_by, alarm.claimed_by_party, alarm.claimed_at = actor.id, actor.party_id, clock.now()
        alarm.save(update_fields=["state", "claimed_by", "claimed_by_party", "claimed_at"])
        _step(alarm, "claimed", actor)
        w.record(Entry(Kind.ALARM_CLAIMED, alarm.owner_id, {"alarm": alarm.id}, alarm.camera_id or alarm.id))
        return _changed(w, alarm)


def release_claim(actor: Actor, alarm_id: UUID) -> Alarm:
    """Back into the queue, for a colleague. Raises Denied, UnknownAlarm, NotYours, NotAllowedNow."""
    with work.transaction(actor) as w:
        alarm = _mine(actor, alarm_id, Action.RELEASE_CLAIM)
        alarm.state = rules.after(State(alarm.state), Verb.RELEASE_CLAIM).value
        alarm.claimed_by = alarm.claimed_by_party = alarm.claimed_at = None
        alarm.save(update_fields=["state", "claimed_by", "claimed_by_party", "claimed_at"])
        _step(alarm, "released", actor)
        return _changed(w, alarm)


def note_step(actor: Actor, alarm_id: UUID, note: str, kind: str = "note") -> Alarm:
    """What the operator did. `kind`: note, called, guard_sent, arrived. Raises Denied, NotYours, NotAllowedNow."""
    if kind not in {"note", "called", "guard_sent", "arrived"}:
        raise UnknownCode
    with work.transaction(actor) as w:
        alarm = _mine(actor, alarm_id, Action.STEP)
        if alarm.state == State.ON_HOLD:
            alarm.state = rules.after(State.ON_HOLD, Verb.RESUME).value
        alarm.state = rules.after(State(alarm.state), Verb.STEP).value
        alarm.save(update_fields=["state"])
        _step(alarm, kind, actor, note)
        _end_live(actor, alarm, kind)
        return _changed(w, alarm)


def _end_live(actor: Actor, alarm: Alarm, kind: str) -> None:
    """The owner chose when the alarm centre's view ends: with the guard sent, with his arrival, or with the closing."""
    if kind not in {"guard_sent", "arrived"} or alarm.policy_hash is None:
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
        alarm = _mine(actor, alarm_id, Action.STEP)
        alarm.state = rules.after(State(alarm.state), verb).value
        alarm.save(update_fields=["state"])
        _step(alarm, kind, actor, note)
        return _changed(w, alarm)


def close(actor: Actor, alarm_id: UUID, code: str, note: str = "") -> Alarm:
    """Handled. Its window ends with it. Raises Denied, UnknownAlarm, UnknownCode, NotYours, NotAllowedNow."""
    try:
        chosen = rules.closing_code(code)
    except ValueError:
        raise UnknownCode from None
    with work.transaction(actor) as w:
        alarm = _mine(actor, alarm_id, Action.CLOSE)
        alarm.state = rules.after(State(alarm.state), Verb.CLOSE).value
        _end(actor, w, alarm, chosen.value, note, WindowEnd.CLOSED)
        facts = {"alarm": alarm.id, "code": chosen.value}
        w.record(Entry(Kind.ALARM_CLOSED, alarm.owner_id, facts, alarm.camera_id or alarm.id))
        return _changed(w, alarm)


# --- the customer ---


def recall(actor: Actor, alarm_id: UUID) -> Alarm:
    """The customer withdraws it: out of the queue, the window ended, the unit told. Recalling again is harmless.

    Raises Denied, UnknownAlarm, NotAllowedNow (an alarm that was closed already).
    """
    with work.transaction(actor) as w:
        alarm = _locked(alarm_id)
        if alarm.recalled_at is not None and alarm.owner_id == actor.party_id:
            return alarm
        _require(actor, Action.RECALL, alarm)
        alarm.state = rules.after(State(alarm.state), Verb.RECALL).value
        alarm.recalled_at = clock.now()
        alarm.save(update_fields=["recalled_at"])
        _end(actor, w, alarm, rules.CloseCode.RECALLED.value, "", WindowEnd.RECALLED)
        w.record(Entry(Kind.RECALL, alarm.owner_id, {"alarm": alarm.id}, alarm.camera_id or alarm.id))
        w.publish("alarm.recalled", owner_id=alarm.owner_id, alarm_id=alarm.id)
        return _changed(w, alarm)


# --- helpers ---


def _locked(alarm_id: UUID) -> Alarm:
    alarm = Alarm.objects.select_for_update().filter(id=alarm_id).first()
    if alarm is None:
        raise UnknownAlarm
    return alarm


def _require(actor: Actor, action: Action, alarm: Alarm) -> None:
    if alarm.state == State.CLOSED and alarm.owner_id == actor.party_id:
        raise NotAllowedNow(alarm.state, action.value)
    gate.require(actor, action, resource_of(alarm))


def resource_of(alarm: Alarm) -> Resource:
    of = {"alarm": alarm.id, "unit": alarm.unit_id, "site": alarm.site_id}
    return Resource(ResourceKind.ALARM, alarm.id, alarm.owner_id, of)


def _mine(actor: Actor, alarm_id: UUID, action: Action) -> Alarm:
    alarm = _locked(alarm_id)
    _require(actor, action, alarm)
    if alarm.claimed_by != actor.id:
        raise NotYours
    return alarm


def _step(alarm: Alarm, kind: str, actor: Actor | None, note: str = "") -> None:
    AlarmStep.objects.create(
        owner_id=alarm.owner_id, provider_id=alarm.provider_id, alarm=alarm, at=clock.now(), kind=kind,
        person_id=None if actor is None else actor.id, note=note[:LONGEST_NOTE],
    )  # fmt: skip


def _end(actor: Actor, w: work.Work, alarm: Alarm, code: str, note: str, reason: WindowEnd) -> None:
    alarm.closed_at, alarm.closed_by, alarm.closed_code = clock.now(), actor.id, code
    alarm.closed_note = note[:LONGEST_NOTE]
    alarm.save(update_fields=["state", "closed_at", "closed_by", "closed_code", "closed_note"])
    _step(alarm, "recalled" if reason is WindowEnd.RECALLED else "closed", actor, note)
    footage.end_window(actor, alarm.id, reason)


def _changed(w: work.Work, alarm: Alarm) -> Alarm:
    w.publish("alarm.changed", owner_id=alarm.owner_id, alarm_id=alarm.id, camera_id=alarm.camera_id, state=alarm.state)
    return alarm
