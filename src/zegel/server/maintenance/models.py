# SPDX-License-Identifier: EUPL-1.2
"""Nouns of maintenance. No image, and no key: what a consent gives lies with footage's grants."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel
from zegel.server.maintenance.rules import (
    End,
    Fault,
    FoundBy,
    ItemKind,
    ItemState,
    MalfunctionState,
    Outcome,
    RequestState,
    Way,
)


class Malfunction(TenantModel):
    """Something is the matter with a camera (or, `camera_id` null, with the whole unit). Every request hangs on one.

    `condition`: the unit's own word for it, "" when a person reported it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    unit_id = models.UUIDField()
    camera_id = models.UUIDField(null=True)
    fault = models.CharField(max_length=20, choices=[(f.value, f.name) for f in Fault])
    condition = models.CharField(max_length=40, default="")
    found_by = models.CharField(max_length=10, choices=[(f.value, f.name) for f in FoundBy])
    words = models.CharField(max_length=500, default="")
    reported_by = models.UUIDField(null=True)
    reported_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(s.value, s.name) for s in MalfunctionState], default=MalfunctionState.OPEN.value
    )
    outcome = models.CharField(max_length=20, choices=[(o.value, o.name) for o in Outcome], default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["unit_id", "camera_id", "fault"], name="maintenance_malfunction_once", nulls_distinct=False,
                condition=models.Q(state=MalfunctionState.OPEN.value),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["state", "-reported_at"], name="maintenance_malfunction_open"),)


class Request(TenantModel):
    """A technician asks to see one camera, live or by stills, for so many minutes; what the owner answered; how it
    ended. `still_at`: when he last asked for one of the stills that he may have.

    `until_at`: the end of what was consented to. `live_id`: the order to the unit; `epoch_id`, `grant_id`: the part
    that runs now, each at most a quarter of an hour. `trouble`: why the unit sends nothing, in its word."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    malfunction = models.ForeignKey(Malfunction, on_delete=models.PROTECT, related_name="requests")
    unit_id = models.UUIDField()
    camera_id = models.UUIDField()
    party_id = models.UUIDField()
    person_id = models.UUIDField()
    reason = models.CharField(max_length=500)
    minutes_asked = models.SmallIntegerField()
    way = models.CharField(
        max_length=5, choices=[(one.value, one.name) for one in Way], default=Way.LIVE.value, db_default=Way.LIVE.value
    )
    still_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in RequestState])
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)
    minutes = models.SmallIntegerField(null=True)
    refusal = models.CharField(max_length=300, default="")
    until_at = models.DateTimeField(null=True)
    live_id = models.UUIDField(null=True)
    begun_at = models.DateTimeField(null=True)
    epoch_id = models.UUIDField(null=True)
    grant_id = models.UUIDField(null=True)
    trouble = models.CharField(max_length=40, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    end = models.CharField(max_length=10, choices=[(e.value, e.name) for e in End], default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["camera_id"], name="maintenance_request_one",
                condition=models.Q(state__in=[RequestState.WAITING.value, RequestState.ALLOWED.value]),
            ),
        )  # fmt: skip


class WorkReport(TenantModel):
    """What a technician did about it. `ref`: his device's own number, so that a form sent twice is one report.

    `parts`: [{"name", "count", "taken"}] that he used; `taken`: how many of them came off the provider's stock."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    malfunction = models.ForeignKey(Malfunction, on_delete=models.PROTECT, related_name="reports")
    person_id = models.UUIDField()
    outcome = models.CharField(max_length=20, choices=[(o.value, o.name) for o in Outcome])
    text = models.CharField(max_length=2000)
    minutes = models.SmallIntegerField(null=True)
    parts = models.JSONField(default=list)
    ref = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "ref"], name="maintenance_report_once"),)


class Item(TenantModel):
    """A thing of the provider's (`owner_id`) stock: a unit, a camera, or so many of a part. `serial`: what is on it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in ItemKind])
    name = models.CharField(max_length=120)
    serial = models.CharField(max_length=120, default="")
    count = models.IntegerField(default=1)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in ItemState])
    site_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    note = models.CharField(max_length=300, default="")
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField()
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "state"], name="maintenance_item_state"),)
