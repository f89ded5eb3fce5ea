# SPDX-License-Identifier: EUPL-1.2
"""Reading customers. What is restricted is listed by its number, without a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from zegel.server.customers.models import Customer


@dataclass(frozen=True)
class Named:
    """How a customer is shown in lists of rooms above. `name` and `city`: empty when restricted or anonymised."""

    id: UUID
    number: int
    name: str
    city: str
    restricted: bool
    anonymised: bool


def names(customer_ids: Iterable[UUID]) -> Mapping[UUID, Named]:
    """Within an acting party, in one question."""
    rows = Customer.objects.filter(id__in=set(customer_ids)).only(
        "id", "number", "name", "city", "restricted_at", "anonymised_at"
    )
    return {row.id: named(row) for row in rows}


def named(row: Customer) -> Named:
    hidden = row.restricted_at is not None
    return Named(
        row.id, row.number, "" if hidden else row.name, "" if hidden else row.city, hidden,
        row.anonymised_at is not None,
    )  # fmt: skip


def find(customer_id: UUID) -> Customer | None:
    """Within an acting party. The gate is the caller's to ask."""
    return Customer.objects.filter(id=customer_id).first()
