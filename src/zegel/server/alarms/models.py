# SPDX-License-Identifier: EUPL-1.2
"""Nouns of alarms: what the unit said, what people did about it."""

from __future__ import annotations

from django.db import models

from zegel.server.alarms.rules import State
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Alarm(TenantModel):
    """One alarm. `envelope` is the unit's signed word; the columns repeat it for sorting and showing.

    A technical alarm that the server made of a unit's technical report has no number, hash or envelope. `times`: how
    often that was reported while the alarm was open."""

    id = models.UUIDField(primary_key=True, editable=False)
    unit_id = models.UUIDField()
    site_id = models.UUIDField()
    camera_id = models.UUIDField(null=True)
    number = models.BigIntegerField(null=True)
    hash = models.BinaryField(max_length=32, null=True)
    previous = models.BinaryField(max_length=32, null=True)
    envelope = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in State], default=State.NEW.value)
    cause = models.CharField(max_length=20)
    alarm_class = models.CharField(max_length=40)
    zone = models.CharField(max_length=200)
    score = models.SmallIntegerField()
    priority = models.SmallIntegerField()
    images = models.CharField(max_length=80)
    first_seen_ms = models.BigIntegerField()
    raised_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()
    times = models.IntegerField(default=1)
    policy_hash = models.BinaryField(max_length=32, null=True)
    claimed_by = models.UUIDField(null=True)
    claimed_by_party = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    recalled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    closed_code = models.CharField(max_length=20, default="")
    closed_note = models.CharField(max_length=2000, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hash"], name="alarms_alarm_hash"),)
        indexes = (
            models.Index(
                fields=["priority", "raised_ms"], name="alarms_queue", condition=~models.Q(state=State.CLOSED.value)
            ),
            models.Index(fields=["owner_id", "-raised_ms"], name="alarms_newest"),
        )


class AlarmStep(TenantModel):
    """One thing that happened to an alarm: who, when, what."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    person_id = models.UUIDField(null=True)
    note = models.CharField(max_length=2000, default="")

    class Meta:
        indexes = (models.Index(fields=["alarm", "at"], name="alarms_step_order"),)
