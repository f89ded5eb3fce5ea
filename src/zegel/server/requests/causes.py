# SPDX-License-Identifier: EUPL-1.2
"""What there is to do about requests, on the office's list of tasks: each open one, with its day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.requests import queries
from zegel.server.requests.models import Case
from zegel.server.requests.rules import Approval
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

KIND = "data_request"


@causes.source("requests")
def found(provider_id: UUID) -> Iterator[Cause]:
    """One that lies with whoever is responsible is still the office's to watch."""
    for case in queries.open_cases(provider_id):
        waits = "waits" if case.approval == Approval.ASKED else "open"
        customer = None if case.owner_id == provider_id else case.owner_id
        yield Cause(KIND, KIND, case.id, customer, waits, case.due_at)


@naming.source(KIND)
def told(rows: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    numbers = dict(Case.objects.filter(id__in=[row.about_id for row in rows]).values_list("id", "number"))
    return {
        row.id: naming.Told(
            (_("Request %(number)s waits for approval") if row.detail == "waits" else _("Answer request %(number)s"))
            % {"number": numbers.get(row.about_id, "")},
            path=f"/backoffice/privacy/requests/{row.about_id}",
        )
        for row in rows
        if row.about_id in numbers
    }
