# SPDX-License-Identifier: EUPL-1.2
"""A redacted film that left somebody's hands, read without a network (docs/design/seal-formats.md, 10).

It carries no keyset, so nothing in it says whose key signed it: that is compared another way, by the signer's words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from zegel.records.mp4 import REDACTED_TYPE, split_film
from zegel.records.package import Tampered, parts_of, receipts_of
from zegel.seal import envelope
from zegel.seal.proof import Receipt
from zegel.seal.redacted import Redacted, verify_redacted


@dataclass(frozen=True)
class RedactedFilm:
    """Everything about it was checked, but whose key it is."""

    statement: Redacted
    signer: bytes
    receipts: tuple[Receipt, ...]


def is_redacted(data: bytes) -> bool:
    return split_film(data, REDACTED_TYPE) is not None


def read(data: bytes, trusted: Sequence[bytes] = ()) -> RedactedFilm:
    """`trusted`: where any are given, one of them must have signed it. Raises SealError."""
    found = split_film(data, REDACTED_TYPE)
    if found is None:
        raise Tampered("there is no statement of a redacted film in it")
    cursor = parts_of(data, found[1])
    try:
        signed, receipts = next(cursor), next(cursor)
    except StopIteration:
        raise Tampered("the file is cut off") from None
    if next(cursor, None) is not None:
        raise Tampered("there is more in the file than its statement speaks of")
    statement, signer = verify_redacted(signed, trusted)
    if hashlib.sha256(data[: found[0]]).digest() != statement.film:
        raise Tampered("the film was changed after it was signed")
    proofs = receipts_of(receipts, statement.export, envelope.Envelope.decode(signed).hash, statement.log.key)
    return RedactedFilm(statement, signer, proofs)
