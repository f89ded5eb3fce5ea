# SPDX-License-Identifier: EUPL-1.2
"""Nouns of an alarm centre's work: who sits there, what escalated, what was handed over, which views were judged.

`owner_id` (and `provider_id`) is the party that runs the centre: customers don't see these rows.
"""

from __future__ import annotations

from django.db import models

from zegel.server.centre.rules import Cause, StepKind
from zegel.server.centre.sampling import DEFAULT_RATE, LONG_VIEW_S, Why
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Seat(TenantModel):
    """A person at a screen of the centre, for as long as his event stream is there. `break_since`: away a moment."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    role = models.CharField(max_length=20)
    since = models.DateTimeField()
    last_seen = models.DateTimeField()
    on_duty = models.BooleanField()
    break_since = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "person_id"], condition=models.Q(ended_at=None), name="centre_seat_once"
            ),
        )


class Settings(TenantModel):
    """How a centre wants it; what is not said is the default. `pagers`: addresses that are told of an escalation (none:
    the supervisors' own); `norms`: see norms.read."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    pagers = models.JSONField(default=list)
    second_after_s = models.IntegerField(default=60)
    repeat_s = models.IntegerField(default=120)
    quiet_s = models.IntegerField(default=300)
    norms = models.JSONField(default=dict)
    review_rate = models.FloatField(default=DEFAULT_RATE)
    long_view_s = models.IntegerField(default=LONG_VIEW_S)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="centre_settings_once"),)


class Escalation(TenantModel):
    """A matter of the queue that somebody must act on. One of each sort is open at a time; `rounds` and `next_at` say
    how far it came, so that whoever takes over after a crash goes on from there."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    cause = models.CharField(max_length=12, choices=[(c.value, c.name) for c in Cause])
    for_party = models.UUIDField(null=True)
    opened_at = models.DateTimeField()
    rounds = models.IntegerField(default=0)
    next_at = models.DateTimeField()
    waiting = models.IntegerField()
    overdue = models.IntegerField()
    oldest_ms = models.BigIntegerField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.UUIDField(null=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "for_party"], condition=models.Q(resolved_at=None), name="centre_escalation_once",
                nulls_distinct=False,
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["owner_id", "-opened_at"], name="centre_escalation_newest"),)


class EscalationStep(TenantModel):
    """One thing that was done about it. Numbered, so that none is done twice."""

    id = models.BigAutoField(primary_key=True)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="steps")
    number = models.IntegerField()
    kind = models.CharField(max_length=16, choices=[(k.value, k.name) for k in StepKind])
    at = models.DateTimeField()
    person_id = models.UUIDField(null=True)
    told = models.IntegerField(default=0)
    note = models.CharField(max_length=500, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["escalation", "number"], name="centre_step_once"),)


class HandOver(TenantModel):
    """One shift's word to the next. `state`: what stood open when it was written (identifiers, classes, times)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    written_by = models.UUIDField()
    written_at = models.DateTimeField()
    note = models.CharField(max_length=4000)
    state = models.JSONField(default=dict)
    accepted_by = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, default="")

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-written_at"], name="centre_hand_over_newest"),)


class Review(TenantModel):
    """A view that was taken out to be judged: what the log says of it, never a picture. `person_id` looked,
    `dealt_to` judges."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    lease_id = models.UUIDField(unique=True)
    alarm_id = models.UUIDField(null=True)
    camera_id = models.UUIDField()
    site_id = models.UUIDField(null=True)
    customer_id = models.UUIDField()
    person_id = models.UUIDField()
    purpose = models.CharField(max_length=30)
    from_ms = models.BigIntegerField()
    to_ms = models.BigIntegerField()
    slots = models.IntegerField()
    ledger_index = models.BigIntegerField()
    why = models.CharField(max_length=8, choices=[(w.value, w.name) for w in Why])
    risks = models.JSONField(default=list)
    score = models.SmallIntegerField()
    made_at = models.DateTimeField()
    dealt_to = models.UUIDField(null=True)
    dealt_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "-made_at"], name="centre_review_newest"),
            models.Index(
                fields=["owner_id", "dealt_to"], name="centre_review_open", condition=models.Q(judged_at__isnull=True)
            ),
        )


class Verdict(models.TextChoices):
    """What a review found."""

    OK = "ok"
    QUESTION = "question"
    BREACH = "breach"


class Finding(TenantModel):
    """The judgement on a reviewed view, with its reason, and what was done about it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="finding")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    reason = models.CharField(max_length=2000)
    judged_by = models.UUIDField()
    judged_at = models.DateTimeField()
    follow_up = models.CharField(max_length=2000, default="")
    followed_up_by = models.UUIDField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    suspension_id = models.UUIDField(null=True)
