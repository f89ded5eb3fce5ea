# SPDX-License-Identifier: EUPL-1.2
"""What tasks point at, by name; one question for each kind of thing, however many tasks there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from zegel.server.agreements.models import Certificate
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.maintenance.models import Malfunction
from zegel.server.people import queries as people
from zegel.server.sites.models import Camera, Site, Unit
from zegel.server.tasks import causes, office
from zegel.server.tasks.models import Task
from zegel.server.tasks.rules import About


@dataclass(frozen=True)
class Told:
    """What a room above says of one of its tasks: a sentence in the reader's language, what stands beside it, and the
    page that it leads to."""

    words: str
    place: str = ""
    path: str = ""


Tell = Callable[[Sequence[Task]], Mapping[UUID, Told]]
_tellers: dict[str, Tell] = {}


def source(about: str) -> Callable[[Tell], Tell]:
    """Registers who says, by task, what tasks about such a thing say. Called within the acting party."""

    def keep(tell: Tell) -> Tell:
        if _tellers.setdefault(about, tell) is not tell:
            raise ValueError(f"Tasks about {about!r} are told by two.")
        return tell

    return keep


@dataclass
class Names:
    """By task: the thing's name, the place it is at, and its site (text); what a room above says of it. By party and
    by person: their names."""

    about: dict[UUID, str] = field(default_factory=dict)
    places: dict[UUID, str] = field(default_factory=dict)
    sites: dict[UUID, str] = field(default_factory=dict)
    customers: dict[UUID, str] = field(default_factory=dict)
    people: dict[UUID, str] = field(default_factory=dict)
    told: dict[UUID, Told] = field(default_factory=dict)


def of(actor: Actor, rows: Sequence[Task]) -> Names:
    """As the acting party may know them."""
    names = Names()
    with tenancy.acting_as(actor.party_id, actor.id):
        party = tenancy.current_party()
        names.customers = people.party_names({row.customer_id for row in rows if row.customer_id}, seen_by=party)
        persons = {one for row in rows for one in (row.assignee, row.done_by) if one}
        persons |= {row.about_id for row in rows if row.about == About.PERSON.value and row.about_id}
        names.people = people.person_names(persons)
        for row in rows:
            if row.about == About.CUSTOMER.value and row.about_id:
                names.about[row.id] = names.customers.get(row.about_id, "")
            elif row.about == About.PERSON.value and row.about_id:
                names.about[row.id] = names.people.get(row.about_id, "")
        _sites(names, rows)
        _units(names, rows)
        _malfunctions(names, rows)
        _certificates(names, rows, party)
        for about, tell in _tellers.items():
            of_it = [row for row in rows if row.about == about]
            names.told |= tell(of_it) if of_it else {}
    return names


def _about(rows: Sequence[Task], about: About) -> dict[UUID, UUID]:
    """What each task of that sort points at."""
    return {row.id: row.about_id for row in rows if row.about == about.value and row.about_id is not None}


def _sites(names: Names, rows: Sequence[Task]) -> None:
    at = _about(rows, About.SITE)
    found = Site.objects.in_bulk(list(at.values())) if at else {}
    for task_id, site_id in at.items():
        site = found.get(site_id)
        if site is not None:
            names.about[task_id], names.places[task_id] = site.name, site.address
            names.sites[task_id] = str(site.id)


def _units(names: Names, rows: Sequence[Task]) -> None:
    at = _about(rows, About.UNIT)
    found = Unit.objects.select_related("site").in_bulk(list(at.values())) if at else {}
    for task_id, unit_id in at.items():
        unit = found.get(unit_id)
        if unit is not None:
            names.about[task_id], names.places[task_id] = unit.name, unit.site.name
            names.sites[task_id] = str(unit.site_id)


def _malfunctions(names: Names, rows: Sequence[Task]) -> None:
    at = _about(rows, About.MALFUNCTION)
    found = Malfunction.objects.in_bulk(list(at.values())) if at else {}
    cameras = Camera.objects.in_bulk([row.camera_id for row in found.values() if row.camera_id])
    units = Unit.objects.select_related("site").in_bulk([row.unit_id for row in found.values()])
    for task_id, malfunction_id in at.items():
        row = found.get(malfunction_id)
        unit = None if row is None else units.get(row.unit_id)
        if row is None or unit is None:
            continue
        camera = cameras.get(row.camera_id) if row.camera_id else None
        names.about[task_id], names.places[task_id] = unit.name if camera is None else camera.name, unit.site.name
        names.sites[task_id] = str(unit.site_id)


def _certificates(names: Names, rows: Sequence[Task], party: UUID) -> None:
    at = _about(rows, About.CERTIFICATE)
    found: dict[UUID, Certificate] = {row.id: row for row in causes.certificates(party)} if at else {}
    parties = {owner: office.party_name(owner, party) for owner in {row.owner_id for row in found.values()}}
    persons = people.person_names({row.person_id for row in found.values() if row.person_id})
    for task_id, certificate_id in at.items():
        row = found.get(certificate_id)
        if row is not None:
            names.about[task_id] = row.number
            names.places[task_id] = persons.get(row.person_id, "") if row.person_id else parties.get(row.owner_id, "")
