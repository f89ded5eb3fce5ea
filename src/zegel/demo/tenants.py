# SPDX-License-Identifier: EUPL-1.2
"""The shop and the workshop as tenants: their faces, rights of use, functions and staff; and under which contract the
provider's administrator works."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.tenants.actions import Imprint, Look

_AGREEMENT = hashlib.sha256(b"Processing agreement of the demonstration, tenants, version 1.").digest()
FUNCTIONS = {
    "shop": (
        ("Service desk", "desk", ("Takes orders and plans them", "Answers customers"), "desk"),
        ("Bookkeeping", "bookkeeper", ("Writes offers and invoices", "Reads in payments"), "bookkeeper"),
    ),
    "garagist": (("Workshop", "owner", ("Does the work", "Writes the invoices"), "garagist"),),
    "admin": (
        ("System administration", "admin", ("Keeps the machines and the copies",), "admin"),
        ("Planning", "planner", ("Plans technicians", "Sets up customers"), "planner"),
        ("Technical service", "technician", ("Installs and repairs cameras",), "technician"),
        ("Privacy", "privacy_officer", ("Answers who asks for his data", "Judges breaches"), "privacy"),
    ),
}


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.kernel import actor as actors
    from zegel.server.kernel import clock
    from zegel.server.tenants import queries, staff
    from zegel.server.tenants.models import Profile

    waak = WORLD.party("waak").id
    if queries.functions(waak):
        return
    now = clock.now()
    contract = staff.NewContract(
        WORLD.person("admin").id, "Beheer Rijnmond BV", "SLA 2026-014", now - timedelta(days=30),
        now + timedelta(days=335),
    )  # fmt: skip
    staff.record_contract(actors.system(waak), contract)
    _tenant("noordman", "shop", "noordman", Profile.SERVICE, 12, 14_900)
    _tenant("garage", "garagist", "garage-visser", Profile.OFFICE, 3, 2_900)
    for person, functions in FUNCTIONS.items():
        party = WORLD.party(WORLD.person(person).party).id
        for name, role, tasks, holder in functions:
            _employ(party, name, role, tasks, WORLD.person(holder).id)


def _tenant(key: str, owner: str, slug: str, profile: str, users: int, price_cents: int) -> None:
    from zegel.server.agreements import actions as agreements
    from zegel.server.agreements.models import SignedHow
    from zegel.server.kernel import actor as actors
    from zegel.server.kernel import clock
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.tenants import actions
    from zegel.server.tenants.models import Billing, Profile

    party = WORLD.party(key).id
    plan = "Service" if profile == Profile.SERVICE else "Office"
    use = actions.Use(plan, users, Billing.MONTHLY, price_cents, clock.now(), reference=f"{key.upper()}-2026")
    actions.found(actors.system(party), party, actions.New(slug, Profile(profile), use))
    person = WORLD.person(owner).id
    actor = Actor(ActorKind.PERSON, person, party, role="owner", address="127.0.0.1")
    agreements.sign_agreement(actor, party, WORLD.party("waak").id, _AGREEMENT, SignedHow.PAPER, person)
    look, imprint = _said(key)
    actions.set_look(actor, look)
    actions.set_imprint(actor, imprint)
    actions.set_privacy(actor, f"https://www.{slug}.example/privacy", {})


def _said(key: str) -> tuple[Look, Imprint]:
    from zegel.server.tenants.actions import Imprint, Look

    if key == "noordman":
        return Look("Noordman Apparaten", "#0b5345", "#9a3412", ("nl", "en", "de")), Imprint(
            "Noordman Apparaten BV", "Lange Haven 41", "3111 CD", "Schiedam", "NL", "24000001", "NL003000011B01",
            "NL91ABNA0417164300", "ABNANL2A", "service@noordman.example", "+31 10 555 0140",
        )  # fmt: skip
    return Look("Garage Visser", "#1f3a5f", "#7c2d12", ("nl",)), Imprint(
        "Garage Visser", "Dorpsweg 8", "2971 AB", "Bleskensgraaf", "NL", "24000002", "NL003000023B02",
        "NL20INGB0001234567", "INGBNL2A", "karel@garagevisser.example", "+31 184 555 014",
    )  # fmt: skip


def _employ(party_id: UUID, name: str, role: str, tasks: tuple[str, ...], holder: UUID) -> None:
    from zegel.server.kernel import actor as actors
    from zegel.server.people.roles import Role
    from zegel.server.tenants import staff

    system = actors.system(party_id)
    function = staff.make_function(system, name, list(tasks), Role(role))
    staff.record_present(system, holder, function.id)
