# SPDX-License-Identifier: EUPL-1.2
"""The alarm centre's opening key, certified by its signing key, which the owner's keyset names."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong, NotAllowed, NotYours, Replayed, WrongSuite
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.keyset import Keyset
from zegel.seal.suite import SigningKey, Suite, open_fingerprint

_SEED, _CHECK = 32, 4


@dataclass(frozen=True, slots=True)
class ArcKey(Body):
    """An opening key of an alarm centre. `number` rises with every new key."""

    NAME = "arckey"

    suite: Suite
    arc_party: bytes
    open_pk: bytes
    number: int
    issued_ms: int
    expires_ms: int

    def values(self) -> tuple[Value, ...]:
        return (int(self.suite), self.arc_party, self.open_pk, self.number, self.issued_ms, self.expires_ms)

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        key = cls(
            suite,
            fields.id("arc_party"),
            fields.open_key("open_pk", suite),
            fields.uint("number", 1),
            fields.ms("issued"),
            fields.ms("expires"),
        )
        if key.expires_ms <= key.issued_ms:
            raise fields.wrong("expires", "it must lie after the issue")
        return key

    @property
    def fingerprint(self) -> bytes:
        return open_fingerprint(self.suite, self.open_pk)


def to_paper(seed: bytes) -> str:
    """The certifying key as it stands on paper: 32 bytes and four of their SHA-256, in base32, in groups of four."""
    text = base64.b32encode(seed + hashlib.sha256(seed).digest()[:_CHECK]).decode().rstrip("=")
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def from_paper(text: str) -> bytes:
    """The reverse. Raises FieldWrong for a slip of the finger."""
    letters = "".join(letter for letter in text.upper() if letter.isalnum())
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except binascii.Error:
        data = b""
    seed, check = data[:_SEED], data[_SEED:]
    if len(data) != _SEED + _CHECK or hashlib.sha256(seed).digest()[:_CHECK] != check:
        raise FieldWrong("certifying key: a letter is wrong or missing", "Type it again from the paper.")
    return seed


def sign_arckey(key: ArcKey, arc: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(ArcKey.NAME, key.encode(), arc)


def verify_arckey(data: bytes, keyset: Keyset, *, last_number: int, now_ms: int) -> ArcKey:
    """The key to release to, certified by the ARC that the pinned keyset names. `last_number` may come again.

    Raises SealError: NotAllowed without an ARC in the keyset, WrongSuite, Replayed, Expired …
    """
    if keyset.arc is None:
        raise NotAllowed("the keyset names no alarm centre: nothing can be released")
    key = ArcKey.decode(envelope.verify(data, ArcKey.NAME, [keyset.arc.sign_pk]))
    if key.arc_party != keyset.arc.id:
        raise NotYours("the key belongs to another alarm centre than the keyset names")
    if key.suite is not keyset.suite:
        raise WrongSuite(f"the key is of suite {key.suite:d}, the keyset of suite {keyset.suite:d}")
    if key.number < last_number:
        raise Replayed(f"the alarm centre's key {key.number} is older than {last_number}")
    check_dated("alarm centre's key", key.issued_ms, key.expires_ms, now_ms)
    return key
