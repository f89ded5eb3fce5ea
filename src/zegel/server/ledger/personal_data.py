# SPDX-License-Identifier: EUPL-1.2
"""What the log knows about people: who did what, when, to whose things. It can be forgotten and the tree still
stands."""

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
from zegel.server.ledger import bodies  # noqa: F401  what is in the sealed body, kind by kind

declare(
    "ledger.Body",
    ("shred_id", "actor_id", "actor_party_id", "about", "kind", "at_ms", "sealed"),
    subject=Subject.USER,
    path="actor_id",
    category=Category.ACTIVITY,
    purpose=Purpose.ACCOUNTABILITY,
    basis=Basis.LEGAL_OBLIGATION,
    recipients=(Recipient.OWNER,),
    term=Term.VIEW_LOG,
    starts=Start.MADE,
    export=Export.VALUE,
    erase=Erase.SHRED,
)

not_personal("ledger.Body", ("index", "forgotten_by"), why="the number of an entry, and of the deletion that erased it")
not_personal(
    "ledger.EntryRow",
    ("index", "commitment", "leaf_hash"),
    why="salted hashes: once salt and body are erased they say nothing about anybody",
)
not_personal("ledger.Head", ("size",), why="how many entries the log has")
not_personal(
    "ledger.Published",
    ("origin_number", "size", "root", "at_ms"),
    why="the log's last published size and hash, and when",
)
