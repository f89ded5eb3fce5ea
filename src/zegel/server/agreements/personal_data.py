# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: who signed what, and who hung the sign."""

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

_record = partial(
    declare,
    category=Category.AGREEMENT,
    purpose=Purpose.AGREEMENT,
    term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE,
)

_record(
    "agreements.Agreement",
    ("signed_by", "signed_how", "valid_from", "valid_to", "assent"),
    subject=Subject.CUSTOMER,
    path="signed_by",
    basis=Basis.CONTRACT,
    recipients=(Recipient.PROVIDER,),
    erase=Erase.DELETE_ROW,
)
_record(
    "agreements.Assent",
    ("person_id", "name", "email", "how", "asked_at", "sent_at", "letter_hash", "given_at", "address", "agent",
     "envelope", "sign_pk", "document"),
    subject=Subject.CUSTOMER,
    path="person_id",
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER,),
    erase=Erase.DELETE_ROW,
)  # fmt: skip
_record(
    "agreements.Document",
    ("content", "language", "version", "hash", "made_at"),
    subject=Subject.CUSTOMER,
    path="owner_id",
    basis=Basis.CONTRACT,
    recipients=(Recipient.PROVIDER,),
    erase=Erase.DELETE_ROW,
)
_record(
    "agreements.Sign",
    ("by", "hung_at", "taken_down_at"),
    subject=Subject.STAFF,
    path="by",
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER,),
    erase=Erase.DELETE_ROW,
)
_record(
    "agreements.Confidentiality",
    ("person_id", "signed_at", "expires_at"),
    subject=Subject.USER,
    path="person_id",
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.NOBODY,),
    erase=Erase.DELETE_ROW,
)

_record(
    "agreements.Certificate",
    ("person_id", "scheme", "number", "issuer", "valid_from", "valid_to", "withdrawn_at"),
    subject=Subject.OPERATOR,
    path="person_id",
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER,),
    erase=Erase.DELETE_ROW,
)
_record(
    "agreements.Certificate",
    ("recorded_at", "recorded_by"),
    subject=Subject.USER,
    path="recorded_by",
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.NOBODY,),
    erase=Erase.BLANK,
)
_record(
    "agreements.Suspension",
    ("person_id", "suspended_at", "reason", "lifted_at", "lifted_reason"),
    subject=Subject.OPERATOR,
    path="person_id",
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.NOBODY,),
    erase=Erase.DELETE_ROW,
)
_record(
    "agreements.Suspension",
    ("suspended_by", "lifted_by"),
    subject=Subject.USER,
    path="suspended_by",
    basis=Basis.LEGITIMATE_INTERESTS,
    recipients=(Recipient.NOBODY,),
    erase=Erase.BLANK,
)

not_personal("agreements.Agreement", ("document_hash",), why="the hash of a document")
not_personal("agreements.Confidentiality", ("document_hash",), why="the hash of a standard text")
not_personal(
    "agreements.Purpose",
    ("agreement", "camera_id", "code", "text", "recorded_at"),
    why="what cameras are for, in general words; the form asks for no names",
)
not_personal("agreements.Sign", ("site_id",), why="which site the sign hangs at")
not_personal(
    "agreements.Certificate", ("document_hash", "said"), why="the hash of a document, and which warnings were given"
)
not_personal("agreements.Suspension", ("finding_id",), why="which finding led to it")
not_personal(
    "agreements.SubProcessor",
    ("name", "country", "task", "mechanism", "reference", "valid_from", "valid_to"),
    why="companies that process on the provider's behalf, printed in every agreement",
)

declare(
    "agreements.TermChoice",
    ("term", "days", "justification", "chosen_by", "chosen_at", "ended_at"),
    subject=Subject.CUSTOMER,
    path="chosen_by",
    category=Category.AGREEMENT,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER,),
    term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED,
    export=Export.VALUE,
    erase=Erase.WITH_PARENT,
)
_by = partial(
    declare,
    subject=Subject.STAFF,
    category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.NOBODY,),
    term=Term.REGISTER,
    starts=Start.SUPERSEDED,
    export=Export.VALUE,
    erase=Erase.BLANK,
)
_by("agreements.SubProcessor", ("recorded_by",), path="recorded_by")
_by("agreements.Place", ("recorded_by",), path="recorded_by")
_by("agreements.Attestation", ("recorded_by",), path="recorded_by")
_by("agreements.Residency", ("set_by",), path="set_by")
not_personal(
    "agreements.Place",
    ("what", "name", "address", "country", "operator", "own_management", "mechanism", "reference", "valid_from",
     "valid_to"),
    why="data centres and the companies that run them",
)  # fmt: skip
not_personal(
    "agreements.Attestation",
    ("place", "sub_processor", "standard", "number", "issuer", "valid_from", "valid_to", "withdrawn_at"),
    why="certificates of companies and data centres",
)
not_personal(
    "agreements.Residency", ("countries", "set_at", "ended_at"), why="countries in which a tenant's data may lie"
)
