# SPDX-License-Identifier: EUPL-1.2
"""Alarms of units: their signed word, and what they report about themselves.

A unit's alarm goes through the same rules as a signal: it is confirmed by others and confirms them, it is a test while
one runs, and one that released nothing joins the open alarm of the same matter. What it released, it keeps: its window
is opened by its own word and nothing else, and carries the time before which nobody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from zegel.seal.alarm import Alarm as AlarmBody
from zegel.seal.alarm import Cause, verify_alarm
from zegel.seal.errors import SealError
from zegel.server.alarms import joining, parameters, reading, rules
from zegel.server.alarms.actions import central
from zegel.server.alarms.actions.central import Shown
from zegel.server.alarms.actions.common import end, step
from zegel.server.alarms.confirm import By
from zegel.server.alarms.desk import VIDEO_CAUSES, Desk, opened
from zegel.server.alarms.errors import BadAlarm
from zegel.server.alarms.models import Alarm
from zegel.server.alarms.reading import Heard, Opening, Reading
from zegel.server.alarms.rules import CloseCode, Confirmed, State, Verb, Verdict
from zegel.server.alarms.scoring import scored
from zegel.server.footage import actions as footage
from zegel.server.footage.rules import WindowEnd
from zegel.server.kernel import clock, ids, work
from zegel.server.kernel.actor import Actor, system
from zegel.server.ledger import Entry, Kind
from zegel.server.plans import queries as plans
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Camera, TechnicalEvent, Unit
from zegel.server.sites.unit_actions import MAX_CLOCK_AHEAD_MS, locked_unit, note_technical

# Technical events that somebody must look at; the others are only listed. A lost view and a missing proof are not among
# them: for these the unit signs a tamper alarm of its own, and nobody should be rung twice for one thing.
RAISING = frozenset({"camera_lost", "clock_disagrees", "spool_full", "detector_lost"})
TAMPER_LIKE = frozenset({"clock_disagrees"})
ALL_IS_WELL = frozenset({"clock_agrees"})


def raise_alarm(actor: Actor, envelope: bytes) -> UUID:
    """The unit's signed alarm; queued, its window open when its images were released. Raises BadAlarm."""
    with work.transaction(actor) as w:
        unit = locked_unit(actor)
        body = _verified(unit, envelope)
        alarm_id = ids.from_wire(body.alarm)
        known = Alarm.objects.select_for_update().filter(id=alarm_id).first()
        if known is not None and body.cause is Cause.CENTRAL and known.hash is None:
            _check_chain(w, unit, body)
            return central.shown(actor, w, Shown(unit, body, envelope, known), _open_window)
        if known is not None:
            if known.hash is None or bytes(known.hash) != body.hash:
                raise BadAlarm("another alarm has this identifier")
            return alarm_id
        _check_chain(w, unit, body)
        desk = Desk.of(w, unit.owner_id, [unit.site_id])
        heard = _heard(unit, body)
        found = _without_fold(reading.read(heard, desk.picture(unit.site_id, heard)), body)
        alarm = _store(desk, unit, body, envelope, heard, found)
        _tell_others(desk, unit.site_id, heard, found)
        window = _open_window(actor, unit, body, alarm)
        _record(w, unit, body, alarm)
        if found.verdict is Verdict.TEST:
            _end_test(actor, w, alarm)
        elif alarm.folded_into is None:
            opened(w, alarm, window=window)
        desk.save()
        return alarm_id


def _heard(unit: Unit, body: AlarmBody) -> Heard:
    """As the rules hear it. The unit timed entry and exit, and it decided that this is an alarm."""
    cause = str(body.cause)
    camera_id = None if body.camera is None else ids.from_wire(body.camera)
    return Heard(
        rules.class_of_unit(cause, body.class_name), "alarm", clock.now_ms(), "unit", zone=body.zone,
        by=By.VIDEO if cause in VIDEO_CAUSES else By.DETECTOR, camera_id=camera_id, word=body.class_name,
    )  # fmt: skip


def _without_fold(found: Reading, body: AlarmBody) -> Reading:
    """What released images stays an alarm of its own: its window hangs on it."""
    if found.joining is None or not body.released:
        return found
    return replace(found, joining=None)


def _record(w: work.Work, unit: Unit, body: AlarmBody, alarm: Alarm) -> None:
    facts = {
        "alarm": alarm.id, "unit": unit.id, "camera": alarm.camera_id, "class": alarm.alarm_class,
        "cause": alarm.cause, "number": alarm.number, "hash": body.hash, "images": alarm.images[:40],
    }  # fmt: skip
    w.record(Entry(Kind.ALARM, unit.owner_id, facts, alarm.camera_id or alarm.id))


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


def _store(desk: Desk, unit: Unit, body: AlarmBody, envelope: bytes, heard: Heard, found: Reading) -> Alarm:
    opening = found.opening or Opening(heard.signal_class, False, Confirmed.NOT, heard.at_ms, None, None)
    if found.verdict is Verdict.FOLDED:
        opening = reading.opened_anyhow(heard, desk.picture(unit.site_id, heard))
    alarm = Alarm(
        id=ids.from_wire(body.alarm), owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id,
        site_id=unit.site_id, camera_id=heard.camera_id, number=body.number, hash=body.hash, previous=body.previous,
        envelope=envelope, state=rules.after(State.NEW, Verb.QUEUE).value, cause=str(body.cause),
        alarm_class=body.class_name, signal_class=heard.signal_class, zone=body.zone, score=body.score,
        images=body.images, first_seen_ms=body.first_seen_ms, raised_ms=body.raised_ms, received_ms=heard.at_ms,
        last_signal_ms=heard.at_ms, policy_hash=body.policy_hash, confirmed=opening.confirmed.value,
        folded_into=None if found.joining is None else found.joining.alarm_id,
    )  # fmt: skip
    joining.times_of(alarm, desk, opening)
    alarm.priority = rules.priority(alarm.signal_class, alarm.alarm_class, alarm.confirmed)
    scored(alarm, set())
    version = plans.pin(unit.site_id, alarm.signal_class)
    alarm.plan_version_id = None if version is None else version.id
    alarm.save(force_insert=True)
    if alarm.folded_into is None and found.verdict is not Verdict.TEST:
        desk.put_dues(alarm)
    step(alarm, "raised", None)
    if rules.is_late(body.raised_ms, heard.at_ms):
        step(alarm, "late", None, str(rules.lateness_ms(body.raised_ms, heard.at_ms) // 1000))
    return alarm


def _tell_others(desk: Desk, site_id: UUID, heard: Heard, found: Reading) -> None:
    """Open alarms of the site that this one joins or confirms."""
    if found.joining is not None:
        joining.join(desk, desk.alarm(site_id, found.joining.alarm_id), heard, found.joining)
    for other_id, confirmed in found.also_confirmed:
        joining.confirm(desk, desk.alarm(site_id, other_id), confirmed)


def _open_window(
    actor: Actor, unit: Unit, body: AlarmBody, alarm: Alarm, others: Sequence[bytes] = ()
) -> bool:  # fmt: skip
    """Only for images that the unit released, under a policy and to an alarm centre that the owner signed for.
    `others`: further cameras that a word for a central alarm names."""
    cameras = footage.cameras_released(unit, body, others)
    keyset = sites.newest_keyset(unit)
    policy = None if body.policy_hash is None else sites.policy_by_hash(unit, body.policy_hash)
    if not cameras or policy is None or keyset is None or keyset.arc is None:
        return False
    new = footage.NewWindow(
        alarm_id=alarm.id, unit=unit, camera_id=cameras[0], cameras=cameras[1:],
        arc_party_id=ids.from_wire(keyset.arc.id), raised_ms=body.raised_ms, policy_max_s=policy.window.max_s,
        look_after=alarm.look_after, max_viewers=parameters.of(unit.site_id).max_viewers,
    )  # fmt: skip
    footage.open_window(actor, new)
    return True


def _end_test(actor: Actor, w: work.Work, alarm: Alarm) -> None:
    """Somebody tests: the alarm is on record, and its window ended before anybody could look."""
    alarm.state = State.CLOSED.value
    end(actor, w, alarm, CloseCode.TEST.value, "", WindowEnd.CLOSED)


# --- what units report about themselves ---


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
        alarm.last_signal_ms = clock.now_ms()
        alarm.save(update_fields=["times", "last_signal_ms"])
    return alarm


def _new_technical(w: work.Work, unit: Unit, event: TechnicalEvent) -> Alarm:
    at_ms = round(event.at.timestamp() * 1000)
    cause = "tamper" if event.kind in TAMPER_LIKE else "technical"
    desk = Desk.of(w, unit.owner_id, [unit.site_id], lock=False)
    now_ms = clock.now_ms()
    alarm = Alarm(
        id=event.id, owner_id=unit.owner_id, provider_id=unit.provider_id, unit_id=unit.id, site_id=unit.site_id,
        camera_id=event.camera_id, state=State.QUEUED.value, cause=cause, alarm_class=event.kind,
        signal_class=rules.class_of_unit(cause, ""), source="server", zone="", score=0, images="none:technical",
        first_seen_ms=at_ms, raised_ms=at_ms, received_ms=now_ms, last_signal_ms=now_ms,
    )  # fmt: skip
    joining.times_of(alarm, desk, Opening(alarm.signal_class, False, Confirmed.NOT, now_ms, None, None))
    alarm.priority = rules.priority(alarm.signal_class)
    desk.add(alarm)
    desk.save()
    return alarm
