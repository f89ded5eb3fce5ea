# SPDX-License-Identifier: EUPL-1.2
"""Nouns of products. `owner_id` is the tenant that sells or services them; a customer is one of his."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.products.rules import ModelKind, Source


class ProductModel(TenantModel):
    """A line of the catalogue. Who retired it sells it no longer; what was sold keeps its model."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=12, choices=[(k.value, k.name) for k in ModelKind])
    brand = models.CharField(max_length=80)
    name = models.CharField(max_length=120)
    type_number = models.CharField(max_length=60, default="")
    warranty_months = models.SmallIntegerField(default=24)
    life_months = models.SmallIntegerField(default=120)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner_id", "brand", "name", "type_number"], name="products_model_once"),
        )
        indexes = (models.Index(fields=["owner_id", "brand", "name"], name="products_model_list"),)


class Item(TenantModel):
    """One thing. `customer_id`: whose it is now; None: nobody's yet, or whose was forgotten. `doubt`: somebody
    registered the number of that other thing, which is another customer's: the desk decides. `unit_id`: the camera unit
    that it is, by which its service and its life on a site are one story. `life_until`: until then its data may be
    found again (I7)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    model = models.ForeignKey(ProductModel, on_delete=models.PROTECT, related_name="items")
    serial = models.CharField(max_length=60, default="")
    customer_id = models.UUIDField(null=True)
    purchased_on = models.DateField(null=True)
    shop = models.CharField(max_length=120, default="")
    warranty_until = models.DateField(null=True)
    life_until = models.DateField(null=True)
    unit_id = models.UUIDField(null=True)
    plate = models.CharField(max_length=12, default="")
    vin = models.CharField(max_length=17, default="")
    mileage = models.IntegerField(null=True)
    inspection_on = models.DateField(null=True)
    source = models.CharField(max_length=8, choices=[(s.value, s.name) for s in Source])
    doubt = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="doubted")
    registered_at = models.DateTimeField()
    scrapped_at = models.DateTimeField(null=True)
    anonymised_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "model", "serial"], name="products_item_serial",
                condition=~models.Q(serial="") & models.Q(doubt=None),
            ),
            models.UniqueConstraint(
                fields=["owner_id", "unit_id"], name="products_item_unit", condition=models.Q(unit_id__isnull=False)
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["owner_id", "-registered_at"], name="products_item_newest"),
            models.Index(fields=["owner_id", "customer_id"], name="products_item_customer"),
            models.Index(fields=["owner_id", "serial"], name="products_item_serial_like"),
            models.Index(fields=["owner_id", "plate"], name="products_item_plate", condition=~models.Q(plate="")),
            models.Index(
                fields=["owner_id", "inspection_on"], name="products_item_inspection",
                condition=models.Q(inspection_on__isnull=False),
            ),
            models.Index(fields=["life_until"], name="products_item_life", condition=models.Q(anonymised_at=None)),
        )  # fmt: skip


class Ownership(TenantModel):
    """Whose a thing was, from when until when; `until` None: now."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="ownerships")
    customer_id = models.UUIDField(null=True)
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["item"], name="products_ownership_one", condition=models.Q(until=None)
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["owner_id", "customer_id"], name="products_ownership_customer"),)
