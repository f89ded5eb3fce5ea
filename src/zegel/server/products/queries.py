# SPDX-License-Identifier: EUPL-1.2
"""Reading the catalogue and things. For an actor the gate is asked; the rest runs within an acting party, for rooms
above."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from zegel.server.customers import queries as customers
from zegel.server.gate import Action, require
from zegel.server.kernel import clock, tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.products import actions, rules
from zegel.server.products.errors import UnknownProduct
from zegel.server.products.models import Item, Ownership, ProductModel
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Unit

PAGE = 50
SOON_MONTHS = 2  # in which an inspection comes up


@dataclass(frozen=True)
class Label:
    """How a thing is named in lists of rooms above. `number`: its serial number, or a vehicle's plate."""

    id: UUID
    model_id: UUID
    model: str
    number: str
    kind: str
    warranty_until: date | None


@dataclass(frozen=True)
class Look:
    """What is looked for. `what`: all, doubt, inspection (due soon), ended (warranty), vehicles; `after`: the last one
    of the page before."""

    text: str = ""
    what: str = "all"
    customer_id: UUID | None = None
    model_id: UUID | None = None
    after: UUID | None = None


@dataclass(frozen=True)
class Whole:
    """One thing with all that is known of it."""

    item: Item
    ownerships: Sequence[Ownership]
    customers: Mapping[UUID, customers.Named]
    unit: Unit | None
    rivals: Sequence[Item]  # registered with the same number by others, in doubt


# --- for rooms above ---


def labels(item_ids: Iterable[UUID]) -> Mapping[UUID, Label]:
    """In one question."""
    rows = Item.objects.filter(id__in=set(item_ids)).select_related("model")
    return {row.id: label(row) for row in rows}


def label(row: Item) -> Label:
    return Label(
        row.id, row.model_id, named(row.model), row.plate or row.serial, row.model.kind, row.warranty_until
    )  # fmt: skip


def named(model: ProductModel) -> str:
    return " ".join(part for part in (model.brand, model.name, model.type_number) if part)


def model_names(model_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    """Of the catalogue's lines, in one question; also of retired ones."""
    return {row.id: named(row) for row in ProductModel.objects.filter(id__in=set(model_ids))}


def find(item_id: UUID) -> Item | None:
    return Item.objects.select_related("model").filter(id=item_id).first()


def of_customer(owner_id: UUID, customer_id: UUID, most: int = 200) -> Sequence[Item]:
    """What is his now: a repeat order finds it while it may be kept (I7)."""
    rows = Item.objects.select_related("model").filter(owner_id=owner_id, customer_id=customer_id, scrapped_at=None)
    return list(rows.order_by("-registered_at")[:most])


def offered(owner_id: UUID) -> Sequence[ProductModel]:
    """What a form lets somebody choose from."""
    rows = ProductModel.objects.filter(owner_id=owner_id, retired_at=None)
    return list(rows.order_by("brand", "name", "type_number")[:500])


# --- for an actor ---


def catalogue(actor: Actor) -> Sequence[tuple[ProductModel, int]]:
    """The whole of it, with how many things of each are on record. Raises Denied."""
    require(actor, Action.LIST, actions.resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = ProductModel.objects.filter(owner_id=actor.party_id).order_by("brand", "name", "type_number")
        mine = Item.objects.filter(owner_id=actor.party_id, doubt=None)
        counts: dict[UUID, int] = dict(mine.values_list("model_id").annotate(n=Count("id")))
        return [(row, counts.get(row.id, 0)) for row in rows[:2000]]


def items(actor: Actor, look: Look) -> tuple[Sequence[Item], Mapping[UUID, customers.Named], bool]:
    """A page of things, the newest first; whose they are; whether there are more. Raises Denied."""
    require(actor, Action.LIST, actions.resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        rows = _narrowed(Item.objects.filter(owner_id=actor.party_id), look)
        if look.after is not None:
            last = Item.objects.filter(id=look.after).first()
            if last is not None:
                rows = rows.filter(
                    Q(registered_at__lt=last.registered_at) | Q(registered_at=last.registered_at, id__lt=last.id)
                )
        found = list(rows.select_related("model").order_by("-registered_at", "-id")[: PAGE + 1])
        names = customers.names(row.customer_id for row in found if row.customer_id)
        return found[:PAGE], names, len(found) > PAGE


def _narrowed(rows: QuerySet[Item], look: Look) -> QuerySet[Item]:
    today = clock.now().date()
    if look.customer_id is not None:
        rows = rows.filter(Q(customer_id=look.customer_id) | Q(ownerships__customer_id=look.customer_id)).distinct()
    if look.model_id is not None:
        rows = rows.filter(model_id=look.model_id)
    if look.what == "doubt":
        rows = rows.filter(doubt__isnull=False)
    if look.what == "inspection":
        rows = rows.filter(inspection_on__lte=rules.months_later(today, SOON_MONTHS), scrapped_at=None)
    if look.what == "ended":
        rows = rows.filter(warranty_until__lt=today, scrapped_at=None)
    if look.what == "vehicles":
        rows = rows.filter(model__kind=rules.ModelKind.VEHICLE.value)
    return rows.filter(_text(look.text)) if look.text.strip() else rows


def _text(text: str) -> Q:
    """By number from its beginning, plate, VIN, or words of the catalogue."""
    found = Q()
    serial, plate = rules.serial_of(text), rules.plate_of(text)
    if serial:
        found |= Q(serial__startswith=serial) | Q(vin=serial.replace(" ", ""))
    if plate:
        found |= Q(plate__startswith=plate)
    words = Q()
    for word in text.split()[:5]:
        one = Q(model__brand__icontains=word) | Q(model__name__icontains=word)
        words &= one | Q(model__type_number__icontains=word)
    return found | words


def whole(actor: Actor, item_id: UUID) -> Whole:
    """Raises Denied, UnknownProduct."""
    with tenancy.acting_as(actor.party_id, actor.id):
        row = find(item_id)
        if row is None:
            raise UnknownProduct
        require(actor, Action.READ, actions.resource(row.owner_id, row.id))
        owners = list(row.ownerships.order_by("-since", "-until"))
        rivals = list(row.doubted.all()[:20])
        who: list[UUID | None] = [row.customer_id]
        who += [one.customer_id for one in owners]
        who += [one.customer_id for one in rivals]
        unit = next((one for one in sites.units(actor) if one.id == row.unit_id), None) if row.unit_id else None
        return Whole(row, owners, customers.names(one for one in who if one), unit, rivals)


def doubtful(owner_id: UUID) -> int:
    """Within an acting party: how many registrations wait for the desk."""
    return Item.objects.filter(owner_id=owner_id, doubt__isnull=False).count()


def units_free(actor: Actor) -> Sequence[Unit]:
    """Camera units that are no product yet. Raises Denied."""
    require(actor, Action.LIST, actions.resource(actor.party_id))
    assert actor.party_id is not None
    with tenancy.acting_as(actor.party_id, actor.id):
        taken = set(
            Item.objects.filter(owner_id=actor.party_id, unit_id__isnull=False).values_list("unit_id", flat=True)
        )
        return [unit for unit in sites.units(actor) if unit.id not in taken]
