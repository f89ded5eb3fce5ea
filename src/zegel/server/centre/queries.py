# SPDX-License-Identifier: EUPL-1.2
"""Reads of a centre's work, as its own party sees it. All of it within an acting party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from zegel.server.agreements import queries as agreements
from zegel.server.centre import norms, rules, scope
from zegel.server.centre.models import Escalation, EscalationStep, HandOver, Seat, Settings
from zegel.server.centre.rules import Pace, Situation
from zegel.server.kernel import clock
from zegel.server.people.roles import RelationKind

NEWEST = 100


# --- the queue ---


@dataclass(frozen=True)
class Waiting:
    """What waits of one class. `oldest_ms`: when the oldest was received; `due_ms`: when the first is past its norm."""

    signal_class: str
    waiting: int
    overdue: int
    oldest_ms: int
    due_ms: int


# Waits: in the queue, in nobody's hand, not a part of another alarm, not parked, its entry delay over. Its norm runs
# from the signal; for what somebody had and gave back, again from then. An alarm from before norms were kept with it is
# held against the first target of its class.
_WAITING = """
SELECT class, count(*), count(*) FILTER (WHERE due <= %(now)s), min(received_ms),
       (extract(epoch FROM min(due)) * 1000)::bigint
FROM (SELECT class, received_ms, greatest(received + norm, again + norm) AS due
      FROM (SELECT coalesce(nullif(signal_class, ''), cause) AS class, received_ms,
              to_timestamp(received_ms / 1000.0) AS received,
              coalesce(norm_due - to_timestamp(received_ms / 1000.0), make_interval(secs =>
                CASE WHEN signal_class = ANY (%(urgent)s) OR cause = ANY (%(urgent)s)
                     THEN %(urgent_s)s ELSE %(other_s)s END)) AS norm,
              CASE WHEN first_action_at IS NOT NULL THEN (SELECT max(at) FROM alarms_alarmstep AS step
                WHERE step.alarm_id = alarm.id AND step.kind IN ('released', 'unparked')) END AS again
            FROM alarms_alarm AS alarm
            WHERE state IN ('new', 'queued') AND claimed_by IS NULL AND folded_into IS NULL
              AND owner_id = ANY (%(owners)s) AND (queue_at IS NULL OR queue_at <= %(now)s)
              AND (parked_until IS NULL OR parked_until <= %(now)s)) AS queue) AS waiting
GROUP BY class
"""


def waiting(owners: Sequence[UUID], own_norms: norms.Norms = norms.DEFAULT) -> list[Waiting]:
    """The unclaimed part of the queue by class, the one that is due first on top."""
    said: dict[str, Any] = {
        "now": clock.now(), "owners": list(owners), "urgent": list(norms.URGENT_CLASSES),
        "urgent_s": own_norms[norms.URGENT][0].within_s, "other_s": own_norms[norms.OTHER][0].within_s,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, said)
        return sorted((Waiting(*row) for row in cursor.fetchall()), key=lambda row: row.due_ms)


def situation(party_id: UUID, owners: Sequence[UUID]) -> Situation:
    """The centre's queue and its seats, now."""
    queue = waiting(owners, own_norms(party_id))
    return Situation(sum(row.waiting for row in queue), sum(row.overdue for row in queue), len(manned(party_id)))


_IN_NOBODYS_HAND = """
FROM alarms_alarm WHERE state IN ('new', 'queued') AND claimed_by IS NULL AND folded_into IS NULL
  AND owner_id = ANY (%(owners)s) AND (queue_at IS NULL OR queue_at <= %(now)s)
  AND (parked_until IS NULL OR parked_until <= %(now)s)
"""


def late_owners(owners: Sequence[UUID]) -> list[UUID]:
    """Of these owners, those with an alarm in nobody's hand."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT owner_id " + _IN_NOBODYS_HAND, {"owners": list(owners), "now": clock.now()})
        return [owner for (owner,) in cursor.fetchall()]


def unmarked_alarms(owners: Sequence[UUID], limit: int) -> list[tuple[UUID, UUID]]:
    """(owner, alarm) of what is in nobody's hand and does not say yet that it escalated; the most urgent first."""
    with connection.cursor() as cursor:
        order = "AND escalated_at IS NULL ORDER BY priority, raised_ms LIMIT %(limit)s"
        said: dict[str, Any] = {"owners": list(owners), "now": clock.now(), "limit": limit}
        cursor.execute("SELECT owner_id, id " + _IN_NOBODYS_HAND + order, said)
        return list(cursor.fetchall())


_LEFT_ALONE = """
SELECT alarm.owner_id, alarm.id, alarm.claimed_by FROM alarms_alarm AS alarm
WHERE alarm.state IN ('claimed', 'acting', 'on_hold') AND alarm.claimed_by_party = %(party)s
  AND alarm.owner_id = ANY (%(owners)s)
  AND (EXISTS (SELECT 1 FROM centre_seat AS seat WHERE seat.person_id = alarm.claimed_by AND seat.owner_id = %(party)s
               AND seat.last_seen > alarm.claimed_at - interval '1 minute')
       AND NOT EXISTS (SELECT 1 FROM centre_seat AS seat WHERE seat.person_id = alarm.claimed_by
                       AND seat.owner_id = %(party)s AND seat.last_seen > %(since)s))
LIMIT 50
"""


def left_alone(party_id: UUID, owners: Sequence[UUID]) -> list[tuple[UUID, UUID, UUID]]:
    """(owner, alarm, person) of what is in the hand of somebody who had a seat when he took it, and has had none for
    rules.ABANDONED."""
    said: dict[str, Any] = {"party": party_id, "owners": list(owners), "since": clock.now() - rules.ABANDONED}
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_ALONE, said)
        return list(cursor.fetchall())


def in_hand_of(person_id: UUID, party_id: UUID) -> list[tuple[UUID, UUID]]:
    """(owner, alarm) of what that person of the party has in hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT owner_id, id FROM alarms_alarm WHERE state IN ('claimed', 'acting', 'on_hold') "
            "AND claimed_by = %s AND claimed_by_party = %s",
            [person_id, party_id],
        )
        return list(cursor.fetchall())


def in_hand_at(owner_id: UUID, party_id: UUID) -> list[tuple[UUID, UUID]]:
    """(alarm, person) of the owner's alarms that people of that party have in hand."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, claimed_by FROM alarms_alarm WHERE state IN ('claimed', 'acting', 'on_hold') "
            "AND owner_id = %s AND claimed_by_party = %s ORDER BY id",
            [owner_id, party_id],
        )
        return list(cursor.fetchall())


# --- seats and settings ---


def seats(party_id: UUID) -> list[Seat]:
    """Who is signed in at the centre now, the longest first."""
    now = clock.now()
    rows = Seat.objects.filter(owner_id=party_id, ended_at=None, last_seen__gt=now - rules.SEAT_LASTS)
    return list(rows.order_by("since", "id"))


def manned(party_id: UUID) -> list[Seat]:
    """Of these, who takes alarms. Who is suspended may not: a queue with nobody else there is unmanned."""
    out = {row.person_id for row in agreements.suspensions(party_id) if row.lifted_at is None}
    return [
        seat for seat in seats(party_id)
        if seat.on_duty and seat.break_since is None and seat.person_id not in out
    ]  # fmt: skip


def settings_of(party_id: UUID) -> Settings:
    """The centre's own, or the defaults (not stored)."""
    found = Settings.objects.filter(owner_id=party_id).first()
    return found or Settings(owner_id=party_id, provider_id=party_id, changed_at=clock.now())


def own_norms(party_id: UUID) -> norms.Norms:
    return norms.read(settings_of(party_id).norms)


def pace_of(party_id: UUID) -> Pace:
    kept = settings_of(party_id)
    return Pace(kept.second_after_s, kept.repeat_s, kept.quiet_s)


# --- escalations and hand-overs ---


def escalations(party_id: UUID, limit: int = 20) -> list[Escalation]:
    """Open ones first, then the newest."""
    rows = list(Escalation.objects.filter(owner_id=party_id).order_by("-opened_at", "id")[: min(limit, NEWEST)])
    return sorted(rows, key=lambda row: row.resolved_at is not None)


def steps_of(escalation_ids: Sequence[UUID]) -> dict[UUID, list[EscalationStep]]:
    found: dict[UUID, list[EscalationStep]] = {}
    for step in EscalationStep.objects.filter(escalation_id__in=escalation_ids).order_by("escalation_id", "number"):
        found.setdefault(step.escalation_id, []).append(step)
    return found


def hand_overs(party_id: UUID, limit: int = 50) -> list[HandOver]:
    return list(HandOver.objects.filter(owner_id=party_id).order_by("-written_at", "id")[: min(limit, NEWEST)])


_OPEN = """
SELECT id, owner_id, site_id, state, coalesce(nullif(signal_class, ''), cause), alarm_class, priority, received_ms,
       claimed_by, parked_until
FROM alarms_alarm WHERE state <> 'closed' AND folded_into IS NULL AND owner_id = ANY (%s)
ORDER BY priority, raised_ms LIMIT 500
"""
_TESTS = """
SELECT id, site_id, starts_at, ends_at, fire FROM alarms_testwindow
WHERE ended_at IS NULL AND ends_at > %s AND owner_id = ANY (%s) ORDER BY ends_at LIMIT 200
"""
# A site with troubles: a technical or tamper alarm in the last day, however it ended.
_TROUBLES = """
SELECT site_id, count(*), max(received_ms) FROM alarms_alarm
WHERE received_ms >= %s AND owner_id = ANY (%s) AND site_id IS NOT NULL
  AND (signal_class IN ('technical', 'tamper') OR cause IN ('technical', 'tamper'))
GROUP BY site_id ORDER BY 2 DESC LIMIT 100
"""
TROUBLE_MS = 24 * 3600 * 1000


def standing(party_id: UUID) -> dict[str, Any]:
    """What the next shift must know: identifiers, classes and times. Names are looked up when it is read."""
    owners = scope.served(party_id)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [owners])
        alarms = [_open_shape(row) for row in cursor.fetchall()]
        cursor.execute(_TESTS, [clock.now(), owners])
        tests = [
            {"id": str(i), "site_id": str(site), "from_ms": clock.ms(start), "to_ms": clock.ms(end), "fire": fire}
            for i, site, start, end, fire in cursor.fetchall()
        ]
        cursor.execute(_TROUBLES, [clock.now_ms() - TROUBLE_MS, owners])
        troubles = [{"site_id": str(s), "times": n, "last_ms": last} for s, n, last in cursor.fetchall()]
    parked = [alarm for alarm in alarms if alarm["parked_until_ms"] is not None]
    return {
        "alarms": [alarm for alarm in alarms if alarm["parked_until_ms"] is None], "parked": parked, "tests": tests,
        "troubles": troubles,
    }  # fmt: skip


def _open_shape(row: tuple[Any, ...]) -> dict[str, Any]:
    alarm, owner, site, state, signal_class, alarm_class, priority, received_ms, claimed_by, parked = row
    return {
        "id": str(alarm), "owner_id": str(owner), "site_id": str(site) if site else None, "state": state,
        "signal_class": signal_class, "class": alarm_class, "priority": priority, "received_ms": received_ms,
        "claimed_by": str(claimed_by) if claimed_by else None,
        "parked_until_ms": clock.ms(parked) if parked and parked > clock.now() else None,
    }  # fmt: skip



# --- the wall ---

_LINKS = """
SELECT (SELECT count(*) FROM sites_unit WHERE owner_id = ANY (%(owners)s) AND state = 'paired'),
       (SELECT count(*) FROM sites_unit WHERE owner_id = ANY (%(owners)s) AND state = 'paired'
          AND (last_seen_at IS NULL OR last_seen_at < %(lost)s)),
       (SELECT count(*) FROM signals_path WHERE owner_id = ANY (%(owners)s)),
       (SELECT count(*) FROM signals_path WHERE owner_id = ANY (%(owners)s) AND missing_since IS NOT NULL)
"""
UNIT_LOST = timedelta(seconds=90)  # units say something every half minute
_STORMS = """
SELECT site_id, count(*), sum(folded) FROM alarms_alarm
WHERE received_ms >= %s AND owner_id = ANY (%s) AND site_id IS NOT NULL AND state <> 'closed'
GROUP BY site_id HAVING count(*) + coalesce(sum(folded), 0) >= %s ORDER BY 2 DESC LIMIT 5
"""
STORM_MS = 5 * 60 * 1000
STORM_FROM = 10  # alarms of one site, folded ones too, in STORM_MS


@dataclass(frozen=True)
class Links:
    """Camera units and panels' paths: how many there are, and how many are not heard."""

    units: int
    units_lost: int
    paths: int
    paths_lost: int


def links(owners: Sequence[UUID]) -> Links:
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, {"owners": list(owners), "lost": clock.now() - UNIT_LOST})
        return Links(*cursor.fetchone())


@dataclass(frozen=True)
class Storm:
    site_id: UUID
    alarms: int
    folded: int


def storms(owners: Sequence[UUID]) -> list[Storm]:
    """Sites that ring more than one person can look at."""
    with connection.cursor() as cursor:
        cursor.execute(_STORMS, [clock.now_ms() - STORM_MS, list(owners), STORM_FROM])
        return [Storm(site, alarms, int(folded or 0)) for site, alarms, folded in cursor.fetchall()]


def handling(owners: Sequence[UUID]) -> tuple[int, int]:
    """(alarms in somebody's hand, alarms parked)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE state IN ('claimed', 'acting', 'on_hold')), "
            "count(*) FILTER (WHERE parked_until > %s) FROM alarms_alarm "
            "WHERE state <> 'closed' AND folded_into IS NULL AND owner_id = ANY (%s)",
            [clock.now(), list(owners)],
        )
        in_hand, parked = cursor.fetchone()
    return in_hand, parked


def stands_in_for(party_id: UUID) -> list[UUID]:
    """Owners for whom this is the second centre."""
    return scope.served(party_id, RelationKind.ARC_SECOND)


def stands_in(party_id: UUID, first: UUID | None) -> bool:
    """Whether it was called to step in for that first centre, and that is not over."""
    return first is not None and Escalation.objects.filter(
        owner_id=party_id, for_party=first, resolved_at=None
    ).exists()


def took(party_id: UUID, alarm_id: UUID | None) -> bool:
    """Whether that alarm is in the hand of somebody of the party's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM alarms_alarm WHERE id = %s AND claimed_by_party = %s)", [alarm_id, party_id]
        )
        return bool(cursor.fetchone()[0])
