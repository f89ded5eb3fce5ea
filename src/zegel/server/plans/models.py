# SPDX-License-Identifier: EUPL-1.2
"""Nouns of action plans: a plan, its versions (which never change), a site's contacts, and tries of their code words.

A plan with a site is that site's; one without is its provider's default, which whoever serves one of the provider's
sites may read (see the migration's policy). A row's owner is the site's owner, or the provider itself.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class ActionPlan(TenantModel):
    """What to do about some classes of alarm. `number`: of the newest version. `ended_at`: not used any more."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(null=True)
    name = models.CharField(max_length=120)
    number = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class PlanClass(TenantModel):
    """Which plan speaks of a class: one for each place. "" is every class that no other plan names."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(null=True)
    alarm_class = models.CharField(max_length=30, blank=True)
    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="plan_classes")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_id", "site_id", "alarm_class"], name="plans_class_once", nulls_distinct=False
            ),
        ]
        indexes = [models.Index(fields=["site_id", "alarm_class"], name="plans_class_place")]


class PlanVersion(TenantModel):
    """A plan as it was saved. The database refuses to change what it says: an open alarm has one pinned."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    plan = models.ForeignKey(ActionPlan, on_delete=models.PROTECT, related_name="versions")
    site_id = models.UUIDField(null=True)
    number = models.IntegerField()
    name = models.CharField(max_length=120)
    classes = models.JSONField()
    steps = models.JSONField()
    why = models.CharField(max_length=300, default="")
    restored_from = models.IntegerField(null=True)
    made_by = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plans_version_number")]


class Contact(TenantModel):
    """Somebody to call about a site, in this order. `hours`: when he may be called; none: always.

    `code_word`, `duress_word`: salt 16 ‖ Argon2id 32 (plans.rules). `tell_guard`: a guard on his way may see him.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    place = models.IntegerField()
    name = models.CharField(max_length=120)
    relation = models.CharField(max_length=80, default="")
    language = models.CharField(max_length=2, default="en")
    phones = models.JSONField()
    hours = models.JSONField(default=list)
    tell_guard = models.BooleanField(default=False)
    guard_note = models.CharField(max_length=300, default="")
    code_word = models.BinaryField(max_length=48, null=True)
    duress_word = models.BinaryField(max_length=48, null=True)
    words_set_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["site_id", "place"], name="plans_contact_order")]


class CodeWordTry(TenantModel):
    """A word that was compared, or refused unseen: who asked, about whom, and what came of it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField()
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="tries")
    alarm_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10)

    class Meta:
        indexes = [
            models.Index(fields=["contact", "at"], name="plans_try_contact"),
            models.Index(fields=["person_id", "at"], name="plans_try_person"),
        ]


class SiteGuidance(TenantModel):
    """How to get to a site and into it: what a guard on his way reads."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(unique=True)
    route = models.CharField(max_length=1000, default="")
    on_site = models.CharField(max_length=1000, default="")
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField()
