# SPDX-License-Identifier: EUPL-1.2
"""Nouns of alarms: what was signalled, what was made of it, what people did about it."""

from __future__ import annotations

from django.db import models

from zegel.server.alarms.rules import Confirmed, State, Verdict
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("alarms_due", "when an alarm's next moment comes, for the worker that acts for its owner; identifiers only")
unscoped("alarms_parameterset", "figures of alarm handling by provider and site: numbers only, nobody's data")


class Alarm(TenantModel):
    """One alarm: of a unit, or of a signal that came another way.

    A unit's has an `envelope`, its signed word; the columns repeat it for sorting and showing. What the server made of
    a unit's technical report, or of a signal, has no number, hash or envelope, and never a window. `times`: how often a
    technical report came while it was open; `folded`: how many signals and alarms of the same matter it took in.

    - `source` is where it came from (unit, panel, mail, mqtt, api, onvif, server); `signal_class` what the rules go by
      (`zegel.protocols.events.SignalClass`), `alarm_class` the word that is shown.
    - `queue_at`: an entry delay runs; before that it is in nobody's queue (state new).
    - `look_after`: no look before. `recall_until`: until then the site's own disarming recalls it.
    - `confirmed`: "" or what confirmed it. `avs_score`, `avs_reasons`: TMA-AVS-01, null where it doesn't apply.
    - `folded_into`: it is handled as a part of that alarm, and closed with it.
    - `norm_due`: by when the first operator's action must come; `first_action_at`: when it came.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    unit_id = models.UUIDField(null=True)
    site_id = models.UUIDField(null=True)
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
    source = models.CharField(max_length=10, default="unit")
    signal_class = models.CharField(max_length=24, default="")
    panel_id = models.UUIDField(null=True)
    area = models.CharField(max_length=40, default="")
    duress = models.BooleanField(default=False)
    plan_version_id = models.UUIDField(null=True)
    queue_at = models.DateTimeField(null=True)
    look_after = models.DateTimeField(null=True)
    recall_until = models.DateTimeField(null=True)
    confirmed = models.CharField(max_length=16, default="", choices=[(c.value, c.name) for c in Confirmed])
    avs_score = models.SmallIntegerField(null=True)
    avs_reasons = models.JSONField(default=list)
    folded = models.IntegerField(default=0)
    folded_into = models.UUIDField(null=True)
    last_signal_ms = models.BigIntegerField(null=True)
    parked_until = models.DateTimeField(null=True)
    cancelled_potential = models.BooleanField(default=False)
    first_action_at = models.DateTimeField(null=True)
    norm_due = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["hash"], name="alarms_alarm_hash"),)
        indexes = (
            models.Index(
                fields=["priority", "raised_ms"], name="alarms_queue", condition=~models.Q(state=State.CLOSED.value)
            ),
            models.Index(fields=["owner_id", "-raised_ms"], name="alarms_newest"),
            models.Index(
                fields=["site_id", "signal_class"], name="alarms_open_at_site",
                condition=~models.Q(state=State.CLOSED.value),
            ),
            models.Index(
                fields=["folded_into"], name="alarms_folded", condition=models.Q(folded_into__isnull=False)
            ),
            models.Index(fields=["asked_at"], name="alarms_question", condition=models.Q(asked_at__isnull=False)),
        )  # fmt: skip


class AlarmStep(TenantModel):
    """One thing that happened to an alarm: who, when, what."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="steps")
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    person_id = models.UUIDField(null=True)
    note = models.CharField(max_length=2000, default="")
    step_no = models.SmallIntegerField(null=True)
    outcome = models.CharField(max_length=24, default="")

    class Meta:
        indexes = (models.Index(fields=["alarm", "at"], name="alarms_step_order"),)


class AlarmSignal(TenantModel):
    """What was made of one signal: the alarm that it opened or joined, or why it made none. One row for each signal,
    once: this is what makes a second reading of the same signal harmless. The signal itself is in the room `signals`;
    here stands what later rules ask of earlier signals."""

    id = models.BigAutoField(primary_key=True)
    signal_id = models.UUIDField(unique=True)
    alarm = models.ForeignKey(Alarm, null=True, on_delete=models.PROTECT, related_name="signals")
    site_id = models.UUIDField(null=True)
    panel_id = models.UUIDField(null=True)
    source = models.CharField(max_length=10)
    signal_class = models.CharField(max_length=24)
    phase = models.CharField(max_length=20)
    code = models.CharField(max_length=24, default="")
    zone = models.CharField(max_length=40, default="")
    area = models.CharField(max_length=40, default="")
    at_ms = models.BigIntegerField()
    verdict = models.CharField(max_length=20, choices=[(v.value, v.name) for v in Verdict])

    class Meta:
        indexes = (
            models.Index(fields=["alarm", "id"], name="alarms_signal_of_alarm"),
            models.Index(fields=["site_id", "-at_ms"], name="alarms_signal_of_site"),
        )


class CentralWord(TenantModel):
    """A signed word that this alarm of a panel elsewhere may show pictures at one unit: a panel's own, or an owner's.
    `hash`: the word's, as the ledger's entry names it. `ready_at`: witnesses saw the entry, and the unit is told."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="words")
    unit_id = models.UUIDField()
    envelope = models.BinaryField()
    hash = models.BinaryField(max_length=32)
    person_id = models.UUIDField(null=True)
    said_ms = models.BigIntegerField()
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["alarm"], name="alarms_centralword_once"),)
        indexes = (models.Index(fields=["unit_id", "-made_at"], name="alarms_central_of_unit"),)


class AreaState(TenantModel):
    """Whether an area of a panel is closed (set) or open, as its last opening or closing said."""

    panel_id = models.UUIDField()
    site_id = models.UUIDField()
    area = models.CharField(max_length=40, default="")
    closed = models.BooleanField()
    changed_ms = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panel_id", "area"], name="alarms_area_once"),)


class OpeningPlan(TenantModel):
    """When an area should open and close, in the site's own zone. `weekly`: [[weekday 0 (Monday) … 6, "HH:MM" opens,
    "HH:MM" closes]…]; `exceptions`: [["YYYY-MM-DD", [["HH:MM", "HH:MM"]…]]…], an empty list means closed all day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    panel_id = models.UUIDField()
    area = models.CharField(max_length=40, default="")
    weekly = models.JSONField(default=list)
    exceptions = models.JSONField(default=list)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["panel_id", "area"], name="alarms_opening_once"),)


class TestWindow(TenantModel):
    """A time in which a site's signals are a test. Hold-up and duress alarm all the same, fire too unless `fire`.
    `zones`: [] for all of the panel's."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    panel_id = models.UUIDField(null=True)
    zones = models.JSONField(default=list)
    fire = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="")
    made_by = models.UUIDField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["site_id", "ends_at"], name="alarms_test_running", condition=models.Q(ended_at__isnull=True)
            ),
        )


class ParameterSet(models.Model):
    """Figures that differ from the defaults: of a provider (`site_id` null), or of one site. Numbers only."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    provider_id = models.UUIDField()
    site_id = models.UUIDField(null=True)
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["provider_id", "site_id"], name="alarms_parameters_once", nulls_distinct=False
            ),
        )


class DueKind(models.TextChoices):
    """What comes by itself."""

    QUEUE = "queue"  # an entry delay ended
    LOOK = "look"  # a hold before the look ended
    RECALL = "recall"  # the time in which disarming recalls it ended
    NORM = "norm"  # the first action should have come
    PARK = "park"  # a parked alarm comes back
    TEST = "test"  # a test window ended
    OPENING = "opening"  # an area should be open or closed by now
    CENTRAL = "central"  # a word for a central alarm waits for the witnesses


class Due(models.Model):
    """The scheduler's clock: what of which owner is due when. No tenant's condition: identifiers only. Nothing is kept
    in memory: who comes after a crash finds it here."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=DueKind.choices)
    about = models.UUIDField()
    owner_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["kind", "about"], name="alarms_due_once"),)
        indexes = (models.Index(fields=["at"], name="alarms_due_at"),)


class Asked(TenantModel):
    """A request that carried an Idempotency-Key and was carried out: asked again, it is not done again. `outcome`: the
    word that it was answered with, where the alarm itself doesn't say it. Kept for two days."""

    id = models.BigAutoField(primary_key=True)
    person_id = models.UUIDField()
    key = models.UUIDField()
    path = models.CharField(max_length=120)
    body = models.BinaryField(max_length=32)
    outcome = models.CharField(max_length=24, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person_id", "key"], name="alarms_asked_once"),)
        indexes = (models.Index(fields=["at"], name="alarms_asked_at"),)
