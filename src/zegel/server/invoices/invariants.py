# SPDX-License-Identifier: EUPL-1.2
"""What `zegel fsck` asks of the books. It reads, and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Count, Max, Min, Sum

from zegel.server.invoices import making, rules
from zegel.server.invoices.models import Invoice, Paper, Series, Settlement
from zegel.server.invoices.rules import State
from zegel.server.kernel import tenancy
from zegel.server.kernel.invariants import invariant
from zegel.server.tenants.models import Brand


@invariant("invoices.numbers_have_no_gap")
def numbered() -> Iterator[str]:
    """Of each series every number up to the last is there once, until the term of its year is over."""
    for owner_id in _owners():
        with tenancy.acting_as(owner_id):
            rows = Invoice.objects.filter(owner_id=owner_id, state=State.ISSUED.value).values("kind", "year")
            held = {
                (one["kind"], one["year"]): one
                for one in rows.annotate(n=Count("id"), low=Min("sequence"), high=Max("sequence")).order_by()
            }
            for series in Series.objects.filter(owner_id=owner_id, last__gt=0).exclude(kind="offer"):
                one = held.get((series.kind, series.year))
                if one is not None and (one["low"], one["high"], one["n"]) != (1, series.last, series.last):
                    yield f"series {series.kind} {series.year} of {owner_id} has a gap"


@invariant("invoices.papers_are_as_they_were")
def papers() -> Iterator[str]:
    """Each issued invoice has its paper, with the hashes that were kept, and its lines make its total."""
    for owner_id in _owners():
        with tenancy.acting_as(owner_id):
            for row in Invoice.objects.filter(owner_id=owner_id, state=State.ISSUED.value).iterator(chunk_size=200):
                yield from _paper(row)


def _paper(row: Invoice) -> Iterator[str]:
    found = Paper.objects.filter(invoice=row).first()
    if found is None:
        yield f"invoice {row.id} has no paper"
        return
    for content, kept in ((found.pdf, found.pdf_sha256), (found.xml, found.xml_sha256)):
        if hashlib.sha256(bytes(content)).digest() != bytes(kept):
            yield f"the paper of invoice {row.id} is not what was issued"
    if rules.totals(making.lines_of(row), with_vat=row.prices_with_vat).total_cents != row.total_cents:
        yield f"the lines of invoice {row.id} do not make its total"


@invariant("invoices.what_is_paid_is_on_record")
def paid() -> Iterator[str]:
    """What an invoice says was settled is the sum of what stands on record."""
    for owner_id in _owners():
        with tenancy.acting_as(owner_id):
            held = Settlement.objects.filter(owner_id=owner_id, ended_at=None)
            sums: dict[UUID, int] = {}
            for key in ("invoice_id", "credit_id"):
                for one in held.exclude(**{key: None}).values(key).annotate(sum=Sum("cents")).order_by():
                    sums[one[key]] = sums.get(one[key], 0) + one["sum"]
            rows = Invoice.objects.filter(owner_id=owner_id, state=State.ISSUED.value)
            for invoice_id, cents in rows.values_list("id", "paid_cents"):
                if sums.get(invoice_id, 0) != cents:
                    yield f"invoice {invoice_id} counts {cents} as settled, and {sums.get(invoice_id, 0)} is on record"


def _owners() -> list[UUID]:
    return list(Brand.objects.values_list("owner_id", flat=True))
