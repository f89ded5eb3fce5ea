# SPDX-License-Identifier: EUPL-1.2
"""What changes in the catalogue and with things. Principles:

- Nothing that a stranger types takes a thing from anybody: a number that is another customer's is registered beside it,
  in doubt, and the desk decides. The stranger is not told that it was known.
- Warranty and life are counted once, from the day of purchase and the model's months.
- Whose it was before stays, until that customer is forgotten; then the thing remains and says nothing of him.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, erasures, ids, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry, Fact, Kind
from zegel.server.people import queries as people
from zegel.server.people.roles import RelationKind
from zegel.server.products import rules
from zegel.server.products.errors import BadProduct, KnownProduct, UnknownProduct
from zegel.server.products.models import Item, Ownership, ProductModel
from zegel.server.products.rules import ModelKind, Source, Thing
from zegel.server.sites import queries as sites

OLDEST = date(1950, 1, 1)
MOST_MILEAGE = 5_000_000
INSPECTION_YEARS = 10
SAYS_NOTHING: dict[str, Any] = {
    "customer_id": None, "serial": "", "shop": "", "plate": "", "vin": "", "mileage": None, "inspection_on": None,
    "purchased_on": None, "warranty_until": None, "unit_id": None,
}  # fmt: skip
"""What a thing says when its owner is forgotten."""


@dataclass(frozen=True)
class NewModel:
    """A line of the catalogue as it is typed."""

    kind: ModelKind
    brand: str
    name: str
    type_number: str = ""
    warranty_months: int = 24
    life_months: int = 120


def resource(owner_id: UUID | None, row_id: UUID | None = None, customer_id: UUID | None = None) -> Resource:
    """`customer_id`: whose thing it is; what is his is kept and not used while he has it restricted (Art. 18)."""
    return Resource(ResourceKind.PRODUCT, row_id, owner_id, {} if customer_id is None else {"customer": customer_id})


# --- the catalogue ---


def add_model(actor: Actor, new: NewModel) -> ProductModel:
    """Raises Denied, BadProduct, KnownProduct."""
    require(actor, Action.ADD, resource(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        return put_model(w, actor.party_id, new)


def put_model(w: work.Work, owner_id: UUID, new: NewModel) -> ProductModel:
    """Within the running work. Raises BadProduct, KnownProduct."""
    new = checked_model(new)
    if _same_model(owner_id, new).exists():
        raise KnownProduct(_("This product is in the catalogue."), action=_("Change the one that is there."))
    row = ProductModel.objects.create(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), kind=new.kind.value, brand=new.brand,
        name=new.name, type_number=new.type_number, warranty_months=new.warranty_months,
        life_months=new.life_months, made_at=clock.now(),
    )  # fmt: skip
    _record(w, owner_id, row.id, "model_added")
    return row


def change_model(actor: Actor, model_id: UUID, new: NewModel) -> ProductModel:
    """What was sold before keeps the warranty that it was sold with. Raises Denied, UnknownProduct, BadProduct,
    KnownProduct."""
    with work.transaction(actor) as w:
        row = _model(actor, model_id, Action.CHANGE)
        new = checked_model(new)
        if _same_model(row.owner_id, new).exclude(id=row.id).exists():
            raise KnownProduct(_("This product is in the catalogue."), action=_("Change the one that is there."))
        row.kind, row.brand, row.name, row.type_number = new.kind.value, new.brand, new.name, new.type_number
        row.warranty_months, row.life_months = new.warranty_months, new.life_months
        row.save()
        _record(w, row.owner_id, row.id, "model_changed")
        return row


def retire_model(actor: Actor, model_id: UUID, *, retired: bool = True) -> ProductModel:
    """It is sold no longer: forms do not offer it. Again is harmless. Raises Denied, UnknownProduct."""
    with work.transaction(actor) as w:
        row = _model(actor, model_id, Action.CHANGE)
        if (row.retired_at is not None) is not retired:
            row.retired_at = clock.now() if retired else None
            row.save(update_fields=["retired_at"])
            _record(w, row.owner_id, row.id, "model_retired" if retired else "model_back")
        return row


def checked_model(new: NewModel) -> NewModel:
    """As it is kept. Raises BadProduct."""
    brand, name, number = (" ".join(text.split()) for text in (new.brand, new.name, new.type_number))
    if not 1 <= len(brand) <= 80:
        raise BadProduct(_("A product has a brand."), action=_("Write who makes it."), field="brand")
    if not 1 <= len(name) <= 120:
        raise BadProduct(_("A product has a name."), action=_("Write how it is called."), field="name")
    if len(number) > 60:
        raise BadProduct(_("This type number is too long."), action=_("At most sixty letters."), field="type_number")
    if not rules.LEAST_WARRANTY_MONTHS <= new.warranty_months <= rules.MOST_MONTHS:
        raise BadProduct(
            _("The law gives a consumer two years."), action=_("At least 24 months."), field="warranty_months"
        )
    if not new.warranty_months <= new.life_months <= rules.MOST_MONTHS:
        raise BadProduct(
            _("A product lives at least as long as its warranty."), action=_("At most 360 months."), field="life_months"
        )
    return replace(new, brand=brand, name=name, type_number=number)


# --- things ---


def register(
    w: work.Work, owner_id: UUID, customer_id: UUID | None, model_id: UUID, thing: Thing, source: Source
) -> Item:
    """Within the running work: a thing of a customer's, as he, the desk, an import or a program says.

    The same number of the same model at the same customer is the thing that is there, with what is new filled in.
    Another customer's: a second row, in doubt (`doubt`). Raises UnknownProduct, BadProduct.
    """
    model = ProductModel.objects.filter(id=model_id, owner_id=owner_id).first()
    if model is None:
        raise UnknownProduct
    said = checked(thing, ModelKind(model.kind))
    held = _held(owner_id, model_id, said.serial)
    if held is not None and held.customer_id in {None, customer_id}:
        return _again(w, held, model, customer_id, said)
    row = Item(
        id=ids.new(), owner_id=owner_id, provider_id=_provider(owner_id), model=model, customer_id=customer_id,
        source=source.value, doubt=held, registered_at=clock.now(),
    )  # fmt: skip
    _fill(row, model, said)
    row.save(force_insert=True)
    if customer_id is not None and held is None:
        _own(row, customer_id, said.purchased_on or clock.now().date())
    _changed(w, row, "registered", source=source.value, doubt=held is not None)
    return row


def add(actor: Actor, customer_id: UUID | None, model_id: UUID, thing: Thing) -> Item:
    """By the desk. Raises Denied, UnknownProduct, BadProduct."""
    require(actor, Action.ADD, resource(actor.party_id))
    assert actor.party_id is not None
    with work.transaction(actor) as w:
        return register(w, actor.party_id, customer_id, model_id, thing, Source.DESK)


def change(actor: Actor, item_id: UUID, thing: Thing) -> Item:
    """All that was said of it, anew. Raises Denied, UnknownProduct, BadProduct, KnownProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        said = checked(thing, ModelKind(row.model.kind))
        other = _held(row.owner_id, row.model_id, said.serial)
        if other is not None and other.id != row.id and row.doubt_id is None:
            raise KnownProduct(_("This number is on record already."), action=_("Look for it in the list."))
        _fill(row, row.model, said)
        row.save()
        _changed(w, row, "changed")
        return row


def read_mileage(actor: Actor, item_id: UUID, mileage: int, inspection_on: date | None = None) -> Item:
    """What the workshop reads: it only goes up. Raises Denied, UnknownProduct, BadProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        if row.model.kind != ModelKind.VEHICLE or not (row.mileage or 0) <= mileage <= MOST_MILEAGE:
            raise BadProduct(
                _("A vehicle does not drive backwards."), action=_("Read the mileage again."), field="mileage"
            )
        row.mileage = mileage
        if inspection_on is not None:
            row.inspection_on = inspection_on
        row.save(update_fields=["mileage", "inspection_on"])
        _changed(w, row, "changed")
        return row


def link_unit(actor: Actor, item_id: UUID, unit_id: UUID | None) -> Item:
    """That it is a camera unit of ours (None: no longer). Raises Denied, UnknownProduct, BadProduct, KnownProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        if unit_id is not None:
            if row.model.kind != ModelKind.CAMERA_UNIT or not _is_unit(actor, unit_id):
                raise BadProduct(
                    _("There is no such camera unit."), action=_("Choose one of the list."), field="unit_id"
                )
            if Item.objects.filter(owner_id=row.owner_id, unit_id=unit_id).exclude(id=row.id).exists():
                raise KnownProduct(_("That camera unit is another product."), action=_("Look for it in the list."))
        row.unit_id = unit_id
        row.save(update_fields=["unit_id"])
        _changed(w, row, "unit_linked")
        return row


def transfer(actor: Actor, item_id: UUID, customer_id: UUID | None, since: date | None = None) -> Item:
    """It has another owner. Of a thing in doubt: the desk believes who registered it last, and the two rows become
    one. Raises Denied, UnknownProduct, BadProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        day = since or clock.now().date()
        if row.doubt_id is not None:
            row = _settle(row, row.doubt_id, day)
        elif row.customer_id != customer_id:
            _move(row, customer_id, day)
        _changed(w, row, "transferred")
        return row


def dismiss(actor: Actor, item_id: UUID) -> None:
    """A thing in doubt: the desk does not believe it. Raises Denied, UnknownProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        if row.doubt_id is None:
            raise UnknownProduct
        _changed(w, row, "dismissed")
        row.delete()


def scrap(actor: Actor, item_id: UUID) -> Item:
    """It exists no longer. Again is harmless. Raises Denied, UnknownProduct."""
    with work.transaction(actor) as w:
        row = _item(actor, item_id, Action.CHANGE)
        if row.scrapped_at is None:
            row.scrapped_at = clock.now()
            row.save(update_fields=["scrapped_at"])
            _changed(w, row, "scrapped")
        return row


def forget(w: work.Work, owner_id: UUID, item_ids: list[UUID]) -> int:
    """Within the running work: these things say nothing of anybody any more; model and dates keep counting."""
    rows = list(Item.objects.select_for_update().filter(owner_id=owner_id, id__in=item_ids, anonymised_at=None))
    owned = list(Ownership.objects.filter(item__in=rows).values_list("id", flat=True))
    Ownership.objects.filter(id__in=owned).delete()
    for row in rows:
        for name, value in SAYS_NOTHING.items():
            setattr(row, name, value)
        row.anonymised_at = clock.now()
        row.save()
        _changed(w, row, "forgotten")
    if rows:
        erasures.blanked("products.Item", owner_id, [row.id for row in rows], SAYS_NOTHING)
        erasures.gone("products.Ownership", owner_id, owned)
    return len(rows)


def forget_customer(w: work.Work, owner_id: UUID, customer_id: UUID) -> int:
    """The same of all that is his; of what was his before only that it was his."""
    mine = list(Item.objects.filter(owner_id=owner_id, customer_id=customer_id).values_list("id", flat=True))
    done = forget(w, owner_id, mine)
    before = list(Ownership.objects.filter(owner_id=owner_id, customer_id=customer_id).values_list("id", flat=True))
    Ownership.objects.filter(id__in=before).delete()
    if before:
        erasures.gone("products.Ownership", owner_id, before)
    return done


def checked(thing: Thing, kind: ModelKind) -> Thing:
    """As it is kept. Raises BadProduct."""
    serial = rules.serial_of(thing.serial)
    if thing.serial.strip() and not serial:
        raise BadProduct(_("This is no serial number."), action=_("Copy it from the plate."), field="serial")
    today = clock.now().date()
    if thing.purchased_on is not None and not OLDEST <= thing.purchased_on <= today:
        raise BadProduct(_("It was not bought on that day."), action=_("Choose another day."), field="purchased_on")
    shop = " ".join(thing.shop.split())[:120]
    if kind is not ModelKind.VEHICLE:
        return Thing(serial, thing.purchased_on, shop)
    return _vehicle(replace(thing, serial=serial, shop=shop), today)


def _vehicle(thing: Thing, today: date) -> Thing:
    plate, vin = rules.plate_of(thing.plate), rules.vin_of(thing.vin)
    if thing.plate.strip() and not plate:
        raise BadProduct(_("This is no number plate."), action=_("Letters and figures only."), field="plate")
    if thing.vin.strip() and not vin:
        raise BadProduct(
            _("This is no vehicle identification number."), action=_("Seventeen letters and figures."), field="vin"
        )
    if thing.mileage is not None and not 0 <= thing.mileage <= MOST_MILEAGE:
        raise BadProduct(_("No vehicle has that mileage."), action=_("Read it again."), field="mileage")
    day = thing.inspection_on
    if day is not None and not OLDEST <= day <= rules.months_later(today, 12 * INSPECTION_YEARS):
        raise BadProduct(_("No inspection is due then."), action=_("Choose another day."), field="inspection_on")
    return replace(thing, plate=plate, vin=vin)


# --- parts ---


def _same_model(owner_id: UUID, new: NewModel) -> QuerySet[ProductModel]:
    return ProductModel.objects.filter(
        owner_id=owner_id, brand=new.brand, name=new.name, type_number=new.type_number
    )  # fmt: skip


def _model(actor: Actor, model_id: UUID, action: Action) -> ProductModel:
    row = ProductModel.objects.select_for_update().filter(id=model_id).first()
    if row is None:
        raise UnknownProduct
    require(actor, action, resource(row.owner_id, row.id))
    return row


def _item(actor: Actor, item_id: UUID, action: Action) -> Item:
    row = Item.objects.select_for_update(of=("self",)).select_related("model").filter(id=item_id).first()
    if row is None:
        raise UnknownProduct
    require(actor, action, resource(row.owner_id, row.id, row.customer_id))
    return row


def _held(owner_id: UUID, model_id: UUID, serial: str) -> Item | None:
    if not serial:
        return None
    return (
        Item.objects.select_for_update(of=("self",))
        .filter(owner_id=owner_id, model_id=model_id, serial=serial, doubt=None)
        .first()
    )


def _again(w: work.Work, row: Item, model: ProductModel, customer_id: UUID | None, said: Thing) -> Item:
    """What was empty is filled in; nothing that is known is overwritten by hearsay."""
    known = Thing(
        row.serial, row.purchased_on or said.purchased_on, row.shop or said.shop, row.plate or said.plate,
        row.vin or said.vin, row.mileage if row.mileage is not None else said.mileage,
        row.inspection_on or said.inspection_on,
    )  # fmt: skip
    _fill(row, model, known)
    if row.customer_id is None and customer_id is not None:
        _move(row, customer_id, said.purchased_on or clock.now().date())
    row.save()
    _changed(w, row, "registered_again")
    return row


def _fill(row: Item, model: ProductModel, said: Thing) -> None:
    row.serial, row.purchased_on, row.shop = said.serial, said.purchased_on, said.shop
    row.plate, row.vin, row.mileage, row.inspection_on = said.plate, said.vin, said.mileage, said.inspection_on
    bought = said.purchased_on
    row.warranty_until = None if bought is None else rules.months_later(bought, model.warranty_months)
    row.life_until = rules.months_later(bought or row.registered_at.date(), model.life_months)


def _move(row: Item, customer_id: UUID | None, day: date) -> None:
    held = Ownership.objects.filter(item=row, until=None).first()
    if held is not None:
        held.until = max(day, held.since)
        held.save(update_fields=["until"])
    row.customer_id = customer_id
    row.save(update_fields=["customer_id"])
    if customer_id is not None:
        _own(row, customer_id, day)


def _own(row: Item, customer_id: UUID, day: date) -> None:
    Ownership.objects.create(
        id=ids.new(), owner_id=row.owner_id, provider_id=row.provider_id, item=row, customer_id=customer_id, since=day
    )


def _is_unit(actor: Actor, unit_id: UUID) -> bool:
    return any(unit.id == unit_id for unit in sites.units(actor))


def _settle(doubtful: Item, known_id: UUID, day: date) -> Item:
    """The thing that was there goes over to the customer of the doubtful row, which goes."""
    kept = Item.objects.select_for_update(of=("self",)).select_related("model").get(id=known_id)
    _move(kept, doubtful.customer_id, day)
    doubtful.delete()
    return kept


def _changed(w: work.Work, row: Item, what: str, **facts: Fact) -> None:
    _record(w, row.owner_id, row.id, what, **facts)
    topic = "product.registered" if what == "registered" else "product.changed"
    w.publish(topic, owner_id=row.owner_id, item_id=row.id)


def _record(w: work.Work, owner_id: UUID, row_id: UUID, what: str, **facts: Fact) -> None:
    said: Mapping[str, Fact] = {"what": what, **facts}
    w.record(Entry(Kind.PRODUCT, owner_id, said, about=row_id))


def _provider(owner_id: UUID) -> UUID:
    return people.serving(owner_id, RelationKind.PROVIDER) or owner_id
