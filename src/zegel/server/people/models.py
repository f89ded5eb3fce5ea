# SPDX-License-Identifier: EUPL-1.2
"""Parties, persons, memberships, service relations, and their keys.

An account belongs to a person, not to a tenant: persons and throttles are unscoped. What ties a person to a party is a
membership, and that is under row-level security like everything else.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import unscoped

unscoped(
    "people_person", "accounts: read at sign-in, before a party is known; which parties they belong to is not in it"
)
unscoped("people_throttle", "counts failed sign-ins per hashed account and address, before anybody is known")

LONGEST_NAME = 200


class Party(models.Model):
    """A person, household or company: customer, provider and alarm centre are relations between these."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=LONGEST_NAME)
    country = models.CharField(max_length=2)
    language = models.CharField(max_length=2)
    created_at = models.DateTimeField()


class Person(models.Model):
    """An account. `auth_hash`: HMAC-SHA-256 under the pepper of what the browser derived from the password.

    Bundles are the person's key pairs, wrapped in the browser by password and by recovery code; at rest each is
    wrapped once
    more under its own shred key. `epoch` rises at 'sign out everywhere'.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    email = models.CharField(max_length=254, unique=True)
    display_name = models.CharField(max_length=LONGEST_NAME)
    language = models.CharField(max_length=2)
    auth_hash = models.BinaryField()
    bundle_password = models.BinaryField()
    bundle_password_shred = models.BigIntegerField()
    bundle_recovery = models.BinaryField()
    bundle_recovery_shred = models.BigIntegerField()
    pins = models.BinaryField(null=True)
    suite = models.SmallIntegerField()
    sign_pk = models.BinaryField()
    open_pk = models.BinaryField()
    epoch = models.IntegerField(default=0)
    created_at = models.DateTimeField()


class Membership(models.Model):
    """A person's role for a party, from a date to a date."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)


class ServiceRelation(models.Model):
    """A party serves an owner, as provider or alarm centre, from a date to a date. Row-level security reads this."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    owner_id = models.UUIDField()
    party_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner_id", "kind"], name="people_relation_owner")]


class TenantKey(models.Model):
    """A party's opening key, public half. Numbers rise; the newest counts, older ones open what was sealed to them."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    party_id = models.UUIDField()
    suite = models.SmallIntegerField()
    open_pk = models.BinaryField()
    number = models.IntegerField()
    succession = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party_id", "number"], name="people_tenantkey_number")]


class SealedTenantKey(models.Model):
    """The private half, sealed to one person in the browser of another (a signed `member` envelope)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    party_id = models.UUIDField()
    person_id = models.UUIDField(db_index=True)
    number = models.IntegerField()
    envelope = models.BinaryField()
    shred_id = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["party_id", "person_id", "number"], name="people_sealedkey_once"),
        ]


class ArcKey(models.Model):
    """An alarm centre's certified opening key: an `arckey` envelope signed by its signing key, which owners pin."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    party_id = models.UUIDField()
    sign_pk = models.BinaryField()
    envelope = models.BinaryField()
    number = models.IntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["party_id", "number"], name="people_arckey_number")]


class Throttle(models.Model):
    """Failed sign-ins of one account or one address (both as HMAC, so that the table names nobody) since `since`."""

    key = models.BinaryField(primary_key=True)
    count = models.IntegerField()
    since = models.DateTimeField(db_index=True)
