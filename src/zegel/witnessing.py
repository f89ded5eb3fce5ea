# SPDX-License-Identifier: EUPL-1.2
"""A witness: remembers the largest tree of each log that it was shown, and cosigns what only grew from it.

What keeps it honest:
- It cosigns a tree only after that tree is durable in its own folder: killed in between, it says less than it knows,
  never more.
- From what it cosigned it never goes back: a smaller tree, or another one of the same size, is refused, and both notes
  are kept as evidence of the fork.
- It trusts a log's key that it was given by hand, and nothing that the log says of itself.
- It sees sizes and hashes. It never sees an entry.

No part of the server is imported here.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint
from zegel.seal.cosignature import cosign
from zegel.seal.errors import ProofRefused, SealError
from zegel.seal.note import Algorithm, Note, NoteSigner, VerifierKey, verify_note
from zegel.seal.suite import SigningKey
from zegel.seal.witnessing import AddCheckpoint, encode_cosignatures
from zegel.unit import clock


class Status(IntEnum):
    """The answers of C2SP tlog-witness."""

    OK = 200
    BAD = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    CONFLICT = 409
    NO_PROOF = 422


SIZE_TYPE, TEXT = "text/x.tlog.size", "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    status: Status
    body: bytes
    type: str = TEXT


class FolderDamaged(Exception):
    """What the witness remembers can't be read; it cosigns nothing until somebody looked at it."""


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Aside, synced, renamed, and the folder synced."""
    aside = path.with_name(f".{path.name}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass
class Memory:
    """FOLDER/key and name (made by init), logs/<hash of origin>: the last note cosigned; forks/: both notes of each."""

    folder: Path

    def init(self, name: str) -> NoteSigner:
        """A new witness. Raises FileExistsError where there is one."""
        if (self.folder / "key").exists():
            raise FileExistsError(self.folder / "key")
        for part in ("logs", "forks"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        seed = os.urandom(32)
        signer = NoteSigner(name, SigningKey(seed), Algorithm.COSIGNATURE)
        _ = signer.verifier  # raises ProofRefused for a name that can't be one
        write_durably(self.folder / "name", name.encode())
        write_durably(self.folder / "key", seed.hex().encode(), 0o600)
        return signer

    def signer(self) -> NoteSigner:
        """Raises FolderDamaged."""
        try:
            name = (self.folder / "name").read_text("utf-8")
            seed = bytes.fromhex((self.folder / "key").read_text("ascii"))
            return NoteSigner(name, SigningKey(seed), Algorithm.COSIGNATURE)
        except (OSError, ValueError, SealError) as problem:
            raise FolderDamaged(
                f"{self.folder} holds no witness ({problem}); make one with `zegel witness init`."
            ) from None

    def last(self, origin: str) -> Checkpoint | None:
        """The largest tree cosigned of that log. Raises FolderDamaged."""
        try:
            text = self._of(origin).read_text("utf-8")
        except FileNotFoundError:
            return None
        try:
            found = Checkpoint.parse(Note.parse(text).text)
        except SealError as problem:
            raise FolderDamaged(f"{self._of(origin)}: {problem}") from None
        if found.origin != origin:
            raise FolderDamaged(f"{self._of(origin)} is of another log")
        return found

    def keep(self, note: Note, origin: str) -> None:
        write_durably(self._of(origin), str(note).encode())

    def keep_fork(self, note: Note, origin: str) -> Path:
        """What was shown, beside what was cosigned before. Told twice, it is one file."""
        known = self._of(origin).read_bytes()
        data = b"cosigned before:\n\n" + known + b"\n\nshown now:\n\n" + str(note).encode()
        path = self.folder / "forks" / f"{hashlib.sha256(data).hexdigest()[:32]}.txt"
        write_durably(path, data)
        return path

    def forks(self) -> list[Path]:
        return sorted((self.folder / "forks").glob("*.txt"))

    def _of(self, origin: str) -> Path:
        return self.folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()


@dataclass
class Witness:
    """Answers logs. `logs`: the keys that count, by origin."""

    memory: Memory
    signer: NoteSigner
    logs: Mapping[str, VerifierKey]
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, folder: Path, logs: Iterable[VerifierKey]) -> Witness:
        """Raises FolderDamaged."""
        memory = Memory(folder)
        return cls(memory, memory.signer(), {key.name: key for key in logs})

    def add_checkpoint(self, body: bytes, at_s: int | None = None) -> Answer:
        """C2SP tlog-witness: what a log asks to be cosigned."""
        try:
            asked = AddCheckpoint.parse(body)
            new = Checkpoint.parse(asked.note.text)
        except SealError as problem:
            return Answer(Status.BAD, f"{problem}\n".encode())
        key = self.logs.get(new.origin)
        if key is None:
            return Answer(Status.UNKNOWN_LOG, b"this log is not one of mine\n")
        try:
            verify_note(asked.note, [key])
        except SealError as problem:
            return Answer(Status.NOT_SIGNED, f"{problem}\n".encode())
        if asked.old > new.size:
            return Answer(Status.BAD, b"the old size is above the checkpoint's\n")
        with self._lock:
            return self._judge(asked, new, at_s)

    def _judge(self, asked: AddCheckpoint, new: Checkpoint, at_s: int | None) -> Answer:
        last = self.memory.last(new.origin)
        size = last.size if last else 0
        if last is not None and (new.size < size or (new.size == size and new.root != last.root)):
            self.memory.keep_fork(asked.note, new.origin)
            return Answer(Status.CONFLICT, f"{size}\n".encode(), SIZE_TYPE)
        if asked.old != size:
            return Answer(Status.CONFLICT, f"{size}\n".encode(), SIZE_TYPE)
        try:
            _check_grew(last, new, asked.proof)
        except ProofRefused as problem:
            if last is not None:
                self.memory.keep_fork(asked.note, new.origin)
            return Answer(Status.NO_PROOF, f"{problem}\n".encode())
        self.memory.keep(asked.note, new.origin)
        line = cosign(asked.note, self.signer, clock.wall_ms() // 1000 if at_s is None else at_s)
        return Answer(Status.OK, encode_cosignatures([line]))


def _check_grew(last: Checkpoint | None, new: Checkpoint, proof: tuple[bytes, ...]) -> None:
    """Raises ProofRefused."""
    if last is None or last.size == 0:
        if proof:
            raise ProofRefused("from an empty tree there is nothing to prove")
        return
    merkle.verify_consistency(last.size, last.root, new.size, new.root, proof)
