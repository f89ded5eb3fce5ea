# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with an offer, an invoice, a payment or a bank's file."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from zegel.server.kernel.errors import ZegelError


class InvoiceError(ZegelError):
    """The root of this room's errors."""

    code = "invoice"


class UnknownInvoice(InvoiceError):
    """No such paper, or another firm's."""

    code = "unknown_invoice"

    def __init__(self) -> None:
        super().__init__(_("There is no such paper here."), action=_("Go back to the list."))


class BadInvoice(InvoiceError):
    """Something is missing or contradicts itself; the message says what."""

    code = "bad_invoice"


class NotReady(InvoiceError):
    """It can't be issued like this. `faults`: each a sentence; together they are the message."""

    code = "invoice_not_ready"

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(" ".join(faults), action=_("Complete the draft, then issue it."))


class AlreadyIssued(InvoiceError):
    """An issued invoice is never changed: a credit note corrects it."""

    code = "invoice_issued"

    def __init__(self) -> None:
        super().__init__(_("This is issued, so it stays as it is."), action=_("Make a credit note to correct it."))


class BadStatement(InvoiceError):
    """A bank's file that can't be read; nothing of it was taken."""

    code = "bad_statement"


class BadPayment(InvoiceError):
    """A payment that can't go to this invoice."""

    code = "bad_payment"
