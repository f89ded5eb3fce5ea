# SPDX-License-Identifier: EUPL-1.2
"""Nouns of time: an incident and what it holds, what the nightly work did, and what it found left over."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Incident(TenantModel):
    """Something that happened at a site and is looked into. What is kept for it stands in its holds; when it is closed
    they end. Evidence packages and breaches refer to its id."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    title = models.CharField(max_length=200)
    reason = models.CharField(max_length=1000)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    outcome = models.CharField(max_length=1000, default="")

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-opened_at"], name="lifecycle_incident_owner"),)


class Hold(TenantModel):
    """A time of one camera's track that an incident keeps past its term: from the second signature until it is
    released. Each half-open, ms UTC. Two different people sign, one of them of the owner himself."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="holds")
    camera_id = models.UUIDField()
    track = models.SmallIntegerField()
    from_ms = models.BigIntegerField()
    to_ms = models.BigIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    asked_by_party = models.UUIDField()
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    signed_by_party = models.UUIDField(null=True)
    released_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["camera_id", "track"], name="lifecycle_hold_holding",
                condition=models.Q(signed_at__isnull=False, released_at__isnull=True),
            ),
        )  # fmt: skip


class Turn(TenantModel):
    """What one turn of the retention work did for an owner: figures only. Turns that did nothing leave no row."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    at = models.DateTimeField()
    epochs = models.IntegerField(default=0)
    segments = models.BigIntegerField(default=0)
    trimmed = models.IntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    entries = models.BigIntegerField(default=0)
    failed = models.CharField(max_length=60, default="")

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-at"], name="lifecycle_turn_owner"),)


class Leftover(TenantModel):
    """Something that should be gone and isn't: a row, an object or a key. Open until it is found to be gone."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=8)
    what = models.CharField(max_length=60)
    about = models.CharField(max_length=64)
    count = models.IntegerField(default=1)
    found_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "kind", "what", "about"], name="lifecycle_leftover_once",
                condition=models.Q(cleared_at__isnull=True),
            ),
        )  # fmt: skip
