# SPDX-License-Identifier: EUPL-1.2
"""Reads of the books. Within an acting party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from zegel.server.invoices import making
from zegel.server.invoices.models import BooksAgreement, Invoice, Offer, Payment, Settings, Statement
from zegel.server.invoices.rules import Kind, State
from zegel.server.kernel import clock

AT_ONCE = 100
MOST = 500


def settings(owner_id: UUID) -> Settings:
    """What was laid down; else the defaults, not saved."""
    found = Settings.objects.filter(owner_id=owner_id).first()
    return found or Settings(owner_id=owner_id, provider_id=owner_id, changed_at=clock.now())


def agreement_in_force(owner_id: UUID, person_id: UUID) -> BooksAgreement | None:
    now = clock.now()
    rows = BooksAgreement.objects.filter(owner_id=owner_id, person_id=person_id, valid_from__lte=now, valid_to__gt=now)
    return rows.filter(Q(ended_at=None) | Q(ended_at__gt=now)).order_by("-valid_to").first()


def agreements(owner_id: UUID) -> Sequence[BooksAgreement]:
    return list(BooksAgreement.objects.filter(owner_id=owner_id).order_by("-valid_to")[:MOST])


@dataclass(frozen=True)
class Wanted:
    """`show`: all, drafts, open, overdue, settled, credits. `search`: a number, or part of a buyer's name."""

    show: str = "all"
    search: str = ""
    year: int | None = None
    customer_id: UUID | None = None
    order_id: UUID | None = None


def invoices(owner_id: UUID, wanted: Wanted, after: int = 0) -> tuple[list[Invoice], bool]:
    """The newest first, and whether there are more."""
    rows = _shown(Invoice.objects.filter(owner_id=owner_id), wanted.show, owner_id)
    if wanted.customer_id is not None:
        rows = rows.filter(customer_id=wanted.customer_id)
    if wanted.order_id is not None:
        rows = rows.filter(order_id=wanted.order_id)
    if wanted.year is not None:
        rows = rows.filter(year=wanted.year)
    text = wanted.search.strip()
    if text:
        rows = rows.filter(Q(number__istartswith=text) | Q(buyer_name__icontains=text))
    found = list(rows.order_by(F("issued_on").desc(nulls_first=True), "-made_at")[after : after + AT_ONCE + 1])
    return found[:AT_ONCE], len(found) > AT_ONCE


def today_of(owner_id: UUID) -> date:
    """The firm's own day: around midnight it is not that of UTC."""
    return making.today(making.seller(owner_id, settings(owner_id)).country)


def overdue(owner_id: UUID) -> QuerySet[Invoice]:
    """The longest overdue first."""
    return _shown(Invoice.objects.filter(owner_id=owner_id), "overdue", owner_id).order_by("due_on", "number")


def _shown(rows: QuerySet[Invoice], show: str, owner_id: UUID) -> QuerySet[Invoice]:
    if show == "drafts":
        return rows.filter(state=State.DRAFT)
    if show == "credits":
        return rows.filter(kind=Kind.CREDIT)
    issued = rows.filter(state=State.ISSUED, kind=Kind.INVOICE)
    if show == "open":
        return issued.filter(settled_at=None)
    if show == "overdue":
        return issued.filter(settled_at=None, due_on__lt=today_of(owner_id))
    return issued.exclude(settled_at=None) if show == "settled" else rows


@dataclass(frozen=True)
class Sums:
    """What is open and what is overdue, in cents, by currency."""

    drafts: int
    open: dict[str, int]
    overdue: dict[str, int]
    unmatched: int


def sums(owner_id: UUID) -> Sums:
    issued = Invoice.objects.filter(owner_id=owner_id, state=State.ISSUED, kind=Kind.INVOICE, settled_at=None)
    return Sums(
        Invoice.objects.filter(owner_id=owner_id, state=State.DRAFT).count(),
        _by_currency(issued), _by_currency(issued.filter(due_on__lt=today_of(owner_id))),
        unmatched(owner_id).count(),
    )  # fmt: skip


def _by_currency(rows: QuerySet[Invoice]) -> dict[str, int]:
    found = rows.values("currency").annotate(open=Sum(F("total_cents") - F("paid_cents"))).order_by("currency")
    return {row["currency"]: int(row["open"]) for row in found}


def invoice(owner_id: UUID, invoice_id: UUID) -> Invoice | None:
    return Invoice.objects.select_related("corrects").filter(owner_id=owner_id, id=invoice_id).first()


def offers(owner_id: UUID) -> list[Offer]:
    return list(Offer.objects.filter(owner_id=owner_id).order_by("-made_at")[:MOST])


def payments(owner_id: UUID, *, unmatched_only: bool = False, after: int = 0) -> tuple[list[Payment], bool]:
    rows = unmatched(owner_id) if unmatched_only else Payment.objects.filter(owner_id=owner_id)
    found = list(rows.order_by("-booked_on", "id")[after : after + AT_ONCE + 1])
    return found[:AT_ONCE], len(found) > AT_ONCE


def unmatched(owner_id: UUID) -> QuerySet[Payment]:
    """Of which a part has found no invoice yet, and that nobody set aside. What the firm itself paid is no task."""
    rows = Payment.objects.filter(owner_id=owner_id, set_aside="", amount_cents__gt=0)
    return rows.exclude(settled_cents=F("amount_cents"))


def statements(owner_id: UUID) -> list[Statement]:
    return list(Statement.objects.filter(owner_id=owner_id).order_by("-imported_at")[:50])


def open_invoices(owner_id: UUID, currency: str, limit: int = MOST) -> list[Invoice]:
    """The oldest first: what a payment may be for."""
    rows = Invoice.objects.filter(
        owner_id=owner_id, state=State.ISSUED, kind=Kind.INVOICE, settled_at=None, currency=currency
    )
    return list(rows.order_by("due_on", "sequence")[:limit])


def issued_between(owner_id: UUID, first: date, last: date) -> QuerySet[Invoice]:
    """Both days are in it; in the order of their numbers."""
    rows = Invoice.objects.filter(owner_id=owner_id, state=State.ISSUED, issued_on__range=(first, last))
    return rows.order_by("kind", "year", "sequence")
