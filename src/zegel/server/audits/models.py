# SPDX-License-Identifier: EUPL-1.2
"""Reviews and audits (S6): planned, held, with findings that are followed up; what tenants ask for (Art. 28(3)(h))."""

from __future__ import annotations

from django.db import models

from zegel.server.audits.rules import AuditKind, Outcome, Weight
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Audit(TenantModel):
    """One review of `owner_id` (a provider or an alarm centre) in its calendar. `by`: who reviews. `every_months`: it
    comes again; when it is held, the next one is planned. Held when `held_at`."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in AuditKind])
    title = models.CharField(max_length=200)
    scope = models.CharField(max_length=4000, default="")
    by = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    every_months = models.SmallIntegerField(null=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    held_at = models.DateTimeField(null=True)
    held_by = models.UUIDField(null=True)
    conclusion = models.CharField(max_length=4000, default="")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=1000, default="")


class Finding(TenantModel):
    """What a review found, who follows it up, by when, and what was done."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    audit = models.ForeignKey(Audit, on_delete=models.CASCADE, related_name="findings")
    weight = models.CharField(max_length=12, choices=[(w.value, w.name) for w in Weight])
    words = models.CharField(max_length=2000)
    person_id = models.UUIDField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    follow_up = models.CharField(max_length=2000, default="")


class AuditRequest(TenantModel):
    """A tenant (`owner_id`) asks his provider (`provider_id`) for an audit or for proof. `due_at`: by when it is
    answered, from dated law."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    scope = models.CharField(max_length=4000)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    due_at = models.DateTimeField()
    source = models.CharField(max_length=200)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, default="", choices=[(o.value, o.name) for o in Outcome])
    answer = models.CharField(max_length=4000, default="")
    withdrawn_at = models.DateTimeField(null=True)
