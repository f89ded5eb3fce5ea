# SPDX-License-Identifier: EUPL-1.2
"""Every write of the ledger: append on its own, append inside a unit of work, forget, sign the time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import connection

from zegel.seal import envelope, sealedfile
from zegel.seal import evidence as seal_evidence
from zegel.seal.evidence import Evidence
from zegel.seal.sealedfile import MailPicture
from zegel.server.kernel import clock, shred, work
from zegel.server.ledger import numbers, origin, promises
from zegel.server.ledger.entry import Entry, Kind, pack_ranges
from zegel.server.ledger.errors import EntryRefused
from zegel.server.ledger.prepared import APPEND, Receipt, columns, prepare, receipts
from zegel.server.ledger.writer import writer

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

MAX_FORGOTTEN_AT_ONCE = 5000


def append(entry: Entry, actor: Actor) -> Receipt:
    """Durable when it returns. For what stands on its own (a view, a failed sign-in); inside a unit of work use
    w.record.

    Raises EntryRefused, LedgerUnavailable: then what was to be logged must not happen.
    """
    return append_many([entry], actor)[0]


def append_many(entries: Sequence[Entry], actor: Actor) -> list[Receipt]:
    """As append, for several that get consecutive numbers in one commit."""
    if any(entry.forgets for entry in entries):
        raise EntryRefused("Forgetting needs a unit of work.", action="Use ledger.actions.forget.")
    batch = [prepare(entry, actor) for entry in entries]
    return receipts(batch, *writer().append(batch))


def record_in_work(entries: Sequence[Entry], actor: Actor) -> list[Receipt]:
    """The unit of work's recorder: its last statement before COMMIT, because it takes the head's lock."""
    batch = [prepare(entry, actor) for entry in entries]
    drawn = numbers.draw(len(batch))
    with connection.cursor() as cursor:
        cursor.execute(APPEND, [*columns(batch, drawn), False])
        first, origin_number = cursor.fetchone()
        for place, entry in enumerate(entries):
            if entry.forgets:
                cursor.execute("SELECT ledger_forget(%s::bigint[], %s)", [list(entry.forgets), first + place])
    return receipts(batch, first, origin_number)


def forget(indices: Sequence[int], reason: str, actor: Actor) -> Receipt:
    """Erases salt and body of these entries and writes a deletion entry that names them; the tree stays as it is.

    `reason` is a short code (a term that ran out, a person's request). The bodies' shred keys are destroyed as soon
    as the
    deletion is durable; a worker finishes that after a crash. Raises EntryRefused.
    """
    wanted = tuple(sorted(set(indices)))
    if not wanted or len(wanted) > MAX_FORGOTTEN_AT_ONCE:
        raise EntryRefused(f"Name 1 … {MAX_FORGOTTEN_AT_ONCE} entries to forget, not {len(wanted)}.")
    entry = Entry(Kind.DELETION, None, {"entries": pack_ranges(wanted), "reason": reason}, forgets=wanted)
    with work.transaction(actor) as w:
        w.record(entry)
        w.after_commit(_destroy_now)
    receipt: Receipt = w.receipts[0]
    return receipt


def destroy_forgotten_keys() -> int:
    """Destroys the shred keys of bodies that are forgotten; returns how many. Running it again is harmless."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_unshredded()")
        gone = [number for (number,) in cursor.fetchall()]
        if gone:
            shred.destroy(numbers.PURPOSE, *gone)
            cursor.execute("SELECT ledger_shredded(%s::bigint[])", [gone])
    return len(gone)


def _destroy_now() -> None:
    destroy_forgotten_keys()


def sign_mailpicture(header: MailPicture, key: bytes, recipient_pk: bytes) -> bytes:
    """The envelope in which a picture's key, sealed to one party, is said by this installation's log."""
    return sealedfile.sign_mailpicture(header, key, recipient_pk, origin.key())


def sign_evidence(evidence: Evidence) -> bytes:
    """The envelope of a package that holds ciphertext only: what was stored, said by this installation's log."""
    return seal_evidence.sign_evidence(evidence, origin.key())


def log_public_key() -> bytes:
    """Of the key that signs for the log."""
    return origin.key().public_key


def sign_promise(body: bytes) -> bytes:
    """The envelope of what a promise's probe found, so that whoever downloads it can tell it from a better past."""
    return envelope.sign("promise", body, origin.key())


def sign_time(nonce: bytes) -> bytes:
    """The log-signed `time` envelope for a unit's nonce: [1, nonce, ms]."""
    return promises.time(nonce, clock.now_ms())
