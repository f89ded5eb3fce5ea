# SPDX-License-Identifier: EUPL-1.2
"""Reads of tasks, and what each points at, by name."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from django.db.models import Q, QuerySet

from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.tasks.models import Task

MOST = 500


class Which(StrEnum):
    OPEN = "open"
    MINE = "mine"
    SNOOZED = "snoozed"
    DONE = "done"


def tasks(actor: Actor, which: Which) -> Sequence[Task]:
    """The most pressing first: by their day, then the oldest; what was done, the newest first."""
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = _of(actor, which)
        order = ("-done_at", "id") if which is Which.DONE else ("due_at", "raised_at", "id")
        found = list(rows.order_by(*order)[:MOST])
    return found if which is Which.DONE else sorted(found, key=lambda row: row.due_at is None)


def counts(actor: Actor) -> dict[str, int]:
    with tenancy.acting_as(actor.party_id, actor.id):
        return {which.value: _of(actor, which).count() for which in (Which.OPEN, Which.MINE, Which.SNOOZED)}


def _of(actor: Actor, which: Which) -> QuerySet[Task]:
    now = clock.now()
    mine = Task.objects.filter(owner_id=tenancy.current_party())
    if which is Which.DONE:
        return mine.filter(done_at__isnull=False)
    still = mine.filter(done_at=None, cleared_at=None)
    if which is Which.SNOOZED:
        return still.filter(snoozed_until__gt=now)
    here = still.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=now))
    return here.filter(assignee=actor.id) if which is Which.MINE else here
