# SPDX-License-Identifier: EUPL-1.2
"""Incidents name who opened and signed them, and describe what happened to somebody's place."""

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
    "lifecycle.Incident", ("title", "reason", "outcome", "opened_at", "closed_at"),
    subject=Subject.CUSTOMER, path="owner_id", category=Category.LEGAL_CASE, purpose=Purpose.EVIDENCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.POLICE),
    term=Term.VIEW_LOG, starts=Start.INCIDENT_CLOSED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "lifecycle.Incident", ("opened_by", "closed_by"),
    subject=Subject.USER, path="opened_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
    starts=Start.INCIDENT_CLOSED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal("lifecycle.Incident", ("site_id",), why="which site; where that is is declared there")
declare(
    "lifecycle.Hold", ("asked_at", "asked_by", "asked_by_party", "signed_at", "signed_by", "signed_by_party"),
    subject=Subject.USER, path="asked_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
    starts=Start.INCIDENT_CLOSED, export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
declare(
    "lifecycle.Hold", ("from_ms", "to_ms", "released_at"),
    subject=Subject.FILMED, path="owner_id", category=Category.LEGAL_CASE, purpose=Purpose.EVIDENCE,
    basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.POLICE),
    term=Term.VIEW_LOG, starts=Start.INCIDENT_CLOSED, export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal("lifecycle.Hold", ("incident", "camera_id", "track"), why="which incident, device and stream")
not_personal(
    "lifecycle.Turn", ("at", "epochs", "segments", "trimmed", "rows", "entries", "failed"),
    why="how much was forgotten in one turn, and whether it failed",
)  # fmt: skip
not_personal(
    "lifecycle.Leftover", ("kind", "what", "about", "count", "found_at", "cleared_at"),
    why="that something should be gone: its kind, and a random number",
)  # fmt: skip
declare_body(
    Kind.HOLD, ("incident",), subject=Subject.USER, category=Category.LEGAL_CASE, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.POLICE),
    term=Term.VIEW_LOG,
)  # fmt: skip
