# SPDX-License-Identifier: EUPL-1.2
"""What is found by a customer's words follows him: when his record or his thing changes, so do the words."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from zegel.server.kernel import erasures, outbox, work
from zegel.server.kernel.actor import system
from zegel.server.orders import actions
from zegel.server.orders.models import Order, Word
from zegel.server.products import jobs as products
from zegel.server.tenants import leaving

WORDS_AT_ONCE = 20_000


@outbox.subscribe("customer.changed", "customer.anonymised", name="orders.reword_customer")
def customer_changed(event: outbox.Event) -> None:
    if event.owner_id is not None:
        with work.transaction(system(event.owner_id)):
            actions.reword(event.owner_id, customer_id=event.uuid("customer_id"))


@outbox.subscribe("product.changed", name="orders.reword_item")
def item_changed(event: outbox.Event) -> None:
    if event.owner_id is not None and event.payload.get("item_id"):
        with work.transaction(system(event.owner_id)):
            actions.reword(event.owner_id, item_id=event.uuid("item_id"))


@products.keeper
def things_in_hand(owner_id: UUID, item_ids: Collection[UUID]) -> Collection[UUID]:
    """A thing of an open order is not forgotten before it is closed."""
    rows = Order.objects.filter(owner_id=owner_id, item_id__in=list(item_ids), closed_at=None)
    return {row for row in rows.values_list("item_id", flat=True) if row is not None}


@leaving.removes("words by which orders are found")
def remove_words(owner_id: UUID) -> int:
    """A tenant that is removed whole: before its orders, which they point at."""
    gone = 0
    while True:
        with work.transaction(system(owner_id)):
            rows = Word.objects.filter(owner_id=owner_id)
            keys = list(rows.order_by("id").values_list("id", flat=True)[:WORDS_AT_ONCE])
            rows.filter(id__in=keys)._raw_delete(using="default")
            erasures.gone("orders.Word", owner_id, keys)
        if not keys:
            return gone
        gone += len(keys)
