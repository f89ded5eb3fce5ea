# SPDX-License-Identifier: EUPL-1.2
"""Reads of the review desk: the log around a view, never what was seen. Within an acting party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from zegel.server.alarms.models import Alarm, AlarmStep
from zegel.server.centre.errors import NotThere
from zegel.server.centre.models import Finding, Review, Verdict
from zegel.server.footage.models import Lease, Reopening
from zegel.server.kernel import clock
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.sites.models import Camera, Site

MOST = 200
WEEKS = 12
LATE_MS = 60_000


@dataclass(frozen=True)
class Names:
    cameras: dict[UUID, str]
    sites: dict[UUID, str]


@dataclass(frozen=True)
class Share:
    """One entry of a view in the ledger: so many seconds of images, from then on."""

    index: int
    slots: int
    at_ms: int


@dataclass(frozen=True)
class Story:
    """What the log says of the alarm, around the view. `shares`: each entry of the view, as it was written before
    anything was served."""

    alarm: dict[str, Any] | None
    steps: Sequence[AlarmStep]
    shares: Sequence[Share]
    other_views: int


def listed(party_id: UUID, state: str) -> list[Review]:
    rows = Review.objects.filter(owner_id=party_id)
    if state == "open":
        return list(rows.filter(judged_at=None).order_by("-score", "made_at")[:MOST])
    unfinished = Q(finding__verdict__in=[Verdict.QUESTION, Verdict.BREACH], finding__followed_up_at=None)
    if state == "follow_up":
        return list(rows.filter(unfinished).order_by("judged_at")[:MOST])
    return list(rows.filter(judged_at__isnull=False).exclude(unfinished).order_by("-judged_at")[:MOST])


def counts(party_id: UUID) -> dict[str, int]:
    rows = Review.objects.filter(owner_id=party_id)
    waiting = Finding.objects.filter(
        owner_id=party_id, verdict__in=[Verdict.QUESTION, Verdict.BREACH], followed_up_at=None
    )
    return {"open": rows.filter(judged_at=None).count(), "follow_up": waiting.count()}


def get(party_id: UUID, review_id: UUID) -> Review:
    """Raises NotThere."""
    row = Review.objects.filter(owner_id=party_id, id=review_id).first()
    if row is None:
        raise NotThere(_("There is no such review."), action=_("Go back to the list."))
    return row


def story(row: Review) -> Story:
    alarm = Alarm.objects.filter(id=row.alarm_id).first() if row.alarm_id else None
    steps = list(AlarmStep.objects.filter(alarm_id=row.alarm_id).order_by("at", "id")[:MOST]) if row.alarm_id else []
    others = Lease.objects.filter(
        person_id=row.person_id, camera_id=row.camera_id, party_id=row.owner_id, alarm_id__isnull=False,
        opened_at__gte=clock.now() - timedelta(days=90),
    ).exclude(id=row.lease_id)  # fmt: skip
    reopened = reopening_of(row.alarm_id, row.to_ms) if row.alarm_id else None
    shares = shares_of(row.customer_id, row.camera_id, row.lease_id, row.from_ms, row.to_ms)
    return Story(_alarm(alarm, reopened), steps, shares, others.count())


def shares_of(owner_id: UUID, camera_id: UUID, lease_id: UUID, from_ms: int, to_ms: int) -> list[Share]:
    """What the ledger says that a view was given, in order; as the acting party may read it."""
    said = ledger.entries(
        (Kind.VIEW,), owner_id, since_ms=from_ms - LATE_MS, until_ms=to_ms + LATE_MS, about=camera_id
    )  # fmt: skip
    mine = [entry for entry in said if entry.said is not None and entry.said.facts.get("lease") == lease_id.bytes]
    shares = [Share(e.index, _count(e.said.facts.get("slots")), e.at_ms) for e in mine if e.said is not None]
    return sorted(shares, key=lambda share: share.index)


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def reopening_of(alarm_id: UUID, until_ms: int) -> Reopening | None:
    """The newest time that the alarm's images were opened once more, before that moment."""
    until = datetime.fromtimestamp(until_ms / 1000, UTC)
    return Reopening.objects.filter(alarm_id=alarm_id, opened_at__lt=until).order_by("-opened_at").first()


def _alarm(alarm: Alarm | None, reopened: Reopening | None) -> dict[str, Any] | None:
    if alarm is None:
        return None
    return {
        "number": alarm.number, "class": alarm.alarm_class, "signal_class": alarm.signal_class, "state": alarm.state,
        "raised_ms": alarm.raised_ms, "received_ms": alarm.received_ms, "closed_code": alarm.closed_code,
        "recalled_ms": clock.ms(alarm.recalled_at), "closed_ms": clock.ms(alarm.closed_at),
        "reopened": {"reason": reopened.reason, "at_ms": clock.ms(reopened.opened_at)} if reopened else None,
    }  # fmt: skip


def names_of(rows: Sequence[Review]) -> Names:
    cameras = Camera.objects.filter(id__in={row.camera_id for row in rows})
    sites = Site.objects.filter(id__in={row.site_id for row in rows if row.site_id})
    return Names(dict(cameras.values_list("id", "name")), dict(sites.values_list("id", "name")))


def weeks(party_id: UUID) -> list[dict[str, Any]]:
    """Of each of the last twelve weeks, what was dealt and what was found."""
    since = clock.now() - timedelta(weeks=WEEKS)
    rows = Review.objects.filter(owner_id=party_id, made_at__gte=since).annotate(week=TruncWeek("made_at"))
    counted = rows.values("week").annotate(
        dealt=Count("id"),
        judged=Count("id", filter=Q(judged_at__isnull=False)),
        question=Count("id", filter=Q(finding__verdict=Verdict.QUESTION)),
        breach=Count("id", filter=Q(finding__verdict=Verdict.BREACH)),
    )
    return [{**row, "week": None, "from_ms": clock.ms(row["week"])} for row in counted.order_by("week")]


def by_risk(party_id: UUID) -> list[dict[str, Any]]:
    """Which risks led to what, in the same weeks."""
    since = clock.now() - timedelta(weeks=WEEKS)
    found: dict[str, dict[str, int]] = {}
    rows = Review.objects.filter(owner_id=party_id, made_at__gte=since).select_related("finding")
    for row in rows[:5000]:
        verdict = row.finding.verdict if hasattr(row, "finding") else "open"
        for risk in row.risks or ["random"]:
            counts = found.setdefault(risk, {"dealt": 0, "ok": 0, "question": 0, "breach": 0, "open": 0})
            counts["dealt"] += 1
            counts[verdict] += 1
    return [{"risk": risk, **counts} for risk, counts in sorted(found.items(), key=lambda kv: -kv[1]["dealt"])]
