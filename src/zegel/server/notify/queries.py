# SPDX-License-Identifier: EUPL-1.2
"""Reading what people want, and what they were told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zegel.server.kernel.actor import Actor
from zegel.server.notify import rules
from zegel.server.notify.classes import Class
from zegel.server.notify.models import Device, Hours, Notice, Preference
from zegel.server.people import queries as people
from zegel.server.people.queries import as_party
from zegel.server.people.roles import Role

NEWEST = 50


def wishes(owner_id: UUID, person_id: UUID) -> dict[Class, rules.Wish]:
    """Of every class: what he chose, else the default."""
    return wishes_of_all(owner_id, [person_id])[person_id]


def wishes_of_all(owner_id: UUID, person_ids: Sequence[UUID]) -> dict[UUID, dict[Class, rules.Wish]]:
    """In one question."""
    found = {person: {cls: rules.default_wish(cls) for cls in Class} for person in person_ids}
    with as_party(owner_id):
        for row in Preference.objects.filter(owner_id=owner_id, person_id__in=person_ids):
            if row.occasion in set(Class):
                found[row.person_id][Class(row.occasion)] = rules.Wish(row.by_push, row.by_mail, row.at_once)
    return found


def hours(owner_id: UUID, person_id: UUID) -> rules.Hours:
    with as_party(owner_id):
        row = Hours.objects.filter(owner_id=owner_id, person_id=person_id).first()
    if row is None:
        return rules.Hours()
    return rules.Hours(row.zone, tuple(rules.Span(tuple(d), s, e) for d, s, e in row.quiet), row.digest_at)


def devices(owner_id: UUID, person_id: UUID) -> list[Device]:
    with as_party(owner_id):
        return list(Device.objects.filter(owner_id=owner_id, person_id=person_id).order_by("made_at", "id"))


def newest(owner_id: UUID, person_id: UUID) -> list[Notice]:
    """What he was told lately, newest first."""
    with as_party(owner_id):
        found = Notice.objects.filter(owner_id=owner_id, person_id=person_id).order_by("-at")
        return list(found[:NEWEST])


def since(owner_id: UUID, person_id: UUID, moment: datetime) -> list[Notice]:
    """What happened from then on, oldest first."""
    with as_party(owner_id):
        found = Notice.objects.filter(owner_id=owner_id, person_id=person_id, at__gt=moment)
        return list(found.exclude(kind=Class.DIGEST.value).order_by("at"))


@dataclass(frozen=True)
class Reached:
    """How one of the party's people is told. `devices`: how many of his take push messages."""

    person_id: UUID
    name: str
    role: Role
    devices: int
    wishes: dict[Class, rules.Wish]

    def ways(self, cls: Class) -> tuple[bool, bool]:
        """(by push, by mail), as things are: a wish for push without a device reaches nobody."""
        wish = self.wishes[cls]
        return wish.by_push and self.devices > 0, wish.by_mail


def reached(actor: Actor, roles: Sequence[Role]) -> list[Reached]:
    """Everybody of the acting party with one of these roles. The caller asked the gate."""
    assert actor.party_id is not None
    by_role = {role: people.members(actor.party_id, [role]) for role in roles}
    found = {person.id: (person, role) for role in reversed(roles) for person in by_role[role]}
    wanted = wishes_of_all(actor.party_id, list(found))
    with as_party(actor.party_id):
        rows = list(Device.objects.filter(owner_id=actor.party_id, fault="").values_list("person_id", flat=True))
    return [
        Reached(person.id, person.display_name, role, rows.count(person.id), wanted[person.id])
        for person, role in sorted(found.values(), key=lambda one: (list(roles).index(one[1]), one[0].display_name))
    ]
