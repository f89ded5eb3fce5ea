# SPDX-License-Identifier: EUPL-1.2
"""This room holds nobody's data: it counts, and names things by their identifiers."""

from zegel.declare import (
    Basis,
    Category,
    Purpose,
    Recipient,
    Subject,
    Term,
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

for _kind in (Kind.PROMISE, Kind.STATEMENT):
    declare_body(
        _kind, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
        basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.PROVIDER,), term=Term.VIEW_LOG,
    )  # fmt: skip

not_personal(
    "promises.Run",
    ("every", "started_at", "ended_at", "kept", "broken", "unproven", "digest", "index"),
    why="when promises were tried and how many held",
)
not_personal(
    "promises.Evidence",
    ("run", "promise", "state", "tried", "failed", "why", "which", "at", "took_ms", "envelope"),
    why="what a probe counted, and identifiers of things that did not hold",
)
not_personal("promises.Day", ("promise", "day", "state"), why="the worst state of a promise on a day")
not_personal("promises.Change", ("promise", "before", "after", "why", "at"), why="when a promise's state changed")
not_personal(
    "promises.Canary",
    ("epoch_id", "key", "shred", "marker", "planted_at", "due_at", "gone_at"),
    why="where a recording of nothing was planted, to be searched for later",
)
not_personal(
    "promises.Statement",
    ("number", "made_at", "content", "hash"),
    why="the published text of a privacy statement, read by everybody",
)
