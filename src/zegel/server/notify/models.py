# SPDX-License-Identifier: EUPL-1.2
"""What a person wants to be told about a party's cameras."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids


class Preference(models.Model):
    """A person's wish about one occasion of one party. No row: he is told."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    occasion = models.CharField(max_length=30)
    by_mail = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "person_id", "occasion"], name="notify_preference_once"),
        ]
