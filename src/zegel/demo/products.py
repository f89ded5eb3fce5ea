# SPDX-License-Identifier: EUPL-1.2
"""What the shop sells and the workshop repairs, and the pages in which the shop's forms stand; in the demo also some
things that people registered."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.kernel.work import Work
    from zegel.server.products.rules import Source, Thing

Line = tuple[str, str, str, str, int, int]
Somebody = tuple[str, str, str, str, str, str, str, str, int]
CATALOGUE: tuple[Line, ...] = (
    ("appliance", "Aqua", "Spin 900", "AS900-NL", 36, 144), ("appliance", "Aqua", "Dry 700", "AD700-NL", 24, 144),
    ("appliance", "Norda", "Kyl 340", "NK340", 60, 180), ("appliance", "Norda", "Spis 60", "NS60", 24, 180),
    ("furnishing", "Zonweer", "Screen 250", "ZS250", 60, 240),
)  # fmt: skip
VEHICLES: tuple[Line, ...] = (
    ("vehicle", "Volvo", "V60", "", 24, 240), ("vehicle", "Volkswagen", "Caddy", "", 24, 240),
)  # fmt: skip
PEOPLE: tuple[Somebody, ...] = (
    ("Ineke Vlaming", "Lijnbaan", "7", "3012 EL", "Rotterdam", "ineke@vlaming.example", "Spin 900", "A9-204811", 190),
    ("Kees Verhoef", "Hoogstraat", "88", "3111 HL", "Schiedam", "kees@verhoef.example", "Kyl 340", "NK-77120", 1400),
)  # fmt: skip
DRIVERS: tuple[Somebody, ...] = (
    ("Marit Hoek", "Kerkstraat", "3", "2971 AL", "Bleskensgraaf", "marit@hoek.example", "V60", "H123BC", 40),
    ("Bouwbedrijf Vos", "Havenweg", "21", "2957 EK", "Nieuw-Lekkerland", "info@vosbouw.example", "Caddy", "V456XD",
     170),
)  # fmt: skip
SITE = "https://www.noordman.example"


def record() -> None:
    """Once: what is there already stays. Nobody's data."""
    from zegel.server.kernel import actor as actors
    from zegel.server.kernel import work
    from zegel.server.products.models import ProductModel

    shop, garage = WORLD.party("noordman").id, WORLD.party("garage").id
    for owner, lines in ((shop, CATALOGUE), (garage, VEHICLES)):
        with work.transaction(actors.system(owner)) as w:
            if ProductModel.objects.filter(owner_id=owner).exists():
                return
            _sell(w, owner, lines)
    _forms()


def _sell(w: Work, owner: UUID, lines: tuple[Line, ...]) -> None:
    from zegel.server.products import actions
    from zegel.server.products.rules import ModelKind

    for kind, brand, name, number, warranty, life in lines:
        actions.put_model(w, owner, actions.NewModel(ModelKind(kind), brand, name, number, warranty, life))


def things() -> None:
    """What people registered, and the workshop's vehicles: for the demo, not for every test."""
    from zegel.server.kernel import actor as actors
    from zegel.server.kernel import clock, work
    from zegel.server.products.models import Item, ProductModel
    from zegel.server.products.rules import Source, Thing

    today = clock.now().date()
    for key, people in (("noordman", PEOPLE), ("garage", DRIVERS)):
        owner = WORLD.party(key).id
        with work.transaction(actors.system(owner)) as w:
            if Item.objects.filter(owner_id=owner).exists():
                continue
            models = {row.name: row.id for row in ProductModel.objects.filter(owner_id=owner)}
            for one in people:
                model, source = models[one[6]], Source.FORM if key == "noordman" else Source.DESK
                thing = Thing(one[7], today - timedelta(days=one[8]), "Noordman, Schiedam")
                if key == "garage":
                    thing = Thing(plate=one[7], mileage=80_000 + one[8], inspection_on=today + timedelta(days=one[8]))
                _register(w, owner, one, model, thing, source)


def _register(w: Work, owner: UUID, one: Somebody, model: UUID, thing: Thing, source: Source) -> None:
    from zegel.server.customers import actions as customers
    from zegel.server.customers.rules import CustomerKind, Details
    from zegel.server.products import actions

    name, street, number, postcode, city, email, *_rest = one
    kind = CustomerKind.COMPANY if name.startswith("Bouw") else CustomerKind.PERSON
    who = customers.find_or_add(w, owner, Details(name, kind, street, number, postcode, city, email=email))
    actions.register(w, owner, who.id, model, thing, source)


def _forms() -> None:
    from zegel.server.intake import actions
    from zegel.server.intake.rules import FormKind
    from zegel.server.kernel.actor import Actor, ActorKind

    shop, garage = WORLD.party("noordman").id, WORLD.party("garage").id
    owner = Actor(ActorKind.PERSON, WORLD.person("shop").id, shop, role="owner", address="127.0.0.1")
    actions.save(owner, [kind.value for kind in FormKind], [SITE])
    owner = Actor(ActorKind.PERSON, WORLD.person("garagist").id, garage, role="owner", address="127.0.0.1")
    actions.save(owner, [FormKind.REQUEST, FormKind.REPAIR, FormKind.COMPLAINT], [])
