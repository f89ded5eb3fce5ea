# SPDX-License-Identifier: EUPL-1.2
"""Registers name sorts of people and companies, and who judged a line."""

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

not_personal(
    "registers.RegisterVersion",
    ("article", "controller_id", "number", "hash", "valid_from", "superseded_at"),
    why="which register, and from when to when it held",
)
declare(  # a controller may be a person, and his contact for privacy has a name
    "registers.RegisterVersion", ("content",), subject=Subject.CUSTOMER, path="controller_id",
    category=Category.CONTACT, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.PROVIDER, Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.REGISTER,
    starts=Start.SUPERSEDED, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "registers.LineReview", ("reviewed_by", "reviewed_at"), subject=Subject.STAFF, path="reviewed_by",
    category=Category.ACTIVITY, purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.AUTHORITY, Recipient.AUDITOR), term=Term.REGISTER, starts=Start.SUPERSEDED,
    export=Export.VALUE, erase=Erase.BLANK,
)  # fmt: skip
not_personal(
    "registers.LineReview", ("article", "line", "risk", "why", "measures", "assessment", "next_at"),
    why="what was judged of a sort of processing; the form asks for no names",
)  # fmt: skip
