# SPDX-License-Identifier: EUPL-1.2
"""What a person wants to be told about a party's cameras, where, and what he was told."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import unscoped

unscoped("notify_due", "when somebody's digest or forgetting is due, for the worker that acts for his party; ids only")


class Preference(models.Model):
    """A person's wish about one class of one party (`occasion` holds the class). No row: rules.default_wish."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    occasion = models.CharField(max_length=30)
    by_mail = models.BooleanField()
    by_push = models.BooleanField(default=True)
    at_once = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "person_id", "occasion"], name="notify_preference_once"),
        ]


class Hours(models.Model):
    """A person's hours at a party: quiet ones ([[weekdays], start minute, end minute] each) and his digest's, in his
    zone."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    zone = models.CharField(max_length=64)
    quiet = models.JSONField(default=list)
    digest_at = models.SmallIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "person_id"], name="notify_hours_once")]


class Device(models.Model):
    """A browser that takes push messages for a person at a party. Its address lets whoever has it send; its keys let
    him send what the browser opens. `fault`: what its push service said last, "" when it took it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    endpoint = models.CharField(max_length=1000)
    p256dh = models.BinaryField(max_length=65)
    auth = models.BinaryField(max_length=16)
    name = models.CharField(max_length=80)
    service = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=12, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "person_id", "endpoint"], name="notify_device_once"),
        ]


class Notice(models.Model):
    """One thing that one person is told, or was. `key`: told once, however often it is heard. `more`: how many of the
    same it stands for besides. Kept for a month."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    occasion = models.CharField(max_length=20)
    what = models.CharField(max_length=40, default="")
    place = models.CharField(max_length=100, default="")
    site_id = models.UUIDField(null=True)
    camera_id = models.UUIDField(null=True)
    alarm_id = models.UUIDField(null=True)
    source = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    more = models.IntegerField(default=0)
    by_push = models.BooleanField()
    by_mail = models.BooleanField()
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    until = models.DateTimeField()
    pushed_to = models.JSONField(default=list)
    pushed_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_id", "person_id", "key"], name="notify_notice_once")]
        indexes = [
            models.Index(fields=["owner_id", "person_id", "-at"], name="notify_notice_newest"),
            models.Index(fields=["at"], name="notify_notice_old"),
        ]


class DueKind(models.TextChoices):
    DIGEST = "digest"
    FORGET = "forget"


class Due(models.Model):
    """What of whom comes by itself when: his digest, the forgetting of what he was told. Identifiers only."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=8, choices=DueKind.choices)
    owner_id = models.UUIDField()
    person_id = models.UUIDField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "owner_id", "person_id"], name="notify_due_once")]
