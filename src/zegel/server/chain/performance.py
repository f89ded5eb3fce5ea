# SPDX-License-Identifier: EUPL-1.2
"""How partners did, in figures: within an acting party, of the steps that ended in a period. No customer is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from zegel.server.chain.models import Partner
from zegel.server.chain.rules import Outcome, State


@dataclass(frozen=True)
class Performance:
    """One partner's. `good`: the share that was solved or moved; `accept_hours`, `days`: the middle of how long it took
    from the offer to his yes, and from his yes to the end."""

    partner_id: UUID
    name: str
    kind: str
    done: int
    given_back: int
    good: float
    accept_hours: float
    days: float


_FIGURES = """
SELECT partner_id, count(*) FILTER (WHERE state = %(done)s), count(*) FILTER (WHERE state = %(back)s),
       coalesce(avg((outcome = ANY(%(good)s))::int) FILTER (WHERE state = %(done)s), 0),
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - offered_at)) / 3600, 0),
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - accepted_at))
                FILTER (WHERE state = %(done)s) / 86400, 0)
FROM chain_step
WHERE owner_id = %(owner)s AND partner_id IS NOT NULL AND ended_at >= %(start)s AND ended_at < %(end)s
GROUP BY partner_id ORDER BY 2 DESC, partner_id LIMIT 200
"""


def partners(owner_id: UUID, start: datetime, end: datetime) -> Sequence[Performance]:
    """Who did most comes first."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, {
            "owner": owner_id, "start": start, "end": end, "done": State.DONE.value, "back": State.GIVEN_BACK.value,
            "good": [Outcome.SOLVED.value, Outcome.MOVED.value],
        })  # fmt: skip
        rows = cursor.fetchall()
    known = {one.id: one for one in Partner.objects.filter(id__in=[row[0] for row in rows])}
    return [
        Performance(key, known[key].name, known[key].kind, done, back, float(good), float(hours), float(days))
        for key, done, back, good, hours, days in rows if key in known
    ]  # fmt: skip
