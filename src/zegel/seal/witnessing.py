# SPDX-License-Identifier: EUPL-1.2
"""What a log says to a witness (C2SP tlog-witness, add-checkpoint). Pure.

Body: `old <size>` LF, the consistency proof's hashes in base64, a line each, an empty line, the checkpoint's note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from zegel.seal import merkle
from zegel.seal.errors import ProofRefused
from zegel.seal.note import MAX_NOTE, Note, Signature, b64, unb64

MAX_REQUEST = MAX_NOTE + 128 * 64
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """`old`: the size that the log thinks the witness cosigned last. Nothing of it is verified yet."""

    old: int
    proof: tuple[bytes, ...]
    note: Note

    def encode(self) -> bytes:
        lines = [f"old {self.old}", *map(b64, self.proof), "", str(self.note)]
        return "\n".join(lines).encode()

    @classmethod
    def parse(cls, data: bytes) -> AddCheckpoint:
        """Raises ProofRefused."""
        if len(data) > MAX_REQUEST:
            raise ProofRefused(f"the request takes {len(data)} bytes; at most {MAX_REQUEST} are read")
        try:
            head, blank, note = data.decode("utf-8").partition("\n\n")
        except UnicodeDecodeError:
            raise ProofRefused("the request is not UTF-8") from None
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if not blank or old is None or len(lines) > merkle.MAX_PROOF:
            raise ProofRefused("a request starts with the old size, and holds a proof and a checkpoint")
        return cls(int(old[1]), tuple(unb64(line, merkle.HASH_SIZE) for line in lines), Note.parse(note))


def encode_cosignatures(signatures: Sequence[Signature]) -> bytes:
    """A witness's answer: its signature lines."""
    return "".join(signature.line() for signature in signatures).encode()


def parse_cosignatures(data: bytes) -> tuple[Signature, ...]:
    """Raises ProofRefused."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ProofRefused("the answer is not UTF-8") from None
    if not text.endswith("\n") or len(text) > MAX_NOTE:
        raise ProofRefused("an answer is signature lines")
    return tuple(Signature.parse(line) for line in text[:-1].split("\n"))
