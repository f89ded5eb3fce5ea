# SPDX-License-Identifier: EUPL-1.2
"""What contracts say of people: who instructed, acknowledged, signed."""

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
    declare, category=Category.AGREEMENT, purpose=Purpose.AGREEMENT, term=Term.AGREEMENT,
    starts=Start.AGREEMENT_ENDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip

_record(
    "contracts.Instruction", ("words", "how", "given_by", "given_at", "recorded_by"), subject=Subject.CUSTOMER,
    path="recorded_by", basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.PROVIDER,),
)  # fmt: skip
_record(
    "contracts.Instruction", ("answer_words", "answered_by", "answered_at"), subject=Subject.STAFF, path="answered_by",
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.OWNER,),
)  # fmt: skip
not_personal("contracts.Instruction", ("number", "answer"), why="its number, and a word of a closed list")
_record(
    "contracts.Acknowledgement", ("person_id", "at", "address"), subject=Subject.STAFF, path="person_id",
    basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUDITOR,),
)  # fmt: skip
not_personal("contracts.Acknowledgement", ("policy",), why="which text was read")
_record(
    "contracts.Outsider",
    ("name", "organisation", "task", "person_id", "document_hash", "signed_at", "expires_at", "ended_at"),
    subject=Subject.STAFF, path="person_id", basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.AUDITOR,),
)  # fmt: skip
_record(
    "contracts.Outsider", ("recorded_by",), subject=Subject.STAFF, path="recorded_by", basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.AUDITOR,),
)  # fmt: skip
not_personal("contracts.Outsider", ("sub_processor",), why="which company it is")
_record(
    "contracts.JointController", ("name", "contact", "first_contact", "recorded_by"), subject=Subject.CUSTOMER,
    path="recorded_by", basis=Basis.LEGAL_OBLIGATION, recipients=(Recipient.PROVIDER,),
)  # fmt: skip
not_personal(
    "contracts.JointController", ("arrangement", "since", "ended_at"), why="what organisations arranged, and when"
)
_record(
    "contracts.TextVersion", ("recorded_by",), subject=Subject.STAFF, path="recorded_by", basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER,),
)  # fmt: skip
not_personal(
    "contracts.TextVersion",
    ("kind", "title", "version", "language", "text", "hash", "holds_from", "ended_at"),
    why="a published text and when it holds",
)
not_personal(
    "contracts.Attached", ("agreement", "kind", "title", "version", "hash", "text", "attached_at"),
    why="which published text belongs to which agreement",
)  # fmt: skip
_record(
    "contracts.Cooperation", ("recorded_by",), subject=Subject.STAFF, path="recorded_by", basis=Basis.CONTRACT,
    recipients=(Recipient.OWNER,),
)  # fmt: skip
not_personal(
    "contracts.Cooperation", ("agreement", "reference", "signed_on", "document_hash", "recorded_at"),
    why="a contract between organisations, by its reference",
)  # fmt: skip
