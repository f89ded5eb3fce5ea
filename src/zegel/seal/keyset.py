# SPDX-License-Identifier: EUPL-1.2
"""Keysets: whose keys count. What the unit and every client pin; nothing is taken on the server's word.

The first keyset of a pairing is signed by an owner in itself and counts because the pairing's secret says so; each
later one is signed by an owner of its predecessor, whose hash it carries. Removing a member is a keyset without him
and with a new tenant key. Keysets are per unit and pairing: a reset revives none of the old.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zegel.seal import envelope, note
from zegel.seal.encoding import Value
from zegel.seal.errors import FieldWrong, NotYours, ProofRefused, Replayed, WrongSuite
from zegel.seal.fields import Body, Fields, check_dated
from zegel.seal.suite import SigningKey, Suite, open_fingerprint

MAX_OWNERS = 64
MAX_WITNESSES = 16
MAX_VKEY = 500


@dataclass(frozen=True, slots=True)
class Signer:
    """A person (or the ARC's party) and the Ed25519 key that speaks for it."""

    id: bytes
    sign_pk: bytes

    def values(self) -> tuple[Value, ...]:
        return (self.id, self.sign_pk)

    @classmethod
    def read(cls, fields: Fields) -> Signer:
        return cls(fields.id("id"), fields.sign_key("sign_pk"))


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A log or witness: its name (for a log its origin line) and its verifier key, as in C2SP's signed notes."""

    name: str
    vkey: str

    def values(self) -> tuple[Value, ...]:
        return (self.name, self.vkey)

    @classmethod
    def read_log(cls, fields: Fields) -> NamedKey:
        return cls._read(fields, note.Algorithm.ED25519)

    @classmethod
    def read_witness(cls, fields: Fields) -> NamedKey:
        return cls._read(fields, note.Algorithm.COSIGNATURE)

    @classmethod
    def _read(cls, fields: Fields, algorithm: note.Algorithm) -> NamedKey:
        named = cls(fields.text("name"), fields.text("vkey", most=MAX_VKEY))
        try:
            key = note.VerifierKey.parse(named.vkey)
        except ProofRefused as error:
            raise fields.wrong("vkey", str(error)) from None
        if key.name != named.name or key.algorithm is not algorithm:
            raise fields.wrong("vkey", f"the key of {named.name} with algorithm {algorithm:#04x} was expected")
        return named

    @property
    def key(self) -> note.VerifierKey:
        return note.VerifierKey.parse(self.vkey)


@dataclass(frozen=True, slots=True)
class Keyset(Body):
    """The keys that count for one unit in one pairing. `number` counts from 1."""

    NAME = "keyset"

    suite: Suite
    unit: bytes
    pairing: bytes
    owner_party: bytes
    number: int
    previous: bytes | None
    issued_ms: int
    expires_ms: int
    owners: tuple[Signer, ...]
    tenant_open_pk: bytes
    arc: Signer | None
    log: NamedKey
    witnesses: tuple[NamedKey, ...]

    def values(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.unit, self.pairing, self.owner_party, self.number, self.previous,
            self.issued_ms, self.expires_ms,
            tuple(owner.values() for owner in self.owners),
            self.tenant_open_pk,
            None if self.arc is None else self.arc.values(),
            self.log.values(),
            tuple(witness.values() for witness in self.witnesses),
        )  # fmt: skip

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        keyset = cls(
            suite,
            fields.id("unit"),
            fields.id("pairing"),
            fields.id("owner_party"),
            fields.uint("number", 1),
            fields.optional("previous", fields.hash),
            fields.ms("issued"),
            fields.ms("expires"),
            fields.many("owners", Signer.read, most=MAX_OWNERS, least=1),
            fields.open_key("tenant_open_pk", suite),
            fields.maybe("arc", Signer.read),
            fields.one("log", NamedKey.read_log),
            fields.many("witnesses", NamedKey.read_witness, most=MAX_WITNESSES),
        )
        keyset._check(fields)
        return keyset

    def _check(self, fields: Fields) -> None:
        if (self.number == 1) != (self.previous is None):
            raise fields.wrong("previous", "the first keyset has no predecessor, every later one has")
        if self.expires_ms <= self.issued_ms:
            raise fields.wrong("expires", "it must lie after the issue")
        fields.rising("owners", (owner.id for owner in self.owners))
        fields.rising("owners", sorted(owner.sign_pk for owner in self.owners))
        fields.rising("witnesses", (witness.name for witness in self.witnesses))

    @property
    def owner_pks(self) -> tuple[bytes, ...]:
        return tuple(owner.sign_pk for owner in self.owners)

    @property
    def tenant_fingerprint(self) -> bytes:
        return open_fingerprint(self.suite, self.tenant_open_pk)

    def check_current(self, now_ms: int) -> None:
        """Raise NotYetValid or Expired."""
        check_dated("keyset", self.issued_ms, self.expires_ms, now_ms)

    def expect(self, unit: bytes, pairing: bytes) -> None:
        """Raise NotYours unless the keyset is of this unit and pairing."""
        if (self.unit, self.pairing) != (unit, pairing):
            raise NotYours("the keyset belongs to another unit or pairing")


def sign_keyset(keyset: Keyset, owner: SigningKey) -> bytes:
    """The envelope. Raises FieldWrong."""
    return envelope.sign(Keyset.NAME, keyset.encode(), owner)


def verify_keyset(data: bytes, predecessor: Keyset | None = None) -> Keyset:
    """The keyset, signed by an owner in itself (number 1) or of `predecessor` and following it.

    A first keyset proves nothing yet: pin it only after the pairing's MAC or a fingerprint was checked. Raises
    SealError.
    """
    if predecessor is None:
        return _verify_first(data)
    keyset = Keyset.decode(envelope.verify(data, Keyset.NAME, predecessor.owner_pks))
    _check_follows(keyset, predecessor)
    return keyset


def _verify_first(data: bytes) -> Keyset:
    keyset = Keyset.decode(envelope.read_unverified(data, Keyset.NAME).body)
    if keyset.number != 1:
        raise NotYours(f"keyset {keyset.number} needs its predecessor to be checked")
    envelope.verify(data, Keyset.NAME, keyset.owner_pks)
    return keyset


def _check_follows(keyset: Keyset, before: Keyset) -> None:
    keyset.expect(before.unit, before.pairing)
    if keyset.owner_party != before.owner_party:
        raise NotYours("the keyset names another owner than the one that is pinned")
    if keyset.number <= before.number:
        raise Replayed(f"keyset {keyset.number} is not newer than {before.number}")
    if keyset.number != before.number + 1 or keyset.previous != before.hash:
        raise NotYours(f"keyset {keyset.number} does not follow the pinned keyset {before.number}")
    if keyset.suite < before.suite:
        raise WrongSuite(f"suite {keyset.suite:d} would be weaker than the pinned suite {before.suite:d}")
    if keyset.issued_ms < before.issued_ms:
        raise FieldWrong("keyset.issued: it is older than its predecessor")
