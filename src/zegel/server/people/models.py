# SPDX-License-Identifier: EUPL-1.2
"""Parties, persons, memberships, service relations, and their keys.

An account belongs to a person, not to a tenant: persons and throttles are unscoped. What ties a person to a party is a
membership, and that is under row-level security like everything else.
"""

from __future__ import annotations

from django.db import models

from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped(
    "people_person", "accounts: read at sign-in, before a party is known; which parties they belong to is not in it"
)
unscoped("people_throttle", "counts failed sign-ins per hashed account and address, before anybody is known")

unscoped(
    "people_secondfactor", "what proves a person beside his password: asked for at sign-in, before a party is known"
)
unscoped("people_signedin", "a person's own sessions, listed and ended by himself, whatever party he acts for")

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


class InvitationKind(models.TextChoices):
    """`join`: a role for a party. `first`: the first owner of a customer whom his provider takes on."""

    JOIN = "join"
    FIRST = "first"


class Invitation(TenantModel):
    """Somebody was asked to join `owner_id` in a role. Its secret is derived from the installation's pepper and stands
    nowhere (people.invitations); it counts once, until `expires_at`, while nobody withdrew it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=8, choices=InvitationKind.choices)
    email = models.CharField(max_length=254)
    name = models.CharField(max_length=LONGEST_NAME)
    language = models.CharField(max_length=2)
    role = models.CharField(max_length=20)
    invited_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    letters = models.SmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    person_id = models.UUIDField(null=True)
    withdrawn_at = models.DateTimeField(null=True)


class FactorKind(models.TextChoices):
    TOTP = "totp"
    PASSKEY = "passkey"


class SecondFactor(models.Model):
    """What a person shows beside his password. `secret`: a code generator's (wrapped under its own shred key);
    `credential`: a passkey's public half. `last_step`: the newest 30 s that were used, so that no code counts twice.
    Not `confirmed`: begun, and not yet asked for at sign-in."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="second_factors")
    kind = models.CharField(max_length=8, choices=FactorKind.choices)
    name = models.CharField(max_length=80)
    secret = models.BinaryField(null=True)
    secret_shred = models.BigIntegerField(null=True)
    last_step = models.BigIntegerField(default=0)
    credential_id = models.BinaryField(null=True)
    credential = models.BinaryField(null=True)
    sign_count = models.BigIntegerField(default=0)
    confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["credential_id"], condition=models.Q(kind="passkey"), name="people_passkey_once"
            ),
        ]


class SignedIn(models.Model):
    """One session of a person, for himself to see and to end. `session_key` is the row of django_session."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="signed_in")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45)
    agent = models.CharField(max_length=200)
