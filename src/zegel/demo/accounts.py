# SPDX-License-Identifier: EUPL-1.2
"""What the demo's parties said of privacy before: whom to ask, and which reviews are planned."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

CONTACTS = {
    "waak": ("privacy", "Fatima Aziz", "privacy@waak.example", "+31 10 555 0100"),
}
REVIEWS = (
    ("external", "ISO 27001 surveillance audit", "Kiwa (demonstration)", 200, 12),
    ("internal", "Who may do what, and does he still need it", "Fatima Aziz", 130, 6),
)


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.audits import actions as audits
    from zegel.server.audits import queries as calendar
    from zegel.server.audits.rules import AuditKind
    from zegel.server.kernel import clock, tenancy
    from zegel.server.privacy import actions, queries

    for party, (person, name, email, phone) in CONTACTS.items():
        if queries.contact_of(WORLD.party(party).id) is None:
            actions.name_contact(_actor(person), actions.Named(name, email, phone))
    waak = WORLD.party("waak").id
    with tenancy.acting_as(waak):
        planned = calendar.planned(waak)
    if planned:
        return
    for kind, title, by, days, months in REVIEWS:
        due = clock.now() + timedelta(days=days)
        audits.plan(_actor("privacy"), audits.Planned(AuditKind(kind), title, "", by, due, months))


def _actor(person: str) -> Actor:
    from zegel.server.kernel.actor import Actor, ActorKind

    known = WORLD.person(person)
    return Actor(ActorKind.PERSON, known.id, WORLD.party(known.party).id, role=known.role, address="127.0.0.1")
