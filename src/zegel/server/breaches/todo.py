# SPDX-License-Identifier: EUPL-1.2
"""What of the breaches is on the office's list of tasks, and what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.breaches import queries, words
from zegel.server.breaches.models import Breach
from zegel.server.breaches.rules import DutyKind, State
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

ABOUT = "breach"


@causes.source("breaches", centres=True)
def found(party_id: UUID) -> Iterator[Cause]:
    for duty in queries.open_duties(party_id):
        detail = f"{duty.kind}.{duty.towards or ''}"[:60]
        customer = duty.towards if duty.kind == DutyKind.CUSTOMER.value else None
        yield Cause("breach_tell", ABOUT, duty.breach_id, customer, detail, duty.due_at)
    for row in queries.unfinished(party_id):
        if row.state in (State.REPORTED.value, State.ASSESSED.value):
            yield Cause("breach_judge", ABOUT, row.id, None)
    for made in queries.open_measures(party_id):
        yield Cause("breach_measure", ABOUT, made.breach_id, None, str(made.id), made.due_at)


@naming.source(ABOUT)
def told(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Breach.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    said: dict[UUID, naming.Told] = {}
    for task in tasks:
        row = rows.get(task.about_id) if task.about_id else None
        if row is not None:
            said[task.id] = naming.Told(_title(task, row), "", f"/backoffice/privacy/breaches/{row.id}")
    return said


def _title(task: Task, row: Breach) -> str:
    number = {"number": row.number}
    if task.kind == "breach_judge":
        return _("Breach %(number)d: assess and judge it") % number
    if task.kind == "breach_measure":
        return _("Breach %(number)d: a measure is due") % number
    kind = DutyKind(task.detail.split(".")[0])
    return _("Breach %(number)d: tell the %(whom)s") % {**number, "whom": words.DUTIES[kind]}
