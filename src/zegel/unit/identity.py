# SPDX-License-Identifier: EUPL-1.2
"""Who this unit is: an id and an Ed25519 key, made here, kept in one file that only its owner may read."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from zegel.seal.suite import SigningKey
from zegel.unit.errors import ConfigError, StateError
from zegel.unit.files import write_atomic

SECRET_SIZE = 32


class _Stored(msgspec.Struct):
    unit: bytes
    seed: bytes
    pairing_secret: bytes | None
    pairing: bytes | None = None  # none in files of release 0.1.0


@dataclass(slots=True)
class Identity:
    """`pairing_secret` is what the QR code carries; it exists only until the unit is paired. `pairing`: the id that
    this unit drew for its pairing, and the only one under which it lets itself be paired."""

    path: Path
    unit: bytes
    key: SigningKey
    pairing_secret: bytes | None = field(repr=False)
    pairing: bytes

    @classmethod
    def create(cls, path: Path) -> Identity:
        """A new identity. Raises ConfigError when there is one already."""
        if path.exists():
            raise ConfigError(f"{path} exists: this unit has an identity; wipe it to start anew")
        made = cls(path, os.urandom(16), SigningKey.generate(), os.urandom(SECRET_SIZE), os.urandom(16))
        made.save()
        return made

    @classmethod
    def load(cls, path: Path) -> Identity:
        """Raises StateError when it is missing, damaged, or readable by others."""
        try:
            mode, data = path.stat().st_mode, path.read_bytes()
            stored = msgspec.msgpack.decode(data, type=_Stored)
        except OSError as error:
            raise StateError(f"{path} can't be read ({error.strerror}): enrol this unit first") from None
        except msgspec.MsgspecError:
            raise StateError(f"{path} is damaged: wipe the unit and enrol it again") from None
        if mode & 0o077:
            raise StateError(
                f"{path} can be read by others (mode {mode & 0o777:o}): it may have been copied; wipe the unit"
            )
        drawn = stored.pairing or os.urandom(16)
        identity = cls(path, stored.unit, SigningKey(stored.seed), stored.pairing_secret, drawn)
        if stored.pairing is None:
            identity.save()
        return identity

    def save(self) -> None:
        stored = _Stored(self.unit, self.key.seed, self.pairing_secret, self.pairing)
        write_atomic(self.path, msgspec.msgpack.encode(stored))

    def forget_secret(self) -> None:
        """Paired: the code on the screen and on paper is worth nothing from now on."""
        self.pairing_secret = None
        self.save()
