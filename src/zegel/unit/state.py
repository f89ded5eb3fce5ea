# SPDX-License-Identifier: EUPL-1.2
"""What a unit must remember: one small file, replaced atomically and synced before anything depends on it.

It holds no key but those that are public: identity.py has the signing key, and nothing anywhere has a key of the past.
Counters, caps and chain heads only ever move forward. A file that does not check is not guessed at: the unit stops and
says so, because an empty state would forget whom it obeys.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from zegel.unit.errors import StateError
from zegel.unit.files import write_atomic

_MAGIC = b"ZSTATE1\n"
_DIGEST = 32
N_BLOCK = 4096


class ArmOrder(msgspec.Struct, frozen=True):
    """The newest accepted command. `until_ms`: when it ends by itself; a new policy ends it too.

    `part`: only that one is armed. `by`: whose word it is. `then`: the order without an end that it was given over, and
    that counts again after it; otherwise the policy's own word does.
    """

    armed: bool
    issued_ms: int
    policy_counter: int
    until_ms: int | None = None
    part: str | None = None
    by: bytes | None = None
    then: ArmOrder | None = None


class Spent(msgspec.Struct):
    """One alarm's share of the caps: when its window opened and how many seconds are paid for."""

    opened_ms: int
    seconds: int


class OpenWindow(msgspec.Struct, frozen=True):
    """A window whose last part has not been made; after a restart it is ended, never continued."""

    alarm: bytes
    camera: bytes
    part: int
    end_ms: int


class State(msgspec.Struct):
    """Everything remembered. Envelopes are kept whole: they are verified again at every start.

    `unsent`: the unproven releases that never left, so no proof of them is owed. `server_clock`: in which boot, and by
    how much, the ledger's signed time was ahead of the monotonic clock (ms). `heard`: what local panels said that made
    an alarm (digest, ms), so that a resend after a power cut makes no second one.
    `turned`: cameras that were turned away and have not been sent home. `data`: the month, and the bytes that are paid
    for ahead in it (budget.py). `central`: alarms of panels elsewhere that opened a window here (id, ms).
    """

    unit: bytes
    pairing: bytes | None = None
    keyset: bytes | None = None
    policy: bytes | None = None
    paired: bytes | None = None
    arckey: bytes | None = None
    revoked: str | None = None
    command_counters: dict[str, int] = {}
    command_hashes: dict[str, bytes] = {}
    order: ArmOrder | None = None
    n_reserved: int = 0
    wall_floor_ms: int = 0
    alarm_number: int = 0
    alarm_envelope: bytes | None = None
    release_envelope: bytes | None = None
    epoch_numbers: dict[str, int] = {}
    manifests: dict[str, bytes] = {}
    covered: dict[str, tuple[int, int]] = {}
    spent: list[Spent] = []
    windows: list[OpenWindow] = []
    ended_alarms: list[bytes] = []
    unproven: dict[str, int] = {}
    unsent: list[str] = []
    server_clock: tuple[str, int] | None = None
    checkpoint: tuple[int, bytes] | None = None
    heard: list[tuple[bytes, int]] = []
    turned: list[bytes] = []
    data: tuple[str, int] = ("", 0)
    central: list[tuple[bytes, int]] = []


class StateFile:
    """`state` is the one copy in memory; `save` makes it durable."""

    def __init__(self, path: Path, state: State) -> None:
        self._path = path
        self.state = state

    @classmethod
    def create(cls, path: Path, unit: bytes) -> StateFile:
        made = cls(path, State(unit))
        made.save()
        return made

    @classmethod
    def load(cls, path: Path) -> StateFile:
        """Raises StateError when the file is missing or damaged."""
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StateError(f"{path} can't be read ({error.strerror}): enrol this unit first") from None
        head = len(_MAGIC) + _DIGEST
        if data[: len(_MAGIC)] != _MAGIC or hashlib.sha256(data[head:]).digest() != data[len(_MAGIC) : head]:
            raise StateError(f"{path} is damaged: wipe the unit and pair it again")
        try:
            return cls(path, msgspec.msgpack.decode(data[head:], type=State))
        except msgspec.MsgspecError as error:
            raise StateError(f"{path} is of another version or damaged ({error})") from None

    def save(self) -> None:
        """On return the state survives a power cut."""
        body = msgspec.msgpack.encode(self.state)
        write_atomic(self._path, _MAGIC + hashlib.sha256(body).digest() + body)


class Numbers:
    """Rising numbers for messages, never used twice: a block is reserved on disk before its first number is."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._next = file.state.n_reserved

    def take(self) -> int:
        if self._next >= self._file.state.n_reserved:
            self._file.state.n_reserved = self._next + N_BLOCK
            self._file.save()
        self._next += 1
        return self._next - 1
