# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: what they want to be told, where and when, and what they were told."""

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
    "notify.Preference", ("person_id", "occasion", "by_mail", "by_push", "at_once"), subject=Subject.USER,
    path="person_id", category=Category.CONTACT, purpose=Purpose.COMMUNICATION, basis=Basis.CONTRACT,
    recipients=(Recipient.NOBODY,), term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "notify.Hours", ("person_id", "zone", "quiet", "digest_at"), subject=Subject.USER, path="person_id",
    category=Category.CONTACT, purpose=Purpose.COMMUNICATION, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,),
    term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(  # its push service (a sub-processor: push_services.toml) sees the address, never what is said
    "notify.Device", ("person_id", "name", "service", "made_at", "told_at", "fault"), subject=Subject.USER,
    path="person_id", category=Category.TECHNICAL, purpose=Purpose.COMMUNICATION, basis=Basis.CONTRACT,
    recipients=(Recipient.NOBODY,), term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "notify.Device", ("endpoint", "p256dh", "auth"), subject=Subject.USER, path="person_id",
    category=Category.CREDENTIAL, purpose=Purpose.COMMUNICATION, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,),
    term=Term.ACCOUNT, starts=Start.ACCOUNT_ENDED, export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "notify.Notice",
    ("person_id", "kind", "occasion", "what", "place", "site_id", "camera_id", "alarm_id", "source", "key", "more",
     "by_push", "by_mail", "at", "due_at", "until", "pushed_to", "pushed_at", "mailed_at", "done_at"),
    subject=Subject.USER, path="person_id", category=Category.ACTIVITY, purpose=Purpose.COMMUNICATION,
    basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,), term=Term.TECHNICAL_LOG, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "notify.Due", ("kind", "person_id", "at"),
    why="identifiers and a time: when the worker has something to do for somebody",
)  # fmt: skip
