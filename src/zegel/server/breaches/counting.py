# SPDX-License-Identifier: EUPL-1.2
"""How many people and records a breach touched: counted in the rows that the declarations speak of.

- Nobody types what a table holds: a model counts when its declared data is of a chosen category, or when it was chosen
  itself; whose rows they are, and which role we have there, follows from the declaration.
- A period narrows what was made in it (images, activity, technical data, letters); of what is held all along (accounts,
  contacts, agreements) everything counts that was there before its end.
- Who is on a picture can't be counted: `people` is None there, and the officer says what he knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from zegel.declare import Category, Declaration, Subject, declarations
from zegel.server.breaches.rules import Side, side_of
from zegel.server.kernel import clock
from zegel.server.kernel.checks import load_declarations
from zegel.server.people.models import Membership
from zegel.server.sites.models import Camera

MADE_AT_A_MOMENT = frozenset({Category.IMAGE, Category.ACTIVITY, Category.TECHNICAL, Category.CORRESPONDENCE})
MOST_PEOPLE = 1_000_000
# when a row came to be: the first of these that it has
_MOMENTS = (
    "at", "at_ms", "raised_ms", "opened_at", "start_ms", "epoch__start_ms", "from_ms", "occurred_ms", "received_ms",
    "issued_ms", "made_at", "issued_at", "received_at", "reported_at", "asked_at", "requested_at", "started_at",
    "written_at", "judged_at", "hung_at", "created_at", "added_at", "signed_at", "valid_from", "paired_at", "since",
    "uploaded_at", "changed_at", "changed_ms",
)  # fmt: skip
_CAMERAS = ("camera_id", "epoch__camera_id")
_SITES = ("site_id", "unit__site_id")
# models without an owner of their own: what leads from a party to their rows
_OF_PARTY = {"people.Membership": "party_id", "people.Party": "id"}


@dataclass(frozen=True)
class Scope:
    """What was touched. Empty `owners`, `sites` and `cameras`: all that we see. `models`: besides those of the
    categories."""

    categories: tuple[Category, ...] = ()
    models: tuple[str, ...] = ()
    owners: tuple[UUID, ...] = ()
    sites: tuple[UUID, ...] = ()
    cameras: tuple[UUID, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def written(self) -> dict[str, Any]:
        """As it is kept with the case."""
        return {
            "categories": [one.value for one in self.categories], "models": list(self.models),
            "owners": [str(one) for one in self.owners], "sites": [str(one) for one in self.sites],
            "cameras": [str(one) for one in self.cameras], "since_ms": clock.ms(self.since),
            "until_ms": clock.ms(self.until),
        }  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One model's rows of one owner. `people` None: can't be counted."""

    model: str
    categories: tuple[str, ...]
    subjects: tuple[str, ...]
    records: int
    people: int | None

    def written(self) -> dict[str, Any]:
        return {
            "model": self.model, "categories": list(self.categories), "subjects": list(self.subjects),
            "records": self.records, "people": self.people,
        }  # fmt: skip


@dataclass
class Numbers:
    """Of one controller's processing: distinct people where they can be counted, and rows. `uncounted`: there are
    people besides whom nobody can count."""

    party_id: UUID
    side: Side
    records: int = 0
    persons: set[str] = field(default_factory=set)
    uncounted: bool = False
    lines: list[Line] = field(default_factory=list)

    @property
    def people(self) -> int | None:
        return None if self.uncounted and not self.persons else len(self.persons)


def models_of(categories: Collection[Category], models: Collection[str] = ()) -> dict[str, list[Declaration]]:
    """The declared models that a scope speaks of, each with what is declared of it."""
    load_declarations()
    found: dict[str, list[Declaration]] = {}
    for one in declarations():
        if one.category in categories or one.model in models:
            found.setdefault(one.model, []).append(one)
    return found


def count(scope: Scope, us: UUID, owners: Collection[UUID]) -> list[Numbers]:
    """Within the acting party `us`, which sees the rows of `owners` (and its own). By controller and side, the largest
    first; what came out at nothing is left out."""
    asked = [owner for owner in owners if not scope.owners or owner in scope.owners]
    found: dict[tuple[UUID, Side], Numbers] = {}
    cameras = _cameras(scope)
    for name, said in models_of(scope.categories, scope.models).items():
        for owner in asked:
            rows = _rows(name, said, scope, owner, cameras)
            if rows is None:
                continue
            for side, part in _by_side(said, owner, us):
                _add(found, name, part, rows, owner if side is Side.PROCESSOR else us, side)
    held = [one for one in found.values() if one.records]
    return sorted(held, key=lambda one: (one.side.value, -one.records, one.party_id))


def _by_side(said: list[Declaration], owner: UUID, us: UUID) -> Iterator[tuple[Side, list[Declaration]]]:
    for side in Side:
        part = [one for one in said if side_of(one.purpose, owner, us) is side]
        if part:
            yield side, part


def _add(
    found: dict[tuple[UUID, Side], Numbers], name: str, said: list[Declaration], rows: QuerySet[Model], party: UUID,
    side: Side,
) -> None:  # fmt: skip
    records = rows.count()
    if records == 0:
        return
    numbers = found.setdefault((party, side), Numbers(party, side))
    persons, uncounted = _persons(said, rows)
    numbers.records += records
    numbers.persons |= persons
    numbers.uncounted |= uncounted
    categories = tuple(sorted({one.category.value for one in said}))
    subjects = tuple(sorted({one.subject.value for one in said}))
    people = None if uncounted and not persons else len(persons)
    same = next((n for n, line in enumerate(numbers.lines) if line.model == name), None)
    if same is None:
        numbers.lines.append(Line(name, categories, subjects, records, people))
        return
    line = numbers.lines[same]
    both = None if line.people is None and people is None else (line.people or 0) + (people or 0)
    numbers.lines[same] = Line(name, categories, subjects, line.records + records, both)


def _persons(said: list[Declaration], rows: QuerySet[Model]) -> tuple[set[str], bool]:
    """Who is spoken of, by the declared path; and whether there are others whom nobody can count."""
    persons: set[str] = set()
    for path in {one.path or "pk" for one in said if one.subject is not Subject.FILMED}:
        values = rows.exclude(**{path: None}).order_by().values_list(path, flat=True).distinct()[:MOST_PEOPLE]
        persons.update(str(value) for value in values)
    return persons, any(one.subject is Subject.FILMED for one in said)


def _cameras(scope: Scope) -> frozenset[UUID]:
    """The cameras asked for, and those of the sites asked for."""
    of_sites = Camera.objects.filter(unit__site_id__in=scope.sites).values_list("id", flat=True) if scope.sites else ()
    return frozenset((*scope.cameras, *of_sites))


def _rows(
    name: str, said: list[Declaration], scope: Scope, owner: UUID, cameras: frozenset[UUID]
) -> QuerySet[Model] | None:
    """The model's rows of the owner within the scope; None when it can't be tied to what was asked for."""
    model = apps.get_model(name)
    names = {one.attname for one in model._meta.concrete_fields}
    rows = _of_owner(model, name, names, owner)
    if rows is None:
        return None
    if scope.cameras or scope.sites:
        narrowed = _narrowed(model, names, scope, cameras)
        if narrowed is None:
            return None
        rows = rows.filter(narrowed)
    return _within(rows, model, said, scope)


def _of_owner(model: type[Model], name: str, names: set[str], owner: UUID) -> QuerySet[Model] | None:
    manager: QuerySet[Model] = model._default_manager.all()
    if "owner_id" in names:
        return manager.filter(owner_id=owner)
    if name in _OF_PARTY:
        return manager.filter(**{_OF_PARTY[name]: owner})
    members = Membership.objects.filter(party_id=owner).values("person_id")
    if name == "people.Person":
        return manager.filter(pk__in=members)
    return manager.filter(person_id__in=members) if "person_id" in names else None


def _narrowed(model: type[Model], names: set[str], scope: Scope, cameras: frozenset[UUID]) -> Q | None:
    """To the cameras asked for; where a row knows only its site, to the sites asked for."""
    for path in _CAMERAS:
        if _leads(model, path):
            return Q(**{f"{path}__in": cameras})
    for path in _SITES:
        if _leads(model, path) and scope.sites:
            return Q(**{f"{path}__in": scope.sites})
    return None


def _leads(model: type[Model], path: str) -> bool:
    first, _, rest = path.partition("__")
    for one in model._meta.concrete_fields:
        if first in (one.name, one.attname):
            if not rest:
                return True
            other = one.related_model
            return other is not None and not isinstance(other, str) and _leads(other, rest)
    return False


def _within(rows: QuerySet[Model], model: type[Model], said: list[Declaration], scope: Scope) -> QuerySet[Model]:
    moment = next((path for path in _MOMENTS if _leads(model, path)), None)
    if moment is None or (scope.since is None and scope.until is None):
        return rows
    in_ms = moment.endswith("_ms")
    until = clock.ms(scope.until) if in_ms else scope.until
    since = clock.ms(scope.since) if in_ms else scope.since
    if until is not None:
        rows = rows.filter(**{f"{moment}__lt": until})
    if since is not None and any(one.category in MADE_AT_A_MOMENT for one in said):
        rows = rows.filter(**{f"{moment}__gte": since})
    return rows


def known_models() -> dict[str, tuple[str, ...]]:
    """Every declared model with its categories, for the page to choose from."""
    return {
        name: tuple(sorted({one.category.value for one in said}))
        for name, said in sorted(models_of(tuple(Category)).items())
    }
