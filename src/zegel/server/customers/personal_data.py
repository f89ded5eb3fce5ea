# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: customers of a firm, their contacts, prospects (A1, A3, A4, I3)."""

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
    "customers.Customer",
    ("name", "street", "house_number", "postcode", "city", "email", "phone", "registration_no", "vat_no", "name_key",
     "place_key"),
    subject=Subject.CONSUMER, path="", category=Category.CONTACT, purpose=Purpose.SERVICE, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER, Recipient.PARTNER), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
declare(  # what was done keeps counting when nobody can be told apart any more
    "customers.Customer",
    ("number", "kind", "country", "language", "standing", "source", "since", "active_at", "consent_until", "ended_at",
     "restricted_at", "restricted_why", "restricted_by", "anonymised_at", "merged_into"),
    subject=Subject.CONSUMER, path="", category=Category.ACTIVITY, purpose=Purpose.SERVICE, basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER,), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT, export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)  # fmt: skip
declare(
    "customers.Contact", ("customer", "name", "function", "email", "phone", "made_at", "left_at"),
    subject=Subject.CONSUMER, path="customer__id", category=Category.CONTACT, purpose=Purpose.SERVICE,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER,), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "customers.Change", ("customer", "at", "by", "what", "fields", "source"),
    subject=Subject.CONSUMER, path="customer__id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "customers.Suggestion", ("customer", "at", "source", "values", "decided_at", "decided_by", "taken"),
    subject=Subject.CONSUMER, path="customer__id", category=Category.CONTACT, purpose=Purpose.SERVICE,
    basis=Basis.CONTRACT, recipients=(Recipient.OWNER,), term=Term.CORRESPONDENCE, starts=Start.MADE,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "customers.Review", ("customer", "reason", "decision", "words", "until", "at", "by"),
    subject=Subject.CONSUMER, path="customer__id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "customers.YearlyLine", ("customer", "reason", "since", "decision", "words", "decided_at", "decided_by"),
    subject=Subject.CONSUMER, path="customer__id", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.LIABILITY, starts=Start.CUSTOMER_LEFT,
    export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "customers.YearlyList", ("drawn_at", "drawn_by", "closed_at", "closed_by"), subject=Subject.STAFF,
    path="drawn_by", category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER,), term=Term.REQUEST, starts=Start.CASE_CLOSED, export=Export.VALUE,
    erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "customers.YearlyList", ("quiet_days", "claim_days", "looked_at", "proof"), why="terms, a number and a hash"
)
not_personal("customers.YearlyLine", ("of",), why="which list it is of")
declare(  # the proof outlives the name
    "customers.Forgotten", ("customer", "at", "by"), subject=Subject.STAFF, path="by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.REQUEST,
    starts=Start.MADE, export=Export.VALUE, erase=Erase.WITH_PARENT,
)  # fmt: skip
not_personal(
    "customers.Forgotten", ("proof", "counts", "why"), why="a hash and numbers of rows, left when nobody is named"
)  # fmt: skip
declare_body(
    Kind.CUSTOMER_RECORD, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.VIEW_LOG,
)  # fmt: skip
declare_body(
    Kind.IMPORT, (), subject=Subject.STAFF, category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,), term=Term.VIEW_LOG,
)  # fmt: skip
