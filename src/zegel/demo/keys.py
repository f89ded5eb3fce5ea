# SPDX-License-Identifier: EUPL-1.2
"""What the people of the world hold on their own devices: passwords, recovery codes, key pairs.

The server never gets this; the demo keeps it in one file of its own, as the people would keep it in their heads and
pockets, so that a demo that is started again finds the same accounts.
"""

from __future__ import annotations

import base64
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zegel.demo.world import WORLD, World
from zegel.seal.account import Bundle, RecoveryCode, Wrapper, derive_keys, wrap_bundle
from zegel.seal.arckey import ArcKey, sign_arckey
from zegel.seal.member import sign_member
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.words import words

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
    """Everybody's secrets, by the world's keys."""

    people: dict[str, PersonKeys]
    parties: dict[str, PartyKeys]

    @classmethod
    def generate(cls, world: World = WORLD, suite: Suite = Suite.CLASSIC) -> Keyring:
        people = {
            person.key: PersonKeys(
                person.id.bytes,
                person.email,
                password(),
                RecoveryCode.generate(),
                Bundle.generate(person.id.bytes, suite),
            )
            for person in world.people
        }
        parties = {
            party.key: PartyKeys(party.id.bytes, OpeningKey.generate(suite), SigningKey.generate())
            for party in world.parties
        }
        return cls(people, parties)

    def save(self, path: Path) -> None:
        """Write the file, readable by its owner only."""
        data = {
            "people": {
                key: {
                    "id": _b64(keys.person_id), "email": keys.email, "password": keys.password,
                    "recovery": keys.recovery.text(), "bundle": _b64(keys.bundle.encode()),
                }
                for key, keys in self.people.items()
            },
            "parties": {
                key: {
                    "id": _b64(keys.party_id), "suite": int(keys.tenant.suite),
                    "tenant": _b64(keys.tenant.private), "signing": _b64(keys.signing.seed),
                }
                for key, keys in self.parties.items()
            },
        }  # fmt: skip
        temporary = path.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(data, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)

    @classmethod
    def load(cls, path: Path) -> Keyring:
        data: dict[str, Any] = json.loads(path.read_text())
        people = {
            key: PersonKeys(
                _unb64(item["id"]), item["email"], item["password"], RecoveryCode.parse(item["recovery"]),
                Bundle.decode(_unb64(item["bundle"])),
            )
            for key, item in data["people"].items()
        }  # fmt: skip
        parties = {
            key: PartyKeys(
                _unb64(item["id"]), OpeningKey(Suite(item["suite"]), _unb64(item["tenant"])),
                SigningKey(_unb64(item["signing"])),
            )
            for key, item in data["parties"].items()
        }  # fmt: skip
        return cls(people, parties)


def password() -> str:
    """Three pronounceable words of 16 bits each (above 10^14 guesses): easy to type from the demo's table."""
    return "-".join(words(os.urandom(32)).split("-")[:3])


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
