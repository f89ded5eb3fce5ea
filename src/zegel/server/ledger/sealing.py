# SPDX-License-Identifier: EUPL-1.2
"""Bodies at rest: salt 32 ‖ body, each under its own shred key, so that destroying that key forgets it, in old copies
too."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from zegel.server.kernel import shred
from zegel.server.ledger.entry import SALT_LENGTH, commitment_of
from zegel.server.ledger.errors import EntryForgotten, TreeConflict
from zegel.server.ledger.numbers import PURPOSE

Buffer = bytes | memoryview


def seal_bodies(numbers: Sequence[int], plaintexts: Sequence[bytes]) -> list[bytes]:
    """What the table holds of bodies (each salt ‖ body); `numbers` are their shred keys'."""
    return shred.wrap_many(PURPOSE, numbers, plaintexts)


def open_body(number: int | None, sealed: Buffer | None, commitment: Buffer) -> tuple[bytes, bytes]:
    """(salt, body). Raises EntryForgotten; TreeConflict when they are not what the tree committed to."""
    if number is None or sealed is None:
        raise EntryForgotten("This entry was forgotten.")
    try:
        plain = shred.unwrap(PURPOSE, number, bytes(sealed))
    except shred.Destroyed:
        raise EntryForgotten("This entry was forgotten.") from None
    except shred.StoreDamaged:
        raise TreeConflict("A body in the ledger does not open with its key.", action="Run zegel fsck.") from None
    salt, body = plain[:SALT_LENGTH], plain[SALT_LENGTH:]
    if not hmac.compare_digest(commitment_of(salt, body), bytes(commitment)):
        raise TreeConflict("A body in the ledger is not what the tree holds.", action="Run zegel fsck.")
    return salt, body
