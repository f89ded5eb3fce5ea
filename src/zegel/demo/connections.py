# SPDX-License-Identifier: EUPL-1.2
"""What of a shop's other systems a visitor finds: two keys, one of them ended, and a webhook that waits. The keys' and
the webhook's secrets are drawn here, shown to nobody, and so open nothing for anybody; who wants one makes his own."""

from __future__ import annotations

from datetime import timedelta

from zegel.demo.world import WORLD


def record() -> None:
    """Once: what is there already stays. Before the orders, so that the webhook has something to tell."""
    from zegel.server.integrations import hooks, keys, queries
    from zegel.server.integrations.rules import Scope
    from zegel.server.kernel import clock
    from zegel.server.kernel.actor import Actor, ActorKind

    shop = Actor(
        ActorKind.PERSON, WORLD.person("shop").id, WORLD.party("noordman").id, role="owner", address="127.0.0.1"
    )
    if queries.webhooks(shop):
        return
    until = clock.now() + timedelta(days=300)
    keys.make(shop, keys.NewKey("Web shop", (Scope.ORDERS_READ, Scope.ORDERS_WRITE), until))
    old, _secret = keys.make(shop, keys.NewKey("Old warehouse", (Scope.PRODUCTS_READ,), until))
    keys.end(shop, old.id)
    topics = ("order.opened", "order.closed", "customer.merged")
    made, _told = hooks.make(shop, hooks.NewWebhook("Warehouse", "https://warehouse.noordman.example/zegel", topics))
    hooks.pause(shop, made.id)  # nobody is at that address: what happens waits, and the page says so
