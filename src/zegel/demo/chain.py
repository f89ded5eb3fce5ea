# SPDX-License-Identifier: EUPL-1.2
"""The shop's partners: a mechanic, a repair centre and a carrier, each with an agreement and authorised in the
Netherlands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.kernel.actor import Actor

TYPES = ("repair", "measure_install", "exchange", "return", "complaint")
PARTNERS = (
    ("snel", "mechanic", "Werkplaatsweg 4, 3044 AP, Rotterdam", ("2500", "3399"), 14),
    ("linge", "repair_centre", "Lingedijk 20, 4196 AA, Tricht", ("", ""), 7),
    ("vandijk", "carrier", "Distripark 12, 2959 LP, Streefkerk", ("", ""), 7),
)


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.chain import actions, queries, rules
    from zegel.server.chain.rules import PartnerKind
    from zegel.server.kernel import clock, tenancy, work

    shop, today = WORLD.party("noordman").id, clock.now().date()
    with tenancy.acting_as(shop):
        if queries.partners(shop):
            return
    owner = _actor("shop")
    with work.transaction(owner):
        for party, kind, address, postcodes, days in PARTNERS:
            known = WORLD.party(party)
            since = today - timedelta(days=200)
            said = actions.Said(known.id, PartnerKind(kind), known.name, address, since, None, days)
            row = actions.add_partner(owner, said)
            for order_type in TYPES:
                actions.authorise(owner, row.id, actions.Allowed(order_type, rules.Region("NL", *postcodes), since))


def _actor(person: str) -> Actor:
    from zegel.server.kernel.actor import Actor, ActorKind

    known = WORLD.person(person)
    return Actor(ActorKind.PERSON, known.id, WORLD.party(known.party).id, role=known.role, address="127.0.0.1")
