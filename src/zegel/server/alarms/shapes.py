# SPDX-License-Identifier: EUPL-1.2
"""How alarms look outside: one row of the queue, and one alarm with everything that an operator needs.

`rows` costs the same number of queries for one alarm and for a thousand. The API answers with it and the event stream
pushes it, so that a console never asks for the list again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from zegel.seal.envelope import Envelope
from zegel.seal.policy import Policy
from zegel.server.alarms import rules
from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.alarms.rules import State
from zegel.server.footage import live_switch
from zegel.server.footage import queries as footage
from zegel.server.footage.models import Window
from zegel.server.kernel import clock, tenancy
from zegel.server.people import queries as people
from zegel.server.sites.models import Camera, ObjectKind, Site, Unit, UnitObject

AT_MOST = 2000


def rows(
    party_id: UUID, alarm_ids: Collection[UUID] | None = None, *, person_id: UUID | None = None
) -> list[dict[str, Any]]:
    """The queue as that party sees it, in its order; or just these alarms, open or closed. What the party may not see,
    or what is handled as a part of another alarm, is not among them."""
    with tenancy.acting_as(party_id, person_id):
        found = Alarm.objects.filter(folded_into=None)
        if alarm_ids is None:
            found = found.exclude(state__in=[State.CLOSED.value, State.NEW.value])
        else:
            found = found.filter(id__in=list(alarm_ids)).exclude(state=State.NEW.value)
        return sorted(of(party_id, list(_told(found, party_id)[:AT_MOST])), key=lambda row: row["order"])


def newest(party_id: UUID, limit: int, *, person_id: UUID | None = None) -> list[dict[str, Any]]:
    """Open and closed, the newest first."""
    with tenancy.acting_as(party_id, person_id):
        found = _told(Alarm.objects.filter(folded_into=None), party_id).exclude(state=State.NEW.value)
        return of(party_id, list(found.order_by("-raised_ms")[:limit]))


def _told(found: QuerySet[Alarm], party_id: UUID) -> QuerySet[Alarm]:
    """An owner is not told of an alarm under duress while it is open: somebody may be reading along."""
    return found.exclude(Q(owner_id=party_id, duress=True, site_id__isnull=False) & ~Q(state=State.CLOSED.value))


def of(party_id: UUID, alarms: Sequence[Alarm]) -> list[dict[str, Any]]:
    """Within that acting party: these alarms, in their order."""
    known = _Known.about(party_id, alarms)
    return [_row(alarm, known) for alarm in alarms]


# --- what rows name ---


@dataclass
class _Known:
    """What the rows name, each kind of it found in one query."""

    cameras: dict[UUID, Camera] = field(default_factory=dict)
    units: dict[UUID, str] = field(default_factory=dict)
    sites: dict[UUID, Site] = field(default_factory=dict)
    windows: dict[UUID, Window] = field(default_factory=dict)
    pre_s: dict[bytes, int] = field(default_factory=dict)
    owners: dict[UUID, str] = field(default_factory=dict)
    people: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def about(cls, party_id: UUID, alarms: Sequence[Alarm]) -> _Known:
        if not alarms:
            return cls()
        windows = {w.alarm_id: w for w in Window.objects.filter(alarm_id__in=[a.id for a in alarms])}
        persons = {p for a in alarms for p in (a.claimed_by, a.closed_by) if p is not None}
        return cls(
            cameras={c.id: c for c in Camera.objects.filter(id__in=_some(a.camera_id for a in alarms))},
            units=dict(Unit.objects.filter(id__in=_some(a.unit_id for a in alarms)).values_list("id", "name")),
            sites={s.id: s for s in Site.objects.filter(id__in=_some(a.site_id for a in alarms))},
            windows=windows, pre_s=_pre_s(bytes(a.policy_hash) for a in alarms if a.policy_hash and a.id in windows),
            owners=people.party_names({a.owner_id for a in alarms}, seen_by=party_id),
            people=people.person_names(persons) if persons else {},
        )  # fmt: skip


def _some(ids: Iterable[UUID | None]) -> set[UUID]:
    return {found for found in ids if found is not None}


_pre_known: dict[bytes, int] = {}  # a policy never changes under its hash
MOST_KNOWN = 10_000


def _pre_s(hashes: Iterable[bytes]) -> dict[bytes, int]:
    """How many seconds before the alarm each of these policies gives."""
    wanted = set(hashes)
    missing = wanted - _pre_known.keys()
    if missing:
        if len(_pre_known) > MOST_KNOWN:
            _pre_known.clear()
        for row in UnitObject.objects.filter(kind=ObjectKind.POLICY, hash__in=list(missing)).only("hash", "envelope"):
            _pre_known[bytes(row.hash)] = Policy.decode(Envelope.decode(bytes(row.envelope)).body).window.pre_s
    return {one: _pre_known.get(one, 0) for one in wanted}


# --- a row ---


def _row(alarm: Alarm, known: _Known) -> dict[str, Any]:
    site = known.sites.get(alarm.site_id) if alarm.site_id else None
    return {
        "id": str(alarm.id), "number": alarm.number, "class": alarm.alarm_class, "signal_class": alarm.signal_class,
        "cause": alarm.cause, "source": alarm.source, "priority": alarm.priority, "order": order_of(alarm),
        "state": alarm.state, "score": alarm.score, "zone": alarm.zone, "area": alarm.area,
        "first_seen_ms": alarm.first_seen_ms, "raised_ms": alarm.raised_ms, "received_ms": alarm.received_ms,
        "last_signal_ms": alarm.last_signal_ms or alarm.received_ms,
        "images": alarm.images, "times": alarm.times, "folded": alarm.folded,
        "camera": _named(known.cameras.get(alarm.camera_id) if alarm.camera_id else None),
        "unit": _unit(alarm, known), "site": None if site is None else _site(site),
        "panel_id": None if alarm.panel_id is None else str(alarm.panel_id),
        "owner": {"id": str(alarm.owner_id), "name": known.owners.get(alarm.owner_id, "")},
        "claimed_by": person(alarm.claimed_by, known.people), "claimed_at_ms": ms(alarm.claimed_at),
        "closed": _closed(alarm, known.people), "recalled_ms": ms(alarm.recalled_at),
        "confirmed": alarm.confirmed, "duress": alarm.duress, "potential_cancel": alarm.cancelled_potential,
        "avs": None if alarm.avs_score is None else {"score": alarm.avs_score, "reasons": alarm.avs_reasons},
        "look_after_ms": ms(alarm.look_after), "recall_until_ms": ms(alarm.recall_until),
        "parked_until_ms": ms(alarm.parked_until), "norm_due_ms": ms(alarm.norm_due),
        "first_action_ms": ms(alarm.first_action_at), "escalated_ms": ms(alarm.escalated_at),
        "window": _window(alarm, known),
    }  # fmt: skip


def order_of(alarm: Alarm) -> list[int]:
    """The alarm's place in the queue: compared element by element, lower comes first."""
    parked = alarm.parked_until is not None
    return list(rules.queue_key(rules.Queued(alarm.priority, alarm.raised_ms, alarm.number or 0, parked)))


def _unit(alarm: Alarm, known: _Known) -> dict[str, str] | None:
    if alarm.unit_id is None or alarm.unit_id not in known.units:
        return None
    return {"id": str(alarm.unit_id), "name": known.units[alarm.unit_id]}


def _site(site: Site) -> dict[str, Any]:
    return {
        "id": str(site.id), "name": site.name, "address": site.address, "tz": site.tz, "profile": site.profile,
        "arc_live": live_switch.is_on(site.profile, clock.now().date()),
        "owner_id": str(site.owner_id),
    }  # fmt: skip


def _named(row: Camera | None) -> dict[str, str] | None:
    return None if row is None else {"id": str(row.id), "name": row.name}


def person(person_id: UUID | None, names: dict[UUID, str]) -> dict[str, str] | None:
    return None if person_id is None else {"id": str(person_id), "name": names.get(person_id, "")}


def _closed(alarm: Alarm, names: dict[UUID, str]) -> dict[str, Any] | None:
    if alarm.closed_at is None:
        return None
    by = "" if alarm.closed_by is None else names.get(alarm.closed_by, "")
    return {"code": alarm.closed_code, "note": alarm.closed_note, "at_ms": ms(alarm.closed_at), "by": by}


def _window(alarm: Alarm, known: _Known) -> dict[str, Any] | None:
    window = known.windows.get(alarm.id)
    if window is None:
        return None
    pre_s = known.pre_s.get(bytes(alarm.policy_hash), 0) if alarm.policy_hash else 0
    return {
        "open": footage.is_open(window), "pre_s": pre_s, "until_ms": ms(window.deadline),
        "ended_ms": ms(window.ended_at), "ended_reason": window.end_reason or None,
    }  # fmt: skip


# --- one alarm ---


def steps_of(steps: Sequence[AlarmStep]) -> list[dict[str, Any]]:
    """What happened to an alarm, the first thing first."""
    names = people.person_names(step.person_id for step in steps if step.person_id)
    return [
        {
            "at_ms": ms(step.at), "kind": step.kind, "by": person(step.person_id, names), "note": step.note,
            "step_no": step.step_no, "outcome": step.outcome, "index": None,
        }
        for step in steps
    ]  # fmt: skip


def ms(moment: datetime | None) -> Any:
    """Milliseconds since 1970, None for none."""
    return None if moment is None else round(moment.timestamp() * 1000)


