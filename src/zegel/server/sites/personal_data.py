# SPDX-License-Identifier: EUPL-1.2
"""Sites and units: where somebody lives or works, and which person signed what for it."""

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
    "sites.Site", ("name", "address"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "sites.Site", ("tz", "profile", "created_at"), why="the region's clock, the set of terms, and when it was entered"
)

declare(
    "sites.Unit", ("name",), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "sites.Unit",
    ("site", "sign_pk", "fingerprint", "pairing_id", "state", "software", "paired_at", "revoked_at", "last_seen_at"),
    why="a device's key, state and contact times",
)
declare(
    "sites.Camera", ("name",), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "sites.Camera", ("presets",), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.ARC),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("sites.Camera", ("unit", "kind", "capabilities", "state"), why="what the device is and whether it works")

declare(
    "sites.UnitObject", ("envelope", "person_id", "signer", "counter", "kind", "received_at"), subject=Subject.CUSTOMER,
    path="owner_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER,), term=Term.VIEW_LOG, starts=Start.UNIT_REMOVED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "sites.UnitObject",
    ("unit", "pairing_id", "hash", "expires_at"),
    why="which unit and pairing it belongs to, and its hash",
)
declare(
    "sites.TechnicalEvent", ("kind", "code", "at", "detail", "camera_id", "received_at"), subject=Subject.CUSTOMER,
    path="owner_id", category=Category.TECHNICAL, purpose=Purpose.MAINTENANCE, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC), term=Term.TECHNICAL_LOG, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("sites.TechnicalEvent", ("unit", "alarm_id"), why="which device it happened to, and which alarm counts it")
not_personal(
    "sites.UnitKey", ("fingerprint", "unit_id", "revoked_at"), why="a device's key and whether it still counts"
)
declare(
    "sites.Pairing", ("name", "cameras", "keyset", "policy"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.LOCATION, purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER,),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "sites.Pairing",
    (
        "pairing_id",
        "unit_id",
        "fingerprint",
        "sign_pk",
        "site",
        "software",
        "body",
        "mac",
        "paired",
        "started_at",
        "paired_at",
    ),
    why="a device's key and its answer",
)
declare(
    "sites.Appearance", ("address", "cameras"), subject=Subject.CUSTOMER, path="", category=Category.TECHNICAL,
    purpose=Purpose.SECURITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.NOBODY,), term=Term.SESSION,
    starts=Start.MADE, export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "sites.Appearance",
    ("fingerprint", "unit_id", "sign_pk", "pairing_id", "software", "claims", "seen_at", "expires_at"),
    why="a device that nobody owns yet, gone in an hour",
)
