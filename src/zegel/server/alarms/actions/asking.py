# SPDX-License-Identifier: EUPL-1.2
"""The customer asks how an alarm was handled (S3), and the alarm centre answers.

His question is what the alarm centre's reason `customer_question` stands for: it sees the question on that alarm, may
reopen what was released then, and the customer sees that it does and can end it. He takes a question back as he likes.
"""

from __future__ import annotations

from uuid import UUID

from zegel.server import gate
from zegel.server.alarms.actions.common import changed, locked, resource_of, step
from zegel.server.alarms.errors import NotAllowedNow
from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import State
from zegel.server.footage import actions as footage
from zegel.server.gate import Action
from zegel.server.kernel import clock, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Kind
from zegel.server.sites.actions import Facts

ASKED, TAKEN_BACK, ANSWERED = "customer_asked", "customer_took_back", "answered"


def ask(actor: Actor, alarm_id: UUID, text: str) -> Alarm:
    """Of an alarm that is over. Asking again adds to the question. Raises Denied, UnknownAlarm, NotAllowedNow."""
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        gate.require(actor, Action.ASK, resource_of(alarm))
        if alarm.state != State.CLOSED:
            raise NotAllowedNow(alarm.state, "ask")
        alarm.asked_at = alarm.asked_at or clock.now()
        alarm.save(update_fields=["asked_at"])
        step(alarm, ASKED, actor, text)
        facts: Facts = {"alarm": alarm.id, "what": "asked"}
        w.record(Entry(Kind.FOLLOW_UP, alarm.owner_id, facts, alarm.camera_id or alarm.id))
        w.publish("alarm.asked", owner_id=alarm.owner_id, alarm_id=alarm.id)
        return changed(w, alarm)


def take_back(actor: Actor, alarm_id: UUID) -> Alarm:
    """And what was reopened for it is shut. Taking back what is not asked changes nothing. Raises Denied."""
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        gate.require(actor, Action.ASK, resource_of(alarm))
        if alarm.asked_at is None:
            return alarm
        footage.end_reopening(actor, alarm.id)
        return _done(w, actor, alarm, TAKEN_BACK, "")


def answer(actor: Actor, alarm_id: UUID, text: str) -> Alarm:
    """The alarm centre's words to the customer, who reads them. Raises Denied, UnknownAlarm, NotAllowedNow."""
    with work.transaction(actor) as w:
        alarm = locked(alarm_id)
        gate.require(actor, Action.ANSWER, resource_of(alarm))
        if alarm.asked_at is None or not text.strip():
            raise NotAllowedNow(alarm.state, "answer")
        return _done(w, actor, alarm, ANSWERED, text)


def _done(w: work.Work, actor: Actor, alarm: Alarm, kind: str, text: str) -> Alarm:
    alarm.asked_at = None
    alarm.save(update_fields=["asked_at"])
    step(alarm, kind, actor, text)
    facts: Facts = {"alarm": alarm.id, "what": kind}
    w.record(Entry(Kind.FOLLOW_UP, alarm.owner_id, facts, alarm.camera_id or alarm.id))
    w.publish("alarm.asked", owner_id=alarm.owner_id, alarm_id=alarm.id)
    return changed(w, alarm)
