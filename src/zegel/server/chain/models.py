# SPDX-License-Identifier: EUPL-1.2
"""Nouns of the chain, in two hands. The tenant's: partner, authorisation, step, document. The partner's: offer, sheet,
act. Row-level security keeps them apart: neither party sees the other's rows, whatever code asks."""

from __future__ import annotations

from django.db import models

from zegel.server.chain.rules import (
    SHEET_DAYS,
    ActKind,
    DocumentKind,
    OfferState,
    Outcome,
    PartnerKind,
    State,
    StepKind,
)
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel, unscoped

unscoped("chain_followlink", "whose order a link is for, read before a party is known; hashes and identifiers only")


# --- the tenant's ---


class Partner(TenantModel):
    """A firm that does steps for a tenant. `party_id`: its own organisation here. Nothing goes to it without a written
    agreement in force (A10): `agreed_on` … `agreed_until`. `sheet_days`: how long it keeps a sheet after its step."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    party_id = models.UUIDField()
    kind = models.CharField(max_length=14, choices=[(k.value, k.name) for k in PartnerKind])
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=200, default="")
    agreed_on = models.DateField()
    agreed_until = models.DateField(null=True)
    sheet_days = models.SmallIntegerField(default=SHEET_DAYS)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "party_id", "kind"], name="chain_partner_once", condition=models.Q(ended_at=None)
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["owner_id", "kind", "name"], name="chain_partner_list"),)


class Authorisation(TenantModel):
    """For which type of order and where a partner may be offered steps, from a day until a day."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="authorisations")
    order_type = models.CharField(max_length=20)
    country = models.CharField(max_length=2)
    postcode_from = models.CharField(max_length=10, default="")
    postcode_until = models.CharField(max_length=10, default="")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        indexes = (models.Index(fields=["owner_id", "order_type"], name="chain_authorisation_type"),)


class Step(TenantModel):
    """A part of an order, for one partner. `partner` None: offered, and nobody accepted yet. `closed_at`: when its
    order was closed, from which its term runs."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    order_id = models.UUIDField()
    order_type = models.CharField(max_length=20)
    customer_id = models.UUIDField(null=True)
    place = models.SmallIntegerField()
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in StepKind])
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in State])
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, null=True, related_name="steps")
    country = models.CharField(max_length=2)
    postcode = models.CharField(max_length=12)
    instructions = models.CharField(max_length=2000, default="")
    other_end = models.CharField(max_length=400, default="")
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)
    offered_by = models.UUIDField(null=True)
    offered_at = models.DateTimeField()
    accepted_by = models.UUIDField(null=True)
    accepted_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="", choices=[(o.value, o.name) for o in Outcome])
    found = models.TextField(default="")
    parts = models.JSONField(default=list)
    signed_by = models.CharField(max_length=120, default="")
    visit_id = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["owner_id", "order_id", "place"], name="chain_step_order"),
            models.Index(fields=["owner_id", "state", "-offered_at"], name="chain_step_state"),
            models.Index(fields=["owner_id", "customer_id"], name="chain_step_customer"),
            models.Index(fields=["partner", "-ended_at"], name="chain_step_partner"),
        )


class Document(TenantModel):
    """A photo or a signature, sealed in the partner's browser to the tenant's key: the server holds what it can't read.
    `sealed_key`: its key, sealed; `key_number`: to which of the tenant's keys."""

    id = models.UUIDField(primary_key=True, editable=False)
    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="documents")
    customer_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in DocumentKind])
    made_at = models.DateTimeField()
    header = models.BinaryField(max_length=2048)
    ciphertext = models.BinaryField(max_length=720_000)
    size = models.IntegerField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["step", "made_at"], name="chain_document_step"),)


class FollowLink(models.Model):
    """A consumer's link to his order's page: only hashes of its token and of the browser that opened it first."""

    token_hash = models.BinaryField(primary_key=True, max_length=32)
    order_id = models.UUIDField(db_index=True)
    owner_id = models.UUIDField()
    browser_hash = models.BinaryField(max_length=32, null=True)
    opened_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(db_index=True)


# --- the partner's; `owner_id` is his own party ---


class Offer(TenantModel):
    """A step that a partner may take. It says nothing of whom it is for: sort of work, area and window only."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    step_id = models.UUIDField()
    tenant_id = models.UUIDField()
    tenant_name = models.CharField(max_length=200)
    partner_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in StepKind])
    order_type = models.CharField(max_length=20)
    product_kind = models.CharField(max_length=20, default="")
    area = models.CharField(max_length=120)
    window_from = models.DateTimeField(null=True)
    window_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in OfferState])
    made_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "step_id"], name="chain_offer_once"),)
        indexes = (models.Index(fields=["owner_id", "state", "-made_at"], name="chain_offer_list"),)


class Sheet(TenantModel):
    """What a partner may know of the step that he accepted: `fields` holds the permitted ones and nothing else.
    `seal_to`: {suite, number, open_pk} of the tenant, to which photos are sealed. `gone_at`: when it goes."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    step_id = models.UUIDField()
    tenant_id = models.UUIDField()
    tenant_name = models.CharField(max_length=200)
    customer_id = models.UUIDField(null=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in StepKind])
    fields = models.JSONField(default=dict)
    seal_to = models.JSONField(null=True)
    said = models.JSONField(default=dict)
    accepted_by = models.UUIDField()
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "step_id"], name="chain_sheet_once"),)
        indexes = (
            models.Index(fields=["owner_id", "ended_at", "made_at"], name="chain_sheet_list"),
            models.Index(fields=["gone_at"], name="chain_sheet_gone", condition=models.Q(gone_at__isnull=False)),
        )


class Act(TenantModel):
    """That something which a partner's phone sent was done: sent again, it is not done again."""

    id = models.UUIDField(primary_key=True, editable=False)
    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=10, choices=[(k.value, k.name) for k in ActKind])
    at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["sheet", "at"], name="chain_act_sheet"),)
