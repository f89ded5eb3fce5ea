# SPDX-License-Identifier: EUPL-1.2
"""Where a person's data is: found by the declarations, in every room, also in those made after this was written.

    for found in finding.rows_of(SubjectRef.person(person_id)): …

A declaration's `path` leads from a row to whose it is; what the path ends at says what kind of name it takes: a person,
a party, somebody to call, or an address. Within an acting party: what that may not see is not found. Rows are read in
pages by their key, so that ten million of them cost no memory and no long lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models
from django.db.models import Q

from zegel.declare import Declaration, Erase, Export, Subject, declarations
from zegel.server.kernel.checks import load_declarations
from zegel.server.ledger import queries as ledger
from zegel.server.people.models import Membership

PAGE = 1000
HOUSEHOLD = "household"


class RefKind(StrEnum):
    """What a subject is known by."""

    PERSON = "person"  # who signs in
    PARTY = "party"  # a customer: person, household or company
    CONTACT = "contact"  # who is called: contacts and guards, who have no account
    CUSTOMER = "customer"  # a customer of a firm, a company's contacts with him
    EMAIL = "email"


@dataclass(frozen=True)
class SubjectRef:
    """Whose data is looked for. `text`: an e-mail address, in lower case."""

    kind: RefKind
    id: UUID | None = None
    text: str = ""

    @classmethod
    def person(cls, person_id: UUID) -> SubjectRef:
        return cls(RefKind.PERSON, person_id)

    @classmethod
    def party(cls, party_id: UUID) -> SubjectRef:
        return cls(RefKind.PARTY, party_id)

    @classmethod
    def contact(cls, contact_id: UUID) -> SubjectRef:
        return cls(RefKind.CONTACT, contact_id)

    @classmethod
    def customer(cls, customer_id: UUID) -> SubjectRef:
        return cls(RefKind.CUSTOMER, customer_id)

    @classmethod
    def email(cls, address: str) -> SubjectRef:
        return cls(RefKind.EMAIL, None, address.strip().lower())

    @property
    def value(self) -> UUID | str:
        return self.text if self.id is None else self.id


@dataclass(frozen=True)
class Found:
    """A row that says something of the subject. `declarations`: of those of its fields that do; `values`: what may be
    given to him as it is; `described`: fields of which only is said that they exist (secrets, sealed images)."""

    declarations: tuple[Declaration, ...]
    model: str
    pk: Any
    values: Mapping[str, Any]
    described: tuple[str, ...]
    owner_id: UUID | None

    @property
    def declaration(self) -> Declaration:
        return self.declarations[0]


@dataclass(frozen=True)
class Place:
    """Fields of one model that lead to their subject by one path, and what that path takes."""

    model: str
    path: str
    takes: RefKind
    declarations: tuple[Declaration, ...]

    @property
    def django(self) -> type[models.Model]:
        return apps.get_model(self.model)


# --- where to look ---


@cache
def places() -> tuple[Place, ...]:
    """Every place of personal data that a name of somebody leads to, in a steady order."""
    load_declarations()
    found = []
    ordered = sorted(declarations(), key=lambda one: (one.model, one.path, one.subject.value, one.field))
    for (model, path), group in groupby(ordered, key=lambda one: (one.model, one.path)):
        members = tuple(group)
        takes = _takes(model, path, members)
        if takes is not None and not _only_parts(members):
            found.append(Place(model, path, takes, members))
    return tuple(found)


def _only_parts(members: Sequence[Declaration]) -> bool:
    """Sealed pieces of a whole that is found itself: a recording's segments say nothing that it does not."""
    return all(one.erase is Erase.WITH_PARENT and one.export is Export.SEALED for one in members)


def _takes(model: str, path: str, members: Sequence[Declaration]) -> RefKind | None:
    if {one.subject for one in members} == {Subject.CONSUMER} and _to_customer(model, path):
        return RefKind.CUSTOMER
    if path == "":
        subjects = {one.subject for one in members}
        if subjects <= {Subject.CONTACT}:
            return RefKind.CONTACT
        return RefKind.PERSON if Subject.USER in subjects else None
    if path == "id":
        return RefKind.PARTY
    last = path.split("__")[-1]
    if last in ("owner_id", "party_id", "controller_id", "customer_id"):
        return RefKind.PARTY
    if last in ("contact_id", "guard_id"):
        return RefKind.CONTACT
    field = _field(apps.get_model(model), path)
    if isinstance(field, models.CharField | models.TextField):
        return RefKind.EMAIL
    return RefKind.PERSON if isinstance(field, models.UUIDField | models.ForeignKey) else None


def _to_customer(model: str, path: str) -> bool:
    """Whether it ends at a firm's customer: his row, a key to it, or a column that holds its number."""
    if path == "":
        return model == "customers.Customer"
    return path.endswith(("customer_id", "customer__id"))


def _field(model: type[models.Model], path: str) -> models.Field[Any, Any] | None:
    """What a path ends at; None when it leads nowhere."""
    at: Any = model
    field: Any = None
    for name in path.split("__"):
        try:
            field = at._meta.get_field(name)
        except Exception:
            try:
                field = at._meta.get_field(name.removesuffix("_id"))
            except Exception:
                return None
        at = field.related_model if field.is_relation else at
    return field  # type: ignore[no-any-return]


@cache
def address_fields() -> tuple[tuple[str, str], ...]:
    """(model, field) of every declared field that holds somebody's e-mail address."""
    load_declarations()
    found = {(one.model, one.field) for one in declarations() if "email" in one.field}
    return tuple(sorted(found))


# --- looking ---


def rows_of(subject: SubjectRef, *, owner_id: UUID | None = None, page: int = PAGE) -> Iterator[Found]:
    """Within an acting party: every row that says something of the subject; `owner_id`: only of that owner's rows.

    An address leads to the person, contact or letter that has it, and to all that these lead to; nothing is told twice.
    """
    told: set[tuple[str, Any, str]] = set()
    for ref in _refs(subject):
        for place in places():
            if place.takes is not ref.kind:
                continue
            for found in _rows(place, ref, owner_id, page):
                key = (found.model, found.pk, place.path)
                if key not in told:
                    told.add(key)
                    yield found
        if ref.kind is RefKind.PERSON and isinstance(ref.id, UUID):
            yield from _of_household(ref.id, owner_id, page)
    if subject.kind is RefKind.EMAIL:
        yield from _by_address(subject.text, owner_id, page, told)


def _of_household(person_id: UUID, owner_id: UUID | None, page: int) -> Iterator[Found]:
    """The record of his own household, whose name is his. A company's says nothing of him."""
    rows = Membership.objects.filter(person_id=person_id, party__kind=HOUSEHOLD)
    rows = rows if owner_id is None else rows.filter(party_id=owner_id)
    (place,) = (one for one in places() if (one.model, one.path) == ("people.Party", "id"))
    for party_id in sorted(set(rows.values_list("party_id", flat=True))):
        yield from _rows(place, SubjectRef.party(party_id), None, page)


def _refs(subject: SubjectRef) -> Iterator[SubjectRef]:
    yield subject
    if subject.kind is not RefKind.EMAIL:
        return
    for model, field in address_fields():
        kind = {"people.Person": RefKind.PERSON, "plans.Contact": RefKind.CONTACT, "dispatch.Guard": RefKind.CONTACT,
                "customers.Customer": RefKind.CUSTOMER}  # fmt: skip
        if model in kind:
            rows = apps.get_model(model)._default_manager.filter(**{f"{field}__iexact": subject.text})
            for pk in rows.values_list("pk", flat=True):
                yield SubjectRef(kind[model], pk)


def _by_address(text: str, owner_id: UUID | None, page: int, told: set[tuple[str, Any, str]]) -> Iterator[Found]:
    """Rows that have the address in them, wherever their path leads."""
    for model, field in address_fields():
        members = tuple(one for one in declarations() if one.model == model)
        place = Place(model, field, RefKind.EMAIL, members)
        if any(key[:1] == (model,) for key in told) and model == "people.Person":
            continue
        for found in _rows(place, SubjectRef.email(text), owner_id, page, f"{field}__iexact"):
            if not any((model, found.pk, path) in told for path in {one.path for one in members}):
                yield found


def by_address_alone(text: str, owner_id: UUID) -> Iterator[Found]:
    """Within an acting party: that owner's rows that have the address in them, and nothing that these lead to."""
    yield from _by_address(text.strip().lower(), owner_id, PAGE, set())


def _rows(
    place: Place, ref: SubjectRef, owner_id: UUID | None, page: int, lookup: str | None = None
) -> Iterator[Found]:  # fmt: skip
    model = place.django
    names = {field.name for field in model._meta.concrete_fields}
    condition = Q(**{lookup or place.path or "pk": ref.value})
    if owner_id is not None and "owner_id" in names:
        condition &= Q(owner_id=owner_id)
    value_fields = [one.field for one in place.declarations if one.export is Export.VALUE]
    described = tuple(one.field for one in place.declarations if one.export is not Export.VALUE)
    wanted = [*value_fields, *(["owner_id"] if "owner_id" in names else [])]
    after: Any = None
    while True:
        rows = model._default_manager.filter(condition)
        rows = rows if after is None else rows.filter(pk__gt=after)
        batch = list(rows.order_by("pk").values("pk", *wanted)[:page])
        for row in _read(place.model, batch):
            values = {name: row[name] for name in row if name in value_fields or name == "said"}
            yield Found(place.declarations, place.model, row["pk"], values, described, row.get("owner_id"))
        if len(batch) < page:
            return
        after = batch[-1]["pk"]


def _read(model: str, rows: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A ledger entry's body is sealed at rest and told in the clear to whom it concerns."""
    if model != "ledger.Body":
        yield from rows
        return
    said = ledger.by_index([row["pk"] for row in rows])
    for row in rows:
        logged = said.get(row["pk"])
        facts = {} if logged is None or logged.said is None else logged.said.facts
        plain = {key: value.hex() if isinstance(value, bytes) else value for key, value in facts.items()}
        kept = {key: value for key, value in row.items() if key not in ("sealed", "shred_id")}
        yield {**kept, "said": plain}


def counts(owner_id: UUID | None = None) -> dict[str, int]:
    """Within an acting party: how many rows of personal data each declared model has, for who must judge a breach."""
    found: dict[str, int] = {}
    load_declarations()
    for label in sorted({one.model for one in declarations()}):
        model = apps.get_model(label)
        rows = model._default_manager.all()
        if owner_id is not None:
            if not any(field.name == "owner_id" for field in model._meta.concrete_fields):
                continue
            rows = rows.filter(owner_id=owner_id)
        found[label] = rows.count()
    return found
