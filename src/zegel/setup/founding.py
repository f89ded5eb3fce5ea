# SPDX-License-Identifier: EUPL-1.2
"""Who is there when an installation begins, as data: parties, people, who serves whom, and guarded places.

`read` takes it from the installer's TOML file; the demo's world is written in the same form. Pure but for reading the
documents that the file names, of which only the SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

PARTY_KINDS = ("person", "household", "company")
RELATIONS = ("provider", "arc", "arc_second")
ROLES = (
    "owner", "member", "operator", "supervisor", "planner", "technician", "privacy_officer", "admin", "auditor", "desk",
    "bookkeeper", "accountant", "mechanic", "repairer", "carrier",
)  # fmt: skip
LANGUAGES = ("nl", "sv", "de", "en")
SCHEMES = ("pac", "vds", "en50518")
SIGNED = ("paper", "online", "email")
LARGEST = 64 * 1024
LARGEST_DOCUMENT = 64 * 1024 * 1024

Made = TypeVar("Made")


class FoundingWrong(Exception):
    """The file does not say what is needed; the message says where, and what to write."""


@dataclass(frozen=True)
class Party:
    id: UUID
    key: str
    kind: str
    name: str
    country: str
    language: str


@dataclass(frozen=True)
class Person:
    """`confidentiality`: SHA-256 of the statement that this person signed; None when he signed none."""

    id: UUID
    key: str
    name: str
    email: str
    language: str
    party: str
    role: str
    confidentiality: bytes | None = None


@dataclass(frozen=True)
class Service:
    """Who serves whom: the dated relation that row-level security reads."""

    owner: str
    party: str
    kind: str


@dataclass(frozen=True)
class Certificate:
    """Of an alarm centre, or (`person`) of one of its people. Without dates: from now on, for a year."""

    party: str
    person: str | None
    scheme: str
    number: str
    issuer: str
    valid_from: date | None = None
    valid_to: date | None = None
    document: bytes | None = None


@dataclass(frozen=True)
class Camera:
    key: str
    name: str


@dataclass(frozen=True)
class Contact:
    """Somebody to call about a site. Words are given to him, and kept as slow hashes only."""

    name: str
    phone: str
    relation: str
    language: str
    code_word: str = ""
    duress_word: str = ""
    tell_guard: bool = False
    guard_note: str = ""
    hours: tuple[tuple[tuple[int, ...], str, str], ...] = ()


@dataclass(frozen=True)
class GuardCompany:
    """Who may be sent to a site, and how many minutes it usually takes."""

    name: str
    phone: str
    email: str
    language: str
    typical_min: int


@dataclass(frozen=True)
class Plan:
    """A site's own action plan; each step as the API has it."""

    name: str
    classes: tuple[str, ...]
    steps: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Panel:
    """An alarm panel that reports by DC-09 to the owner's alarm centre. `key`: as hexadecimal digits. `zones`: number,
    name, class ("" = what its code says), and whether people come and go by it."""

    name: str
    account: str
    key: str = field(repr=False)
    zones: tuple[tuple[str, str, str, bool], ...] = ()


@dataclass(frozen=True)
class Site:
    """`agreement`: SHA-256 of the agreement between owner and provider. `sign`: that the sign hangs there."""

    id: UUID
    key: str
    owner: str
    provider: str
    name: str
    address: str
    tz: str
    profile: str
    purpose: str
    purpose_text: str
    agreement: bytes
    signed: str = "paper"
    sign: bool = True
    cameras: tuple[Camera, ...] = ()
    panels: tuple[Panel, ...] = ()
    contacts: tuple[Contact, ...] = ()
    guards: tuple[GuardCompany, ...] = ()
    plans: tuple[Plan, ...] = ()
    route: str = ""
    on_site: str = ""


@dataclass(frozen=True)
class Founding:
    """Everything of it, with look-ups by key."""

    parties: tuple[Party, ...]
    people: tuple[Person, ...]
    services: tuple[Service, ...]
    sites: tuple[Site, ...]
    certificates: tuple[Certificate, ...] = ()

    def party(self, key: str) -> Party:
        return next(p for p in self.parties if p.key == key)

    def person(self, key: str) -> Person:
        return next(p for p in self.people if p.key == key)

    def people_of(self, party: str) -> tuple[Person, ...]:
        return tuple(p for p in self.people if p.party == party)

    def site(self, key: str) -> Site:
        return next(s for s in self.sites if s.key == key)

    def serving(self, owner: str, kind: str) -> Party:
        return self.party(next(s.party for s in self.services if s.owner == owner and s.kind == kind))

    def is_provider(self, party: str) -> bool:
        return any(service.party == party and service.kind == "provider" for service in self.services)

    def is_arc(self, party: str) -> bool:
        """Somebody's alarm centre, the second one too: it certifies its opening key, so that an owner can choose it."""
        return any(service.party == party and service.kind in {"arc", "arc_second"} for service in self.services)

    def first_owner(self, party: str) -> Person | None:
        """Who signs for the party: its first owner."""
        return next((person for person in self.people_of(party) if person.role == "owner"), None)


# --- the installer's file ---


def read(path: Path, identify: Callable[[str], UUID]) -> Founding:
    """The file's founding. `identify`: the installation's identifier for a thing's name, the same each time.

    Raises FoundingWrong.
    """
    try:
        data = path.read_bytes()
        if len(data) > LARGEST:
            raise FoundingWrong(f"{path} is larger than {LARGEST} bytes")
        said = tomllib.loads(data.decode("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FoundingWrong(f"{path} can't be read: {error}") from None
    reader = _Reader(said, path.absolute().parent, identify)
    found = reader.founding()
    _check(found)
    return found


class _Reader:
    def __init__(self, said: dict[str, Any], folder: Path, identify: Callable[[str], UUID]) -> None:
        unknown = set(said) - {"party", "person", "service", "site", "certificate"}
        if unknown:
            raise FoundingWrong(
                f"unknown table {', '.join(sorted(unknown))}; known: party, person, service, site, certificate"
            )
        self._said, self._folder, self._identify = said, folder, identify

    def founding(self) -> Founding:
        return Founding(
            tuple(self._party(row) for row in self._rows("party")),
            tuple(self._person(row) for row in self._rows("person")),
            tuple(self._service(row) for row in self._rows("service")),
            tuple(self._site(row) for row in self._rows("site")),
            tuple(self._certificate(row) for row in self._rows("certificate")),
        )

    def _rows(self, table: str) -> list[_Row]:
        rows = self._said.get(table, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise FoundingWrong(f"write each {table} as [[{table}]]")
        return [_Row(f"{table} {number}", dict(row)) for number, row in enumerate(rows, 1)]

    def _party(self, row: _Row) -> Party:
        key = row.text("key")
        return row.whole(Party(
            self._identify(f"party/{key}"), key, row.choice("kind", PARTY_KINDS), row.text("name"),
            row.text("country"), row.choice("language", LANGUAGES),
        ))  # fmt: skip

    def _person(self, row: _Row) -> Person:
        key = row.text("key")
        return row.whole(Person(
            self._identify(f"person/{key}"), key, row.text("name"), row.text("email"),
            row.choice("language", LANGUAGES), row.text("party"), row.choice("role", ROLES),
            self._document(row, "confidentiality") if row.has("confidentiality") else None,
        ))  # fmt: skip

    def _service(self, row: _Row) -> Service:
        return row.whole(Service(row.text("owner"), row.text("party"), row.choice("kind", RELATIONS)))

    def _site(self, row: _Row) -> Site:
        key = row.text("key")
        return row.whole(Site(
            self._identify(f"site/{key}"), key, row.text("owner"), row.text("provider"), row.text("name"),
            row.text("address"), row.text("tz"), row.text("profile"), row.text("purpose"), row.text("purpose_text"),
            self._document(row, "agreement"), row.choice("signed", SIGNED), row.flag("sign"),
        ))  # fmt: skip

    def _certificate(self, row: _Row) -> Certificate:
        return row.whole(Certificate(
            row.text("party"), row.text("person") if row.has("person") else None, row.choice("scheme", SCHEMES),
            row.text("number"), row.text("issuer"), row.day("valid_from"), row.day("valid_to"),
            self._document(row, "document") if row.has("document") else None,
        ))  # fmt: skip

    def _document(self, row: _Row, name: str) -> bytes:
        """The SHA-256 of the file; relative names are beside the TOML file."""
        path = self._folder / row.text(name)
        try:
            if path.stat().st_size > LARGEST_DOCUMENT:
                raise FoundingWrong(f"{row.where}: {path} is larger than {LARGEST_DOCUMENT} bytes")
            return hashlib.sha256(path.read_bytes()).digest()
        except OSError as error:
            raise FoundingWrong(f"{row.where}: the document {path} can't be read ({error.strerror})") from None


class _Row:
    """One table of the file; every field is asked for once, and what is left over is a mistake."""

    def __init__(self, where: str, fields: dict[str, Any]) -> None:
        self.where, self._fields = where, fields

    def has(self, name: str) -> bool:
        return name in self._fields

    def text(self, name: str) -> str:
        value = self._take(name)
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= 300:
            raise FoundingWrong(f"{self.where}: {name} must be a text of 1 to 300 characters")
        return value.strip()

    def choice(self, name: str, known: tuple[str, ...]) -> str:
        value = self._take(name)
        if value not in known:
            raise FoundingWrong(f"{self.where}: {name} is one of {', '.join(known)}")
        return str(value)

    def flag(self, name: str) -> bool:
        value = self._take(name)
        if not isinstance(value, bool):
            raise FoundingWrong(f"{self.where}: {name} is true or false")
        return value

    def day(self, name: str) -> date:
        value = self._take(name)
        if type(value) is not date:
            raise FoundingWrong(f"{self.where}: {name} is a day, like 2027-03-31, without quotes")
        return value

    def _take(self, name: str) -> Any:
        if name not in self._fields:
            raise FoundingWrong(f"{self.where}: {name} is missing")
        return self._fields.pop(name)

    def whole(self, made: Made) -> Made:
        if self._fields:
            raise FoundingWrong(f"{self.where}: unknown {', '.join(sorted(self._fields))}")
        return made


def _check(found: Founding) -> None:
    """Names are unique and known."""
    parties = {party.key for party in found.parties}
    _unique("party", [party.key for party in found.parties])
    _unique("person", [person.key for person in found.people])
    _unique("e-mail", [person.email.strip().lower() for person in found.people])
    _unique("site", [site.key for site in found.sites])
    named = [(f"person {p.key}", p.party) for p in found.people]
    named += [(f"service of {s.owner}", key) for s in found.services for key in (s.owner, s.party)]
    named += [(f"site {s.key}", key) for s in found.sites for key in (s.owner, s.provider)]
    named += [(f"certificate {c.number}", c.party) for c in found.certificates]
    for where, key in named:
        if key not in parties:
            raise FoundingWrong(f"{where}: there is no party '{key}' in the file")
    for certificate in found.certificates:
        _check_certificate(found, certificate)
    for party in found.parties:
        if not found.people_of(party.key):
            raise FoundingWrong(f"party {party.key}: has nobody; its key is sealed to its people")
    for site in found.sites:
        if found.first_owner(site.owner) is None:
            raise FoundingWrong(f"site {site.key}: its owner '{site.owner}' has no person with the role owner")
        if Service(site.owner, site.provider, "provider") not in found.services:
            raise FoundingWrong(f"site {site.key}: '{site.provider}' is not a provider of '{site.owner}'")


def _check_certificate(found: Founding, certificate: Certificate) -> None:
    where = f"certificate {certificate.number}"
    if certificate.person is not None and certificate.person not in {p.key for p in found.people_of(certificate.party)}:
        raise FoundingWrong(f"{where}: '{certificate.person}' is nobody of '{certificate.party}'")
    if certificate.valid_from and certificate.valid_to and certificate.valid_to <= certificate.valid_from:
        raise FoundingWrong(f"{where}: it ends before it begins")


def _unique(what: str, names: list[str]) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FoundingWrong(f"{what} twice: {', '.join(sorted(twice))}")
