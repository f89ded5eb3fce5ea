# SPDX-License-Identifier: EUPL-1.2
"""Nouns of the books. `owner_id` is the firm that invoices.

An invoice copies its buyer's name and address as they were: it is a record of the books, and correcting or anonymising
the customer afterwards changes no invoice. What is issued is never changed (the database refuses it); a credit note
corrects it.
"""

from __future__ import annotations

from django.db import models

from zegel.server.invoices.rules import Category, Kind, OfferState, State, Way
from zegel.server.kernel import ids
from zegel.server.kernel.tenancy import TenantModel


class Settings(TenantModel):
    """What a firm lays down for its invoices; none: the defaults. Its imprint is the tenant's. `small_firm`: it has
    chosen its country's exemption for small firms, so it charges no VAT. `tax_number`: Germany's Steuernummer (BT-32),
    for who has no VAT identification number. `prices_with_vat`: how a new paper begins: as consumers are quoted."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    payment_days = models.SmallIntegerField(default=30)
    offer_days = models.SmallIntegerField(default=30)
    reminder_days = models.SmallIntegerField(default=14)
    small_firm = models.BooleanField(default=False)
    prices_with_vat = models.BooleanField(default=False)
    footer = models.CharField(max_length=500, default="")
    tax_number = models.CharField(max_length=30, default="")
    changed_at = models.DateTimeField()
    changed_by = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id"], name="invoices_settings_once"),)


class Series(TenantModel):
    """The last number given out of one series of a book year. Its row is locked while a number is taken, in the
    transaction that issues: a number that nobody got does not exist."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    kind = models.CharField(max_length=8)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "kind", "year"], name="invoices_series_once"),)


class Paperwork(TenantModel):
    """What an offer and an invoice have in common: for whom, in which words and money. Amounts in cents.
    `prices_with_vat`: its lines' prices include VAT; see rules.figures."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    customer_id = models.UUIDField(null=True)
    order_id = models.UUIDField(null=True)
    buyer_name = models.CharField(max_length=200)
    buyer_attention = models.CharField(max_length=200, default="")
    buyer_street = models.CharField(max_length=200, default="")
    buyer_postcode = models.CharField(max_length=20, default="")
    buyer_city = models.CharField(max_length=100, default="")
    buyer_country = models.CharField(max_length=2)
    buyer_email = models.CharField(max_length=254, default="")
    buyer_vat_id = models.CharField(max_length=20, default="")
    buyer_registration = models.CharField(max_length=40, default="")
    language = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    subject = models.CharField(max_length=200, default="")
    note = models.CharField(max_length=1000, default="")
    net_cents = models.BigIntegerField(default=0)
    vat_cents = models.BigIntegerField(default=0)
    rounding_cents = models.BigIntegerField(default=0)
    prices_with_vat = models.BooleanField(default=False)
    total_cents = models.BigIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)

    class Meta:
        abstract = True


class PaperLine(TenantModel):
    """See rules.Line."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    position = models.SmallIntegerField()
    text = models.CharField(max_length=500)
    quantity = models.DecimalField(max_digits=14, decimal_places=4)
    unit = models.CharField(max_length=3)
    price = models.DecimalField(max_digits=14, decimal_places=4)
    discount = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    category = models.CharField(max_length=2, choices=[(c.value, c.name) for c in Category])
    rate = models.DecimalField(max_digits=5, decimal_places=2)
    reason = models.CharField(max_length=300, default="")
    net_cents = models.BigIntegerField()

    class Meta:
        abstract = True


class Offer(Paperwork):
    """No record of the books: it goes by its own term. `invoice_id`: what it became."""

    number = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=[(s.value, s.name) for s in OfferState])
    valid_until = models.DateField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    invoice_id = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "number"], name="invoices_offer_number"),)
        indexes = (
            models.Index(fields=["owner_id", "-made_at"], name="invoices_offer_list"),
            models.Index(fields=["owner_id", "customer_id"], name="invoices_offer_customer"),
        )


class OfferLine(PaperLine):
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="lines")


class Invoice(Paperwork):
    """An invoice or a credit note. A draft has no number and is no record of the books: `year_ended_at` is null until
    it is issued. `corrects`: the invoice that a credit note corrects. `seller`: the imprint as it was. `paid_cents`:
    what was settled of it, by payments and credit notes. `year_ended_at`: when the term of the books begins: the end
    of the book year, later where the country keeps books longer than the profile's seven years."""

    kind = models.CharField(max_length=8, choices=[(k.value, k.name) for k in Kind])
    state = models.CharField(max_length=8, choices=[(s.value, s.name) for s in State])
    year = models.SmallIntegerField(null=True)
    sequence = models.IntegerField(null=True)
    number = models.CharField(max_length=20, default="")
    reference = models.CharField(max_length=25, default="")
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    corrects_why = models.CharField(max_length=300, default="")
    offer_id = models.UUIDField(null=True)
    buyer_reference = models.CharField(max_length=100, default="")
    purchase_order = models.CharField(max_length=100, default="")
    delivered_on = models.DateField(null=True)
    issued_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    payment_days = models.SmallIntegerField(default=30)
    seller = models.JSONField(null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    sent_to = models.CharField(max_length=254, default="")
    fault = models.CharField(max_length=200, default="")
    paid_cents = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    reminded = models.SmallIntegerField(default=0)
    year_ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["owner_id", "kind", "year", "sequence"], name="invoices_number_once",
                condition=models.Q(state="issued"),
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", sequence__isnull=True) | models.Q(state="issued", sequence__gte=1),
                name="invoices_numbered_when_issued",
            ),
        )  # fmt: skip
        indexes = (
            models.Index(fields=["owner_id", "-made_at"], name="invoices_list"),
            models.Index(fields=["owner_id", "issued_on"], name="invoices_by_day"),
            models.Index(fields=["owner_id", "number"], name="invoices_by_number"),
            models.Index(fields=["owner_id", "reference"], name="invoices_by_reference"),
            models.Index(
                fields=["owner_id", "due_on"], name="invoices_open", condition=models.Q(state="issued", settled_at=None)
            ),
            models.Index(fields=["owner_id", "customer_id"], name="invoices_customer"),
            models.Index(fields=["owner_id", "order_id"], name="invoices_order"),
        )

    @property
    def open_cents(self) -> int:
        return self.total_cents - self.paid_cents


class InvoiceLine(PaperLine):
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")


class Paper(TenantModel):
    """The invoice as it was issued: PDF/A-3 with its XML inside, and that XML. SHA-256 of each."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="paper")
    pdf = models.BinaryField()
    xml = models.BinaryField()
    pdf_sha256 = models.BinaryField()
    xml_sha256 = models.BinaryField()


class Reminder(TenantModel):
    """A letter about an invoice that is overdue. `level`: 1 friendly, 2 with a last day, 3 the last one."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="reminders")
    level = models.SmallIntegerField()
    open_cents = models.BigIntegerField()
    pay_by = models.DateField()
    to = models.CharField(max_length=254)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    told_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=200, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["invoice", "level"], name="invoices_reminder_once"),)


class Statement(TenantModel):
    """A bank's account statement (CAMT.053) that was imported. `sha256`: of the file it came in."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    account = models.CharField(max_length=34)
    identification = models.CharField(max_length=70)
    currency = models.CharField(max_length=3)
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    opening_cents = models.BigIntegerField(null=True)
    closing_cents = models.BigIntegerField(null=True)
    sha256 = models.BinaryField()
    entries = models.IntegerField()
    taken = models.IntegerField()
    imported_at = models.DateTimeField()
    imported_by = models.UUIDField(null=True)
    year_ended_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["owner_id", "-imported_at"], name="invoices_statements"),)


class Payment(TenantModel):
    """Money that came (positive) or went (negative). `mark`: by which the same booking is known again in another file.
    `settled_cents`: how much of it has found its invoice, with the sign of the amount. `set_aside`: somebody looked
    and it is about no invoice."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, null=True, related_name="payments")
    way = models.CharField(max_length=8, choices=[(w.value, w.name) for w in Way])
    mark = models.BinaryField()
    amount_cents = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    name = models.CharField(max_length=200, default="")
    iban = models.CharField(max_length=34, default="")
    reference = models.CharField(max_length=35, default="")
    end_to_end = models.CharField(max_length=35, default="")
    text = models.CharField(max_length=2000, default="")
    bank_reference = models.CharField(max_length=35, default="")
    reversal = models.BooleanField(default=False)
    settled_cents = models.BigIntegerField(default=0)
    set_aside = models.CharField(max_length=200, default="")
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    year_ended_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["owner_id", "mark"], name="invoices_payment_once"),)
        indexes = (models.Index(fields=["owner_id", "-booked_on"], name="invoices_payments"),)


class Settlement(TenantModel):
    """Which part of a payment, or of a credit note, pays which invoice. Cents, positive: it lowers what is open;
    negative: money that went back. `ended_at`: it was a mistake, and counts no longer."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="settlements")
    payment = models.ForeignKey(Payment, on_delete=models.CASCADE, null=True, related_name="settlements")
    credit = models.ForeignKey(Invoice, on_delete=models.CASCADE, null=True, related_name="used_for")
    cents = models.BigIntegerField()
    how = models.CharField(max_length=10)
    made_at = models.DateTimeField()
    made_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)


class BooksAgreement(TenantModel):
    """The written agreement under which an accountant reads the books (A10). Without one in force he sees nothing.
    `document_hash`: SHA-256 of the scan, if there is one."""

    id = models.UUIDField(primary_key=True, default=ids.new, editable=False)
    person_id = models.UUIDField()
    firm = models.CharField(max_length=200)
    reference = models.CharField(max_length=120)
    signed_on = models.DateField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    document_hash = models.BinaryField(null=True)
    ended_at = models.DateTimeField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField(null=True)
