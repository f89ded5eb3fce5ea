# SPDX-License-Identifier: EUPL-1.2
"""Nouns of orders. `owner_id` is the tenant whose order it is; `customer_id` and `item_id` are his customer and thing.

What is left when a customer is forgotten says nothing of him: type, states, times, model, cause and cost keep counting.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.orders.rules import (
    Cause,
    LineKind,
    NoteSource,
    OrderType,
    Outcome,
    Source,
    State,
    VisitKind,
    VisitState,
    What,
)


class Order(TenantModel):
    """What somebody asked for. `number`: the tenant's own, "26-000123". `due_at`: by when it is done; while
    `stopped_at` is set its clock stands still. `planned_*`, `assignee_id`: of the next visit, or who has it in hand.
    `model_id`: the catalogue's line, which stays when the thing is forgotten. `again_of`: the earlier order that this
    one repeats; `first_time`: done with one visit, and not come back within the guarantee on it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.CharField(max_length=16)
    type = models.CharField(max_length=16, choices=[(one.value, one.name) for one in OrderType])
    state = models.CharField(max_length=20, choices=[(one.value, one.name) for one in State])
    customer_id = models.UUIDField(null=True)
    item_id = models.UUIDField(null=True)
    model_id = models.UUIDField(null=True)
    subject = models.CharField(max_length=160)
    description = models.CharField(max_length=4000, default="")
    source = models.CharField(max_length=8, choices=[(one.value, one.name) for one in Source])
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    reply_by = models.DateTimeField()
    replied_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    planned_from = models.DateTimeField(null=True)
    planned_until = models.DateTimeField(null=True)
    assignee_id = models.UUIDField(null=True)
    visits = models.SmallIntegerField(default=0)
    again_of = models.UUIDField(null=True)
    first_time = models.BooleanField(null=True)
    outcome = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Outcome], default="")
    cause = models.CharField(max_length=16, choices=[(one.value, one.name) for one in Cause], default="")
    changed_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="orders_order_number"),)
        indexes = (
            models.Index(fields=["owner_id", "-opened_at", "-id"], name="orders_newest"),
            models.Index(fields=["owner_id", "state", "-opened_at", "-id"], name="orders_by_state"),
            models.Index(fields=["owner_id", "type", "-opened_at", "-id"], name="orders_by_type"),
            models.Index(
                fields=["owner_id", "due_at", "id"], name="orders_open_due", condition=models.Q(closed_at=None),
                include=["state", "type", "stopped_at", "reply_by", "replied_at"],
            ),
            models.Index(
                fields=["owner_id", "assignee_id", "due_at", "id"], name="orders_open_mine",
                condition=models.Q(closed_at=None),
            ),
            models.Index(fields=["owner_id", "customer_id", "-opened_at"], name="orders_of_customer"),
            models.Index(fields=["owner_id", "item_id", "-opened_at"], name="orders_of_item"),
            models.Index(
                fields=["owner_id", "closed_at"], name="orders_closed", condition=models.Q(closed_at__isnull=False),
                include=["type", "opened_at", "model_id", "cause", "outcome", "first_time", "visits", "due_at"],
            ),
        )  # fmt: skip


class Visit(TenantModel):
    """Somebody comes, collects, delivers or calls, within a window that the customer was told. `assignee_id`: who of
    the tenant's own people; None: a partner, or nobody yet."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="planned")
    kind = models.CharField(max_length=8, choices=[(one.value, one.name) for one in VisitKind])
    state = models.CharField(max_length=10, choices=[(one.value, one.name) for one in VisitState])
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    assignee_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "starts_at"], name="orders_visit_day"),
            models.Index(fields=["owner_id", "assignee_id", "starts_at"], name="orders_visit_who"),
        )


class Note(TenantModel):
    """Something that was said of an order. `shown`: the customer reads it by his link."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="notes")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    source = models.CharField(max_length=8, choices=[(one.value, one.name) for one in NoteSource])
    shown = models.BooleanField(default=False)
    text = models.CharField(max_length=4000)

    class Meta:
        indexes = (models.Index(fields=["order", "at"], name="orders_note_at"),)


class Line(TenantModel):
    """A part that was used, or work that was done, with what it costs. `quantity_milli`: thousandths; `price_cents`:
    for one, without VAT; `covered`: the warranty pays."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=[(one.value, one.name) for one in LineKind])
    name = models.CharField(max_length=160)
    article = models.CharField(max_length=60, default="")
    quantity_milli = models.IntegerField(default=1000)
    price_cents = models.BigIntegerField(default=0)
    covered = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["order", "at"], name="orders_line_at"),)


class Happening(TenantModel):
    """What happened to an order, in codes: who, when, what; never what somebody wrote."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    what = models.CharField(max_length=20, choices=[(one.value, one.name) for one in What])
    said = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["order", "id"], name="orders_happening_of"),)


class Availability(TenantModel):
    """When somebody of the tenant works, each week: `weekday` 0 is Monday; minutes of the day in the tenant's zone."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    weekday = models.SmallIntegerField()
    from_min = models.SmallIntegerField()
    until_min = models.SmallIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "person_id"], name="orders_availability_of"),)


class Absence(TenantModel):
    """Somebody is not there; why is nobody's business here."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "ends_at"], name="orders_absence_until"),)


class WorkRegion(TenantModel):
    """Which part of its country's holidays a tenant has (a Bundesland: "BY"), or "" for those of the whole country."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    region = models.CharField(max_length=2, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="orders_workregion_once"),)


class OwnDay(TenantModel):
    """A day on which the tenant is closed of its own (`closed`), or works though it is a public holiday."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    day = models.DateField()
    closed = models.BooleanField(default=True)
    name = models.CharField(max_length=60, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "day"], name="orders_ownday_once"),)


class ServiceLevel(TenantModel):
    """Within how many working days the tenant promises to answer and to be done, where states.toml says otherwise."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    type = models.CharField(max_length=16, choices=[(one.value, one.name) for one in OrderType])
    reply_days = models.SmallIntegerField()
    done_days = models.SmallIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "type"], name="orders_level_once"),)


class Counter(TenantModel):
    """The last number that the tenant gave an order in a year."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "year"], name="orders_counter_once"),)


class Word(models.Model):
    """A word by which an order is found: of its number, subject, customer and thing. Under row-level security only an
    operator that can't leak may use an index, so words are rows, compared by = and <; LIKE or a text search would read
    every order."""

    id = models.BigAutoField(primary_key=True)
    owner_id = models.UUIDField()
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="words", db_index=False)
    word = models.CharField(max_length=40)
    opened_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "word", "-opened_at"], name="orders_word_by", include=["order"]),
            models.Index(fields=["order", "word"], name="orders_word_of", include=["owner_id"]),
        )
