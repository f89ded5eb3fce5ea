# SPDX-License-Identifier: EUPL-1.2
"""Grants: an owner hands somebody (a technician, the police, the ARC for a follow-up) the keys of a range.

Signed by the owner's personal key; the client derives the cover and seals it to a recipient whose fingerprint was
compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong, NotAllowed, NotYours
from zegel.seal.fields import Fields, SealedBody, check_dated
from zegel.seal.keyset import Keyset
from zegel.seal.ranges import Range, RangeKeys, keys_size, read_ranges
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size

LIVE_SLOTS = 900
"""A grant of a live track reaches at most its epoch's first 900 slots: the only future keys ever granted."""


@dataclass(frozen=True, slots=True)
class Grant(SealedBody):
    """Keys of some ranges of one track, for one recipient and one purpose, until it expires."""

    NAME = "grant"

    suite: Suite
    grant: bytes
    owner_party: bytes
    granter: bytes
    recipient_party: bytes
    recipient: bytes
    camera: bytes
    track: Track
    ranges: tuple[Range, ...]
    purpose: str
    issued_ms: int
    expires_ms: int
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.grant, self.owner_party, self.granter, self.recipient_party, self.recipient,
            self.camera, int(self.track), tuple(item.values() for item in self.ranges), self.purpose,
            self.issued_ms, self.expires_ms,
        )  # fmt: skip

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite, grant = fields.suite("suite"), fields.id("grant")
        owner_party, granter = fields.id("owner_party"), fields.id("granter")
        recipient_party, recipient = fields.id("recipient_party"), fields.hash("recipient")
        camera, track, ranges = fields.id("camera"), fields.number("track", Track), read_ranges(fields)
        size = sealed_size(suite, keys_size(ranges))
        found = cls(
            suite,
            grant,
            owner_party,
            granter,
            recipient_party,
            recipient,
            camera,
            track,
            ranges,
            fields.text("purpose"),
            fields.ms("issued"),
            fields.ms("expires"),
            fields.blob("sealed", size, size),
        )
        found._check(fields)
        return found

    def _check(self, fields: Fields) -> None:
        if self.expires_ms <= self.issued_ms:
            raise fields.wrong("expires", "it must lie after the issue")
        if self.track is Track.LIVE and any(item.end > LIVE_SLOTS for item in self.ranges):
            raise fields.wrong("ranges", f"a live track is granted for its first {LIVE_SLOTS} slots at most")


def seal_grant(header: Grant, keys: RangeKeys, recipient_open_pk: bytes) -> Grant:
    """The grant with its keys sealed to the recipient. Raises FieldWrong, NotYours, KeyRefused."""
    if keys.ranges != header.ranges:
        raise FieldWrong("grant.ranges: they differ from those of the keys")
    if open_fingerprint(header.suite, recipient_open_pk) != header.recipient:
        raise NotYours("the grant names another recipient than the key that it is sealed to")
    return replace(header, sealed=hpke_seal(header.suite, recipient_open_pk, header.info(), keys.encode()))


def sign_grant(header: Grant, keys: RangeKeys, recipient_open_pk: bytes, owner: SigningKey) -> bytes:
    """Seal and sign: the envelope. Raises FieldWrong, NotYours, KeyRefused."""
    return envelope.sign(Grant.NAME, seal_grant(header, keys, recipient_open_pk).encode(), owner)


def verify_grant(data: bytes, keyset: Keyset, *, now_ms: int) -> Grant:
    """The grant, signed by the owner whom it names, of the pinned keyset, in date. Raises SealError."""
    body, signer = envelope.verify_signer(data, Grant.NAME, keyset.owner_pks)
    grant = Grant.decode(body)
    if grant.owner_party != keyset.owner_party:
        raise NotYours("the grant is of another owner's recordings")
    if not any((owner.id, owner.sign_pk) == (grant.granter, signer) for owner in keyset.owners):
        raise NotAllowed("the grant is signed by another person than the one whom it names")
    check_dated("grant", grant.issued_ms, grant.expires_ms, now_ms)
    return grant


def open_grant(grant: Grant, recipient: OpeningKey) -> RangeKeys:
    """The keys of the granted ranges. Raises NotYours, WrongSuite, CannotOpen, FieldWrong."""
    if recipient.suite is grant.suite and recipient.fingerprint != grant.recipient:
        raise NotYours("the grant is sealed to another key")
    return RangeKeys.decode(grant.ranges, hpke_open(recipient, grant.suite, grant.info(), grant.sealed))
