# SPDX-License-Identifier: EUPL-1.2
"""DC-09's encryption (5.4): AES-CBC with 128, 192 or 256 bits, a zero start value, no integrity of its own.

The principles here: a key is made from text with its format told, never guessed (32 characters may be 128 bits in
hexadecimal digits or 256 bits in characters); it never shows in a repr, a log or an error; nothing here ever writes it
into a message.

Speed: making a CBC context for each message costs 3 µs. CBC with a zero start value is ECB and an xor, and an ECB
context has no state between messages, so each key keeps one for each direction.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import Literal

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext, algorithms, modes

from zegel.protocols.errors import BadKey

KeyFormat = Literal["hex", "ascii"]
BLOCK = 16  # bytes
SIZES = (16, 24, 32)  # bytes
_FORBIDDEN = frozenset(b"|[]")  # DC-09 5.4.3: bytes that padding may not contain, since they end it
_PADDING = bytes(0x2E if byte in _FORBIDDEN else byte for byte in range(256))


class Key:
    """One account's key. Make it once and keep it: it holds prepared contexts (about 2 KB)."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) not in SIZES:
            raise BadKey(f"A key has 16, 24 or 32 bytes, this one {len(raw)}.")
        self._raw = bytes(raw)

    @staticmethod
    def of(text: str, fmt: KeyFormat) -> Key:
        """The key that `text` writes: `hex` 32, 48 or 64 hexadecimal digits, `ascii` 16, 24 or 32 characters."""
        if fmt not in ("hex", "ascii"):
            raise BadKey("A key's format is hex or ascii.")
        try:
            raw = bytes.fromhex(text) if fmt == "hex" else text.encode("ascii")
        except ValueError:
            raise BadKey(f"The key has characters that the format {fmt} doesn't allow.") from None
        if fmt == "hex" and len(text) != 2 * len(raw):
            raise BadKey("A key in hexadecimal digits has no spaces.")
        return Key(raw)

    def __repr__(self) -> str:
        return f"Key({8 * len(self._raw)} bits)"

    @property
    def raw(self) -> bytes:
        """The key's bytes, to be wrapped and stored. Never to be logged."""
        return self._raw

    @cached_property
    def _decryptor(self) -> CipherContext:
        return Cipher(algorithms.AES(self._raw), modes.ECB()).decryptor()

    @cached_property
    def _encryptor(self) -> CipherContext:
        return Cipher(algorithms.AES(self._raw), modes.ECB()).encryptor()

    def decrypted(self, ciphertext: bytes) -> bytes:
        """CBC with a zero start value, without padding. `ciphertext` is whole blocks."""
        size = len(ciphertext)
        opened = self._decryptor.update(ciphertext)
        chained = int.from_bytes(opened, "big") ^ int.from_bytes(ciphertext[:-BLOCK], "big")
        return chained.to_bytes(size, "big")

    def encrypted(self, plain: bytes) -> bytes:
        """CBC with a zero start value, without padding. `plain` is whole blocks."""
        block = 0
        sealed = bytearray()
        for start in range(0, len(plain), BLOCK):
            block ^= int.from_bytes(plain[start : start + BLOCK], "big")
            step = self._encryptor.update(block.to_bytes(BLOCK, "big"))
            sealed += step
            block = int.from_bytes(step, "big")
        return bytes(sealed)


def padding(size: int) -> bytes:
    """`size` random bytes without those that would end them."""
    return os.urandom(size).translate(_PADDING)
