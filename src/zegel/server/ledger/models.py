# SPDX-License-Identifier: EUPL-1.2
"""The ledger's tables. The application role only reads them: it writes through ledger_append and ledger_forget (see the
first migration), which number entries under the head's lock and never change or remove one.

`ledger_entry` is the tree's data and can't be erased; `ledger_body` is what it says, and can.
"""

from __future__ import annotations

from django.db import models


class Head(models.Model):
    """One row: how long the log is. Its lock orders all appends."""

    id = models.SmallIntegerField(primary_key=True)
    size = models.BigIntegerField()

    class Meta:
        db_table = "ledger_head"


class Published(models.Model):
    """One row: the last checkpoint that left the house, so that a lost or old store can't make the log start anew."""

    id = models.SmallIntegerField(primary_key=True)
    origin_number = models.IntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    at_ms = models.BigIntegerField()

    class Meta:
        db_table = "ledger_published"


class EntryRow(models.Model):
    """A leaf: its number from 0, its commitment, its leaf hash."""

    index = models.BigIntegerField(primary_key=True)
    commitment = models.BinaryField()
    leaf_hash = models.BinaryField()

    class Meta:
        db_table = "ledger_entry"


class Body(models.Model):
    """What an entry says, encrypted under its own shred key; `sealed` is null once it is forgotten.

    Only what finding needs stands in the clear: whose it is, who did it, about which camera or alarm, what and when.
    """

    index = models.BigIntegerField(primary_key=True)
    shred_id = models.BigIntegerField(null=True)
    owner_id = models.UUIDField(null=True)
    actor_id = models.UUIDField(null=True)
    actor_party_id = models.UUIDField(null=True)
    about = models.UUIDField(null=True)
    kind = models.CharField(max_length=30)
    at_ms = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    forgotten_by = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ledger_body"
        indexes = [
            models.Index(fields=["owner_id", "about", "at_ms"], name="ledger_body_owner"),
            models.Index(fields=["index"], condition=models.Q(sealed=None), name="ledger_body_gone"),
        ]
