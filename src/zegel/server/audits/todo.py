# SPDX-License-Identifier: EUPL-1.2
"""What of the reviews is on the office's list of tasks: what is due within a month, and what is late."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.audits import queries
from zegel.server.audits.models import Audit, AuditRequest
from zegel.server.kernel import clock
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

ABOUT, ASKED = "audit", "audit_request"
AHEAD = timedelta(days=30)
PAGE = "/backoffice/privacy/reviews"


@causes.source("audits", centres=True)
def found(party_id: UUID) -> Iterator[Cause]:
    soon = clock.now() + AHEAD
    for row in queries.open_reviews(party_id):
        if row.due_at <= soon:
            yield Cause("audit_due", ABOUT, row.id, None, "", row.due_at)
    for finding in queries.open_findings(party_id):
        yield Cause("audit_finding", ABOUT, finding.audit_id, None, str(finding.id), finding.due_at)
    for asked in queries.open_requests(party_id):
        yield Cause("audit_request", ASKED, asked.id, asked.owner_id, "", asked.due_at)


@naming.source(ABOUT)
def told(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Audit.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    said: dict[UUID, naming.Told] = {}
    for task in tasks:
        row = rows.get(task.about_id) if task.about_id else None
        if row is not None:
            due = task.kind == "audit_due"
            words = _("The review “%(title)s” is due") if due else _("A finding of “%(title)s” waits")
            said[task.id] = naming.Told(words % {"title": row.title}, row.by, f"{PAGE}/{row.id}")
    return said


@naming.source(ASKED)
def told_request(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = AuditRequest.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    return {
        task.id: naming.Told(_("A customer asks for an audit"), "", PAGE)
        for task in tasks if task.about_id in rows
    }  # fmt: skip
