# SPDX-License-Identifier: EUPL-1.2
"""Releases: the unit hands the alarm centre the keys of an alarm's window, and of nothing else.

Only the unit makes them, from its own inputs, while armed, of a class that releases. A release comes in parts (the
pre-alarm first, then each completed slot), numbered and chained over all the unit's alarms, so that one that is left
out shows. The server hands a part out only while the window is open; it can end a window and never open or extend
one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong, NotYours
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.ranges import Range, RangeKeys, keys_size, read_ranges
from zegel.seal.segment import Track
from zegel.seal.suite import OpeningKey, SigningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size


@dataclass(frozen=True, slots=True)
class Release(SealedBody):
    """One part of a release. `part` counts from 1 per alarm; `previous` is the unit's previous release of any alarm."""

    NAME = "release"

    suite: Suite
    unit: bytes
    alarm: bytes
    part: int
    previous: bytes | None
    camera: bytes
    ranges: tuple[Range, ...]
    arc_party: bytes
    recipient: bytes
    reason: str
    policy_hash: bytes
    issued_ms: int
    window_end_ms: int
    last: bool
    track: Track = Track.SURVEILLANCE
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.unit, self.alarm, self.part, self.previous, self.camera, int(self.track),
            tuple(item.values() for item in self.ranges),
            self.arc_party, self.recipient, self.reason, self.policy_hash, self.issued_ms, self.window_end_ms,
            self.last,
        )  # fmt: skip

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite, unit, alarm = fields.suite("suite"), fields.id("unit"), fields.id("alarm")
        part, previous = fields.uint("part", 1), fields.optional("previous", fields.hash)
        camera, track, ranges = fields.id("camera"), fields.number("track", Track), read_ranges(fields)
        size = sealed_size(suite, keys_size(ranges))
        release = cls(
            suite,
            unit,
            alarm,
            part,
            previous,
            camera,
            ranges,
            fields.id("arc_party"),
            fields.hash("recipient"),
            fields.text("reason"),
            fields.hash("policy_hash"),
            fields.ms("issued"),
            fields.ms("window_end"),
            fields.flag("last"),
            track,
            fields.blob("sealed", size, size),
        )
        release._check(fields)
        return release

    def _check(self, fields: Fields) -> None:
        if self.track is not Track.SURVEILLANCE:
            raise fields.wrong("track", "a release reaches the surveillance track and no other")
        if self.window_end_ms < self.issued_ms:
            raise fields.wrong("window_end", "a part is made before its window ends")

    def check_follows(self, before: Release) -> None:
        """Raise NotYours unless this is the unit's next release after `before` (of whatever alarm)."""
        if self.unit != before.unit or self.previous != before.hash:
            raise NotYours("the release does not follow the last one: one is missing or was exchanged")
        if self.alarm == before.alarm and (before.last or self.part != before.part + 1):
            raise NotYours("the release does not continue its alarm's parts")


def seal_release(header: Release, keys: RangeKeys, recipient_open_pk: bytes) -> Release:
    """The part with its keys sealed to the recipient. Raises FieldWrong, NotYours, KeyRefused."""
    if keys.ranges != header.ranges:
        raise FieldWrong("release.ranges: they differ from those of the keys")
    if open_fingerprint(header.suite, recipient_open_pk) != header.recipient:
        raise NotYours("the release names another recipient than the key that it is sealed to")
    return replace(header, sealed=hpke_seal(header.suite, recipient_open_pk, header.info(), keys.encode()))


def sign_release(header: Release, keys: RangeKeys, recipient_open_pk: bytes, unit: SigningKey) -> bytes:
    """Seal and sign: the envelope that the unit sends. Raises FieldWrong, NotYours, KeyRefused."""
    return envelope.sign(Release.NAME, seal_release(header, keys, recipient_open_pk).encode(), unit)


def verify_release(data: bytes, unit_pk: bytes) -> Release:
    """The part, signed by the pinned unit. Raises SealError."""
    return Release.decode(envelope.verify(data, Release.NAME, [unit_pk]))


def open_release(release: Release, recipient: OpeningKey) -> RangeKeys:
    """The keys of the released ranges. Raises NotYours, WrongSuite, CannotOpen, FieldWrong."""
    if recipient.suite is release.suite and recipient.fingerprint != release.recipient:
        raise NotYours("the release is sealed to another key")
    return RangeKeys.decode(release.ranges, hpke_open(recipient, release.suite, release.info(), release.sealed))
