# SPDX-License-Identifier: EUPL-1.2
"""Codes that people type on site, so that arming stays what it is: a signed command of somebody whom the owner listed.

- A keypad has a signing key of its own, made here. It counts only when an owner's policy lists it among the commanders.
- The key lies sealed under the code (Argon2id, AES-256-GCM). No hash of a code is kept: the right code opens the seal,
  any other doesn't. Who copies the file has to try codes at 64 MiB and three passes each.
- A code under duress opens the same key, and says so inside the seal: the file does not show whether there is one.
- Five wrong codes lock it, longer each time; that is on disk, so switching the unit off helps nobody.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from zegel.seal.command import Action, Command, sign_command
from zegel.seal.suite import SigningKey
from zegel.unit.config import Home
from zegel.unit.errors import ConfigError
from zegel.unit.files import overwrite_and_unlink, private_directory, write_atomic

LEAST, MOST = 6, 32
"""Characters of a code."""
WRONG_FREE = 5
LOCK_MS, LONGEST_MS = 60_000, 3_600_000
MEMORY_KIB, PASSES = 64 << 10, 3
_NONCE, _SALT = 12, 16
_PLAIN, _DURESS = b"\x00", b"\x01"


class _Stored(msgspec.Struct):
    person: bytes
    public_key: bytes
    salt: bytes
    sealed: list[bytes]
    wrong: int = 0
    locked_until_ms: int = 0


@dataclass(frozen=True)
class Keypad:
    """Who it is to the owner: what he lists among the commanders."""

    person: bytes
    public_key: bytes


@dataclass(frozen=True)
class Opened:
    """What the right code opened. `duress`: it was typed because somebody stands behind him."""

    person: bytes
    key: SigningKey = field(repr=False)
    duress: bool

    def order(self, unit: bytes, pairing: bytes, action: Action, now_ms: int) -> bytes:
        """The signed command. Its counter is the time: it only has to rise."""
        return sign_command(Command(unit, pairing, now_ms, self.person, action, now_ms, None), self.key)


class WrongCode(Exception):
    """It opens nothing, or is not tried: too many were wrong. `locked_ms`: for how long none is tried."""

    def __init__(self, locked_ms: int) -> None:
        super().__init__("wrong code")
        self.locked_ms = locked_ms


def make(home: Home, code: str, duress: str = "") -> Keypad:
    """A new keypad with a new key; the former one, if any, signs nothing any more. Raises ConfigError."""
    for text in (code, duress):
        if text and not (LEAST <= len(text) <= MOST and text.isprintable()):
            raise ConfigError(f"a code has {LEAST} … {MOST} characters: nothing was changed")
    if not code or len(set(code)) < 3:
        raise ConfigError("a code has at least three different characters: nothing was changed")
    if code == duress:
        raise ConfigError("the code under duress must be another one: nothing was changed")
    key, salt, person = SigningKey.generate(), os.urandom(_SALT), os.urandom(16)
    other = _derived(duress, salt) if duress else os.urandom(32)
    sealed = [_seal(_derived(code, salt), key.seed + _PLAIN), _seal(other, key.seed + _DURESS)]
    random.SystemRandom().shuffle(sealed)
    private_directory(home.directory)
    _save(home.keypad, _Stored(person, key.public_key, salt, sealed))
    return Keypad(person, key.public_key)


def remove(home: Home) -> None:
    overwrite_and_unlink(home.keypad)


def try_code(home: Home, code: str, now_ms: int) -> Opened:
    """Takes a quarter of a second and 64 MiB. Raises WrongCode, ConfigError when there is no keypad."""
    path = home.keypad
    stored = _load(path)
    if now_ms < stored.locked_until_ms <= now_ms + LONGEST_MS:
        raise WrongCode(stored.locked_until_ms - now_ms)
    key = _derived(code[:MOST], stored.salt)
    plain = next((found for sealed in stored.sealed if (found := _open(key, sealed))), None)
    if plain is None:
        stored.wrong += 1
        locked_ms = _lock_ms(stored.wrong)
        stored.locked_until_ms = now_ms + locked_ms if locked_ms else 0
        _save(path, stored)
        raise WrongCode(locked_ms)
    if stored.wrong:
        stored.wrong, stored.locked_until_ms = 0, 0
        _save(path, stored)
    return Opened(stored.person, SigningKey(plain[:32]), plain[32:] == _DURESS)


def _lock_ms(wrong: int) -> int:
    if wrong < WRONG_FREE:
        return 0
    doublings: int = min(wrong - WRONG_FREE, 10)
    return min(LONGEST_MS, LOCK_MS << doublings)


def _derived(code: str, salt: bytes) -> bytes:
    derived: bytes = Argon2id(
        salt=salt, length=32, iterations=PASSES, lanes=1, memory_cost=MEMORY_KIB
    ).derive(code.encode())  # fmt: skip
    return derived


def _seal(key: bytes, plain: bytes) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, b"zegel/keypad/v1")


def _open(key: bytes, sealed: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], b"zegel/keypad/v1")
    except InvalidTag:
        return None


def _save(path: Path, stored: _Stored) -> None:
    write_atomic(path, msgspec.msgpack.encode(stored))


def _load(path: Path) -> _Stored:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=_Stored)
    except OSError:
        raise ConfigError("no code is set: `zegel unit code set`") from None
    except msgspec.MsgspecError:
        raise ConfigError(f"{path} is damaged: set the codes again") from None
