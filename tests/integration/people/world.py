# SPDX-License-Identifier: EUPL-1.2
"""A small world for the doors' tests: an owner, its provider, its alarm centre, and a stranger, each with people."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.server.agreements import actions as agreements
from zegel.server.agreements.models import SignedHow
from zegel.server.kernel import ids
from zegel.server.kernel.actor import Actor, ActorKind, system
from zegel.server.people import actions
from zegel.server.people.roles import Language, PartyKind, RelationKind, Role

HASH = bytes(32)


def auth_key_of(email: str) -> bytes:
    """What a browser would derive; the server can't tell."""
    return hashlib.sha256(b"auth" + email.encode()).digest()


def account(email: str, name: str = "Somebody", language: str = "en") -> actions.NewAccount:
    sign, opening = SigningKey.generate(), OpeningKey.generate(Suite.CLASSIC)
    return actions.NewAccount(
        email, name, language, auth_key_of(email), b"wrapped by password", b"wrapped by code", 1, sign.public_key,
        opening.public_key,
    )  # fmt: skip


def party(name: str, kind: PartyKind = PartyKind.COMPANY) -> UUID:
    return actions.create_party(system(), kind, name, "NL", Language.NL).id


def member(party_id: UUID, role: Role, email: str, language: str = "en") -> UUID:
    person = actions.add_person(system(), account(email, email.split("@")[0].title(), language))
    actions.add_membership(system(party_id), person.id, party_id, role)
    return person.id


def actor(person_id: UUID, party_id: UUID, role: Role, purpose: str | None = None) -> Actor:
    return Actor(ActorKind.PERSON, person_id, party_id, role=role.value, purpose=purpose, address="192.0.2.7")


@dataclass(frozen=True)
class World:
    owner: UUID
    provider: UUID
    arc: UUID
    stranger: UUID
    people: dict[str, UUID] = field(default_factory=dict)

    def actor(self, who: str, purpose: str | None = None) -> Actor:
        party_id, role = {
            "owner": (self.owner, Role.OWNER), "member": (self.owner, Role.MEMBER),
            "operator": (self.arc, Role.OPERATOR), "technician": (self.provider, Role.TECHNICIAN),
            "stranger": (self.stranger, Role.OWNER),
        }[who]  # fmt: skip
        return actor(self.people[who], party_id, role, purpose)


def make_world() -> World:
    """Relations are there; agreements and statements are not."""
    world = World(
        party("De Haan Bouw", PartyKind.COMPANY), party("Waakzaam"), party("Alarmcentrale"),
        party("Familie Vreemd", PartyKind.HOUSEHOLD),
    )  # fmt: skip
    world.people.update(
        {
            "owner": member(world.owner, Role.OWNER, "owner@dehaan.example"),
            "member": member(world.owner, Role.MEMBER, "foreman@dehaan.example", "nl"),
            "operator": member(world.arc, Role.OPERATOR, "operator@centrale.example"),
            "technician": member(world.provider, Role.TECHNICIAN, "tech@waak.example"),
            "stranger": member(world.stranger, Role.OWNER, "vreemd@vreemd.example"),
        }
    )
    actions.relate(system(), world.owner, world.arc, RelationKind.ARC)
    actions.relate(system(), world.owner, world.provider, RelationKind.PROVIDER)
    return world


def agree(world: World) -> None:
    """Agreement, purpose, and the operator's and technician's confidentiality statements."""
    as_owner = system(world.owner)
    agreements.sign_agreement(as_owner, world.owner, world.provider, HASH, SignedHow.ONLINE, world.people["owner"])
    agreements.record_purpose(as_owner, world.owner, "theft_prevention", "Preventing theft from the yard.")
    for who, party_id in (("operator", world.arc), ("technician", world.provider)):
        agreements.sign_confidentiality(system(party_id), party_id, world.people[who], HASH, timedelta(days=365))


def hang(world: World) -> UUID:
    """A sign at a new site; returns the site's identifier."""
    site = ids.new()
    agreements.hang_sign(system(world.owner), world.owner, world.provider, site, world.people["owner"])
    return site
