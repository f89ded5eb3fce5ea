# SPDX-License-Identifier: EUPL-1.2
"""The two nouns of consents. A text is never changed; a consent only gets its end."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Text(TenantModel):
    """The exact words that were shown for a purpose, in one language. `hash`: SHA-256 of `words`."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    purpose = models.CharField(max_length=40)
    version = models.SmallIntegerField()
    language = models.CharField(max_length=2)
    words = models.TextField()
    hash = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "hash"], name="consents_text_once"),)


class Consent(TenantModel):
    """Somebody's consent to the controller (`owner_id`): a person with an account, or an address. ISO/IEC TS 27560
    calls it a consent record. `place`: where on which page it was given or withdrawn."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    purpose = models.CharField(max_length=40)
    text = models.ForeignKey(Text, on_delete=models.PROTECT, related_name="consents")
    person_id = models.UUIDField(null=True)
    email = models.CharField(max_length=254, default="")
    given_at = models.DateTimeField()
    place = models.CharField(max_length=120)
    address = models.CharField(max_length=45, default="")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_place = models.CharField(max_length=120, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["owner_id", "purpose", "person_id"], name="consents_consent_held",
                condition=models.Q(withdrawn_at=None),
            ),
        )  # fmt: skip
