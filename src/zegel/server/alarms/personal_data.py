# SPDX-License-Identifier: EUPL-1.2
"""Alarms: that somebody or something was there, and what operators did about it."""

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
    "alarms.Alarm",
    ("envelope", "cause", "alarm_class", "zone", "score", "first_seen_ms", "raised_ms", "received_ms", "recalled_at",
     "closed_code", "closed_note"),
    subject=Subject.FILMED, path="owner_id", category=Category.LOCATION, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM,
    starts=Start.ALARM_CLOSED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "alarms.Alarm", ("claimed_by", "claimed_at", "closed_by", "closed_at"), subject=Subject.OPERATOR, path="claimed_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.VALUE,
    erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "alarms.Alarm",
    ("unit_id", "site_id", "camera_id", "number", "hash", "previous", "state", "priority", "images", "policy_hash",
     "claimed_by_party", "times"),
    why="which device it came from, and where it is in its life",
)  # fmt: skip
declare(
    "alarms.AlarmStep", ("person_id", "at", "kind", "note"), subject=Subject.OPERATOR, path="person_id",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal("alarms.AlarmStep", ("alarm",), why="which alarm the step belongs to")
