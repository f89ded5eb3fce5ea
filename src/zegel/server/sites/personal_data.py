# SPDX-License-Identifier: EUPL-1.2
"""Sites and units: where somebody lives or works, and which person signed what for it."""

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
    "sites.Site", ("name", "address"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "sites.Site", ("tz", "profile", "created_at"), why="the region's clock, the set of terms, and when it was entered"
)
declare(  # what hangs at the fence for everybody to read (C25)
    "sites.Site", ("controller", "contact_email", "contact_phone"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.CONTACT, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.SITE, starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("sites.Site", ("country", "languages"), why="whose authority hears complaints, and a sign's languages")
not_personal("sites.NoticeCode", ("code", "site_id", "created_at"), why="a random word on a sign, and which site it is")

declare(
    "sites.Unit", ("name",), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "sites.Unit",
    (
        "site", "sign_pk", "fingerprint", "pairing_id", "state", "software", "paired_at", "revoked_at", "last_seen_at",
        "kind", "removed_at", "commissioned_at", "ticks",
    ),
    why="a device's key, sort, state and contact times, and what was checked of it",
)  # fmt: skip
_by = partial(
    declare, subject=Subject.USER, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
_by("sites.Unit", ("commissioned_by",), path="commissioned_by")
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

# --- the map ---

declare(  # a photo of the ground may show somebody: it is asked for without people, and guarded as if it did
    "sites.FloorPlan", ("wrapped", "uploaded_at"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.LOCATION, purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.ARC, Recipient.TECHNICIAN), term=Term.SITE, starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE, erase=Erase.SHRED,
)  # fmt: skip
_by("sites.FloorPlan", ("uploaded_by",), path="uploaded_by")
not_personal(
    "sites.FloorPlan", ("site", "media_type", "width", "height", "size", "shred"), why="what kind of picture the map is"
)
declare(
    "sites.CameraPlace", ("x", "y", "bearing", "angle"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.LOCATION, purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.ARC, Recipient.TECHNICIAN), term=Term.SITE, starts=Start.UNIT_REMOVED,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("sites.CameraPlace", ("camera", "site"), why="which camera of which site stands there")
not_personal("sites.UnitLeft", ("unit", "site", "why", "left_at"), why="when a device went from a site, and why")
_by("sites.UnitLeft", ("by",), path="by")

# --- telemetry: for maintenance, quality and security, and for nothing else (D6) ---

_telemetry = partial(
    declare, subject=Subject.CUSTOMER, path="owner_id", category=Category.TECHNICAL, purpose=Purpose.MAINTENANCE,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.TECHNICIAN),
    term=Term.TECHNICAL_LOG, starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
_telemetry("sites.TelemetryMinute", ("at", "figures", "cameras"))
_telemetry("sites.TelemetryHour", ("at", "figures", "cameras"))
_telemetry("sites.UnitHealth", ("at", "figures", "cameras", "conditions"))
not_personal("sites.TelemetryMinute", ("unit",), why="which device it is about")
not_personal("sites.TelemetryHour", ("unit",), why="which device it is about")
not_personal("sites.UnitHealth", ("unit",), why="which device it is about")
not_personal("sites.SiteLimits", ("site", "figures", "changed_at"), why="when a device wants looking at")
_by("sites.SiteLimits", ("changed_by",), path="changed_by")
