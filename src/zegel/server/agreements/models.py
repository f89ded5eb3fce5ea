# SPDX-License-Identifier: EUPL-1.2
"""What was agreed and recorded, from when to when. Rows are never changed but for their end."""

from __future__ import annotations

from django.db import models

from zegel.server.agreements.residency_rules import Kept, Mechanism, Standard
from zegel.server.agreements.schemes import Scheme
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class SignedHow(models.TextChoices):
    """How an agreement came about: on screen, on paper, or agreed by e-mail."""

    ONLINE = "online"
    PAPER = "paper"
    EMAIL = "email"


class Document(TenantModel):
    """The exact text of an agreement that was laid before the owner. `hash`: SHA-256 of `content`."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    language = models.CharField(max_length=2)
    version = models.SmallIntegerField()
    content = models.BinaryField()
    hash = models.BinaryField()
    made_at = models.DateTimeField()


class Assent(TenantModel):
    """The evidence that somebody agreed (C22): who, when, from where, to which exact document.

    Online: `envelope` is his own key's signature over the document's hash. By e-mail: the letter had the document with
    it, `letter_hash` is its SHA-256, and `given_at` is when the link in it was used; the link's secret stands nowhere.
    """

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="assents")
    how = models.CharField(max_length=10, choices=SignedHow.choices)
    person_id = models.UUIDField()
    name = models.CharField(max_length=200)
    email = models.CharField(max_length=254)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    letter_hash = models.BinaryField(null=True)
    given_at = models.DateTimeField(null=True)
    address = models.CharField(max_length=45, default="")
    agent = models.CharField(max_length=200, default="")
    envelope = models.BinaryField(null=True)
    sign_pk = models.BinaryField(null=True)


class SubProcessor(TenantModel):
    """Whom the provider (`owner_id`) lets process on its behalf; it stands in the annex of every agreement.

    `mechanism`: what lets data go there (Art. 44-49 GDPR); `reference`: the clauses or listing it rests on."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    country = models.CharField(max_length=2)
    task = models.CharField(max_length=300)
    mechanism = models.CharField(
        max_length=10, choices=[(m.value, m.name) for m in Mechanism], default="area", db_default="area"
    )
    reference = models.CharField(max_length=300, default="", db_default="")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)


class Place(TenantModel):
    """Where the provider (`owner_id`) keeps data: which country, and who runs it (C1, C20). `address`: as configured,
    without its secrets (places.address_of)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    what = models.CharField(max_length=10, choices=[(k.value, k.name) for k in Kept])
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    country = models.CharField(max_length=2)
    operator = models.CharField(max_length=200)
    own_management = models.BooleanField()
    mechanism = models.CharField(max_length=10, choices=[(m.value, m.name) for m in Mechanism])
    reference = models.CharField(max_length=300, default="")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)


class Attestation(TenantModel):
    """A certificate of a place or of a sub-processor (one of the two), from a day to a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, null=True, related_name="attestations")
    sub_processor = models.ForeignKey(SubProcessor, on_delete=models.PROTECT, null=True, related_name="attestations")
    standard = models.CharField(max_length=10, choices=[(s.value, s.name) for s in Standard])
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(place=None) ^ models.Q(sub_processor=None), name="agreements_attested_one"
            ),
        )


class Residency(TenantModel):
    """Where this tenant's data may lie: countries, "EEA", or "ADEQUATE" (residency.covers). One holds at a time."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    countries = models.JSONField()
    set_by = models.UUIDField(null=True)
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id"], condition=models.Q(ended_at=None), name="agreements_residency_once"
            ),
        )


class TermChoice(TenantModel):
    """How long this owner keeps something, where he chose otherwise than his profile. `justification`: why it is longer
    than the authority's norm. One holds at a time for each term."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    term = models.CharField(max_length=30)
    days = models.IntegerField()
    justification = models.CharField(max_length=2000, default="")
    chosen_by = models.UUIDField(null=True)
    chosen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "term"], condition=models.Q(ended_at=None), name="agreements_term_once"
            ),
        )


class Agreement(TenantModel):
    """The processing agreement (Art. 28 GDPR) between owner and provider. `assent`: how it came about, where it was
    made here (null: recorded from paper)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    document_hash = models.BinaryField()
    signed_how = models.CharField(max_length=10, choices=SignedHow.choices)
    signed_by = models.UUIDField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    assent = models.ForeignKey(Assent, on_delete=models.PROTECT, null=True, related_name="agreements")


class Purpose(TenantModel):
    """Why cameras watch here: for one camera, or (camera null) for all of the owner's."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="purposes")
    camera_id = models.UUIDField(null=True)
    code = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    recorded_at = models.DateTimeField()


class Sign(TenantModel):
    """The sign that says that cameras watch here was hung at a site."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    site_id = models.UUIDField(db_index=True)
    hung_at = models.DateTimeField()
    by = models.UUIDField()
    taken_down_at = models.DateTimeField(null=True)


class Confidentiality(TenantModel):
    """A person's confidentiality statement for the party he works for (`owner_id`); it lapses."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField(db_index=True)
    document_hash = models.BinaryField()
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField()


class Certificate(TenantModel):
    """That an alarm centre (`owner_id`; `person_id` null), or one of its people, is certified, from a day to a day.

    `said`: the last warning about its end that was given, as days before it (60, 30, 7, 0)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField(null=True)
    scheme = models.CharField(max_length=10, choices=[(s.value, s.name) for s in Scheme])
    number = models.CharField(max_length=60)
    issuer = models.CharField(max_length=120)
    document_hash = models.BinaryField(null=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    said = models.SmallIntegerField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "person_id", "valid_to"], name="agreements_certificate_held"),)


class Suspension(TenantModel):
    """A person may not handle alarms nor see images for the party (`owner_id`), until it is lifted."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    suspended_at = models.DateTimeField()
    suspended_by = models.UUIDField(null=True)
    reason = models.CharField(max_length=500)
    finding_id = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_reason = models.CharField(max_length=500, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "person_id"], condition=models.Q(lifted_at=None), name="agreements_suspended_once"
            ),
        )
