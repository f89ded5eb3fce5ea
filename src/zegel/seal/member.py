# SPDX-License-Identifier: EUPL-1.2
"""Members and successions: how a tenant's opening key reaches its people, and how an old one reaches the new.

The tenant key is sealed to each member's own opening key by an owner. When a member leaves, a new tenant key is made
and the old one is sealed to it: who may open today may open the past, and the server may open nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

from zegel.seal import envelope
from zegel.seal.encoding import Value
from zegel.seal.errors import CannotOpen, NotYours
from zegel.seal.fields import Fields, SealedBody
from zegel.seal.suite import (
    SEED_SIZE,
    OpeningKey,
    SigningKey,
    Suite,
    hpke_open,
    hpke_seal,
    open_fingerprint,
    sealed_size,
)


@dataclass(frozen=True, slots=True)
class Member(SealedBody):
    """The tenant's private opening key, sealed to one person."""

    NAME = "member"

    suite: Suite
    party: bytes
    person: bytes
    person_fingerprint: bytes
    tenant_fingerprint: bytes
    tenant_open_pk: bytes
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (
            int(self.suite), self.party, self.person, self.person_fingerprint, self.tenant_fingerprint,
            self.tenant_open_pk,
        )  # fmt: skip

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        size = sealed_size(suite, SEED_SIZE)
        member = cls(
            suite,
            fields.id("party"),
            fields.id("person"),
            fields.hash("person_fingerprint"),
            fields.hash("tenant_fingerprint"),
            fields.open_key("tenant_open_pk", suite),
            fields.blob("sealed", size, size),
        )
        if open_fingerprint(suite, member.tenant_open_pk) != member.tenant_fingerprint:
            raise fields.wrong("tenant_fingerprint", "it is not that of the tenant's key")
        return member


def sign_member(party: bytes, person: bytes, person_open_pk: bytes, tenant: OpeningKey, owner: SigningKey) -> bytes:
    """Seal the tenant key to a person and sign it: the envelope. Raises KeyRefused."""
    suite = tenant.suite
    header = Member(
        suite, party, person, open_fingerprint(suite, person_open_pk), tenant.fingerprint, tenant.public_key
    )
    sealed = hpke_seal(suite, person_open_pk, header.info(), tenant.private)
    return envelope.sign(Member.NAME, replace(header, sealed=sealed).encode(), owner)


def verify_member(data: bytes, owner_pks: Iterable[bytes]) -> Member:
    """The object, signed by one of the pinned owners. Raises SealError."""
    return Member.decode(envelope.verify(data, Member.NAME, owner_pks))


def open_member(member: Member, person: OpeningKey) -> OpeningKey:
    """The tenant's key pair, checked against the public half that the object names.

    Raises NotYours, WrongSuite, CannotOpen.
    """
    if person.suite is member.suite and person.fingerprint != member.person_fingerprint:
        raise NotYours("the tenant's key is sealed to another key than this person's")
    tenant = OpeningKey(member.suite, hpke_open(person, member.suite, member.info(), member.sealed))
    if tenant.public_key != member.tenant_open_pk:
        raise CannotOpen("the sealed tenant key does not belong to the public key beside it")
    return tenant


@dataclass(frozen=True, slots=True)
class Succession(SealedBody):
    """An old tenant key's private half, sealed to the new one. `suite` is the new key's."""

    NAME = "succession"

    suite: Suite
    party: bytes
    old_fingerprint: bytes
    new_fingerprint: bytes
    sealed: bytes = b""

    def header(self) -> tuple[Value, ...]:
        return (int(self.suite), self.party, self.old_fingerprint, self.new_fingerprint)

    def sealed_field(self) -> bytes:
        return self.sealed

    @classmethod
    def read(cls, fields: Fields) -> Self:
        suite = fields.suite("suite")
        size = sealed_size(suite, SEED_SIZE)
        return cls(
            suite,
            fields.id("party"),
            fields.hash("old_fingerprint"),
            fields.hash("new_fingerprint"),
            fields.blob("sealed", size, size),
        )


def sign_succession(party: bytes, old: OpeningKey, new_suite: Suite, new_open_pk: bytes, owner: SigningKey) -> bytes:
    """Seal the old tenant key to the new one and sign it: the envelope. Raises KeyRefused."""
    header = Succession(new_suite, party, old.fingerprint, open_fingerprint(new_suite, new_open_pk))
    sealed = hpke_seal(new_suite, new_open_pk, header.info(), old.private)
    return envelope.sign(Succession.NAME, replace(header, sealed=sealed).encode(), owner)


def verify_succession(data: bytes, owner_pks: Iterable[bytes]) -> Succession:
    """The object, signed by one of the pinned owners. Raises SealError."""
    return Succession.decode(envelope.verify(data, Succession.NAME, owner_pks))


def open_succession(succession: Succession, new: OpeningKey) -> OpeningKey:
    """The old tenant's key pair. Raises NotYours, WrongSuite, CannotOpen."""
    if new.suite is succession.suite and new.fingerprint != succession.new_fingerprint:
        raise NotYours("the old key is sealed to another key than this one")
    private = hpke_open(new, succession.suite, succession.info(), succession.sealed)
    for suite in Suite:
        old = OpeningKey(suite, private)
        if old.fingerprint == succession.old_fingerprint:
            return old
    raise CannotOpen("the sealed old key does not have the fingerprint that it is said to have")
