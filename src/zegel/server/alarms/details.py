# SPDX-License-Identifier: EUPL-1.2
"""One alarm as an operator works on it: its row, its story, its signals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import get_language

from zegel.protocols import names
from zegel.server.alarms import queries, shapes
from zegel.server.alarms.errors import UnknownAlarm
from zegel.server.alarms.models import Alarm, AlarmSignal, AlarmStep
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.signals.models import Signal

SIGNALS_SHOWN = 300  # the newest; the alarm's `folded` says how many there are


def whole(actor: Actor, alarm: Alarm) -> dict[str, Any]:
    """Its row, its steps, its signals, the older words for what it is."""
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        row = shapes.of(actor.party_id, [alarm])[0]
        steps = list(AlarmStep.objects.filter(alarm_id=alarm.id).order_by("at", "id"))
        signals = _signals(alarm)
        tests = [] if alarm.site_id is None else queries.tests_of(alarm.site_id)
    said = shapes.steps_of(steps)
    return {
        **row, "steps": said, "signals": signals, "facts": _facts(alarm), "tests": tests,
        "folded_into": None if alarm.folded_into is None else str(alarm.folded_into),
    }  # fmt: skip


def done_steps(said: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    """What was done of each step of the plan, by its number."""
    done: dict[int, list[dict[str, Any]]] = {}
    for step in said:
        if step["step_no"] is not None:
            line = {name: step[name] for name in ("at_ms", "by", "outcome", "note")}
            done.setdefault(step["step_no"], []).append(line)
    return done


def _facts(alarm: Alarm) -> list[list[Any]]:
    return [
        ["cause", alarm.cause], ["class", alarm.alarm_class], ["zone", alarm.zone], ["score", alarm.score],
        ["images", alarm.images],
    ]  # fmt: skip


def _signals(alarm: Alarm) -> list[dict[str, Any]]:
    """The newest, in the order in which they came."""
    parts = Alarm.objects.filter(folded_into=alarm.id).values("id")
    found = AlarmSignal.objects.filter(Q(alarm_id=alarm.id) | Q(alarm_id__in=parts)).order_by("-id")[:SIGNALS_SHOWN]
    rows = list(found)[::-1]
    said = {signal.signal_id: signal for signal in Signal.objects.filter(signal_id__in=[r.signal_id for r in rows])}
    return [_signal(row, said.get(row.signal_id)) for row in rows]


def _signal(row: AlarmSignal, said: Signal | None) -> dict[str, Any]:
    shape: dict[str, Any] = {
        "id": str(row.signal_id), "at_ms": row.at_ms, "source": row.source, "code": row.code,
        "class": row.signal_class, "phase": row.phase, "zone": row.zone, "area": row.area, "verdict": row.verdict,
        "panel_id": None if row.panel_id is None else str(row.panel_id),
    }  # fmt: skip
    if said is None:  # its term is over: what was made of it stays
        return {**shape, "name": "", "user": "", "text": "", "known": True, "path": "", "times": 1, "account": ""}
    return {
        **shape, "name": names.said(said.name, get_language() or "en"), "user": said.user, "text": said.text,
        "known": said.known, "path": said.transport, "times": said.times, "account": said.account,
        "duress": said.duress, "occurred_ms": said.occurred_ms, "fault": said.fault, "protocol": said.protocol,
        "qualifier": said.qualifier,
    }  # fmt: skip


def raw(actor: Actor, alarm: Alarm, signal_id: UUID) -> dict[str, Any]:
    """A signal of this alarm as it came in. Raises UnknownAlarm for one of another's."""
    with tenancy.acting_as(actor.party_id, actor.id):
        mine = AlarmSignal.objects.filter(signal_id=signal_id, alarm_id=alarm.id).exists()
        said = Signal.objects.filter(signal_id=signal_id).first() if mine else None
    if said is None:
        raise UnknownAlarm
    data = bytes(said.raw)
    return {
        "text": "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in data), "hex": data.hex(),
        "transport": said.transport, "peer": said.peer, "received_ms": said.received_ms, "fault": said.fault,
    }  # fmt: skip
