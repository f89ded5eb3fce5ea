# SPDX-License-Identifier: EUPL-1.2
"""What people and parties hold on their own side: passwords, recovery codes, key pairs.

The server never gets this. `zegel setup` prints it once and forgets it; the demo keeps it in a file, as the people
would keep it in their heads and pockets.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from zegel.seal.account import Bundle, RecoveryCode, Wrapper, derive_keys, wrap_bundle
from zegel.seal.arckey import ArcKey, sign_arckey
from zegel.seal.member import sign_member
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.words import words
from zegel.setup.founding import Founding

_YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True)
class PersonKeys:
    """One person's secrets."""

    person_id: bytes
    email: str
    password: str = field(repr=False)
    recovery: RecoveryCode = field(repr=False)
    bundle: Bundle = field(repr=False)

    def account(self, origin: str) -> Account:
        """What this person's browser sends when the account is made."""
        derived = derive_keys(origin, self.email, self.password)
        return Account(
            auth_key=derived.auth_key,
            bundle_password=wrap_bundle(self.bundle, derived.wrap_key, Wrapper.PASSWORD),
            bundle_recovery=wrap_bundle(self.bundle, self.recovery.wrap_key(), Wrapper.RECOVERY),
            sign_pk=self.bundle.signing.public_key,
            open_pk=self.bundle.opening.public_key,
        )


@dataclass(frozen=True)
class Account:
    """What the server gets to see of a person's secrets."""

    auth_key: bytes = field(repr=False)
    bundle_password: bytes = field(repr=False)
    bundle_recovery: bytes = field(repr=False)
    sign_pk: bytes
    open_pk: bytes


@dataclass(frozen=True)
class PartyKeys:
    """An organisation's key that opens, and the key with which it certifies (used by an alarm centre)."""

    party_id: bytes
    tenant: OpeningKey = field(repr=False)
    signing: SigningKey = field(repr=False)

    def sealed_to(self, person: PersonKeys, owner: PersonKeys) -> bytes:
        """The `member` envelope: the tenant's key sealed to a person, signed by an owner."""
        return sign_member(
            self.party_id, person.person_id, person.bundle.opening.public_key, self.tenant, owner.bundle.signing
        )

    def certificate(self, now_ms: int) -> bytes:
        """The `arckey` envelope of an alarm centre."""
        key = ArcKey(self.tenant.suite, self.party_id, self.tenant.public_key, 1, now_ms, now_ms + _YEAR_MS)
        return sign_arckey(key, self.signing)


@dataclass(frozen=True)
class Keyring:
    """Everybody's secrets, by the founding's keys."""

    people: dict[str, PersonKeys]
    parties: dict[str, PartyKeys]

    @classmethod
    def generate(cls, founding: Founding, suite: Suite = Suite.CLASSIC) -> Keyring:
        people = {
            person.key: PersonKeys(
                person.id.bytes,
                person.email,
                password(),
                RecoveryCode.generate(),
                Bundle.generate(person.id.bytes, suite),
            )
            for person in founding.people
        }
        parties = {
            party.key: PartyKeys(party.id.bytes, OpeningKey.generate(suite), SigningKey.generate())
            for party in founding.parties
        }
        return cls(people, parties)


def password() -> str:
    """Three pronounceable words of 16 bits each (above 10^14 guesses): easy to type from a sheet."""
    return "-".join(words(os.urandom(32)).split("-")[:3])
