# SPDX-License-Identifier: EUPL-1.2
"""Nouns of the ground plan: sites, units, cameras, what was signed for a unit, and what a unit reports."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("sites_unitkey", "which tenant a unit's key belongs to, read before a party is known; identifiers only")
unscoped("sites_appearance", "units that nobody owns yet; found only by who names the whole fingerprint")


class UnitState(models.TextChoices):
    """A unit exists for its owner once its signed answer to the pairing is verified; `revoked` never ends."""

    PAIRED = "paired"
    REVOKED = "revoked"


class ObjectKind(models.TextChoices):
    """Signed objects that belong to a unit."""

    KEYSET = "keyset"
    POLICY = "policy"
    COMMAND = "command"
    STATUS = "status"
    PAIRED = "paired"


class Site(TenantModel):
    """A guarded place. `profile` names the versioned set of terms that holds there (site-nl, home-se, …)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    tz = models.CharField(max_length=64)
    profile = models.CharField(max_length=40)
    created_at = models.DateTimeField()


class Unit(TenantModel):
    """A camera unit or gateway on site. Its signing key is its identity; `pairing_id` was drawn by the unit itself."""

    id = models.UUIDField(primary_key=True, editable=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="units")
    name = models.CharField(max_length=200)
    sign_pk = models.BinaryField(max_length=32)
    fingerprint = models.BinaryField(max_length=32)
    pairing_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=UnitState.choices, default=UnitState.PAIRED)
    software = models.CharField(max_length=80, default="")
    paired_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)


class Camera(TenantModel):
    """One camera of a unit. `state` is what the unit's signed status said last.

    `capabilities` and `presets` (names) are the unit's unsigned word: they decide what is offered, not what is allowed.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cameras")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, default="fixed")
    capabilities = models.JSONField(default=list)
    presets = models.JSONField(default=list)
    state = models.CharField(max_length=10, default="unknown")


class UnitObject(TenantModel):
    """One signed object as it travelled. History is kept: which policy held when is a question of law."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="objects_signed")
    pairing_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=ObjectKind.choices)
    counter = models.BigIntegerField()
    signer = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    envelope = models.BinaryField()
    person_id = models.UUIDField(null=True)
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["unit", "kind", "hash"], name="sites_unitobject_once"),
            models.UniqueConstraint(  # two owners at once: one of them was first
                fields=["unit", "pairing_id", "kind", "counter"], name="sites_unitobject_counter",
                condition=models.Q(kind__in=[ObjectKind.KEYSET.value, ObjectKind.POLICY.value]),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["unit", "kind", "-counter"], name="sites_unitobject_newest"),)


class TechnicalEvent(TenantModel):
    """What went wrong with a unit or camera, in the unit's words. `camera_id` may name one that is gone; `alarm_id` is
    the alarm in which it was counted, if it made one."""

    id = models.UUIDField(primary_key=True, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="technical_events")
    camera_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=40)
    code = models.CharField(max_length=80, default="")
    at = models.DateTimeField()
    detail = models.JSONField(default=dict)
    received_at = models.DateTimeField()
    alarm_id = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["unit", "-at"], name="sites_technical_newest"),)


class UnitKey(models.Model):
    """Whose unit a key is: what the link must know before a tenant's rows may be read. Identifiers only, no tenant's
    condition. A revoked key stays here for ever, so that it can't come back."""

    fingerprint = models.BinaryField(primary_key=True, max_length=32)
    unit_id = models.UUIDField(unique=True)
    owner_id = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id"], name="sites_unitkey_owner"),)


class Pairing(TenantModel):
    """A pairing under way: what the owner sends to a unit and hasn't heard back yet. `pairing_id` is the unit's."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    pairing_id = models.UUIDField()
    unit_id = models.UUIDField()
    fingerprint = models.BinaryField(max_length=32)
    sign_pk = models.BinaryField(max_length=32)
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    software = models.CharField(max_length=80)
    cameras = models.JSONField(default=list)
    body = models.BinaryField(null=True)
    mac = models.BinaryField(max_length=32, null=True)
    keyset = models.BinaryField(null=True)
    policy = models.BinaryField(null=True)
    paired = models.BinaryField(null=True)
    started_at = models.DateTimeField()
    paired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "pairing_id"], name="sites_pairing_once"),)


class Appearance(models.Model):
    """A unit that nobody owns, on the link now: found by who names its whole fingerprint; gone in an hour.

    `claims`: [owner, when (ms)] of each who asked to pair it. Anybody who saw its code's fingerprint may ask; only who
    has the code's secret is answered, so nobody's asking takes another's place."""

    fingerprint = models.BinaryField(primary_key=True, max_length=32)
    unit_id = models.UUIDField()
    sign_pk = models.BinaryField(max_length=32)
    pairing_id = models.UUIDField()
    software = models.CharField(max_length=80)
    cameras = models.JSONField(default=list)
    address = models.CharField(max_length=64)
    claims = models.JSONField(default=list)
    seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["expires_at"], name="sites_appearance_expiry"),)
