# SPDX-License-Identifier: EUPL-1.2
"""Runs of the monitor, what each promise's probe found, a day at a glance, and the versions of a privacy statement.

Nothing here is about a person: a result counts, and names things by identifiers.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.promises.rules import Every, State


class Run(TenantModel):
    """One round of probes of a provider (`owner_id`). `index`: its entry in the ledger, which holds `digest`: SHA-256
    over the hashes of its evidence, in the order of the promises."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    every = models.CharField(max_length=6, choices=[(e.value, e.name) for e in Every] + [("asked", "ASKED")])
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    kept = models.SmallIntegerField()
    broken = models.SmallIntegerField()
    unproven = models.SmallIntegerField()
    digest = models.BinaryField(max_length=32)
    index = models.BigIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-started_at"], name="promises_run_newest"),)


class Evidence(TenantModel):
    """What one probe found in one run. `envelope`: the same, signed with the log's key (promises.evidence)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evidence")
    promise = models.CharField(max_length=4)
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in State])
    tried = models.IntegerField()
    failed = models.IntegerField()
    why = models.CharField(max_length=16)
    which = models.JSONField(default=list)
    at = models.DateTimeField()
    took_ms = models.IntegerField()
    envelope = models.BinaryField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "promise", "-at"], name="promises_evidence_newest"),)


class Day(TenantModel):
    """The worst that was found of a promise on a day (UTC): kept when the evidence of that day is not."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    promise = models.CharField(max_length=4)
    day = models.DateField()
    state = models.CharField(max_length=8)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "promise", "day"], name="promises_day_once"),)


class Change(TenantModel):
    """A promise's state became another one: what feed and alarm are made of."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    promise = models.CharField(max_length=4)
    before = models.CharField(max_length=8)
    after = models.CharField(max_length=8)
    why = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-at"], name="promises_change_newest"),)


class Canary(TenantModel):
    """A recording that was planted in a tenant of its own, to be searched for when its term is over: by its row, its
    object, and `marker`, bytes that stand nowhere else. `found_at`: it was there when it may not be."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    epoch_id = models.UUIDField()
    key = models.CharField(max_length=120)
    shred = models.BigIntegerField()
    marker = models.BinaryField(max_length=32)
    planted_at = models.DateTimeField()
    due_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)


class Statement(TenantModel):
    """A version of a party's (`owner_id`) privacy statement: what it says in four languages, from a day on."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.IntegerField()
    made_at = models.DateTimeField()
    content = models.JSONField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="promises_statement_number"),)

