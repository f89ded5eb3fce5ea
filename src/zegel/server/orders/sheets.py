# SPDX-License-Identifier: EUPL-1.2
"""Orders and figures as CSV. What leaves is logged by `exports`; a cell that a spreadsheet would take for a formula is
made plain text."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from zegel.server.customers.queries import Named
from zegel.server.orders.analysis import Came, Month
from zegel.server.orders.models import Order

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """UTF-8 with a mark at its beginning, as spreadsheets want it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_plain(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _plain(cell: object) -> object:
    if isinstance(cell, float):
        return round(cell, 3)
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def orders(rows: Sequence[Order], names: Mapping[UUID, Named], models: Mapping[UUID, str], zone: ZoneInfo) -> bytes:
    """One line each. Of a customer whose data is restricted only his number."""
    head = ("number", "type", "state", "opened", "due", "planned", "closed", "customer_number", "customer", "city",
            "product", "subject", "outcome", "cause")  # fmt: skip

    def line(row: Order) -> Sequence[object]:
        who = names.get(row.customer_id) if row.customer_id else None
        hidden = who is not None and who.restricted
        return (
            row.number, row.type, row.state, _day(row.opened_at, zone), _day(row.due_at, zone),
            _moment(row.planned_from, zone), _day(row.closed_at, zone), "" if who is None else who.number,
            "" if who is None else who.name, "" if who is None else who.city,
            models.get(row.model_id, "") if row.model_id else "", "" if hidden else row.subject, row.outcome, row.cause,
        )  # fmt: skip

    return table(head, (line(row) for row in rows))


def figures(months: Sequence[Month], came: Sequence[Came]) -> bytes:
    """Both tables below each other."""
    first = table(
        ("month", "type", "done", "days_median", "days_p90", "on_time", "first_time"),
        ((m.month, m.type, m.done, m.days_median, m.days_p90, m.on_time, m.first_time) for m in months),
    )
    second = table(("product", "type", "cause", "count"), ((c.model, c.type, c.cause, c.count) for c in came))
    return first + b"\r\n" + second.removeprefix(b"\xef\xbb\xbf")


def _day(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).date().isoformat()


def _moment(at: datetime | None, zone: ZoneInfo) -> str:
    return "" if at is None else at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
