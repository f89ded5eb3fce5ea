# SPDX-License-Identifier: EUPL-1.2
"""Invoices of the acting party that nobody paid in time are tasks: remind, or look what happened. The task goes by
itself when the money is there. (A tenant that has no office of its own sees the same on its start page.)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.invoices import making, queries
from zegel.server.invoices.models import Invoice
from zegel.server.tasks import causes, naming
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import Cause

ABOUT = "invoice"
MOST = 200


@causes.source("invoices")
def found(party_id: UUID) -> Iterator[Cause]:
    """The longest overdue first; of one party only, never of those whom it serves."""
    zone = making.zone(making.seller(party_id, queries.settings(party_id)).country)
    for row in queries.overdue(party_id)[:MOST]:
        due = None if row.due_on is None else datetime.combine(row.due_on, time(), zone)
        yield Cause("invoice_overdue", ABOUT, row.id, None, row.number, due)


@naming.source(ABOUT)
def told(tasks: Sequence[Task]) -> Mapping[UUID, naming.Told]:
    rows = Invoice.objects.in_bulk([task.about_id for task in tasks if task.about_id])
    said: dict[UUID, naming.Told] = {}
    for task in tasks:
        row = rows.get(task.about_id) if task.about_id else None
        if row is not None:
            words = _("Invoice %(number)s is overdue") % {"number": row.number}
            said[task.id] = naming.Told(words, row.buyer_name, f"/service/invoices/{row.id}")
    return said
