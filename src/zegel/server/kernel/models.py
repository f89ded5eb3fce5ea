# SPDX-License-Identifier: EUPL-1.2
"""The outbox: what happened, for whoever must know."""

from __future__ import annotations

from django.db import models


class OutboxEvent(models.Model):
    """One event, written in the transaction that made it happen. Its payload is identifiers only."""

    id = models.BigAutoField(primary_key=True)
    topic = models.CharField(max_length=60)
    owner_id = models.UUIDField(null=True)
    payload = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="kernel_outbox_at")]


class OutboxDelivery(models.Model):
    """That a subscriber has had an event, or how often it failed to take it."""

    event = models.ForeignKey(OutboxEvent, on_delete=models.CASCADE, db_index=False)
    subscriber = models.CharField(max_length=80)
    done = models.BooleanField()
    attempts = models.IntegerField()
    next_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "subscriber"], name="kernel_outbox_once")]
        indexes = [models.Index(fields=["next_at"], condition=models.Q(done=False), name="kernel_outbox_due")]


class ErasureNote(models.Model):
    """A line for the list of erased rows outside the database (kernel.erasures), until it stands there."""

    id = models.BigAutoField(primary_key=True)
    line = models.TextField()
    at = models.DateTimeField()
