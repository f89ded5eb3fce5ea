# SPDX-License-Identifier: EUPL-1.2
"""Central alarms: the word by which an alarm of a panel that reports to the server may open pictures at a unit.

It is the panel's own, under a key that the owner listed in his policy, or an owner's, who saw the alarm on his device.
The server carries it, with the proof that it stands in the log where witnesses saw it. It makes neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope
from zegel.seal.checkpoint import Checkpoint
from zegel.seal.cosignature import verify_cosignature
from zegel.seal.encoding import Value
from zegel.seal.errors import Expired, NotAllowed, NotYours, ProofRefused
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.keyset import Keyset
from zegel.seal.note import Note, VerifierKey
from zegel.seal.policy import Policy
from zegel.seal.proof import TlogProof, verify_receipt
from zegel.seal.suite import SigningKey

ENTRY = "central_alarm"
MAX_AGE_MS = 5 * 60_000
"""A word, and the cosignatures of the tree that proves it, are not older."""
OWNER_WAITS_S = 30
"""From an owner's word to the first picture: so long he, and everybody whom he lives with, may recall it."""
MAX_CAMERAS = 8


@dataclass(frozen=True, slots=True)
class CentralWord(Body):
    """This alarm of this panel may show these cameras: pictures follow of completed seconds from then on, no
    others.

    `alarm`: the alarm's id at the server, which the unit's own signed alarm keeps. `said_ms`: the signer's clock.
    """

    NAME = "central"

    unit: bytes
    pairing: bytes
    alarm: bytes
    panel: bytes
    class_name: str
    zone: str
    cameras: tuple[bytes, ...]
    said_ms: int

    def values(self) -> tuple[Value, ...]:
        return (
            self.unit, self.pairing, self.alarm, self.panel, self.class_name, self.zone, self.cameras, self.said_ms,
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        word = cls(
            fields.id("unit"),
            fields.id("pairing"),
            fields.id("alarm"),
            fields.id("panel"),
            fields.word("class"),
            fields.text("zone", least=0, most=64),
            fields.each("cameras", Fields.id, most=MAX_CAMERAS, least=1),
            fields.ms("said"),
        )
        fields.rising("cameras", word.cameras)
        return word


@dataclass(frozen=True, slots=True)
class Allowed:
    """A verified word. `owner`: it is an owner's, so that time must pass before anything is shown; `hash`: the word's,
    as the ledger's entry names it."""

    word: CentralWord
    owner: bool
    hash: bytes


def sign_central(word: CentralWord, key: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(CentralWord.NAME, word.encode(), key)


def verify_central(data: bytes, keyset: Keyset, policy: Policy, *, now_ms: int) -> Allowed:
    """The word, where the owner's policy takes central alarms, by one of its panels or by an owner, for this unit and
    pairing, of a class that releases, in time. A key that is an owner's speaks as an owner's.

    Raises SealError: NotAllowed, UnknownSigner, BadSignature, NotYours, Expired, NotYetValid, FieldWrong …
    """
    if policy.central is None:
        raise NotAllowed("the owner's policy takes no central alarms")
    panels = {panel.sign_pk: panel.id for panel in policy.central.panels}
    body, signer = envelope.verify_signer(data, CentralWord.NAME, [*keyset.owner_pks, *panels])
    word, owner = CentralWord.decode(body), signer in keyset.owner_pks
    if not owner and panels[signer] != word.panel:
        raise NotAllowed("the word is signed by another panel than the one that it names")
    if (word.unit, word.pairing) != (policy.unit, policy.pairing):
        raise NotYours("the word is for another unit or pairing")
    if word.class_name not in policy.release_classes:
        raise NotAllowed(f"{word.class_name!r} is no class that the policy lets release")
    check_dated("word", word.said_ms, word.said_ms + MAX_AGE_MS, now_ms)
    return Allowed(word, owner, word.hash)


def quorum_of(witnesses: Iterable[VerifierKey]) -> int:
    """How many of a keyset's witnesses must have seen a tree: more than half of them, by their keys."""
    return len({witness.public_key for witness in witnesses}) // 2 + 1


def verify_witnessed(text: str, allowed: Allowed, keyset: Keyset, *, now_ms: int) -> Checkpoint:
    """The checkpoint that proves the word's entry: of the pinned log, cosigned by more than half of the keyset's
    witnesses within the last minutes. Raises ProofRefused, Expired.

    A keyset that names no witness proves nothing of the kind: whoever runs the log could show it to this unit alone.
    """
    witnesses = [witness.key for witness in keyset.witnesses]
    if not witnesses:
        raise ProofRefused("the keyset names no witness")
    receipt = verify_receipt(text, keyset.log.key, witnesses, quorum_of(witnesses))
    entry, word = receipt.entry, allowed.word
    said = (entry.fact("alarm"), entry.fact("unit"), entry.fact("panel"), entry.fact("word"))
    if entry.kind != ENTRY or said != (word.alarm, word.unit, word.panel, allowed.hash):
        raise ProofRefused("the receipt is of another entry than this word")
    if entry.owner_party != keyset.owner_party:
        raise ProofRefused("the receipt's entry is not shown to this unit's owner")
    _check_seen_lately(TlogProof.parse(text).checkpoint, witnesses, now_ms)
    return receipt.checkpoint


def _check_seen_lately(note: Note, witnesses: list[VerifierKey], now_ms: int) -> None:
    """Raise Expired unless a quorum cosigned within some minutes of now."""
    times = {witness.public_key: verify_cosignature(note, witness) * 1000 for witness in witnesses if note.of(witness)}
    fresh = [at_ms for at_ms in times.values() if abs(now_ms - at_ms) < MAX_AGE_MS]
    if len(fresh) < quorum_of(witnesses):
        raise Expired("the witnesses saw that tree too long ago")
