# SPDX-License-Identifier: EUPL-1.2
"""Checkpoints (C2SP tlog-checkpoint): the log's signed tree head, a note of origin, size and root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zegel.seal import merkle
from zegel.seal.cosignature import verify_cosignature
from zegel.seal.errors import ProofRefused
from zegel.seal.note import Note, NoteSigner, VerifierKey, b64, sign_note, unb64, verify_note

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
MAX_SIZE = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. `extensions` are kept for signatures' sake and mean nothing here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note's text. Raises ProofRefused for what would not be read back."""
        text = "".join(f"{line}\n" for line in (self.origin, str(self.size), b64(self.root), *self.extensions))
        if Checkpoint.parse(text) != self:
            raise ProofRefused("this is no checkpoint")
        return text

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """From a note's text. Raises ProofRefused."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise ProofRefused("a checkpoint has three lines at least, none of them empty")
        origin, size, root, *extensions = lines[:-1]
        if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
            raise ProofRefused(f"{size[:30]!r} is no tree size")
        return cls(origin, int(size), unb64(root, merkle.HASH_SIZE), tuple(extensions))

    def check_extends(self, old: Checkpoint, proof: Sequence[bytes]) -> None:
        """Raise ProofRefused unless `old` is a beginning of this one: the log only grew. Both are verified before."""
        if old.origin != self.origin:
            raise ProofRefused("the checkpoints are of different logs")
        if old.size > 0:
            merkle.verify_consistency(old.size, old.root, self.size, self.root, proof)
        elif proof:
            raise ProofRefused("from an empty tree there is nothing to prove")


def sign_checkpoint(checkpoint: Checkpoint, log: NoteSigner) -> Note:
    """The log's signed note. Raises ProofRefused when the key's name is not the origin."""
    if log.name != checkpoint.origin:
        raise ProofRefused("a log signs under its origin as name")
    return sign_note(checkpoint.text(), [log])


def verify_checkpoint(
    note: Note | str | bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), quorum: int = 0
) -> Checkpoint:
    """The checkpoint of the pinned log, cosigned by at least `quorum` of `witnesses`. Raises ProofRefused.

    A wrong cosignature of a known witness refuses the checkpoint even when the quorum is met without it.
    """
    parsed = note if isinstance(note, Note) else Note.parse(note)
    verify_note(parsed, [log])
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != log.name:
        raise ProofRefused(f"the checkpoint is of {checkpoint.origin!r}, not of {log.name!r}")
    present = [witness for witness in witnesses if parsed.of(witness)]
    for witness in present:
        verify_cosignature(parsed, witness)
    if len({witness.public_key for witness in present}) < quorum:
        raise ProofRefused(f"{len(present)} witnesses cosigned, {quorum} are needed")
    return checkpoint
