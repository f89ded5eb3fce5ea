# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who of the provider's staff does what."""

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
    not_personal,
)

declare(
    "tasks.Task", ("assignee", "done_by", "done_at", "raised_by", "snoozed_until", "words"),
    subject=Subject.STAFF, path="assignee", category=Category.ACTIVITY, purpose=Purpose.MAINTENANCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.PROVIDER,), term=Term.TECHNICAL_LOG, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "tasks.Task",
    ("key", "kind", "about", "about_id", "customer_id", "detail", "due_at", "raised_at", "cleared_at"),
    why="what there is to do, by identifiers and words of a closed list, and when",
)
