# SPDX-License-Identifier: EUPL-1.2
"""The one noun of tasks."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Task(TenantModel):
    """Something that a provider (`owner_id`) has to do. It is open while its cause stands (`cleared_at` null) and
    nobody did it (`done_at` null); put off until `snoozed_until`. `kind` and `about`: words of rules.py, or of a room
    above that brings causes. `words`: of a task that somebody wrote himself."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=20)
    about_id = models.UUIDField(null=True)
    customer_id = models.UUIDField(null=True)
    detail = models.CharField(max_length=60, default="")
    words = models.CharField(max_length=300, default="")
    due_at = models.DateTimeField(null=True)
    raised_at = models.DateTimeField()
    raised_by = models.UUIDField(null=True)
    cleared_at = models.DateTimeField(null=True)
    assignee = models.UUIDField(null=True)
    snoozed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "key"], name="tasks_task_once"),)
        indexes = (
            models.Index(
                fields=["owner_id", "-raised_at"], name="tasks_task_open",
                condition=models.Q(done_at=None, cleared_at=None),
            ),
        )  # fmt: skip
