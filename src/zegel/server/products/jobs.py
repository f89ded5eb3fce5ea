# SPDX-License-Identifier: EUPL-1.2
"""Things whose life is over say nothing of anybody any more; who is forgotten takes his name off his things.

A thing is kept for its model's life, never longer than the tenant's own term from the sale, and never less than its
warranty (promise I7). What a room above still needs (an open order) stays until that is over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q

from zegel.declare import Term
from zegel.server.agreements import terms
from zegel.server.kernel import clock, jobs, outbox, work
from zegel.server.kernel.actor import system
from zegel.server.products import actions
from zegel.server.products.models import Item
from zegel.server.tenants import queries as tenants
from zegel.server.tenants.models import Brand

AT_ONCE = 500
Keeper = Callable[[UUID, Collection[UUID]], Collection[UUID]]
_keepers: list[Keeper] = []


def keeper(needed: Keeper) -> Keeper:
    """Registers who still needs a thing: given its owner and some things, says which. Within an acting party."""
    if needed not in _keepers:
        _keepers.append(needed)
    return needed


@jobs.periodic("23 1 * * *", name="products.forget_due")
def forget_due(timestamp: int) -> None:
    for owner_id in Brand.objects.values_list("owner_id", flat=True):
        forget_over.defer(owner_id=str(owner_id))


@jobs.task(name="products.forget_over")
def forget_over(owner_id: str) -> int:
    """Of one tenant; returns how many."""
    owner, done = UUID(owner_id), 0
    passed: set[UUID] = set()
    while True:
        with work.transaction(system(owner)) as w:
            some = [one for one in over(owner, AT_ONCE + len(passed)) if one not in passed][:AT_ONCE]
            needed = {one for each in _keepers for one in each(owner, some)}
            passed |= needed
            done += actions.forget(w, owner, [one for one in some if one not in needed])
        if len(some) < AT_ONCE:
            return done


def over(owner_id: UUID, most: int) -> list[UUID]:
    """Within an acting party: the things whose term is over, the oldest first."""
    today = clock.now().date()
    tenant = tenants.tenant(owner_id)
    profile = tenant.profile if tenant is not None else "service"
    bound = clock.now() - timedelta(days=terms.days_of(owner_id, profile, Term.PRODUCT_LIFE))
    life = Q(life_until__lt=today) | Q(purchased_on__lt=bound.date())
    life |= Q(purchased_on=None, registered_at__lt=bound)
    rows = Item.objects.filter(life, owner_id=owner_id, anonymised_at=None)
    rows = rows.filter(Q(warranty_until=None) | Q(warranty_until__lt=today))
    return list(rows.order_by("registered_at", "id").values_list("id", flat=True)[:most])


@outbox.subscribe("customer.anonymised", name="products.forget_customer")
def forgotten(event: outbox.Event) -> None:
    """What the declarations left of it: dates of a thing that is nobody's now."""
    if event.owner_id is None or "customer_id" not in event.payload:
        return
    with work.transaction(system(event.owner_id)) as w:
        actions.forget_customer(w, event.owner_id, UUID(str(event.payload["customer_id"])))
