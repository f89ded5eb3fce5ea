# SPDX-License-Identifier: EUPL-1.2
"""The kernel holds no personal data: events and deliveries are identifiers, times and short words, and that is
enforced."""

from zegel.declare import not_personal

not_personal(
    "kernel.OutboxEvent",
    ("topic", "payload", "at"),
    why="identifiers and short words only; outbox.NewEvent refuses anything else",
)
not_personal(
    "kernel.OutboxDelivery",
    ("event", "subscriber", "done", "attempts", "next_at"),
    why="which part of the server has had which event",
)
not_personal(
    "kernel.ErasureNote",
    ("line", "at"),
    why="numbers of rows that are gone, and values that say nothing any more",
)
