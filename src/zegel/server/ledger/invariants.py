# SPDX-License-Identifier: EUPL-1.2
"""What must always be true of the log; `zegel fsck` asks."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from zegel.seal.checkpoint import verify_checkpoint
from zegel.seal.errors import SealError
from zegel.seal.merkle import root
from zegel.seal.note import NoteSigner
from zegel.server.kernel.invariants import invariant
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger import origin, publication, queries
from zegel.server.ledger.entry import read_body
from zegel.server.ledger.errors import LedgerError
from zegel.server.ledger.models import Published
from zegel.server.ledger.sealing import open_body

AT_ONCE = 5000


@invariant("ledger.entries_have_no_gap")
def entries_have_no_gap() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(index) + 1, 0) FROM ledger_entry")
        count, past = cursor.fetchone()
    if not count == past == queries.size():
        yield f"The log counts {queries.size()} entries, numbers {past}, and holds {count}."


@invariant("ledger.leaves_are_of_their_commitments")
def leaves_are_of_their_commitments() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT index FROM ledger_entry WHERE leaf_hash <> sha256('\\x00'::bytea || commitment) LIMIT 100"
        )
        for (index,) in cursor.fetchall():
            yield f"The leaf of entry {index} is not that of its commitment."


@invariant("ledger.bodies_are_what_was_committed")
def bodies_are_what_was_committed() -> Iterator[str]:
    """Every body that is still there opens and is the one in the tree."""
    for first in range(0, queries.size(), AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT index, shred_id, commitment, sealed FROM ledger_sealed(%s, %s)", [first, first + AT_ONCE]
            )
            rows = cursor.fetchall()
        for index, shred_id, commitment, sealed in rows:
            try:
                read_body(open_body(shred_id, sealed, commitment)[1])
            except LedgerError as problem:
                yield f"Entry {index}: {problem.message}"


@invariant("ledger.missing_bodies_were_forgotten")
def missing_bodies_were_forgotten() -> Iterator[str]:
    """A body that is gone is named by a deletion or a restore in the log."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT first, past FROM ledger_gaps()")
        gaps = cursor.fetchall()
    named = {index for first, past in publication.named() for index in range(first, past)}
    for first, past in gaps:
        for index in range(first, past):
            if index not in named:
                yield f"The body of entry {index} is gone, and no deletion in the log names it."


@invariant("ledger.published_tree_is_signed")
def published_tree_is_signed() -> Iterator[str]:
    """The stored tiles lead to the stored checkpoint, signed by this log's key."""
    number = Published.objects.get(id=1).origin_number
    note = queries.latest_checkpoint()
    if not note:
        return
    try:
        head = verify_checkpoint(note, NoteSigner(origin.name(number), origin.key()).verifier)
        if root(head.size, queries.tiles().nodes(head.size)) != head.root:
            yield f"The tiles do not lead to the checkpoint of {head.size} entries."
        if head.size > queries.size():
            yield f"{head.size} entries were published, and the database holds {queries.size()}."
    except (SealError, NotFound) as problem:
        yield f"The published tree can't be read: {problem}."
