# SPDX-License-Identifier: EUPL-1.2
"""Nouns of the public forms. What a form says of somebody is in customers, products, orders and consents; here is only
that it came in, and in which page the form stood."""

from __future__ import annotations

from django.db import models

from zegel.server.intake.rules import FormKind
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("intake_usedpuzzle", "hashes of puzzles that were solved, so that none counts twice; nobody's data, for hours")


class FormSettings(TenantModel):
    """Which forms a tenant has, and in whose pages they may stand. `origins`: https://host, exact."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kinds = models.JSONField(default=list)
    origins = models.JSONField(default=list)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="intake_settings_once"),)


class Submission(TenantModel):
    """A form came in. `origin`: of the page in which it stood, "" for our own; `consent_id`: what was agreed to."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=12, choices=[(k.value, k.name) for k in FormKind])
    customer_id = models.UUIDField(null=True)
    item_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    consent_id = models.UUIDField(null=True)
    origin = models.CharField(max_length=200, default="")
    language = models.CharField(max_length=2)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "-made_at"], name="intake_submission_newest"),
            models.Index(fields=["owner_id", "consent_id"], name="intake_submission_consent"),
            models.Index(fields=["owner_id", "customer_id"], name="intake_submission_customer"),
        )


class UsedPuzzle(models.Model):
    """A puzzle that somebody's form brought back: it counts once."""

    hash = models.BinaryField(primary_key=True, max_length=32)
    expires_at = models.DateTimeField(db_index=True)
