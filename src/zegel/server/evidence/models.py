# SPDX-License-Identifier: EUPL-1.2
"""Nouns of evidence: an order, two persons' agreement on a package, and the register of what was handed over."""

from __future__ import annotations

from django.db import models

from zegel.server.evidence.rules import Decision, Form, Ground, Maker
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Order(TenantModel):
    """What an authority asks for, on paper, and what was decided. `scope`: in its own words; `camera_ids`, `from_at`,
    `to_at`: what it comes to here. `received_party_id`: to whom it came. `paper_sha256`: of the paper, which is kept
    elsewhere."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    authority = models.CharField(max_length=200)
    officer = models.CharField(max_length=200, default="")
    reference = models.CharField(max_length=120)
    ground = models.CharField(max_length=20, choices=[(g.value, g.name) for g in Ground])
    article = models.CharField(max_length=200, default="")
    scope = models.CharField(max_length=2000)
    site_id = models.UUIDField()
    camera_ids = models.JSONField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    publication = models.BooleanField(default=False)
    incident_id = models.UUIDField(null=True)
    paper_sha256 = models.BinaryField(max_length=32, null=True)
    received_at = models.DateTimeField()
    received_by = models.UUIDField()
    received_party_id = models.UUIDField()
    decision = models.CharField(
        max_length=10, choices=[(d.value, d.name) for d in Decision], default=Decision.WAITING.value
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decision_note = models.CharField(max_length=1000, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "evidence_order"
        indexes = [models.Index(fields=["owner_id", "received_at"], name="evidence_order_newest")]


class Preparation(TenantModel):
    """A package that somebody of an alarm centre wants to make of an alarm's released window, and who agreed."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="preparations")
    alarm_id = models.UUIDField()
    arc_party_id = models.UUIDField()
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    approved_by = models.UUIDField(null=True)
    approved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["alarm_id", "asked_at"], name="evidence_preparation_alarm")]


class Disclosure(TenantModel):
    """A line of the register: what left, to whom, why. `package_hash`: SHA-256 of the signed list of its files."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="disclosures")
    maker = models.CharField(max_length=10, choices=[(m.value, m.name) for m in Maker])
    form = models.CharField(max_length=10, choices=[(f.value, f.name) for f in Form])
    purpose = models.CharField(max_length=40)
    authority = models.CharField(max_length=200)
    reference = models.CharField(max_length=120, default="")
    ground = models.CharField(max_length=20, choices=[(g.value, g.name) for g in Ground])
    article = models.CharField(max_length=200, default="")
    scope = models.CharField(max_length=2000, default="")
    recipient = models.CharField(max_length=200)
    camera_ids = models.JSONField()
    from_at = models.DateTimeField()
    to_at = models.DateTimeField()
    package_hash = models.BinaryField(max_length=32)
    size = models.BigIntegerField()
    party_id = models.UUIDField()
    made_by = models.UUIDField()
    second_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["owner_id", "made_at"], name="evidence_disclosure_newest")]


class Handed(TenantModel):
    """A redacted film that waits behind a link for who asked for it; here in pieces that only the link's key opens.

    `export_index`: the film's own entry in the ledger; `case_id`: the request that it answers; `token_hash`,
    `browser_hash`: of the link's secret, and of the secret of the page that opened it last."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    export_index = models.BigIntegerField()
    case_id = models.UUIDField(null=True)
    camera_id = models.UUIDField()
    recipient = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    token_hash = models.BinaryField(max_length=32)
    browser_hash = models.BinaryField(max_length=32, null=True)
    pieces = models.IntegerField()
    size = models.BigIntegerField()
    tries = models.SmallIntegerField(default=0)
    openings = models.SmallIntegerField(default=0)
    made_by = models.UUIDField()
    made_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner_id", "made_at"], name="evidence_handed_newest"),
            models.Index(fields=["expires_at"], name="evidence_handed_over", condition=models.Q(ended_at=None)),
        ]
