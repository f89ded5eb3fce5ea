# SPDX-License-Identifier: EUPL-1.2
"""Codes that people type on site, so that arming stays what it is: a signed command of somebody whom the owner listed.

- Each code has a signing key of its own, made here: the household's, and one for each cleaner or child. It counts only
  when an owner's policy lists it: among the commanders, or among the delegates with the hours and days that are his.
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
MOST_CODES, MOST_NAME = 50, 64
WRONG_FREE = 5
LOCK_MS, LONGEST_MS = 60_000, 3_600_000
MEMORY_KIB, PASSES = 64 << 10, 3
_NONCE, _SALT = 12, 16
_PLAIN, _DURESS = b"\x00", b"\x01"


class _Person(msgspec.Struct):
    """`name`: "" for the household's own code. Two seals, of which the code opens one and the code under duress one."""

    name: str
    person: bytes
    public_key: bytes
    sealed: list[bytes]


class _Stored(msgspec.Struct):
    """One salt for all, so that trying a code costs the same however many there are."""

    salt: bytes
    people: list[_Person]
    wrong: int = 0
    locked_until_ms: int = 0


class _First(msgspec.Struct):
    """As release 0.1.0 wrote it, with the one code."""

    person: bytes
    public_key: bytes
    salt: bytes
    sealed: list[bytes]
    wrong: int = 0
    locked_until_ms: int = 0


@dataclass(frozen=True)
class Keypad:
    """Who it is to the owner: what he lists among the commanders, or the delegates."""

    person: bytes
    public_key: bytes
    name: str = ""


@dataclass(frozen=True)
class Opened:
    """What the right code opened. `duress`: it was typed because somebody stands behind him."""

    person: bytes
    key: SigningKey = field(repr=False)
    duress: bool

    def order(
        self, unit: bytes, pairing: bytes, action: Action, now_ms: int, until_ms: int | None = None
    ) -> bytes:  # fmt: skip
        """The signed command. Its counter is the time: it only has to rise."""
        return sign_command(Command(unit, pairing, now_ms, self.person, action, now_ms, until_ms), self.key)


class WrongCode(Exception):
    """It opens nothing, or is not tried: too many were wrong. `locked_ms`: for how long none is tried."""

    def __init__(self, locked_ms: int) -> None:
        super().__init__("wrong code")
        self.locked_ms = locked_ms


def make(home: Home, code: str, duress: str = "", name: str = "") -> Keypad:
    """A code for `name` with a new key; his former one, if any, signs nothing any more. Raises ConfigError."""
    for text in (code, duress):
        if text and not (LEAST <= len(text) <= MOST and text.isprintable()):
            raise ConfigError(f"a code has {LEAST} … {MOST} characters: nothing was changed")
    if not code or len(set(code)) < 3:
        raise ConfigError("a code has at least three different characters: nothing was changed")
    if code == duress:
        raise ConfigError("the code under duress must be another one: nothing was changed")
    if len(name) > MOST_NAME or not (name.isprintable() or not name):
        raise ConfigError(f"a name has at most {MOST_NAME} characters: nothing was changed")
    stored = _load(home.keypad) if home.keypad.exists() else _Stored(os.urandom(_SALT), [])
    others = [person for person in stored.people if person.name != name]
    if len(others) >= MOST_CODES:
        raise ConfigError(f"there are {MOST_CODES} codes already: nothing was changed")
    keys = [_derived(text, stored.salt) if text else os.urandom(32) for text in (code, duress)]
    if any(_open(key, sealed) for key in keys for person in others for sealed in person.sealed):
        raise ConfigError("somebody else has such a code: nothing was changed")
    key, person = SigningKey.generate(), os.urandom(16)
    sealed = [_seal(keys[0], key.seed + _PLAIN), _seal(keys[1], key.seed + _DURESS)]
    random.SystemRandom().shuffle(sealed)
    stored.people = [*others, _Person(name, person, key.public_key, sealed)]
    private_directory(home.directory)
    _save(home.keypad, stored)
    return Keypad(person, key.public_key, name)


def listed(home: Home) -> list[Keypad]:
    """Whose codes there are, by name. Raises ConfigError when the file is damaged."""
    if not home.keypad.exists():
        return []
    found = [Keypad(each.person, each.public_key, each.name) for each in _load(home.keypad).people]
    return sorted(found, key=lambda each: each.name)


def remove(home: Home, name: str | None = None) -> None:
    """His code opens nothing any more; without a name no code does. Raises ConfigError when there is none of his."""
    if name is None:
        overwrite_and_unlink(home.keypad)
        return
    stored = _load(home.keypad)
    left = [person for person in stored.people if person.name != name]
    if len(left) == len(stored.people):
        raise ConfigError(f"there is no code of {name or 'the household'}: `zegel unit code list`")
    stored.people = left
    overwrite_and_unlink(home.keypad)
    if left:
        _save(home.keypad, stored)


def try_code(home: Home, code: str, now_ms: int) -> Opened:
    """Takes a quarter of a second and 64 MiB. Raises WrongCode, ConfigError when there is no keypad."""
    path = home.keypad
    stored = _load(path)
    if now_ms < stored.locked_until_ms <= now_ms + LONGEST_MS:
        raise WrongCode(stored.locked_until_ms - now_ms)
    key = _derived(code[:MOST], stored.salt)
    opened = _tried(stored, key)
    if opened is None:
        stored.wrong += 1
        locked_ms = _lock_ms(stored.wrong)
        stored.locked_until_ms = now_ms + locked_ms if locked_ms else 0
        _save(path, stored)
        raise WrongCode(locked_ms)
    if stored.wrong:
        stored.wrong, stored.locked_until_ms = 0, 0
        _save(path, stored)
    return opened


def _tried(stored: _Stored, key: bytes) -> Opened | None:
    """Every seal is tried, whichever opens: how long it takes tells nothing."""
    found: Opened | None = None
    for person in stored.people:
        for plain in [_open(key, sealed) for sealed in person.sealed]:
            if plain:
                found = Opened(person.person, SigningKey(plain[:32]), plain[32:] == _DURESS)
    return found


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
        data = path.read_bytes()
    except OSError:
        raise ConfigError("no code is set: `zegel unit code set`") from None
    try:
        return _decoded(data)
    except msgspec.MsgspecError:
        raise ConfigError(f"{path} is damaged: set the codes again") from None


def _decoded(data: bytes) -> _Stored:
    try:
        return msgspec.msgpack.decode(data, type=_Stored)
    except msgspec.ValidationError:
        first = msgspec.msgpack.decode(data, type=_First)
        person = _Person("", first.person, first.public_key, first.sealed)
        return _Stored(first.salt, [person], first.wrong, first.locked_until_ms)
