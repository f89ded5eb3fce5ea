# SPDX-License-Identifier: EUPL-1.2
"""Deleting an epoch or a part of it, as its owner's client: he signs what goes, and what he keeps is sealed to himself
before the root dies.

Pure: the server's plan in, what to send out. Times and slots are the server's, which the owner asked for; what is kept
is worked out here, from the epoch that the unit signed, and nothing else is.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from zegel.seal.epoch import Epoch, open_epoch
from zegel.seal.errors import NotYours
from zegel.seal.grant import Grant, open_grant, sign_grant
from zegel.seal.kept import NO_GRANT, PURPOSE, Kept, complement, sign_kept
from zegel.seal.keyset import Keyset
from zegel.seal.ranges import Range, RangeKeys, keys_from_roots
from zegel.seal.suite import OpeningKey, SigningKey, open_fingerprint

FOR_EVER_MS = 100 * 365 * 86_400_000


@dataclass(frozen=True)
class Opened:
    """What the owner holds of an epoch: all of it, or what he kept before."""

    header: Kept
    keys: RangeKeys


def opened_epoch(epoch: Epoch, tenant: OpeningKey, person: bytes, owner_party: bytes, now_ms: int) -> Opened:
    """A whole epoch, as its unit signed it. Raises SealError."""
    whole = (Range(epoch.epoch, 0, 4096),)
    header = Kept(
        owner_party, person, bytes(16), epoch.suite, epoch.unit, epoch.camera, epoch.track, epoch.epoch, epoch.number,
        epoch.start_ms, epoch.keyset_hash, epoch.policy_hash, whole, now_ms,
    )  # fmt: skip
    return Opened(header, keys_from_roots(whole, {epoch.epoch: open_epoch(epoch, tenant)}))


def opened_kept(kept: Kept, grant: Grant, tenant: OpeningKey) -> Opened:
    """What was kept of one before. Raises SealError, NotYours."""
    if grant.grant != kept.grant or grant.ranges != kept.ranges:
        raise NotYours("the grant is not the one that the owner named")
    return Opened(kept, open_grant(grant, tenant))


def keep(
    held: Opened, gone: Sequence[tuple[int, int]], keyset: Keyset, person: bytes, signing: SigningKey, now_ms: int
) -> tuple[bytes, bytes]:
    """The owner's word and his grant, over everything that is in none of `gone`. Raises SealError."""
    ranges = tuple(Range(held.header.epoch, first, last) for first, last in complement(gone))
    grant_id = os.urandom(16)
    kept = replace(held.header, person=person, grant=grant_id, ranges=ranges, made_ms=now_ms)
    recipient = open_fingerprint(keyset.suite, keyset.tenant_open_pk)
    header = Grant(
        keyset.suite, grant_id, keyset.owner_party, person, keyset.owner_party, recipient, held.header.camera,
        held.header.track, ranges, PURPOSE, now_ms, now_ms + FOR_EVER_MS,
    )  # fmt: skip
    return sign_kept(kept, signing), sign_grant(header, held.keys.within(ranges), keyset.tenant_open_pk, signing)


def drop(
    held: Opened, gone: Sequence[tuple[int, int]], person: bytes, signing: SigningKey, now_ms: int
) -> bytes:  # fmt: skip
    """The owner's word that `gone` is deleted, of an epoch in which nothing else was recorded. Raises SealError."""
    ranges = tuple(Range(held.header.epoch, first, last) for first, last in complement(gone))
    return sign_kept(replace(held.header, person=person, grant=NO_GRANT, ranges=ranges, made_ms=now_ms), signing)
