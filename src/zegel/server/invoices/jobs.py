# SPDX-License-Identifier: EUPL-1.2
"""Letters with papers leave here, and drafts that nobody finished go. What the mail server says wrong is tried again,
and shown with the paper."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.exports import actions as exports
from zegel.server.invoices import making, offering, queries
from zegel.server.invoices.models import Invoice, Offer, Paper, Reminder
from zegel.server.invoices.rules import Kind, State
from zegel.server.kernel import clock, jobs, log, mail, outbox, tenancy
from zegel.server.tenants.models import Brand

DRAFTS_KEPT = timedelta(days=180)


@outbox.subscribe("invoice.send", name="invoices.send")
def sent(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_invoice.defer(owner_id=str(event.owner_id), invoice_id=str(event.uuid("invoice")))


@outbox.subscribe("invoice.remind", name="invoices.remind")
def reminded(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_reminder.defer(owner_id=str(event.owner_id), reminder_id=str(event.uuid("reminder")))


@outbox.subscribe("offer.send", name="invoices.offer")
def offered(event: outbox.Event) -> None:
    if event.owner_id is not None:
        send_offer.defer(owner_id=str(event.owner_id), offer_id=str(event.uuid("offer")))


@outbox.subscribe("customer.anonymised", name="invoices.customer_gone")
def customer_gone(event: outbox.Event) -> None:
    """The books keep what was issued; a draft is no record of them, so his go at once."""
    if event.owner_id is not None:
        Invoice.objects.filter(
            owner_id=event.owner_id, customer_id=event.uuid("customer_id"), state=State.DRAFT.value
        ).delete()  # fmt: skip


@jobs.task(name="invoices.send_invoice")
def send_invoice(owner_id: str, invoice_id: str) -> None:
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        row = Invoice.objects.filter(id=UUID(invoice_id), state=State.ISSUED.value, sent_at=None).first()
        if row is None or not row.sent_to:
            return
        firm = making.seller(owner, queries.settings(owner)).name
        subject, text = _words(row, firm)
        files = (_file(row),)
    try:
        letter = mail.Letter(row.sent_to, subject, text, f"invoice {row.id}", files, owner=owner)
        exports.post(owner, exports.FileKind.INVOICE, letter, row.id)
    except Exception as error:
        with tenancy.acting_as(owner):
            Invoice.objects.filter(id=row.id).update(fault=type(error).__name__[:200])
        raise
    with tenancy.acting_as(owner):
        Invoice.objects.filter(id=row.id).update(sent_at=clock.now(), fault="")


@jobs.task(name="invoices.send_reminder")
def send_reminder(owner_id: str, reminder_id: str) -> None:
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        row = Reminder.objects.select_related("invoice").filter(id=UUID(reminder_id), told_at=None).first()
        if row is None or row.invoice.settled_at is not None:  # paid in the meantime
            return
        files = (_file(row.invoice),)
    try:
        letter = mail.Letter(row.to, row.subject, row.text, f"reminder {row.id}", files, owner=owner)
        exports.post(owner, exports.FileKind.INVOICE, letter, row.invoice_id)
    except Exception as error:
        with tenancy.acting_as(owner):
            Reminder.objects.filter(id=row.id).update(fault=type(error).__name__[:200])
        raise
    with tenancy.acting_as(owner):
        Reminder.objects.filter(id=row.id).update(told_at=clock.now(), fault="")


@jobs.task(name="invoices.send_offer")
def send_offer(owner_id: str, offer_id: str) -> None:
    owner = UUID(owner_id)
    with tenancy.acting_as(owner):
        row = Offer.objects.filter(id=UUID(offer_id), sent_at=None).first()
        if row is None:
            return
        firm = making.seller(owner, queries.settings(owner)).name
        with override(row.language):
            subject = _("Offer %(number)s") % {"number": row.number}
            text = _text(row.buyer_name, _("Attached is our offer %(number)s.") % {"number": row.number}, firm)
        files = ((f"{row.number}.pdf", "application/pdf", offering.printed(row)),)
    letter = mail.Letter(row.buyer_email, f"{subject} – {firm}"[:200], text, f"offer {row.id}", files, owner=owner)
    exports.post(owner, exports.FileKind.OFFER, letter, row.id)
    with tenancy.acting_as(owner):
        Offer.objects.filter(id=row.id).update(sent_at=clock.now())


@jobs.periodic("23 3 * * *", name="invoices.forget_drafts")
def forget_drafts(timestamp: int) -> None:
    """A draft is no record of the books: one that nobody touched for half a year goes."""
    for owner in Brand.objects.values_list("owner_id", flat=True):
        try:
            forget_drafts_of(owner)
        except Exception as error:
            log.error("invoices.forget_failed", party=owner, error=type(error).__name__, where=log.place_of(error))


def forget_drafts_of(owner_id: UUID) -> int:
    with tenancy.acting_as(owner_id):
        rows = Invoice.objects.filter(
            owner_id=owner_id, state=State.DRAFT.value, made_at__lt=clock.now() - DRAFTS_KEPT
        )  # fmt: skip
        return rows.delete()[0]


def _words(row: Invoice, firm: str) -> tuple[str, str]:
    with override(row.language):
        credit = row.kind == Kind.CREDIT.value
        number = {"number": row.number}
        subject = (_("Credit note %(number)s") if credit else _("Invoice %(number)s")) % number
        first = _("Attached is our credit note %(number)s.") if credit else _("Attached is our invoice %(number)s.")
        return f"{subject} – {firm}"[:200], _text(row.buyer_name, first % number, firm)


def _text(name: str, first: str, firm: str) -> str:
    parts = (_("Dear %(name)s,") % {"name": name}, first, _("Kind regards,") + "\n" + firm)
    return "\n\n".join(parts)


def _file(row: Invoice) -> tuple[str, str, bytes]:
    found = Paper.objects.get(invoice=row)
    return f"{row.number}.pdf", "application/pdf", bytes(found.pdf)
