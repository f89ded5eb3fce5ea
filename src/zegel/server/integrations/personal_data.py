# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who made a key or a webhook. What is delivered names identifiers only."""

from zegel.declare import (
    Basis,
    Category,
    Erase,
    Export,
    Purpose,
    Recipient,
    Start,
    Subject,
    Term,
    declare,
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

for _model in ("integrations.ApiKey", "integrations.Webhook"):
    declare(
        _model, ("made_by",), subject=Subject.USER, path="made_by", category=Category.ACTIVITY,
        purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.NOBODY,),
        term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.VALUE, erase=Erase.BLANK,
    )  # fmt: skip
not_personal(
    "integrations.ApiKey",
    ("name", "key_hash", "hint", "scopes", "rate", "made_at", "expires_at", "ended_at", "last_at"),
    why="another system, what it may do, and the hash of its key",
)
not_personal(
    "integrations.Call", ("api_key", "idempotency_key", "body_hash", "made_id", "at"),
    why="that something was sent already; its content is the order's or the registration's",
)  # fmt: skip
not_personal(
    "integrations.Webhook",
    (
        "name", "url", "topics", "secret_wrapped", "old_secret_wrapped", "old_secret_until", "made_at", "failing_since",
        "paused_at", "pause_why", "ended_at", "last_at",
    ),
    why="another system's address, of what it is told, and what signs that",
)  # fmt: skip
not_personal(
    "integrations.Delivery",
    (
        "webhook", "number", "topic", "body", "state", "attempts", "status", "fault", "happened_at", "tried_at",
        "ended_at",
    ),
    why="that another system was told of an order's or customer's identifier; gone after thirty days",
)  # fmt: skip
not_personal(
    "integrations.Due", ("webhook_id", "next_at"), why="which webhook has something to tell, and when"
)
declare_body(
    Kind.INTEGRATION, (), subject=Subject.USER, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.VIEW_LOG, starts=Start.MADE,
)  # fmt: skip
