# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who reported and answered, which technician asked and worked. No image."""

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

_work = partial(
    declare,
    category=Category.ACTIVITY,
    purpose=Purpose.MAINTENANCE,
    basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.TECHNICIAN),
    term=Term.VIEW_LOG,
    starts=Start.MADE,
    export=Export.VALUE,
)

_work(
    "maintenance.Malfunction", ("words", "reported_by", "reported_at", "closed_by", "closed_at"),
    subject=Subject.CUSTOMER, path="reported_by", erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "maintenance.Malfunction",
    ("site_id", "unit_id", "camera_id", "fault", "condition", "found_by", "state", "outcome"),
    why="which device, what seems to be the matter with it, and how that ended",
)  # fmt: skip
# A consent is what the look rested on (D3): it is kept as long as the log that says who looked.
_work(
    "maintenance.Request",
    ("person_id", "reason", "minutes_asked", "way", "still_at", "asked_at", "ended_at", "ended_by", "end"),
    subject=Subject.STAFF, path="person_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "maintenance.Request", ("answered_by", "answered_at", "minutes", "refusal", "until_at"),
    subject=Subject.CUSTOMER, path="answered_by", category=Category.AGREEMENT, purpose=Purpose.MAINTENANCE,
    basis=Basis.CONSENT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.TECHNICIAN), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "maintenance.Request",
    (
        "malfunction",
        "unit_id",
        "camera_id",
        "party_id",
        "state",
        "live_id",
        "begun_at",
        "epoch_id",
        "grant_id",
        "trouble",
    ),
    why="which devices, order, epoch and grant",
)
_work(
    "maintenance.WorkReport", ("person_id", "outcome", "text", "minutes", "parts", "at"),
    subject=Subject.STAFF, path="person_id", erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "maintenance.WorkReport", ("malfunction", "ref"), why="which malfunction, and a device's own random number"
)
_work(
    "maintenance.Item", ("changed_by", "changed_at", "note"), subject=Subject.STAFF, path="changed_by",
    erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "maintenance.Item",
    ("kind", "name", "serial", "count", "state", "site_id", "unit_id", "created_at"),
    why="things, how many there are and where",
)
