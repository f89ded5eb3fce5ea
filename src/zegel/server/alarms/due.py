# SPDX-License-Identifier: EUPL-1.2
"""What comes by itself, kept in the database: nothing is lost with a process. Every function joins the running
transaction. The scheduler (jobs.py) takes what is due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zegel.server.alarms.models import Due, DueKind
from zegel.server.kernel import clock, tenancy


@dataclass(frozen=True)
class New:
    """What of which owner comes when."""

    kind: DueKind
    about: UUID
    owner_id: UUID
    at: datetime


def put(*all_of_them: New) -> None:
    """One of a kind for each thing: a later one takes the place of an earlier one."""
    rows = [Due(kind=new.kind.value, about=new.about, owner_id=new.owner_id, at=new.at) for new in all_of_them]
    Due.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["kind", "about"], update_fields=["owner_id", "at"]
    )


def drop(kind: DueKind, about: UUID) -> None:
    """It doesn't come any more."""
    Due.objects.filter(kind=kind.value, about=about).delete()


def drop_all(about: UUID) -> None:
    """Nothing of it comes any more."""
    Due.objects.filter(about=about).delete()


def now(limit: int) -> Sequence[Due]:
    """What is due, the longest-standing first. Needs no acting party."""
    with tenancy.acting_as(None):
        return list(Due.objects.filter(at__lte=clock.now()).order_by("at")[:limit])


def next_at() -> datetime | None:
    """When the next thing comes. Needs no acting party."""
    with tenancy.acting_as(None):
        return Due.objects.order_by("at").values_list("at", flat=True).first()
