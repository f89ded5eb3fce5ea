# SPDX-License-Identifier: EUPL-1.2
"""Versions of texts, and what was said about them. Rows are never changed but for their end or their answer."""

from __future__ import annotations

from django.db import models

from zegel.server.agreements.models import Agreement, SubProcessor
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel

LONGEST_TITLE = 200
LONGEST_VERSION = 20
LONGEST_TEXT = 60_000
LONGEST_WORDS = 2000


class TextKind(models.TextChoices):
    """Terms are attached to agreements (I13); a policy binds the party's own people (A2)."""

    GENERAL_TERMS = "general_terms"
    INDUSTRY_TERMS = "industry_terms"
    POLICY = "policy"


class TextVersion(TenantModel):
    """A version of a party's terms or policy (`owner_id`). One holds at a time for each kind and language: the newest
    that has begun. `hash`: SHA-256 of the text's UTF-8."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=16, choices=TextKind.choices)
    title = models.CharField(max_length=LONGEST_TITLE)
    version = models.CharField(max_length=LONGEST_VERSION)
    language = models.CharField(max_length=2)
    text = models.TextField()
    hash = models.BinaryField()
    holds_from = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "kind", "version", "language"], name="contracts_version_once"
            ),
        )


class Attached(TenantModel):
    """Exactly this version of the provider's terms belongs to this agreement. Kept by value: the customer reads it
    after the provider ended it. `reference`: of the cooperation agreement that it all goes with (I12)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="attached")
    kind = models.CharField(max_length=16, choices=TextKind.choices)
    title = models.CharField(max_length=LONGEST_TITLE)
    version = models.CharField(max_length=LONGEST_VERSION)
    hash = models.BinaryField()
    text = models.TextField()
    attached_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["agreement", "kind", "hash"], name="contracts_attached_once"),
        )


class Cooperation(TenantModel):
    """The cooperation agreement that the processing agreement goes with, by its reference and, if it was scanned, the
    SHA-256 of the document."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="cooperation")
    reference = models.CharField(max_length=120)
    signed_on = models.DateField()
    document_hash = models.BinaryField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)


class Acknowledgement(TenantModel):
    """A person read this version of his party's policy and keeps to it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    policy = models.ForeignKey(TextVersion, on_delete=models.PROTECT, related_name="acknowledgements")
    person_id = models.UUIDField()
    at = models.DateTimeField()
    address = models.CharField(max_length=45, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["policy", "person_id"], name="contracts_acknowledged_once"),)


class Answer(models.TextChoices):
    """What the processor does with an instruction. `unlawful`: he says at once that it breaks the law (Art. 28(3))."""

    CARRIED_OUT = "carried_out"
    DECLINED = "declined"
    UNLAWFUL = "unlawful"


class Instruction(TenantModel):
    """A documented instruction of the controller (`owner_id`) to his processor (Art. 28(3)(a), C21), and its answer."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    number = models.IntegerField()
    words = models.CharField(max_length=LONGEST_WORDS)
    how = models.CharField(max_length=10, choices=[("portal", "PORTAL"), ("letter", "LETTER"), ("spoken", "SPOKEN")])
    given_by = models.CharField(max_length=200)
    given_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
    answer = models.CharField(max_length=12, choices=Answer.choices, default="")
    answer_words = models.CharField(max_length=LONGEST_WORDS, default="")
    answered_by = models.UUIDField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="contracts_instruction_number"),)


class Outsider(TenantModel):
    """The confidentiality statement of somebody who works for the party from outside: a sub-processor's employee, or
    an administrator under a service contract (A8, I14). With an account (`person_id`) a lapsed one blocks it."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200)
    task = models.CharField(max_length=200)
    sub_processor = models.ForeignKey(SubProcessor, on_delete=models.PROTECT, null=True, related_name="outsiders")
    person_id = models.UUIDField(null=True)
    document_hash = models.BinaryField(null=True)
    signed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)


class JointController(TenantModel):
    """Who decides on purposes and means together with the controller (`owner_id`), and the essence of what they
    arranged (Art. 26)."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=254)
    arrangement = models.CharField(max_length=LONGEST_WORDS)
    first_contact = models.CharField(max_length=200)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    recorded_by = models.UUIDField(null=True)
