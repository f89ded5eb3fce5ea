# SPDX-License-Identifier: EUPL-1.2
"""What a reading does to alarms on the desk: a signal joins one, something confirms one, a new one gets its times."""

from __future__ import annotations

from zegel.server.alarms import rules
from zegel.server.alarms.desk import Desk, opened
from zegel.server.alarms.models import Alarm, DueKind
from zegel.server.alarms.reading import Heard, Joining, Opening
from zegel.server.alarms.rules import Confirmed, State, Verb
from zegel.server.alarms.scoring import rescore
from zegel.server.kernel import clock


def times_of(alarm: Alarm, desk: Desk, opening: Opening) -> None:
    """By when somebody acts, from when somebody looks, until when it is taken back."""
    norm_s = desk.parameters(alarm.site_id).norm_s(rules.HOLDUP if opening.duress else opening.signal_class)
    alarm.norm_due = rules.moment(opening.queue_ms + norm_s * 1000)
    if opening.look_after_ms is not None:
        alarm.look_after = rules.moment(opening.look_after_ms)
    if opening.recall_until_ms is not None:
        alarm.recall_until = rules.moment(opening.recall_until_ms)


def join(desk: Desk, alarm: Alarm, heard: Heard, joining: Joining) -> None:
    """One more signal of a matter that is open."""
    alarm.folded += 1
    alarm.last_signal_ms = max(alarm.last_signal_ms or 0, heard.at_ms)
    fields = ["folded", "last_signal_ms"]
    if joining.priority < alarm.priority:
        alarm.priority = joining.priority
        fields.append("priority")
    if joining.confirmed != alarm.confirmed:
        fields += _confirm(desk, alarm, joining.confirmed)
    if heard.duress and not alarm.duress:
        alarm.duress, alarm.recall_until = True, None
        alarm.priority = _priority(alarm)
        fields += ["duress", "recall_until", "priority", *rescore(alarm)]
    if alarm.state == State.NEW and not heard.by_entry:
        fields += _queue_now(desk, alarm)
    if joining.parks:
        fields += _park(desk, alarm)
    elif joining.rings:
        fields += _ring(desk, alarm)
    desk.change(alarm, *fields)


def confirm(desk: Desk, alarm: Alarm, confirmed: Confirmed) -> None:
    """Something else confirms it."""
    desk.change(alarm, *_confirm(desk, alarm, confirmed))


def _confirm(desk: Desk, alarm: Alarm, confirmed: Confirmed) -> list[str]:
    alarm.confirmed = confirmed.value
    alarm.priority = _priority(alarm)
    desk.step(alarm, "confirmed", outcome=confirmed.value)
    return ["confirmed", "priority", *rescore(alarm)]


def _priority(alarm: Alarm) -> int:
    """By what is known now; never less urgent than it was."""
    return min(alarm.priority, rules.priority(alarm.signal_class, alarm.alarm_class, alarm.confirmed, alarm.duress))


def _queue_now(desk: Desk, alarm: Alarm) -> list[str]:
    """Something else than the door spoke while the entry time ran: nobody waits for its end."""
    alarm.state, alarm.queue_at = rules.after(State.NEW, Verb.QUEUE).value, None
    opened(desk.w, alarm, window=False)
    return ["state", "queue_at"]


def _park(desk: Desk, alarm: Alarm) -> list[str]:
    """A detector that says too much: set aside, and back by itself."""
    park_s = desk.parameters(alarm.site_id).park_s
    alarm.parked_until = rules.moment(clock.now_ms() + park_s * 1000)
    desk.later(DueKind.PARK, alarm, alarm.parked_until)
    desk.step(alarm, "parked", outcome="runaway")
    return ["parked_until"]


def _ring(desk: Desk, alarm: Alarm) -> list[str]:
    """Something new: what waited comes back."""
    fields = []
    if alarm.state == State.ON_HOLD:
        alarm.state = rules.after(State.ON_HOLD, Verb.RESUME).value
        fields.append("state")
    if alarm.parked_until is not None:
        alarm.parked_until = None
        fields.append("parked_until")
    if fields:
        desk.step(alarm, "rang_again")
    return fields
