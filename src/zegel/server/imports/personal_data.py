# SPDX-License-Identifier: EUPL-1.2
"""What this room knows about people: a file with many of them, for a week at most, and who brought it."""

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

declare(
    "imports.Import", ("name", "wrapped", "shred", "header"), subject=Subject.CONSUMER, path="owner_id",
    category=Category.CONTACT, purpose=Purpose.SERVICE, basis=Basis.CONTRACT, recipients=(Recipient.NOBODY,),
    term=Term.CORRESPONDENCE, starts=Start.MADE, export=Export.DESCRIBED, erase=Erase.DELETE_ROW,
)  # fmt: skip
declare(
    "imports.Import", ("made_by", "made_at"), subject=Subject.STAFF, path="made_by", category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY, basis=Basis.LEGITIMATE_INTERESTS, recipients=(Recipient.OWNER,),
    term=Term.CORRESPONDENCE, starts=Start.MADE, export=Export.VALUE, erase=Erase.DELETE_ROW,
)  # fmt: skip
not_personal(
    "imports.Import",
    ("state", "size", "hash", "habits", "columns", "choices", "rows", "at_line", "dealt", "added", "matched", "refused",
     "things", "started_at", "beat_at", "ended_at", "expires_at"),
    why="how the file is written, and figures of what became of its lines",
)  # fmt: skip
not_personal("imports.Remark", ("of", "line", "what", "refused"), why="a line's number and the name of a column")
