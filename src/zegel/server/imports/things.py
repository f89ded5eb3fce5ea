# SPDX-License-Identifier: EUPL-1.2
"""The thing that goes with a line: found in the catalogue or added to it, and registered as his."""

from __future__ import annotations

from uuid import UUID

from zegel.server.imports.mapping import Thing
from zegel.server.kernel import work
from zegel.server.products import actions, rules
from zegel.server.products.actions import NewModel
from zegel.server.products.errors import BadProduct, KnownProduct
from zegel.server.products.models import Item, ProductModel
from zegel.server.products.rules import ModelKind, Source


def take_over(w: work.Work, owner_id: UUID, customer_id: UUID, said: Thing) -> int:
    """Within the running work: 1 when it was registered, 0 when it was his already or can't be kept."""
    try:
        model = _model(w, owner_id, said)
        thing = rules.Thing(serial=said.serial, purchased_on=said.purchased_on, plate=said.plate, vin=said.vin,
                            mileage=said.mileage)  # fmt: skip
        checked = actions.checked(thing, ModelKind(model.kind))
        if _his(owner_id, customer_id, model, checked):
            return 0
        actions.register(w, owner_id, customer_id, model.id, checked, Source.IMPORT)
    except (BadProduct, KnownProduct):
        return 0
    return 1


def _model(w: work.Work, owner_id: UUID, said: Thing) -> ProductModel:
    kind = ModelKind.VEHICLE if said.plate or said.vin else ModelKind.OTHER
    brand, name = said.brand or "?", said.type or said.brand
    found = ProductModel.objects.filter(owner_id=owner_id, retired_at=None, brand__iexact=brand)
    row = found.filter(type_number__iexact=name).first() or found.filter(name__iexact=name).first()
    return row or actions.put_model(w, owner_id, NewModel(kind, brand, name))


def _his(owner_id: UUID, customer_id: UUID, model: ProductModel, said: rules.Thing) -> bool:
    rows = Item.objects.filter(owner_id=owner_id, customer_id=customer_id, model=model)
    return rows.filter(serial=said.serial, plate=said.plate, vin=said.vin).exists()
