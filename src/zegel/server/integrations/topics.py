# SPDX-License-Identifier: EUPL-1.2
"""Of what a webhook is told: the outbox's events of orders, registrations and customers, which name identifiers."""

from __future__ import annotations

PING = "webhook.ping"
TOPICS = (
    "order.opened",
    "order.changed",
    "order.planned",
    "order.closed",
    "product.registered",
    "customer.changed",
    "customer.anonymised",
    "customer.merged",
)
