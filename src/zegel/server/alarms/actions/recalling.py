# SPDX-License-Identifier: EUPL-1.2
"""Taking an alarm back, and opening an earlier one again.

- Who recalls: the customer himself; a contact on the telephone, by a valid code word; the site's own disarming, while
  its time to do so runs (see interpreter.py). Never a hold-up, a fire or somebody in need.
- A duress word looks like a valid one to whoever hears it, recalls nothing, and makes a hold-up of the alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from zegel.server import gate
from zegel.server.alarms import asked, due, parameters, rules
from zegel.server.alarms.actions.common import (
    acted,
    changed,
    end,
    locked,
    mine,
    reprioritise,
    require,
    resource_of,
    step,
)
from zegel.server.alarms.desk import Desk
from zegel.server.alarms.errors import NotRecallable, UnknownCode
from zegel.server.alarms.joining import times_of
from zegel.server.alarms.models import Alarm, DueKind
from zegel.server.alarms.reading import Opening
from zegel.server.alarms.rules import State, Verb
from zegel.server.alarms.scoring import rescore
from zegel.server.footage import actions as footage
from zegel.server.footage import queries as windows
from zegel.server.footage.rules import REOPENED_MINUTES, ReopenReason, WindowEnd
from zegel.server.gate import Action
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.ledger.entry import Fact
from zegel.server.plans import actions as plans
from zegel.server.plans.rules import CodeWord
from zegel.server.sites import queries as sites

ON_THE_WAY_MS = 5_000  # that a unit's word may take to get here
DURESS_NAMESPACE = UUID("7d1a4f60-2f6b-4f0e-9d0b-3c9a6a1d5e11")


def recall(actor: Actor, alarm_id: UUID) -> Alarm:
    """The customer withdraws it: out of the queue, the window ended, the unit told. Recalling again is harmless; one
    that was taken up again meanwhile is over once more.

    Raises Denied, UnknownAlarm, NotAllowedNow (an alarm that was closed already), NotRecallable (danger to people: the
    operator reads that it was tried).
    """
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        if _is_recalled(alarm) and alarm.owner_id == actor.party_id:
            return alarm
        require(actor, Action.RECALL, alarm)
        if may_be_recalled(alarm):
            return recalled(actor, w, alarm)
        step(alarm, "recall_tried", actor)
        changed(w, alarm)
    raise NotRecallable


def _is_recalled(alarm: Alarm) -> bool:
    """Closed by a recall. `recalled_at` stays when it is taken up again: who looks is asked why all the same."""
    return alarm.state == State.CLOSED and alarm.closed_code == rules.CloseCode.RECALLED


def may_be_recalled(alarm: Alarm) -> bool:
    return not alarm.duress and not rules.is_life_safety(alarm.signal_class)


def recalled(actor: Actor, w: work.Work, alarm: Alarm, note: str = "") -> Alarm:
    """Within the running work, on a locked alarm that may be recalled: it is over."""
    unseen = alarm.look_after is not None and clock.now() < alarm.look_after
    alarm.state = rules.after(State(alarm.state), Verb.RECALL).value
    alarm.recalled_at = clock.now()
    alarm.save(update_fields=["recalled_at"])
    end(actor, w, alarm, rules.CloseCode.RECALLED.value, note, WindowEnd.RECALLED)
    facts: dict[str, Fact] = {"alarm": alarm.id, "before_look": unseen}
    w.record(Entry(Kind.RECALL, alarm.owner_id, facts, alarm.camera_id or alarm.id))
    w.publish("alarm.recalled", owner_id=alarm.owner_id, alarm_id=alarm.id)
    return changed(w, alarm)


@dataclass(frozen=True)
class Spoken:
    """What a code word turned out to be, and the alarm after it."""

    outcome: CodeWord
    alarm: Alarm


def recall_by_code_word(
    actor: Actor, alarm_id: UUID, contact_id: UUID, word: str, request: asked.Request | None = None
) -> Spoken:
    """A contact said his word. Valid: recalled. Wrong: the plan goes on. Duress: a hold-up, and nothing is recalled.

    Call it outside a transaction: a try is counted whatever comes of it. Raises Denied, NotYours, NotRecallable,
    NotAllowedNow, and what the room `plans` refuses.
    """
    with work.transaction(actor):
        alarm = mine(actor, alarm_id, Action.CLOSE)
        if alarm.site_id is None or not (may_be_recalled(alarm) or alarm.duress):
            raise NotRecallable
    outcome = plans.check_code_word(actor, alarm.site_id, contact_id, word, alarm_id)
    with work.transaction(actor) as w:
        alarm = mine(actor, alarm_id, Action.CLOSE)
        fields = acted(alarm)
        step(alarm, "code_word", actor, outcome=outcome.value)
        if outcome is CodeWord.DURESS:
            _under_duress(actor, alarm)
        elif outcome is CodeWord.VALID and may_be_recalled(alarm):
            recalled(actor, w, alarm)
        if fields:
            alarm.save(update_fields=fields)
        if request is not None:
            asked.note(actor, request, outcome.value)
        return Spoken(outcome, changed(w, alarm))


def duress_word(actor: Actor, site_id: UUID, alarm_id: UUID | None, event_id: int) -> None:
    """The event of a duress word: the alarm about which it was said becomes a hold-up, also when its teller was cut
    off; said about none, it is one. Again is harmless: a new one gets its identifier from the event."""
    with work.transaction(actor) as w:
        rows = Alarm.objects.select_for_update().exclude(state=State.CLOSED.value)
        alarm = None if alarm_id is None else rows.filter(id=alarm_id).first()
        if alarm is None:
            _new_hold_up(actor, w, site_id, event_id)
        elif not alarm.duress:
            _under_duress(actor, alarm)
            changed(w, alarm)


def _new_hold_up(actor: Actor, w: work.Work, site_id: UUID, event_id: int) -> None:
    new_id = uuid5(DURESS_NAMESPACE, str(event_id))
    site = sites.get_site(site_id)
    if Alarm.objects.filter(id=new_id).exists() or actor.party_id is None:
        return
    desk = Desk.of(w, site.owner_id, [site_id])
    now_ms = clock.now_ms()
    alarm = Alarm(
        id=new_id, owner_id=site.owner_id, provider_id=site.provider_id, site_id=site_id, state=State.QUEUED.value,
        cause="input", alarm_class=rules.HOLDUP, signal_class=rules.HOLDUP, source="server", zone="", score=0,
        images="none:signal", first_seen_ms=now_ms, raised_ms=now_ms, received_ms=now_ms, last_signal_ms=now_ms,
        duress=True, priority=rules.priority(rules.HOLDUP),
    )  # fmt: skip
    times_of(alarm, desk, Opening(rules.HOLDUP, True, rules.Confirmed.NOT, now_ms, None, None))
    rescore(alarm)
    desk.add(alarm)
    desk.save()


def disarmed(actor: Actor, unit_id: UUID, at: datetime) -> int:
    """The unit says that its owner disarmed it: alarms that it raised before, and that may still be taken back, are;
    of the others the operator reads that it may be over. How many were taken back."""
    with work.transaction(actor) as w:
        mine = Alarm.objects.select_for_update().filter(unit_id=unit_id, raised_ms__lte=rules.ms_of(at))
        taken_back = 0
        for alarm in mine.exclude(state=State.CLOSED.value).filter(folded_into=None).order_by("id"):
            if not may_be_recalled(alarm) or rules.family(alarm.signal_class) != rules.BURGLARY:
                continue
            if _in_time(alarm, at):
                recalled(actor, w, alarm)
                taken_back += 1
            elif not alarm.cancelled_potential:
                alarm.cancelled_potential = True
                alarm.save(update_fields=["cancelled_potential", *rescore(alarm)])
                step(alarm, "potential_cancel", None)
                changed(w, alarm)
        return taken_back


def _in_time(alarm: Alarm, at: datetime) -> bool:
    """Whether the owner disarmed soon enough after the alarm. One that came late is old news: it is judged."""
    if alarm.recall_until is None:
        return False
    allowed_ms = rules.ms_of(alarm.recall_until) - alarm.received_ms
    return rules.ms_of(at) - alarm.raised_ms <= allowed_ms + ON_THE_WAY_MS


def _under_duress(actor: Actor, alarm: Alarm) -> None:
    """From now on it is a hold-up: nobody takes it back, nobody waits before he looks, and its norm is a hold-up's."""
    if alarm.duress:
        return
    alarm.duress, alarm.signal_class, alarm.alarm_class = True, rules.HOLDUP, rules.HOLDUP
    alarm.recall_until, alarm.look_after, alarm.cancelled_potential = None, None, False
    fields = ["duress", "signal_class", "alarm_class", "recall_until", "look_after", "cancelled_potential"]
    alarm.save(update_fields=[*fields, *reprioritise(alarm), *rescore(alarm), *_shorter_norm(alarm)])
    footage.lift_hold(actor, alarm.id)
    step(alarm, "duress", None)


def _shorter_norm(alarm: Alarm) -> list[str]:
    """A hold-up's, from the signal on as every norm. The names of the fields to save."""
    figures = parameters.DEFAULTS if alarm.site_id is None else parameters.of(alarm.site_id)
    norm_due = rules.moment(alarm.received_ms + figures.norm_s(rules.HOLDUP) * 1000)
    if alarm.norm_due is not None and alarm.norm_due <= norm_due:
        return []
    alarm.norm_due = norm_due
    if alarm.first_action_at is None:
        due.put(due.New(DueKind.NORM, alarm.id, alarm.owner_id, norm_due))
    return ["norm_due"]


def reopen(actor: Actor, alarm_id: UUID, reason: str, minutes: int = REOPENED_MINUTES) -> Alarm:
    """S3: a closed alarm's images can be looked at again, for a reason of the closed list, and nothing but what was
    released then. One that was recalled yet turned out real is handled again, by whoever reopened it; of such a one
    that released nothing there is nothing to see, and it is handled all the same.

    Raises UnknownCode (a reason outside the list), UnknownAlarm, Denied, and what footage refuses.
    """
    try:
        why = ReopenReason(reason)
    except ValueError:
        raise UnknownCode from None
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        back = why is ReopenReason.RECALLED_YET_REAL
        if back and not _is_recalled(alarm):
            raise UnknownCode
        shows = not back or _has_images(actor, alarm)
        gate.require(actor, Action.REOPEN if shows else Action.HANDLE_AGAIN, resource_of(alarm))
        if shows:
            footage.reopen_window(actor, alarm_id, why, minutes)  # which writes it down, and tells the customer
        else:
            w.record(Entry(Kind.REOPENED, alarm.owner_id, {"alarm": alarm.id, "reason": why.value}, alarm.id))
        if back:
            _handled_again(actor, alarm)
        step(alarm, "reopened", actor, outcome=why.value)
        w.publish("alarm.reopened", owner_id=alarm.owner_id, alarm_id=alarm.id, reason=why.value, images=shows)
        return changed(w, alarm)


def _has_images(actor: Actor, alarm: Alarm) -> bool:
    """Whether something that was released to the acting party is left of it."""
    if actor.party_id is None or windows.window_of(alarm.id) is None:
        return False
    return windows.released_to(alarm.id, actor.party_id)


def _handled_again(actor: Actor, alarm: Alarm) -> None:
    alarm.state = rules.after(State(alarm.state), Verb.REOPEN).value
    alarm.claimed_by, alarm.claimed_by_party, alarm.claimed_at = actor.id, actor.party_id, clock.now()
    alarm.closed_at = alarm.closed_by = None
    alarm.closed_code = alarm.closed_note = ""
    alarm.save(update_fields=[
        "state", "claimed_by", "claimed_by_party", "claimed_at", "closed_at", "closed_by", "closed_code", "closed_note",
    ])  # fmt: skip
