# SPDX-License-Identifier: EUPL-1.2
"""The shop's and the workshop's customers: persons, a company with its director, a prospect, one who is quiet, one of
whom other details came in. All of it is made up; for the demo, not for every test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from zegel.demo.world import WORLD

if TYPE_CHECKING:
    from zegel.server.customers.models import Customer
    from zegel.server.customers.rules import Details
    from zegel.server.kernel.work import Work

Line = tuple[str, str, str, str, str, str, str]
SHOP: tuple[Line, ...] = (
    ("Sanne de Boer", "Veerhaven", "12", "3016 CJ", "Rotterdam", "sanne.deboer@klant.example", "+31 6 1234 5678"),
    ("Mehmet Yilmaz", "Zwanenplein", "40", "1021 CN", "Amsterdam", "mehmet.yilmaz@klant.example", "+31 6 2345 6789"),
    ("Greet Willems", "Kerkweg", "3", "6811 AB", "Arnhem", "greet.willems@klant.example", ""),
)  # fmt: skip
BAKERY = ("Bakkerij Blom BV", "Dorpsstraat", "7", "3731 GJ", "De Bilt", "info@bakkerijblom.example", "+31 30 220 1234")
MOVED = ("Mehmet Yilmaz", "Buikslotermeerplein", "100", "1025 XL", "Amsterdam", "mehmet.yilmaz@klant.example", "")
WORKSHOP: tuple[Line, ...] = (
    ("Joost van Dam", "Molenstraat", "18", "5211 DA", "Den Bosch", "joost.vandam@klant.example", "+31 6 3456 7890"),
)


def record() -> None:
    """Once: what is there already stays."""
    from zegel.server.customers.models import Customer
    from zegel.server.kernel import tenancy

    for name, work_of in (("noordman", _shop), ("garage", _workshop)):
        owner_id = WORLD.party(name).id
        with tenancy.acting_as(owner_id):
            known = Customer.objects.filter(owner_id=owner_id, email__endswith="@klant.example").exists()
        if not known:
            work_of(owner_id)


def _details(line: Line, **more: object) -> Details:
    from zegel.server.customers.rules import Details

    name, street, number, postcode, city, email, phone = line
    said = {"street": street, "house_number": number, "postcode": postcode, "city": city, "email": email}
    return Details(name, **said, phone=phone, **more)  # type: ignore[arg-type]


def _add(w: Work, owner_id: UUID, lines: Sequence[Line]) -> list[Customer]:
    from zegel.server.customers import actions
    from zegel.server.customers.rules import Source

    return [actions.find_or_add(w, owner_id, _details(line), source=Source.DESK) for line in lines]


def _workshop(owner_id: UUID) -> None:
    from zegel.server.kernel import work
    from zegel.server.kernel.actor import system

    with work.transaction(system(owner_id)) as w:
        _add(w, owner_id, WORKSHOP)


def _shop(owner_id: UUID) -> None:
    """Three persons, of whom one is quiet and one moved; a bakery with its director; a prospect."""
    from zegel.server.customers import actions
    from zegel.server.customers.models import Contact, Customer
    from zegel.server.customers.rules import CustomerKind, Details, Function, Source, Standing
    from zegel.server.kernel import clock, work
    from zegel.server.kernel.actor import system

    with work.transaction(system(owner_id)) as w:
        quiet = _add(w, owner_id, SHOP)[2]
        Customer.objects.filter(id=quiet.id).update(active_at=clock.now() - timedelta(days=420))
        bakery = _details(BAKERY, kind=CustomerKind.COMPANY, registration_no="30123456", vat_no="NL001234567B01")
        row = actions.find_or_add(w, owner_id, bakery, source=Source.DESK)
        Contact.objects.create(
            owner_id=owner_id, provider_id=row.provider_id, customer=row, name="Eva Blom",
            function=Function.DIRECTOR.value, email="eva@bakkerijblom.example", made_at=clock.now(),
        )  # fmt: skip
        until = (clock.now() + timedelta(days=200)).date()
        hof = Details("Pieter Hof", email="pieter.hof@klant.example", standing=Standing.PROSPECT, consent_until=until)
        actions.find_or_add(w, owner_id, hof, source=Source.FORM)
        actions.find_or_add(w, owner_id, _details(MOVED), source=Source.FORM)
