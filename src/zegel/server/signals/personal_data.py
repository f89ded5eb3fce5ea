# SPDX-License-Identifier: EUPL-1.2
"""Signals: what happened at somebody's site, who set and unset it, and how the panel there reaches us."""

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

_SERVING = (Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC)

declare(
    "signals.Signal",
    ("raw", "peer", "account", "code", "phase", "signal_class", "name", "zone", "area", "user", "text", "occurred_ms",
     "duress", "extra", "times", "received_ms", "last_ms"),
    subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.CONTRACT, recipients=_SERVING, term=Term.ALARM, starts=Start.MADE, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "signals.Signal",
    ("signal_id", "panel_id", "site_id", "line_id", "source", "transport", "seq", "receiver_no", "line_no", "protocol",
     "qualifier", "priority", "known", "fault", "dedupe_key", "processed_at", "alarm_id"),
    why="which device said it, by which way, and where it is in its life",
)  # fmt: skip

declare(
    "signals.Panel", ("name", "account"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=_SERVING, term=Term.SITE, starts=Start.UNIT_REMOVED,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "signals.Panel", ("key_wrapped",), subject=Subject.CUSTOMER, path="owner_id", category=Category.CREDENTIAL,
    purpose=Purpose.SECURITY, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.DESCRIBED, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "signals.Panel", ("plain_by", "plain_reason"), subject=Subject.STAFF, path="plain_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=_SERVING, term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.Panel",
    ("site_id", "line", "receiver_no", "line_no", "protocol", "key_format", "key_changed_at", "encryption_required",
     "plain_until", "poll_s", "grace_s", "clock_drift_ms", "state", "replaced_by", "added_at", "ended_at"),
    why="which line the device uses, how, and how it is watched",
)  # fmt: skip
declare(
    "signals.PanelZone", ("name",), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=_SERVING, term=Term.SITE, starts=Start.UNIT_REMOVED,
    export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal(
    "signals.PanelZone", ("panel", "zone", "signal_class", "area", "camera_ids", "entry_exit"),
    why="how the device's inputs are numbered and what they mean",
)  # fmt: skip
not_personal(
    "signals.Path",
    ("panel", "line_id", "kind", "poll_s", "grace_s", "since", "last_at", "missing_since", "outage_id"),
    why="whether the device can be reached",
)
not_personal(
    "signals.Line",
    ("arc_party_id", "name", "kinds", "receiver_no", "line_no", "plain_until", "created_at"),
    why="the alarm centre's own equipment",
)
declare(
    "signals.Line", ("plain_by", "plain_reason"), subject=Subject.OPERATOR, path="plain_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.ARC,), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.Outage", ("line_id", "of_provider_id", "paths", "started_at", "ended_at"),
    why="how many devices of a line were out of reach, and when",
)  # fmt: skip
declare(
    "signals.CodeOverride", ("made_by", "made_at"), subject=Subject.STAFF, path="made_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.PROVIDER,),
    term=Term.AGREEMENT, starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.CodeOverride",
    ("protocol", "code", "qualifier", "number", "phase", "signal_class", "priority", "name", "retired_at"),
    why="what a code of a protocol means for a provider",
)

declare(
    "signals.MailCamera", ("name", "last_at"), subject=Subject.CUSTOMER, path="owner_id", category=Category.LOCATION,
    purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=_SERVING, term=Term.SITE, starts=Start.UNIT_REMOVED,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "signals.MailCamera", ("token_hash",), subject=Subject.CUSTOMER, path="owner_id", category=Category.CREDENTIAL,
    purpose=Purpose.SECURITY, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.DESCRIBED, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "signals.MailCamera", ("plain_by", "plain_reason"), subject=Subject.STAFF, path="plain_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=_SERVING,
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.MailCamera", ("site_id", "state", "plain_until", "added_at", "verified_at"),
    why="where the device is, and whether its way to us works",
)  # fmt: skip

declare(
    "signals.Integration", ("made_by",), subject=Subject.STAFF, path="made_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.PROVIDER, Recipient.OWNER),
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.Integration",
    ("name", "key_hash", "hint", "scopes", "site_ids", "made_at", "expires_at", "revoked_at", "last_at"),
    why="another system, what it may do, and the hash of its key",
)  # fmt: skip
not_personal(
    "signals.WebhookCall", ("integration", "key", "body_hash", "signal_id", "at"),
    why="that a message was taken already; its content is the signal's",
)  # fmt: skip

declare(
    "signals.Broker", ("name", "host", "username"), subject=Subject.CUSTOMER, path="owner_id",
    category=Category.LOCATION, purpose=Purpose.SURVEILLANCE, basis=Basis.CONTRACT, recipients=_SERVING,
    term=Term.SITE, starts=Start.UNIT_REMOVED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(
    "signals.Broker", ("password_wrapped",), subject=Subject.CUSTOMER, path="owner_id", category=Category.CREDENTIAL,
    purpose=Purpose.SECURITY, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,), term=Term.SITE,
    starts=Start.UNIT_REMOVED, export=Export.DESCRIBED, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "signals.Broker",
    ("site_id", "port", "tls", "prefix", "state", "added_at", "last_at", "connected_at", "trouble"),
    why="how a site's box is reached, and whether it is",
)  # fmt: skip
