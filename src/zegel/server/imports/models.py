# SPDX-License-Identifier: EUPL-1.2
"""Nouns of imports. `owner_id` is the firm whose list it is."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class State(models.TextChoices):
    """Where it is. Only what runs or is looked at moves by itself."""

    UPLOADED = "uploaded"  # waits for somebody to say what the columns hold
    CHECKING = "checking"
    CHECKED = "checked"  # waits for somebody to say that it may be written
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    DISCARDED = "discarded"


WORKING = (State.CHECKING.value, State.RUNNING.value)


class Import(TenantModel):
    """One file. It lies under a shred key that is destroyed with the end of the import, or a week after it came.

    `columns`: {place: target}; `habits`: {encoding, separator, skip}; `choices`: what holds for every line; `at_line`:
    the last line of the file that was dealt with in this turn; `beat_at`: when the worker last wrote, so that one that
    was killed is followed by another."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices)
    size = models.IntegerField()
    hash = models.BinaryField()
    shred = models.BigIntegerField(null=True)
    wrapped = models.BinaryField(null=True)
    header = models.JSONField(default=list)
    habits = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    rows = models.IntegerField(default=0)
    at_line = models.IntegerField(default=0)
    dealt = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    matched = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    things = models.IntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "-made_at"], name="imports_newest"),
            models.Index(fields=["beat_at"], name="imports_working", condition=models.Q(state__in=WORKING)),
        )


class Remark(TenantModel):
    """What was wrong with a line: its number and a detail's name, never what stood there. `refused`: it was not taken
    over; else it was, without that detail."""

    id = models.BigAutoField(primary_key=True)
    of = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="remarks")
    line = models.IntegerField()
    what = models.CharField(max_length=24)
    refused = models.BooleanField()

    class Meta:
        indexes = (models.Index(fields=["of", "line"], name="imports_remark_of"),)
