# SPDX-License-Identifier: EUPL-1.2
"""A redacted film: its maker's signed statement of how it was made.

It says from which recordings (each by the hash of its sealed bytes), for whom and why, how many people were left sharp,
and that each frame was looked at by a person before it left. It names no site and no camera by name: what is published
carries no more of them than random numbers. A statement of a film with an unseen frame can't be made or read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.envelope import Envelope
from zegel.seal.errors import FieldWrong, UnknownSigner
from zegel.seal.exported import LONGEST_MS, MAX_SEGMENTS, Piece
from zegel.seal.fields import Body, Fields
from zegel.seal.keyset import NamedKey
from zegel.seal.segment import Track
from zegel.seal.suite import SigningKey, sign_fingerprint

PUBLICATION = "publication"
MAX_FRAMES = 100_000
MAX_FINDERS = 8


@dataclass(frozen=True, slots=True)
class Redacted(Body):
    """`kept`: people left sharp; `boxes`: places made unrecognisable, over all frames; `finders`: SHA-256 of each
    network that looked; `film`: SHA-256 of the file before its last box."""

    NAME = "redacted"

    export: bytes
    unit: bytes
    camera: bytes
    track: Track
    from_ms: int
    to_ms: int
    person: bytes
    sign_pk: bytes
    log: NamedKey
    purpose: str
    recipient: str
    made_ms: int
    frames: int
    reviewed: int
    kept: int
    boxes: int
    finders: tuple[bytes, ...] = field(repr=False)
    segments: tuple[Piece, ...] = field(repr=False)
    film: bytes

    def values(self) -> tuple[Value, ...]:
        return (
            self.export, self.unit, self.camera, int(self.track), self.from_ms, self.to_ms, self.person, self.sign_pk,
            self.log.values(), self.purpose, self.recipient, self.made_ms, self.frames, self.reviewed, self.kept,
            self.boxes, self.finders, tuple(piece.values() for piece in self.segments), self.film,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        found = cls(
            fields.id("export"), fields.id("unit"), fields.id("camera"), fields.number("track", Track),
            fields.ms("from"), fields.ms("to"), fields.id("person"), fields.sign_key("sign_pk"),
            fields.one("log", NamedKey.read_log), fields.word("purpose"), fields.text("recipient"), fields.ms("made"),
            fields.uint("frames", 1, MAX_FRAMES), fields.uint("reviewed", 1, MAX_FRAMES), fields.uint("kept", 0, 100),
            fields.uint("boxes"), fields.each("finders", Fields.hash, MAX_FINDERS),
            fields.many("segments", Piece.read, MAX_SEGMENTS, 1), fields.hash("film"),
        )  # fmt: skip
        found._check(fields)
        return found

    def _check(self, fields: Fields) -> None:
        if not 0 < self.to_ms - self.from_ms <= LONGEST_MS:
            raise fields.wrong("to", f"it must lie after `from`, at most {LONGEST_MS} ms")
        if self.reviewed != self.frames:
            raise fields.wrong("reviewed", "each frame is looked at by a person before a film leaves")
        if self.purpose == PUBLICATION and self.kept:
            raise fields.wrong("kept", "nobody is left sharp in what is published")


def sign_redacted(redacted: Redacted, person: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong when the statement names another key than the one that signs."""
    if redacted.sign_pk != person.public_key:
        raise FieldWrong("redacted.sign_pk: another key than the one that signs")
    return envelope.sign(Redacted.NAME, redacted.encode(), person)


def verify_redacted(data: bytes, signers: Iterable[bytes] = ()) -> tuple[Redacted, bytes]:
    """The statement and the public key that signed it: one of `signers`, or where none is given the one that it names
    itself: then who that is must be asked another way, by its eight words. Raises SealError."""
    said = Redacted.decode(envelope.read_unverified(data, Redacted.NAME).body)
    if sign_fingerprint(said.sign_pk) != Envelope.decode(data).signer:
        raise UnknownSigner("the statement names another key than the one that signed it")
    body, signer = envelope.verify_signer(data, Redacted.NAME, tuple(signers) or (said.sign_pk,))
    return Redacted.decode(body), signer
