# SPDX-License-Identifier: EUPL-1.2
"""A service customer or an office, its face to the public, its right of use, and the people who work for it."""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped
from zegel.server.people.roles import Role

unscoped(
    "tenants_brand",
    "what a tenant shows to everybody: read by its public forms and pages before anybody is known, and its imprint is "
    "published by law",
)

LONGEST_NAME = 200
LONGEST_TEXT = 20_000
LARGEST_LOGO = 256 * 1024


class Profile(models.TextChoices):
    """What the tenant uses: after-sales service with partners, or an ordinary firm's customer records."""

    SERVICE = "service"
    OFFICE = "office"


class SignIn(models.TextChoices):
    """By what the tenant's own people are known at sign-in, besides their password (I8)."""

    EMAIL = "email"
    CODE = "code"


class Brand(models.Model):
    """A tenant's public face. `slug`: its name in addresses (/forms/SLUG/…). Colours as #rrggbb, checked for contrast.
    `privacy_text`: its own statement by language, where it has none at `privacy_url`. Nothing here is secret."""

    owner_id = models.UUIDField(primary_key=True)
    slug = models.CharField(max_length=32, unique=True)
    active = models.BooleanField(default=True)
    name = models.CharField(max_length=LONGEST_NAME)
    colour = models.CharField(max_length=7, default="#1f4b6e")
    accent = models.CharField(max_length=7, default="#b3541e")
    logo = models.BinaryField(null=True)
    logo_type = models.CharField(max_length=20, default="")
    logo_alt = models.CharField(max_length=100, default="")
    languages = models.JSONField(default=list)
    privacy_url = models.CharField(max_length=500, default="")
    privacy_text = models.JSONField(default=dict)
    # the imprint: on the site and on invoices
    legal_name = models.CharField(max_length=LONGEST_NAME, default="")
    street = models.CharField(max_length=LONGEST_NAME, default="")
    postcode = models.CharField(max_length=16, default="")
    city = models.CharField(max_length=100, default="")
    country = models.CharField(max_length=2, default="")
    registration = models.CharField(max_length=40, default="")
    vat = models.CharField(max_length=20, default="")
    iban = models.CharField(max_length=34, default="")
    bic = models.CharField(max_length=11, default="")
    email = models.CharField(max_length=254, default="")
    phone = models.CharField(max_length=40, default="")
    changed_at = models.DateTimeField()


class Tenant(TenantModel):
    """That a company is a tenant, in which profile, and how its people sign in."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    profile = models.CharField(max_length=8, choices=Profile.choices)
    sign_in = models.CharField(max_length=8, choices=SignIn.choices, default=SignIn.EMAIL)
    since = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="tenants_tenant_once"),)


class SenderDomain(TenantModel):
    """From which address of its own the tenant's letters come, once it showed that the domain is its own
    (`verified_at`). `selector`: of its DKIM key, whose private half is `key_wrapped` (see senders); `looked_at`: when
    the DNS was asked last."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    local = models.CharField(max_length=64)
    domain = models.CharField(max_length=200)
    selector = models.CharField(max_length=40)
    key_wrapped = models.BinaryField()
    made_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="tenants_sender_once"),)


class Billing(models.TextChoices):
    MONTHLY = "monthly"
    YEARLY = "yearly"


class RightOfUse(TenantModel):
    """What the tenant may use: plan, how many people, from when to when (none: until it is ended), what it costs.
    One holds at a time; a change ends it and begins the next. `exit_at`: until when everything can be taken along
    after its end."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    plan = models.CharField(max_length=40)
    users = models.IntegerField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    billing = models.CharField(max_length=8, choices=Billing.choices)
    price_cents = models.IntegerField()
    reference = models.CharField(max_length=120, default="")
    exit_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=500, default="")
    recorded_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "valid_from"], name="tenants_right_of"),)


class Function(TenantModel):
    """A function at a tenant or provider: what its holder does, and the role that opens what he needs for it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=80)
    tasks = models.JSONField(default=list)
    role = models.CharField(max_length=20, choices=[(role.value, role.name) for role in Role])
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "name"], condition=models.Q(ended_at=None), name="tenants_function_once"
            ),
        )


class Employee(TenantModel):
    """Somebody works here in a function. `person_id`: his account, once he has one. After `left_at` nothing of it opens
    anything; the row is kept for its term."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="employees")
    person_id = models.UUIDField(null=True)
    invitation_id = models.UUIDField(null=True)
    name = models.CharField(max_length=LONGEST_NAME)
    since = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_why = models.CharField(max_length=300, default="")
    recorded_by = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "left_at"], name="tenants_employee_left"),)
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "person_id"], condition=models.Q(left_at=None), name="tenants_employee_once"
            ),
        )


class LessonTaken(TenantModel):
    """Somebody took the lesson on recognising a breach (A9) in a version, and how many answers were right."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    version = models.IntegerField()
    right = models.IntegerField()
    asked = models.IntegerField()
    passed = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "person_id", "at"], name="tenants_lesson_of"),)


class OwnLesson(TenantModel):
    """What a tenant adds to the lesson, in a version: `words` by language; `cases`: [{"what", "why": by language,
    "breach"}]. Written once; the newest holds."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    version = models.IntegerField()
    words = models.JSONField()
    cases = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "version"], name="tenants_ownlesson_once"),)


class ServiceContract(TenantModel):
    """The contract under which somebody administers (A8): with him, or with the company he works for. He signs in as
    administrator only while one is in date."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    organisation = models.CharField(max_length=LONGEST_NAME)
    reference = models.CharField(max_length=120)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    document_hash = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "person_id", "valid_to"], name="tenants_contract_of"),)


class TakenOut(TenantModel):
    """Everything of a tenant was taken out as one file. `hash`: SHA-256 of it; `counts`: rows by table."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    at = models.DateTimeField()
    by = models.UUIDField(null=True)
    hash = models.BinaryField()
    size = models.BigIntegerField()
    counts = models.JSONField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "at"], name="tenants_takenout_at"),)


class Removal(TenantModel):
    """The provider (`owner_id`) removed a tenant whole. What was there is told by its number alone: how many rows of
    which table, the hash of what was taken out before, and the hash of this record as the tenant was given it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    tenant_id = models.UUIDField()
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    taken_out = models.BinaryField(null=True)
    proof = models.BinaryField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["tenant_id"], condition=models.Q(withdrawn_at=None, done_at=None), name="tenants_removal_open"
            ),
        )
