# SPDX-License-Identifier: EUPL-1.2
"""The books of a period: sales by VAT category and rate, what was paid, and all of it as a file with its papers, which
an accountant takes along. Within an acting party, but for `note`."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from zegel.server.exports.use_log import plain_cell
from zegel.server.invoices import making, queries, rules
from zegel.server.invoices.errors import BadInvoice
from zegel.server.invoices.models import Invoice, Paper, Payment
from zegel.server.invoices.rules import Kind
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Entry
from zegel.server.ledger import Kind as EntryKind
from zegel.server.ledger import actions as ledger
from zegel.server.people.roles import Role

LONGEST = timedelta(days=366 * 2)
MOST_PAPERS = 4000
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Tax:
    """What was sold in one category, at one rate, in one currency; credit notes are taken off."""

    category: str
    rate: Decimal
    currency: str
    net_cents: int
    vat_cents: int
    papers: int


@dataclass(frozen=True)
class Period:
    first: date
    last: date

    def check(self) -> None:
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            raise BadInvoice(_("A period is at most two years."), action=_("Choose other days."))


def taxes(owner_id: UUID, period: Period) -> list[Tax]:
    """For the VAT return, from the papers as they were issued; the highest rate first. Raises BadInvoice."""
    period.check()
    found: dict[tuple[str, Decimal, str], list[int]] = {}
    for row in _issued(owner_id, period):
        for group in rules.totals(making.lines_of(row), with_vat=row.prices_with_vat).groups:
            sums = found.setdefault((group.category.value, group.rate, row.currency), [0, 0, 0])
            sign = -1 if row.kind == Kind.CREDIT.value else 1
            sums[0] += sign * group.net_cents
            sums[1] += sign * group.vat_cents
            sums[2] += 1
    return [
        Tax(category, rate, currency, *sums)
        for (category, rate, currency), sums in sorted(found.items(), key=lambda each: (-each[0][1], each[0][0]))
    ]


def _issued(owner_id: UUID, period: Period) -> Iterable[Invoice]:
    return queries.issued_between(owner_id, period.first, period.last).prefetch_related("lines").iterator(500)


SALES = (
    "number", "kind", "corrects", "issued_on", "delivered_on", "due_on", "customer", "country", "vat_number",
    "currency", "category", "rate", "net", "vat", "gross", "rounding", "total", "paid", "settled",
)  # fmt: skip
MONEY = ("booked_on", "value_on", "account", "amount", "currency", "name", "iban", "reference", "text", "for", "way")


def sales_csv(owner_id: UUID, period: Period) -> tuple[bytes, int]:
    """One row for each paper and VAT rate; amounts of credit notes are negative. And how many papers."""
    rows: list[Sequence[object]] = []
    papers = 0
    for row in queries.issued_between(owner_id, period.first, period.last).select_related("corrects"):
        papers += 1
        sign = -1 if row.kind == Kind.CREDIT.value else 1
        for group in rules.totals(making.lines_of(row), with_vat=row.prices_with_vat).groups:
            rows.append((
                row.number, row.kind, "" if row.corrects is None else row.corrects.number, row.issued_on,
                row.delivered_on, row.due_on, row.buyer_name, row.buyer_country, row.buyer_vat_id, row.currency,
                group.category.value, f"{group.rate:f}", _money(sign * group.net_cents), _money(sign * group.vat_cents),
                _money(sign * (group.net_cents + group.vat_cents)), _money(sign * row.rounding_cents),
                _money(sign * row.total_cents), _money(sign * row.paid_cents),
                row.settled_at.date() if row.settled_at else "",
            ))  # fmt: skip
    return _csv(SALES, rows), papers


def money_csv(owner_id: UUID, period: Period) -> bytes:
    rows: list[Sequence[object]] = []
    found = Payment.objects.filter(owner_id=owner_id, booked_on__range=(period.first, period.last))
    found = found.select_related("statement").prefetch_related("settlements__invoice")
    for row in found.order_by("booked_on", "id"):
        papers = [one.invoice.number for one in row.settlements.all() if one.ended_at is None]
        rows.append((
            row.booked_on, row.value_on, "" if row.statement is None else row.statement.account,
            _money(row.amount_cents), row.currency, row.name, row.iban, row.reference, row.text, " ".join(papers),
            row.way,
        ))  # fmt: skip
    return _csv(MONEY, rows)


def file(owner_id: UUID, period: Period) -> tuple[bytes, int]:
    """Everything of a period as a ZIP, and how many papers. The same books give the same bytes. Raises BadInvoice."""
    period.check()
    sales, papers = sales_csv(owner_id, period)
    if papers > MOST_PAPERS:
        raise BadInvoice(_("This is too much for one file."), action=_("Choose a shorter period."))
    out, hashes = io.BytesIO(), []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in _parts(owner_id, period, sales):
            hashes.append(f"{hashlib.sha256(content).hexdigest()}  {name}")
            packed.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
        packed.writestr(zipfile.ZipInfo("SHA256SUMS", EPOCH), "\n".join(hashes) + "\n")
    return out.getvalue(), papers


def _parts(owner_id: UUID, period: Period, sales: bytes) -> Iterable[tuple[str, bytes]]:
    yield "sales.csv", sales
    yield "payments.csv", money_csv(owner_id, period)
    head = ("category", "rate", "currency", "net", "vat", "papers")
    yield "vat.csv", _csv(head, [
        (one.category, f"{one.rate:f}", one.currency, _money(one.net_cents), _money(one.vat_cents), one.papers)
        for one in taxes(owner_id, period)
    ])  # fmt: skip
    found = Paper.objects.filter(
        owner_id=owner_id, invoice__issued_on__range=(period.first, period.last)
    ).select_related("invoice")  # fmt: skip
    for paper in found.order_by("invoice__number").iterator(50):
        yield f"papers/{paper.invoice.number}.pdf", bytes(paper.pdf)
        yield f"papers/{paper.invoice.number}.xml", bytes(paper.xml)


def note(actor: Actor, what: str, *, about: UUID | None = None, count: int | None = None) -> None:
    """What an accountant reads is written down before he sees it (A10); what the firm's own people read is not."""
    if actor.role == Role.ACCOUNTANT.value:
        facts = {"what": what, "count": count, "address": actor.address}
        ledger.append(Entry(EntryKind.INVOICE, actor.party_id, facts, about=about or actor.party_id), actor)


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A text is never a formula in somebody's spreadsheet; an amount stays one."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(head)
    for row in rows:
        write.writerow([cell if isinstance(cell, Money) else plain_cell(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")


class Money(str):
    """Made here of figures: it may begin with a minus."""

    __slots__ = ()


def _money(amount_cents: int) -> Money:
    return Money(rules.decimal(amount_cents))
