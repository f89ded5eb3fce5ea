# SPDX-License-Identifier: EUPL-1.2
"""Release first, proof right after: every release that was put on the wire must show in the ledger.

A unit never waits for the network to alarm. Once a release has been sent and the link was up for 60 s since, it asks
for the proof; when none comes in another 60 s that verifies against the pinned log, the release was hidden from the
customer: tamper. The server can't talk itself out of it: neither by withholding its acknowledgement, nor by refusing
what it has read, nor by cutting the link, because the time online is added up over all links.
"""

from __future__ import annotations

from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.errors import ProofRefused
from zegel.seal.keyset import Keyset
from zegel.seal.manifest import TreeHead
from zegel.seal.proof import verify_receipt
from zegel.unit.state import StateFile

ASK_AFTER_S = 60.0
ANSWER_WITHIN_S = 60.0


class ProofDesk:
    """Which releases are not proven yet. What is unproven is on disk with the state; the times online are not.

    After a restart everything unproven counts as sent, but for what the state says was never let out.
    """

    def __init__(self, file: StateFile) -> None:
        self._file = file
        self._up_since_s: float | None = None
        self._online_before_s = 0.0
        self._sent: dict[str, float] = dict.fromkeys(set(file.state.unproven) - set(file.state.unsent), 0.0)
        self._asked: dict[str, float] = {}
        self._asked_on_this_link: set[str] = set()
        self._reported: set[str] = set()

    def link_up(self, mono_s: float) -> None:
        self.link_down(mono_s)
        self._up_since_s = mono_s
        self._asked_on_this_link.clear()

    def link_down(self, mono_s: float) -> None:
        self._online_before_s, self._up_since_s = self._online_s(mono_s), None

    def _online_s(self, mono_s: float) -> float:
        """Seconds that the link was up since this process began, all links together."""
        return self._online_before_s + (0.0 if self._up_since_s is None else mono_s - self._up_since_s)

    def sent(self, release: str, mono_s: float) -> None:
        """A release (its hash in hex) goes out; from now on the server may have it, whatever it answers."""
        self._sent.setdefault(release, self._online_s(mono_s))

    def may_be_out(self, release: str) -> bool:
        return release in self._sent

    def due(self, mono_s: float) -> list[bytes]:
        """Releases to ask a proof for now, each once in a connection."""
        if self._up_since_s is None:
            return []
        online_s = self._online_s(mono_s)
        ready = [
            release
            for release in self._file.state.unproven
            if release not in self._asked_on_this_link
            and release in self._sent
            and online_s - self._sent[release] >= ASK_AFTER_S
        ]
        self._asked_on_this_link.update(ready)
        for release in ready:
            self._asked.setdefault(release, online_s)
        return [bytes.fromhex(release) for release in ready]

    def missing(self, mono_s: float) -> list[str]:
        """Releases whose proof did not come in time; each is reported once and asked for again on the next link."""
        online_s = self._online_s(mono_s)
        late = [
            release
            for release, asked_s in self._asked.items()
            if online_s - asked_s >= ANSWER_WITHIN_S
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

    def seen(self, found: Checkpoint) -> TreeHead:
        """A verified checkpoint that came with something else. Raises ProofRefused when the log forked."""
        return self._remember(TreeHead(found.size, found.root), newest=False)

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
