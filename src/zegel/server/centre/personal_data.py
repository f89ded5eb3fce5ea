# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: the centre's staff at work, and who looked at whose cameras."""

from functools import partial

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

# Staff's work is kept as long as the log of views: it is the evidence of how the centre was manned and judged (S5, S6).
_work = partial(
    declare,
    subject=Subject.OPERATOR,
    category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.ARC,),
    term=Term.VIEW_LOG,
    starts=Start.MADE,
    export=Export.VALUE,
)

_work(
    "centre.Seat",
    ("person_id", "role", "since", "last_seen", "on_duty", "break_since", "ended_at"),
    path="person_id",
    erase=Erase.DELETE_ROW,
)
_work("centre.Settings", ("pagers", "changed_by", "changed_at"), path="changed_by", erase=Erase.BLANK)
_work("centre.Escalation", ("acknowledged_by", "acknowledged_at"), path="acknowledged_by", erase=Erase.BLANK)
_work("centre.EscalationStep", ("person_id", "at", "note"), path="person_id", erase=Erase.WITH_PARENT)
_work(
    "centre.HandOver",
    ("written_by", "written_at", "note", "state", "accepted_by", "accepted_at", "answer"),
    path="written_by",
    erase=Erase.DELETE_ROW,
)
_work(
    "centre.Review",
    (
        "person_id", "alarm_id", "camera_id", "site_id", "customer_id", "purpose", "from_ms", "to_ms", "slots", "why",
        "risks", "score", "dealt_to", "dealt_at",
    ),
    path="person_id",
    erase=Erase.DELETE_ROW,
)  # fmt: skip
_work(
    "centre.Finding",
    ("verdict", "reason", "judged_by", "judged_at", "follow_up", "followed_up_by", "followed_up_at"),
    path="judged_by",
    erase=Erase.WITH_PARENT,
)

not_personal(
    "centre.Settings",
    ("second_after_s", "repeat_s", "quiet_s", "norms", "review_rate", "long_view_s"),
    why="figures that the centre set",
)
not_personal(
    "centre.Escalation",
    ("cause", "for_party", "opened_at", "rounds", "next_at", "waiting", "overdue", "oldest_ms", "resolved_at"),
    why="the state of a queue, as counts and times",
)
not_personal("centre.EscalationStep", ("escalation", "number", "kind", "told"), why="what was done, and how many heard")
not_personal(
    "centre.Review", ("lease_id", "ledger_index", "made_at", "judged_at"), why="which view, and when it was dealt"
)
not_personal("centre.Finding", ("review", "suspension_id"), why="which view it is about, and what followed")
