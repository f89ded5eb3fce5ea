# SPDX-License-Identifier: EUPL-1.2
"""Release first, proof right after: every release that the server took must show in the ledger.

A unit never waits for the network to alarm. 60 s after link-up (or after the server took the release) it asks for the
proof; when none comes that verifies against the pinned log, the release was hidden from the customer: tamper.
"""

from __future__ import annotations

from zegel.seal.checkpoint import verify_checkpoint
from zegel.seal.errors import ProofRefused
from zegel.seal.keyset import Keyset
from zegel.seal.manifest import TreeHead
from zegel.seal.proof import verify_receipt
from zegel.unit.state import StateFile

ASK_AFTER_S = 60.0
ANSWER_WITHIN_S = 60.0


class ProofDesk:
    """Which releases are not proven yet. What is unproven is on disk with the state; the times are not."""

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._link_up_s: float | None = None
        self._delivered: dict[str, float] = dict.fromkeys(file.state.unproven, float("-inf"))
        self._asked: dict[str, float] = {}
        self._reported: set[str] = set()

    def link_up(self, mono_s: float) -> None:
        self._link_up_s = mono_s
        self._asked.clear()

    def link_down(self) -> None:
        self._link_up_s = None
        self._asked.clear()

    def delivered(self, release: str, mono_s: float) -> None:
        """The server acknowledged a release (its hash in hex)."""
        self._delivered[release] = mono_s

    def due(self, mono_s: float) -> list[bytes]:
        """Releases to ask a proof for now, each once in a connection."""
        if self._link_up_s is None:
            return []
        ready = [
            release
            for release in self._file.state.unproven
            if release not in self._asked
            and release in self._delivered
            and mono_s - max(self._link_up_s, self._delivered[release]) >= ASK_AFTER_S
        ]
        self._asked.update(dict.fromkeys(ready, mono_s))
        return [bytes.fromhex(release) for release in ready]

    def missing(self, mono_s: float) -> list[str]:
        """Releases whose proof did not come in time; each is reported once and asked for again later."""
        late = [
            release
            for release, asked_s in self._asked.items()
            if mono_s - asked_s >= ANSWER_WITHIN_S
            and release not in self._reported
            and release in self._file.state.unproven
        ]
        self._reported.update(late)
        return late

    def proven(self, release: bytes, text: str, keyset: Keyset) -> TreeHead:
        """A receipt for a release. Raises ProofRefused unless it verifies and speaks of this very release."""
        receipt = verify_receipt(text, keyset.log.key)
        said = {value for _, value in receipt.entry.facts if isinstance(value, (bytes, str))}
        if receipt.entry.kind != "release" or not said & {release, release.hex()}:
            raise ProofRefused("the receipt is of another entry than this release")
        head = self._remember(TreeHead(receipt.checkpoint.size, receipt.checkpoint.root), newest=False)
        self._file.state.unproven.pop(release.hex(), None)
        self._file.save()
        return head

    def checkpoint(self, text: str, keyset: Keyset) -> TreeHead:
        """The checkpoint that the server calls its newest. Raises ProofRefused when the log shrank or forked."""
        found = verify_checkpoint(text, keyset.log.key)
        return self._remember(TreeHead(found.size, found.root), newest=True)

    def _remember(self, head: TreeHead, *, newest: bool) -> TreeHead:
        known = TreeHead(*self._file.state.checkpoint) if self._file.state.checkpoint else None
        if known is not None and head.size == known.size and head.root != known.root:
            raise ProofRefused("the ledger shows two different trees of the same size: it was forked")
        if known is not None and head.size < known.size:
            if newest:
                raise ProofRefused(f"the ledger shrank from {known.size} to {head.size} entries")
            return known
        self._file.state.checkpoint = (head.size, head.root)
        return head
