# SPDX-License-Identifier: EUPL-1.2
"""The registers as they were, version by version, and who judged each line. Rows change in their end only."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.registers.rules import Article


class Risk(models.TextChoices):
    """For the people whose data it is, with the measures in place."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class RegisterVersion(TenantModel):
    """A register of `owner_id` as it held from one moment to another: of itself (30.1), or of what it processes for
    `controller_id` (30.2). `content`: words of the closed sets and names, so that it can be written in any language;
    `hash`: SHA-256 of its canonical form."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    article = models.CharField(max_length=4, choices=[(one.value, one.name) for one in Article])
    controller_id = models.UUIDField()
    number = models.IntegerField()
    content = models.JSONField()
    hash = models.BinaryField()
    valid_from = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "article", "controller_id", "number"], name="registers_version_number"
            ),
            models.UniqueConstraint(
                fields=["owner_id", "article", "controller_id"], condition=models.Q(superseded_at=None),
                name="registers_version_newest",
            ),
        )  # fmt: skip


class LineReview(TenantModel):
    """Somebody of `owner_id` judged a line of its registers: risk, further measures, and when to look again."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    article = models.CharField(max_length=4, choices=[(one.value, one.name) for one in Article])
    line = models.CharField(max_length=40)
    risk = models.CharField(max_length=8, choices=Risk.choices)
    why = models.CharField(max_length=1000)
    measures = models.CharField(max_length=1000, default="")
    assessment = models.CharField(max_length=300, default="")
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField()
    next_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "article", "line", "reviewed_at"], name="registers_reviewed"),)
