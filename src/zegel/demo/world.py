# SPDX-License-Identifier: EUPL-1.2
"""The one seeded world, as data: for the demo, the tests and the benches alike.

Two providers, one alarm centre that serves both, a second one that steps in, a building firm and a household, a shop
with after-sales service, two of its partners, a workshop, and a person for every role.
Identifiers are fixed, so that a test can name them; keys and passwords are made when it is seeded. Pure: no I/O.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID, uuid5

from zegel.setup.founding import (
    Camera,
    Certificate,
    Contact,
    Founding,
    GuardCompany,
    Panel,
    Party,
    Person,
    Plan,
    Service,
    Site,
)

_NAMESPACE = UUID("5a4e7a11-0000-4000-8000-7a6567656c00")
_STATEMENT = b"I keep to myself what I see in the images and records of this organisation's customers."
_AGREEMENT = b"Processing agreement of the demonstration, version 1."


def world_id(name: str) -> UUID:
    """A fixed UUIDv4-shaped identifier for a thing in this world, from its name."""
    raw = bytearray(uuid5(_NAMESPACE, name).bytes)
    raw[6] = (raw[6] & 0x0F) | 0x40
    return UUID(bytes=bytes(raw))


def _party(key: str, kind: str, name: str, country: str, language: str) -> Party:
    return Party(world_id(f"party/{key}"), key, kind, name, country, language)


def _person(key: str, name: str, email: str, language: str, party: str, role: str) -> Person:
    statement = hashlib.sha256(_STATEMENT).digest()
    return Person(world_id(f"person/{key}"), key, name, email, language, party, role, statement)


def _certified(party: str, people: tuple[str, ...]) -> tuple[Certificate, ...]:
    """A centre that may serve sites of every profile, and its people too."""
    schemes = {"pac": "Stichting PAC (demonstration)", "vds": "VdS (demonstration)", "en50518": "Kiwa (demonstration)"}
    centre = tuple(
        Certificate(party, None, scheme, f"{scheme.upper()}-{party}", issuer) for scheme, issuer in schemes.items()
    )
    own = tuple(
        Certificate(party, person, scheme, f"{scheme.upper()}-{person}", schemes[scheme])
        for person in people
        for scheme in ("pac", "vds")
    )
    return centre + own


def _panel(name: str, account: str, *zones: tuple[str, str, str, bool]) -> Panel:
    """The key is no secret here: whoever plays with the demo may dial in with it."""
    return Panel(name, account, hashlib.sha256(f"demo panel {account}".encode()).hexdigest()[:32].upper(), zones)


def _site(
    key: str, owner: str, provider: str, name: str, address: str, tz: str, profile: str, purpose: str,
    cameras: tuple[Camera, ...], **response: Any,
) -> Site:  # fmt: skip
    return Site(
        world_id(f"site/{key}"), key, owner, provider, name, address, tz, profile, purpose,
        f"To guard {name} outside working hours.", hashlib.sha256(_AGREEMENT + key.encode()).digest(), "online", True,
        cameras, **response,
    )  # fmt: skip


WORLD = Founding(
    parties=(
        _party("waak", "company", "Waakzaam Bouwplaatsen BV", "NL", "nl"),
        _party("nordvakt", "company", "Nordvakt Hem AB", "SE", "sv"),
        _party("centrale", "company", "Alarmcentrale De Linge", "NL", "nl"),
        _party("maas", "company", "Meldcentrale Maas", "NL", "nl"),
        _party("dehaan", "company", "De Haan Bouw BV", "NL", "nl"),
        _party("lindqvist", "household", "Familjen Lindqvist", "SE", "sv"),
        # service and office: a shop with after-sales service, its partners in the chain, and a workshop
        _party("noordman", "company", "Noordman Apparaten BV", "NL", "nl"),
        _party("snel", "company", "Snel Service", "NL", "nl"),
        _party("vandijk", "company", "Van Dijk Transport", "NL", "nl"),
        _party("linge", "company", "Herstelcentrum Linge", "NL", "nl"),
        _party("garage", "company", "Garage Visser", "NL", "nl"),
    ),
    people=(
        _person("operator", "Operator 12", "operator@centrale.example", "en", "centrale", "operator"),
        _person("operator2", "Operator 7", "operator7@centrale.example", "nl", "centrale", "operator"),
        _person("supervisor", "Sanne Visser", "supervisor@centrale.example", "nl", "centrale", "supervisor"),
        _person("supervisor2", "Jan Kok", "supervisor2@centrale.example", "nl", "centrale", "supervisor"),
        _person("standby", "Operator 3", "operator@maas.example", "nl", "maas", "operator"),
        _person("owner", "Pieter de Haan", "owner@dehaan.example", "en", "dehaan", "owner"),
        _person("foreman", "Yusuf Demir", "foreman@dehaan.example", "nl", "dehaan", "member"),
        _person("household", "Elin Lindqvist", "elin@lindqvist.example", "sv", "lindqvist", "owner"),
        _person("son", "Nils Lindqvist", "nils@lindqvist.example", "sv", "lindqvist", "member"),
        _person("planner", "Marieke Bos", "planner@waak.example", "nl", "waak", "planner"),
        _person("technician", "Tom Jansen", "technician@waak.example", "nl", "waak", "technician"),
        _person("privacy", "Fatima Aziz", "privacy@waak.example", "nl", "waak", "privacy_officer"),
        _person("admin", "Ruben Smit", "admin@waak.example", "nl", "waak", "admin"),
        _person("auditor", "Ingrid Holm", "auditor@waak.example", "en", "waak", "auditor"),
        _person("nordtech", "Lars Ek", "tekniker@nordvakt.example", "sv", "nordvakt", "technician"),
        _person("nordplan", "Anna Berg", "planering@nordvakt.example", "sv", "nordvakt", "planner"),
        _person("shop", "Wim Noordman", "wim@noordman.example", "nl", "noordman", "owner"),
        _person("desk", "Lotte Meijer", "service@noordman.example", "en", "noordman", "desk"),
        _person("bookkeeper", "Henk Prins", "boekhouding@noordman.example", "nl", "noordman", "bookkeeper"),
        _person("accountant", "Saskia Vos", "vos@vosaccountants.example", "nl", "noordman", "accountant"),
        _person("mechanic", "Bram Snel", "bram@snelservice.example", "en", "snel", "mechanic"),
        _person("repairer", "Nadia Smit", "nadia@herstellinge.example", "en", "linge", "repairer"),
        _person("carrier", "Joost van Dijk", "joost@vandijk.example", "nl", "vandijk", "carrier"),
        _person("garagist", "Karel Visser", "karel@garagevisser.example", "nl", "garage", "owner"),
    ),
    services=(
        Service("dehaan", "waak", "provider"),
        Service("dehaan", "centrale", "arc"),
        Service("dehaan", "maas", "arc_second"),
        Service("lindqvist", "nordvakt", "provider"),
        Service("lindqvist", "centrale", "arc"),
        Service("noordman", "waak", "provider"),
        Service("garage", "waak", "provider"),
    ),
    sites=(
        _site(
            "yard", "dehaan", "waak", "Harbour yard North", "Kade 12, Rotterdam", "Europe/Amsterdam", "site-nl",
            "theft_prevention", (Camera("gate", "Gate camera 2"),),
            panels=(
                _panel("Fire panel, site hut", "7002", ("1", "Smoke, office", "fire", False),
                       ("2", "Smoke, canteen", "fire", False), ("9", "Battery room", "technical", False)),
            ),
            contacts=(
                Contact(
                    "Yusuf Demir", "+31 6 0000 0101", "foreman", "nl", "zilvermeeuw", "rode fiets", True,
                    "Has the key of the container; lives ten minutes away.",
                ),
                Contact("Pieter de Haan", "+31 6 0000 0102", "director", "nl", "kadekraan", "blauwe schuur"),
                Contact(
                    "Office De Haan", "+31 10 000 0103", "office", "nl",
                    hours=(((0, 1, 2, 3, 4), "08:00", "17:30"),),
                ),
            ),
            guards=(
                GuardCompany("Rijnmond Patrol", "+31 10 000 0201", "dispatch@rijnmond.example", "nl", 15),
                GuardCompany("Delta Guards", "+31 10 000 0202", "night@delta.example", "nl", 30),
            ),
            plans=(
                Plan("Harbour yard, at night", ("burglary", "video"), (
                    {"kind": "look", "text": "Is somebody inside the fence? The quay itself is public."},
                    {"kind": "call_contact", "text": "Ask for the code word. Without it, go on.", "attempts": 2,
                     "code_word": True},
                    {"kind": "call_police", "text": "Only when you saw somebody. Gate 4, water side."},
                    {"kind": "send_guard", "text": "The first company that accepts.", "tell_contacts": True},
                    {"kind": "wait", "text": "Look again when something moves.", "wait_s": 600},
                    {"kind": "close_suggest", "text": "Close with what the guard found."},
                )),
            ),
            route="From the A15 take exit 17, then left along the quay. Gate 4 is behind the crane.",
            on_site="The gate opens with the key in the box at the post. Do not walk under the crane.",
        ),
        _site(
            "villa", "lindqvist", "nordvakt", "Villa Lindqvist", "Björkvägen 4, Uppsala", "Europe/Stockholm", "home-se",
            "burglary_prevention", (Camera("hall", "Hall"),),
            panels=(
                _panel("Burglary panel", "7001", ("1", "Front door", "", True), ("2", "Hall", "", False),
                       ("3", "Living room", "", False), ("8", "Panic button", "holdup_duress", False)),
            ),
            contacts=(
                Contact("Elin Lindqvist", "+46 70 174 06 05", "ägare", "sv", "blåklocka", "gammal stege", True),
                Contact("Karin Berg", "+46 70 174 06 18", "granne", "sv", "sommarhus"),
            ),
            guards=(GuardCompany("Uppsala Väktare", "+46 18 000 02 01", "jour@uppsalavakt.example", "sv", 20),),
            route="Sväng vänster efter kyrkan. Huset ligger längst in.",
        ),
    ),
    certificates=(
        *_certified("centrale", ("operator", "operator2", "supervisor", "supervisor2")),
        *_certified("maas", ("standby",)),
    ),
)
