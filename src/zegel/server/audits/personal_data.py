# SPDX-License-Identifier: EUPL-1.2
"""What reviews say of people: who held them and follows them up, who asked."""

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
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

_review = partial(
    declare, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.REGISTER, starts=Start.MADE, export=Export.VALUE,
)  # fmt: skip

_review(
    "audits.Audit", ("made_by", "made_at", "by"), subject=Subject.STAFF, path="made_by", erase=Erase.BLANK
)  # fmt: skip
_review(
    "audits.Audit", ("held_by", "held_at", "conclusion"), subject=Subject.STAFF, path="held_by", erase=Erase.BLANK
)  # fmt: skip
not_personal(
    "audits.Audit", ("kind", "title", "scope", "due_at", "every_months", "cancelled_at", "cancelled_why"),
    why="what is reviewed and when; organisations' processes, not people",
)  # fmt: skip
_review(
    "audits.Finding", ("person_id", "due_at", "words"), subject=Subject.STAFF, path="person_id",
    erase=Erase.WITH_PARENT,
)  # fmt: skip
_review(
    "audits.Finding", ("done_by", "done_at", "follow_up"), subject=Subject.STAFF, path="done_by",
    erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal("audits.Finding", ("audit", "weight", "made_at"), why="of which review it is, and how heavy")
_review(
    "audits.AuditRequest", ("asked_by", "asked_at", "scope", "withdrawn_at"), subject=Subject.CUSTOMER,
    path="asked_by", erase=Erase.BLANK,
)  # fmt: skip
_review(
    "audits.AuditRequest", ("answered_by", "answered_at", "answer"), subject=Subject.STAFF, path="answered_by",
    erase=Erase.BLANK,
)  # fmt: skip
not_personal("audits.AuditRequest", ("due_at", "source", "outcome"), why="by when by which rule, and how it ended")

declare_body(
    Kind.AUDIT, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.REGISTER,
)  # fmt: skip
