# SPDX-License-Identifier: EUPL-1.2
"""Receipts (C2SP tlog-proof): an entry, its place in the tree, and the log's checkpoint, in one text that verifies
offline.

Our receipts carry CBOR [salt, body] as `extra`, so whoever holds the file can read what is proven, and nobody else
can.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from zegel.seal import encoding, merkle
from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.entry import SALT_SIZE, Entry, entry_leaf_hash
from zegel.seal.errors import ProofRefused, SealError
from zegel.seal.fields import Fields
from zegel.seal.note import MAX_NOTE, Note, VerifierKey, b64, unb64

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BODY = 32 << 10

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class TlogProof:
    """The proof that leaf `index` is in the tree of `checkpoint`; nothing of it is verified yet."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    def __str__(self) -> str:
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {b64(self.extra)}")
        lines += [f"index {self.index}", *map(b64, self.hashes)]
        return "\n".join(lines) + "\n\n" + str(self.checkpoint)

    @classmethod
    def parse(cls, data: str | bytes) -> TlogProof:
        """Raises ProofRefused."""
        text = _text(data)
        head, blank, note = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != HEADER:
            raise ProofRefused(f"a receipt starts with the line {HEADER!r} and holds a checkpoint")
        extra = unb64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
        index = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if index is None or len(lines) > merkle.MAX_PROOF:
            raise ProofRefused("the receipt names no index, or too long a path")
        hashes = tuple(unb64(line, merkle.HASH_SIZE) for line in lines)
        return cls(int(index[1]), hashes, Note.parse(note), extra)

    def verify(
        self, leaf: bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), quorum: int = 0
    ) -> Checkpoint:
        """The checkpoint, when the leaf hash is in the pinned log's tree at the index. Raises ProofRefused."""
        checkpoint = verify_checkpoint(self.checkpoint, log, witnesses, quorum)
        merkle.verify_inclusion(leaf, self.index, checkpoint.size, self.hashes, checkpoint.root)
        return checkpoint


@dataclass(frozen=True, slots=True)
class Receipt:
    """A verified receipt: what happened, where it stands in the log, and the log's head that covers it."""

    index: int
    entry: Entry
    body: bytes
    checkpoint: Checkpoint


def make_receipt(salt: bytes, body: bytes, index: int, hashes: Sequence[bytes], checkpoint: Note) -> str:
    """The text of a receipt, to be given to those whom the entry concerns."""
    return str(TlogProof(index, tuple(hashes), checkpoint, encoding.encode((salt, body))))


def verify_receipt(
    data: str | bytes, log: VerifierKey, witnesses: Iterable[VerifierKey] = (), quorum: int = 0
) -> Receipt:
    """What a receipt proves. Raises ProofRefused, with the reason."""
    proof = TlogProof.parse(data)
    if proof.extra is None:
        raise ProofRefused("the receipt holds no entry")
    try:
        fields = Fields("receipt", encoding.decode(proof.extra))
        salt, body = fields.blob("salt", SALT_SIZE, SALT_SIZE), fields.blob("body", 1, MAX_BODY)
        fields.end()
        entry = Entry.decode(body)
    except SealError as error:
        raise ProofRefused(f"the receipt's entry can't be read: {error}") from None
    checkpoint = proof.verify(entry_leaf_hash(salt, body), log, witnesses, quorum)
    return Receipt(proof.index, entry, body, checkpoint)


def _text(data: str | bytes) -> str:
    if len(data) > 2 * MAX_NOTE:
        raise ProofRefused(f"the receipt takes {len(data)} bytes; at most {2 * MAX_NOTE} are read")
    try:
        return data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError:
        raise ProofRefused("the receipt is not UTF-8") from None
