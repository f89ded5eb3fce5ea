# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: that somebody sent a form, and what became of it. What he said is elsewhere."""

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

declare(
    "intake.Submission",
    ("customer_id", "kind", "item_id", "order_id", "consent_id", "origin", "language", "made_at", "withdrawn_at"),
    subject=Subject.CONSUMER, path="customer_id", category=Category.PRODUCT, purpose=Purpose.SERVICE,
    basis=Basis.CONSENT, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.WARRANTY, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "intake.FormSettings", ("kinds", "origins", "changed_at"), why="which forms a company has, and in which pages"
)  # fmt: skip
declare(
    "intake.FormSettings", "changed_by", subject=Subject.STAFF, path="changed_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,),
    term=Term.AGREEMENT, starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("intake.UsedPuzzle", ("hash", "expires_at"), why="the hash of random bytes, for some hours")
declare_body(
    Kind.FORM, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
)  # fmt: skip
