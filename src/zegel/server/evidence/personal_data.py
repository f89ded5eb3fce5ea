# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: officers who asked, and who recorded, decided, agreed and handed over."""

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
    declare_body,
    not_personal,
)
from zegel.server.ledger import Kind

_case = partial(
    declare,
    purpose=Purpose.EVIDENCE,
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC, Recipient.AUTHORITY),
    term=Term.DISCLOSURE,
)
_case(
    "evidence.Order", ("authority", "officer", "reference", "ground", "article", "scope", "paper_sha256"),
    subject=Subject.AUTHORITY_STAFF, path="", category=Category.LEGAL_CASE, starts=Start.CASE_CLOSED,
    export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
_case(
    "evidence.Order", ("received_at", "received_by", "decision", "decided_at", "decided_by", "decision_note"),
    subject=Subject.USER, path="received_by", category=Category.ACTIVITY, starts=Start.CASE_CLOSED,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "evidence.Order",
    ("site_id", "camera_ids", "from_at", "to_at", "publication", "incident_id", "received_party_id", "ended_at"),
    why="which cameras and which time are asked for, of which organisation, and until when it ran",
)
_case(
    "evidence.Preparation", ("asked_by", "asked_at", "approved_by", "approved_at"), subject=Subject.OPERATOR,
    path="asked_by", category=Category.ACTIVITY, starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "evidence.Preparation",
    ("order", "alarm_id", "arc_party_id", "ended_at"),
    why="which alarm and which order it is of",
)
_case(
    "evidence.Disclosure", ("authority", "reference", "ground", "article", "scope", "recipient"),
    subject=Subject.AUTHORITY_STAFF, path="", category=Category.LEGAL_CASE, starts=Start.MADE, export=Export.DESCRIBED,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
_case(
    "evidence.Disclosure", ("made_by", "second_id", "made_at"), subject=Subject.USER, path="made_by",
    category=Category.ACTIVITY, starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "evidence.Disclosure",
    (
        "order",
        "maker",
        "form",
        "purpose",
        "camera_ids",
        "from_at",
        "to_at",
        "package_hash",
        "size",
        "party_id",
    ),
    why="what kind of file left, of which cameras and time, and its hash; the people in the pictures stay in the file",
)

_entry = partial(
    declare_body, subject=Subject.USER, category=Category.LEGAL_CASE, purpose=Purpose.EVIDENCE,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.ARC, Recipient.AUTHORITY),
    term=Term.DISCLOSURE,
)  # fmt: skip
_entry(Kind.LEGAL_ORDER, ("authority", "reference", "ground", "address", "role"))
_entry(Kind.PREPARATION, ("alarm", "address", "role"))
_entry(Kind.DISCLOSURE, ("authority", "reference", "ground", "second", "address", "role"))

_case(
    "evidence.Handed", ("recipient",), subject=Subject.REQUESTER, path="", category=Category.LEGAL_CASE,
    starts=Start.MADE, export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
_case(
    "evidence.Handed", ("made_by", "made_at", "ready_at", "opened_at", "fetched_at", "ended_at"),
    subject=Subject.USER, path="made_by", category=Category.ACTIVITY, starts=Start.MADE, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "evidence.Handed",
    ("export_index", "case_id", "camera_id", "name", "token_hash", "browser_hash", "pieces", "size", "tries",
     "openings", "expires_at"),
    why="of which export and camera it is, hashes of random secrets, and how often it was opened",
)  # fmt: skip
