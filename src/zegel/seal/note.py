# SPDX-License-Identifier: EUPL-1.2
"""Signed notes (C2SP signed-note): text, a blank line, signature lines. The shape of checkpoints and receipts.

Only Ed25519 (0x01, logs) and timestamped Ed25519 cosignatures (0x04, witnesses) are known here; signatures of
unknown keys are ignored, a wrong signature of a known key refuses the whole note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from zegel.seal.errors import BadSignature, KeyRefused, ProofRefused
from zegel.seal.suite import SIGN_PUBLIC_SIZE, SigningKey, check_sign_public, verify_signature

MAX_NOTE = 64 << 10
MAX_SIGNATURES = 32

_DASH = "\u2014"
_NAME = re.compile(r"[^\s+\x00-\x1f]{1,255}")
_SIGNATURE_LINE = re.compile(rf"{_DASH} ([^\s+]+) ([A-Za-z0-9+/]+={{0,2}})")


class Algorithm(IntEnum):
    """Signature type bytes of C2SP signed-note that we use."""

    ED25519 = 1
    COSIGNATURE = 4


def key_id(name: str, algorithm: Algorithm, public_key: bytes) -> bytes:
    """The four bytes that, with the name, tell which key signed: SHA-256(name ‖ LF ‖ type ‖ public key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + bytes((algorithm,)) + public_key).digest()[:4]


def b64(data: bytes) -> str:
    """Standard base64 (RFC 4648 §4), as every C2SP text uses."""
    return base64.b64encode(data).decode()


def unb64(text: str, size: int | None = None) -> bytes:
    """The bytes of canonical base64. Raises ProofRefused, also when the length is not `size`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ProofRefused("a line is not base64") from None
    if b64(data) != text:
        raise ProofRefused("a line is not canonical base64")
    if size is not None and len(data) != size:
        raise ProofRefused(f"a line holds {len(data)} bytes, not {size}")
    return data


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with a name, written `<name>+<key id in hex>+<base64(type ‖ key)>`."""

    name: str
    algorithm: Algorithm
    public_key: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ProofRefused(f"{self.name!r} is no key name: it may hold no space, plus or control character")
        try:
            check_sign_public(self.public_key)
        except KeyRefused as error:
            raise ProofRefused(f"the key of {self.name}: {error}") from None

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Raises ProofRefused."""
        name, _, rest = text.partition("+")
        hexed, _, encoded = rest.partition("+")
        material = unb64(encoded)
        try:
            key = cls(name, Algorithm(material[0]), material[1:])
        except (IndexError, ValueError) as error:
            raise ProofRefused(f"the verifier key of {name!r} is of no known kind: {error}") from None
        if len(key.public_key) != SIGN_PUBLIC_SIZE or key.id.hex() != hexed:
            raise ProofRefused(f"the verifier key of {name!r} does not match its key id")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes((self.algorithm,)) + self.public_key)}"

    @property
    def id(self) -> bytes:
        return key_id(self.name, self.algorithm, self.public_key)


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A named signing key."""

    name: str
    key: SigningKey
    algorithm: Algorithm = Algorithm.ED25519

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.name, self.algorithm, self.key.public_key)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. `signature` is what follows the four bytes of the key id."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        return f"{_DASH} {self.name} {b64(self.key_id + self.signature)}\n"

    def is_of(self, key: VerifierKey) -> bool:
        return (self.name, self.key_id) == (key.name, key.id)

    @classmethod
    def parse(cls, line: str) -> Signature:
        """One line without its newline. Raises ProofRefused."""
        found = _SIGNATURE_LINE.fullmatch(line)
        if not found:
            raise ProofRefused(f"this is no signature line: {line[:80]!r}")
        data = unb64(found[2])
        if len(data) < 5:
            raise ProofRefused("a signature line holds no signature")
        return cls(found[1], data[:4], data[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text (ending in a newline) with its signatures, none of them verified yet."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def parse(cls, data: str | bytes) -> Note:
        """Raises ProofRefused."""
        text = _decoded(data)
        body, blank, lines = text.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise ProofRefused("the note does not end in a blank line and signature lines")
        signatures = tuple(Signature.parse(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MAX_SIGNATURES:
            raise ProofRefused(f"the note has {len(signatures)} signatures; at most {MAX_SIGNATURES} are read")
        return cls(body + "\n", signatures)

    def with_signatures(self, signatures: Sequence[Signature]) -> Note:
        return Note(self.text, (*self.signatures, *signatures))

    def of(self, key: VerifierKey) -> tuple[Signature, ...]:
        """The signature lines that claim to be by `key`."""
        return tuple(signature for signature in self.signatures if signature.is_of(key))


def sign_note(text: str, signers: Iterable[NoteSigner]) -> Note:
    """A note with plain Ed25519 signatures. Raises ProofRefused for a text that is no note's."""
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise ProofRefused("a note's text ends in a newline and holds no other control character")
    signed = tuple(
        Signature(signer.name, signer.verifier.id, signer.key.sign(text.encode()))
        for signer in signers
        if signer.algorithm is Algorithm.ED25519
    )
    return Note(text, signed)


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The keys (of kind ED25519) that signed. Raises ProofRefused when there is none, or one of them signed wrongly."""
    signed = []
    for key in keys:
        found = note.of(key)
        for signature in found:
            _verify_plain(note.text, signature, key)
        if found:
            signed.append(key)
    if not signed:
        raise ProofRefused("the note carries no signature of a known key")
    return tuple(signed)


def _verify_plain(text: str, signature: Signature, key: VerifierKey) -> None:
    if key.algorithm is not Algorithm.ED25519:
        raise ProofRefused(f"{key.name} is not a key that signs notes")
    try:
        verify_signature(key.public_key, signature.signature, text.encode())
    except BadSignature:
        raise ProofRefused(f"the signature of {key.name} is wrong") from None


def _decoded(data: str | bytes) -> str:
    if len(data) > MAX_NOTE:
        raise ProofRefused(f"the note takes {len(data)} bytes; at most {MAX_NOTE} are read")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
        text.encode("utf-8")
    except UnicodeError:
        raise ProofRefused("the note is not UTF-8") from None
    if any(letter < " " and letter != "\n" for letter in text):
        raise ProofRefused("the note holds control characters")
    return text
