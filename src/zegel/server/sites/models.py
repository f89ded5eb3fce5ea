# SPDX-License-Identifier: EUPL-1.2
"""Nouns of the ground plan: sites, units, cameras, what was signed for a unit, and what a unit reports."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("sites_unitkey", "which tenant a unit's key belongs to, read before a party is known; identifiers only")
unscoped("sites_noticecode", "which site a sign's code means, read by anybody who scans it; identifiers only")
unscoped("sites_appearance", "units that nobody owns yet; found only by who names the whole fingerprint")


class UnitState(models.TextChoices):
    """A unit exists for its owner once its signed answer to the pairing is verified; the two others never end.

    `removed`: taken away in order. `revoked`: stolen or broken into. The key of either counts for nothing any more; the
    unit comes back wiped, as another one, or not at all.
    """

    PAIRED = "paired"
    REVOKED = "revoked"
    REMOVED = "removed"


class UnitKind(models.TextChoices):
    """What stands on site."""

    CAMERA_UNIT = "camera_unit"
    MAST = "mast"
    GATEWAY = "gateway"


class ObjectKind(models.TextChoices):
    """Signed objects that belong to a unit."""

    KEYSET = "keyset"
    POLICY = "policy"
    COMMAND = "command"
    STATUS = "status"
    PAIRED = "paired"


class Site(TenantModel):
    """A guarded place. `profile` names the versioned set of terms that holds there (site-nl, home-se, …).

    `controller`, `contact_email`, `contact_phone`, `country`, `languages`: what its signs and notice say ("": the
    controller is the owner, by his name). No sign is made without both contacts (C25).
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    tz = models.CharField(max_length=64)
    profile = models.CharField(max_length=40)
    created_at = models.DateTimeField()
    controller = models.CharField(max_length=200, default="")
    contact_email = models.CharField(max_length=254, default="")
    contact_phone = models.CharField(max_length=40, default="")
    country = models.CharField(max_length=2, default="")
    languages = models.JSONField(default=list)


class Unit(TenantModel):
    """A camera unit or gateway on site. Its signing key is its identity; `pairing_id` was drawn by the unit itself.

    `ticks`: what somebody looked at on site before he called it commissioned (sites.commissioning.Tick).
    """

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
    kind = models.CharField(max_length=12, choices=UnitKind.choices, default=UnitKind.CAMERA_UNIT)
    removed_at = models.DateTimeField(null=True)
    commissioned_at = models.DateTimeField(null=True)
    commissioned_by = models.UUIDField(null=True)
    ticks = models.JSONField(default=list)


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


# --- the ground: what is public of a site, its plan, and where units have been ---


class NoticeCode(models.Model):
    """The public address of a site's notice: what the code on its signs leads to. Unguessable; identifiers only."""

    code = models.CharField(primary_key=True, max_length=24)
    site_id = models.UUIDField(unique=True)
    owner_id = models.UUIDField()
    created_at = models.DateTimeField()


class FloorPlan(TenantModel):
    """The map of a site: a floor plan or a photo of the ground, re-encoded here, at rest under a shred key."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="floor_plan")
    media_type = models.CharField(max_length=20)
    width = models.IntegerField()
    height = models.IntegerField()
    size = models.IntegerField()
    shred = models.BigIntegerField()
    wrapped = models.BinaryField()
    uploaded_by = models.UUIDField(null=True)
    uploaded_at = models.DateTimeField()


class CameraPlace(TenantModel):
    """Where a camera stands on its site's map: x and y in 0…1 of the picture, `bearing` where it looks (degrees, 0 is
    up, clockwise), `angle` how wide."""

    camera = models.OneToOneField(Camera, on_delete=models.PROTECT, primary_key=True, related_name="place")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    x = models.FloatField()
    y = models.FloatField()
    bearing = models.SmallIntegerField()
    angle = models.SmallIntegerField()


class UnitLeft(TenantModel):
    """A unit went from a site: to another one, taken away, or cut off as stolen (`why`: moved, removed, revoked)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="leavings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    why = models.CharField(max_length=10)
    left_at = models.DateTimeField()
    by = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["site", "-left_at"], name="sites_unitleft_newest"),)


# --- telemetry: the condition of devices, never a picture (D6) ---


class TelemetryMinute(TenantModel):
    """What a unit said of its condition in one minute. Kept seven days (sites.telemetry)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    cameras = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "at"], name="sites_telemetry_minute"),)


class TelemetryHour(TenantModel):
    """The same of an hour: [lowest, mean, highest] of each figure. Kept ninety days."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    cameras = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["unit", "at"], name="sites_telemetry_hour"),)


class UnitHealth(TenantModel):
    """The newest figures of a unit, and what is the matter with it now: {condition: since when (ms)}."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, primary_key=True, related_name="health")
    at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    cameras = models.JSONField(default=dict)
    conditions = models.JSONField(default=dict)


class SiteLimits(TenantModel):
    """Where a site's limits for telemetry differ from those of its profile (sites.limits)."""

    site = models.OneToOneField(Site, on_delete=models.PROTECT, primary_key=True, related_name="limits")
    figures = models.JSONField(default=dict)
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField()
