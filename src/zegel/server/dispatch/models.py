# SPDX-License-Identifier: EUPL-1.2
"""Nouns of dispatch: who may be sent to a site, who was sent, and the link that he was given."""

from __future__ import annotations

from django.db import models

from zegel.server.dispatch.rules import USUAL_MIN, State
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("dispatch_guardlink", "whose errand a link is for, read before a party is known; hashes and identifiers only")


class Guard(TenantModel):
    """A guard company that goes to a site, in this order. `typical_min`: how long it usually takes."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    place = models.IntegerField()
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=32, default="")
    email = models.CharField(max_length=254, default="")
    language = models.CharField(max_length=2, default="en")
    typical_min = models.SmallIntegerField(default=USUAL_MIN)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["site_id", "place"], name="dispatch_guard_order")]


class Dispatch(TenantModel):
    """A guard's errand. `due_at`: by when he should be there. `tell_contacts`: the plan lets him see who is there to
    be called. `report`: {found, text, secured}. `key_*`: the public half of the key that the guard's phone made for
    pictures of this errand; null without one, and again when he may see none any more."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    alarm_id = models.UUIDField()
    site_id = models.UUIDField()
    guard = models.ForeignKey(Guard, on_delete=models.PROTECT, related_name="dispatches")
    state = models.CharField(max_length=12, choices=[(s.value, s.name) for s in State])
    note = models.CharField(max_length=500, default="")
    tell_contacts = models.BooleanField(default=False)
    requested_by = models.UUIDField(null=True)
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    on_the_way_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    declined = models.BooleanField(default=False)
    cancel_reason = models.CharField(max_length=300, default="")
    mailed_at = models.DateTimeField(null=True)
    report = models.JSONField(null=True)
    key_suite = models.SmallIntegerField(null=True)
    key_pk = models.BinaryField(max_length=1216, null=True)
    key_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["alarm_id", "requested_at"], name="dispatch_alarm")]


class GuardLink(models.Model):
    """A link to an errand's page: only hashes of its token and of the browser that opened it first."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    dispatch_id = models.UUIDField(db_index=True)
    owner_id = models.UUIDField()
    browser_hash = models.BinaryField(max_length=32, null=True)
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)
