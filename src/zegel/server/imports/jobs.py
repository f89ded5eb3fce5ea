# SPDX-License-Identifier: EUPL-1.2
"""The worker takes lists over, follows one that was killed, and destroys files that nobody went on with."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import connection

from zegel.server.imports import actions
from zegel.server.imports.models import WORKING, Import
from zegel.server.kernel import clock, jobs, outbox, tenancy

SILENT = timedelta(seconds=90)


@outbox.subscribe("import.begun", name="imports.begin")
def begun(event: outbox.Event) -> None:
    if event.owner_id is not None:
        go_on.defer(owner_id=str(event.owner_id), import_id=event.payload["import_id"])


@jobs.task(name="imports.go_on")
def go_on(owner_id: str, import_id: str) -> None:
    actions.go_on(UUID(owner_id), UUID(import_id))


@jobs.periodic("* * * * *", name="imports.follow")
def follow(timestamp: int) -> None:
    """One whose worker fell silent is gone on with by another; two at once hinder each other, no more."""
    for owner_id in firms():
        with tenancy.acting_as(owner_id):
            rows = Import.objects.filter(
                owner_id=owner_id, state__in=WORKING, beat_at__lt=clock.now() - SILENT
            ).values_list("id", flat=True)
            silent = list(rows)
        for import_id in silent:
            go_on.defer(owner_id=str(owner_id), import_id=str(import_id))


@jobs.periodic("37 * * * *", name="imports.forget_old")
def forget_old(timestamp: int) -> None:
    for owner_id in firms():
        actions.forget_old(owner_id)


def firms() -> list[UUID]:
    """Those of whom a file is here."""
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT unnest(imports_firms())")
        return [owner for (owner,) in cursor.fetchall()]
