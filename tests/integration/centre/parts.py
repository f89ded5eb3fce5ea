# SPDX-License-Identifier: EUPL-1.2
"""What the tests of a centre's work share: a night, and what the worker does in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import mail

from zegel.demo.world import WORLD
from zegel.server.centre import jobs
from zegel.server.centre.models import Escalation, EscalationStep
from zegel.server.kernel import clock, outbox, tenancy

CENTRE = WORLD.party("centrale").id
SECOND = WORLD.party("maas").id


def three_at_night() -> datetime:
    """The next 03:00 UTC: the world's certificates and statements are in date then."""
    now = datetime.fromtimestamp(clock.now_ms() / 1000, UTC)
    return now.replace(hour=3, minute=0, second=0, microsecond=0) + timedelta(days=1)


def deferred(name: str) -> list[dict[str, Any]]:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return list(ProcrastinateJob.objects.filter(task_name=name).order_by("id").values_list("args", flat=True))


def delivered() -> None:
    while outbox.Deliverer().run_once():
        pass


def paged(since: int = 0) -> list[Any]:
    """The letters that went out for pages, from the events through their jobs."""
    delivered()
    mail.outbox = []
    for job in deferred("centre.page")[since:]:
        jobs.page(**job)
    return list(mail.outbox)


def escalations(party: UUID = CENTRE) -> list[Escalation]:
    with tenancy.acting_as(party):
        return list(Escalation.objects.filter(owner_id=party).order_by("opened_at"))


def steps(party: UUID = CENTRE) -> list[str]:
    with tenancy.acting_as(party):
        found = EscalationStep.objects.filter(owner_id=party).order_by("escalation__opened_at", "number")
        return list(found.values_list("kind", flat=True))
