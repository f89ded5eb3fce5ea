# SPDX-License-Identifier: EUPL-1.2
"""Everything that could be copied into a sheet, gathered within the tenant. Only `sheets.made` reads it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from zegel.server.chain import rules
from zegel.server.chain.models import Step
from zegel.server.customers.models import Customer
from zegel.server.kernel import clock
from zegel.server.orders.models import Order
from zegel.server.products.models import Item


def of_step(step: Step) -> dict[str, Any]:
    """Every known field (fields.toml) of this step's order, as JSON holds it."""
    order = Order.objects.get(id=step.order_id)
    return {**_of_order(order), **of_customer(order.customer_id), **_of_item(order.item_id), **_of_step(step)}


def _of_order(order: Order) -> dict[str, Any]:
    return {
        "order_number": str(order.number), "order_type": order.type, "opened_on": order.opened_at.date().isoformat(),
        "due_on": None if order.due_at is None else order.due_at.date().isoformat(), "subject": order.subject,
        "fault": order.description,
    }  # fmt: skip


def of_customer(customer_id: UUID | None) -> dict[str, Any]:
    row = None if customer_id is None else Customer.objects.filter(id=customer_id).first()
    if row is None or row.anonymised_at is not None:
        return {}
    return {
        "customer_number": str(row.number), "customer_name": row.name, "street": row.street,
        "house_number": row.house_number, "postcode": row.postcode, "city": row.city, "country": row.country,
        "phone": row.phone, "email": row.email, "language": row.language,
    }  # fmt: skip


def _of_item(item_id: UUID | None) -> dict[str, Any]:
    row = None if item_id is None else Item.objects.select_related("model").filter(id=item_id).first()
    if row is None:
        return {}
    day = {
        "purchased_on": row.purchased_on, "warranty_until": row.warranty_until, "inspection_on": row.inspection_on,
    }  # fmt: skip
    return {
        "product_kind": row.model.kind, "product_brand": row.model.brand, "product_name": row.model.name,
        "type_number": row.model.type_number, "serial": row.serial, "shop": row.shop, "plate": row.plate,
        "vin": row.vin, "mileage": row.mileage,
        **{name: None if value is None else value.isoformat() for name, value in day.items()},
    }  # fmt: skip


def _of_step(step: Step) -> dict[str, Any]:
    before = Step.objects.filter(order_id=step.order_id, place__lt=step.place, state=rules.State.DONE.value)
    found = [one.found.strip() for one in before.order_by("place") if one.found.strip()]
    return {
        "window_from": clock.ms(step.window_from), "window_until": clock.ms(step.window_until),
        "instructions": step.instructions, "other_end": step.other_end, "earlier_work": "\n\n".join(found),
    }  # fmt: skip
