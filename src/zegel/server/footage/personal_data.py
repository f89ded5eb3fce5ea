# SPDX-License-Identifier: EUPL-1.2
"""Footage: images of whoever walked past, sealed; and who looked at them. The server can open none of it."""

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


def _images(model: str, fields: tuple[str, ...], erase: Erase) -> None:
    declare(
        model, fields, subject=Subject.FILMED, path="owner_id", category=Category.IMAGE, purpose=Purpose.SURVEILLANCE,
        basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.SURVEILLANCE_IMAGES,
        starts=Start.MADE, export=Export.SEALED, erase=erase,
    )  # fmt: skip


_images("footage.Epoch", ("wrapped", "shred", "start_ms"), Erase.SHRED)
not_personal(
    "footage.Epoch",
    (
        "unit_id",
        "camera_id",
        "track",
        "number",
        "suite",
        "hash",
        "keyset_hash",
        "policy_hash",
        "received_at",
        "closed_at",
    ),
    why="which device and stream, and hashes of what it was made under",
)
_images("footage.Pack", ("size", "parts", "compacted_at"), Erase.SHRED)
not_personal("footage.Pack", ("epoch",), why="which epoch it belongs to")
_images("footage.Part", ("key", "offset", "size"), Erase.SHRED)
not_personal("footage.Part", ("pack", "number"), why="the order of stored objects")
_images("footage.Segment", ("slot", "size", "sha256"), Erase.WITH_PARENT)
not_personal("footage.Segment", ("epoch", "seq", "random_access", "offset"), why="the order of sealed pieces")
_images("footage.Manifest", ("envelope", "first_slot", "slots", "named"), Erase.WITH_PARENT)
not_personal("footage.Manifest", ("hash", "epoch", "previous", "received_at"), why="hashes and the order of lists")


def _alarm(model: str, fields: tuple[str, ...], erase: Erase) -> None:
    declare(
        model, fields, subject=Subject.FILMED, path="owner_id", category=Category.IMAGE,
        purpose=Purpose.ALARM_VERIFICATION, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,
        Recipient.ARC),
        term=Term.ALARM, starts=Start.ALARM_CLOSED, export=Export.SEALED, erase=erase,
    )  # fmt: skip


_alarm(
    "footage.Window", ("raised_ms", "opened_at", "look_after", "ended_at", "end_reason", "deadline"), Erase.DELETE_ROW
)
not_personal(
    "footage.Window",
    ("alarm_id", "unit_id", "camera_id", "cameras", "arc_party_id", "policy_max_s", "max_viewers"),
    why="which alarm, devices and parties, and the limits that hold for it",
)
declare(
    "footage.Reopening",
    ("person_id", "reason", "opened_at", "deadline", "ended_at", "after_recall"),
    subject=Subject.USER, path="person_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("footage.Reopening", ("alarm_id", "arc_party_id"), why="which alarm and which alarm centre")
_alarm("footage.Release", ("wrapped", "shred", "ranges", "issued_ms"), Erase.SHRED)
not_personal(
    "footage.Release",
    (
        "hash",
        "unit_id",
        "alarm_id",
        "part",
        "previous",
        "camera_id",
        "arc_party_id",
        "recipient",
        "ledger_index",
        "received_at",
    ),
    why="which alarm, device and parties, and hashes",
)
declare(
    "footage.Grant", ("wrapped", "shred", "ranges"),
    subject=Subject.FILMED, path="owner_id", category=Category.IMAGE, purpose=Purpose.SURVEILLANCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.TECHNICIAN),
    term=Term.SURVEILLANCE_IMAGES, starts=Start.MADE, export=Export.SEALED, erase=Erase.SHRED,
)  # fmt: skip
declare(
    "footage.Grant", ("person_id", "issued_at", "expires_at", "ended_at", "revoked_at"),
    subject=Subject.USER, path="person_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "footage.Grant",
    ("unit_id", "camera_id", "track", "purpose", "recipient_party_id", "recipient"),
    why="which device, stream and party, what for, and the fingerprint of a party's key",
)
_images("footage.Remainder", ("envelope", "ranges"), Erase.WITH_PARENT)
not_personal("footage.Remainder", ("epoch", "grant"), why="which epoch, and the grant that holds its keys")
_images("footage.Cover", ("envelope", "ranges", "made_at"), Erase.WITH_PARENT)
not_personal("footage.Cover", ("epoch", "grant"), why="which epoch, and the grant that holds its keys")
not_personal(
    "footage.Expired", ("epoch_id", "at"), why="a random number, and on which day what went by it was forgotten"
)
declare(  # goes with its epoch: once that time's own term is over, there is nothing left to prove the owner's word on
    "footage.Deleted", ("from_slot", "to_slot", "whole", "asked_at", "done_at", "envelope"),
    subject=Subject.FILMED, path="owner_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,), term=Term.SURVEILLANCE_IMAGES,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal(
    "footage.Deleted", ("deletion_id", "epoch", "camera_id", "track", "superseded_id", "stale"),
    why="which device and stream, and names of objects to drop",
)  # fmt: skip
declare(
    "footage.Lease",
    ("person_id", "party_id", "role", "purpose", "camera_id", "track", "alarm_id", "reopening_id", "wanted",
     "releases_handed", "opened_at", "verified_at", "expires_at", "ended_at"),
    subject=Subject.USER, path="person_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG,
    starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "footage.MailLook", ("person_id", "alarm_id", "since", "until"), subject=Subject.USER, path="person_id",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG, starts=Start.MADE, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("footage.Lease", ("ledger_index",), why="the number of a ledger entry, which is declared there")
not_personal(
    "footage.LeaseShare", ("lease", "epoch_id", "from_slot", "to_slot", "ledger_index", "expires_at"),
    why="what a running view covers, gone when it ends",
)  # fmt: skip
not_personal(
    "footage.Deadline", ("kind", "at"),
    why="when the worker must end a window, a reopening, a lease, a grant or a guard's picture",
)
declare(  # a still of an alarm, for one guard, for half an hour at most
    "footage.GuardPicture", ("wrapped", "shred", "key", "made_ms"),
    subject=Subject.FILMED, path="owner_id", category=Category.IMAGE, purpose=Purpose.ALARM_VERIFICATION,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC, Recipient.GUARD),
    term=Term.SURVEILLANCE_IMAGES, starts=Start.MADE, export=Export.SEALED, erase=Erase.SHRED,
)  # fmt: skip
declare(
    "footage.GuardPicture", ("sent_by", "sent_party", "sent_role", "sent_at", "expires_at", "ended_at", "end_reason"),
    subject=Subject.USER, path="sent_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "footage.GuardPicture", ("guard_id", "seen", "seen_at"),
    subject=Subject.CONTACT, path="guard_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "footage.GuardPicture", ("site_id", "camera_id", "alarm_id", "dispatch_id", "size", "sha256", "recipient"),
    why="which device, alarm and errand, how large, and fingerprints of ciphertext and of a key of one errand",
)
declare(
    "footage.GuardSight", ("person_id", "since", "ended_at", "ended_by"),
    subject=Subject.USER, path="person_id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.ARC), term=Term.VIEW_LOG,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("footage.GuardSight", ("site_id",), why="which site the word is for")
_images("footage.MailPicture", ("wrapped", "shred", "arc_wrapped", "arc_shred", "key", "received_ms"), Erase.SHRED)
not_personal(
    "footage.MailPicture",
    ("site_id", "camera_id", "signal_id", "alarm_id", "media_type", "size", "sha256", "arc_party_id"),
    why="which device, mail, alarm and party, and what kind of file of what size; a hash of ciphertext",
)
