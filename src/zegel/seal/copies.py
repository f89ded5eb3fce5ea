# SPDX-License-Identifier: EUPL-1.2
"""A back-up copy: how it is sealed, so that it may lie anywhere.

A copy has one random 32-byte key, sealed by HPKE (suite 2) to each recipient: the key that the installation's
administrator holds apart, and one that lives for a night, so that the copy can be tried without him. What is copied is
cut into pieces of 16 MiB; each is C2SP chunked encryption (Cobblestone-256) with key HKDF-Expand-SHA256(copy key,
"zegel/copy/v1") and the context CBOR [1, copy, part, number, last]: no piece opens in another's place, and none can be
left off the end. The manifest names every piece by the SHA-256 of its ciphertext, and is signed by the installation:
everybody can seal to a public key, so a copy that is not signed by the key that the administrator wrote down counts for
nothing.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from dataclasses import dataclass
from typing import Self

from cryptography import cobblestone
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from zegel.seal import encoding
from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, CodeMistyped, FieldWrong
from zegel.seal.fields import Body, Fields
from zegel.seal.suite import OpeningKey, Suite, hpke_open, hpke_seal, open_fingerprint, sealed_size

SUITE = Suite.HYBRID
KEY_SIZE = 32
PIECE_SIZE = 16 << 20
MOST_PIECES = 24_000
MOST_RECIPIENTS = 8

_CHUNK, _TAG, _PREFIX = 16 << 10, 16, 24 + 32


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who opens the copy: the fingerprint of his key, and the copy's key sealed to it."""

    fingerprint: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was copied: `size` in bytes before sealing, and the SHA-256 of each sealed piece."""

    name: str
    size: int
    pieces: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Manifest(Body):
    """What a copy holds. `ledger_*`: what the log had published when the copy began; the copy holds at least that."""

    NAME = "copy"

    copy: bytes
    made_ms: int
    origin: str
    software: str
    ledger_number: int
    ledger_size: int
    ledger_root: bytes
    recipients: tuple[Recipient, ...]
    parts: tuple[Part, ...]

    def values(self) -> tuple[Value, ...]:
        return (
            self.copy, self.made_ms, self.origin, self.software, self.ledger_number, self.ledger_size,
            self.ledger_root, tuple((one.fingerprint, one.sealed) for one in self.recipients),
            tuple((part.name, part.size, part.pieces) for part in self.parts),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        return cls(
            fields.id("copy"), fields.ms("made"), fields.text("origin"), fields.text("software"),
            fields.uint("ledger_number", 1), fields.uint("ledger_size"), fields.hash("ledger_root"),
            fields.many("recipients", _recipient, MOST_RECIPIENTS, 1), fields.many("parts", _part, 16, 1),
        )  # fmt: skip

    def part(self, name: str) -> Part:
        """Raises FieldWrong when there is none of that name."""
        for part in self.parts:
            if part.name == name:
                return part
        raise FieldWrong(f"the copy holds no part '{name}'")

    def key_of(self, key: OpeningKey) -> bytes:
        """The copy's key, with a recipient's private key. Raises CannotOpen."""
        for one in self.recipients:
            if one.fingerprint == key.fingerprint:
                return hpke_open(key, SUITE, _info(self.copy), one.sealed)
        raise CannotOpen("the copy is not sealed to this key", "Use the key that was the administrator's at that time.")


def _recipient(fields: Fields) -> Recipient:
    size = sealed_size(SUITE, KEY_SIZE)
    return Recipient(fields.hash("fingerprint"), fields.blob("sealed", size, size))


def _part(fields: Fields) -> Part:
    return Part(fields.word("name"), fields.uint("size"), fields.each("pieces", Fields.hash, MOST_PIECES, 1))


def _info(copy: bytes) -> bytes:
    return b"zegel/copy-key/v1\x00" + copy


def seal_key(public_key: bytes, copy: bytes, key: bytes) -> Recipient:
    """The copy's key for one recipient. Raises KeyRefused."""
    return Recipient(open_fingerprint(SUITE, public_key), hpke_seal(SUITE, public_key, _info(copy), key))


def seal_piece(key: bytes, copy: bytes, part: str, number: int, last: bool, data: bytes) -> bytes:
    """A sealed piece; `data` of at most PIECE_SIZE bytes."""
    if len(data) > PIECE_SIZE:
        raise FieldWrong(f"a piece has at most {PIECE_SIZE} bytes, not {len(data)}")
    encryptor = cobblestone.Cobblestone256Encryptor(_piece_key(key), _context(copy, part, number, last))
    whole = io.BytesIO(bytes(_PREFIX + len(data) + (len(data) // _CHUNK + 1) * _TAG))
    with whole.getbuffer() as view:
        end = encryptor.update_into(data, view)
        view[end:] = encryptor.finalize()
    return whole.getvalue()


def open_piece(key: bytes, copy: bytes, part: str, number: int, last: bool, sealed: bytes) -> bytes:
    """Raises CannotOpen when it is not that piece of that copy."""
    decryptor = cobblestone.Cobblestone256Decryptor(_piece_key(key), _context(copy, part, number, last))
    room = len(sealed) - _PREFIX
    whole = io.BytesIO(bytes(max(0, room - -(-room // (_CHUNK + _TAG)) * _TAG)))
    try:
        with whole.getbuffer() as view:
            end = decryptor.update_into(sealed, view)
            view[end:] = decryptor.finalize()
    except (InvalidTag, ValueError):
        raise CannotOpen(f"piece {number} of '{part}' is not what was copied", "Take another copy.") from None
    return whole.getvalue()


def _piece_key(key: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_SIZE, b"zegel/copy/v1").derive(key)


def _context(copy: bytes, part: str, number: int, last: bool) -> bytes:
    return encoding.encode((1, copy, part, number, last))


# --- the administrator's key, on paper or in a file ------------------------------------------------------------------

_LINE = re.compile(r"^(private|installation): ([A-Z2-7]+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class AdministratorKey:
    """What the administrator holds apart: his private key, and the installation's public key that signs copies."""

    key: OpeningKey
    installation: bytes

    def text(self, origin: str) -> str:
        """As it is written down: two codes in base32, each ending in a checksum."""
        return (
            f"# Back-up key of {origin}. Whoever has it opens every copy: keep it apart from the server, twice.\n"
            f"private: {_code(self.key.private)}\ninstallation: {_code(self.installation)}\n"
        )

    @classmethod
    def read(cls, text: str) -> AdministratorKey:
        """Raises CodeMistyped."""
        found = dict(_LINE.findall(text))
        if set(found) != {"private", "installation"}:
            raise CodeMistyped("this is not a back-up key: it has a line 'private:' and a line 'installation:'")
        return cls(OpeningKey(SUITE, _uncoded(found["private"])), _uncoded(found["installation"]))


def _code(data: bytes) -> str:
    return base64.b32encode(data + hashlib.sha256(b"zegel/copy-code/v1" + data).digest()[:3]).decode()


def _uncoded(code: str) -> bytes:
    try:
        raw = base64.b32decode(code)
    except ValueError:
        raise CodeMistyped("a code of the back-up key is not base32") from None
    if len(raw) != KEY_SIZE + 3 or _code(raw[:KEY_SIZE]) != code:
        raise CodeMistyped("a code of the back-up key was mistyped: its checksum is wrong")
    return raw[:KEY_SIZE]
