# SPDX-License-Identifier: EUPL-1.2
"""Where the controller is a firm and the requester its customer: what is laid down here happens there.

- A restriction holds from the moment it is recorded (Art. 18): the customer's data is kept and not used.
- Who was erased or anonymised by a request stands in the firm's records as that, with the proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zegel.server.customers import actions as customers
from zegel.server.customers import forgetting
from zegel.server.customers.models import Customer
from zegel.server.customers.rules import Why, name_key
from zegel.server.kernel import work
from zegel.server.lifecycle.finding import RefKind
from zegel.server.requests.models import Case

MOST = 20


def perhaps(case: Case) -> Sequence[Customer]:
    """Within an acting party: the controller's customers who may be the requester, by address or name."""
    rows = Customer.objects.filter(owner_id=case.owner_id, anonymised_at=None)
    found = rows.filter(name_key=name_key(case.name))
    if case.email:
        found |= rows.filter(email=case.email.lower())
    return list(found.order_by("number")[:MOST])


def is_his(case: Case, customer_id: UUID) -> bool:
    """Within an acting party: whether that is a customer of the controller."""
    return Customer.objects.filter(id=customer_id, owner_id=case.owner_id).exists()


def meant(case: Case) -> list[UUID]:
    """Within an acting party: the customers that the case is about, also those that a chosen address stands for."""
    chosen = [UUID(value) for kind, value in case.subjects if kind == RefKind.CUSTOMER]
    emails = [value.lower() for kind, value in case.subjects if kind == RefKind.EMAIL]
    rows = Customer.objects.filter(owner_id=case.owner_id, anonymised_at=None)
    found = rows.filter(id__in=chosen) | rows.filter(email__in=emails)
    return list(found.order_by("number").values_list("id", flat=True))


def restrict(w: work.Work, case: Case) -> int:
    """Within the running work: their data is used no longer. Returns how many they are."""
    mine = meant(case)
    for customer_id in mine:
        customers.restrict_in(w, customers.locked(customer_id), Why.REQUEST)
    return len(mine)


def forget(w: work.Work, customer_ids: Sequence[UUID]) -> None:
    """Within the running work, after their rows were erased: what the firm's own room keeps of it."""
    for customer_id in customer_ids:
        row = customers.locked(customer_id)
        if row.anonymised_at is None:
            forgetting.on_request(w, row)
