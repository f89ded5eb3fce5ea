# SPDX-License-Identifier: EUPL-1.2
"""Letters about what is overdue: a friendly one, one with a last day, the last one. In the buyer's language, kept with
their words. No interest and no costs are claimed: what may be claimed of whom differs by country and by buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import override

from zegel.server.gate import Action
from zegel.server.invoices import actions, making, paper, queries
from zegel.server.invoices.errors import BadInvoice
from zegel.server.invoices.models import Invoice, Reminder
from zegel.server.invoices.rules import Kind, State
from zegel.server.kernel import clock, mail, work
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry
from zegel.server.ledger import Kind as EntryKind

LEVELS = 3


@dataclass(frozen=True)
class Words:
    subject: str
    text: str


def remind(actor: Actor, invoice_id: UUID) -> Reminder:
    """The next reminder leaves by e-mail, with the invoice. Raises Denied, UnknownInvoice, BadInvoice."""
    with work.transaction(actor) as w:
        row = actions.found(actor, invoice_id, Action.CHANGE, lock=True)
        settings = queries.settings(row.owner_id)
        one = making.seller(row.owner_id, settings)
        today = making.today(one.country)
        if row.state != State.ISSUED.value or row.kind != Kind.INVOICE.value or row.settled_at is not None:
            raise BadInvoice(_("Nothing is owed on this paper."), action=_("Look at its payments."))
        last = row.reminders.order_by("-level").first()
        if row.due_on is None or today <= row.due_on or (last is not None and today <= last.pay_by):
            raise BadInvoice(_("It is not overdue yet."), action=_("Wait until its day is over."))
        if last is not None and last.level >= LEVELS:
            raise BadInvoice(_("The last reminder has been sent."), action=_("Speak with the customer."))
        address = (row.sent_to or row.buyer_email).lower()
        if not mail.is_address(address):
            raise BadInvoice(_("There is no e-mail address to send it to."), action=_("Write one."))
        level = 1 if last is None else last.level + 1
        pay_by = today + timedelta(days=settings.reminder_days)
        said = words(row, level, paper.day_in(row.language, pay_by), one.name)
        made = Reminder.objects.create(
            owner_id=row.owner_id, provider_id=row.provider_id, invoice=row, level=level, open_cents=row.open_cents,
            pay_by=pay_by, to=address, subject=said.subject, text=said.text, made_at=clock.now(), made_by=actor.id,
        )  # fmt: skip
        row.reminded = level
        row.save(update_fields=["reminded"])
        w.record(Entry(EntryKind.INVOICE, row.owner_id, {"what": "reminded", "level": level}, about=row.id))
        w.publish("invoice.remind", owner_id=row.owner_id, reminder=made.id)
        w.publish("invoice.changed", owner_id=row.owner_id, invoice=row.id)
        return made


def words(row: Invoice, level: int, pay_by: str, firm: str) -> Words:
    """In the buyer's language."""
    with override(row.language):
        said = {
            "number": row.number, "amount": paper.money(row.open_cents, row.currency), "due": paper.day(row.due_on),
            "day": pay_by, "name": row.buyer_name, "firm": firm,
        }  # fmt: skip
        subject, first = {
            1: (_("Reminder of invoice %(number)s"), _("Our invoice %(number)s was to be paid by %(due)s. "
                "Of it %(amount)s is still open; it may have escaped your attention.")),
            2: (_("Second reminder of invoice %(number)s"), _("We wrote to you before about our invoice %(number)s, "
                "which was to be paid by %(due)s. Of it %(amount)s is still open.")),
            3: (_("Last reminder of invoice %(number)s"), _("This is our last reminder of invoice %(number)s, "
                "which was to be paid by %(due)s. Of it %(amount)s is still open.")),
        }[level]  # fmt: skip
        parts = [
            _("Dear %(name)s,") % said, first % said,
            _("Please pay it by %(day)s, with the reference that stands on the invoice; it is attached.") % said,
            _("If you paid in the meantime, or if the invoice is not right, please write to us."),
            _("Kind regards,") + "\n" + firm,
        ]  # fmt: skip
        return Words(subject % said, "\n\n".join(parts))
