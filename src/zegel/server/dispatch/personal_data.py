# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: guard companies' people, and what they did and found."""

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

declare(
    "dispatch.Guard", ("name", "phone", "email", "language", "typical_min", "place", "created_at", "removed_at"),
    subject=Subject.CONTACT, path="", category=Category.CONTACT, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("dispatch.Guard", ("site_id",), why="which site the company goes to")

_errand = partial(
    declare,
    "dispatch.Dispatch",
    purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC),
    term=Term.ALARM,
    starts=Start.ALARM_CLOSED,
    category=Category.ACTIVITY,
    export=Export.VALUE,
)
_errand(
    ("guard", "state", "accepted_at", "on_the_way_at", "arrived_at", "left_at", "reported_at", "declined", "report"),
    subject=Subject.CONTACT, path="guard_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
_errand(
    ("requested_by", "requested_at", "note", "cancelled_at", "cancel_reason"), subject=Subject.OPERATOR,
    path="requested_by", erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "dispatch.Dispatch",
    ("alarm_id", "site_id", "tell_contacts", "due_at", "mailed_at", "key_suite", "key_pk", "key_at"),
    why="which alarm it is for, by when it is due, and the public half of a key of this one errand, gone with its end",
)
not_personal(
    "dispatch.GuardLink",
    ("token_hash", "dispatch_id", "browser_hash", "opened_at", "expires_at"),
    why="hashes of random secrets that name nobody, for half a day",
)
