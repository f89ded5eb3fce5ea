# SPDX-License-Identifier: EUPL-1.2
"""Nouns of customers. `owner_id` is the firm whose customer it is."""

from __future__ import annotations

from django.db import models

from zegel.server.customers.rules import CustomerKind, Decision, Function, Reason, Source, Standing, What, Why
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Customer(TenantModel):
    """A person or company that is, might become or was a customer. `name_key`, `place_key`: how doubles are found;
    `active_at`: the last order, or when the office last confirmed that one is expected; `ended_at`: when the relation
    ended, from which claims can come; `consent_until`: a prospect's consent ends then. Once anonymised only numbers,
    dates and the country are left, so that what was done keeps counting. `merged_into`: the record that this one became
    part of; nothing but its number is left here."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.IntegerField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.name) for k in CustomerKind])
    name = models.CharField(max_length=200, default="")
    street = models.CharField(max_length=120, default="")
    house_number = models.CharField(max_length=20, default="")
    postcode = models.CharField(max_length=12, default="")
    city = models.CharField(max_length=100, default="")
    country = models.CharField(max_length=2, default="")
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=40, default="")
    language = models.CharField(max_length=2, default="nl")
    registration_no = models.CharField(max_length=40, default="")
    vat_no = models.CharField(max_length=20, default="")
    name_key = models.CharField(max_length=200, default="")
    place_key = models.CharField(max_length=40, default="")
    standing = models.CharField(max_length=8, choices=[(s.value, s.name) for s in Standing])
    source = models.CharField(max_length=8, choices=[(s.value, s.name) for s in Source])
    since = models.DateTimeField()
    active_at = models.DateTimeField()
    consent_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    restricted_at = models.DateTimeField(null=True)
    restricted_why = models.CharField(max_length=10, choices=[(w.value, w.name) for w in Why], default="")
    restricted_by = models.UUIDField(null=True)
    anonymised_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="customers_number"),)
        indexes = (
            models.Index(fields=["owner_id", "email"], name="customers_email", condition=~models.Q(email="")),
            models.Index(fields=["owner_id", "name_key"], name="customers_name"),
            models.Index(fields=["owner_id", "place_key"], name="customers_place", condition=~models.Q(place_key="")),
            models.Index(fields=["owner_id", "standing", "active_at"], name="customers_standing"),
            models.Index(
                fields=["owner_id", "restricted_at"], name="customers_restricted",
                condition=models.Q(restricted_at__isnull=False),
            ),
        )  # fmt: skip


class Contact(TenantModel):
    """Somebody who speaks for a company: its owner, a director, an employee."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=200)
    function = models.CharField(max_length=8, choices=[(f.value, f.name) for f in Function])
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=40, default="")
    made_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)


class Change(TenantModel):
    """What happened to a record: who, when, what, and which details by their names; what they held is not here."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="changes")
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    what = models.CharField(max_length=16, choices=[(w.value, w.name) for w in What])
    fields = models.JSONField(default=list)
    source = models.CharField(max_length=8, choices=[(s.value, s.name) for s in Source], default=Source.DESK.value)

    class Meta:
        indexes = (models.Index(fields=["customer", "at"], name="customers_change_of"),)


class Suggestion(TenantModel):
    """Details that came in from outside and differ from the record: a form changes nobody's address by itself. The desk
    takes them over or refuses; then, and after the term, `values` is empty."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="suggestions")
    at = models.DateTimeField()
    source = models.CharField(max_length=8, choices=[(s.value, s.name) for s in Source])
    values = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    taken = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["owner_id", "at"], name="customers_suggested", condition=models.Q(decided_at__isnull=True)
            ),
        )


class Review(TenantModel):
    """What the office decided of a line of the yearly list, and why. `until`: it is asked again then."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="reviews")
    reason = models.CharField(max_length=16, choices=[(r.value, r.name) for r in Reason])
    decision = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Decision])
    words = models.CharField(max_length=500, default="")
    until = models.DateField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        indexes = (models.Index(fields=["customer", "reason", "at"], name="customers_review_of"),)


class Forgotten(TenantModel):
    """That somebody was anonymised by the firm itself: what was shown before (`counts`: rows of each model by what
    became of them; `proof`: SHA-256 of the list), when, and by whom. Names nobody."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="forgotten")
    proof = models.BinaryField()
    counts = models.JSONField(default=list)
    why = models.CharField(max_length=16)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)


class YearlyList(TenantModel):
    """The yearly act (A4): who was to be decided on that day, drawn up by somebody or by the clock (`drawn_by` null),
    and closed when each line has its decision. `quiet_days`, `claim_days`: the terms of that day; `proof`: SHA-256 of
    the lines with their decisions."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    drawn_at = models.DateTimeField()
    drawn_by = models.UUIDField(null=True)
    quiet_days = models.IntegerField()
    claim_days = models.IntegerField()
    looked_at = models.IntegerField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    proof = models.BinaryField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id"], name="customers_one_open_list", condition=models.Q(closed_at__isnull=True)
            ),
        )
        indexes = (models.Index(fields=["owner_id", "-drawn_at"], name="customers_lists"),)


class YearlyLine(TenantModel):
    """Somebody on a yearly list: why, since when, and what was decided with which words."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    of = models.ForeignKey(YearlyList, on_delete=models.CASCADE, related_name="lines")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="yearly_lines")
    reason = models.CharField(max_length=16, choices=[(r.value, r.name) for r in Reason])
    since = models.DateField()
    decision = models.CharField(max_length=10, choices=[(d.value, d.name) for d in Decision], default="")
    words = models.CharField(max_length=500, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["of", "customer", "reason"], name="customers_line_once"),
        )
        indexes = (
            models.Index(fields=["customer"], name="customers_line_open", condition=models.Q(decided_at__isnull=True)),
        )
