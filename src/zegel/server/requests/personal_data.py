# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who asked what, how it was made sure that it was he, and what became of it."""

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
    "requests.Case",
    ("name", "email", "phone", "postal", "text", "look", "person_id", "subjects", "identity_seen", "outcome_words",
     "extension_words", "approval_words", "language"),
    subject=Subject.REQUESTER, path="email", category=Category.CORRESPONDENCE, purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.REQUEST,
    starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(  # the register's own: when what was asked, and how it ended (Art. 5(2))
    "requests.Case",
    ("number", "about", "rights", "channel", "site_id", "from_at", "to_at", "received_at", "received_by",
     "confirmed_at", "due_at", "extended_at", "state", "identity", "identity_how", "identity_by", "identity_at",
     "searched_at", "approval", "approval_by", "approval_at", "outcome", "ground", "erase_how", "outcome_counts",
     "ended_at", "ended_by", "forgotten_at"),
    subject=Subject.REQUESTER, path="email", category=Category.LEGAL_CASE, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER, Recipient.AUTHORITY),
    term=Term.REQUEST, starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal("requests.Case", ("code_mac", "reminded"), why="a MAC of a random code, and which reminder was sent last")
declare(
    "requests.Step", ("case", "at", "by", "what", "words"), subject=Subject.STAFF, path="by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.REQUEST, starts=Start.CASE_CLOSED, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
declare(
    "requests.Line", ("case", "model", "key", "field", "hash", "verdict", "text", "by", "at"),
    subject=Subject.REQUESTER, path="case__email", category=Category.LEGAL_CASE, purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.REQUEST,
    starts=Start.CASE_CLOSED, export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
declare(
    "requests.Done", ("case", "deed", "count", "words", "proof", "by", "at"), subject=Subject.STAFF, path="by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.REQUEST, starts=Start.CASE_CLOSED, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
declare(
    "requests.Answer", ("case", "shred", "wrapped", "hash", "size", "index", "made_at", "expires_at", "fetched_at"),
    subject=Subject.REQUESTER, path="case__email", category=Category.LEGAL_CASE, purpose=Purpose.RIGHTS,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.NOBODY,), term=Term.REQUEST, starts=Start.CASE_CLOSED,
    export=Export.SEALED, erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal(
    "requests.CaseLink",
    ("token_hash", "kind", "case_id", "answer_id", "browser_hash", "tries", "opened_at", "expires_at"),
    why="hashes of random secrets that name nobody, for two weeks at most",
)
declare_body(
    Kind.DATA_REQUEST, (), subject=Subject.STAFF, category=Category.LEGAL_CASE, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER, Recipient.PROVIDER), term=Term.VIEW_LOG,
)  # fmt: skip
