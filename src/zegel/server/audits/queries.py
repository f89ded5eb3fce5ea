# SPDX-License-Identifier: EUPL-1.2
"""The calendar of reviews, what is late, and what tenants asked for. Within the acting party."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zegel.server.audits.models import Audit, AuditRequest, Finding
from zegel.server.kernel import clock


@dataclass(frozen=True)
class Overdue:
    """`what`: review, finding or request; `words`: which one."""

    what: str
    id: UUID
    words: str
    due_at: datetime


def calendar(party_id: UUID) -> list[Audit]:
    """Those to come by their day, then those that were held, the newest first."""
    rows = list(Audit.objects.filter(owner_id=party_id).prefetch_related("findings"))
    coming = [row for row in rows if row.held_at is None and row.cancelled_at is None]
    past = [row for row in rows if row not in coming]
    return sorted(coming, key=lambda row: (row.due_at, row.id)) + sorted(
        past, key=lambda row: (row.held_at or row.cancelled_at or row.due_at, row.id), reverse=True
    )


def open_reviews(party_id: UUID) -> list[Audit]:
    return list(Audit.objects.filter(owner_id=party_id, held_at=None, cancelled_at=None).order_by("due_at", "id"))


def open_findings(party_id: UUID) -> list[Finding]:
    rows = Finding.objects.filter(owner_id=party_id, done_at=None).select_related("audit")
    return list(rows.order_by("due_at", "id"))


def requests_of(owner_id: UUID) -> list[AuditRequest]:
    """A tenant's own."""
    return list(AuditRequest.objects.filter(owner_id=owner_id).order_by("-asked_at", "id"))


def requests_to(party_id: UUID) -> list[AuditRequest]:
    """What those whom the acting provider serves asked of it."""
    rows = AuditRequest.objects.filter(provider_id=party_id).exclude(owner_id=party_id)
    return list(rows.order_by("-asked_at", "id"))


def open_requests(party_id: UUID) -> list[AuditRequest]:
    return [row for row in requests_to(party_id) if row.answered_at is None and row.withdrawn_at is None]


def overdue(party_id: UUID) -> list[Overdue]:
    """For the promise monitor (S6): a review that was not held in time breaks the promise, and so does a finding that
    nobody followed up or a request that nobody answered."""
    now = clock.now()
    found = [Overdue("review", row.id, row.title, row.due_at) for row in open_reviews(party_id)]
    found += [Overdue("finding", row.id, row.words, row.due_at) for row in open_findings(party_id)]
    found += [Overdue("request", row.id, row.scope, row.due_at) for row in open_requests(party_id)]
    return [one for one in found if one.due_at < now]


def planned(party_id: UUID) -> bool:
    """Whether there is a calendar at all: a party that never planned a review keeps no promise about them."""
    return Audit.objects.filter(owner_id=party_id, cancelled_at=None).exists()
