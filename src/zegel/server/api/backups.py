# SPDX-License-Identifier: EUPL-1.2
"""How the back-ups stand: when, how large, what their trials found. Where they lie and what opens them is said nowhere
(A7)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Router

from zegel.server.api.base import acting
from zegel.server.backups import queries
from zegel.server.backups.models import Copy, Trial
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock

router = Router(tags=["backups"])


@router.get("/backups")
def state(request: HttpRequest) -> dict[str, Any]:
    """The last copies and trials, and what somebody must do about them."""
    actor = acting(request)
    require(actor, Action.READ, Resource(ResourceKind.BACKUP, None, actor.party_id))
    return {
        "faults": [fault.value for fault in queries.state().faults], "keep_days": settings.BACKUP_KEEP_DAYS,
        "copies": [_copy(row) for row in queries.copies()], "trials": [_trial(row) for row in queries.trials()],
    }  # fmt: skip


def _copy(row: Copy) -> dict[str, Any]:
    return {
        "id": str(row.id), "began_ms": clock.ms(row.began_at), "ended_ms": clock.ms(row.ended_at), "size": row.size,
        "entries": row.entries, "fault": row.fault,
    }  # fmt: skip


def _trial(row: Trial) -> dict[str, Any]:
    return {
        "id": str(row.id), "copy_id": str(row.copy_id) if row.copy_id else None, "began_ms": clock.ms(row.began_at),
        "ended_ms": clock.ms(row.ended_at), "passed": row.passed, "fault": row.fault, "erased": row.erased,
        "opened": row.opened, "blind": row.blind, "entries": row.entries, "root": bytes(row.root).hex(),
        "answers": [{"question": name, "faults": faults} for name, faults in row.answers],
    }  # fmt: skip
