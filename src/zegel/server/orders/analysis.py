# SPDX-License-Identifier: EUPL-1.2
"""What all orders together say: how long they took, whether once was enough, what comes back and why. Within an acting
party. Only figures: an order of a forgotten customer counts like any other, and none can be told from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from zegel.server.orders import queries
from zegel.server.orders.rules import OrderType, State
from zegel.server.products.models import ProductModel

CAME_BACK = (OrderType.REPAIR, OrderType.EXCHANGE, OrderType.RETURN, OrderType.COMPLAINT)
MOST_PRODUCTS = 30


@dataclass(frozen=True)
class Month:
    """Orders of one type that were done in a month (`month`: "2026-11", in the tenant's zone). Days from opened to
    closed: the middle one, and what nine of ten stayed under. `on_time`, `first_time`: shares from 0 to 1; `first_time`
    None where nothing was to be mended."""

    month: str
    type: str
    done: int
    days_median: float
    days_p90: float
    on_time: float
    first_time: float | None


@dataclass(frozen=True)
class Came:
    """How often a product of the catalogue came back in that time, by what for and why. `model`: "" when no product was
    named."""

    model_id: UUID | None
    model: str
    type: str
    cause: str
    count: int


_MONTHS = """
SELECT to_char(date_trunc('month', closed_at AT TIME ZONE %(zone)s), 'YYYY-MM') AS month, type, count(*),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at)) / 86400,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at)) / 86400,
       avg((closed_at <= due_at)::int),
       avg(first_time::int)
FROM orders_order
WHERE owner_id = %(owner)s AND closed_at >= %(start)s AND closed_at < %(end)s AND state = %(done)s
GROUP BY month, type ORDER BY month, type
"""

_CAME = """
SELECT model_id, type, cause, count(*) FROM orders_order
WHERE owner_id = %(owner)s AND closed_at >= %(start)s AND closed_at < %(end)s AND state = %(done)s
  AND type = ANY(%(types)s)
GROUP BY model_id, type, cause ORDER BY count(*) DESC, model_id, type, cause LIMIT 2000
"""


def months(owner_id: UUID, start: datetime, end: datetime) -> list[Month]:
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS, {
            "owner": owner_id, "start": start, "end": end, "zone": queries.zone(owner_id).key,
            "done": State.DONE.value,
        })  # fmt: skip
        return [
            Month(month, of, done, float(median), float(p90), float(on_time),
                  None if first is None else float(first))
            for month, of, done, median, p90, on_time, first in cursor.fetchall()
        ]  # fmt: skip


def came_back(owner_id: UUID, start: datetime, end: datetime) -> list[Came]:
    """What came most often first; of the products that did most."""
    with connection.cursor() as cursor:
        cursor.execute(_CAME, {
            "owner": owner_id, "start": start, "end": end, "done": State.DONE.value,
            "types": [one.value for one in CAME_BACK],
        })  # fmt: skip
        rows = cursor.fetchall()
    totals: dict[UUID | None, int] = {}
    for model, _of, _cause, count in rows:
        totals[model] = totals.get(model, 0) + count
    most = sorted(totals, key=lambda model: -totals[model])[:MOST_PRODUCTS]
    names = _names([model for model in most if model is not None])
    return [
        Came(model, names.get(model, "") if model else "", of, cause, count)
        for model, of, cause, count in sorted(rows, key=lambda row: (-totals[row[0]], str(row[0]), -row[3]))
        if model in most
    ]  # fmt: skip


def _names(model_ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = ProductModel.objects.filter(id__in=model_ids).values_list("id", "brand", "name")
    return {key: f"{brand} {name}" for key, brand, name in rows}
