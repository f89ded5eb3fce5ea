# SPDX-License-Identifier: EUPL-1.2
"""Keys of a tenant's other systems, and webhooks: where they are told what happened, and what became of each telling.
Nothing here holds what an order or a customer says: a delivery names identifiers; its receiver asks for the rest."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("integrations_due", "which webhook has something to tell, and when; identifiers and times, nobody's data")


class ApiKey(TenantModel):
    """A key: told once, its hash kept. `hint`: its beginning, to know it by; `rate`: calls a minute."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=120)
    key_hash = models.BinaryField(max_length=32)
    hint = models.CharField(max_length=12)
    scopes = models.JSONField()
    rate = models.IntegerField()
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key_hash"], name="integrations_key_hash"),)
        indexes = (models.Index(fields=["owner_id", "-made_at"], name="integrations_key_list"),)


class Call(TenantModel):
    """That something was sent already, under an idempotency key, and what it became. Forgotten after a day."""

    id = models.BigAutoField(primary_key=True)
    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="calls")
    idempotency_key = models.CharField(max_length=80)
    body_hash = models.BinaryField(max_length=32)
    made_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="integrations_call_once"),)
        indexes = (models.Index(fields=["at"], name="integrations_call_age"),)


class Webhook(TenantModel):
    """Where a system wants to be told. `secret_wrapped`: what signs, under the installation's secret; `failing_since`:
    when the deliveries began to fail that still do; `paused_at`: by hand, or after days of failing (`pause_why`)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=500)
    topics = models.JSONField()
    secret_wrapped = models.BinaryField()
    old_secret_wrapped = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(null=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    pause_why = models.CharField(max_length=12, default="")
    ended_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-made_at"], name="integrations_webhook_list"),)


class Delivery(TenantModel):
    """One telling. `body`: what was published, identifiers only; `status`: the last answer's, 0 where there was none;
    `fault`: a code of ours for what went wrong."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    number = models.BigIntegerField()
    topic = models.CharField(max_length=60)
    body = models.JSONField()
    state = models.CharField(max_length=10)
    attempts = models.SmallIntegerField(default=0)
    status = models.SmallIntegerField(default=0)
    fault = models.CharField(max_length=20, default="")
    happened_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["webhook", "number"], name="integrations_delivery_once"),)
        indexes = (
            models.Index(fields=["webhook", "-happened_at"], name="integrations_delivery_list"),
            models.Index(
                fields=["webhook", "number"], name="integrations_delivery_wait",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["happened_at"], name="integrations_delivery_age"),
        )  # fmt: skip


class Due(models.Model):
    """A webhook with something to tell, and from when it may be tried."""

    webhook_id = models.UUIDField(primary_key=True)
    owner_id = models.UUIDField()
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["next_at"], name="integrations_due_next"),)
