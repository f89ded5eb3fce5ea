# SPDX-License-Identifier: EUPL-1.2
"""How a sheet goes from a partner before its term is over. The principle that keeps it so: what goes is told outside
the database too (kernel.erasures), what belongs to it first, so that an older copy which is put back loses it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zegel.server.chain.models import Act, Sheet
from zegel.server.kernel import erasures, tenancy


def sheets(party_id: UUID, **which: Any) -> int:
    """The party's sheets that fit, with what was done on them; returns how many. Within the running transaction,
    whoever acts in it."""
    with tenancy.acting_as(party_id):
        gone = list(Sheet.objects.filter(owner_id=party_id, **which).values_list("id", flat=True))
        erasures.delete(Act.objects.filter(sheet_id__in=gone), party_id)
        return erasures.delete(Sheet.objects.filter(id__in=gone), party_id)
