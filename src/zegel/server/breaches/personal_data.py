# SPDX-License-Identifier: EUPL-1.2
"""What a case says of people: who reported and handled it, whom it was told to. The register of all breaches is a duty
(Art. 33(5)); what happened is written in words, so it may name somebody."""

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
    declare, subject=Subject.STAFF, category=Category.LEGAL_CASE, purpose=Purpose.BREACH_HANDLING,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.BREACH,
    starts=Start.CASE_CLOSED, export=Export.DESCRIBED,
)  # fmt: skip

_case("breaches.Breach", ("reported_by", "reported_at", "what"), path="reported_by", erase=Erase.DELETE_ROW)
_case("breaches.Breach", ("assessed_by", "assessed_at", "cause", "scope"), path="assessed_by", erase=Erase.DELETE_ROW)
_case(
    "breaches.Breach", ("judged_by", "judged_at", "reason", "consequences"), path="judged_by", erase=Erase.DELETE_ROW
)  # fmt: skip
_case(
    "breaches.Breach", ("evaluated_by", "evaluated_at", "evaluation", "lessons"), path="evaluated_by",
    erase=Erase.DELETE_ROW,
)  # fmt: skip
_case("breaches.Breach", ("closed_by", "closed_at"), path="closed_by", erase=Erase.DELETE_ROW)
not_personal(
    "breaches.Breach",
    ("number", "state", "known_at", "began_at", "ended_at", "nature", "severity", "likelihood", "risk"),
    why="what sort of breach it was, when, and how bad; nobody is named",
)

_case("breaches.Affected", ("said_by",), path="said_by", erase=Erase.WITH_PARENT)
not_personal(
    "breaches.Affected",
    ("breach", "party_id", "side", "people", "records", "counted_people", "counted_records", "lines", "counted_at"),
    why="numbers, and which organisation's processing they are of",
)
not_personal(
    "breaches.Duty",
    (
        "breach", "kind", "towards", "started_at", "due_at", "source", "met_at", "complete", "late_reason",
        "dropped_at", "reminded",
    ),
    why="which organisation is owed word by when, and whether it was told",
)  # fmt: skip
_case(
    "breaches.Notice", ("to", "reference", "subject", "text", "paper"), subject=Subject.CUSTOMER, path="to",
    erase=Erase.WITH_PARENT,
)  # fmt: skip
_case("breaches.Notice", ("made_by", "made_at"), path="made_by", erase=Erase.WITH_PARENT)
not_personal(
    "breaches.Notice", ("duty", "phase", "final", "how", "language", "sha256", "told_at", "fault"),
    why="which notice it is, the paper's hash, and when it left",
)  # fmt: skip
_case("breaches.Measure", ("person_id", "words", "made_at", "due_at"), path="person_id", erase=Erase.WITH_PARENT)
_case("breaches.Measure", ("done_by", "done_at"), path="done_by", erase=Erase.WITH_PARENT)
not_personal("breaches.Measure", ("breach",), why="which case a measure belongs to")

declare_body(
    Kind.BREACH, (), subject=Subject.STAFF, category=Category.LEGAL_CASE, purpose=Purpose.BREACH_HANDLING,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.BREACH,
    starts=Start.CASE_CLOSED,
)  # fmt: skip
