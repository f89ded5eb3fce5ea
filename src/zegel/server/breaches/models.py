# SPDX-License-Identifier: EUPL-1.2
"""A breach's case. `owner_id` is the party whose register it stands in: a provider or an alarm centre."""

from __future__ import annotations

from django.db import models

from zegel.server.breaches.rules import DutyKind, How, Level, Risk, Side, State
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Breach(TenantModel):
    """One case, numbered within its party. `known_at`: when somebody here knew (the clocks run from it); `what`: in the
    reporter's words. `scope`: what was touched, as counting.Scope writes it. No row is ever deleted before its term:
    what was no breach stays, with the reason."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.IntegerField()
    state = models.CharField(max_length=12, choices=[(s.value, s.name) for s in State])
    what = models.CharField(max_length=4000)
    known_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    reported_by = models.UUIDField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    nature = models.JSONField(default=list)
    cause = models.CharField(max_length=4000, default="")
    scope = models.JSONField(null=True)
    assessed_at = models.DateTimeField(null=True)
    assessed_by = models.UUIDField(null=True)
    severity = models.CharField(max_length=8, default="", choices=[(v.value, v.name) for v in Level])
    likelihood = models.CharField(max_length=8, default="", choices=[(v.value, v.name) for v in Level])
    risk = models.CharField(max_length=8, default="", choices=[(r.value, r.name) for r in Risk])
    reason = models.CharField(max_length=4000, default="")
    consequences = models.CharField(max_length=4000, default="")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.UUIDField(null=True)
    evaluation = models.CharField(max_length=4000, default="")
    lessons = models.CharField(max_length=4000, default="")
    evaluated_at = models.DateTimeField(null=True)
    evaluated_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="breaches_breach_number"),)


class Affected(TenantModel):
    """What of one controller's processing was touched, and our side there. `people` and `records` are the officer's
    figures where he wrote any (`said_by`), else what was counted from the declarations; `people` null: can't be
    counted (who is on images). `lines`: by model."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="affected")
    party_id = models.UUIDField()
    side = models.CharField(max_length=12, choices=[(s.value, s.name) for s in Side])
    people = models.BigIntegerField(null=True)
    records = models.BigIntegerField(default=0)
    counted_people = models.BigIntegerField(null=True)
    counted_records = models.BigIntegerField(default=0)
    said_by = models.UUIDField(null=True)
    lines = models.JSONField(default=list)
    counted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["breach", "party_id", "side"], name="breaches_affected_once"),)


class Duty(TenantModel):
    """Somebody whom we owe word, and by when. `due_at` null: without undue delay (Art. 34). `dropped_at`: we don't owe
    it after all. Met when the first notice went; `complete` when there is no more to say."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="duties")
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in DutyKind])
    towards = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=200, default="")
    met_at = models.DateTimeField(null=True)
    complete = models.BooleanField(default=False)
    late_reason = models.CharField(max_length=2000, default="")
    dropped_at = models.DateTimeField(null=True)
    reminded = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["breach", "kind", "towards"], name="breaches_duty_once", nulls_distinct=False
            ),
        )  # fmt: skip


class Notice(TenantModel):
    """What was told: the exact words, the paper, and how it went. `phase`: 1, 2, … of one duty (Art. 33(4)); `final`:
    no more follows. `told_at`: when it left (mail: when the mail server took it)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="notices")
    phase = models.IntegerField()
    final = models.BooleanField()
    how = models.CharField(max_length=8, choices=[(h.value, h.name) for h in How])
    language = models.CharField(max_length=2)
    to = models.CharField(max_length=254)
    reference = models.CharField(max_length=200, default="")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    paper = models.BinaryField()
    sha256 = models.BinaryField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    told_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["duty", "phase", "to"], name="breaches_notice_phase"),)


class Measure(TenantModel):
    """Something that is done about it, by somebody, by a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    breach = models.ForeignKey(Breach, on_delete=models.CASCADE, related_name="measures")
    words = models.CharField(max_length=500)
    person_id = models.UUIDField()
    due_at = models.DateTimeField()
    made_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
