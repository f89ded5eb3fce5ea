# SPDX-License-Identifier: EUPL-1.2
"""The one seeded world, as data: for the demo, the tests and the benches alike.

Two providers, one alarm centre that serves both, a building firm and a household, and a person for every role.
Identifiers are fixed, so that a test can name them; keys and passwords are made when it is seeded. Pure: no I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

_NAMESPACE = UUID("5a4e7a11-0000-4000-8000-7a6567656c00")

PartyKind = Literal["household", "company"]
Relation = Literal["provider", "arc"]


def world_id(name: str) -> UUID:
    """A fixed UUIDv4-shaped identifier for a thing in this world, from its name."""
    raw = bytearray(uuid5(_NAMESPACE, name).bytes)
    raw[6] = (raw[6] & 0x0F) | 0x40
    return UUID(bytes=bytes(raw))


@dataclass(frozen=True)
class Party:
    key: str
    kind: PartyKind
    name: str
    country: str
    language: str

    @property
    def id(self) -> UUID:
        return world_id(f"party/{self.key}")


@dataclass(frozen=True)
class Person:
    key: str
    name: str
    email: str
    language: str
    party: str
    role: str

    @property
    def id(self) -> UUID:
        return world_id(f"person/{self.key}")


@dataclass(frozen=True)
class Service:
    """Who serves whom: the dated relation that row-level security reads."""

    owner: str
    party: str
    kind: Relation


@dataclass(frozen=True)
class Camera:
    key: str
    name: str


@dataclass(frozen=True)
class Site:
    key: str
    owner: str
    provider: str
    name: str
    address: str
    tz: str
    profile: str
    purpose: str
    cameras: tuple[Camera, ...]

    @property
    def id(self) -> UUID:
        return world_id(f"site/{self.key}")


@dataclass(frozen=True)
class World:
    parties: tuple[Party, ...]
    people: tuple[Person, ...]
    services: tuple[Service, ...]
    sites: tuple[Site, ...]

    def party(self, key: str) -> Party:
        return next(p for p in self.parties if p.key == key)

    def person(self, key: str) -> Person:
        return next(p for p in self.people if p.key == key)

    def people_of(self, party: str) -> tuple[Person, ...]:
        return tuple(p for p in self.people if p.party == party)

    def site(self, key: str) -> Site:
        return next(s for s in self.sites if s.key == key)

    def serving(self, owner: str, kind: Relation) -> Party:
        return self.party(next(s.party for s in self.services if s.owner == owner and s.kind == kind))


WORLD = World(
    parties=(
        Party("waak", "company", "Waakzaam Bouwplaatsen BV", "NL", "nl"),
        Party("nordvakt", "company", "Nordvakt Hem AB", "SE", "sv"),
        Party("centrale", "company", "Alarmcentrale De Linge", "NL", "nl"),
        Party("dehaan", "company", "De Haan Bouw BV", "NL", "nl"),
        Party("lindqvist", "household", "Familjen Lindqvist", "SE", "sv"),
    ),
    people=(
        Person("operator", "Operator 12", "operator@centrale.example", "en", "centrale", "operator"),
        Person("operator2", "Operator 7", "operator7@centrale.example", "nl", "centrale", "operator"),
        Person("supervisor", "Sanne Visser", "supervisor@centrale.example", "nl", "centrale", "supervisor"),
        Person("owner", "Pieter de Haan", "owner@dehaan.example", "en", "dehaan", "owner"),
        Person("foreman", "Yusuf Demir", "foreman@dehaan.example", "nl", "dehaan", "member"),
        Person("household", "Elin Lindqvist", "elin@lindqvist.example", "sv", "lindqvist", "owner"),
        Person("son", "Nils Lindqvist", "nils@lindqvist.example", "sv", "lindqvist", "member"),
        Person("planner", "Marieke Bos", "planner@waak.example", "nl", "waak", "planner"),
        Person("technician", "Tom Jansen", "technician@waak.example", "nl", "waak", "technician"),
        Person("privacy", "Fatima Aziz", "privacy@waak.example", "nl", "waak", "privacy_officer"),
        Person("admin", "Ruben Smit", "admin@waak.example", "nl", "waak", "admin"),
        Person("nordtech", "Lars Ek", "tekniker@nordvakt.example", "sv", "nordvakt", "technician"),
        Person("nordplan", "Anna Berg", "planering@nordvakt.example", "sv", "nordvakt", "planner"),
    ),
    services=(
        Service("dehaan", "waak", "provider"),
        Service("dehaan", "centrale", "arc"),
        Service("lindqvist", "nordvakt", "provider"),
        Service("lindqvist", "centrale", "arc"),
    ),
    sites=(
        Site(
            "yard", "dehaan", "waak", "Harbour yard North", "Kade 12, Rotterdam", "Europe/Amsterdam", "site-nl",
            "theft_prevention", (Camera("gate", "Gate camera 2"),),
        ),
        Site(
            "villa", "lindqvist", "nordvakt", "Villa Lindqvist", "Björkvägen 4, Uppsala", "Europe/Stockholm", "home-se",
            "burglary_prevention", (Camera("hall", "Hall"),),
        ),
    ),
)
