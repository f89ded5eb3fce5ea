# SPDX-License-Identifier: EUPL-1.2
"""Whom a tenant names for questions about personal data. Rows are never changed but for their end."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel

LONGEST_STATEMENT = 20_000


class PrivacyContact(TenantModel):
    """I15, C25. `statement_url`: where the tenant's own privacy statement is; or its words, in `statement`; both empty:
    the one that is made from what the system runs on."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    phone = models.CharField(max_length=40)
    statement_url = models.CharField(max_length=500, default="")
    statement = models.TextField(default="")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    set_by = models.UUIDField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id"], condition=models.Q(valid_to=None), name="privacy_contact_once"
            ),
        )  # fmt: skip
